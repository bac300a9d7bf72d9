//! Phrases of other tools, and what to write instead: a table.

use super::position::{Here, Replacement, StatementPart};
use super::tokens::is_name;
use crate::net;

/// The part of a statement, the words of the phrase, the replacement, the reason, and whether it is
/// certain. `|` separates alternatives, `#` is a number, `NAME` a name, `ADDRESS` an address; `{0}`
/// is the first word as typed.
type Phrase = (
    StatementPart,
    &'static [&'static str],
    &'static str,
    &'static str,
    bool,
);

/// Matches a following word that is not a number, and is not part of the phrase.
const NO_NUMBER: &str = "not a number";
pub(super) const PROTOCOL_THEN_PORT: &str = "separate the protocol and the port with a space";
pub(super) const RANGE: &str = "write a range of ports with `-` and without spaces";
const EVERYTHING: &str = "for all traffic, write `all`";
const PEERS_FOLLOW: &str = "peers follow `from` or `to`";
const TAKEN_OUT: &str = "exclude addresses with `except`";
const TIERS_TAKEN_OUT: &str = "exclude tiers with `except`";
const EVERY: &str = "for all tiers, or all of a role, write `every`";
const ROLES: &str =
    "web-server|app-server|database|file-server|proxy|bastion|cache|mail-server|dns-server";
const CLAIM: &str = "an assertion uses `can reach` or `cannot reach`";
const VERB: &str = "a sentence uses `allows`";

const PHRASES: &[Phrase] = &[
    (
        StatementPart::Services,
        &["tcp/udp|udp/tcp|tcp+udp|tcp_udp|tcp-udp|tcpudp", "#"],
        "tcp {1}, udp {1}",
        "name each protocol with its ports",
        true,
    ),
    (
        StatementPart::Services,
        &["tcp|udp", "tcp|udp", "#"],
        "tcp {2}, udp {2}",
        "name each protocol with its ports",
        false,
    ),
    (
        StatementPart::Services,
        &[
            "tcp|udp",
            "port|ports|dport|--dport|--dports|eq|dst-port|:|=|/",
            "#",
        ],
        "{0} {2}",
        PROTOCOL_THEN_PORT,
        true,
    ),
    (
        StatementPart::Services,
        &["tcp|udp", "range|ports|port-range", "#", "#"],
        "{0} {2}-{3}",
        RANGE,
        true,
    ),
    (
        StatementPart::Services,
        &["tcp|udp", "all|*|-1"],
        "{0}",
        "a protocol without a port covers every port",
        false,
    ),
    (
        StatementPart::Services,
        &["all|any|every", "tcp|udp|icmp", NO_NUMBER],
        "{1}",
        "a protocol without a port covers every port",
        false,
    ),
    (
        StatementPart::Services,
        &["all|any|every", "traffic|ports|protocols|services|protocol"],
        "all",
        EVERYTHING,
        false,
    ),
    (
        StatementPart::Services,
        &["*|-1|any/any"],
        "all",
        EVERYTHING,
        false,
    ),
    (
        StatementPart::Services,
        &["port|ports|dport|--dport|eq|:", "#"],
        "tcp {1}",
        "a port follows its protocol",
        false,
    ),
    (
        StatementPart::Services,
        &["range", "#", "#"],
        "tcp {1}-{2}",
        "a port follows its protocol",
        false,
    ),
    (
        StatementPart::Services,
        &[
            "#",
            "to|-|\u{2013}|\u{2014}|\u{2212}|through|thru|..|...|~",
            "#",
        ],
        "{0}-{2}",
        RANGE,
        true,
    ),
    (
        StatementPart::Services,
        &["icmp|icmpv6", "type|--icmp-type", "#", "code", "#"],
        "{0} {2}/{4}",
        "type and code are two numbers",
        true,
    ),
    (
        StatementPart::Services,
        &["icmp|icmpv6", "type|--icmp-type", "#"],
        "{0} {2}",
        "the type is a number or a name",
        true,
    ),
    (
        StatementPart::Services,
        &["icmp|icmpv6", "tcp|udp|icmp|icmpv6|proto|all"],
        "{0}, {1}",
        "separate the items of a list with commas",
        false,
    ),
    (
        StatementPart::Services,
        &["protocol|ip-protocol", "#"],
        "proto {1}",
        "write a protocol number after `proto`",
        true,
    ),
    (
        StatementPart::Services,
        &["protocol|-p|--protocol", "tcp|udp|icmp"],
        "{1}",
        "write the protocol name alone",
        true,
    ),
    (
        StatementPart::Services,
        &["NAME", "on|at|over|@|:", "port|tcp|tcp/", "#"],
        "tcp {3}",
        "a service already includes its ports",
        false,
    ),
    (
        StatementPart::Services,
        &["NAME", "on|at|over|@|:", "#"],
        "tcp {2}",
        "a service already includes its ports",
        false,
    ),
    (
        StatementPart::Services,
        &["of|by|source|src|<-|-s|--source|for"],
        "from",
        PEERS_FOLLOW,
        false,
    ),
    (
        StatementPart::Services,
        &["into|towards|->|=>|-d|--destination|destination|dst"],
        "to",
        PEERS_FOLLOW,
        false,
    ),
    (
        StatementPart::Names,
        &["all|each|any", "tiers|tier|groups"],
        "every tier",
        EVERY,
        false,
    ),
    (
        StatementPart::Peers,
        &["all|each|any", "tiers|tier|groups"],
        "every tier",
        EVERY,
        false,
    ),
    (
        StatementPart::Names,
        &["all|each|any", ROLES],
        "every {1}",
        EVERY,
        false,
    ),
    (
        StatementPart::Peers,
        &["all|each|any", ROLES],
        "every {1}",
        EVERY,
        false,
    ),
    (
        StatementPart::Names,
        &["but", "not"],
        "except",
        TIERS_TAKEN_OUT,
        true,
    ),
    (
        StatementPart::Names,
        &["but|without|excluding|minus"],
        "except",
        TIERS_TAKEN_OUT,
        false,
    ),
    (
        StatementPart::Peers,
        &["host|ip|cidr|address|subnet", "ADDRESS"],
        "{1}",
        "write the address alone",
        true,
    ),
    (
        StatementPart::Peers,
        &["tier|network|external|param|group|sg", "NAME"],
        "{1}",
        "write the name alone",
        false,
    ),
    (
        StatementPart::Peers,
        &["*"],
        "anywhere",
        "for every address, write `anywhere`",
        false,
    ),
    (
        StatementPart::Peers,
        &["but", "not"],
        "except",
        TAKEN_OUT,
        true,
    ),
    (
        StatementPart::Peers,
        &["but|not|without|excluding|minus|unless"],
        "except",
        TAKEN_OUT,
        false,
    ),
    (
        StatementPart::Peers,
        &["expires|till|expiring|ends"],
        "until",
        "the last day follows `until`",
        true,
    ),
    (
        StatementPart::Peers,
        &["can", "not|never"],
        "cannot",
        CLAIM,
        true,
    ),
    (
        StatementPart::Peers,
        &["can't|cant|can\u{2019}t"],
        "cannot",
        CLAIM,
        true,
    ),
    (
        StatementPart::Peers,
        &["must|may|should|shall|does", "not|never"],
        "cannot",
        CLAIM,
        true,
    ),
    (
        StatementPart::Peers,
        &["must|may|should|shall"],
        "can",
        CLAIM,
        true,
    ),
    (StatementPart::Peers, &["reaches"], "can reach", CLAIM, true),
    (
        StatementPart::Peers,
        &["access|talk|connect", "to"],
        "reach",
        CLAIM,
        true,
    ),
    (StatementPart::Peers, &["access"], "reach", CLAIM, true),
    (
        StatementPart::Peers,
        &["->|=>|-->"],
        "can reach",
        CLAIM,
        true,
    ),
    (
        StatementPart::Peers,
        &["!->|-/->|-x->"],
        "cannot reach",
        CLAIM,
        true,
    ),
    (
        StatementPart::Peers,
        &["over|using|with"],
        "on",
        "services follow `on`",
        true,
    ),
    (
        StatementPart::Names,
        &["as"],
        "is",
        "a role follows `is`",
        true,
    ),
    (
        StatementPart::Names,
        &["can|may", "receive|accept|get|take"],
        "allows",
        VERB,
        true,
    ),
    (
        StatementPart::Names,
        &["permits|permit|admits|admit|allowed|allowing|lets|grants|grant|receives|accepting"],
        "allows",
        VERB,
        true,
    ),
];

/// `assert not web can reach db`, `assert no one can reach db`
pub(super) fn negated_assertion(here: &Here<'_>) -> Option<Replacement> {
    let is_negated = here.head == "assert" && is_like("not|no|never", here.rest[0].text);
    if !is_negated || here.position() != 1 {
        return None;
    }

    if let [_, one, can, ..] = here.rest
        && is_like("one|body", one.text)
        && can.text == "can"
    {
        let write = "every tier, anywhere cannot";
        return Some(Replacement {
            is_plain: false,
            ..Replacement::sure(3, write, CLAIM)
        });
    }

    let can = here.rest.iter().position(|it| it.text == "can")?;
    let mut write = String::new();

    for token in &here.rest[1..can] {
        let blank = if write.is_empty() || token.text == "," {
            ""
        } else {
            " "
        };
        write += &format!("{blank}{}", token.text);
    }

    Some(Replacement {
        count: can + 1,
        write: write + " cannot",
        label: CLAIM,
        is_sure: true,
        is_plain: false,
    })
}

/// `from the office`, `from the internet`
pub(super) fn article(here: &Here<'_>) -> Option<Replacement> {
    let [first, second, ..] = here.rest else {
        return None;
    };
    if here.part != StatementPart::Peers || !is_like("NAME", second.text) {
        return None;
    }

    // `internet` is the end of an assertion, and the peer of no sentence
    let is_internet = second.text == "internet" && here.head != "assert";
    let (write, label) = if is_internet {
        ("anywhere", "for every address, write `anywhere`")
    } else {
        (second.text, "write the name alone")
    };
    is_like("the", first.text).then(|| Replacement {
        is_sure: false,
        is_plain: false,
        ..Replacement::sure(2, write, label)
    })
}

/// `from not 10.0.0.0/8`
pub(super) fn negated_peer(here: &Here<'_>) -> Option<Replacement> {
    let is_first = here
        .before
        .is_some_and(|it| ["from", "to"].contains(&it.text));
    let is_negated = is_like("not|except|!|without", here.rest[0].text) && here.rest.len() > 1;
    (is_first && is_negated && here.head != "assert").then(|| Replacement {
        is_sure: false,
        is_plain: false,
        ..Replacement::sure(1, "anywhere except", TAKEN_OUT)
    })
}

pub(super) fn known_phrase(here: &Here<'_>) -> Option<Replacement> {
    let phrases = PHRASES.iter().filter(|(part, ..)| *part == here.part);
    // a statement is not its own verb: `access-list …`, `permit …`
    let phrases = phrases.filter(|(_, words, ..)| {
        here.part != StatementPart::Names || here.before.is_some() || words.len() > 1
    });

    let mut matching = phrases.filter(|(_, words, ..)| {
        words.len() <= here.rest.len()
            && words
                .iter()
                .zip(here.rest)
                .all(|(word, token)| is_like(word, token.text))
    });

    let (_, words, write, label, is_sure) = matching.next()?;
    let write = words.iter().zip(here.rest).enumerate().fold(
        write.to_string(),
        |write, (n, (word, token))| {
            let is_keyword = !["NAME", "ADDRESS"].contains(word);
            let typed = if is_keyword {
                token.text.to_ascii_lowercase()
            } else {
                token.text.to_string()
            };
            write.replace(&format!("{{{n}}}"), &typed)
        },
    );

    let count = words.iter().filter(|word| **word != NO_NUMBER).count();
    Some(Replacement {
        count,
        write,
        label,
        is_sure: *is_sure,
        is_plain: false,
    })
}

/// Words that go on with a statement, or are to, and so are no names.
const NO_NAMES: [&str; 12] = [
    "from",
    "to",
    "in",
    "except",
    "until",
    "and",
    "or",
    "but",
    "not",
    "without",
    "excluding",
    "minus",
];

pub(super) fn is_like(word: &str, typed: &str) -> bool {
    match word {
        "#" => is_number(typed),
        NO_NUMBER => !typed.starts_with(|c: char| c.is_ascii_digit()),
        "NAME" => is_name(typed) && !NO_NAMES.contains(&typed),
        "ADDRESS" => net::parse_block(typed).is_ok(),
        _ => word.split('|').any(|word| word.eq_ignore_ascii_case(typed)),
    }
}

pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
