//! Sets of traffic as text, in the syntax of programs.

use super::ranges::{Bound, Ranges};
use super::traffic::Family;
use super::traffic_set::TrafficSet;
use std::fmt;

/// A range of traffic of one protocol.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Piece {
    /// Its sort key: protocol, first number.
    order: (u8, u16),
    /// `tcp`, `icmpv6`, `proto`, `all`
    pub protocol: &'static str,
    /// `443`, `8000-8100`, `3/4`; empty for all of the protocol.
    pub numbers: String,
}

impl fmt::Display for Piece {
    /// `tcp 443`, `udp`, `icmp 3/4`, `proto 50`; and, not valid in programs, `icmp 3/1-4`, `icmp
    /// 9-255`, `proto 2-5`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let blank = if self.numbers.is_empty() { "" } else { " " };
        write!(f, "{}{blank}{}", self.protocol, self.numbers)
    }
}

impl TrafficSet {
    /// Its pieces, in the order of an output's rules.
    pub fn pieces(&self, family: Family) -> Vec<Piece> {
        if *self == TrafficSet::all(family) {
            return vec![Piece {
                order: (0, 0),
                protocol: "all",
                numbers: String::new(),
            }];
        }

        let icmp_name = match family {
            Family::V4 => (3, "icmp"),
            Family::V6 => (4, "icmpv6"),
        };
        let mut pieces = numbered_pieces(&self.tcp, (1, "tcp"), range_words);
        pieces.extend(numbered_pieces(&self.udp, (2, "udp"), range_words));

        for (first, last) in self.icmp.ranges() {
            pieces.extend(
                split_icmp(*first, *last)
                    .into_iter()
                    .map(|(at, text)| numbered_piece(icmp_name, at, text)),
            );
        }

        if self.icmp == Ranges::all() {
            pieces.retain(|piece| piece.protocol != icmp_name.1);
            pieces.push(numbered_piece(icmp_name, 0, String::new()));
        }

        pieces.extend(numbered_pieces(&self.others, (5, "proto"), range_words));
        pieces
    }

    /// Splits a set of IPv4 and one of IPv6 into the common part and the rest of each. ICMP is
    /// never common.
    pub fn split_shared(v4: &TrafficSet, v6: &TrafficSet) -> [TrafficSet; 3] {
        let mut both = v4.intersection(v6);
        both.icmp = Ranges::default();
        [both.clone(), v4.difference(&both), v6.difference(&both)]
    }
}

fn numbered_piece((order, protocol): (u8, &'static str), first: u16, numbers: String) -> Piece {
    Piece {
        order: (order, first),
        protocol,
        numbers,
    }
}

fn numbered_pieces<T: Bound + Into<u16> + fmt::Display>(
    set: &Ranges<T>,
    name: (u8, &'static str),
    words: fn(T, T) -> String,
) -> Vec<Piece> {
    let all = *set == Ranges::all();
    let text = |first, last| {
        if all {
            String::new()
        } else {
            words(first, last)
        }
    };

    set.ranges()
        .iter()
        .map(|(first, last)| numbered_piece(name, (*first).into(), text(*first, *last)))
        .collect()
}

fn range_words<T: PartialEq + fmt::Display>(first: T, last: T) -> String {
    if first == last {
        first.to_string()
    } else {
        format!("{first}-{last}")
    }
}

/// A range of types and codes, cut into codes of one type and whole types.
fn split_icmp(first: u16, last: u16) -> Vec<(u16, String)> {
    let ([a, code_a], [z, code_z]) = (first.to_be_bytes(), last.to_be_bytes());
    if a == z {
        let codes = if (code_a, code_z) == (0, 255) {
            String::new()
        } else {
            format!("/{}", range_words(code_a, code_z))
        };
        return vec![(first, format!("{a}{codes}"))];
    }

    let mut parts = Vec::new();
    let (mut from, mut to) = (u16::from(a), u16::from(z));

    if code_a != 0 {
        parts.push((first, format!("{a}/{}", range_words(code_a, 255))));
        from += 1;
    }

    if code_z != 255 {
        parts.push((
            u16::from_be_bytes([z, 0]),
            format!("{z}/{}", range_words(0, code_z)),
        ));
        to -= 1;
    }

    if from <= to {
        parts.push((from << 8, range_words(from, to)));
    }

    parts.sort();
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::{Ports, Traffic};
    use proptest::prelude::*;

    fn words(set: &TrafficSet, family: Family) -> String {
        set.pieces(family)
            .iter()
            .map(Piece::to_string)
            .collect::<Vec<_>>()
            .join(", ")
    }

    #[test]
    fn sets_in_words() {
        let tcp = |from, to| TrafficSet::new(Traffic::Tcp(Ports { from, to }), Family::V4);
        let icmp = |kind| TrafficSet::new(Traffic::Icmp(kind), Family::V4);
        let all = TrafficSet::all(Family::V4);
        assert_eq!(words(&all, Family::V4), "all");

        assert_eq!(
            words(&tcp(80, 80).union(&tcp(443, 450)), Family::V4),
            "tcp 80, tcp 443-450"
        );
        assert_eq!(words(&tcp(0, 65535), Family::V4), "tcp");
        assert_eq!(words(&icmp(None), Family::V4), "icmp");
        assert_eq!(words(&icmp(Some((8, None))), Family::V4), "icmp 8");
        assert_eq!(words(&icmp(Some((3, Some(4)))), Family::V4), "icmp 3/4");

        assert_eq!(
            words(
                &icmp(None).difference(&icmp(Some((3, Some(4))))),
                Family::V4
            ),
            "icmp 0-2, icmp 3/0-3, icmp 3/5-255, icmp 4-255"
        );

        assert_eq!(
            words(&all.difference(&tcp(1, 65535)), Family::V4),
            "tcp 0, udp, icmp, proto 0, proto 2-5, proto 7-16, proto 18-255"
        );

        assert_eq!(
            words(
                &TrafficSet::new(Traffic::Icmpv6(Some((128, Some(0)))), Family::V6),
                Family::V6
            ),
            "icmpv6 128/0"
        );
    }

    /// The types and codes of a piece of ICMP: `3`, `0-2`, `3/4`, `3/0-3`, or all.
    fn stretch(numbers: &str) -> (u16, u16) {
        let number = |text: &str| text.parse::<u16>().expect("a number");
        let ends = |text: &str| {
            let (first, last) = text.split_once('-').unwrap_or((text, text));
            (number(first), number(last))
        };

        match numbers.split_once('/') {
            None if numbers.is_empty() => (0, u16::MAX),
            None => (ends(numbers).0 << 8, ends(numbers).1 << 8 | 0xff),
            Some((kind, codes)) => (
                number(kind) << 8 | ends(codes).0,
                number(kind) << 8 | ends(codes).1,
            ),
        }
    }

    proptest! {
        #[test]
        fn icmp_in_words_is_the_set(
            ranges in prop::collection::vec((0u16..4, 0u16..4, 0usize..4, 0usize..4), 0..4),
            first: u16,
            last: u16,
        ) {
            const CODES: [u16; 4] = [0, 1, 254, 255];
            let near = ranges
                .into_iter()
                .map(|(a, z, from, to)| (a << 8 | CODES[from], z << 8 | CODES[to]));
            let sorted = near
                .chain([(first, last)])
                .map(|(a, z)| (a.min(z), a.max(z)));
            let icmp = Ranges::from_unsorted(sorted.collect());

            for (family, protocol) in [(Family::V4, "icmp"), (Family::V6, "icmpv6")] {
                let pieces = TrafficSet {
                    icmp: icmp.clone(),
                    ..TrafficSet::default()
                }
                .pieces(family);
                let stretches: Vec<(u16, u16)> =
                    pieces.iter().map(|piece| stretch(&piece.numbers)).collect();
                prop_assert!(
                    stretches.windows(2).all(|pair| pair[0].1 < pair[1].0),
                    "{:?}",
                    pieces
                );
                prop_assert_eq!(Ranges::from_unsorted(stretches.clone()), icmp.clone());
                prop_assert!(pieces.iter().all(|piece| piece.protocol == protocol));
                let order: Vec<u16> = pieces.iter().map(|piece| piece.order.1).collect();
                prop_assert_eq!(
                    order,
                    stretches
                        .iter()
                        .map(|(first, _)| *first)
                        .collect::<Vec<_>>()
                );
            }
        }
    }

    #[test]
    fn pieces_are_in_the_order_of_rules() {
        let tcp = TrafficSet::new(Traffic::Tcp(Ports { from: 9, to: 9 }), Family::V4);
        for family in Family::BOTH {
            let rest = TrafficSet::all(family).difference(&tcp).pieces(family);
            assert!(rest.windows(2).all(|pair| pair[0] < pair[1]), "{rest:?}");
            assert_eq!(words(&TrafficSet::all(family), family), "all");
            assert!(TrafficSet::default().pieces(family).is_empty());
        }

        let (v4, v6) = (
            TrafficSet::all(Family::V4).difference(&tcp),
            TrafficSet::all(Family::V6).difference(&tcp),
        );
        let ends = "tcp 0-8, tcp 10-65535, udp, ";
        assert_eq!(
            words(&v4, Family::V4),
            format!("{ends}icmp, proto 0, proto 2-5, proto 7-16, proto 18-255")
        );

        assert_eq!(
            words(&v6, Family::V6),
            format!("{ends}icmpv6, proto 0-5, proto 7-16, proto 18-57, proto 59-255")
        );
    }

    #[test]
    fn splits_the_traffic_that_both_versions_share() {
        let both = |traffic| {
            [
                TrafficSet::new(traffic, Family::V4),
                TrafficSet::new(traffic, Family::V6),
            ]
        };

        let [a, b] = both(Traffic::Tcp(Ports { from: 80, to: 90 }));
        assert_eq!(
            TrafficSet::split_shared(&a, &b),
            [a.clone(), TrafficSet::default(), TrafficSet::default()]
        );
        let [ping, _] = both(Traffic::Icmp(Some((8, None))));
        let [_, ping6] = both(Traffic::Icmpv6(Some((8, None))));

        assert_eq!(
            TrafficSet::split_shared(&ping, &ping6),
            [TrafficSet::default(), ping, ping6]
        );
    }
}
