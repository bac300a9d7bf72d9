//! The packets of a connection, and why replies pass.
//!
//! Security groups are stateful: the rules decide about the first packet of a connection, and
//! replies pass regardless of the rules of the other direction. Amazon EC2 User Guide, "Security
//! group connection tracking": replies of TCP and UDP and ICMP replies are tracked, other protocols
//! by address and number for 600 seconds. EC2 API reference, `ConnectionTrackingConfiguration`: a
//! UDP flow is forgotten after 30 seconds, a stream after 180, by default. User Guide, "Network
//! maximum transmission unit": the errors of path MTU discovery need an inbound rule of their own.
//! Other errors are not documented.

use crate::analysis::trace::{Connection, Verdict};
use crate::net::Traffic;

/// One packet of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packet {
    /// `SYN`
    pub name: &'static str,
    /// Whether it is sent from the sender to the receiver.
    pub there: bool,
    /// Why it passes; `None` if the gates decide.
    pub because: Option<&'static str>,
}

const fn request_packet(name: &'static str) -> Packet {
    Packet {
        name,
        there: true,
        because: None,
    }
}

const fn reply_packet(name: &'static str, because: &'static str) -> Packet {
    Packet {
        name,
        there: false,
        because: Some(because),
    }
}

const NEEDS_NO_RULE: &str = "a reply needs no rule";

const TCP: &[Packet] = &[
    request_packet("SYN"),
    reply_packet("SYN-ACK", NEEDS_NO_RULE),
    Packet {
        name: "ACK",
        there: true,
        because: Some("the connection is established, and all its packets pass"),
    },
];
const UDP: &[Packet] = &[
    request_packet("datagram"),
    reply_packet(
        "reply",
        "a reply needs no rule, for 30 s after one datagram and 180 s in a stream \
         unless set otherwise",
    ),
];
const ECHO: &[Packet] = &[
    request_packet("echo-request"),
    reply_packet("echo-reply", NEEDS_NO_RULE),
];
const ECHO_REPLY: &[Packet] = &[request_packet("echo-reply")];
const TIMESTAMP: &[Packet] = &[
    request_packet("timestamp-request"),
    reply_packet("timestamp-reply", NEEDS_NO_RULE),
];
const TOO_BIG: &[Packet] = &[request_packet("error: packet too big")];
const ERROR: &[Packet] = &[request_packet("error message")];
const ICMP: &[Packet] = &[
    request_packet("ICMP message"),
    reply_packet("reply, if requested", NEEDS_NO_RULE),
];
const PACKET: &[Packet] = &[request_packet("packet")];
const OTHER: &[Packet] = &[
    request_packet("packet"),
    reply_packet(
        "reply",
        "packets of the protocol between the two need no rule, until 600 s without traffic",
    ),
];
const ALL: &[Packet] = &[
    request_packet("first packet"),
    reply_packet("reply", NEEDS_NO_RULE),
];

/// The packets of a part of a service.
#[derive(Debug)]
pub struct Exchange {
    /// The part of the service.
    pub traffic: Vec<Traffic>,
    /// The packets, in order.
    pub packets: &'static [Packet],
    /// The verdict for the part.
    pub verdict: Verdict,
}

/// The exchanges of a connection: one for each kind that one of its IP versions has.
pub fn list_exchanges(connection: &Connection) -> Vec<Exchange> {
    let mut parts: Vec<(&'static [Packet], Vec<Traffic>)> = Vec::new();
    for traffic in connection.on.iter().flat_map(|service| &service.traffic) {
        let packets = exchange_packets(*traffic);
        match parts.iter_mut().find(|(known, _)| *known == packets) {
            Some((_, part)) => part.push(*traffic),
            None => parts.push((packets, vec![*traffic])),
        }
    }

    let exchanges = parts.into_iter().filter_map(|(packets, traffic)| {
        let verdict = connection.verdict_of(&traffic)?;
        Some(Exchange {
            traffic,
            packets,
            verdict,
        })
    });

    exchanges.collect()
}

/// Notes on exchanges that are not request and reply.
const NOTES: [(&[Packet], &str); 4] = [
    (
        TOO_BIG,
        "not a reply, even to the packet that caused it: path MTU discovery needs an inbound \
         rule for it",
    ),
    (
        ERROR,
        "has no reply; AWS does not document whether it passes as part of the connection that \
         caused it",
    ),
    (
        ECHO_REPLY,
        "a reply, which starts no exchange: after an echo-request it needs no rule",
    ),
    (PACKET, "has no known reply"),
];

/// Types and codes: IANA, "ICMP Parameters" and "ICMPv6 Parameters".
fn exchange_packets(traffic: Traffic) -> &'static [Packet] {
    match traffic {
        Traffic::All => ALL,
        Traffic::Tcp(_) | Traffic::TcpUnknown(_) => TCP,
        Traffic::Udp(_) | Traffic::UdpUnknown(_) => UDP,
        Traffic::Icmp(None) | Traffic::Icmpv6(None) => ICMP,
        Traffic::Icmp(Some((8, None | Some(0)))) | Traffic::Icmpv6(Some((128, None | Some(0)))) => {
            ECHO
        }
        Traffic::Icmp(Some((0, None | Some(0)))) | Traffic::Icmpv6(Some((129, None | Some(0)))) => {
            ECHO_REPLY
        }
        Traffic::Icmp(Some((13, None | Some(0)))) => TIMESTAMP,
        // fragmentation needed, packet too big
        Traffic::Icmp(Some((3, Some(4)))) | Traffic::Icmpv6(Some((2, None | Some(0)))) => TOO_BIG,
        // destination unreachable, source quench, redirect, time exceeded, parameter problem
        Traffic::Icmp(Some((3 | 4 | 5 | 11 | 12, _))) | Traffic::Icmpv6(Some((1 | 3 | 4, _))) => {
            ERROR
        }
        Traffic::Icmp(Some(_)) | Traffic::Icmpv6(Some(_)) => PACKET,
        Traffic::Number(_) => OTHER,
    }
}

/// The note on an exchange that is not request and reply.
pub fn exchange_note(exchange: &[Packet]) -> Option<&'static str> {
    NOTES
        .iter()
        .find(|(packets, _)| *packets == exchange)
        .map(|(_, note)| *note)
}
