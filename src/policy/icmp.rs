//! Names of ICMP types, and their numbers in each family.

use crate::net::{PerFamily, Traffic};

/// `echo-request`: a name that programs write after `icmp` or `icmpv6`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IcmpName {
    /// `echo-request`
    pub name: &'static str,
    /// Type and code for IPv4, the code `None` for all codes.
    pub v4: Option<(u8, Option<u8>)>,
    /// Type and code for IPv6.
    pub v6: Option<(u8, Option<u8>)>,
}

/// Every name. Types and codes: IANA, "ICMP Parameters" and "ICMPv6 Parameters". A type of ICMPv6
/// that has only code 0 is written with that code.
const NAMES: [IcmpName; 14] = [
    icmp_type("echo-request", Some((8, None)), Some((128, Some(0)))),
    icmp_type("echo-reply", Some((0, None)), Some((129, Some(0)))),
    icmp_type("destination-unreachable", Some((3, None)), Some((1, None))),
    icmp_type(
        "fragmentation-needed",
        Some((3, Some(4))),
        Some((2, Some(0))),
    ),
    icmp_type("packet-too-big", Some((3, Some(4))), Some((2, Some(0)))),
    icmp_type("time-exceeded", Some((11, None)), Some((3, None))),
    icmp_type("parameter-problem", Some((12, None)), Some((4, None))),
    icmp_type("redirect", Some((5, None)), Some((137, Some(0)))),
    icmp_type(
        "router-advertisement",
        Some((9, None)),
        Some((134, Some(0))),
    ),
    icmp_type(
        "router-solicitation",
        Some((10, None)),
        Some((133, Some(0))),
    ),
    icmp_type("neighbor-solicitation", None, Some((135, Some(0)))),
    icmp_type("neighbor-advertisement", None, Some((136, Some(0)))),
    icmp_type("timestamp-request", Some((13, None)), None),
    icmp_type("timestamp-reply", Some((14, None)), None),
];

const fn icmp_type(
    name: &'static str,
    v4: Option<(u8, Option<u8>)>,
    v6: Option<(u8, Option<u8>)>,
) -> IcmpName {
    IcmpName { name, v4, v6 }
}

/// The entry for a name.
pub fn icmp_name(name: &str) -> Option<&'static IcmpName> {
    NAMES.iter().find(|entry| entry.name == name)
}

/// Every name.
pub fn icmp_names() -> impl Iterator<Item = &'static str> {
    NAMES.iter().map(|entry| entry.name)
}

/// Traffic with one name in both families: all of ICMP, and each type.
pub fn icmp_pairs() -> impl Iterator<Item = PerFamily<Traffic>> {
    let all = PerFamily {
        v4: Traffic::Icmp(None),
        v6: Traffic::Icmpv6(None),
    };
    std::iter::once(all).chain(NAMES.iter().filter_map(IcmpName::pair))
}

impl IcmpName {
    /// Its traffic, if it is a name in both families.
    fn pair(&self) -> Option<PerFamily<Traffic>> {
        Some(PerFamily {
            v4: Traffic::Icmp(Some(self.v4?)),
            v6: Traffic::Icmpv6(Some(self.v6?)),
        })
    }
}
