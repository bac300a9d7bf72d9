//! The internet: every address except those that IANA lists as not globally reachable.

use super::address::Addresses;
use super::packets::Packets;
use super::per_family::PerFamily;
use super::traffic_set::TrafficSet;
use ipnet::IpNet;
use std::sync::LazyLock;

/// IANA, "IPv4 Special-Purpose Address Registry" and "IPv6 Special-Purpose Address Registry": the
/// entries whose column "Globally Reachable" says False.
const NOT_REACHABLE: [&str; 27] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "240.0.0.0/4",
    "255.255.255.255/32",
    "::/128",
    "::1/128",
    "::ffff:0:0/96",
    "64:ff9b:1::/48",
    "100::/64",
    "100:0:0:1::/64",
    "2001::/23",
    "2001:2::/48",
    "2001:db8::/32",
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fe80::/10",
];

/// Entries of the same registries that lie inside one of the above and are globally reachable all
/// the same.
const REACHABLE_INSIDE: [&str; 9] = [
    "192.0.0.9/32",
    "192.0.0.10/32",
    "2001:1::1/128",
    "2001:1::2/128",
    "2001:1::3/128",
    "2001:3::/32",
    "2001:4:112::/48",
    "2001:20::/28",
    "2001:30::/28",
];

/// Multicast (RFC 5771, RFC 4291), which is never a source.
const MULTICAST: [&str; 2] = ["224.0.0.0/4", "ff00::/8"];

/// The number of addresses from which traffic counts as open to the internet, for IPv4: a /6, 67
/// million. Blocks of an office, a partner or a provider's region are far below that.
///
/// Of IPv6 it is a /12, what IANA gives to a regional registry for all of its members ("IPv6 Global
/// Unicast Address Assignments").
pub const MANY: PerFamily<u128> = PerFamily {
    v4: 1 << 26,
    v6: 1 << 116,
};

fn parse_blocks(list: &[&str]) -> Vec<IpNet> {
    list.iter().filter_map(|block| block.parse().ok()).collect()
}

/// The addresses of the internet.
pub fn internet_addresses() -> Addresses {
    let inside = Addresses::from_blocks(&parse_blocks(&REACHABLE_INSIDE));
    Addresses::all()
        .difference(&Addresses::from_blocks(&parse_blocks(&NOT_REACHABLE)))
        .union(&inside)
}

/// The addresses of the internet that a packet can come from.
pub fn routable_sources() -> Addresses {
    internet_addresses().difference(&Addresses::from_blocks(&parse_blocks(&MULTICAST)))
}

/// Whether a packet can come from some of these addresses over the internet.
pub fn is_public(addresses: &Addresses) -> bool {
    static WORLD: LazyLock<Addresses> = LazyLock::new(routable_sources);
    !addresses.intersection(&WORLD).is_empty()
}

impl Packets {
    /// The traffic that is open to at least [`MANY`] of `world` ([`routable_sources`]), and so
    /// counts as open to the internet, by family.
    pub fn open_to(&self, world: &Addresses) -> PerFamily<TrafficSet> {
        let all = Packets::product(world, &PerFamily::from_fn(TrafficSet::all));
        self.intersection(&all).with_many(MANY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::{Family, Ports, Traffic};

    #[test]
    fn the_lists_are_blocks() {
        assert_eq!(parse_blocks(&NOT_REACHABLE).len(), NOT_REACHABLE.len());
        assert_eq!(
            parse_blocks(&REACHABLE_INSIDE).len(),
            REACHABLE_INSIDE.len()
        );
        let outside = Addresses::from_blocks(&parse_blocks(&NOT_REACHABLE));
        for block in parse_blocks(&REACHABLE_INSIDE) {
            assert!(
                outside.contains(block.network()),
                "{block} is an exception from something"
            );
        }
    }

    #[test]
    fn no_packet_comes_from_multicast() {
        for address in ["224.0.0.1", "239.255.255.255", "ff02::1"] {
            let address = address.parse().unwrap();
            assert!(
                internet_addresses().contains(address) && !routable_sources().contains(address),
                "{address}"
            );
        }

        for address in ["223.255.255.255", "1.1.1.1", "2600::1"] {
            assert!(
                routable_sources().contains(address.parse().unwrap()),
                "{address}"
            );
        }

        for address in ["240.0.0.0", "10.0.0.1", "fe80::1"] {
            assert!(
                !routable_sources().contains(address.parse().unwrap()),
                "{address}"
            );
        }
    }

    #[test]
    fn traffic_from_many_internet_addresses_is_open() {
        let [tcp, udp] = [Traffic::Tcp(Ports::ALL), Traffic::Udp(Ports::ALL)];
        for (blocks, open) in [
            (&["64.0.0.0/6"][..], [true, false]),
            (&["64.0.0.0/7"], [false, false]),
            (&["64.0.0.0/7", "66.0.0.0/7"], [true, false]),
            (
                &[
                    "64.0.0.0/7",
                    "66.0.0.0/8",
                    "67.0.0.1/32",
                    "67.0.0.2/31",
                    "67.0.0.4/30",
                ],
                [false, false],
            ),
            (
                &["10.0.0.0/8", "240.0.0.0/4", "224.0.0.0/4"],
                [false, false],
            ),
            (&["0.0.0.0/0"], [true, false]),
            (&["2600::/12"], [false, true]),
            (&["2600::/13"], [false, false]),
            (&["fc00::/7", "ff00::/8"], [false, false]),
            (&["::/0", "64.0.0.0/6"], [true, true]),
        ] {
            let rules = blocks.iter().flat_map(|block| {
                let block: IpNet = block.parse().unwrap();
                // traffic that is open to one address only is never open to many
                [(block, tcp), (IpNet::from(block.network()), udp)]
            });
            let found = Packets::new(rules).open_to(&routable_sources());
            for family in Family::BOTH {
                let expected = if open[family as usize] {
                    TrafficSet::new(tcp, family)
                } else {
                    TrafficSet::default()
                };
                assert_eq!(found[family], expected, "{blocks:?} {family:?}");
            }
        }
    }

    #[test]
    fn knows_which_addresses_are_on_the_internet() {
        for (address, there) in [
            ("1.1.1.1", true),
            ("10.1.2.3", false),
            ("100.64.0.1", false),
            ("203.0.113.9", false),
            ("192.0.0.8", false),
            ("192.0.0.9", true),
            ("2600::1", true),
            ("2001:db8::1", false),
            ("2001:20::1", true),
            ("2001:5::1", false),
            ("fe80::1", false),
            ("64:ff9b::1", true),
        ] {
            let address: std::net::IpAddr = address.parse().unwrap();
            assert_eq!(internet_addresses().contains(address), there, "{address}");
        }
    }
}
