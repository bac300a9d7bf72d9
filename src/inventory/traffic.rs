//! The traffic of a rule from what sources write: `6`, `TCP`, `-1` with ports.

use super::problem::BadRule;
use crate::net::{PortEnd, Ports, Traffic, UnknownPorts};

/// One end of a range, or a type or code of ICMP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End<'a> {
    /// As it is written.
    Written(&'a str),
    /// The name of the parameter that has it.
    Parameter(String),
}

/// Protocols that have a name beside their number (EC2 API reference, IpPermission).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    All,
    Tcp,
    Udp,
    Icmp,
    Icmpv6,
    Number(u8),
}

/// The traffic of a protocol and of what stands for its ports.
///
/// All traffic has no ports, whatever is written beside it, and neither has a protocol by number
/// (EC2 API reference, IpPermission: "If you specify `-1` […] traffic on all ports is allowed").
pub(super) fn read_traffic(
    protocol: &str,
    from: Option<End<'_>>,
    to: Option<End<'_>>,
) -> Result<Traffic, BadRule> {
    match known_protocol(protocol).ok_or_else(|| BadRule::Protocol(protocol.to_string()))? {
        Known::All => Ok(Traffic::All),
        Known::Number(number) => Ok(Traffic::Number(number)),
        Known::Tcp => port_traffic(from, to, Traffic::Tcp, Traffic::TcpUnknown),
        Known::Udp => port_traffic(from, to, Traffic::Udp, Traffic::UdpUnknown),
        Known::Icmp => icmp_kind(from, to).map(Traffic::Icmp),
        Known::Icmpv6 => icmp_kind(from, to).map(Traffic::Icmpv6),
    }
}

fn known_protocol(text: &str) -> Option<Known> {
    Some(match text.to_ascii_lowercase().as_str() {
        "-1" | "all" => Known::All,
        "tcp" | "6" => Known::Tcp,
        "udp" | "17" => Known::Udp,
        "icmp" | "1" => Known::Icmp,
        "icmpv6" | "58" => Known::Icmpv6,
        number => Known::Number(number.parse().ok()?),
    })
}

fn port_traffic(
    from: Option<End<'_>>,
    to: Option<End<'_>>,
    known: fn(Ports) -> Traffic,
    unknown: fn(UnknownPorts) -> Traffic,
) -> Result<Traffic, BadRule> {
    let (Some(from), Some(to)) = (from, to) else {
        return Err(BadRule::NoPorts);
    };
    if let (End::Written("-1"), End::Written("-1")) = (&from, &to) {
        return Ok(known(Ports::ALL));
    }

    match (port_end(from)?, port_end(to)?) {
        (PortEnd::Number(from), PortEnd::Number(to)) if from > to => {
            Err(BadRule::Inverted { from, to })
        }
        (PortEnd::Number(from), PortEnd::Number(to)) => Ok(known(Ports { from, to })),
        (from, to) => Ok(unknown(UnknownPorts::new(from, to))),
    }
}

fn port_end(end: End<'_>) -> Result<PortEnd, BadRule> {
    match end {
        End::Parameter(name) => Ok(PortEnd::Parameter(name)),
        End::Written(text) => {
            let port = text.parse().map(PortEnd::Number);
            port.map_err(|_| BadRule::Port(text.to_string()))
        }
    }
}

/// A type and a code, -1 meaning all: none, a type, or both.
fn icmp_kind(
    from: Option<End<'_>>,
    to: Option<End<'_>>,
) -> Result<Option<(u8, Option<u8>)>, BadRule> {
    let Some(kind) = icmp_number(from)? else {
        return Ok(None);
    };
    Ok(Some((kind, icmp_number(to)?)))
}

fn icmp_number(end: Option<End<'_>>) -> Result<Option<u8>, BadRule> {
    match end {
        None | Some(End::Written("-1")) => Ok(None),
        Some(End::Parameter(_)) => Err(BadRule::UnknownIcmp),
        Some(End::Written(text)) => {
            let number = text.parse().map(Some);
            number.map_err(|_| BadRule::Icmp(text.to_string()))
        }
    }
}
