//! Redundant flows: repeated by another sentence, or covered by one or several others.
//!
//! A flow is redundant if every gate that it opens would be as wide without it. At one gate, the
//! traffic of rules with the same peer and with enclosing blocks is subtracted first, and then that
//! of blocks inside that together cover the block. A redundant rule does not cover others, so that
//! all reported ones can be deleted together.
//!
//! An example: with `db allows mysql from 10.0.0.0/8`, the sentence `db allows mysql from
//! 10.1.0.0/16` opens nothing, and neither do `10.0.0.0/9` and `10.128.0.0/9` together leave
//! anything to `10.0.0.0/8`.

mod blocks;
mod covered;
mod disjoint;
mod gate_rule;
mod number_range;

use super::gate::{Endpoint, Gate, Gates, Unknown, Who};
use crate::groups::{Deployment, Direction};
use crate::net::{Addresses, Family, PerFamily, Traffic, TrafficSet};
use crate::policy::{Peer, Policy, TierId};
use blocks::mark_blocks;
use covered::covered_rules;
use disjoint::{Sizes, are_disjoint};
use gate_rule::GateRule;
use ipnet::IpNet;
use number_range::{is_wider, traffic_overlaps};
use std::collections::{BTreeMap, BTreeSet};

/// A redundant flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redundant {
    /// The flow.
    pub flow: u32,
    /// Flows that together admit all its traffic: one, if one is enough. Sorted.
    pub by: Vec<u32>,
}

/// The findings of all gates.
struct Findings {
    /// For each flow, the number of gates at which it is redundant.
    gates: Vec<u8>,
    /// The flows that cover each of them.
    by: BTreeMap<u32, Vec<u32>>,
}

/// The gate whose rules are compared.
#[derive(Clone, Copy)]
struct GateContext<'g> {
    policy: &'g Policy,
    gates: &'g Gates<'g>,
    gate: Gate,
}

/// Redundant flows, by position in the policy.
pub fn redundant_flows(deployment: &Deployment<'_>, gates: &Gates<'_>) -> Vec<Redundant> {
    let policy = deployment.policy();
    // another group does not make a rule redundant: it may have other members
    let gates = &gates.of_groups();
    let mut found = Findings {
        gates: vec![0; policy.flows.len()],
        by: BTreeMap::new(),
    };
    let mut tier_sizes: Vec<Option<Sizes>> = vec![None; policy.tiers.len()];

    for group in &deployment.groups {
        for direction in Direction::ALL {
            let gate = Gate::new(group.owner, direction);
            let rules = group.rules(direction);

            if gates.gate_flows(gate).is_empty() || are_disjoint(policy, &mut tier_sizes, rules) {
                continue;
            }

            let context = GateContext {
                policy,
                gates,
                gate,
            };

            context.find_redundant(&mut found);
        }
    }

    let mut redundant = Vec::new();
    for (flow, mut by) in found.by {
        if gates.count_opened_by(flow) == found.gates[flow as usize] {
            by.sort_unstable();
            by.dedup();
            redundant.push(Redundant { flow, by });
        }
    }

    redundant
}

impl GateContext<'_> {
    /// Finds the redundant flows at this gate, and the flows that cover them.
    fn find_redundant(self, found: &mut Findings) {
        let mut rules = self.distinct_rules();
        if rules.len() < 2 {
            return;
        }

        self.mark_redundant(&mut rules);

        let (redundant, mut kept): (Vec<&GateRule>, Vec<&GateRule>) =
            rules.iter().partition(|rule| rule.is_redundant);
        kept.sort_by_key(|rule| rule.flows[0]);

        for rule in redundant {
            let covering = self.covering_flows(&kept, rule);
            for flow in &rule.flows {
                found.gates[*flow as usize] += 1;
                found.by.entry(*flow).or_default().extend(&covering);
            }
        }
    }

    /// The distinct rules of the gate, by peer.
    fn distinct_rules(self) -> Vec<GateRule> {
        let key = |flow: &u32| {
            let peer = self.gates.far_peer(self.gate, *flow);
            (peer, self.policy.flow(*flow).traffic, *flow)
        };
        let flows = self.gates.gate_flows(self.gate).iter();
        let mut flows: Vec<(Peer, Traffic, u32)> = flows.map(key).collect();
        flows.sort_unstable();

        let rule = |same: &[(Peer, Traffic, u32)]| GateRule {
            peer: same[0].0,
            traffic: same[0].1,
            flows: same.iter().map(|(.., flow)| *flow).collect(),
            is_redundant: false,
        };

        let same = flows.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1));
        same.map(rule).collect()
    }

    /// Marks the redundant rules.
    fn mark_redundant(self, rules: &mut [GateRule]) {
        for family in Family::BOTH {
            mark_blocks(rules, family);
        }
        for same in rules.chunk_by_mut(|a, b| a.peer == b.peer) {
            if let Some(end) = peer_endpoint(self.policy, same[0].peer) {
                self.mark_named(&end, same);
            }
        }
        self.mark_unknown(rules);
    }

    /// Marks the redundant rules among those whose ports are set at deployment: rules with the same
    /// ports cover them, and rules with all ports that are possible.
    fn mark_unknown(self, rules: &mut [GateRule]) {
        let unknown = rules.iter().map(|rule| rule.traffic);
        let unknown: BTreeSet<Traffic> = unknown
            .filter(|traffic| traffic.unknown_ports().is_some())
            .collect();

        for traffic in unknown {
            let covers = |rule: &GateRule| !rule.is_redundant && is_wider(rule.traffic, traffic);
            // where peers are the same, a rule of known ports covers the other
            let mut positions: Vec<usize> = (0..rules.len()).collect();
            positions.retain(|n| covers(&rules[*n]));
            positions.sort_by_key(|n| (rules[*n].peer, rules[*n].traffic == traffic));
            let alike = |n: &usize| GateRule {
                peer: rules[*n].peer,
                traffic: traffic.possible(),
                flows: Vec::new(),
                is_redundant: false,
            };
            let mut alike: Vec<GateRule> = positions.iter().map(alike).collect();
            self.mark_redundant(&mut alike);

            for (n, marked) in positions.into_iter().zip(alike) {
                let is_it = rules[n].traffic == traffic;
                rules[n].is_redundant |= is_it && marked.is_redundant;
            }
        }
    }

    /// Marks rules with one peer that is not a block: others with that peer, and blocks with all of
    /// its addresses, can cover them.
    fn mark_named(self, end: &Endpoint, rules: &mut [GateRule]) {
        let mut is_needed = vec![false; rules.len()];
        let mut applies = vec![false; rules.len()];
        let peer = rules[0].peer;

        for family in Family::BOTH {
            if !self.concerns_endpoint(peer, end, family) {
                continue;
            }

            let by_blocks = self.gates.admitted_by_blocks(self.gate, end, family);
            if rules.len() < 2 && by_blocks.is_empty() {
                if TrafficSet::new(rules[0].traffic, family).is_empty() {
                    continue;
                }
                return;
            }

            let all: Vec<usize> = (0..rules.len()).collect();
            let covered = covered_rules(rules, &all, &by_blocks, family);

            for n in all {
                let is_here = !TrafficSet::new(rules[n].traffic, family).is_empty();
                applies[n] |= is_here;
                is_needed[n] |= is_here && !covered.contains(&n);
            }
        }

        for (n, rule) in rules.iter_mut().enumerate() {
            rule.is_redundant = applies[n] && !is_needed[n];
        }
    }

    /// Whether a peer that is not a block is relevant at the gate in a family: both may have hosts
    /// of the family.
    fn concerns_endpoint(self, peer: Peer, end: &Endpoint, family: Family) -> bool {
        let own = Endpoint::for_owner(self.policy, self.gate.owner());
        let members = &self.policy.members;
        let carries_others = |tier: TierId| !members.other_groups(tier).is_empty();
        let is_carried = |tier: TierId| !members.other_carriers(tier).is_empty();
        let is_shared = self.gate.tier().is_some_and(is_carried);

        let may_send = match (self.gate, peer) {
            // the members of a group that others carry may be elsewhere, and may send by other
            // rules
            (Gate::Inbound(receiver), Peer::Tier(sender)) => {
                is_carried(sender)
                    || carries_others(sender)
                    || is_shared
                    || receiver.tier().is_some_and(carries_others)
                    || self.gates.may_send(sender, &own, family)
            }
            (Gate::Inbound(_) | Gate::Outbound(_), _) => true,
        };
        may_send
            && (is_shared || own.may_be_in(family))
            && end.may_be_in(family)
            && self
                .policy
                .peer_family(peer)
                .is_none_or(|only| only == family)
    }

    /// The flows that cover a rule: those of the first rule that does so alone, else of all that
    /// contribute. The kept rules are in the order of their flows.
    fn covering_flows(self, kept: &[&GateRule], covered: &GateRule) -> Vec<u32> {
        let end = peer_endpoint(self.policy, covered.peer);
        let families = PerFamily::from_fn(|family| {
            let concerns = match (&end, covered.peer) {
                (Some(end), peer) => self.concerns_endpoint(peer, end, family),
                (None, Peer::Net(block)) => Family::of_block(&block) == family,
                (None, _) => false,
            };
            concerns && exists_in(covered.traffic, family)
        });

        let covers_alone = |other: &&&GateRule| {
            let holds = |family| {
                let block = other.peer.block();
                block.is_some_and(|block| block_holds(&block, covered.peer, end.as_ref(), family))
            };
            let mut families = Family::BOTH.into_iter().filter(|family| families[*family]);
            is_wider(other.traffic, covered.traffic)
                && (other.peer == covered.peer || families.all(holds))
        };

        if let Some(one) = kept.iter().find(covers_alone) {
            return vec![one.flows[0]];
        }

        let takes_part = |other: &&&GateRule| {
            let is_certain = other.traffic.unknown_ports().is_none();
            (is_certain || other.traffic == covered.traffic)
                && traffic_overlaps(other.traffic, covered.traffic)
                && shares_addresses(other, covered, end.as_ref())
        };
        let taking_part = kept.iter().filter(takes_part);

        taking_part.map(|other| other.flows[0]).collect()
    }
}

/// The endpoint of the peer of a rule, if it is not a block.
fn peer_endpoint(policy: &Policy, peer: Peer) -> Option<Endpoint> {
    let (who, unknown) = match peer {
        Peer::Net(_) => return None,
        Peer::Tier(id) => return Some(Endpoint::for_group(policy, id)),
        Peer::External(id) => (Who::External(id), Unknown::Group(id)),
        Peer::PrefixList(id) => (Who::PrefixList(id), Unknown::Contents(id)),
        Peer::Param(id) => (Who::Param(id), Unknown::Value(id)),
    };
    Some(Endpoint::with_unknown_addresses(who, unknown))
}

/// Whether traffic exists in a family.
fn exists_in(traffic: Traffic, family: Family) -> bool {
    traffic.family().is_none_or(|only| only == family)
}

/// Whether a block holds every address of a peer in a family.
fn block_holds(block: &IpNet, peer: Peer, end: Option<&Endpoint>, family: Family) -> bool {
    match (end, peer) {
        (None, Peer::Net(inner)) => block.contains(&inner),
        (Some(end), _) => {
            let held = Addresses::from_blocks([block]);
            let rest = end.addresses.in_family(family).difference(&held);
            Family::of_block(block) == family && rest.is_empty()
        }
        (None, _) => false,
    }
}

/// Whether a rule shares addresses with another.
fn shares_addresses(other: &GateRule, covered: &GateRule, end: Option<&Endpoint>) -> bool {
    match (other.peer, covered.peer, end) {
        (a, b, _) if a == b => true,
        (Peer::Net(a), Peer::Net(b), _) => a.contains(&b) || b.contains(&a),
        (Peer::Net(a), _, Some(end)) => end.addresses.meets(&a),
        (_, _, _) => false,
    }
}
