//! Addresses that are never the source of a packet.

use super::address::Addresses;
use ipnet::IpNet;
use std::sync::OnceLock;

/// Blocks that are never the source of a packet that reaches a host of a VPC, and what they are.
///
/// - 0.0.0.0/8: "this network" (RFC 1122, 3.2.1.3), which a host sends from only while it has no
///   address.
/// - 127.0.0.0/8, ::1: loopback, which never leaves its host (RFC 1122, 3.2.1.3; RFC 4291, 2.5.3).
/// - 169.254.0.0/16: link-local, which no router forwards (RFC 3927, 7), and a VPC is routed. No
///   VPC can have it (VPC user guide, "VPC CIDR blocks"); Amazon's own services there are not
///   filtered.
/// - 224.0.0.0/4, ff00::/8: multicast, which is never a source (RFC 1112, 7.2; RFC 4291, 2.7).
/// - 255.255.255.255: broadcast, likewise (RFC 1122, 3.2.1.3).
/// - ::: the unspecified address, which no router forwards (RFC 4291, 2.5.2).
///
/// Not included: fe80::/10, from which neighbours send (RFC 4861), because VPCs are not documented
/// to block it; and the rest of 240.0.0.0/4, which is reserved but used in VPCs.
const UNROUTABLE: [(&str, &str); 8] = [
    ("0.0.0.0/8", "this network"),
    ("127.0.0.0/8", "loopback"),
    ("169.254.0.0/16", "link-local"),
    ("224.0.0.0/4", "multicast"),
    ("255.255.255.255/32", "broadcast"),
    ("::/128", "the unspecified address"),
    ("::1/128", "loopback"),
    ("ff00::/8", "multicast"),
];

/// Whether a block may be in one of them; a fast check, false for most.
fn begins_like_one(block: &IpNet) -> bool {
    match block {
        IpNet::V4(block) => matches!(block.addr().octets()[0], 0 | 127 | 169 | 224..),
        IpNet::V6(block) => matches!(block.addr().segments()[0], 0 | 0xff00..),
    }
}

fn unroutable_blocks() -> &'static [(IpNet, &'static str)] {
    static TABLE: OnceLock<Vec<(IpNet, &'static str)>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let parsed = UNROUTABLE
            .iter()
            .map(|(block, kind)| block.parse().map(|block| (block, *kind)));
        parsed.filter_map(Result::ok).collect()
    })
}

/// The kind of a block that is never the source of a packet: `loopback`.
pub fn unroutable_reason(block: &IpNet) -> Option<&'static str> {
    if !begins_like_one(block) {
        return None;
    }
    unroutable_blocks()
        .iter()
        .find(|(known, _)| known.contains(block))
        .map(|(_, kind)| *kind)
}

/// All addresses that are never the source of a packet.
pub fn unroutable_addresses() -> Addresses {
    Addresses::from_blocks(unroutable_blocks().iter().map(|(block, _)| block))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_listed_block_passes_the_fast_check() {
        assert_eq!(unroutable_blocks().len(), UNROUTABLE.len());
        for (block, kind) in unroutable_blocks() {
            assert_eq!(unroutable_reason(block), Some(*kind));
            assert_eq!(
                unroutable_reason(&block.broadcast().into()),
                Some(*kind),
                "the last of {block}"
            );
        }
    }

    #[test]
    fn a_block_inside_a_listed_one_is_unroutable() {
        for (block, kind) in [
            ("0.0.0.0/32", Some("this network")),
            ("0.0.0.0/8", Some("this network")),
            ("0.0.0.0/7", None),
            ("0.0.0.0/0", None),
            ("127.0.0.1/32", Some("loopback")),
            ("126.0.0.0/7", None),
            ("169.254.1.0/24", Some("link-local")),
            ("169.254.0.0/15", None),
            ("239.1.2.3/32", Some("multicast")),
            ("223.255.255.255/32", None),
            ("240.0.0.0/4", None),
            ("255.255.255.255/32", Some("broadcast")),
            ("255.255.255.254/32", None),
            ("::/128", Some("the unspecified address")),
            ("::/127", None),
            ("::1/128", Some("loopback")),
            ("::2/128", None),
            ("fe80::/10", None),
            ("ff02::1/128", Some("multicast")),
            ("fe00::/7", None),
            ("2001:db8::/32", None),
        ] {
            assert_eq!(
                unroutable_reason(&block.parse().expect("a block")),
                kind,
                "{block}"
            );
        }
    }
}
