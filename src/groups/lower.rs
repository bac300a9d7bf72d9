//! Lowers flows to rules: the gates of each flow, grouped by tier and direction, and sorted.

use super::gates::{OpenedGates, open_to};
use super::rule::{Rule, RuleText};
use super::state::{group_tags, list_tags};
use super::{Deployment, Direction, Group, Parameter, text_order, written_order};
use crate::aws::Text;
use crate::net::{EVERY_IPV4, Traffic, UnknownPorts};
use crate::policy::{
    DefaultGroup, ExternalId, ListReference, Outbound, Owner, ParamId, Peer, Policy, PrefixList,
    PrefixListId, Reference, TierId,
};
use std::collections::{BTreeMap, BTreeSet};

/// The security groups of a policy.
pub fn lower(policy: &Policy) -> Deployment<'_> {
    let mut sides = GatesByTier::new(policy);
    let mut origins = Vec::with_capacity(sides.gates.len());
    let groups = policy.owners().enumerate().map(|(position, owner)| {
        let ingress = gate_rules(
            policy,
            sides.sorted_gates(position, Direction::Ingress),
            Direction::Ingress,
            &mut origins,
        );
        let egress = gate_rules(
            policy,
            sides.sorted_gates(position, Direction::Egress),
            Direction::Egress,
            &mut origins,
        );
        let egress = match owner {
            Owner::Tier(tier) if policy.tier(tier).outbound != Outbound::Closed => {
                add_open_rules(policy, tier, egress)
            }
            Owner::Tier(_) | Owner::External(_) => egress,
        };

        Group {
            owner,
            name: policy.owner_name(owner),
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
    /// The ends of the ranges of each side, by [`side_index`].
    ends: Vec<u32>,
}

impl GatesByTier {
    fn new(policy: &Policy) -> GatesByTier {
        let opened = OpenedGates::new(policy);
        let mut starts = vec![0u32; 2 * policy.owner_count() + 1];
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

    /// The gates of a side, sorted by key.
    fn sorted_gates(&mut self, owner: usize, direction: Direction) -> &[RuleGate] {
        let side = side_index(owner, direction);
        let start = side
            .checked_sub(1)
            .map_or(0, |before| self.ends[before] as usize);
        let gates = &mut self.gates[start..self.ends[side] as usize];
        gates.sort_unstable();
        gates
    }
}

/// The index of one side of a group; `owner` is its position among all groups with rules.
fn side_index(owner: usize, direction: Direction) -> usize {
    2 * owner + direction as usize
}

/// Visits each gate that each flow opens, by [`side_index`].
fn for_each_gate(
    policy: &Policy,
    opened: &OpenedGates<'_>,
    mut visit: impl FnMut(usize, RuleGate),
) {
    for (n, flow) in policy.flows.iter().enumerate() {
        let peers = flow.rule_peers();
        let owners = opened
            .opened_by(flow)
            .into_iter()
            .zip(Direction::ALL)
            .zip(peers);

        for ((owner, direction), peer) in owners {
            if let Some(owner) = owner.and_then(|owner| policy.owner_position(owner)) {
                visit(
                    side_index(owner, direction),
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

/// One rule for each distinct gate of a sorted list, with the description that sorts first, a
/// written one before none, and that before a generated one.
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

/// The outbound rules of an open tier: those that sentences ask for, and one for everything in each
/// IP version unless a sentence asks for it.
fn add_open_rules(policy: &Policy, tier: TierId, mut rules: Vec<Rule>) -> Vec<Rule> {
    let written = rules.len();
    for block in open_to(policy, tier) {
        let peer = Peer::Net(*block);
        let is_everything = |rule: &Rule| rule.traffic == Traffic::All && rule.peer == peer;

        if let Some(asked) = rules[..written].iter_mut().find(|rule| is_everything(rule)) {
            asked.text = open_or_own_text(policy, tier, asked.text);
        } else {
            rules.push(Rule {
                traffic: Traffic::All,
                peer,
                text: RuleText::Open(tier),
                origins: 0..0,
            });
        }
    }

    if written > 0 {
        rules.sort_by_key(|rule| (rule.traffic, rule.peer));
    }
    rules
}

/// The text of a rule for everything that a sentence asks for on an open tier: that of the
/// sentence, unless the `outbound-description` of the tier sorts before it.
fn open_or_own_text(policy: &Policy, tier: TierId, own: RuleText) -> RuleText {
    let RuleText::Flow(flow, direction) = own else {
        return own;
    };
    let open = policy.tier(tier).outbound_text.as_ref();
    let is_first =
        open.is_some_and(|text| written_order(text) < text_order(policy, flow, direction));

    if is_first { RuleText::Open(tier) } else { own }
}

fn locked_defaults(policy: &Policy) -> Vec<(String, Reference)> {
    let locked = policy
        .vpcs
        .iter()
        .filter(|vpc| vpc.default_group == DefaultGroup::Locked);
    let mut locked: Vec<(String, Reference)> = locked
        .filter_map(|vpc| Some((vpc.name.clone()?, vpc.id.clone()?)))
        .collect();
    // two names of one VPC refer to one default group
    let mut seen = BTreeSet::new();
    locked.retain(|(_, id)| seen.insert(id.clone()));
    locked
}

/// Collects the parameters, prefix lists and foreign groups that are referenced.
fn collect_references(deployment: &mut Deployment<'_>) {
    let policy = deployment.policy;
    let mut found = Referred::default();

    for (_, vpc) in &deployment.locked {
        found.add_reference(vpc, true);
    }

    for id in policy.areas.iter().flat_map(|area| &area.vpcs) {
        let vpc = &policy.vpc(*id).id;
        vpc.iter().for_each(|vpc| found.add_reference(vpc, false));
    }

    let lists = policy.prefix_list_ids();
    let made = lists.filter(|id| policy.prefix_list(*id).made().is_some());
    made.for_each(|id| found.add_peer(Peer::PrefixList(id)));

    for id in &policy.foreign_owners {
        found.add_peer(Peer::External(*id));
    }

    if declares_references(policy) {
        add_rule_references(deployment, &mut found);
    }

    if policy.has_text_parameters {
        add_text_parameters(deployment, &mut found);
    }

    found.follow_references(policy);

    deployment.externals = found.externals.into_iter().collect();
    deployment.lists = found.lists.into_iter().collect();
    deployment.parameters = found
        .params
        .into_iter()
        .map(|(id, only_for_locks)| lower_parameter(policy, id, only_for_locks))
        .collect();

    if policy.has_text_parameters {
        add_export_parameters(deployment);
    }

    deployment
        .parameters
        .sort_by_key(|parameter| parameter.name);
}

/// Whether a program declares anything, beside tiers, that a rule can reference.
fn declares_references(policy: &Policy) -> bool {
    !(policy.params.is_empty() && policy.prefix_lists.is_empty() && policy.externals.is_empty())
}

/// Adds what rules reference: their peers and their ports.
fn add_rule_references(deployment: &Deployment<'_>, found: &mut Referred) {
    let policy = deployment.policy;
    let mut ports: BTreeSet<UnknownPorts> = BTreeSet::new();
    for group in &deployment.groups {
        for rule in group.ingress.iter().chain(&group.egress) {
            found.add_peer(rule.peer);
            ports.extend(rule.traffic.unknown_ports());
        }
    }

    let params = ports.into_iter();
    for id in params.flat_map(|ports| policy.port_params(ports)) {
        found.add_param(id, false);
    }
}

/// Adds the parameters in the texts of groups and rules.
fn add_text_parameters(deployment: &Deployment<'_>, found: &mut Referred) {
    let policy = deployment.policy;
    let names = policy.params.iter().map(|param| param.name.as_str());
    let ids: BTreeMap<&str, ParamId> = names.zip(policy.param_ids()).collect();
    let mut add_all = |text: &Text, only_for_locks| {
        for id in text.view().parameters().filter_map(|name| ids.get(name)) {
            found.add_param(*id, only_for_locks);
        }
    };

    for tier in &policy.tiers {
        let prefix = tier.name_prefix.iter();
        prefix.for_each(|prefix| add_all(prefix, true));
    }
    if !policy.sentence_tags.is_empty() {
        let groups = deployment.groups.iter();
        let rules = groups.flat_map(|group| group.ingress.iter().chain(&group.egress));
        for (_, value) in rules.flat_map(|rule| deployment.rule_tags(rule)) {
            add_all(&value, true);
        }
    }

    let mut add = |text: &Text| add_all(text, false);
    for tier in &policy.tiers {
        let tags = group_tags(&policy.stack, tier);
        tags.iter().for_each(|(_, value)| add(value));
        tier.group_name.iter().for_each(&mut add);
        tier.description.iter().for_each(&mut add);
    }
    for made in policy.prefix_lists.iter().filter_map(PrefixList::made) {
        let tags = list_tags(&policy.stack, made);
        tags.iter().for_each(|(_, value)| add(value));
    }

    for group in &deployment.groups {
        for rule in group.ingress.iter().chain(&group.egress) {
            if let Some(text) = deployment.written_text(rule) {
                add(&text);
            }
        }
    }
}

/// Adds the parameters in the names of exports.
fn add_export_parameters(deployment: &mut Deployment<'_>) {
    let policy = deployment.policy;
    let mut uses: Vec<(&str, bool)> = Vec::new();
    for parameter in &deployment.parameters {
        let name = parameter.source.import().into_iter();
        let names = name.flat_map(|name| name.view().parameters());
        uses.extend(names.map(|name| (name, parameter.only_for_locks)));
    }
    for export in policy.tiers.iter().filter_map(|tier| tier.export.as_ref()) {
        uses.extend(export.view().parameters().map(|name| (name, false)));
    }

    for (name, only_for_locks) in uses {
        let mut known = deployment.parameters.iter_mut();
        if let Some(known) = known.find(|known| known.name == name) {
            known.only_for_locks &= only_for_locks;
        } else if let Some(id) = policy.param_ids().find(|id| policy.param(*id).name == name) {
            deployment.parameters.push(Parameter {
                only_for_exports: true,
                ..lower_parameter(policy, id, only_for_locks)
            });
        }
    }
}

/// The references of a deployment.
#[derive(Default)]
struct Referred {
    /// Parameters, and whether only items that templates omit refer to them.
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

    /// Adds the parameters of prefix lists and foreign groups.
    fn follow_references(&mut self, policy: &Policy) {
        for id in self.externals.clone() {
            self.add_reference(&policy.externals[id.index()].id, false);
        }
        for id in self.lists.clone() {
            match &policy.prefix_lists[id.index()].list {
                ListReference::Param(id) => self.add_param(*id, false),
                ListReference::Id(_) | ListReference::Aws(_) | ListReference::Made(_) => {}
            }
        }
    }
}

fn lower_parameter(policy: &Policy, id: ParamId, only_for_locks: bool) -> Parameter<'_> {
    let param = policy.param(id);
    let is_it = |owner: &ExternalId| policy.external(*owner).id == Reference::Param(id);
    Parameter {
        id,
        name: &param.name,
        kind: param.kind,
        description: param.prose.as_deref(),
        default: param.default.as_deref(),
        source: &param.source,
        only_for_exports: false,
        only_for_locks,
        is_rule_owner: policy.foreign_owners.iter().any(is_it),
    }
}
