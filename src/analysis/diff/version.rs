//! One of the two programs: the traffic that each of its gates admits, by endpoint. Its gates are
//! those of its tiers, and of the externals that it puts rules on.

use super::super::gate::{Gate, Gates};
use super::super::gate_rules::GateRules;
use super::super::never_filtered;
use super::ends::{EndId, EndIndex};
use crate::groups::Direction;
use crate::net::{Addresses, Packets, PerFamily, Traffic, TrafficSet};
use crate::policy::{Owner, Peer, Policy};
use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashMap;

/// One of two programs.
pub(super) struct Version<'p> {
    pub(super) policy: &'p Policy,
    pub(super) gates: &'p Gates<'p>,
    pub(super) index: &'p EndIndex,
    /// The groups that members carry.
    pub(super) members: MemberEnds,
    /// Its gates.
    access: HashMap<(EndId, Direction), GateAccess>,
}

/// The traffic that the rules of one gate admit. Other rules of an external are unknown.
#[derive(Debug, Default)]
pub(super) struct GateAccess {
    /// By rules with known ports.
    pub(super) known: Admitted,
    /// By rules whose ports are set at deployment, by their traffic: every port that is possible.
    /// The same traffic in two programs is the same in every deployment.
    pub(super) unknown: Vec<(Traffic, Admitted)>,
    /// Addresses that are reached whatever the rules are.
    pub(super) unfiltered: Addresses,
    /// The flows that open it, by endpoint, computed on demand.
    flows: OnceCell<Vec<(EndId, u32)>>,
}

/// The traffic that some rules of a gate admit.
#[derive(Debug, Default)]
pub(super) struct Admitted {
    /// From or to hosts at addresses.
    pub(super) blocks: Packets,
    /// From or to other endpoints that the rules reference, by endpoint.
    named: Vec<(EndId, PerFamily<TrafficSet>)>,
}

/// The groups that members carry, as endpoints.
#[derive(Debug, Default)]
pub(super) struct MemberEnds {
    /// For each tier, the groups besides its own.
    groups: HashMap<EndId, Vec<EndId>>,
    /// For each group, the other tiers whose members carry it.
    carriers: HashMap<EndId, Vec<EndId>>,
}

impl MemberEnds {
    fn new(policy: &Policy, index: &EndIndex) -> MemberEnds {
        let mut members = MemberEnds::default();
        for (tier, end) in index.tiers() {
            for group in policy.members.other_groups(tier) {
                let group = index.end_of(Peer::Tier(*group));
                members.groups.entry(end).or_default().push(group);
                members.carriers.entry(group).or_default().push(end);
            }
        }
        members
            .carriers
            .values_mut()
            .for_each(|ends| ends.sort_unstable());
        members
    }

    /// The groups that the members of a tier carry besides its own.
    pub(super) fn groups_of(&self, tier: EndId) -> &[EndId] {
        self.groups.get(&tier).map_or(&[], Vec::as_slice)
    }

    /// The other tiers whose members carry a group.
    pub(super) fn carriers_of(&self, group: EndId) -> &[EndId] {
        self.carriers.get(&group).map_or(&[], Vec::as_slice)
    }

    /// The tiers whose members carry a group that they do not carry by another table.
    pub(super) fn with_more_than(&self, other: &MemberEnds) -> Vec<EndId> {
        let has_more = |(tier, groups): (&EndId, &Vec<EndId>)| {
            let known = other.groups_of(*tier);
            let is_more = groups.iter().any(|group| !known.contains(group));
            is_more.then_some(*tier)
        };
        let mut tiers: Vec<EndId> = self.groups.iter().filter_map(has_more).collect();
        tiers.sort_unstable();
        tiers
    }
}

impl<'p> Version<'p> {
    pub(super) fn new(
        policy: &'p Policy,
        gates: &'p Gates<'p>,
        index: &'p EndIndex,
    ) -> Version<'p> {
        let mut access = HashMap::new();
        for owner in policy.owners() {
            let end = index.end_of(owner.peer());
            for direction in Direction::ALL {
                let gate = Gate::new(owner, direction);
                let unfiltered = never_filtered::exempt_addresses_of(policy, owner);
                let of_gate = GateAccess::new(gates, index, gate, unfiltered);
                access.insert((end, direction), of_gate);
            }
        }

        Version {
            policy,
            gates,
            index,
            members: MemberEnds::new(policy, index),
            access,
        }
    }

    /// The group of an endpoint, if the program puts rules on it.
    pub(super) fn owner_of(&self, end: EndId) -> Option<Owner> {
        let owner = match self.index.peer_of(end)? {
            Peer::Tier(id) => Owner::Tier(id),
            Peer::External(id) => Owner::External(id),
            Peer::Net(_) | Peer::PrefixList(_) | Peer::Param(_) => return None,
        };
        self.policy.owner_position(owner).map(|_| owner)
    }

    /// The endpoints with gates, in order.
    pub(super) fn gated_ends(&self) -> Vec<EndId> {
        let owners = self.policy.owners();
        let mut ends: Vec<EndId> = owners
            .map(|owner| self.index.end_of(owner.peer()))
            .collect();
        ends.sort_unstable();
        ends
    }

    /// The traffic that one gate of an endpoint admits; `None` if it has none in the program.
    pub(super) fn gate_access(&self, end: EndId, direction: Direction) -> Option<&GateAccess> {
        self.access.get(&(end, direction))
    }

    /// The flows that open one gate of an endpoint to another, with that other.
    pub(super) fn opening_flows(
        &self,
        (end, direction): (EndId, Direction),
        gate: Gate,
        other: EndId,
    ) -> &[(EndId, u32)] {
        let Some(access) = self.gate_access(end, direction) else {
            return &[];
        };
        let by_end = access.flows.get_or_init(|| self.flows_by_end(gate));
        let start = by_end.partition_point(|(end, _)| *end < other);
        let count = by_end[start..].partition_point(|(end, _)| *end == other);
        &by_end[start..start + count]
    }

    fn flows_by_end(&self, gate: Gate) -> Vec<(EndId, u32)> {
        let with_ends = |flow: &u32| {
            let (peer, flow) = (self.gates.far_peer(gate, *flow), *flow);
            ends_of(self.policy, self.index, peer).map(move |end| (end, flow))
        };
        let flows = self.gates.gate_flows(gate).iter();
        let mut flows: Vec<(EndId, u32)> = flows.flat_map(with_ends).collect();
        flows.sort_unstable();
        flows
    }
}

/// The ends that a peer is: a group that several tiers carry is all of them.
fn ends_of<'v>(
    policy: &'v Policy,
    index: &'v EndIndex,
    peer: Peer,
) -> impl Iterator<Item = EndId> + 'v {
    let others = peer
        .tier()
        .map(|group| policy.members.other_carriers(group));
    let others = others.unwrap_or_default().iter();
    let others = others.map(|tier| index.end_of(Peer::Tier(*tier)));
    std::iter::once(index.end_of(peer)).chain(others)
}

impl GateAccess {
    fn new(gates: &Gates<'_>, index: &EndIndex, gate: Gate, unfiltered: Addresses) -> GateAccess {
        let mut known = Admitted::new(gates.gate_rules(gate), index);
        // no flow opens the outbound gate of a tier in a version in which it is open
        let open = PerFamily::from_fn(|family| {
            if gates.is_open(gate, family) {
                TrafficSet::all(family)
            } else {
                TrafficSet::default()
            }
        });

        let open = Packets::product(&Addresses::all(), &open);
        known.blocks = known.blocks.union(&open);
        let unknown = gates.unknown_rules(gate).into_iter();
        GateAccess {
            known,
            unknown: unknown
                .map(|(traffic, rules)| (traffic, Admitted::new(&rules, index)))
                .collect(),
            unfiltered,
            flows: OnceCell::new(),
        }
    }

    /// What rules with this traffic admit, whose ports are set at deployment.
    pub(super) fn unknown_of(&self, traffic: Traffic) -> Option<&Admitted> {
        let at = self
            .unknown
            .binary_search_by_key(&traffic, |(known, _)| *known);
        Some(&self.unknown[at.ok()?].1)
    }

    /// The traffic of its rules of either kind.
    fn each(&self) -> impl Iterator<Item = &Admitted> {
        let unknown = self.unknown.iter().map(|(_, admitted)| admitted);
        std::iter::once(&self.known).chain(unknown)
    }

    /// The other endpoints that its rules reference, in order.
    pub(super) fn named_ends(&self) -> Vec<EndId> {
        let mut ends: Vec<EndId> = self.each().flat_map(Admitted::named_ends).collect();
        if !self.unknown.is_empty() {
            ends.sort_unstable();
            ends.dedup();
        }
        ends
    }

    /// Everything that its rules may admit from or to hosts at addresses.
    pub(super) fn possible_blocks(&self) -> Cow<'_, Packets> {
        let unknown = self.unknown.iter().map(|(_, admitted)| &admitted.blocks);
        unknown.fold(Cow::Borrowed(&self.known.blocks), |all, blocks| {
            Cow::Owned(all.union(blocks))
        })
    }

    /// Everything that rules that reference an endpoint itself may admit.
    pub(super) fn possible_by_own_name(&self, end: EndId) -> PerFamily<TrafficSet> {
        let unknown = self.unknown.iter().map(|(_, admitted)| admitted);
        unknown.fold(self.known.admitted_by_own_name(end), |all, admitted| {
            all.union(&admitted.admitted_by_own_name(end))
        })
    }

    /// Everything that rules that name an end or a group that its members carry may admit.
    pub(super) fn possible_by_name(
        &self,
        end: EndId,
        members: &MemberEnds,
    ) -> PerFamily<TrafficSet> {
        let unknown = self.unknown.iter().map(|(_, admitted)| admitted);
        let known = self.known.admitted_by_name(end, members);
        unknown.fold(known, |all, admitted| {
            all.union(&admitted.admitted_by_name(end, members))
        })
    }
}

impl Admitted {
    fn new(rules: &GateRules, index: &EndIndex) -> Admitted {
        let named = rules.named_peers();
        let mut named: Vec<_> = named
            .map(|(peer, admitted)| (index.end_of(peer), admitted.clone()))
            .collect();
        named.sort_unstable_by_key(|(end, _)| *end);
        Admitted {
            blocks: rules.blocks.clone(),
            named,
        }
    }

    /// The other endpoints that the rules reference, in order.
    pub(super) fn named_ends(&self) -> impl Iterator<Item = EndId> {
        self.named.iter().map(|(end, _)| *end)
    }

    /// The traffic that rules that reference an endpoint itself admit, whatever other groups its
    /// members carry.
    pub(super) fn admitted_by_own_name(&self, end: EndId) -> PerFamily<TrafficSet> {
        let at = self.named.binary_search_by_key(&end, |(end, _)| *end);
        at.map_or(PerFamily::default(), |at| self.named[at].1.clone())
    }

    /// What rules that name an end or a group that its members carry admit.
    pub(super) fn admitted_by_name(
        &self,
        end: EndId,
        members: &MemberEnds,
    ) -> PerFamily<TrafficSet> {
        let own = self.admitted_by_own_name(end);
        let groups = members.groups_of(end).iter();
        groups.fold(own, |all, group| {
            all.union(&self.admitted_by_own_name(*group))
        })
    }
}
