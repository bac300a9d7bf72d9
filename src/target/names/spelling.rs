//! How names are spelled: traffic, tiers and peers in snake case and in Pascal case.

use crate::aws::Direction;
use crate::hash::Fnv;
use crate::net::{Ports, ShortText, Sink, Traffic, UnknownPorts, push_number};

/// How names are spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameStyle {
    /// `web_tcp_443_from_anywhere_ipv4`: Terraform
    Snake,
    /// `WebTcp443FromApp`: CloudFormation, whose logical ids are letters and digits only
    Pascal,
}

/// The words that traffic and directions start with in snake case, and that of all addresses.
const SNAKE_WORDS: [&str; 9] = [
    "all", "proto", "tcp", "udp", "icmp", "icmpv6", "from", "to", "anywhere",
];

/// The words that traffic and directions start with in Pascal case.
const PASCAL_WORDS: [&str; 7] = ["All", "Proto", "Tcp", "Udp", "Icmp", "From", "To"];

impl NameStyle {
    /// Whether a name contains a word that traffic or a direction starts with.
    pub(super) fn has_word(self, name: &str) -> bool {
        match self {
            NameStyle::Snake => name.split('_').any(|part| SNAKE_WORDS.contains(&part)),
            NameStyle::Pascal => has_pascal_word(name),
        }
    }
}

/// Whether a name in Pascal case has a word in it that traffic or a direction starts with.
fn has_pascal_word(name: &str) -> bool {
    let starts = name
        .bytes()
        .enumerate()
        .filter(|(_, byte)| byte.is_ascii_uppercase());
    let mut rests = starts.map(|(at, _)| &name.as_bytes()[at..]);
    rests.any(|rest| {
        PASCAL_WORDS
            .iter()
            .any(|word| rest.starts_with(word.as_bytes()))
    })
}

/// Whether a mangled name could be that of a block: hexadecimal digits in five parts or more, as
/// `10_0_0_0_8` has them, or with an empty part among them, as `2001_db8___32` has.
pub(super) fn is_like_a_block(name: &str) -> bool {
    name.bytes()
        .all(|byte| byte == b'_' || byte.is_ascii_hexdigit())
        && (name.contains("__") || name.matches('_').count() >= 4)
}

pub(super) fn mangle_name(style: NameStyle, text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_mangled(&mut out, style, text);
    out
}

pub(super) fn push_mangled(out: &mut impl Sink, style: NameStyle, text: &str) {
    match style {
        NameStyle::Snake => push_snake(out, text),
        NameStyle::Pascal => push_pascal(out, text),
    }
}

impl Sink for Fnv {
    fn put(&mut self, text: &str) {
        Fnv::push(self, text.as_bytes());
    }

    fn put_ascii(&mut self, text: &[u8]) {
        Fnv::push(self, text);
    }
}

/// A word of a name in each style.
type Spellings = [ShortText<8>; 2];

const fn spellings(snake: &'static str, pascal: &'static str) -> Spellings {
    [
        ShortText::from_static(snake),
        ShortText::from_static(pascal),
    ]
}

/// What traffic starts with.
static TRAFFIC_STARTS: [Spellings; 6] = [
    spellings("_all", "All"),
    spellings("_proto_", "Proto"),
    spellings("_tcp_", "Tcp"),
    spellings("_udp_", "Udp"),
    spellings("_icmp_", "Icmp"),
    spellings("_icmpv6_", "Icmpv6"),
];

/// What stands between traffic and peer, by direction.
static DIRECTION_WORDS: [Spellings; 2] = [spellings("_from_", "From"), spellings("_to_", "To")];

/// Appends `_from_` or `_to_`; or `From`, `To`.
pub(super) fn push_direction(out: &mut impl Sink, direction: Direction, style: NameStyle) {
    out.put_short(&DIRECTION_WORDS[direction as usize][style as usize]);
}

/// Appends `_tcp_443`, `_udp_8000_8100`, `_tcp_app_port`, `_icmp_3_4`, `_proto_50`, `_all`; or
/// `Tcp443`, `Udp8000To8100`, `TcpAppPort`, `IcmpType3Code4`, `Proto50`, `All`.
#[inline(always)]
pub(super) fn push_traffic(out: &mut impl Sink, traffic: Traffic, style: NameStyle) {
    let start = match traffic {
        Traffic::All => 0,
        Traffic::Number(_) => 1,
        Traffic::Tcp(_) | Traffic::TcpUnknown(_) => 2,
        Traffic::Udp(_) | Traffic::UdpUnknown(_) => 3,
        Traffic::Icmp(_) => 4,
        Traffic::Icmpv6(_) => 5,
    };
    out.put_short(&TRAFFIC_STARTS[start][style as usize]);

    let spelled = |snake: &'static str, pascal: &'static str| match style {
        NameStyle::Snake => snake,
        NameStyle::Pascal => pascal,
    };
    match traffic {
        Traffic::All => {}
        Traffic::Number(number) => push_number(out, number),
        Traffic::Tcp(Ports::ALL)
        | Traffic::Udp(Ports::ALL)
        | Traffic::Icmp(None)
        | Traffic::Icmpv6(None) => {
            out.put(spelled("all", "All"));
        }
        Traffic::Tcp(Ports { from, to }) | Traffic::Udp(Ports { from, to }) => {
            push_number(out, from);
            if from != to {
                out.put(spelled("_", "To"));
                push_number(out, to);
            }
        }
        Traffic::TcpUnknown(ports) | Traffic::UdpUnknown(ports) => {
            push_unknown_ports(out, ports, style);
        }
        Traffic::Icmp(Some((kind, code))) | Traffic::Icmpv6(Some((kind, code))) => {
            out.put(spelled("", "Type"));
            push_number(out, kind);
            if let Some(code) = code {
                out.put(spelled("_", "Code"));
                push_number(out, code);
            }
        }
    }
}

/// Appends `app_port`, `8000_last_port`; or `AppPort`, `8000ToLastPort`.
#[cold]
fn push_unknown_ports(out: &mut impl Sink, ports: UnknownPorts, style: NameStyle) {
    let (from, to) = ports.ends();
    push_mangled(out, style, &from.to_string());
    if from != to {
        out.put(match style {
            NameStyle::Snake => "_",
            NameStyle::Pascal => "To",
        });
        push_mangled(out, style, &to.to_string());
    }
}

/// Appends `text` as part of a snake-case name: `_` for every character that is no letter or digit.
pub fn push_snake(out: &mut impl Sink, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| !byte.is_ascii_alphanumeric()) {
        out.put(&rest[..at]);
        out.put("_");
        rest = &rest[at + rest[at..].chars().next().map_or(1, char::len_utf8)..];
    }
    out.put(rest);
}

/// Appends `text` as part of a Pascal-case name: each run of letters and digits with a capital,
/// nothing else.
pub fn push_pascal(out: &mut impl Sink, text: &str) {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    for word in words.filter(|word| !word.is_empty()) {
        out.put_ascii(&[word.as_bytes()[0].to_ascii_uppercase()]);
        out.put(&word[1..]);
    }
}
