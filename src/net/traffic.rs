//! The traffic of a rule: protocol and ports, or ICMP type and code.

use ipnet::IpNet;

/// An IP version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// IPv4
    V4,
    /// IPv6
    V6,
}

/// Ports, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ports {
    /// The first.
    pub from: u16,
    /// The last.
    pub to: u16,
}

/// A protocol as security group rules name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// Every protocol: `-1`.
    All,
    /// 6
    Tcp,
    /// 17
    Udp,
    /// 1
    Icmp,
    /// 58
    Icmpv6,
    /// Any other, by IANA's number.
    Number(u8),
}

/// The traffic of one rule.
///
/// The order of the variants is the order of the rules in an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Traffic {
    /// Everything.
    All,
    /// TCP to these ports.
    Tcp(Ports),
    /// UDP to these ports.
    Udp(Ports),
    /// ICMP of IPv4: all of it, a type, or a type and a code.
    Icmp(Option<(u8, Option<u8>)>),
    /// ICMPv6, likewise.
    Icmpv6(Option<(u8, Option<u8>)>),
    /// Another protocol.
    Number(u8),
}

impl Ports {
    /// 0-65535
    pub const ALL: Ports = Ports {
        from: 0,
        to: u16::MAX,
    };
}

impl Traffic {
    /// A whole protocol, by IANA's number. Numbers with a name in AWS become that protocol (EC2 API
    /// reference, IpPermission).
    pub fn protocol_number(number: u8) -> Traffic {
        match number {
            1 => Traffic::Icmp(None),
            6 => Traffic::Tcp(Ports::ALL),
            17 => Traffic::Udp(Ports::ALL),
            58 => Traffic::Icmpv6(None),
            number => Traffic::Number(number),
        }
    }

    /// Its protocol.
    pub fn protocol(self) -> Protocol {
        match self {
            Traffic::All => Protocol::All,
            Traffic::Tcp(_) => Protocol::Tcp,
            Traffic::Udp(_) => Protocol::Udp,
            Traffic::Icmp(_) => Protocol::Icmp,
            Traffic::Icmpv6(_) => Protocol::Icmpv6,
            Traffic::Number(number) => Protocol::Number(number),
        }
    }

    /// FromPort and ToPort as AWS stores them: for ICMP the type and the code, -1 meaning all;
    /// `None` for protocols without either.
    pub fn aws_ports(self) -> Option<(i32, i32)> {
        match self {
            Traffic::All | Traffic::Number(_) => None,
            Traffic::Tcp(ports) | Traffic::Udp(ports) => Some((ports.from.into(), ports.to.into())),
            Traffic::Icmp(None) | Traffic::Icmpv6(None) => Some((-1, -1)),
            Traffic::Icmp(Some((kind, code))) | Traffic::Icmpv6(Some((kind, code))) => {
                Some((kind.into(), code.map_or(-1, i32::from)))
            }
        }
    }

    /// Its ports, its types and codes (a type in the high byte, a code in the low one), or its
    /// number: first and last.
    pub fn stretch(self) -> (u16, u16) {
        match self {
            Traffic::All | Traffic::Icmp(None) | Traffic::Icmpv6(None) => (0, u16::MAX),
            Traffic::Tcp(ports) | Traffic::Udp(ports) => (ports.from, ports.to),
            Traffic::Icmp(Some((kind, code))) | Traffic::Icmpv6(Some((kind, code))) => {
                let of = |code| u16::from_be_bytes([kind, code]);
                (of(code.unwrap_or(0)), of(code.unwrap_or(u8::MAX)))
            }
            Traffic::Number(number) => (number.into(), number.into()),
        }
    }

    /// The family that it is restricted to, for ICMP and ICMPv6.
    pub fn family(self) -> Option<Family> {
        match self {
            Traffic::Icmp(_) => Some(Family::V4),
            Traffic::Icmpv6(_) => Some(Family::V6),
            Traffic::All | Traffic::Tcp(_) | Traffic::Udp(_) | Traffic::Number(_) => None,
        }
    }
}

impl Family {
    /// Both; a family as a number is its index here.
    pub const BOTH: [Family; 2] = [Family::V4, Family::V6];

    /// The family of a block.
    pub fn of_block(block: &IpNet) -> Family {
        match block {
            IpNet::V4(_) => Family::V4,
            IpNet::V6(_) => Family::V6,
        }
    }

    /// `IPv4`, `IPv6`
    pub fn words(self) -> &'static str {
        match self {
            Family::V4 => "IPv4",
            Family::V6 => "IPv6",
        }
    }

    /// `ipv4`, `ipv6`: as programs and JSON write it.
    pub fn keyword(self) -> &'static str {
        match self {
            Family::V4 => "ipv4",
            Family::V6 => "ipv6",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Traffic with its protocol, ports in AWS, range and family.
    #[test]
    fn what_traffic_is() {
        let some = Ports { from: 80, to: 90 };
        let (v4, v6) = (Some(Family::V4), Some(Family::V6));
        let (type_3, code_4) = ((0x0300, 0x03ff), (0x0304, 0x0304));

        for (traffic, protocol, ports, stretch, family) in [
            (Traffic::All, Protocol::All, None, (0, 65535), None),
            (
                Traffic::Tcp(some),
                Protocol::Tcp,
                Some((80, 90)),
                (80, 90),
                None,
            ),
            (
                Traffic::Udp(some),
                Protocol::Udp,
                Some((80, 90)),
                (80, 90),
                None,
            ),
            (
                Traffic::Icmp(None),
                Protocol::Icmp,
                Some((-1, -1)),
                (0, 65535),
                v4,
            ),
            (
                Traffic::Icmp(Some((3, None))),
                Protocol::Icmp,
                Some((3, -1)),
                type_3,
                v4,
            ),
            (
                Traffic::Icmp(Some((3, Some(4)))),
                Protocol::Icmp,
                Some((3, 4)),
                code_4,
                v4,
            ),
            (
                Traffic::Icmpv6(None),
                Protocol::Icmpv6,
                Some((-1, -1)),
                (0, 65535),
                v6,
            ),
            (
                Traffic::Icmpv6(Some((3, None))),
                Protocol::Icmpv6,
                Some((3, -1)),
                type_3,
                v6,
            ),
            (
                Traffic::Icmpv6(Some((3, Some(4)))),
                Protocol::Icmpv6,
                Some((3, 4)),
                code_4,
                v6,
            ),
            (
                Traffic::Number(50),
                Protocol::Number(50),
                None,
                (50, 50),
                None,
            ),
        ] {
            assert_eq!(traffic.protocol(), protocol);
            assert_eq!(traffic.aws_ports(), ports, "{traffic}");
            assert_eq!(traffic.stretch(), stretch, "{traffic}");
            assert_eq!(traffic.family(), family, "{traffic}");
        }
    }

    #[test]
    fn a_number_is_the_protocol_that_aws_shows_by_name() {
        for number in 0..=255 {
            let named = match number {
                1 => Traffic::Icmp(None),
                6 => Traffic::Tcp(Ports { from: 0, to: 65535 }),
                17 => Traffic::Udp(Ports { from: 0, to: 65535 }),
                58 => Traffic::Icmpv6(None),
                _ => Traffic::Number(number),
            };
            assert_eq!(Traffic::protocol_number(number), named);
        }
    }

    #[test]
    fn families_in_words() {
        let [v4, v6] = ["10.0.0.0/8", "2001:db8::/32"]
            .map(|block| Family::of_block(&block.parse().expect("a block")));
        assert_eq!([v4, v6], [Family::V4, Family::V6]);
        assert_eq!([v4, v6].map(Family::words), ["IPv4", "IPv6"]);
        assert_eq!([v4, v6].map(Family::keyword), ["ipv4", "ipv6"]);
        assert_eq!(Family::BOTH.map(|family| family as usize), [0, 1]);
    }
}
