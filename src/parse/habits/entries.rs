//! Entries of blocks without their braces or signs.

use super::position::{Here, Replacement};
use super::tokens::{Token, is_name};
use crate::net;
use ipnet::IpNet;

const IN_BRACES: &str = "settings stand in a block";

/// `tier web outbound = closed`, `web allows https from anywhere tags = { owner = "edge" }`
pub(super) fn bare_entries(here: &Here<'_>) -> Option<Replacement> {
    let follows = here.before.is_some_and(|it| ends_words(it.text));
    if here.depth > 0 || here.position() < 2 || !follows || here.head == "service" {
        return None;
    }

    let mut count = entry_length(here.rest)?;
    loop {
        let comma = usize::from(here.rest.get(count).is_some_and(|it| it.text == ","));
        match entry_length(&here.rest[count + comma..]) {
            Some(length) => count += comma + length,
            None => break,
        }
    }

    let entries = &here.rest[..count];
    let write = format!("{{ {} }}", join_tokens(entries));
    Some(Replacement {
        is_sure: entries.first().is_some_and(|key| KEYS.contains(&key.text)),
        is_plain: false,
        ..Replacement::sure(count, write, IN_BRACES)
    })
}

/// Keys of blocks: an unknown one may be no setting.
const KEYS: [&str; 24] = [
    "account",
    "addresses",
    "cidr",
    "cloudformation",
    "default-group",
    "description",
    "entries",
    "export",
    "exports",
    "family",
    "groups-per-interface",
    "id",
    "ip",
    "labels",
    "name",
    "name-prefix",
    "outbound",
    "outbound-description",
    "protect",
    "region",
    "rule-quota",
    "tags",
    "terraform",
    "vpc",
];

/// Whether the words of a statement can end with a token, so that settings follow.
fn ends_words(text: &str) -> bool {
    !["=", ":", ",", "{", "["].contains(&text)
}

/// The number of tokens of `key = value` at the start of some.
fn entry_length(tokens: &[Token<'_>]) -> Option<usize> {
    let [key, sign, value, ..] = tokens else {
        return None;
    };
    let is_key = is_name(key.text) || key.text.starts_with('"');
    if !is_key || sign.text != "=" {
        return None;
    }

    let close = match value.text {
        "{" => "}",
        "[" => "]",
        _ => return Some(3),
    };
    let end = tokens.iter().position(|token| token.text == close)?;
    Some(end + 1)
}

/// Tokens as one text.
fn join_tokens(tokens: &[Token<'_>]) -> String {
    let mut text = String::new();
    for (n, token) in tokens.iter().enumerate() {
        let is_tight = ["]", ","].contains(&token.text) || n > 0 && tokens[n - 1].text == "[";
        if n > 0 && !is_tight {
            text.push(' ');
        }
        text.push_str(token.text);
    }
    text
}

/// `vpc main 10.0.0.0/16`, `vpc main = 10.0.0.0/16, 10.1.0.0/16`
pub(super) fn bare_blocks(here: &Here<'_>) -> Option<Replacement> {
    if here.head != "vpc" || here.position() != 2 {
        return None;
    }

    let sign = usize::from(["=", ":"].contains(&here.rest[0].text));
    let blocks = here.rest[sign..].iter().step_by(2);
    let blocks = blocks.take_while(|token| net::parse_block(token.text).is_ok());
    let written: Vec<&str> = blocks.map(|token| token.text).collect();
    let commas = here.rest[sign..].iter().skip(1).step_by(2);
    let is_list = commas
        .take(written.len().saturating_sub(1))
        .all(|token| token.text == ",");

    let write = match written.as_slice() {
        [] => return None,
        [block] => format!("{{ cidr = {block} }}"),
        blocks => format!("{{ cidr = [{}] }}", blocks.join(", ")),
    };
    let count = sign + 2 * written.len() - 1;

    is_list.then(|| Replacement {
        is_plain: false,
        ..Replacement::sure(count, write, IN_BRACES)
    })
}

/// `{ tags { owner = "edge" } }`, `{ owner "edge" }`
pub(super) fn missing_equals(here: &Here<'_>) -> Option<Replacement> {
    let (typed, key) = (here.rest[0].text, here.before?);
    if here.depth == 0 {
        return None;
    }

    if typed == "{" {
        return is_name(key.text).then(|| Replacement::sure(1, "= {", VALUE));
    }

    // before a key, and not before a value
    let at = here.position().checked_sub(2)?;
    let is_key = is_name(key.text) && here.all[at].text != "=";
    (is_key && typed.starts_with('"')).then(|| Replacement {
        is_plain: false,
        ..Replacement::sure(1, format!("= {typed}"), VALUE)
    })
}

const VALUE: &str = "a value follows `=`";

/// `{ cloudformation = import("network-VpcId") }`
pub(super) fn source_call(here: &Here<'_>) -> Option<Replacement> {
    let [word, open, text, close, ..] = here.rest else {
        return None;
    };
    let is_source = here.depth > 0 && ["import", "ssm"].contains(&word.text);
    let is_call = open.text == "(" && text.text.starts_with('"') && close.text == ")";
    let write = format!("{} {}", word.text, text.text);
    (is_source && is_call).then(|| Replacement::sure(4, write, "no parentheses around the name"))
}

/// The type of a parameter by the start of its default.
const TYPES: [(&str, &str); 5] = [
    ("\"sg-", "external"),
    ("\"pl-", "prefix-list"),
    ("\"vpc-", "vpc"),
    ("\"", "string"),
    ("[", "cidr-list"),
];

/// `param app-port = 80`
pub(super) fn missing_type(here: &Here<'_>) -> Option<Replacement> {
    let [head, name, sign, value, ..] = here.rest else {
        return None;
    };
    let is_param = head.text == "param" && here.position() == 0;
    if !is_param || !["=", ":="].contains(&sign.text) {
        return None;
    }

    let kind = likely_type(value.text)?;
    let (count, write) = match value.text {
        "[" => (3, format!("param {} : {kind} =", name.text)),
        value => (4, format!("param {} : {kind} = {value}", name.text)),
    };
    Some(Replacement {
        is_sure: false,
        is_plain: false,
        ..Replacement::sure(count, write, "a type stands before the value")
    })
}

/// The type of a parameter with a default.
fn likely_type(value: &str) -> Option<&'static str> {
    let written = TYPES.iter().find(|(start, _)| value.starts_with(start));
    match (written, net::parse_block(value)) {
        (Some((_, kind)), _) => Some(kind),
        (None, Ok(IpNet::V4(_))) => Some("cidr"),
        (None, Ok(IpNet::V6(_))) => Some("cidr-ipv6"),
        (None, Err(_)) => value.parse::<u16>().ok().map(|_| "port"),
    }
}

/// `- web allows https from anywhere`
pub(super) fn list_item(here: &Here<'_>) -> Option<Replacement> {
    let is_sign = here.position() == 0 && ["-", "*", "+", "\u{2022}"].contains(&here.rest[0].text);
    is_sign.then(|| Replacement {
        is_plain: false,
        ..Replacement::sure(1, "", "a statement starts with its first word")
    })
}
