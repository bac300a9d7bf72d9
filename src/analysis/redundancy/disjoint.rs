//! Finds groups without redundant rules, which are most, without evaluating each gate.

use super::super::gate::Endpoint;
use super::number_range::{NumberRange, number_range};
use crate::groups;
use crate::net::Protocol;
use crate::policy::{Peer, Policy};
use ipnet::IpNet;
use std::cmp::Reverse;

/// Numbers of addresses; the maximum of the type means all IPv6 addresses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sizes {
    v4: u64,
    v6: u128,
}

impl Sizes {
    const ALL: Sizes = Sizes {
        v4: 1 << 32,
        v6: u128::MAX,
    };

    /// Whether blocks of so many addresses may contain all addresses of an endpoint in a family.
    fn may_hold(self, end: Sizes) -> bool {
        end.v4 > 0 && self.v4 >= end.v4 || end.v6 > 0 && self.v6 >= end.v6
    }
}

/// Fast path: whether no rule can be redundant: no ranges overlap, no block with the same traffic
/// contains another, and the blocks together have fewer addresses than each other peer. This is
/// true for most groups.
pub(super) fn are_disjoint(
    policy: &Policy,
    tier_sizes: &mut [Option<Sizes>],
    rules: &[groups::Rule],
) -> bool {
    // the entries of a list are rules here
    let is_made = |rule: &groups::Rule| {
        let list = rule.peer.prefix_list();
        list.is_some_and(|id| policy.prefix_list(id).made().is_some())
    };
    if !policy.prefix_lists.is_empty() && rules.iter().any(is_made) {
        return false;
    }

    let mut before: Option<NumberRange> = None;
    for same in rules.chunk_by(|a, b| a.traffic == b.traffic) {
        let range = number_range(same[0].traffic);
        let (protocol, from, _) = range;
        // lowering omits rules if there is one for all traffic
        let is_alone = protocol != Protocol::All
            && before.is_none_or(|(other, _, Reverse(last))| other != protocol || last < from);
        if !is_alone || !same.windows(2).all(are_apart) || may_be_held(policy, tier_sizes, same) {
            return false;
        }
        before = Some(range);
    }

    true
}

/// Whether two adjacent rules are not a block and one inside it: the blocks of a family are sorted
/// by address, a wider one before those in it.
fn are_apart(pair: &[groups::Rule]) -> bool {
    match (pair[0].peer, pair[1].peer) {
        (Peer::Net(a), Peer::Net(b)) => !a.contains(&b),
        (_, _) => true,
    }
}

/// Whether the blocks of rules have as many addresses as a peer that is not a block, so that they
/// may contain it.
fn may_be_held(policy: &Policy, tier_sizes: &mut [Option<Sizes>], rules: &[groups::Rule]) -> bool {
    let blocks = sizes_of_blocks(rules);
    if blocks == Sizes::default() {
        return false;
    }

    rules.iter().any(|rule| match rule.peer {
        Peer::Net(_) => false,
        Peer::Tier(id) => {
            let size = || sizes_of_endpoint(&Endpoint::for_tier(policy, id));
            blocks.may_hold(*tier_sizes[id.index()].get_or_insert_with(size))
        }
        Peer::External(_) | Peer::PrefixList(_) | Peer::Param(_) => blocks.may_hold(Sizes::ALL),
    })
}

/// The number of addresses of the blocks of rules, counting overlaps twice.
fn sizes_of_blocks(rules: &[groups::Rule]) -> Sizes {
    let mut sizes = Sizes::default();
    for rule in rules {
        match rule.peer.block() {
            Some(IpNet::V4(block)) => sizes.v4 += 1 << (32 - block.prefix_len()),
            Some(IpNet::V6(block)) => {
                let size = 1u128.checked_shl(u32::from(128 - block.prefix_len()));
                sizes.v6 = sizes.v6.saturating_add(size.unwrap_or(u128::MAX));
            }
            None => {}
        }
    }
    sizes
}

/// The number of addresses that an endpoint may have.
fn sizes_of_endpoint(end: &Endpoint) -> Sizes {
    let v4 = end.addresses.v4.ranges().iter();
    let v6 = end.addresses.v6.ranges().iter();
    Sizes {
        v4: v4.map(|(first, last)| u64::from(last - first) + 1).sum(),
        v6: v6
            .map(|(first, last)| (last - first).saturating_add(1))
            .fold(0, u128::saturating_add),
    }
}
