//! Sets of traffic of one family: what a list of rules admits, regardless of the peer.

use super::ports::Ports;
use super::ranges::Ranges;
use super::traffic::{Family, Traffic};

/// A set of traffic of one family: TCP and UDP by port, ICMP by type and code, the rest by
/// protocol.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct TrafficSet {
    pub(super) tcp: Ranges<u16>,
    pub(super) udp: Ranges<u16>,
    /// ICMP of the family: the type in the high byte, the code in the low one.
    pub(super) icmp: Ranges<u16>,
    /// Numbers of all other protocols.
    pub(super) others: Ranges<u8>,
}

/// The protocols without a dimension of their own: all except TCP, UDP, and the ICMP of the family.
fn other_protocols(family: Family) -> Ranges<u8> {
    let icmp = match family {
        Family::V4 => 1,
        Family::V6 => 58,
    };
    Ranges::from_unsorted(vec![(6, 6), (17, 17), (icmp, icmp)]).complement()
}

impl TrafficSet {
    /// Everything.
    pub fn all(family: Family) -> TrafficSet {
        TrafficSet {
            tcp: Ranges::all(),
            udp: Ranges::all(),
            icmp: Ranges::all(),
            others: other_protocols(family),
        }
    }

    /// The traffic that a rule admits between hosts of a family, whatever is set at deployment: of
    /// ports that are, nothing.
    pub fn new(traffic: Traffic, family: Family) -> TrafficSet {
        TrafficSet::from_traffic([traffic], family)
    }

    /// The traffic that rules with any of this traffic admit between hosts of a family, whatever is
    /// set at deployment.
    pub fn from_traffic(traffic: impl IntoIterator<Item = Traffic>, family: Family) -> TrafficSet {
        let (mut tcp, mut udp, mut icmp, mut others) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for traffic in traffic {
            match traffic {
                Traffic::All => return TrafficSet::all(family),
                Traffic::Tcp(_) => tcp.push(traffic.stretch()),
                Traffic::Udp(_) => udp.push(traffic.stretch()),
                Traffic::TcpUnknown(_) | Traffic::UdpUnknown(_) => {}
                Traffic::Icmp(_) | Traffic::Icmpv6(_) if traffic.family() != Some(family) => {}
                Traffic::Icmp(_) | Traffic::Icmpv6(_) => icmp.push(traffic.stretch()),
                Traffic::Number(number) => others.push((number, number)),
            }
        }

        let others = Ranges::from_unsorted(others);
        let others = if others.is_empty() {
            others
        } else {
            others.intersection(&other_protocols(family))
        };

        TrafficSet {
            tcp: Ranges::from_unsorted(tcp),
            udp: Ranges::from_unsorted(udp),
            icmp: Ranges::from_unsorted(icmp),
            others,
        }
    }

    /// The union of these.
    pub fn union_of<'t>(sets: impl IntoIterator<Item = &'t TrafficSet>) -> TrafficSet {
        let mut sets = sets.into_iter();
        let Some(first) = sets.next() else {
            return TrafficSet::default();
        };

        let Some(second) = sets.next() else {
            return first.clone();
        };

        let all: Vec<&TrafficSet> = [first, second].into_iter().chain(sets).collect();
        TrafficSet {
            tcp: Ranges::union_of(all.iter().map(|set| &set.tcp)),
            udp: Ranges::union_of(all.iter().map(|set| &set.udp)),
            icmp: Ranges::union_of(all.iter().map(|set| &set.icmp)),
            others: Ranges::union_of(all.iter().map(|set| &set.others)),
        }
    }

    /// What another set lacks of this one; all of TCP, UDP or ICMP, or everything, if this set has
    /// that and the other lacks some of it.
    pub fn whole_difference(&self, other: &TrafficSet, family: Family) -> TrafficSet {
        let mut rest = self.difference(other);
        if !rest.is_empty() && *self == TrafficSet::all(family) {
            return TrafficSet::all(family);
        }

        for (rest, own) in [
            (&mut rest.tcp, &self.tcp),
            (&mut rest.udp, &self.udp),
            (&mut rest.icmp, &self.icmp),
        ] {
            if !rest.is_empty() && *own == Ranges::all() {
                *rest = Ranges::all();
            }
        }

        rest
    }

    /// The numbers that are in sets with at least this total weight.
    pub fn with_weight(sets: &[(&TrafficSet, u128)], least: u128) -> TrafficSet {
        let sets = sets.iter();
        let tcp = sets.clone().map(|(set, weight)| (&set.tcp, *weight));
        let udp = sets.clone().map(|(set, weight)| (&set.udp, *weight));
        let icmp = sets.clone().map(|(set, weight)| (&set.icmp, *weight));
        let others = sets.map(|(set, weight)| (&set.others, *weight));
        TrafficSet {
            tcp: Ranges::with_weight(tcp, least),
            udp: Ranges::with_weight(udp, least),
            icmp: Ranges::with_weight(icmp, least),
            others: Ranges::with_weight(others, least),
        }
    }

    /// The union of these sets, cut into pieces that each set contains completely or not at all; in
    /// order.
    pub fn cut_apart(sets: &[&TrafficSet]) -> Vec<TrafficSet> {
        let pieces = TrafficSet::cut_among(sets).into_iter();
        pieces.map(|(piece, _)| piece).collect()
    }

    /// Likewise, each piece with the positions of the sets that contain it: one walk over all
    /// edges.
    pub fn cut_among(sets: &[&TrafficSet]) -> Vec<(TrafficSet, Vec<u32>)> {
        let nothing = TrafficSet::default;
        let mut pieces = Vec::new();
        Ranges::cut_among(sets.iter().map(|set| &set.tcp), |tcp, holding| {
            pieces.push((TrafficSet { tcp, ..nothing() }, holding));
        });

        Ranges::cut_among(sets.iter().map(|set| &set.udp), |udp, holding| {
            pieces.push((TrafficSet { udp, ..nothing() }, holding));
        });

        Ranges::cut_among(sets.iter().map(|set| &set.icmp), |icmp, holding| {
            pieces.push((TrafficSet { icmp, ..nothing() }, holding));
        });

        Ranges::cut_among(sets.iter().map(|set| &set.others), |others, holding| {
            pieces.push((
                TrafficSet {
                    others,
                    ..nothing()
                },
                holding,
            ));
        });

        pieces
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.tcp.is_empty() && self.udp.is_empty() && self.icmp.is_empty() && self.others.is_empty()
    }

    /// The union.
    pub fn union(&self, other: &TrafficSet) -> TrafficSet {
        TrafficSet {
            tcp: self.tcp.union(&other.tcp),
            udp: self.udp.union(&other.udp),
            icmp: self.icmp.union(&other.icmp),
            others: self.others.union(&other.others),
        }
    }

    /// The intersection.
    pub fn intersection(&self, other: &TrafficSet) -> TrafficSet {
        TrafficSet {
            tcp: self.tcp.intersection(&other.tcp),
            udp: self.udp.intersection(&other.udp),
            icmp: self.icmp.intersection(&other.icmp),
            others: self.others.intersection(&other.others),
        }
    }

    /// The difference: this set without the other.
    pub fn difference(&self, other: &TrafficSet) -> TrafficSet {
        TrafficSet {
            tcp: self.tcp.difference(&other.tcp),
            udp: self.udp.difference(&other.udp),
            icmp: self.icmp.difference(&other.icmp),
            others: self.others.difference(&other.others),
        }
    }

    /// The set without the ICMP of its family.
    pub fn without_icmp(&self) -> TrafficSet {
        TrafficSet {
            icmp: Ranges::default(),
            ..self.clone()
        }
    }

    /// Whether one service is in all of these sets, each of a different family. ICMP of both
    /// families counts as one, as `ping` is a service of both.
    pub fn share_a_service(sets: &[TrafficSet]) -> bool {
        let icmp = sets.iter().all(|set| !set.icmp.is_empty());
        let common = sets
            .iter()
            .map(TrafficSet::without_icmp)
            .reduce(|all, set| all.intersection(&set));
        common.is_some_and(|common| icmp || !common.is_empty())
    }

    /// Whether it overlaps the traffic that a rule admits between hosts of the family; of ports
    /// that are set at deployment, whether it may.
    pub fn meets(&self, traffic: Traffic, family: Family) -> bool {
        let (first, last) = traffic.stretch();
        match traffic {
            Traffic::All => !self.is_empty(),
            Traffic::Tcp(_) | Traffic::TcpUnknown(_) => self.tcp.meets(first, last),
            Traffic::Udp(_) | Traffic::UdpUnknown(_) => self.udp.meets(first, last),
            Traffic::Icmp(_) | Traffic::Icmpv6(_) => {
                traffic.family() == Some(family) && self.icmp.meets(first, last)
            }
            Traffic::Number(number) => self.others.contains(number),
        }
    }

    /// Whether all of `other` is in this one.
    pub fn covers(&self, other: &TrafficSet) -> bool {
        other.difference(self).is_empty()
    }

    /// Its ranges of TCP ports, then those of UDP ports.
    pub fn port_stretches(&self) -> impl Iterator<Item = Traffic> + '_ {
        let stretch = |(from, to): &(u16, u16)| Ports {
            from: *from,
            to: *to,
        };
        let tcp = self.tcp.ranges().iter().map(stretch).map(Traffic::Tcp);
        tcp.chain(self.udp.ranges().iter().map(stretch).map(Traffic::Udp))
    }

    /// One element: a port, a type and code, or a protocol.
    pub fn find_witness(&self, family: Family) -> Option<Traffic> {
        let port = |ranges: &Ranges<u16>| ranges.ranges().first().map(|(first, _)| *first);
        let only = |port| Ports {
            from: port,
            to: port,
        };

        let icmp = |number: u16| {
            let [kind, code] = number.to_be_bytes();
            match family {
                Family::V4 => Traffic::Icmp(Some((kind, Some(code)))),
                Family::V6 => Traffic::Icmpv6(Some((kind, Some(code)))),
            }
        };

        port(&self.tcp)
            .map(|port| Traffic::Tcp(only(port)))
            .or_else(|| port(&self.udp).map(|port| Traffic::Udp(only(port))))
            .or_else(|| port(&self.icmp).map(icmp))
            .or_else(|| {
                self.others
                    .ranges()
                    .first()
                    .map(|(first, _)| Traffic::Number(*first))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::PerFamily;

    #[test]
    fn sets_contain_what_rules_admit() {
        let tcp = |from, to| Traffic::Tcp(Ports { from, to });
        let v4 = |traffic| TrafficSet::new(traffic, Family::V4);
        let everything = TrafficSet::all(Family::V4);
        assert!(v4(tcp(0, 65535)).covers(&v4(tcp(80, 90))));
        assert!(!v4(tcp(80, 90)).covers(&v4(tcp(80, 91))));
        assert!(v4(Traffic::Icmp(Some((8, None)))).covers(&v4(Traffic::Icmp(Some((8, Some(3)))))));
        assert!(!v4(Traffic::Icmp(Some((8, Some(0))))).covers(&v4(Traffic::Icmp(Some((8, None))))));
        assert!(v4(Traffic::Icmpv6(None)).is_empty());
        assert!(!TrafficSet::new(Traffic::Icmpv6(None), Family::V6).is_empty());

        assert!(
            everything.covers(&v4(Traffic::Number(58))),
            "ICMPv6 within IPv4 is a protocol as any other"
        );

        for part in [
            tcp(1, 1),
            Traffic::Udp(Ports::ALL),
            Traffic::Icmp(None),
            Traffic::Number(50),
            Traffic::All,
        ] {
            for other in [
                tcp(0, 1),
                tcp(2, 9),
                Traffic::Icmp(Some((8, None))),
                Traffic::Icmpv6(None),
                Traffic::Number(50),
            ] {
                let common = v4(part).intersection(&v4(other));
                assert_eq!(
                    v4(part).meets(other, Family::V4),
                    !common.is_empty(),
                    "{part} {other}"
                );
            }
            assert!(everything.covers(&v4(part)));
            let rest = everything.difference(&v4(part));
            assert!(rest.intersection(&v4(part)).is_empty());
            assert_eq!(rest.union(&v4(part)), everything);
            assert!(
                v4(v4(part).find_witness(Family::V4).unwrap()).intersection(&v4(part))
                    != TrafficSet::default()
            );
        }

        let joined = v4(tcp(1, 5))
            .union(&v4(tcp(6, 9)))
            .union(&v4(Traffic::Icmp(None)))
            .union(&v4(tcp(20, 20)));
        assert_eq!(
            joined.port_stretches().collect::<Vec<_>>(),
            [tcp(1, 9), tcp(20, 20)]
        );
    }

    /// One piece of each kind, in the order of witnesses: an ICMP of each family, of which one is
    /// in a set.
    const PIECES: [Traffic; 5] = [
        Traffic::Tcp(Ports { from: 7, to: 7 }),
        Traffic::Udp(Ports { from: 8, to: 8 }),
        Traffic::Icmp(Some((3, Some(4)))),
        Traffic::Icmpv6(Some((5, Some(6)))),
        Traffic::Number(50),
    ];

    /// The pieces of a mask that exist in a family, and their set.
    fn chosen(mask: usize, family: Family) -> (Vec<Traffic>, TrafficSet) {
        let pieces = PIECES
            .iter()
            .enumerate()
            .filter(|(n, _)| mask >> n & 1 == 1)
            .map(|(_, piece)| *piece);
        let pieces: Vec<Traffic> = pieces
            .filter(|piece| piece.family().is_none_or(|of| of == family))
            .collect();
        (pieces.clone(), TrafficSet::from_traffic(pieces, family))
    }

    #[test]
    fn sets_of_one_piece_of_each_kind() {
        for (family, mask) in Family::BOTH
            .into_iter()
            .flat_map(|family| (0..32).map(move |mask| (family, mask)))
        {
            let (pieces, set) = chosen(mask, family);
            assert_eq!(set.is_empty(), pieces.is_empty());
            assert_eq!(set.meets(Traffic::All, family), !pieces.is_empty());
            assert_eq!(set.find_witness(family), pieces.first().copied());
            let ports = pieces
                .iter()
                .copied()
                .filter(|piece| matches!(piece, Traffic::Tcp(_) | Traffic::Udp(_)));
            assert_eq!(
                set.port_stretches().collect::<Vec<_>>(),
                ports.collect::<Vec<_>>()
            );
            let without = pieces
                .iter()
                .copied()
                .filter(|piece| piece.family().is_none());
            assert_eq!(
                set.without_icmp(),
                TrafficSet::from_traffic(without, family)
            );
            for piece in PIECES {
                assert_eq!(
                    set.meets(piece, family),
                    pieces.contains(&piece),
                    "{piece} {pieces:?} {family:?}"
                );
            }
            let single: Vec<TrafficSet> = pieces
                .iter()
                .map(|piece| TrafficSet::new(*piece, family))
                .collect();
            assert_eq!(TrafficSet::cut_apart(&[&set, &set]), single);
            assert_eq!(TrafficSet::union_of(&single), set);
            for other in 0..32 {
                let (more, other) = chosen(other, family);
                assert_eq!(
                    set.covers(&other),
                    more.iter().all(|piece| pieces.contains(piece))
                );

                assert_eq!(
                    TrafficSet::from_traffic(pieces.iter().chain(&more).copied(), family),
                    set.union(&other)
                );
                assert_eq!(set.union(&other), TrafficSet::union_of([&set, &other]));
                assert_eq!(set.difference(&other).union(&set.intersection(&other)), set);
                assert!(set.difference(&other).intersection(&other).is_empty());
            }
        }
    }

    #[test]
    fn traffic_is_in_the_set_of_its_family() {
        let nothing = TrafficSet::default();
        let of_family = |v4: &TrafficSet, v6: &TrafficSet| PerFamily {
            v4: v4.clone(),
            v6: v6.clone(),
        };

        for piece in PIECES {
            let [v4, v6] = Family::BOTH.map(|of| TrafficSet::new(piece, of));
            let in_v4 = piece.family() != Some(Family::V6);
            let in_v6 = piece.family() != Some(Family::V4);
            assert_eq!(of_family(&v4, &nothing).meets(piece), in_v4, "{piece}");
            assert_eq!(of_family(&nothing, &v6).meets(piece), in_v6, "{piece}");
            assert!(!of_family(&nothing, &nothing).meets(piece), "{piece}");
        }

        let icmp = TrafficSet::new(Traffic::Icmp(None), Family::V4);
        assert!(
            !of_family(&nothing, &icmp).meets(Traffic::Icmp(None)),
            "no ICMP between IPv6 hosts"
        );
    }

    #[test]
    fn cuts_sets_where_one_begins_or_ends() {
        let tcp = |from, to| TrafficSet::new(Traffic::Tcp(Ports { from, to }), Family::V4);
        let (a, b) = (tcp(10, 65535), tcp(0, 19).union(&tcp(30, 30)));
        let pieces = TrafficSet::cut_among(&[&a, &b]);

        let expected = [
            (tcp(0, 9), vec![1]),
            (tcp(10, 19), vec![0, 1]),
            (tcp(20, 29), vec![0]),
            (tcp(30, 30), vec![0, 1]),
            (tcp(31, 65535), vec![0]),
        ];

        assert_eq!(pieces, expected);
        assert_eq!(TrafficSet::with_weight(&[(&a, 2), (&b, 3)], 3), b);
        assert_eq!(
            TrafficSet::with_weight(&[(&a, 2), (&b, 3)], 5),
            a.intersection(&b)
        );
        assert_eq!(TrafficSet::with_weight(&[(&a, 3), (&b, 2)], 3), a);
    }

    #[test]
    fn numbers_of_named_protocols_are_not_other_protocols() {
        for (family, icmp) in [(Family::V4, 1), (Family::V6, 58)] {
            for number in 0..=255 {
                let named = [6, 17, icmp].contains(&number);
                assert_eq!(
                    TrafficSet::new(Traffic::Number(number), family).is_empty(),
                    named,
                    "{number}"
                );

                assert_eq!(
                    TrafficSet::all(family).others.contains(number),
                    !named,
                    "{number}"
                );
            }
        }
    }
}
