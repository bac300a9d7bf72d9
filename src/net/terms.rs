//! The shortest way to write a set of addresses: blocks, and blocks with exceptions.

use super::address::Addresses;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

/// `203.0.0.0/16 but 203.0.113.0/24`: a block, and the fewest blocks that are excluded from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// `203.0.0.0/16`
    pub block: IpNet,
    /// `203.0.113.0/24`
    pub except: Vec<IpNet>,
}

impl Addresses {
    /// Disjoint terms with the fewest blocks in total; IPv4 first, by address. A plain list of
    /// blocks is preferred if it is as short.
    pub fn terms(&self) -> Vec<Term> {
        let v4: Vec<(u128, u128)> = self
            .v4
            .ranges()
            .iter()
            .map(|(first, last)| (u128::from(*first), u128::from(*last)))
            .collect();

        let v4 = Node {
            version: IpVersion::V4,
            base: 0,
            length: 0,
        }
        .cover_ranges(&v4);

        let v6 = Node {
            version: IpVersion::V6,
            base: 0,
            length: 0,
        }
        .cover_ranges(self.v6.ranges());

        [v4.terms, v6.terms].concat()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum IpVersion {
    V4,
    V6,
}

impl IpVersion {
    fn bits(self) -> u8 {
        match self {
            IpVersion::V4 => 32,
            IpVersion::V6 => 128,
        }
    }
}

/// An aligned block.
#[derive(Debug, Clone, Copy)]
struct Node {
    version: IpVersion,
    base: u128,
    length: u8,
}

/// The part of a node that is in a set, and the rest.
#[derive(Debug, Default)]
struct Cover {
    terms: Vec<Term>,
    /// The number of blocks in the terms.
    cost: usize,
    /// The fewest blocks of the rest.
    gaps: Vec<IpNet>,
}

impl Node {
    fn last(self) -> u128 {
        let size = u128::MAX >> (128 - self.version.bits());
        self.base + size.checked_shr(self.length.into()).unwrap_or(0)
    }

    fn block(self) -> IpNet {
        let block = match (self.version, u32::try_from(self.base)) {
            (IpVersion::V4, Ok(base)) => {
                Ipv4Net::new(Ipv4Addr::from(base), self.length).map(IpNet::V4)
            }
            (IpVersion::V4 | IpVersion::V6, _) => {
                Ipv6Net::new(Ipv6Addr::from(self.base), self.length).map(IpNet::V6)
            }
        };
        block.expect("a node is no longer than its version has bits")
    }

    fn halves(self) -> [Node; 2] {
        let length = self.length + 1;
        let second = 1 << (self.version.bits() - length);
        [
            Node { length, ..self },
            Node {
                length,
                base: self.base + second,
                ..self
            },
        ]
    }

    /// The shorter of the terms of both halves, and this block with exceptions. `ranges` are
    /// sorted.
    fn cover_ranges(self, ranges: &[(u128, u128)]) -> Cover {
        let (base, last) = (self.base, self.last());
        let start = ranges.partition_point(|range| range.1 < base);
        let ranges = &ranges[start..][..ranges[start..].partition_point(|range| range.0 <= last)];

        match ranges {
            [] => {
                return Cover {
                    gaps: vec![self.block()],
                    ..Cover::default()
                };
            }
            [(from, to)] if *from <= base && last <= *to => {
                let term = Term {
                    block: self.block(),
                    except: Vec::new(),
                };

                return Cover {
                    terms: vec![term],
                    cost: 1,
                    gaps: Vec::new(),
                };
            }
            _ => {}
        }

        let [mut cover, second] = self.halves().map(|half| half.cover_ranges(ranges));
        cover.terms.extend(second.terms);
        cover.cost += second.cost;
        cover.gaps.extend(second.gaps);

        if 1 + cover.gaps.len() < cover.cost {
            cover.cost = 1 + cover.gaps.len();
            cover.terms = vec![Term {
                block: self.block(),
                except: cover.gaps.clone(),
            }];
        }

        cover
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.block)?;
        for (n, block) in self.except.iter().enumerate() {
            write!(f, "{}{block}", if n == 0 { " but " } else { ", " })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn terms(blocks: &[&str], but: &[&str]) -> String {
        let set = |blocks: &[&str]| {
            Addresses::from_blocks(
                &blocks
                    .iter()
                    .map(|block| block.parse().unwrap())
                    .collect::<Vec<IpNet>>(),
            )
        };

        let terms = set(blocks).difference(&set(but)).terms();
        terms
            .iter()
            .map(Term::to_string)
            .collect::<Vec<_>>()
            .join("; ")
    }

    #[test]
    fn prefers_a_block_with_exceptions_if_it_is_shorter() {
        for (blocks, but, expected) in [
            (
                &["203.0.0.0/16"][..],
                &["203.0.113.0/24"][..],
                "203.0.0.0/16 but 203.0.113.0/24",
            ),
            (&["10.0.0.0/23"], &["10.0.1.0/24"], "10.0.0.0/24"),
            (
                &["10.0.0.0/22"],
                &["10.0.1.0/24"],
                "10.0.0.0/24; 10.0.2.0/23",
            ),
            (&["::/0"], &["2001:db8::/32"], "::/0 but 2001:db8::/32"),
            (&["0.0.0.0/0"], &[], "0.0.0.0/0"),
            (&[], &[], ""),
            (
                &["192.0.2.7/32", "10.0.0.0/8"],
                &["10.1.0.0/16"],
                "10.0.0.0/8 but 10.1.0.0/16; 192.0.2.7/32",
            ),
            (
                &["10.0.0.0/8"],
                &["10.1.0.0/16", "10.9.9.9/32"],
                "10.0.0.0/8 but 10.1.0.0/16, 10.9.9.9/32",
            ),
        ] {
            assert_eq!(terms(blocks, but), expected);
        }
    }

    proptest! {
        #[test]
        fn terms_are_exact_disjoint_and_no_longer_than_blocks(
            masks in prop::collection::vec((0_u32..64, 26_u8..=32), 0..12),
        ) {
            let block = |(n, length): &(u32, u8)| {
                IpNet::V4(Ipv4Net::new(Ipv4Addr::from(*n), *length).unwrap().trunc())
            };
            let (some, others) = masks.split_at(masks.len() / 2);
            let [some, others] = [some, others]
                .map(|list| Addresses::from_blocks(&list.iter().map(block).collect::<Vec<_>>()));
            let set = some.difference(&others);
            let (terms, mut all, mut count) = (set.terms(), Addresses::default(), 0);

            for Term { block, except } in &terms {
                let term =
                    Addresses::from_blocks([block]).difference(&Addresses::from_blocks(except));
                prop_assert!(all.intersection(&term).is_empty());
                all = all.union(&term);
                count += 1 + except.len();
            }

            prop_assert_eq!(all, set.clone());
            prop_assert!(count <= set.to_blocks().count());
        }
    }
}
