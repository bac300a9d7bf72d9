//! The traffic of a rule: protocol and ports, or ICMP type and code.

use super::ports::{PortEnd, Ports, UnknownPorts};
use ipnet::IpNet;
use serde::Serialize;
use std::fmt;

/// An IP version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// IPv4
    V4,
    /// IPv6
    V6,
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
    /// TCP to ports that are set at deployment.
    TcpUnknown(UnknownPorts),
    /// UDP to these ports.
    Udp(Ports),
    /// UDP to ports that are set at deployment.
    UdpUnknown(UnknownPorts),
    /// ICMP of IPv4: all of it, a type, or a type and a code.
    Icmp(Option<(u8, Option<u8>)>),
    /// ICMPv6, likewise.
    Icmpv6(Option<(u8, Option<u8>)>),
    /// Another protocol.
    Number(u8),
}

/// FromPort or ToPort of a rule. In JSON `443`, or `{"parameter": "app-port"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AwsPort {
    /// The parameter with this name.
    Parameter(&'static str),
    /// A port; for ICMP a type or a code, -1 meaning all.
    #[serde(untagged)]
    Number(i32),
}

impl fmt::Display for AwsPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AwsPort::Parameter(name) => name.fmt(f),
            AwsPort::Number(number) => number.fmt(f),
        }
    }
}

impl From<&'static PortEnd> for AwsPort {
    fn from(end: &'static PortEnd) -> AwsPort {
        match end {
            PortEnd::Number(port) => AwsPort::Number((*port).into()),
            PortEnd::Parameter(name) => AwsPort::Parameter(name),
        }
    }
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
            Traffic::Tcp(_) | Traffic::TcpUnknown(_) => Protocol::Tcp,
            Traffic::Udp(_) | Traffic::UdpUnknown(_) => Protocol::Udp,
            Traffic::Icmp(_) => Protocol::Icmp,
            Traffic::Icmpv6(_) => Protocol::Icmpv6,
            Traffic::Number(number) => Protocol::Number(number),
        }
    }

    /// FromPort and ToPort as AWS stores them: for ICMP the type and the code, -1 meaning all;
    /// `None` for protocols without either.
    pub fn aws_ports(self) -> Option<(AwsPort, AwsPort)> {
        let (from, to) = match self {
            Traffic::All | Traffic::Number(_) => return None,
            Traffic::TcpUnknown(ports) | Traffic::UdpUnknown(ports) => {
                let (from, to) = ports.ends();
                return Some((from.into(), to.into()));
            }
            Traffic::Tcp(ports) | Traffic::Udp(ports) => (ports.from.into(), ports.to.into()),
            Traffic::Icmp(None) | Traffic::Icmpv6(None) => (-1, -1),
            Traffic::Icmp(Some((kind, code))) | Traffic::Icmpv6(Some((kind, code))) => {
                (kind.into(), code.map_or(-1, i32::from))
            }
        };
        Some((AwsPort::Number(from), AwsPort::Number(to)))
    }

    /// Its ports, if they are set at deployment.
    pub fn unknown_ports(self) -> Option<UnknownPorts> {
        match self {
            Traffic::TcpUnknown(ports) | Traffic::UdpUnknown(ports) => Some(ports),
            Traffic::All
            | Traffic::Tcp(_)
            | Traffic::Udp(_)
            | Traffic::Icmp(_)
            | Traffic::Icmpv6(_)
            | Traffic::Number(_) => None,
        }
    }

    /// Everything that it may be: itself, unless its ports are set at deployment.
    pub fn possible(self) -> Traffic {
        match self {
            Traffic::TcpUnknown(ports) => Traffic::Tcp(ports.possible()),
            Traffic::UdpUnknown(ports) => Traffic::Udp(ports.possible()),
            Traffic::All
            | Traffic::Tcp(_)
            | Traffic::Udp(_)
            | Traffic::Icmp(_)
            | Traffic::Icmpv6(_)
            | Traffic::Number(_) => self,
        }
    }

    /// Its ports, its types and codes (a type in the high byte, a code in the low one), or its
    /// number: first and last. Of ports that are set at deployment all that are possible.
    pub fn stretch(self) -> (u16, u16) {
        match self {
            Traffic::All | Traffic::Icmp(None) | Traffic::Icmpv6(None) => (0, u16::MAX),
            Traffic::Tcp(ports) | Traffic::Udp(ports) => (ports.from, ports.to),
            Traffic::TcpUnknown(ports) | Traffic::UdpUnknown(ports) => {
                let Ports { from, to } = ports.possible();
                (from, to)
            }
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
            Traffic::All
            | Traffic::Tcp(_)
            | Traffic::TcpUnknown(_)
            | Traffic::Udp(_)
            | Traffic::UdpUnknown(_)
            | Traffic::Number(_) => None,
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
    fn knows_protocol_ports_and_family_of_traffic() {
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
            let ports = ports.map(|(from, to)| (AwsPort::Number(from), AwsPort::Number(to)));
            assert_eq!(traffic.aws_ports(), ports, "{traffic}");
            assert_eq!(traffic.possible(), traffic);
            assert_eq!(traffic.unknown_ports(), None);
            assert_eq!(traffic.stretch(), stretch, "{traffic}");
            assert_eq!(traffic.family(), family, "{traffic}");
        }
    }

    #[test]
    fn traffic_whose_ports_are_set_at_deployment() {
        let last = PortEnd::Parameter("last".to_string());
        let ports = UnknownPorts::new(PortEnd::Number(8000), last);
        let some = Ports {
            from: 8000,
            to: 65535,
        };
        for (traffic, possible, protocol) in [
            (
                Traffic::TcpUnknown(ports),
                Traffic::Tcp(some),
                Protocol::Tcp,
            ),
            (
                Traffic::UdpUnknown(ports),
                Traffic::Udp(some),
                Protocol::Udp,
            ),
        ] {
            let aws = (AwsPort::Number(8000), AwsPort::Parameter("last"));
            assert_eq!(traffic.protocol(), protocol);
            assert_eq!(traffic.aws_ports(), Some(aws));
            assert_eq!(traffic.stretch(), (8000, 65535));
            assert_eq!(traffic.possible(), possible);
            assert_eq!(traffic.unknown_ports(), Some(ports));
            assert_eq!(traffic.family(), None);
        }
        assert!(size_of::<Traffic>() <= 6, "rules are many");
    }

    #[test]
    fn a_protocol_number_with_a_name_becomes_that_protocol() {
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
