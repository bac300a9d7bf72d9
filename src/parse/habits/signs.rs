//! Quotes, brackets, separators and keywords of other tools.

use super::notations::range_notation;
use super::phrases::{is_like, is_number};
use super::position::{Here, Replacement, StatementPart};
use super::tokens::{PAIRS, Token, is_name};
use crate::diagnostic::describe_aws_id;
use crate::net;

/// Declarations with a sign after the name, and the reason.
const SIGNS: [(&str, &str, &str); 6] = [
    ("network", "=", "a value follows `=`"),
    ("service", "=", "a value follows `=`"),
    ("tiers", "=", "a value follows `=`"),
    ("external", "=", "a value follows `=`"),
    ("prefix-list", "=", "a value follows `=`"),
    ("param", ":", "a type follows `:`"),
];

/// `network office: 10.0.0.0/8`, `network office 10.0.0.0/8`, `param office cidr`
pub(super) fn missing_sign(here: &Here<'_>) -> Option<Replacement> {
    let (typed, at) = (here.rest[0].text, here.position());
    let (_, sign, label) = SIGNS.iter().find(|(head, ..)| *head == here.head)?;
    let name = typed
        .strip_suffix(':')
        .filter(|name| at == 1 && *sign == "=" && is_name(name));
    let follows_name = at == 2 && here.before.is_some_and(|before| is_name(before.text));

    let write = match name {
        Some(name) => format!("{name} ="),
        None if !follows_name || typed == *sign || typed == "," => return None,
        None if is_like(":|:=|=>|==|is|as|->", typed) => sign.to_string(),
        None if typed.starts_with('=') => return None,
        None => format!("{sign} {typed}"),
    };

    Some(Replacement::sure(1, write, label))
}

/// `external partner = sg-0123456789abcdef0`
pub(super) fn unquoted_id(here: &Here<'_>) -> Option<Replacement> {
    let follows_equals =
        here.position() == 3 && here.before.is_some_and(|before| before.text == "=");
    let typed = here.rest[0].text;
    let is_bare = match here.head {
        "external" => typed.starts_with("sg-"),
        // a list that the program makes has addresses and networks
        "prefix-list" => typed.starts_with("pl-") || typed.starts_with("com."),
        _ => false,
    };
    (follows_equals && is_bare).then(|| Replacement {
        is_sure: typed.starts_with("com.") || describe_aws_id(typed).is_some(),
        ..Replacement::sure(1, format!("\"{typed}\""), "an id needs double quotes")
    })
}

/// `external partner = "sg-0123456789abcdef0" in account 123456789012`
pub(super) fn unquoted_account(here: &Here<'_>) -> Option<Replacement> {
    let typed = here.rest[0].text;
    let is_account = here.head == "external" && here.before?.text == "account" && is_number(typed);
    is_account.then(|| Replacement {
        is_sure: typed.len() == 12,
        ..Replacement::sure(1, format!("\"{typed}\""), "an account needs double quotes")
    })
}

/// `peer a and b`
pub(super) fn peering_word(here: &Here<'_>) -> Option<Replacement> {
    let typed = here.rest[0].text;
    let is_between =
        here.head == "peer" && here.position() == 2 && is_like("and|to|,|-|<->|&|/|=", typed);
    // a comma has no blank before it
    let write = if typed == "," { " with" } else { "with" };
    is_between.then(|| Replacement::sure(1, write, "write `with` between the two names"))
}

/// `stack shop = "Web shop"`
pub(super) fn spare_equals(here: &Here<'_>) -> Option<Replacement> {
    let is_spare = ["stack", "tier", "vpc"].contains(&here.head)
        && here.position() == 2
        && here.rest[0].text == "=";
    is_spare.then(|| Replacement::sure(1, "", "no `=` follows a name here"))
}

/// `tier web: { outbound = closed }`
pub(super) fn spare_colon(here: &Here<'_>) -> Option<Replacement> {
    let is_name_of = ["tier", "vpc", "stack"].contains(&here.head) && here.position() == 1;
    let write = here.rest[0]
        .text
        .strip_suffix(':')
        .filter(|name| is_name_of && is_name(name))?
        .to_string();

    Some(Replacement {
        count: 1,
        write,
        label: "no `:` follows a name",
        is_sure: true,
        is_plain: true,
    })
}

/// `include network.tier`
pub(super) fn unquoted_path(here: &Here<'_>) -> Option<Replacement> {
    let typed = here.rest[0].text;
    let is_path =
        here.head == "include" && here.before.is_some_and(|before| before.text == "include");
    let write = format!("\"{typed}\"");
    let label = "a path needs double quotes";

    (is_path && !typed.starts_with(['"', '\'', '`', '\u{201c}', '\u{2018}'])).then_some(
        Replacement {
            count: 1,
            write,
            label,
            is_sure: true,
            is_plain: true,
        },
    )
}

/// `'Web'`, and `"web"` in place of a name or an address.
pub(super) fn wrong_quotes(here: &Here<'_>) -> Option<Replacement> {
    let typed = here.rest[0].text;
    let inside = PAIRS[1..5].iter().find_map(|(open, close)| {
        (typed.len() > open.len())
            .then(|| typed.strip_prefix(open)?.strip_suffix(close))
            .flatten()
    });

    let text = inside.or_else(|| typed.strip_prefix('"')?.strip_suffix('"'))?;
    let is_port = here.follows_transport() && range_notation(text).is_some();
    let is_bare = is_name(text) && describe_aws_id(text).is_none()
        || is_port
        || net::parse_block(text).is_ok();
    let label = if is_bare && here.depth == 0 && here.expects_name() {
        "names and addresses take no quotes"
    } else {
        "a string needs straight double quotes"
    };

    let write = if label.starts_with('n') {
        text.to_string()
    } else {
        format!("\"{text}\"")
    };

    (write != typed).then_some(Replacement {
        count: 1,
        write,
        label,
        is_sure: inside.is_some(),
        is_plain: inside.is_some(),
    })
}

impl Here<'_> {
    /// Whether a name is expected here: there is one before each description.
    fn expects_name(&self) -> bool {
        const WORDS: [&str; 24] = [
            "from", "to", "allows", "allow", "accepts", "accept", "sends", "send", ",", "tier",
            "tiers", "network", "service", "param", "stack", "vpc", "peer", "is", "also", "was",
            "except", "on", "reach", "assert",
        ];
        let is_value = ["network", "service", "tiers"].contains(&self.head)
            && self.before.is_some_and(|it| it.text == "=");
        is_value
            || self.follows_transport()
            || self
                .before
                .is_none_or(|before| WORDS.contains(&before.text))
    }
}

/// `http, https, from anywhere`
pub(super) fn spare_comma(here: &Here<'_>) -> Option<Replacement> {
    const NO_ITEM: [&str; 16] = [
        ",", "from", "to", "allows", "allow", "accepts", "accept", "sends", "send", "except",
        "until", "on", "can", "cannot", "reach", "{",
    ];

    let [Token { text: ",", .. }, next, ..] = here.rest else {
        return None;
    };

    let is_first = here
        .before
        .is_some_and(|before| NO_ITEM[1..].contains(&before.text));
    let is_spare = (is_first || NO_ITEM.contains(&next.text)) && here.depth == 0;
    let label = "no item follows this comma";

    is_spare.then(|| Replacement {
        count: 1,
        write: String::new(),
        label,
        is_sure: true,
        is_plain: false,
    })
}

/// Separators of list items in other tools.
const SEPARATORS: [&str; 11] = [
    "and", "or", "&", "&&", "+", "|", "||", ";", "\u{ff0c}", "\u{3001}", "\u{60c}",
];

/// The keywords that start statements.
const STATEMENTS: [&str; 12] = [
    "stack",
    "include",
    "param",
    "vpc",
    "peer",
    "network",
    "external",
    "prefix-list",
    "service",
    "tier",
    "tiers",
    "assert",
];

/// `web and app`
pub(super) fn list_separator(here: &Here<'_>) -> Option<Replacement> {
    let (typed, before) = (here.rest[0].text, here.before?);
    let next = here.rest.get(1)?;
    let is_doubled = before.text == "," || next.text == ",";

    // `tier web; tier db` are two statements; `db; tier allows ssh from app` has a tier with the
    // name `tier`, and `from app; vpc main` a VPC, whose statement would have a block
    let is_list = here.part == StatementPart::Names && !STATEMENTS.contains(&here.head);
    let is_list =
        is_list || next.text == "vpc" && here.rest.get(3).is_none_or(|token| token.text != "{");
    let is_statement = typed == ";" && STATEMENTS.contains(&next.text) && !is_list;
    let is_separator =
        SEPARATORS.contains(&typed) && before.text != "=" && here.depth == 0 && !is_statement;
    let write = if is_doubled { "" } else { "," };
    let label = "separate the items of a list with commas";

    is_separator.then(|| Replacement {
        is_plain: false,
        ..Replacement::sure(1, write, label)
    })
}

/// `web allows https from anywhere;`
pub(super) fn statement_end(here: &Here<'_>) -> Option<Replacement> {
    let [Token { text: typed, .. }] = here.rest else {
        return None;
    };
    let word = typed.strip_suffix('.').filter(|word| is_name(word));
    let is_alone = here.before.is_some() && [";", ".", ":"].contains(typed);
    let write = word.or(is_alone.then_some(""))?;
    Some(Replacement::sure(
        1,
        write,
        "a statement ends with its line",
    ))
}

/// `{ outbound: closed }`
pub(super) fn entry_sign(here: &Here<'_>) -> Option<Replacement> {
    let typed = here.rest[0].text;
    let name = typed
        .strip_suffix([':', '='])
        .filter(|word| is_name(word))
        .map(|word| format!("{word} ="));
    let is_sign = [":", "=>", ":=", "=="].contains(&typed);
    let write = name
        .or_else(|| is_sign.then(|| "=".to_string()))
        .filter(|_| here.depth > 0)?;
    Some(Replacement::sure(1, write, "a value follows `=`"))
}

/// Whether a brace is that of a block: `{ tags = …`, `{ tags: …`
fn starts_block(here: &Here<'_>) -> bool {
    let text = |n: usize| here.rest.get(n).map_or("", |token| token.text);
    text(1).ends_with(':') || matches!(text(2), "=" | ":" | "{")
}

/// `[web, app]`, `(http, https)`, `tcp { 80, 443 }`, `tier web = { … }`
pub(super) fn spare_bracket(here: &Here<'_>) -> Option<Replacement> {
    let typed = here.rest[0].text;
    let label = match (typed, here.head) {
        // `param x : list(cidr)`
        ("[" | "]" | "(" | ")", "param") => return None,
        ("[" | "]" | "(" | ")", _) if here.depth == 0 => "write the list without brackets",
        ("{", _) if here.part != StatementPart::Names && !starts_block(here) => {
            "write the list without brackets"
        }
        ("}", _) if here.part != StatementPart::Names && here.depth == 0 => {
            "write the list without brackets"
        }
        ("=" | ":", "tier" | "vpc" | "stack" | "prefix-list")
            if here.depth == 0 && here.rest.get(1).is_some_and(|it| it.text == "{") =>
        {
            "a block follows the name"
        }
        _ => return None,
    };

    Some(Replacement {
        count: 1,
        write: String::new(),
        label,
        is_sure: true,
        is_plain: false,
    })
}

/// Words that are keywords at any position.
const KEYWORDS: [&str; 20] = [
    "allows", "allow", "accepts", "accept", "sends", "send", "from", "to", "except", "until",
    "can", "cannot", "reach", "on", "only", "tcp", "udp", "icmp", "icmpv6", "proto",
];

/// `ALLOWS`
pub(super) fn uppercase_keyword(here: &Here<'_>) -> Option<Replacement> {
    let typed = here.rest[0].text;
    let write = KEYWORDS
        .iter()
        .find(|word| word.eq_ignore_ascii_case(typed))
        .filter(|word| **word != typed)?;
    let label = "keywords are lowercase";

    Some(Replacement {
        count: 1,
        write: write.to_string(),
        label,
        is_sure: true,
        is_plain: false,
    })
}
