//! One of the two programs: what each gate of its tiers admits, by the ends of both.

use super::super::gate::{Gate, Gates};
use super::super::gate_rules::GateRules;
use super::super::never_filtered;
use super::ends::{EndId, Index};
use crate::groups::Direction;
use crate::net::{Addresses, Family, Packets, TrafficSet};
use crate::policy::Policy;
use std::cell::OnceCell;
use std::collections::HashMap;

/// One of two programs.
pub(super) struct Version<'p> {
    pub(super) policy: &'p Policy,
    pub(super) gates: &'p Gates<'p>,
    pub(super) index: &'p Index,
    /// The sides of its tiers, by end.
    sides: HashMap<(EndId, Direction), GateAccess>,
}

/// What one side of a tier admits.
#[derive(Debug, Default)]
pub(super) struct GateAccess {
    /// From or to hosts at addresses.
    pub(super) blocks: Packets,
    /// From or to other ends that its rules name, by end.
    pub(super) named: Vec<(EndId, [TrafficSet; 2])>,
    /// Where hosts are that are reached whatever the rules say.
    pub(super) unfiltered: Addresses,
    /// The flows that open it, by end, once somebody asks.
    flows: OnceCell<Vec<(EndId, u32)>>,
}

impl<'p> Version<'p> {
    pub(super) fn new(policy: &'p Policy, gates: &'p Gates<'p>, index: &'p Index) -> Version<'p> {
        let mut sides = HashMap::new();
        for (tier, end) in index.tiers() {
            for direction in Direction::ALL {
                sides.insert(
                    (end, direction),
                    door(policy, gates, index, Gate::new(tier, direction)),
                );
            }
        }
        Version {
            policy,
            gates,
            index,
            sides,
        }
    }

    /// One side of a tier; nothing where the program does not have the tier.
    pub(super) fn door(&self, tier: EndId, direction: Direction) -> Option<&GateAccess> {
        self.sides.get(&(tier, direction))
    }

    /// The flows that open one side of a tier to an end, with that end.
    pub(super) fn flows(
        &self,
        (tier, direction): (EndId, Direction),
        gate: Gate,
        other: EndId,
    ) -> &[(EndId, u32)] {
        let Some(door) = self.door(tier, direction) else {
            return &[];
        };
        let by_end = door.flows.get_or_init(|| {
            let with_end = |flow: &u32| (self.index.end(self.gates.peer(gate, *flow)), *flow);
            let mut flows: Vec<(EndId, u32)> =
                self.gates.flows(gate).iter().map(with_end).collect();
            flows.sort_unstable();
            flows
        });
        let start = by_end.partition_point(|(end, _)| *end < other);
        let count = by_end[start..].partition_point(|(end, _)| *end == other);
        &by_end[start..start + count]
    }
}

fn door(policy: &Policy, gates: &Gates<'_>, index: &Index, gate: Gate) -> GateAccess {
    let admit: &GateRules = gates.admit(gate);
    let mut named: Vec<_> = admit
        .named()
        .map(|(peer, sets)| (index.end(peer), sets.clone()))
        .collect();
    named.sort_unstable_by_key(|(end, _)| *end);
    let (Gate::Inbound(tier) | Gate::Outbound(tier)) = gate;
    let unfiltered = never_filtered::addresses(policy.vpc_of(tier));
    // an open tier has no flows that open its outbound side
    let blocks = admit.blocks.union(&everything(
        Family::BOTH.map(|family| gates.is_open(gate, family)),
    ));
    GateAccess {
        blocks,
        named,
        unfiltered,
        flows: OnceCell::new(),
    }
}

/// All packets of these families.
fn everything(families: [bool; 2]) -> Packets {
    let [v4, v6] = Family::BOTH.map(|family| match families[family as usize] {
        true => TrafficSet::all(family),
        false => TrafficSet::default(),
    });
    Packets::product(&Addresses::all(), &v4, &v6)
}

impl GateAccess {
    /// What rules that name an end admit, by family.
    pub(super) fn to(&self, end: EndId) -> [TrafficSet; 2] {
        let at = self.named.binary_search_by_key(&end, |(end, _)| *end);
        at.map_or_else(|_| Default::default(), |at| self.named[at].1.clone())
    }
}
