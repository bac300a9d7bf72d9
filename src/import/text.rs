//! What programs write: strings, names, traffic.

use crate::aws::{TextPiece, TextRef};
use crate::net::Traffic;

/// A string with its quotes: `"shop \"web\""`
pub(super) fn quoted(text: TextRef<'_>) -> String {
    let mut out = String::from("\"");
    for piece in text.pieces() {
        match piece {
            TextPiece::Literal(literal) => push_escaped(literal, &mut out),
            TextPiece::Parameter(name) => {
                out.push_str("${");
                out.push_str(name);
                out.push('}');
            }
        }
    }
    out.push('"');
    out
}

/// A known string with its quotes.
pub(super) fn quoted_known(text: &str) -> String {
    quoted(TextRef::known(text))
}

fn push_escaped(literal: &str, out: &mut String) {
    let mut rest = literal;
    while let Some(at) = rest.find(['"', '\\', '$']) {
        out.push_str(&rest[..at]);
        match &rest[at..=at] {
            "$" if rest[at..].starts_with("${") => out.push_str("$$"),
            "$" => out.push('$'),
            sign => {
                out.push('\\');
                out.push_str(sign);
            }
        }
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}

/// The traffic of one rule of AWS as a sentence writes it. Every type of ICMP is written by number:
/// by name it would mean both IP versions where the peer is a group.
pub(super) fn exact_traffic(traffic: Traffic) -> String {
    match traffic {
        Traffic::Icmp(None) => "proto 1".to_string(),
        Traffic::Icmpv6(None) => "proto 58".to_string(),
        Traffic::All
        | Traffic::Tcp(_)
        | Traffic::TcpUnknown(_)
        | Traffic::Udp(_)
        | Traffic::UdpUnknown(_)
        | Traffic::Icmp(Some(_))
        | Traffic::Icmpv6(Some(_))
        | Traffic::Number(_) => traffic.to_string(),
    }
}
