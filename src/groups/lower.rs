//! Flows to rules: every gate on a flow's way, put to its side of its group, and sorted there.

use super::gates::{OpenedGates, open_to};
use super::rule::{Rule, RuleText};
use super::{Deployment, Direction, Group, Parameter, text_order};
use crate::net::{EVERY_IPV4, Traffic};
use crate::policy::{
    DefaultGroup, ExternalId, ListReference, Outbound, ParamId, Peer, Policy, PrefixListId,
    Reference, TierId,
};
use ipnet::IpNet;
use std::collections::{BTreeMap, BTreeSet};

/// The security groups of a policy.
pub fn lower(policy: &Policy) -> Deployment<'_> {
    let mut sides = GatesByTier::new(policy);
    let mut origins = Vec::with_capacity(sides.gates.len());
    let groups = (0..policy.tiers.len() as u32).map(TierId).map(|tier| {
        let ingress = gate_rules(
            policy,
            sides.sorted_gates(tier, Direction::Ingress),
            Direction::Ingress,
            &mut origins,
        );
        let side = sides.sorted_gates(tier, Direction::Egress);
        let egress = match policy.tier(tier).outbound {
            Outbound::Closed => gate_rules(
                policy,
                &outbound_gates(side),
                Direction::Egress,
                &mut origins,
            ),
            Outbound::Open => open_rules(policy, tier),
            Outbound::OpenIpv4 | Outbound::OpenIpv6 => {
                let mut rules = open_rules(policy, tier);
                rules.extend(gate_rules(policy, side, Direction::Egress, &mut origins));
                rules.sort_by_key(|rule| (rule.traffic, rule.peer));
                rules
            }
        };

        Group {
            tier,
            name: &policy.tier(tier).name,
            ingress,
            egress,
        }
    });

    let mut deployment = Deployment {
        policy,
        parameters: Vec::new(),
        lists: Vec::new(),
        externals: Vec::new(),
        groups: groups.collect(),
        locked: locked_defaults(policy),
        origins,
    };

    collect_references(&mut deployment);
    deployment
}

/// One gate that one flow opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct RuleGate {
    traffic: Traffic,
    peer: Peer,
    flow: u32,
}

/// The gates of a policy by tier and direction, in the order of its flows.
struct GatesByTier {
    gates: Vec<RuleGate>,
    /// Where those of each side end, by [`side_index`].
    ends: Vec<u32>,
}

impl GatesByTier {
    fn new(policy: &Policy) -> GatesByTier {
        let opened = OpenedGates::new(policy);
        let mut starts = vec![0u32; 2 * policy.tiers.len() + 1];
        for_each_gate(policy, &opened, |side, _| starts[side + 1] += 1);

        for n in 1..starts.len() {
            starts[n] += starts[n - 1];
        }

        let none = RuleGate {
            traffic: Traffic::All,
            peer: Peer::Net(EVERY_IPV4),
            flow: 0,
        };

        let mut gates = vec![none; starts.last().map_or(0, |all| *all as usize)];
        // the start of each side moves to its end as it fills
        for_each_gate(policy, &opened, |side, gate| {
            gates[starts[side] as usize] = gate;
            starts[side] += 1;
        });

        GatesByTier {
            gates,
            ends: starts,
        }
    }

    /// The gates of a side, by what they are.
    fn sorted_gates(&mut self, tier: TierId, direction: Direction) -> &[RuleGate] {
        let side = side_index(tier, direction);
        let start = side
            .checked_sub(1)
            .map_or(0, |before| self.ends[before] as usize);
        let gates = &mut self.gates[start..self.ends[side] as usize];
        gates.sort_unstable();
        gates
    }
}

fn side_index(tier: TierId, direction: Direction) -> usize {
    2 * tier.index() + direction as usize
}

/// Visits each gate that each flow opens, by [`side_index`].
fn for_each_gate(
    policy: &Policy,
    opened: &OpenedGates<'_>,
    mut visit: impl FnMut(usize, RuleGate),
) {
    for (n, flow) in policy.flows.iter().enumerate() {
        let peers = [flow.source(), flow.destination()];
        let tiers = opened
            .opened_by(flow)
            .into_iter()
            .zip(Direction::ALL)
            .zip(peers);

        for ((tier, direction), peer) in tiers {
            if let Some(tier) = tier {
                visit(
                    side_index(tier, direction),
                    RuleGate {
                        traffic: flow.traffic,
                        peer,
                        flow: n as u32,
                    },
                );
            }
        }
    }
}

/// The outbound gates of a closed tier, as AWS and CloudFormation can hold them.
///
/// Where a gate to a tier stays, CloudFormation makes it a resource of its own, and then deletes an
/// all-traffic rule to 0.0.0.0/0 or ::/0 from the group (CloudFormation user guide,
/// AWS::EC2::SecurityGroupEgress: "the default rule is removed"; it cannot tell the default rule
/// from the same rule written on purpose, aws-cdk issue 987). So such a rule is written as its two
/// halves, in every output alike.
fn outbound_gates(side: &[RuleGate]) -> Vec<RuleGate> {
    let mut gates = side.to_vec();
    if gates.iter().any(|gate| matches!(gate.peer, Peer::Tier(_))) {
        gates = gates.into_iter().flat_map(split_all_traffic).collect();
        gates.sort_unstable();
    }
    gates
}

/// An all-traffic gate to everywhere as its two halves; any other as it is.
fn split_all_traffic(gate: RuleGate) -> Vec<RuleGate> {
    match gate.peer {
        Peer::Net(block) if gate.traffic == Traffic::All && block.prefix_len() == 0 => {
            let halves = block
                .subnets(1)
                .expect("1 is a prefix length of both families");

            halves
                .map(|half| RuleGate {
                    peer: Peer::Net(half),
                    ..gate
                })
                .collect()
        }
        _ => vec![gate],
    }
}

/// One rule for each distinct gate of a sorted list, with the text that sorts first, a written one
/// before none, and that before a generated one.
fn gate_rules(
    policy: &Policy,
    side: &[RuleGate],
    direction: Direction,
    origins: &mut Vec<u32>,
) -> Vec<Rule> {
    let mut rules = Vec::with_capacity(side.len());
    for same in side.chunk_by(|a, b| (a.traffic, a.peer) == (b.traffic, b.peer)) {
        let start = origins.len() as u32;
        origins.extend(same.iter().map(|gate| gate.flow));
        rules.push(Rule {
            traffic: same[0].traffic,
            peer: same[0].peer,
            text: RuleText::Flow(first_text(policy, same, direction), direction),
            origins: start..origins.len() as u32,
        });
    }
    rules
}

fn first_text(policy: &Policy, same: &[RuleGate], direction: Direction) -> u32 {
    let [_, _, ..] = same else {
        return same[0].flow;
    };

    let text = |gate: &&RuleGate| text_order(policy, gate.flow, direction);
    same.iter()
        .min_by_key(text)
        .map_or(same[0].flow, |gate| gate.flow)
}

/// The outbound rules of an open tier.
fn open_rules(policy: &Policy, tier: TierId) -> Vec<Rule> {
    let rule = |block: &IpNet| Rule {
        traffic: Traffic::All,
        peer: Peer::Net(*block),
        text: RuleText::Open(tier),
        origins: 0..0,
    };
    open_to(policy, tier).iter().map(rule).collect()
}

fn locked_defaults(policy: &Policy) -> Vec<(String, Reference)> {
    let locked = policy
        .vpcs
        .iter()
        .filter(|vpc| vpc.default_group == DefaultGroup::Locked);
    let mut locked: Vec<(String, Reference)> = locked
        .filter_map(|vpc| Some((vpc.name.clone()?, vpc.id.clone()?)))
        .collect();
    // two names of one VPC are one default group
    let mut seen = BTreeSet::new();
    locked.retain(|(_, id)| seen.insert(id.clone()));
    locked
}

/// Finds the parameters, the prefix lists and the groups of others that something refers to.
fn collect_references(deployment: &mut Deployment<'_>) {
    let policy = deployment.policy;
    let mut found = Referred::default();

    for (_, vpc) in &deployment.locked {
        found.add_reference(vpc, true);
    }

    for tier in &policy.tiers {
        let vpc = &policy.vpcs[tier.vpc.index()].id;
        vpc.iter().for_each(|vpc| found.add_reference(vpc, false));
    }

    for group in &deployment.groups {
        let rules = group.ingress.iter().chain(&group.egress);
        rules.for_each(|rule| found.add_peer(rule.peer));
    }

    found.follow_references(policy);

    deployment.externals = found.externals.into_iter().collect();
    deployment.lists = found.lists.into_iter().collect();
    deployment.parameters = found
        .params
        .into_iter()
        .map(|(id, only_for_locks)| lower_parameter(policy, id, only_for_locks))
        .collect();

    deployment
        .parameters
        .sort_by_key(|parameter| parameter.name);
}

/// What something refers to.
#[derive(Default)]
struct Referred {
    /// Parameters, with whether nothing but locked default groups refers to them.
    params: BTreeMap<ParamId, bool>,
    lists: BTreeSet<PrefixListId>,
    externals: BTreeSet<ExternalId>,
}

impl Referred {
    fn add_reference(&mut self, reference: &Reference, only_for_locks: bool) {
        match reference {
            Reference::Id(_) => {}
            Reference::Param(id) => self.add_param(*id, only_for_locks),
        }
    }

    fn add_param(&mut self, id: ParamId, only_for_locks: bool) {
        *self.params.entry(id).or_insert(true) &= only_for_locks;
    }

    fn add_peer(&mut self, peer: Peer) {
        match peer {
            Peer::Net(_) | Peer::Tier(_) => {}
            Peer::Param(id) => self.add_param(id, false),
            Peer::External(id) => drop::<bool>(self.externals.insert(id)),
            Peer::PrefixList(id) => drop::<bool>(self.lists.insert(id)),
        }
    }

    /// Adds the parameters that lists and groups of others are.
    fn follow_references(&mut self, policy: &Policy) {
        for id in self.externals.clone() {
            self.add_reference(&policy.externals[id.index()].id, false);
        }
        for id in self.lists.clone() {
            match policy.prefix_lists[id.index()].list {
                ListReference::Param(id) => self.add_param(id, false),
                ListReference::Id(_) | ListReference::Aws(_) => {}
            }
        }
    }
}

fn lower_parameter(policy: &Policy, id: ParamId, only_for_locks: bool) -> Parameter<'_> {
    let param = policy.param(id);
    Parameter {
        id,
        name: &param.name,
        kind: param.kind,
        description: param.prose.as_deref(),
        default: param.default.as_deref(),
        only_for_locks,
    }
}
