//! Parses single tokens: addresses, ports, numbers. Each returns a value even if it is invalid, so
//! that the statement around it is kept.

use crate::diagnostic::{Problems, SyntaxProblem};
use crate::net::{self, NotABlock};
use crate::source::{Span, is_unseen};
use ipnet::IpNet;

/// `10.0.0.0/8`, `2001:db8::1`
pub fn parse_address(text: &str, span: Span, problems: &mut Problems) -> Option<IpNet> {
    let net = match net::parse_block(text) {
        Ok(net) => net,
        Err(NotABlock::Malformed(meant)) => {
            problems.push(SyntaxProblem::BadAddress {
                span,
                text: text.to_string(),
                meant,
            });
            return None;
        }
        Err(NotABlock::Unspecified(every)) => {
            problems.push(SyntaxProblem::UnspecifiedAddress {
                span,
                text: text.to_string(),
                every,
            });
            return None;
        }
    };

    let block = net.trunc();
    if block != net {
        let is_narrow = net::is_narrow(&block);
        problems.push(SyntaxProblem::HostBits {
            span,
            text: text.to_string(),
            block: block.to_string(),
            is_narrow,
        });
    }

    Some(block)
}

/// `443`, `8000-8100`
pub fn parse_ports(text: &str, span: Span, problems: &mut Problems) -> Option<(u16, u16)> {
    let (first, last) = net::split_once_at(text, b'-').unwrap_or((text, text));
    let (Ok(from), Ok(to)) = (first.parse(), last.parse()) else {
        problems.push(SyntaxProblem::BadPort {
            span,
            text: text.to_string(),
        });
        return None;
    };

    if from > to {
        problems.push(SyntaxProblem::InvertedPorts { span, from, to });
        return Some((to, from));
    }

    Some((from, to))
}

/// `443`
pub fn parse_port(text: &str, span: Span, problems: &mut Problems) -> Option<u16> {
    let port = text.parse().ok();
    if port.is_none() {
        problems.push(SyntaxProblem::BadPort {
            span,
            text: text.to_string(),
        });
    }
    port
}

/// `3/4`, `8`
pub fn parse_icmp(text: &str, span: Span, problems: &mut Problems) -> Option<(u8, Option<u8>)> {
    let (kind, code) = match text.split_once('/') {
        Some((kind, code)) => (kind.parse().ok(), Some(code.parse().ok())),
        None => (text.parse().ok(), None),
    };

    match (kind, code) {
        (Some(kind), None) => Some((kind, None)),
        (Some(kind), Some(Some(code))) => Some((kind, Some(code))),
        (None, _) | (_, Some(None)) => {
            problems.push(SyntaxProblem::BadIcmpNumber {
                span,
                text: text.to_string(),
            });
            None
        }
    }
}

/// `50`
pub fn parse_protocol(text: &str, span: Span, problems: &mut Problems) -> Option<u8> {
    let number = text.parse().ok();
    if number.is_none() {
        problems.push(SyntaxProblem::BadProtocol {
            span,
            text: text.to_string(),
        });
    }
    number
}

/// `2026-12-31` of `31.12.2026`, `2026/12/31` and `12/31/2026`; `None` if day and month are
/// ambiguous.
pub fn likely_day(text: &str) -> Option<String> {
    let numbers: Vec<&str> = text.split(['.', '/', '-']).collect();
    let [first, second, third] = numbers.as_slice() else {
        return None;
    };

    let (year, month, day) = match (first.len(), third.len()) {
        (4, _) => (first, second, third),
        (_, 4) if text.contains('.') => (third, second, first),
        (_, 4) if second.parse::<u8>().is_ok_and(|day| day > 12) => (third, first, second),
        (_, 4) if first.parse::<u8>().is_ok_and(|day| day > 12) => (third, second, first),
        _ => return None,
    };

    let written = format!("{year}-{month:0>2}-{day:0>2}");
    let is_day = written.parse::<crate::date::Date>().is_ok();

    is_day.then_some(written)
}

/// Positions of forbidden characters: invisible ones that affect the text around them, except tabs
/// and line breaks. At most one per line.
pub fn find_forbidden(text: &str) -> Vec<(usize, char)> {
    let mut found: Vec<(usize, char)> = Vec::new();
    if !has_suspect(text) {
        return found;
    }

    let mut line_start = 0;

    for line in text.split_inclusive('\n') {
        if has_suspect(line) {
            let mut characters = line.char_indices();
            let first = characters.find(|(at, character)| is_forbidden(line, *at, *character));
            found.extend(first.map(|(at, character)| (line_start + at, character)));
        }
        line_start += line.len();
    }

    found
}

/// Whether a text has a byte that can be part of a forbidden character. All are looked at, many at
/// a time, since most texts have none.
fn has_suspect(text: &str) -> bool {
    text.bytes()
        .fold(false, |found, byte| found | may_be_forbidden(byte))
}

/// Whether a byte can be part of a forbidden character.
fn may_be_forbidden(byte: u8) -> bool {
    byte >= 0x7f || byte < b' ' && byte != b'\n' && byte != b'\t'
}

fn is_forbidden(line: &str, at: usize, character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        '\r' => !line[at + 1..].starts_with('\n'),
        other => is_unseen(other),
    }
}
