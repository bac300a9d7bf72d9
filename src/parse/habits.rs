//! Words and signs of other tools, and what is written here instead: `tcp/443`, `8000:9000`, `${office}`, `and`.
//!
//! A table of phrases, and a few notations that need reading. They are asked only of a stretch that is no statement,
//! so a name that looks like one of them keeps its meaning.

use crate::net;
use crate::source::beginning;
use ipnet::{IpNet, Ipv4Net};
use std::net::Ipv4Addr;

/// A stretch that is written another way here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Habit {
    /// Where it starts in the statement.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// What to write.
    pub write: String,
    /// Why, in a few words.
    pub label: &'static str,
    /// Whether nothing else can have been meant, and it opens no more than what was written.
    pub is_sure: bool,
    /// Whether it is foreign wherever it stands, so that it needs no whole statement to be seen.
    pub is_plain: bool,
}

/// A word, a sign or a string of a statement.
#[derive(Debug, Clone, Copy)]
pub struct Token<'t> {
    /// Where it starts.
    pub start: usize,
    /// All of it, quotes included.
    pub text: &'t str,
}

impl Token<'_> {
    /// Where it ends.
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// The part of a statement that a token stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Names,
    Services,
    Peers,
}

/// A place in a statement.
struct Here<'t> {
    part: Part,
    /// The first word of the statement.
    head: &'t str,
    before: Option<Token<'t>>,
    rest: &'t [Token<'t>],
    /// All tokens of the statement.
    all: &'t [Token<'t>],
    /// How many braces are open.
    depth: usize,
}

/// How many tokens are written another way, what to write, why, and whether that is sure.
struct Found {
    count: usize,
    write: String,
    label: &'static str,
    is_sure: bool,
    is_plain: bool,
}

const RULES: [fn(&Here<'_>) -> Option<Found>; 15] = [
    negation,
    declaration,
    colon,
    phrase,
    port,
    service_and_port,
    address,
    netmask,
    reference,
    path,
    quoted,
    comma,
    separator,
    bracket,
    keyword,
];

/// Everything in a statement that is written another way here, from its start to its end.
pub fn habits(text: &str) -> Vec<Habit> {
    let tokens = tokens(text);
    let head = tokens.first().map_or("", |token| token.text);
    let (mut part, mut depth, mut at) = (first_part(head), 0_usize, 0);
    let mut habits = Vec::new();
    while at < tokens.len() {
        let before = at.checked_sub(1).map(|before| tokens[before]);
        let here = Here { part, head, before, rest: &tokens[at..], all: &tokens, depth };
        let count = match RULES.iter().find_map(|rule| rule(&here)) {
            Some(found) => {
                let habit = habit(&here, found, &mut at);
                part = next_part(part, head, habit.write.trim());
                habits.push(habit);
                continue;
            }
            None => 1,
        };
        let word = tokens[at].text;
        depth = match word {
            "{" => depth + 1,
            "}" => depth.saturating_sub(1),
            _ => depth,
        };
        part = next_part(part, head, word);
        at += count;
    }
    habits
}

/// Takes what was found; a comma in the place of a word stands at the end of the word before it.
fn habit(here: &Here<'_>, found: Found, at: &mut usize) -> Habit {
    let (first, last) = (here.rest[0], here.rest[found.count - 1]);
    *at += found.count;
    let is_closing = found.write.is_empty() && ["]", ")", "}", ","].contains(&last.text);
    let start = match here.before {
        Some(before) if found.write == "," || is_closing => before.end(),
        Some(_) | None => first.start,
    };
    // the blank behind a word goes with it
    let next = here.rest.get(found.count).filter(|_| found.write.is_empty() && !is_closing);
    let end = next.map_or(last.end(), |next| next.start);
    let Found { write, label, is_sure, is_plain, .. } = found;
    Habit { start, end, write, label, is_sure, is_plain }
}

fn first_part(head: &str) -> Part {
    if head == "assert" { Part::Peers } else { Part::Names }
}

fn next_part(part: Part, head: &str, word: &str) -> Part {
    match (word, head) {
        ("allows" | "allow" | "on", _) | ("=", "service") => Part::Services,
        ("from" | "to" | "reach" | "except", _) | ("=", "network") => Part::Peers,
        _ => part,
    }
}

/// The words, signs and strings that the first line of a statement starts with.
pub fn first_tokens(text: &str) -> Vec<Token<'_>> {
    const SHOWN: usize = 256;
    tokens(beginning(text.lines().next().unwrap_or(""), SHOWN))
}

/// The words, signs and strings of a short statement, without its comments: each is looked for to the end of its line.
pub fn tokens(text: &str) -> Vec<Token<'_>> {
    let (mut tokens, mut at) = (Vec::new(), 0);
    while let Some(character) = text[at..].chars().next() {
        let rest = &text[at..];
        if character.is_whitespace() {
            at += character.len_utf8();
        } else if character == '#' {
            at += rest.find('\n').unwrap_or(rest.len());
        } else {
            let length = token(rest, character);
            tokens.push(Token { start: at, text: &rest[..length] });
            at += length;
        }
    }
    tokens
}

/// What opens and closes a token in which anything may stand.
const PAIRS: [(&str, &str); 8] = [
    ("\"", "\""),
    ("'", "'"),
    ("`", "`"),
    ("\u{201c}", "\u{201d}"),
    ("\u{2018}", "\u{2019}"),
    ("${", "}"),
    ("%{", "}"),
    ("{{", "}}"),
];

/// The length of the token that a text starts with.
fn token(text: &str, first: char) -> usize {
    const SINGLE: &str = ",;[](){}\"\u{ff0c}\u{3001}\u{60c}";
    let line = &text[..text.find('\n').unwrap_or(text.len())];
    let closed = PAIRS.iter().find_map(|(open, close)| {
        let inside = line.strip_prefix(open)?;
        Some(open.len() + closing(inside, close)? + close.len())
    });
    if let Some(length) = closed {
        return length;
    }
    if SINGLE.contains(first) {
        return first.len_utf8();
    }
    text.find(|c: char| c.is_whitespace() || SINGLE.contains(c)).unwrap_or(text.len()).max(first.len_utf8())
}

/// Where a string ends: at a quote that no backslash stands before.
fn closing(inside: &str, close: &str) -> Option<usize> {
    inside.match_indices(close).map(|(at, _)| at).find(|at| !inside[..*at].ends_with('\\'))
}

// ------------------------------------------------------------------------------------------ phrases

/// Where a phrase can stand, its words, what to write, why, and whether that is sure. `|` stands between words of which
/// each will do, `#` is a number, `NAME` a name, `ADDRESS` an address; `{0}` is the first word as it was typed.
type Phrase = (Part, &'static [&'static str], &'static str, &'static str, bool);

/// What must not stand after the words of a phrase, which is no part of it.
const NO_NUMBER: &str = "not a number";
const PROTOCOL_THEN_PORT: &str = "a blank stands between a protocol and its port";
const RANGE: &str = "a range of ports has `-` between its ends, and no blanks";
const EVERYTHING: &str = "everything is `all`";
const PEERS_FOLLOW: &str = "peers follow `from` or `to`";
const TAKEN_OUT: &str = "addresses are taken out with `except`";
const CLAIM: &str = "an assertion says `can reach` or `cannot reach`";
const VERB: &str = "a sentence says `allows`";

const PHRASES: &[Phrase] = &[
    (
        Part::Services,
        &["tcp|udp", "port|ports|dport|--dport|--dports|eq|dst-port|:|=|/", "#"],
        "{0} {2}",
        PROTOCOL_THEN_PORT,
        true,
    ),
    (Part::Services, &["tcp|udp", "range|ports|port-range", "#", "#"], "{0} {2}-{3}", RANGE, true),
    (Part::Services, &["tcp|udp", "all|any|*"], "{0}", "every port is the protocol alone", false),
    (Part::Services, &["all|any|every", "tcp|udp|icmp", NO_NUMBER], "{1}", "every port is the protocol alone", false),
    (Part::Services, &["all|any|every", "traffic|ports|protocols|services|protocol"], "all", EVERYTHING, false),
    (Part::Services, &["*|-1|any/any"], "all", EVERYTHING, false),
    (Part::Services, &["port|ports|dport|--dport|eq|:", "#"], "tcp {1}", "a port follows its protocol", false),
    (Part::Services, &["range", "#", "#"], "tcp {1}-{2}", "a port follows its protocol", false),
    (Part::Services, &["#", "to|-|\u{2013}|\u{2014}|\u{2212}|through|thru|..|...|~", "#"], "{0}-{2}", RANGE, true),
    (
        Part::Services,
        &["icmp|icmpv6", "type|--icmp-type", "#", "code", "#"],
        "{0} {2}/{4}",
        "type and code are two numbers",
        true,
    ),
    (Part::Services, &["icmp|icmpv6", "type|--icmp-type", "#"], "{0} {2}", "the type is a number or a name", true),
    (
        Part::Services,
        &["icmp|icmpv6", "tcp|udp|icmp|icmpv6|proto|all"],
        "{0}, {1}",
        "commas stand between the items of a list",
        false,
    ),
    (Part::Services, &["protocol|ip-protocol", "#"], "proto {1}", "a protocol by number is `proto`", true),
    (Part::Services, &["protocol|-p|--protocol", "tcp|udp|icmp"], "{1}", "a protocol stands by its name", true),
    (
        Part::Services,
        &["NAME", "on|at|over|@|:", "port|tcp|tcp/", "#"],
        "tcp {3}",
        "a service has the ports that it has",
        false,
    ),
    (Part::Services, &["NAME", "on|at|over|@|:", "#"], "tcp {2}", "a service has the ports that it has", false),
    (Part::Services, &["of|by|source|src|<-|-s|--source|for"], "from", PEERS_FOLLOW, false),
    (Part::Services, &["into|towards|->|=>|-d|--destination|destination|dst"], "to", PEERS_FOLLOW, false),
    (Part::Peers, &["host|ip|cidr|address|subnet", "ADDRESS"], "{1}", "an address stands by itself", true),
    (Part::Peers, &["tier|network|external|param|group|sg", "NAME"], "{1}", "a name stands by itself", false),
    (Part::Peers, &["*"], "anywhere", "everyone is `anywhere`", false),
    (Part::Peers, &["but", "not"], "except", TAKEN_OUT, true),
    (Part::Peers, &["but|not|without|excluding|minus|unless"], "except", TAKEN_OUT, false),
    (Part::Peers, &["expires|till|expiring|ends"], "until", "the last day follows `until`", true),
    (Part::Peers, &["can", "not|never"], "cannot", CLAIM, true),
    (Part::Peers, &["can't|cant|can\u{2019}t"], "cannot", CLAIM, true),
    (Part::Peers, &["must|may|should|shall|does", "not|never"], "cannot", CLAIM, true),
    (Part::Peers, &["must|may|should|shall"], "can", CLAIM, true),
    (Part::Peers, &["reaches"], "can reach", CLAIM, true),
    (Part::Peers, &["access|talk|connect", "to"], "reach", CLAIM, true),
    (Part::Peers, &["access"], "reach", CLAIM, true),
    (Part::Peers, &["->|=>|-->"], "can reach", CLAIM, true),
    (Part::Peers, &["!->|-/->|-x->"], "cannot reach", CLAIM, true),
    (Part::Peers, &["over|using|with"], "on", "services follow `on`", true),
    (Part::Names, &["as"], "is", "a role follows `is`", true),
    (Part::Names, &["can|may", "receive|accept|get|take"], "allows", VERB, true),
    (
        Part::Names,
        &["accepts|accept|permits|permit|admits|admit|allowed|allowing|lets|grants|grant|receives|accepting"],
        "allows",
        VERB,
        true,
    ),
];

/// `assert not web can reach db`
fn negation(here: &Here<'_>) -> Option<Found> {
    let is_negated = here.head == "assert" && here.all.get(1).is_some_and(|it| is_like("not|no|never", it.text));
    let at = here.all.len() - here.rest.len();
    let write = match here.rest[0].text {
        _ if !is_negated => return None,
        _ if at == 1 => "",
        "can" => "cannot",
        _ => return None,
    };
    Some(Found { count: 1, write: write.to_string(), label: CLAIM, is_sure: true, is_plain: false })
}

fn phrase(here: &Here<'_>) -> Option<Found> {
    let phrases = PHRASES.iter().filter(|(part, ..)| *part == here.part);
    // a statement is not its own verb: `access-list …`, `permit …`
    let phrases =
        phrases.filter(|(_, words, ..)| here.part != Part::Names || here.before.is_some() && !words.is_empty());
    let mut matching = phrases.filter(|(_, words, ..)| {
        words.len() <= here.rest.len() && words.iter().zip(here.rest).all(|(word, token)| is_like(word, token.text))
    });
    let (_, words, write, label, is_sure) = matching.next()?;
    let write = words.iter().zip(here.rest).enumerate().fold(write.to_string(), |write, (n, (word, token))| {
        let is_keyword = !["NAME", "ADDRESS"].contains(word);
        let typed = if is_keyword { token.text.to_ascii_lowercase() } else { token.text.to_string() };
        write.replace(&format!("{{{n}}}"), &typed)
    });
    let count = words.iter().filter(|word| **word != NO_NUMBER).count();
    Some(Found { count, write, label, is_sure: *is_sure, is_plain: false })
}

fn is_like(word: &str, typed: &str) -> bool {
    match word {
        "#" => is_number(typed),
        NO_NUMBER => !typed.starts_with(|c: char| c.is_ascii_digit()),
        "NAME" => is_name(typed) && !["from", "to", "except", "until", "and", "or"].contains(&typed),
        "ADDRESS" => net::block(typed).is_ok(),
        _ => word.split('|').any(|word| word.eq_ignore_ascii_case(typed)),
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text can be a name.
pub fn is_name(text: &str) -> bool {
    let in_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.bytes().all(in_name)
}

// ------------------------------------------------------------------------------------------ notations

/// `tcp/443`, `443/tcp`, `tcp:443`, `8000:9000`
fn port(here: &Here<'_>) -> Option<Found> {
    let typed = here.rest[0].text;
    if here.part != Part::Services || is_name(typed) {
        return None;
    }
    let (write, label) = match with_protocol(typed) {
        Some(write) => (write, PROTOCOL_THEN_PORT),
        None if is_service_and_protocol(typed) => (typed.split('/').next()?.to_string(), "a service has its protocol"),
        None => (range(typed).filter(|range| range != typed)?, RANGE),
    };
    Some(Found { count: 1, write, label, is_sure: true, is_plain: true })
}

/// `https/tcp`
fn is_service_and_protocol(typed: &str) -> bool {
    typed.split_once('/').is_some_and(|(name, protocol)| is_name(name) && is_like("tcp|udp", protocol))
}

/// `https:8443`
fn service_and_port(here: &Here<'_>) -> Option<Found> {
    let (name, port) = here.rest[0].text.split_once([':', '/', '@'])?;
    let is_port = here.part == Part::Services && is_name(name) && is_number(port);
    let label = "a service has the ports that it has";
    is_port.then(|| Found { count: 1, write: format!("tcp {port}"), label, is_sure: false, is_plain: true })
}

/// `network office 10.0.0.0/8`, `param office cidr`, `external partner = sg-0123456789abcdef0`
fn declaration(here: &Here<'_>) -> Option<Found> {
    const NAMES_THEN: [(&str, &str, &str); 6] = [
        ("network", "=", "a value follows `=`"),
        ("service", "=", "a value follows `=`"),
        ("tiers", "=", "a value follows `=`"),
        ("external", "=", "a value follows `=`"),
        ("prefix-list", "=", "a value follows `=`"),
        ("param", ":", "a type follows `:`"),
    ];
    let (typed, at) = (here.rest[0].text, here.all.len() - here.rest.len());
    let is_id =
        ["external", "prefix-list"].contains(&here.head) && at == 3 && here.before.is_some_and(|it| it.text == "=");
    let (write, label) = if is_id && !typed.starts_with('"') {
        (format!("\"{typed}\""), "an id stands in double quotes")
    } else if here.head == "peer" && at == 2 && is_like("and|to|,|-|<->|&|/|=", typed) {
        (" with".to_string(), "the two names have `with` between them")
    } else if ["stack", "tier", "vpc"].contains(&here.head) && at == 2 && typed == "=" {
        (String::new(), "what follows a name has no `=` before it")
    } else {
        let (_, sign, label) = NAMES_THEN.iter().find(|(head, ..)| *head == here.head)?;
        let name = typed.strip_suffix(':').filter(|name| at == 1 && *sign == "=" && is_name(name));
        match (name, here.before) {
            (Some(name), _) => (format!("{name} ="), *label),
            (None, _) if at == 2 && is_like(":|:=|=>|==|is|as|->", typed) && typed != *sign => {
                (sign.to_string(), *label)
            }
            (None, Some(before))
                if at == 2 && is_name(before.text) && typed != *sign && typed != "," && !typed.starts_with('=') =>
            {
                (format!("{sign} {typed}"), *label)
            }
            (None, Some(_) | None) => return None,
        }
    };
    let write = if typed == "," { write } else { write.trim().to_string() };
    Some(Found { count: 1, write, label, is_sure: true, is_plain: false })
}

/// `tier web: { outbound = closed }`
fn colon(here: &Here<'_>) -> Option<Found> {
    let is_name_of = ["tier", "vpc", "stack"].contains(&here.head) && here.all.len() - here.rest.len() == 1;
    let write = here.rest[0].text.strip_suffix(':').filter(|name| is_name_of && is_name(name))?.to_string();
    Some(Found { count: 1, write, label: "a name has no `:` behind it", is_sure: true, is_plain: true })
}

/// `tcp 443` of `tcp/443`, `443/TCP`, `tcp-443`
pub fn with_protocol(typed: &str) -> Option<String> {
    let (left, right) = typed.split_once(['/', ':', '_', '-'])?;
    let protocol = |word: &str| ["tcp", "udp"].into_iter().find(|known| known.eq_ignore_ascii_case(word));
    match (protocol(left), protocol(right)) {
        (Some(protocol), None) => Some(format!("{protocol} {}", range(right)?)),
        (None, Some(protocol)) => Some(format!("{protocol} {}", range(left)?)),
        (None, None) | (Some(_), Some(_)) => {
            // `8000-9000/tcp`
            let (left, right) = typed.rsplit_once(['/', ':'])?;
            Some(format!("{} {}", protocol(right)?, range(left)?))
        }
    }
}

const RANGE_SIGNS: [&str; 10] = ["-", ":", "..=", "...", "..", "\u{2013}", "\u{2014}", "\u{2212}", "\u{2010}", "~"];

/// `8000-9000` of `8000:9000`; a port alone stays.
fn range(typed: &str) -> Option<String> {
    if is_number(typed) {
        return Some(typed.to_string());
    }
    RANGE_SIGNS.iter().find_map(|sign| {
        let (first, last) = typed.split_once(sign)?;
        (is_number(first) && is_number(last)).then(|| format!("{first}-{last}"))
    })
}

/// More blocks than this are better named.
const MOST_BLOCKS: usize = 8;

/// `10.0.0.1-10.0.0.9`, `10.0.0.*`
fn address(here: &Here<'_>) -> Option<Found> {
    let typed = here.rest[0].text;
    let (count, write, label) = match here.rest {
        [first, dash, last, ..] if RANGE_SIGNS.contains(&dash.text) => {
            (3, blocks(first.text, last.text)?, "a range of addresses is written as its blocks")
        }
        _ => match RANGE_SIGNS.iter().find_map(|sign| typed.split_once(sign)) {
            Some((first, last)) if first.contains('.') && !first.ends_with('.') => {
                (1, blocks(first, last)?, "a range of addresses is written as its blocks")
            }
            Some(_) | None => (1, wildcard(typed)?, "the rest of a block is its length"),
        },
    };
    Some(Found { count, write, label, is_sure: true, is_plain: true })
}

/// The blocks from one address to another, of which the last may be the last number alone.
fn blocks(first: &str, last: &str) -> Option<String> {
    let from: Ipv4Addr = first.parse().ok()?;
    let whole = || {
        let number: u8 = last.parse().ok()?;
        let [a, b, c, _] = from.octets();
        Some(Ipv4Addr::new(a, b, c, number))
    };
    let to: Ipv4Addr = last.parse().ok().or_else(whole)?;
    let blocks: Vec<Ipv4Net> = ipnet::Ipv4Subnets::new(from, to, 0).take(MOST_BLOCKS + 1).collect();
    let written = |block: &Ipv4Net| match block.prefix_len() {
        32 => block.addr().to_string(),
        _ => block.to_string(),
    };
    let is_short = from <= to && blocks.len() <= MOST_BLOCKS;
    is_short.then(|| blocks.iter().map(written).collect::<Vec<_>>().join(", "))
}

/// `10.0.0.0/24` of `10.0.0.*`; nothing for `*.*.*.*`
fn wildcard(typed: &str) -> Option<String> {
    let numbers: Vec<&str> = typed.split('.').collect();
    let fixed = numbers.iter().take_while(|number| number.parse::<u8>().is_ok()).count();
    let is_wildcard = numbers.len() == 4 && (1..4).contains(&fixed) && numbers[fixed..].iter().all(|n| *n == "*");
    let padded = numbers[..fixed].iter().copied().chain(std::iter::repeat_n("0", 4 - fixed));
    is_wildcard.then(|| format!("{}/{}", padded.collect::<Vec<_>>().join("."), fixed * 8))
}

/// `10.0.0.0 255.0.0.0`, `10.0.0.0 0.255.255.255`, `10.0.0.0 mask 255.0.0.0`
fn netmask(here: &Here<'_>) -> Option<Found> {
    let (count, mask) = match here.rest {
        [_, word, mask, ..] if is_like("mask|netmask", word.text) => (3, mask.text),
        [_, mask, ..] => (2, mask.text),
        _ => return None,
    };
    let (address, mask): (Ipv4Addr, Ipv4Addr) = (here.rest[0].text.parse().ok()?, mask.parse().ok()?);
    // a netmask has its ones in front, and the wildcard mask of an access list has them behind
    let masks = [mask, Ipv4Addr::from(!u32::from(mask))];
    let narrowing = |mask: &Ipv4Addr| Ipv4Net::with_netmask(address, *mask).ok().filter(|net| net.prefix_len() > 0);
    let net = masks.iter().find_map(narrowing).filter(|_| !address.is_unspecified())?;
    let net = IpNet::V4(net.trunc());
    let (write, label) = (net.to_string(), "a block has its length after `/`");
    Some(Found { count, write, label, is_sure: net::is_narrow(&net), is_plain: true })
}

/// What stands before the name in references of other tools.
const REFERENCES: [&str; 14] = [
    "var.",
    "local.",
    "param.",
    "params.",
    "module.",
    "data.aws_security_group.",
    "data.aws_vpc.",
    "data.aws_prefix_list.",
    "aws_security_group.",
    "aws_vpc.",
    "aws_ec2_managed_prefix_list.",
    ".Values.",
    "AWS::",
    "resource.",
];

/// What stands behind it.
const ATTRIBUTES: [&str; 8] =
    [".id", ".arn", ".name", ".GroupId", ".cidr_block", ".cidr", ".ids", ".security_group_id"];

/// `${office}`, `var.office`, `$office`, `!Ref office`
fn reference(here: &Here<'_>) -> Option<Found> {
    const LABEL: &str = "a name stands by itself";
    let typed = here.rest[0].text;
    if let ("!Ref" | "!GetAtt" | "!ImportValue" | "Ref:" | "Ref", [_, name, ..]) = (typed, here.rest) {
        let write = referred(name.text);
        return is_name(write).then(|| Found {
            count: 2,
            write: write.to_string(),
            label: LABEL,
            is_sure: false,
            is_plain: true,
        });
    }
    let inside = PAIRS[5..].iter().find_map(|(open, close)| typed.strip_prefix(open)?.strip_suffix(close));
    let sign = typed.strip_prefix(['$', '@', '&', '%']).filter(|_| here.before.is_some());
    let write = match inside.or(sign) {
        Some(inside) => referred(inside.trim()),
        None => Some(referred(typed)).filter(|name| *name != typed)?,
    };
    is_name(write).then(|| Found { count: 1, write: write.to_string(), label: LABEL, is_sure: false, is_plain: true })
}

fn referred(typed: &str) -> &str {
    let name = REFERENCES.iter().find_map(|before| typed.strip_prefix(before)).unwrap_or(typed);
    let name = ATTRIBUTES.iter().find_map(|after| name.strip_suffix(after)).unwrap_or(name);
    name.strip_suffix("[0]").unwrap_or(name)
}

/// `include network.tier`
fn path(here: &Here<'_>) -> Option<Found> {
    let typed = here.rest[0].text;
    let is_path = here.head == "include" && here.before.is_some_and(|before| before.text == "include");
    let write = format!("\"{typed}\"");
    let label = "a path stands in double quotes";
    (is_path && !typed.starts_with(['"', '\'', '`', '\u{201c}', '\u{2018}'])).then_some(Found {
        count: 1,
        write,
        label,
        is_sure: true,
        is_plain: true,
    })
}

/// `'Web'`, and `"web"` where a name or an address stands.
fn quoted(here: &Here<'_>) -> Option<Found> {
    let typed = here.rest[0].text;
    let inside = PAIRS[1..5].iter().find_map(|(open, close)| {
        (typed.len() > open.len()).then(|| typed.strip_prefix(open)?.strip_suffix(close)).flatten()
    });
    let text = inside.or_else(|| typed.strip_prefix('"')?.strip_suffix('"'))?;
    let is_bare = is_name(text) || net::block(text).is_ok();
    let label = if is_bare && here.depth == 0 && here.expects_name() {
        "names and addresses stand without quotes"
    } else {
        "a string stands in straight double quotes"
    };
    let write = if label.starts_with('n') { text.to_string() } else { format!("\"{text}\"") };
    (write != typed).then_some(Found { count: 1, write, label, is_sure: inside.is_some(), is_plain: inside.is_some() })
}

impl Here<'_> {
    /// Whether a name must stand here, since one stands before each description.
    fn expects_name(&self) -> bool {
        const WORDS: [&str; 19] = [
            "from", "to", "allows", "allow", ",", "tier", "tiers", "network", "service", "param", "stack", "vpc",
            "peer", "is", "was", "except", "on", "reach", "assert",
        ];
        let is_value =
            ["network", "service", "tiers"].contains(&self.head) && self.before.is_some_and(|it| it.text == "=");
        is_value || self.before.is_none_or(|before| WORDS.contains(&before.text))
    }
}

/// `http, https, from anywhere`
fn comma(here: &Here<'_>) -> Option<Found> {
    const NO_ITEM: [&str; 12] =
        [",", "from", "to", "allows", "allow", "except", "until", "on", "can", "cannot", "reach", "{"];
    let [Token { text: ",", .. }, next, ..] = here.rest else { return None };
    let is_first = here.before.is_some_and(|before| NO_ITEM[1..].contains(&before.text));
    let is_spare = (is_first || NO_ITEM.contains(&next.text)) && here.depth == 0;
    let label = "no item follows this comma";
    is_spare.then(|| Found { count: 1, write: String::new(), label, is_sure: true, is_plain: false })
}

/// Signs that stand between the items of lists elsewhere.
const SEPARATORS: [&str; 11] = ["and", "or", "&", "&&", "+", "|", "||", ";", "\u{ff0c}", "\u{3001}", "\u{60c}"];

/// `web and app`, and what ends a statement elsewhere.
fn separator(here: &Here<'_>) -> Option<Found> {
    let typed = here.rest[0].text;
    let before = here.before?;
    let ends = here.rest.len() == 1;
    if ends && [";", ".", ":"].contains(&typed) {
        let label = "a statement ends with its line";
        return Some(Found { count: 1, write: String::new(), label, is_sure: true, is_plain: true });
    }
    if let (true, Some(word)) = (ends, typed.strip_suffix('.').filter(|word| is_name(word))) {
        let label = "a statement ends with its line";
        return Some(Found { count: 1, write: word.to_string(), label, is_sure: true, is_plain: true });
    }
    if let Some(word) = typed.strip_suffix([':', '=']).filter(|word| here.depth > 0 && is_name(word)) {
        let (write, label) = (format!("{word} ="), "a value follows `=`");
        return Some(Found { count: 1, write, label, is_sure: true, is_plain: true });
    }
    if here.depth > 0 && [":", "=>", ":=", "=="].contains(&typed) {
        return Some(Found {
            count: 1,
            write: "=".into(),
            label: "a value follows `=`",
            is_sure: true,
            is_plain: true,
        });
    }
    let is_doubled = before.text == "," || here.rest.get(1).is_some_and(|next| next.text == ",");
    let is_separator = SEPARATORS.contains(&typed) && before.text != "=" && !ends && here.depth == 0;
    let write = if is_doubled { "" } else { "," };
    let label = "commas stand between the items of a list";
    is_separator.then(|| Found { count: 1, write: write.to_string(), label, is_sure: true, is_plain: false })
}

/// `[web, app]`, `(http, https)`, `tcp { 80, 443 }`, `tier web = { … }`
fn bracket(here: &Here<'_>) -> Option<Found> {
    let typed = here.rest[0].text;
    let label = match (typed, here.head) {
        ("[" | "]" | "(" | ")", _) if here.depth == 0 => "a list stands without brackets",
        ("{" | "}", _) if here.part != Part::Names => "a list stands without brackets",
        ("=" | ":", "tier" | "vpc" | "stack" | "prefix-list") if here.rest.get(1).is_some_and(|it| it.text == "{") => {
            "a block follows the name"
        }
        _ => return None,
    };
    Some(Found { count: 1, write: String::new(), label, is_sure: true, is_plain: false })
}

/// What no rule of AWS can name as a peer: how it is known, what it is, what to write.
type Unmatched = (fn(&str) -> bool, &'static str, &'static str);

const UNMATCHED: [Unmatched; 4] = [
    (
        |typed| typed.starts_with("arn:"),
        "security groups are named by their ids",
        "declare it by its id: `external partner = \"sg-0123456789abcdef0\"`, and write `partner`",
    ),
    (
        |typed| typed.starts_with("com.amazonaws."),
        "a prefix list is declared",
        "declare it: `prefix-list s3 = \"com.amazonaws.region.s3\"`, and write `s3`",
    ),
    (
        |typed| typed.contains("://"),
        "security groups match addresses, not names",
        "declare its addresses: `network partner = 203.0.113.0/24`, or `param partner : cidr`",
    ),
    (
        is_host,
        "security groups match addresses, not names",
        "declare its addresses: `network partner = 203.0.113.0/24`, or `param partner : cidr`",
    ),
];

/// `example.com`, `*.example.com`
fn is_host(typed: &str) -> bool {
    let labels = typed.strip_prefix("*.").unwrap_or(typed).split('.');
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    let known = || REFERENCES.iter().any(|before| typed.starts_with(before));
    let ends_in_letters = typed.ends_with(|c: char| c.is_ascii_alphabetic());
    labels.clone().count() > 1 && labels.clone().all(is_label) && ends_in_letters && !known()
}

/// A peer that no rule of AWS can name, what it is, and what to write instead.
pub fn unmatched(text: &str) -> Option<(Token<'_>, &'static str, &'static str)> {
    let tokens = tokens(text);
    let head = tokens.first().map_or("", |token| token.text);
    let mut part = first_part(head);
    tokens.into_iter().find_map(|token| {
        part = next_part(part, head, token.text);
        let (_, label, help) = UNMATCHED.iter().find(|(is_like, ..)| is_like(token.text))?;
        (part == Part::Peers).then_some((token, *label, *help))
    })
}

/// Words that mean something in the language wherever they stand.
const KEYWORDS: [&str; 11] =
    ["allows", "allow", "from", "to", "except", "until", "can", "cannot", "reach", "on", "only"];

/// `ALLOWS`
fn keyword(here: &Here<'_>) -> Option<Found> {
    let typed = here.rest[0].text;
    let write = KEYWORDS.iter().find(|word| word.eq_ignore_ascii_case(typed)).filter(|word| **word != typed)?;
    let label = "keywords are written in small letters";
    Some(Found { count: 1, write: write.to_string(), label, is_sure: true, is_plain: false })
}
