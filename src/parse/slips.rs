//! Common mistakes at the position of a syntax error, and what to type instead.

use super::habits::{StatementPart, Token, part_after, split_tokens};
use super::repair::LONG;
use crate::diagnostic::{Problem, SyntaxProblem};
use crate::source::Span;
use std::borrow::Cow;

/// Statements without their last peer: the word before it, and an example.
const WITHOUT_PEER: [(&str, &str); 3] = [
    ("from", "name a peer: `web allows https from anywhere`"),
    ("to", "name a peer: `web allows https to app`"),
    ("reach", "name a peer: `assert web can reach app`"),
];

/// `tcp 80, app-port -`, `param app-port : port = 8000-9000`
fn range_help(before: &str, rest: &str) -> Option<Cow<'static, str>> {
    let tokens = short_tokens(before);
    let is_range = rest.starts_with('-') || rest.starts_with("..");
    if is_range && part_after(&tokens) == StatementPart::Services {
        return Some(Cow::Borrowed(
            "write a range of ports as `80-90`, without spaces, and as `first-port - 90` after a \
             name",
        ));
    }

    let [head, _, _, kind, sign] = tokens.as_slice() else {
        return None;
    };
    let is_port = (head.text, kind.text, sign.text) == ("param", "port", "=");
    let (from, to) = token_at(rest).split_once('-').filter(|_| is_port)?;
    Some(Cow::Owned(format!(
        "a range is two parameters: `param first-port : port = {from}`, `param last-port : port = \
         {to}`, and `tcp first-port - last-port`"
    )))
}

/// `web allows https to`, `web allows https from office until tomorrow`
pub(super) fn missing_piece(before: &str, rest: &str, expected: &str) -> Option<Cow<'static, str>> {
    if expected == "a date" {
        return Some(Cow::Borrowed("write the last day as `2026-12-31`"));
    }
    if let Some(help) = range_help(before, rest) {
        return Some(help);
    }

    let last = before.split_whitespace().next_back()?;
    let is_missing = expected == "a peer" && token_at(rest).is_empty();
    let (_, help) = WITHOUT_PEER.iter().find(|(word, _)| *word == last)?;
    is_missing.then_some(Cow::Borrowed(help))
}

/// The tokens of a text; of a long one, none.
fn short_tokens(text: &str) -> Vec<Token<'_>> {
    if text.len() > LONG {
        return Vec::new();
    }
    split_tokens(text)
}

/// Words of services, what follows them, and what to type; `{}` is what follows instead.
const SERVICE_WORDS: [(&str, &str, &str); 5] = [
    (
        "all",
        "`from` or `to`",
        "`all` has no ports: for a port, write `tcp {}` or `udp {}`; for a service, `{}` alone",
    ),
    (
        "proto",
        "a protocol number",
        "a protocol is a number, as assigned by IANA, and no parameter: `proto 50`",
    ),
    (
        "icmp",
        "an ICMP type",
        "a type is a name or a number: `icmp echo-request`, `icmp 3/4`",
    ),
    (
        "icmpv6",
        "an ICMP type",
        "a type is a name or a number: `icmpv6 packet-too-big`, `icmpv6 1/4`",
    ),
    (
        "tcp",
        "a port",
        "a port is a number, a range or a parameter: `tcp 443`, `tcp 8000-8100`, `tcp app-port`",
    ),
];

/// `all 443`, `proto app-port`: what follows the first word of a service, and cannot.
pub(super) fn explain_service(before: &str, rest: &str, span: Span) -> Option<Problem> {
    let tokens = short_tokens(before);
    let last = tokens.last()?;
    let word = if last.text == "udp" { "tcp" } else { last.text };
    let (_, expected, help) = SERVICE_WORDS.iter().find(|(known, ..)| *known == word)?;
    let typed = token_at(rest);

    let is_service = part_after(&tokens) == StatementPart::Services && !typed.is_empty();
    let is_next = [",", "from", "to", "except", "only", "until"].contains(&typed);
    (is_service && !is_next).then(|| {
        Problem::Syntax(SyntaxProblem::Unexpected {
            span,
            found: describe_token(rest),
            expected: expected.to_string(),
            help: Some(Cow::Owned(help.replace("{}", typed))),
            meant: None,
        })
    })
}

/// `service app = tcp 80 only in staging, tcp 81`
pub(super) fn explain_part_environment(before: &str, rest: &str, span: Span) -> Option<Problem> {
    let tokens = short_tokens(before);
    let is_service = tokens.first()?.text == "service" && !token_at(rest).is_empty();
    let pair = tokens
        .windows(2)
        .find(|pair| pair[0].text == "only" && pair[1].text == "in")?;

    is_service.then(|| {
        Problem::Syntax(SyntaxProblem::Unexpected {
            span: span.part(pair[0].start, pair[1].end() - pair[0].start),
            found: "`only in` before it".to_string(),
            expected: "the last part of the service".to_string(),
            help: Some(Cow::Borrowed(
                "`only in` applies to a whole service: write it after the last part, or declare \
                 two services: `service admin = tcp 8443 only in staging`",
            )),
            meant: None,
        })
    })
}

/// Common mistakes: the start of the statement, the text before the error, the text at the error,
/// what to type.
const SLIPS: [(&str, &str, &str, &str); 44] = [
    (
        "include",
        "",
        ",",
        "each `include` takes one file; write one `include` per file",
    ),
    (
        "param",
        "",
        ",",
        "write several blocks in brackets, `param office : cidr-list = [10.0.0.0/8, 172.16.0.0/12]`, \
         or declare a network: `network office = 10.0.0.0/8, 172.16.0.0/12`",
    ),
    (
        "param",
        "",
        "=",
        "name the type before the value: `param office : cidr = 203.0.113.0/24`",
    ),
    (
        "assert",
        "",
        "through",
        "write `only through`: `assert web can reach db only through proxy`",
    ),
    (
        "",
        "",
        "through",
        "a sentence allows one step; allow each, and assert the chain: `assert web can reach db \
         only through proxy`",
    ),
    (
        "",
        "",
        "via",
        "a sentence allows one step; allow each, and assert the chain: `assert web can reach db \
         only through proxy`",
    ),
    (
        "service",
        "",
        "except",
        "services have no `except`; list the remaining ports: `tcp 0-79, 81-65535`",
    ),
    (
        "prefix-list",
        "",
        "except",
        "a prefix list has no `except`; declare a network with it, and list that: `network inner = \
         10.0.0.0/8 except 10.1.0.0/16`",
    ),
    (
        "assert",
        "",
        "only through",
        "`only through` follows `can reach`: `assert web can reach db only through proxy`",
    ),
    (
        "tier",
        "every",
        "",
        "`also` takes tiers and sets: declare `tiers databases = every database`, and write `also \
         databases`",
    ),
    (
        "stack",
        "stack",
        "{",
        "name the stack: `stack shop { ip = ipv4 }`",
    ),
    (
        "",
        "",
        "outbound ",
        "write the text of the outbound rule after that of the inbound one: `\"in\", outbound \
         \"out\"`",
    ),
    (
        "tier ",
        "",
        "is ",
        "`is ROLE` is before `also` and `was`: `tier web is web-server also base was front`",
    ),
    (
        "tier ",
        "",
        "also ",
        "`also` is between `is ROLE` and `was`: `tier web is web-server also base was front`",
    ),
    (
        "external",
        "=",
        "",
        "write the id of the group in double quotes: `\"sg-0123456789abcdef0\"`",
    ),
    ("environments", "", ":", "no sign follows `environments`"),
    (
        "environments",
        "",
        "only ",
        "a list of environments applies in all of them, so it has no `only in`",
    ),
    (
        "tier",
        "",
        "=",
        "a tier has no value; write its settings in a block: `tier web { outbound = closed }`",
    ),
    (
        "",
        "allows",
        "from",
        "name a service: `web allows https from anywhere`",
    ),
    (
        "",
        "allow",
        "from",
        "name a service: `web allows https from anywhere`",
    ),
    (
        "",
        "allows",
        "to",
        "name a service: `web allows https to anywhere`",
    ),
    (
        "",
        "allow",
        "to",
        "name a service: `web allows https to anywhere`",
    ),
    (
        "",
        "accepts",
        "from",
        "name a service: `web accepts https from anywhere`",
    ),
    (
        "",
        "accept",
        "from",
        "name a service: `web accepts https from anywhere`",
    ),
    (
        "",
        "sends",
        "to",
        "name a service: `web sends https to anywhere`",
    ),
    (
        "",
        "send",
        "to",
        "name a service: `web sends https to anywhere`",
    ),
    (
        "",
        "",
        "!",
        "exclude addresses with `except`: `anywhere except 10.0.0.0/8`",
    ),
    (
        "",
        "",
        "\u{2013}",
        "this is a dash; use a hyphen, `-`, in names and ranges",
    ),
    (
        "",
        "",
        "\u{2014}",
        "this is a dash; use a hyphen, `-`, in names and ranges",
    ),
    ("", "", ";", "a statement ends with its line"),
    (
        "",
        "",
        "\u{201c}",
        "use straight quotes for strings: `\"…\"`",
    ),
    (
        "",
        "",
        "\u{201d}",
        "use straight quotes for strings: `\"…\"`",
    ),
    (
        "",
        "tier",
        "in",
        "name the VPC with `vpc`: `every tier in vpc main`",
    ),
    ("", "from", "\"", "write addresses and names without quotes"),
    ("", "to", "\"", "write addresses and names without quotes"),
    (
        "",
        "",
        "except",
        "write `except` before `until` and before the string",
    ),
    (
        "",
        "",
        "until",
        "write `until` before the string and the block",
    ),
    (
        "vpc",
        "}",
        "\"",
        "a VPC has no description; write a comment: `# the shop`",
    ),
    ("", "}", "\"", "write the string before the block"),
    (
        "",
        "",
        "only ",
        "write `only in NAMES` before `until`, the string and the block",
    ),
    (
        "",
        "",
        "in ",
        "for some environments, write `only in NAMES`",
    ),
    (
        "",
        "",
        "if ",
        "for some environments, write `only in NAMES`",
    ),
    ("", "", ":", "set a value with `=` and a role with `is`"),
    ("", "", "from", "write one statement per line"),
];

pub(super) fn find_slip(before: &str, rest: &str) -> Option<&'static str> {
    let before = before.trim_end();
    let known = SLIPS.iter().find(|(start, left, right, _)| {
        before.starts_with(start) && before.ends_with(left) && rest.starts_with(right)
    });
    let foreign = rest.starts_with(|c: char| c.is_alphabetic() && !c.is_ascii());
    let foreign = foreign.then_some("names consist of the letters a to z, digits, `-` and `_`");
    let nothing = before
        .is_empty()
        .then_some("a sentence reads `web allows https from anywhere`");
    known.map(|(.., help)| *help).or(foreign).or(nothing)
}

/// The token at the start of `rest`: a word, or one character.
pub(super) fn token_at(rest: &str) -> &str {
    let length = rest
        .find(|c: char| !c.is_ascii_alphanumeric() && !"-_./:".contains(c))
        .unwrap_or(rest.len());
    match (length, rest.chars().next()) {
        (_, None | Some('\n' | '\r' | '#')) => "",
        (0, Some(other)) => &rest[..other.len_utf8()],
        (length, Some(_)) => &rest[..length.min(60)],
    }
}

pub(super) fn describe_token(rest: &str) -> String {
    match token_at(rest) {
        "" => "the end of the line".to_string(),
        token if token.is_ascii() => format!("`{token}`"),
        token => format!(
            "`{token}` (U+{:04X})",
            token.chars().next().map_or(0, u32::from)
        ),
    }
}
