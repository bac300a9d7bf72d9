//! Equivalence classes of endpoints that rules without an exception for them treat alike.
//!
//! A rule makes an exception for the endpoint that it references, and for each endpoint with an
//! address in its block, if those are few. Any other rule depends only on addresses, and treats two
//! addresses alike unless one of its blocks begins or ends between them.
//!
//! An example: of ten thousand rules, only `0.0.0.0/0` and `10.0.0.0/8` are blocks with many
//! endpoints. Then all tiers with addresses in `10.0.0.0/8` are one class, and a gate admits the
//! same traffic for all of them, except for the exceptions.

use super::address_index::AddressIndex;
use super::gate::{Endpoint, Who};
use super::interned::Interned;
use super::named_endpoint::NamedEndpoint;
use super::never_filtered::{exempt_part, may_be_exempt};
use crate::net::{Addresses, Family, PerFamily};
use crate::policy::{AreaId, Policy, TierId};
use ipnet::IpNet;
use std::collections::HashSet;

/// A rule makes an exception for each endpoint in its block if there are at most so many; a block
/// with more is wide. Each exception costs an edge for each rule with that block; each wide block
/// is a boundary that splits classes.
const MOST_EXCEPTIONS: usize = 16;

/// The number of a class.
pub(super) type ClassId = u32;

/// The endpoints by class.
#[derive(Debug)]
pub(super) struct EquivalenceClasses {
    /// The class of each endpoint.
    pub(super) class_of: Vec<ClassId>,
    /// The profile of each class.
    pub(super) profiles: Interned<EndpointProfile>,
    /// The index of endpoints, in each family in which they are not everywhere.
    pub(super) index: AddressIndex,
    /// The blocks of rules that make no exceptions.
    pub(super) wide: HashSet<IpNet>,
}

/// The common properties of the endpoints of a class.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct EndpointProfile {
    is_tier: bool,
    /// Groups that they carry besides those of their tiers, and that rules name.
    groups: Vec<TierId>,
    /// Their addresses, widened to the next boundaries of wide blocks.
    addresses: Addresses,
    /// The families in which these are all addresses, so that no block makes an exception for them.
    pub(super) is_everywhere: PerFamily<bool>,
    unsure: PerFamily<bool>,
    /// The areas whose tiers may not filter them, because AWS may reserve one of their addresses
    /// there, with the families.
    reserved: Vec<(AreaId, PerFamily<bool>)>,
}

/// The first addresses of wide blocks, and those that follow their last ones: sorted.
struct Boundaries {
    v4: Vec<u32>,
    v6: Vec<u128>,
}

impl EndpointProfile {
    /// Whether the tiers of an area may not filter it, in each family.
    pub(super) fn is_reserved(&self, area: AreaId) -> PerFamily<bool> {
        let at = self.reserved.binary_search_by_key(&area, |(area, _)| *area);
        at.map_or(PerFamily::default(), |at| self.reserved[at].1)
    }

    /// An endpoint of this class that no rule references.
    pub(super) fn endpoint(&self, policy: &Policy) -> Endpoint {
        let nobody = Who::Tier(TierId(policy.tiers.len() as u32));
        let who = if self.is_tier { nobody } else { Who::Hosts };
        Endpoint {
            who,
            groups: self.groups.clone(),
            unsure: self.unsure,
            ..Endpoint::for_hosts(self.addresses.clone())
        }
    }
}

impl EquivalenceClasses {
    /// The classes of some endpoints.
    pub(super) fn new(policy: &Policy, ends: &[NamedEndpoint]) -> EquivalenceClasses {
        let blocks = ends
            .iter()
            .zip(0..)
            .flat_map(|(end, n)| narrow_blocks(&end.endpoint).map(move |block| (block, n)));
        let index = AddressIndex::new(blocks);
        let blocks = policy.flows.iter().filter_map(|flow| flow.peer.block());
        let mut wide: HashSet<IpNet> = blocks.collect();
        wide.retain(|block| index.has_more_than(MOST_EXCEPTIONS, *block));

        let boundaries = Boundaries::new(&wide);
        let named = named_groups(policy);
        let mut profiles = Interned::default();
        let class_of = ends.iter().map(|end| {
            let mut profile = endpoint_profile(policy, &end.endpoint, &boundaries);
            profile.groups.retain(|group| named.contains(group));
            profiles.intern_value(profile)
        });

        EquivalenceClasses {
            class_of: class_of.collect(),
            profiles,
            index,
            wide,
        }
    }
}

/// The groups that rules name and that members of other tiers carry too.
fn named_groups(policy: &Policy) -> HashSet<TierId> {
    if policy.members.carry_one_group() {
        return HashSet::new();
    }
    let flows = policy.flows.iter();
    let named = flows.filter_map(|flow| Some([flow.subject.tier()?, flow.peer.tier()?]));
    named.flatten().collect()
}

fn endpoint_profile(policy: &Policy, end: &Endpoint, boundaries: &Boundaries) -> EndpointProfile {
    let reserved = if may_be_exempt(end) {
        reserving_areas(policy, end)
    } else {
        Vec::new()
    };

    EndpointProfile {
        is_tier: end.who.tier().is_some(),
        groups: end.groups.clone(),
        addresses: Addresses {
            v4: end.addresses.v4.widen_to_cuts(&boundaries.v4),
            v6: end.addresses.v6.widen_to_cuts(&boundaries.v6),
        },
        is_everywhere: is_everywhere(end),
        unsure: end.unsure,
        reserved,
    }
}

/// The areas in which an address of an endpoint may be reserved, by id. If one certainly is, the
/// endpoint is an exception.
fn reserving_areas(policy: &Policy, end: &Endpoint) -> Vec<(AreaId, PerFamily<bool>)> {
    let in_area = |area: AreaId| {
        let exempt = PerFamily::from_fn(|family| exempt_part(policy, area, end, family));
        let is_sure = exempt.values().flatten().any(|exempt| exempt.is_sure);
        let families = exempt.map(|exempt| exempt.is_some());
        (!is_sure && !families.is_none()).then_some((area, families))
    };
    policy.area_ids().filter_map(in_area).collect()
}

/// The families in which an endpoint is everywhere.
fn is_everywhere(end: &Endpoint) -> PerFamily<bool> {
    PerFamily {
        v4: end.addresses.v4.ranges() == [(0, u32::MAX)],
        v6: end.addresses.v6.ranges() == [(0, u128::MAX)],
    }
}

/// The blocks of an endpoint, in the families in which it is not everywhere.
fn narrow_blocks(end: &Endpoint) -> impl Iterator<Item = IpNet> + '_ {
    let everywhere = is_everywhere(end);
    let blocks = end.addresses.to_blocks();
    blocks.filter(move |block| !everywhere[Family::of_block(block)])
}

impl Boundaries {
    fn new(wide: &HashSet<IpNet>) -> Boundaries {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for block in wide {
            match block {
                IpNet::V4(net) => {
                    v4.push(net.network().into());
                    v4.extend(u32::from(net.broadcast()).checked_add(1));
                }
                IpNet::V6(net) => {
                    v6.push(net.network().into());
                    v6.extend(u128::from(net.broadcast()).checked_add(1));
                }
            }
        }

        v4.sort_unstable();
        v4.dedup();
        v6.sort_unstable();
        v6.dedup();

        Boundaries { v4, v6 }
    }
}
