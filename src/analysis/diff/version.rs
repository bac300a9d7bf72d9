//! One of the two programs: what each gate of its tiers admits, by the ends of both.

use super::super::gate::{Gate, Gates};
use super::super::never_filtered;
use super::ends::{EndId, EndIndex};
use crate::groups::Direction;
use crate::net::{Addresses, Packets, PerFamily, TrafficSet};
use crate::policy::Policy;
use std::cell::OnceCell;
use std::collections::HashMap;

/// One of two programs.
pub(super) struct Version<'p> {
    pub(super) policy: &'p Policy,
    pub(super) gates: &'p Gates<'p>,
    pub(super) index: &'p EndIndex,
    /// The gates of its tiers.
    access: HashMap<(EndId, Direction), GateAccess>,
}

/// What one gate of a tier admits.
#[derive(Debug, Default)]
pub(super) struct GateAccess {
    /// From or to hosts at addresses.
    pub(super) blocks: Packets,
    /// From or to other ends that its rules name, by end.
    pub(super) named: Vec<(EndId, PerFamily<TrafficSet>)>,
    /// Where hosts are that are reached whatever the rules say.
    pub(super) unfiltered: Addresses,
    /// The flows that open it, by end, once somebody asks.
    flows: OnceCell<Vec<(EndId, u32)>>,
}

impl<'p> Version<'p> {
    pub(super) fn new(
        policy: &'p Policy,
        gates: &'p Gates<'p>,
        index: &'p EndIndex,
    ) -> Version<'p> {
        let mut access = HashMap::new();
        for (tier, end) in index.tiers() {
            for direction in Direction::ALL {
                let gate = Gate::new(tier, direction);
                let of_gate = GateAccess::new(policy, gates, index, gate);
                access.insert((end, direction), of_gate);
            }
        }

        Version {
            policy,
            gates,
            index,
            access,
        }
    }

    /// What one gate of a tier admits; nothing where the program does not have the tier.
    pub(super) fn gate_access(&self, tier: EndId, direction: Direction) -> Option<&GateAccess> {
        self.access.get(&(tier, direction))
    }

    /// The flows that open one gate of a tier to an end, with that end.
    pub(super) fn opening_flows(
        &self,
        (tier, direction): (EndId, Direction),
        gate: Gate,
        other: EndId,
    ) -> &[(EndId, u32)] {
        let Some(access) = self.gate_access(tier, direction) else {
            return &[];
        };
        let by_end = access.flows.get_or_init(|| self.flows_by_end(gate));
        let start = by_end.partition_point(|(end, _)| *end < other);
        let count = by_end[start..].partition_point(|(end, _)| *end == other);
        &by_end[start..start + count]
    }

    fn flows_by_end(&self, gate: Gate) -> Vec<(EndId, u32)> {
        let with_end = |flow: &u32| (self.index.end_of(self.gates.far_peer(gate, *flow)), *flow);
        let flows = self.gates.gate_flows(gate).iter();
        let mut flows: Vec<(EndId, u32)> = flows.map(with_end).collect();
        flows.sort_unstable();
        flows
    }
}

impl GateAccess {
    fn new(policy: &Policy, gates: &Gates<'_>, index: &EndIndex, gate: Gate) -> GateAccess {
        let rules = gates.gate_rules(gate);
        let named = rules.named_peers();
        let mut named: Vec<_> = named
            .map(|(peer, admitted)| (index.end_of(peer), admitted.clone()))
            .collect();
        named.sort_unstable_by_key(|(end, _)| *end);

        // no flow opens the outbound gate of a tier in a version in which it is open
        let open = PerFamily::from_fn(|family| {
            if gates.is_open(gate, family) {
                TrafficSet::all(family)
            } else {
                TrafficSet::default()
            }
        });

        let open = Packets::product(&Addresses::all(), &open);
        GateAccess {
            blocks: rules.blocks.union(&open),
            named,
            unfiltered: never_filtered::exempt_addresses(policy.vpc_of(gate.tier())),
            flows: OnceCell::new(),
        }
    }

    /// What rules that name an end admit.
    pub(super) fn admitted_by_name(&self, end: EndId) -> PerFamily<TrafficSet> {
        let at = self.named.binary_search_by_key(&end, |(end, _)| *end);
        at.map_or(PerFamily::default(), |at| self.named[at].1.clone())
    }
}
