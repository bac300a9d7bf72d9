//! Which ends are alike to every rule that does not single them out.
//!
//! A rule singles out whom it names, and whoever has an address in its block, if those are few. Any
//! other rule looks at addresses alone, and tells no two addresses apart between which no block of
//! such a rule begins or ends. So the addresses of an end are as good as all that lie between the
//! same beginnings and ends.

use super::address_index::AddressIndex;
use super::gate::{Endpoint, Who};
use super::interned::Interned;
use super::named_endpoint::NamedEndpoint;
use super::never_filtered::{exempt, may_be_exempt};
use crate::net::{Addresses, Family};
use crate::policy::{Peer, Policy, TierId, Vpc, VpcId};
use ipnet::IpNet;
use std::collections::HashSet;

/// A block in which so many ends have addresses singles them out: more make it wide. Each is one
/// more step to remember for each rule with that block; each wide block is one more cut that tells
/// ends apart.
const FEW: usize = 16;

/// What the ends are to gates that do not single them out.
#[derive(Debug)]
pub(super) struct EquivalenceClasses {
    /// What each end is taken for, by number.
    pub(super) class_of: Vec<u32>,
    pub(super) profiles: Interned<EndpointProfile>,
    /// Where those ends are that are not everywhere, in each family.
    pub(super) index: AddressIndex,
    /// The blocks of rules that single nobody out.
    pub(super) wide: HashSet<IpNet>,
}

/// What a gate takes an end for that it does not single out.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct EndpointProfile {
    is_tier: bool,
    /// Its addresses are as good as these.
    addresses: Addresses,
    /// In which families these are all that there are, so that no block can single it out.
    pub(super) is_everywhere: [bool; 2],
    unsure: [bool; 2],
    /// The VPCs whose tiers perhaps do not filter it, as AWS may reserve an address of it there,
    /// and in which families.
    reserved: Vec<(VpcId, [bool; 2])>,
}

impl EndpointProfile {
    /// Whether a gate of a VPC's tiers perhaps does not filter it, in each family.
    pub(super) fn is_reserved(&self, vpc: VpcId) -> [bool; 2] {
        let at = self.reserved.binary_search_by_key(&vpc, |(vpc, _)| *vpc);
        at.map_or([false; 2], |at| self.reserved[at].1)
    }

    /// It as an end that no rule names.
    pub(super) fn side(&self, policy: &Policy) -> Endpoint {
        let nobody = Who::Tier(TierId(policy.tiers.len() as u32));
        let who = if self.is_tier { nobody } else { Who::Hosts };
        Endpoint {
            who,
            unsure: self.unsure,
            ..Endpoint::hosts(self.addresses.clone())
        }
    }
}

impl EquivalenceClasses {
    /// Finds out for these ends.
    pub(super) fn new(policy: &Policy, ends: &[NamedEndpoint]) -> EquivalenceClasses {
        let blocks = ends
            .iter()
            .zip(0..)
            .flat_map(|(end, n)| blocks_around(&end.side).map(move |block| (block, n)));
        let index = AddressIndex::new(blocks);
        let blocks = policy.flows.iter().filter_map(|flow| match flow.peer {
            Peer::Net(block) => Some(block),
            Peer::Tier(_) | Peer::External(_) | Peer::PrefixList(_) | Peer::Param(_) => None,
        });
        let mut wide: HashSet<IpNet> = blocks.collect();
        wide.retain(|block| index.meet_more(*block, FEW));
        let blocks: Vec<Addresses> = wide
            .iter()
            .map(|block| Addresses::from_blocks([block]))
            .collect();
        let v4 = cuts(blocks.iter().flat_map(|block| block.v4.ranges()), |last| {
            last.checked_add(1)
        });
        let v6 = cuts(blocks.iter().flat_map(|block| block.v6.ranges()), |last| {
            last.checked_add(1)
        });
        let mut profiles = Interned::default();
        let profile_of = |NamedEndpoint { side, .. }: &NamedEndpoint| {
            let addresses = Addresses {
                v4: side.addresses.v4.widened(&v4),
                v6: side.addresses.v6.widened(&v6),
            };
            let is_tier = matches!(side.who, Who::Tier(_));
            let (is_everywhere, unsure) = (is_everywhere(side), side.unsure);
            let reserved = if may_be_exempt(side) {
                reserved(policy, side)
            } else {
                Vec::new()
            };
            profiles.id(EndpointProfile {
                is_tier,
                addresses,
                is_everywhere,
                unsure,
                reserved,
            })
        };
        EquivalenceClasses {
            class_of: ends.iter().map(profile_of).collect(),
            profiles,
            index,
            wide,
        }
    }
}

/// The VPCs in which an address of an end may be reserved, by their ids. One that surely is has its
/// end singled out.
fn reserved(policy: &Policy, side: &Endpoint) -> Vec<(VpcId, [bool; 2])> {
    let of_vpc = |(vpc, n): (&Vpc, u32)| {
        let exempt = Family::BOTH.map(|family| exempt(vpc, side, family));
        let is_sure = exempt.iter().flatten().any(|exempt| exempt.is_sure);
        let families = exempt.map(|exempt| exempt.is_some());
        (!is_sure && families != [false; 2]).then_some((VpcId(n), families))
    };
    policy.vpcs.iter().zip(0..).filter_map(of_vpc).collect()
}

/// In which families an end is everywhere.
fn is_everywhere(side: &Endpoint) -> [bool; 2] {
    let Addresses { v4, v6 } = &side.addresses;
    [
        v4.ranges() == [(0, u32::MAX)],
        v6.ranges() == [(0, u128::MAX)],
    ]
}

/// The blocks in which an end is, of the families in which it is not everywhere.
fn blocks_around(side: &Endpoint) -> impl Iterator<Item = IpNet> + '_ {
    let everywhere = is_everywhere(side);
    side.addresses
        .blocks()
        .filter(move |block| !everywhere[Family::of_block(block) as usize])
}

/// Where blocks begin, and where what follows them does.
fn cuts<'b, T: Copy + Ord + 'b>(
    blocks: impl Iterator<Item = &'b (T, T)>,
    after: impl Fn(T) -> Option<T>,
) -> Vec<T> {
    let mut cuts: Vec<T> = blocks
        .flat_map(|(first, last)| [Some(*first), after(*last)])
        .flatten()
        .collect();
    cuts.sort_unstable();
    cuts.dedup();
    cuts
}
