//! Counts of rules in the quota of AWS.

use super::ParamKind;
use crate::net::Family;

/// The count of rules in each family.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Against the quota of IPv4.
    pub v4: u32,
    /// Against the quota of IPv6.
    pub v6: u32,
}

/// The kind of a peer, as far as it matters for the quota.
#[derive(Debug, Clone, Copy)]
pub enum Counted {
    /// A block of addresses, known or not.
    Block(Family),
    /// A prefix list.
    PrefixList {
        /// Its family.
        family: Family,
        /// Its maximum size, if it is known.
        entries: Option<u32>,
    },
    /// A list of blocks that the deployment sets: a rule for each.
    Blocks {
        /// Its family.
        family: Family,
        /// How many its default has.
        count: u32,
    },
    /// A group, of this stack or another.
    Group,
}

impl Counted {
    /// A parameter that is a block, or a list of them.
    pub fn parameter(kind: ParamKind, default: Option<&str>) -> Counted {
        let family = kind.family();
        match default {
            Some(default) if kind.is_list() => Counted::Blocks {
                family,
                count: kind.blocks_of(default).count() as u32,
            },
            Some(_) | None => Counted::Block(family),
        }
    }
}

impl Count {
    /// The count of a rule with this peer.
    pub fn new(peer: Counted) -> Count {
        match peer {
            Counted::Block(family) => Count::for_family(family, 1),
            Counted::PrefixList { family, entries } => {
                Count::for_family(family, entries.unwrap_or(1))
            }
            Counted::Blocks { family, count } => Count::for_family(family, count),
            Counted::Group => Count { v4: 1, v6: 1 },
        }
    }

    /// The count in one family.
    pub fn in_family(self, family: Family) -> u32 {
        match family {
            Family::V4 => self.v4,
            Family::V6 => self.v6,
        }
    }

    /// The larger of the two counts.
    pub fn most(self) -> u32 {
        self.v4.max(self.v6)
    }

    fn for_family(family: Family, count: u32) -> Count {
        match family {
            Family::V4 => Count { v4: count, v6: 0 },
            Family::V6 => Count { v4: 0, v6: count },
        }
    }

    /// The sum.
    pub fn add_count(self, other: Count) -> Count {
        Count {
            v4: self.v4.saturating_add(other.v4),
            v6: self.v6.saturating_add(other.v6),
        }
    }
}
