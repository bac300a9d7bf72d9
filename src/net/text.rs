//! Numbers, blocks and traffic as text, appended: an output can have a hundred thousand of each.

use super::address::EVERY_IPV6;
use super::ports::{Ports, UnknownPorts};
use super::short_text::ShortText;
use super::traffic::{Protocol, Traffic};
use ipnet::{IpNet, Ipv4Net};
use std::fmt;

/// A sink for text: an output, a string, a hash.
pub trait Sink {
    /// Appends a piece.
    fn put(&mut self, text: &str);

    /// Appends a piece of ASCII.
    fn put_ascii(&mut self, text: &[u8]);

    /// Appends the first `length` of these bytes, which are UTF-8.
    fn put_start<const N: usize>(&mut self, bytes: &[u8; N], length: usize) {
        self.put_ascii(&bytes[..length]);
    }

    /// Appends a short text.
    fn put_short<const N: usize>(&mut self, text: &ShortText<N>) {
        self.put(text.as_str());
    }
}

impl Sink for Vec<u8> {
    fn put(&mut self, text: &str) {
        self.extend_from_slice(text.as_bytes());
    }

    fn put_ascii(&mut self, text: &[u8]) {
        self.extend_from_slice(text);
    }

    /// Copies all of the bytes, since their number is known when this is compiled, and drops the
    /// rest.
    fn put_start<const N: usize>(&mut self, bytes: &[u8; N], length: usize) {
        debug_assert!(length <= N, "a start is no longer than the whole");
        let end = self.len() + length;
        self.extend_from_slice(bytes);
        self.truncate(end);
    }

    fn put_short<const N: usize>(&mut self, text: &ShortText<N>) {
        match text.padded() {
            Some((bytes, length)) => self.put_start(bytes, length),
            None => self.put(text.as_str()),
        }
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
#[inline(always)]
pub fn push_number(out: &mut impl Sink, number: impl Into<i32>) {
    let number = number.into();
    match usize::try_from(number) {
        Ok(small @ 0..1_000) => {
            let (digits, length) = DIGITS[small];
            out.put_start(&digits, length.into());
        }
        Ok(large @ 1_000..1_000_000) => {
            let (mut text, (thousands, length)) = ([0; 8], DIGITS[large / 1_000]);
            let length = usize::from(length);
            text[..4].copy_from_slice(&thousands);
            text[length..length + 4].copy_from_slice(&LAST_DIGITS[large % 1_000]);
            out.put_start(&text, length + 3);
        }
        Ok(_) | Err(_) => out.put(&number.to_string()),
    }
}

/// Appends a block as it is shown: `203.0.113.0/24`.
pub fn push_block(out: &mut impl Sink, block: &IpNet) {
    match block {
        IpNet::V4(block) => push_v4(out, *block, b'.', b'/'),
        IpNet::V6(_) if *block == EVERY_IPV6 => out.put("::/0"),
        IpNet::V6(block) => out.put(&block.to_string()),
    }
}

/// Appends an IPv4 block with these separators: `203_0_113_0_24`.
pub fn push_v4(out: &mut impl Sink, block: Ipv4Net, dot: u8, slash: u8) {
    let (mut text, mut length) = ([0; "255.255.255.255/255.".len()], 0);
    let [a, b, c, d] = block.addr().octets();

    for (number, sign) in [
        (a, dot),
        (b, dot),
        (c, dot),
        (d, slash),
        (block.prefix_len(), 0),
    ] {
        // all digits are copied, and the next text starts where the number ends
        let (digits, count) = DIGITS[usize::from(number)];
        text[length..length + 4].copy_from_slice(&digits);
        length += usize::from(count);
        text[length] = sign;
        length += 1;
    }

    out.put_start(&text, length - 1);
}

/// The digits of each number below a thousand, from the left, and how many they are.
static DIGITS: [([u8; 4], u8); 1_000] = {
    let (mut digits, mut n) = ([([0; 4], 0); 1_000], 0);
    while n < 1_000 {
        let [hundreds, tens, ones, _] = LAST_DIGITS[n];
        digits[n] = match n {
            0..10 => ([ones, 0, 0, 0], 1),
            10..100 => ([tens, ones, 0, 0], 2),
            _ => ([hundreds, tens, ones, 0], 3),
        };
        n += 1;
    }
    digits
};

/// The last three digits of each number below a thousand, and a zero byte.
static LAST_DIGITS: [[u8; 4]; 1_000] = {
    let (mut digits, mut n) = ([[0; 4]; 1_000], 0);
    while n < 1_000 {
        digits[n] = [
            b'0' + (n / 100) as u8,
            b'0' + (n / 10 % 10) as u8,
            b'0' + (n % 10) as u8,
            0,
        ];
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

/// Appends traffic as a program writes it: `tcp 443`, `udp 8000-8100`, `tcp app-port`, `icmp 3/4`,
/// `proto 50`, `all`.
#[inline]
pub fn push_traffic(out: &mut impl Sink, traffic: Traffic) {
    match traffic {
        Traffic::All => return out.put("all"),
        Traffic::Number(_) => out.put("proto"),
        Traffic::Tcp(_)
        | Traffic::TcpUnknown(_)
        | Traffic::Udp(_)
        | Traffic::UdpUnknown(_)
        | Traffic::Icmp(_)
        | Traffic::Icmpv6(_) => {
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
        Traffic::TcpUnknown(ports) | Traffic::UdpUnknown(ports) => {
            push_unknown_ports(out, ports);
        }
        Traffic::Icmp(Some((kind, code))) | Traffic::Icmpv6(Some((kind, code))) => {
            push_numbers(out, kind, code.map(|code| ("/", code)));
        }
    }
}

/// Appends ` app-port`, ` 8000-last-port`.
#[cold]
fn push_unknown_ports(out: &mut impl Sink, ports: UnknownPorts) {
    out.put(" ");
    out.put(&ports.to_string());
}

/// Appends ` 8000`, ` 8000-8100`, ` 3/4`.
fn push_numbers<T: Into<i32>>(out: &mut impl Sink, first: T, second: Option<(&str, T)>) {
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
    fn appends_texts_of_every_length_completely() {
        for text in ["", "a", "abc", "abcd", "abcde", "naïve", "longer than that"] {
            let (mut string, mut bytes) = ("before ".to_string(), b"before ".to_vec());
            let short = ShortText::<4>::new(text.to_string());
            string.put_short(&short);
            bytes.put_short(&short);
            assert_eq!(string, format!("before {text}"));
            assert_eq!(bytes, string.as_bytes());
        }
    }

    #[test]
    fn numbers_are_decimal() {
        for number in (0..=u16::MAX.into()).chain([999_999, 1_000_000, i32::MAX, -1, i32::MIN]) {
            assert_eq!(written!(push_number, number), number.to_string());
        }
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
