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

/// The traffic of a protocol and of what stands for its ports.
///
/// All traffic has no ports, whatever is written beside it, and neither has a protocol by number
/// (EC2 API reference, IpPermission: "If you specify `-1` […] traffic on all ports is allowed").
pub(super) fn read_traffic(
    protocol: &str,
    from: Option<End<'_>>,
    to: Option<End<'_>>,
) -> Result<Traffic, BadRule> {
    let whole = whole_protocol(protocol).ok_or_else(|| BadRule::Protocol(protocol.to_string()))?;
    match whole {
        Traffic::All | Traffic::Number(_) => Ok(whole),
        Traffic::Tcp(_) | Traffic::TcpUnknown(_) => {
            port_traffic(from, to, Traffic::Tcp, Traffic::TcpUnknown)
        }
        Traffic::Udp(_) | Traffic::UdpUnknown(_) => {
            port_traffic(from, to, Traffic::Udp, Traffic::UdpUnknown)
        }
        Traffic::Icmp(_) => icmp_kind(from, to).map(Traffic::Icmp),
        Traffic::Icmpv6(_) => icmp_kind(from, to).map(Traffic::Icmpv6),
    }
}

/// All traffic of a protocol by its name or its number.
fn whole_protocol(text: &str) -> Option<Traffic> {
    let number = match text.to_ascii_lowercase().as_str() {
        "-1" | "all" => return Some(Traffic::All),
        "icmp" => 1,
        "tcp" => 6,
        "udp" => 17,
        "icmpv6" => 58,
        number => number.parse().ok()?,
    };
    Some(Traffic::protocol_number(number))
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
