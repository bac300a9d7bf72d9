//! Numbers, blocks and traffic as text, appended: an output can have a hundred thousand of each.

use super::traffic::{Ports, Protocol, Traffic};
use ipnet::{IpNet, Ipv4Net};
use std::fmt;

/// A sink for text: an output, a string, a hash.
pub trait Sink {
    /// Appends a piece.
    fn put(&mut self, text: &str);

    /// Appends a piece of ASCII.
    fn put_ascii(&mut self, text: &[u8]);
}

impl Sink for Vec<u8> {
    fn put(&mut self, text: &str) {
        self.extend_from_slice(text.as_bytes());
    }

    fn put_ascii(&mut self, text: &[u8]) {
        self.extend_from_slice(text);
    }
}

impl Sink for String {
    fn put(&mut self, text: &str) {
        self.push_str(text);
    }

    fn put_ascii(&mut self, text: &[u8]) {
        self.push_str(std::str::from_utf8(text).expect("ASCII"));
    }
}

/// Appends a number in decimal digits.
pub fn push_number(out: &mut impl Sink, number: impl itoa::Integer) {
    out.put(itoa::Buffer::new().format(number));
}

/// Appends a block as it is shown: `203.0.113.0/24`.
pub fn push_block(out: &mut impl Sink, block: &IpNet) {
    match block {
        IpNet::V4(block) => push_v4(out, *block, b'.', b'/'),
        IpNet::V6(block) => out.put(&block.to_string()),
    }
}

/// Appends an IPv4 block with these separators: `203_0_113_0_24`.
pub fn push_v4(out: &mut impl Sink, block: Ipv4Net, dot: u8, slash: u8) {
    let (mut text, mut length) = ([0; "255.255.255.255/255".len()], 0);
    let [a, b, c, d] = block.addr().octets();

    for (number, sign) in [
        (a, dot),
        (b, dot),
        (c, dot),
        (d, slash),
        (block.prefix_len(), 0),
    ] {
        // writes all three digits, and continues after the end of the number
        text[length..length + 3].copy_from_slice(&DIGITS[usize::from(number)]);
        length += 1 + usize::from(number >= 10) + usize::from(number >= 100);
        text[length] = sign;
        length += 1;
    }

    out.put_ascii(&text[..length - 1]);
}

/// The digits of each byte, from the left.
const DIGITS: [[u8; 3]; 256] = {
    let (mut digits, mut n) = ([[0; 3]; 256], 0);
    while n < 256 {
        let [hundreds, tens, ones] = [
            b'0' + (n / 100) as u8,
            b'0' + (n / 10 % 10) as u8,
            b'0' + (n % 10) as u8,
        ];
        digits[n] = match n {
            0..10 => [ones, 0, 0],
            10..100 => [tens, ones, 0],
            _ => [hundreds, tens, ones],
        };
        n += 1;
    }
    digits
};

/// Appends a protocol as AWS writes it: `tcp`, `icmpv6`, `-1`, `50`.
pub fn push_protocol(out: &mut impl Sink, protocol: Protocol) {
    match protocol {
        Protocol::All => out.put("-1"),
        Protocol::Tcp => out.put("tcp"),
        Protocol::Udp => out.put("udp"),
        Protocol::Icmp => out.put("icmp"),
        Protocol::Icmpv6 => out.put("icmpv6"),
        Protocol::Number(number) => push_number(out, number),
    }
}

/// Appends traffic as a program writes it: `tcp 443`, `udp 8000-8100`, `icmp 3/4`, `proto 50`,
/// `all`.
pub fn push_traffic(out: &mut impl Sink, traffic: Traffic) {
    match traffic {
        Traffic::All => return out.put("all"),
        Traffic::Number(_) => out.put("proto"),
        Traffic::Tcp(_) | Traffic::Udp(_) | Traffic::Icmp(_) | Traffic::Icmpv6(_) => {
            push_protocol(out, traffic.protocol());
        }
    }

    match traffic {
        Traffic::All | Traffic::Tcp(Ports::ALL) | Traffic::Udp(Ports::ALL) => {}
        Traffic::Icmp(None) | Traffic::Icmpv6(None) => {}
        Traffic::Number(number) => push_numbers(out, number, None),
        Traffic::Tcp(ports) | Traffic::Udp(ports) => {
            push_numbers(
                out,
                ports.from,
                (ports.from != ports.to).then_some(("-", ports.to)),
            );
        }
        Traffic::Icmp(Some((kind, code))) | Traffic::Icmpv6(Some((kind, code))) => {
            push_numbers(out, kind, code.map(|code| ("/", code)));
        }
    }
}

/// Appends ` 8000`, ` 8000-8100`, ` 3/4`.
fn push_numbers<T: itoa::Integer>(out: &mut impl Sink, first: T, second: Option<(&str, T)>) {
    out.put(" ");
    push_number(out, first);
    if let Some((sign, second)) = second {
        out.put(sign);
        push_number(out, second);
    }
}

impl fmt::Display for Protocol {
    /// As AWS writes it: `tcp`, `icmpv6`, `-1`, `50`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        push_protocol(&mut text, *self);
        f.pad(&text)
    }
}

impl fmt::Display for Traffic {
    /// As a program writes it: `tcp 443`, `udp 8000-8100`, `icmp 3/4`, `proto 50`, `all`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        push_traffic(&mut text, *self);
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks that appending to a string and to bytes has the same result.
    macro_rules! written {
        ($push:ident, $($argument:expr),+) => {{
            let (mut text, mut bytes) = ("before ".to_string(), b"before ".to_vec());
            $push(&mut text, $($argument),+);
            $push(&mut bytes, $($argument),+);
            assert_eq!(text.as_bytes(), bytes);
            text.strip_prefix("before ").expect("what was there stays").to_string()
        }};
    }

    #[test]
    fn blocks_are_shown_as_ipnet_shows_them() {
        for text in [
            "0.0.0.0/0",
            "203.0.113.0/24",
            "255.255.255.255/32",
            "::/0",
            "2001:db8::/32",
            "::ffff:1.2.3.4/128",
        ] {
            assert_eq!(written!(push_block, &text.parse().expect("a block")), text);
        }
    }

    #[test]
    fn every_number_is_written_at_every_place_of_a_block() {
        for number in 0..=255 {
            for address in [
                [number, 0, 99, 255],
                [0, number, 255, 99],
                [99, 255, number, 0],
                [255, 99, 0, number],
            ] {
                for length in [0, 9, 10, 32] {
                    let block = Ipv4Net::new(address.into(), length).expect("a block");
                    assert_eq!(written!(push_v4, block, b'.', b'/'), block.to_string());
                    let signs = block.to_string().replace('.', "_").replace('/', "-");
                    assert_eq!(written!(push_v4, block, b'_', b'-'), signs);
                }
            }
        }
    }

    #[test]
    fn numbers_are_decimal() {
        for number in [0, 1, 9, 10, 99, 100, 443, 65535] {
            assert_eq!(written!(push_number, number), number.to_string());
        }
        assert_eq!(written!(push_number, -1), "-1");
    }

    #[test]
    fn protocols_are_written_as_aws_writes_them() {
        for (protocol, text) in [
            (Protocol::All, "-1"),
            (Protocol::Tcp, "tcp"),
            (Protocol::Udp, "udp"),
            (Protocol::Icmp, "icmp"),
            (Protocol::Icmpv6, "icmpv6"),
            (Protocol::Number(50), "50"),
        ] {
            assert_eq!(written!(push_protocol, protocol), text);
            assert_eq!(protocol.to_string(), text);
        }
    }

    #[test]
    fn traffic_is_written_as_a_program_writes_it() {
        let ports = |from, to| Ports { from, to };
        for (traffic, text) in [
            (Traffic::All, "all"),
            (Traffic::Tcp(Ports::ALL), "tcp"),
            (Traffic::Tcp(ports(443, 443)), "tcp 443"),
            (Traffic::Tcp(ports(0, 65534)), "tcp 0-65534"),
            (Traffic::Udp(Ports::ALL), "udp"),
            (Traffic::Udp(ports(8000, 8100)), "udp 8000-8100"),
            (Traffic::Icmp(None), "icmp"),
            (Traffic::Icmp(Some((3, None))), "icmp 3"),
            (Traffic::Icmp(Some((3, Some(4)))), "icmp 3/4"),
            (Traffic::Icmpv6(None), "icmpv6"),
            (Traffic::Icmpv6(Some((128, None))), "icmpv6 128"),
            (Traffic::Icmpv6(Some((128, Some(0)))), "icmpv6 128/0"),
            (Traffic::Number(50), "proto 50"),
        ] {
            assert_eq!(written!(push_traffic, traffic), text);
            assert_eq!(
                format!("{traffic:>12}"),
                format!("{text:>12}"),
                "padded as any text"
            );
        }
    }
}
