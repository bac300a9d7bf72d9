//! Sets of packets against a brute-force model: every rule is checked for every address of a small
//! universe.

use super::per_family::PerFamily;
use super::{Addresses, Family, Packets, Ports, Traffic, TrafficSet};
use ipnet::IpNet;
use proptest::prelude::*;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The universe of the model: the first and the last eight addresses of either family.
fn universe() -> Vec<IpAddr> {
    let v4 = (0..8)
        .chain(u32::MAX - 7..=u32::MAX)
        .map(|n| IpAddr::V4(Ipv4Addr::from(n)));
    let v6 = (0..8)
        .chain(u128::MAX - 7..=u128::MAX)
        .map(|n| IpAddr::V6(Ipv6Addr::from(n)));
    v4.chain(v6).collect()
}

/// Pieces of traffic that the rules below distinguish.
const ATOMS: [Traffic; 9] = [
    Traffic::Tcp(Ports { from: 0, to: 0 }),
    Traffic::Tcp(Ports { from: 5, to: 5 }),
    Traffic::Tcp(Ports {
        from: u16::MAX,
        to: u16::MAX,
    }),
    Traffic::Udp(Ports { from: 5, to: 5 }),
    Traffic::Icmp(Some((8, Some(0)))),
    Traffic::Icmp(Some((8, Some(255)))),
    Traffic::Icmpv6(Some((128, Some(0)))),
    Traffic::Number(50),
    Traffic::Number(255),
];

type Rule = (IpNet, Traffic);

/// Whether this piece may pass, by checking each rule.
fn passes(rules: &[Rule], address: IpAddr, atom: Traffic) -> bool {
    let within = |ports: Ports, port: Ports| ports.from <= port.from && port.to <= ports.to;
    let of_type = |rule: Option<(u8, Option<u8>)>, kind: u8, code: u8| {
        rule.is_none_or(|(k, c)| k == kind && c.is_none_or(|c| c == code))
    };

    rules.iter().any(|(block, traffic)| {
        block.contains(&address)
            && match (traffic, atom) {
                (Traffic::All, atom) => atom
                    .family()
                    .is_none_or(|family| family == Family::of_block(block)),
                (Traffic::Tcp(ports), Traffic::Tcp(port))
                | (Traffic::Udp(ports), Traffic::Udp(port)) => within(*ports, port),
                (Traffic::Icmp(rule), Traffic::Icmp(Some((kind, Some(code))))) => {
                    address.is_ipv4() && of_type(*rule, kind, code)
                }
                (Traffic::Icmpv6(rule), Traffic::Icmpv6(Some((kind, Some(code))))) => {
                    address.is_ipv6() && of_type(*rule, kind, code)
                }
                (Traffic::Number(number), Traffic::Number(other)) => *number == other,
                (_, _) => false,
            }
    })
}

fn holds(set: &Packets, address: IpAddr, atom: Traffic) -> bool {
    let family = if address.is_ipv4() {
        Family::V4
    } else {
        Family::V6
    };
    let atom = TrafficSet::new(atom, family);
    !atom.is_empty() && set.traffic_at(address).covers(&atom)
}

prop_compose! {
    fn block()(v4: bool, high: bool, n in 0u32..8, length in 0u8..=4) -> IpNet {
        let up = if length < 4 { length } else { 32 };
        if v4 {
            let address = if high { u32::MAX - n } else { n };
            let length = if up == 32 { 32 } else { [0, 1, 29, 31][length as usize] };
            let net = ipnet::Ipv4Net::new(address.into(), length).unwrap_or_default();
            IpNet::V4(net.trunc())
        } else {
            let address = if high { u128::MAX - u128::from(n) } else { n.into() };
            let length = if up == 32 { 128 } else { [0, 1, 125, 127][length as usize] };
            let net = ipnet::Ipv6Net::new(address.into(), length).unwrap_or_default();
            IpNet::V6(net.trunc())
        }
    }
}

fn traffic() -> impl Strategy<Value = Traffic> {
    let wide = [
        Traffic::All,
        Traffic::Tcp(Ports::ALL),
        Traffic::Tcp(Ports { from: 5, to: 9 }),
        Traffic::Tcp(Ports { from: 1, to: 5 }),
        Traffic::Icmp(None),
        Traffic::Icmp(Some((8, None))),
        Traffic::Icmpv6(None),
    ];
    prop::sample::select([&ATOMS[..], &wide[..]].concat())
}

fn rules() -> impl Strategy<Value = Vec<Rule>> {
    prop::collection::vec((block(), traffic()), 0..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn operations_agree_with_the_model(a in rules(), b in rules()) {
        let (x, y) = (Packets::new(a.clone()), Packets::new(b.clone()));
        let (both, common, rest) = (x.union(&y), x.intersection(&y), x.difference(&y));

        for address in universe() {
            for atom in ATOMS {
                let (in_a, in_b) = (passes(&a, address, atom), passes(&b, address, atom));
                prop_assert_eq!(holds(&x, address, atom), in_a, "{} {}", address, atom);
                let traffic = PerFamily::from_traffic(&[atom]);
                prop_assert_eq!(
                    x.addresses_with(&traffic).contains(address),
                    in_a,
                    "{} {}",
                    address,
                    atom
                );
                prop_assert_eq!(holds(&both, address, atom), in_a || in_b);
                prop_assert_eq!(holds(&common, address, atom), in_a && in_b);
                prop_assert_eq!(holds(&rest, address, atom), in_a && !in_b);
            }
        }

        prop_assert_eq!(
            &Packets::new([a, b].concat()),
            &both,
            "equal sets are written alike"
        );
        prop_assert_eq!(rest.union(&common), x.clone());
        prop_assert!(both.covers(&x) && x.covers(&common) && rest.intersection(&y).is_empty());
        prop_assert_eq!(x.covers(&y), y.difference(&x).is_empty());
        prop_assert_eq!(x.is_empty(), x == Packets::default());
    }

    #[test]
    fn some_and_every_address(a in rules(), blocks in prop::collection::vec(block(), 1..4)) {
        let (set, addresses) = (Packets::new(a.clone()), Addresses::from_blocks(&blocks));
        for family in [Family::V4, Family::V6] {
            let (any, every) = (
                set.with_any(&addresses, family),
                set.with_every(&addresses, family),
            );
            let hosts = universe()
                .into_iter()
                .filter(|a| a.is_ipv4() == (family == Family::V4));
            let hosts: Vec<IpAddr> = hosts
                .filter(|address| addresses.contains(*address))
                .collect();

            let none = match family {
                Family::V4 => addresses.v4.is_empty(),
                Family::V6 => addresses.v6.is_empty(),
            };
            prop_assert!(!none || (any.is_empty() && every == TrafficSet::all(family)));

            for atom in ATOMS
                .into_iter()
                .filter(|atom| atom.family().is_none_or(|of| of == family))
            {
                let one = TrafficSet::new(atom, family);
                let passing = hosts.iter().filter(|host| passes(&a, **host, atom)).count();
                prop_assert!(passing == 0 || any.covers(&one), "{}", atom);
                prop_assert!(passing == hosts.len() || !every.covers(&one), "{}", atom);
                let inside = blocks
                    .iter()
                    .filter(|block| Family::of_block(block) == family);

                let whole = inside.clone().all(|block| {
                    a.iter()
                        .any(|(b, t)| b.contains(block) && TrafficSet::new(*t, family).covers(&one))
                });
                prop_assert!(!whole || every.covers(&one), "{}", atom);
                let met = a.iter().any(|(b, t)| {
                    TrafficSet::new(*t, family).covers(&one)
                        && inside
                            .clone()
                            .any(|block| b.contains(block) || block.contains(b))
                });
                prop_assert_eq!(any.covers(&one), met, "{}", atom);
            }
        }
    }

    #[test]
    fn many_addresses_are_counted(a in rules(), many in 1u32..20) {
        let some = Addresses::from_blocks([
            &"0.0.0.0/28".parse().expect("a block"),
            &"::/124".parse().expect("a block"),
        ]);
        let all = Packets::product(&some, &PerFamily::from_fn(TrafficSet::all));
        let set = Packets::new(a.clone()).intersection(&all);
        let found = set.with_many(PerFamily::from_fn(|_| many.into()));

        for family in Family::BOTH {
            for atom in ATOMS
                .into_iter()
                .filter(|atom| atom.family().is_none_or(|of| of == family))
            {
                let hosts = (0..16).map(|n| match family {
                    Family::V4 => IpAddr::V4(Ipv4Addr::from(n)),
                    Family::V6 => IpAddr::V6(Ipv6Addr::from(u128::from(n))),
                });
                let count = hosts.filter(|host| passes(&a, *host, atom)).count();
                let has = found[family].covers(&TrafficSet::new(atom, family));
                prop_assert_eq!(has, count >= many as usize, "{} {:?}", atom, family);
            }
        }
    }

    #[test]
    fn rows_cover_the_set_without_overlap(a in rules()) {
        let set = Packets::new(a);
        let (mut all, rows) = (Packets::default(), set.rows());
        for (n, row) in rows.iter().enumerate() {
            prop_assert!(!row.traffic.is_empty() && !row.addresses.is_empty());
            let of = |family| {
                if row.family == family {
                    row.traffic.clone()
                } else {
                    TrafficSet::default()
                }
            };
            let product = Packets::product(&row.addresses, &PerFamily::from_fn(of));
            prop_assert!(
                all.intersection(&product).is_empty(),
                "no packet is in two rows"
            );
            all = all.union(&product);
            prop_assert!(
                rows[..n]
                    .iter()
                    .all(|other| other.addresses != row.addresses),
                "one row for each set"
            );
        }
        prop_assert_eq!(all, set);
    }
}
