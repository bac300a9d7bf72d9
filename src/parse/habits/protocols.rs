//! Protocols as other tools write them: `proto esp`, `icmp 8:0`.

use super::phrases::{is_like, is_number};
use super::position::{Here, Replacement, StatementPart};

/// Names of protocols, and what is written here: their numbers at IANA.
const PROTOCOLS: [(&str, &str); 14] = [
    ("tcp", "tcp"),
    ("udp", "udp"),
    ("icmp|icmpv4", "icmp"),
    ("icmpv6|icmp6|ipv6-icmp", "icmpv6"),
    ("any|all|ip", "all"),
    ("igmp", "proto 2"),
    ("ipip|ipencap|ip-in-ip", "proto 4"),
    ("ipv6|6in4", "proto 41"),
    ("gre", "proto 47"),
    ("esp|ipsec-esp", "proto 50"),
    ("ah|ipsec-ah", "proto 51"),
    ("ospf|ospfigp", "proto 89"),
    ("vrrp|carp", "proto 112"),
    ("sctp", "proto 132"),
];

/// `proto esp`
pub(super) fn protocol_name(here: &Here<'_>) -> Option<Replacement> {
    let [word, name, ..] = here.rest else {
        return None;
    };
    if here.part != StatementPart::Services || !is_like("proto|protocol", word.text) {
        return None;
    }

    let (_, write) = PROTOCOLS
        .iter()
        .find(|(names, _)| is_like(names, name.text))?;
    let label = if write.starts_with("proto") {
        "a protocol is its number"
    } else {
        "write the protocol alone"
    };
    Some(Replacement {
        is_sure: *write != "all",
        is_plain: false,
        ..Replacement::sure(2, *write, label)
    })
}

/// `icmp 8:0`
pub(super) fn icmp_code(here: &Here<'_>) -> Option<Replacement> {
    let is_after = here
        .before
        .is_some_and(|it| ["icmp", "icmpv6"].contains(&it.text));
    let (kind, code) = here.rest[0].text.split_once([':', '-', '.', ';'])?;
    let is_code = is_after && is_number(kind) && is_number(code);
    is_code.then(|| Replacement::sure(1, format!("{kind}/{code}"), "a code follows `/`"))
}
