//! Gates, and the flows that open each of them.

use super::gate_rules::GateRules;
use crate::groups::Direction;
use crate::policy::{Owner, Policy, TierId};
use std::cell::OnceCell;

/// One side of one group: of a tier, or of an external. Which rules an external has beside those
/// that sentences put on it is unknown: it may admit everything, and must what these rules do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gate {
    /// The traffic that the members accept.
    Inbound(Owner),
    /// The traffic that the members may send.
    Outbound(Owner),
}

impl Gate {
    /// The gate on one side of a group.
    pub(super) fn new(owner: Owner, direction: Direction) -> Gate {
        match direction {
            Direction::Ingress => Gate::Inbound(owner),
            Direction::Egress => Gate::Outbound(owner),
        }
    }

    /// What the members of a tier accept.
    pub fn into_tier(tier: TierId) -> Gate {
        Gate::Inbound(Owner::Tier(tier))
    }

    /// What the members of a tier may send.
    pub fn out_of_tier(tier: TierId) -> Gate {
        Gate::Outbound(Owner::Tier(tier))
    }

    /// The group.
    pub fn owner(self) -> Owner {
        match self {
            Gate::Inbound(owner) | Gate::Outbound(owner) => owner,
        }
    }

    /// The tier, if it is that of one.
    pub fn tier(self) -> Option<TierId> {
        self.owner().tier()
    }

    pub(super) fn direction(self) -> Direction {
        match self {
            Gate::Inbound(_) => Direction::Ingress,
            Gate::Outbound(_) => Direction::Egress,
        }
    }
}

/// The flows that open one gate, and the traffic that they admit together, computed on demand.
#[derive(Debug, Default)]
pub(super) struct OpenGate {
    pub(super) flows: Vec<u32>,
    pub(super) rules: OnceCell<GateRules>,
}

/// Gates of members of several groups: all flows that open a gate of any of these.
#[derive(Debug)]
pub(super) struct MemberGates {
    inbound: Vec<Option<OpenGate>>,
    outbound: Vec<Option<OpenGate>>,
}

impl OpenGate {
    pub(super) fn new(flows: Vec<u32>) -> OpenGate {
        OpenGate {
            flows,
            rules: OnceCell::new(),
        }
    }
}

impl MemberGates {
    /// Unites the flows of the gates of groups, in either direction.
    pub(super) fn new(policy: &Policy, flows: &[Vec<Vec<u32>>; 2]) -> MemberGates {
        let unite = |flows: &Vec<Vec<u32>>| {
            let of_tier = |tier: TierId| {
                if policy.members.other_groups(tier).is_empty() {
                    return None;
                }
                let groups = policy.members.groups_of(tier);
                let mut all: Vec<u32> = groups.flat_map(|id| &flows[id.index()]).copied().collect();
                all.sort_unstable();
                all.dedup();
                Some(OpenGate::new(all))
            };
            policy.tier_ids().map(of_tier).collect()
        };
        let [inbound, outbound] = flows;
        MemberGates {
            inbound: unite(inbound),
            outbound: unite(outbound),
        }
    }

    pub(super) fn find(&self, gate: Gate) -> Option<&OpenGate> {
        match gate {
            Gate::Inbound(Owner::Tier(tier)) => self.inbound[tier.index()].as_ref(),
            Gate::Outbound(Owner::Tier(tier)) => self.outbound[tier.index()].as_ref(),
            Gate::Inbound(Owner::External(_)) | Gate::Outbound(Owner::External(_)) => None,
        }
    }
}
