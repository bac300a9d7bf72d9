//! Flows that change nothing: said already by another sentence, or covered by others, one or
//! several together.
//!
//! A flow is redundant when every gate that it opens would be as wide without it. At one gate, what
//! rules with the same peer and with the blocks around theirs admit is taken off first, and then
//! what the blocks inside theirs admit where those leave no gap. A redundant rule counts no more
//! for the others, so that all that is reported can be deleted at once.
//!
//! An example: beside `db allows mysql from 10.0.0.0/8`, the sentence `db allows mysql from
//! 10.1.0.0/16` opens nothing, and neither do `10.0.0.0/9` and `10.128.0.0/9` together leave
//! anything to `10.0.0.0/8`.

use super::gate::{Endpoint, Gate, Gates, Unknown, Who, peer_family};
use crate::groups::{self, Deployment, Direction};
use crate::net::{Addresses, Family, PerFamily, Protocol, Traffic, TrafficSet};
use crate::policy::{Peer, Policy};
use ipnet::IpNet;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// A flow that others cover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redundant {
    /// The flow.
    pub flow: u32,
    /// Flows that together admit all that it does: one, where one is enough. Sorted.
    pub by: Vec<u32>,
}

/// What is found gate by gate.
struct Findings {
    /// For each flow, at how many gates it is redundant.
    gates: Vec<u8>,
    /// The flows that cover it there.
    by: BTreeMap<u32, Vec<u32>>,
}

/// The gate whose rules are compared.
#[derive(Clone, Copy)]
struct GateContext<'g> {
    policy: &'g Policy,
    gates: &'g Gates<'g>,
    gate: Gate,
}

/// What a gate admits of one peer, and the flows that ask for it.
#[derive(Debug)]
struct GateRule {
    peer: Peer,
    traffic: Traffic,
    flows: Vec<u32>,
    is_redundant: bool,
}

/// One block with its rules, in the forest that the blocks of a gate are.
struct BlockNode {
    block: IpNet,
    rules: Vec<usize>,
    parent: Option<usize>,
    children: Vec<usize>,
    /// What the blocks around it admit.
    around: TrafficSet,
    /// What the blocks inside it admit at each of its addresses.
    inside: TrafficSet,
}

/// The protocol of a rule, and its first and its last number: of a port, of a type and code, or of
/// a protocol. In their order a wider range comes before those that start with it.
type NumberRange = (Protocol, u16, Reverse<u16>);

/// How many addresses there are somewhere; as many IPv6 addresses as the type holds stand for all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sizes {
    v4: u64,
    v6: u128,
}

/// Flows that others cover, by their position among the policy's.
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
            let gate = Gate::new(group.tier, direction);
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

/// Whether no rule can be covered: no numbers overlap, and with the same traffic no block holds
/// another, and the blocks together have fewer addresses than each peer that is no block. The rules
/// of most groups are so.
fn are_disjoint(policy: &Policy, tier_sizes: &mut [Option<Sizes>], rules: &[groups::Rule]) -> bool {
    let mut before: Option<NumberRange> = None;
    for same in rules.chunk_by(|a, b| a.traffic == b.traffic) {
        let range = number_range(same[0].traffic);
        let (protocol, from, _) = range;
        // lowering leaves rules out beside one for all traffic
        let is_alone = protocol != Protocol::All
            && before.is_none_or(|(other, _, Reverse(last))| other != protocol || last < from);
        if !is_alone || !same.windows(2).all(are_apart) || may_be_held(policy, tier_sizes, same) {
            return false;
        }
        before = Some(range);
    }

    true
}

/// Whether two rules that follow each other in the order of peers are not of a block and one in it:
/// the blocks of a family come by address, a wider one before those in it.
fn are_apart(pair: &[groups::Rule]) -> bool {
    match (pair[0].peer, pair[1].peer) {
        (Peer::Net(a), Peer::Net(b)) => !a.contains(&b),
        (_, _) => true,
    }
}

/// Whether the blocks of rules have as many addresses as a peer beside them that is no block, so
/// that they may hold it.
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

/// How many addresses the blocks of rules have, an address in two of them counted twice.
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

/// How many addresses an end may have.
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

impl Sizes {
    const ALL: Sizes = Sizes {
        v4: 1 << 32,
        v6: u128::MAX,
    };

    /// Whether blocks of so many addresses may hold all addresses of an end in a family.
    fn may_hold(self, end: Sizes) -> bool {
        end.v4 > 0 && self.v4 >= end.v4 || end.v6 > 0 && self.v6 >= end.v6
    }
}

impl GateContext<'_> {
    /// Finds the flows that open nothing at this gate, and the flows that cover them there.
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

    /// Marks the rules that others cover.
    fn mark_redundant(self, rules: &mut [GateRule]) {
        for family in Family::BOTH {
            mark_blocks(rules, family);
        }
        for same in rules.chunk_by_mut(|a, b| a.peer == b.peer) {
            if let Some(end) = peer_endpoint(self.policy, same[0].peer) {
                self.mark_named(&end, same);
            }
        }
    }

    /// Marks rules with one peer that is no block: others with that peer, and blocks that hold all
    /// of its addresses, may cover them.
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

    /// Whether the gate has to do with a peer that is no block in a family: both may have hosts of
    /// it, and a tier that sends may send some of it there.
    fn concerns_endpoint(self, peer: Peer, end: &Endpoint, family: Family) -> bool {
        let own = Endpoint::for_tier(self.policy, self.gate.tier());
        let members = &self.policy.members;
        let is_shared = !members.other_carriers(self.gate.tier()).is_empty();
        let may_send = match (self.gate, peer) {
            // the members of a group that others carry may be elsewhere, and may send by other rules
            (Gate::Inbound(receiver), Peer::Tier(sender)) => {
                !members.other_carriers(sender).is_empty()
                    || !members.other_groups(sender).is_empty()
                    || is_shared
                    || !members.other_groups(receiver).is_empty()
                    || self.gates.may_send(sender, &own, family)
            }
            (Gate::Inbound(_) | Gate::Outbound(_), _) => true,
        };
        may_send
            && (is_shared || own.may_be_in(family))
            && end.may_be_in(family)
            && peer_family(self.policy, peer).is_none_or(|only| only == family)
    }

    /// The flows that cover a rule: the first rule that does so by itself, else all that have a
    /// part in it. The kept rules stand in the order of their flows.
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
            traffic_overlaps(other.traffic, covered.traffic)
                && is_near(other, covered, end.as_ref())
        };
        let taking_part = kept.iter().filter(takes_part);

        taking_part.map(|other| other.flows[0]).collect()
    }
}

/// Where the peer of a rule is, for one that is no block.
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

/// Marks rules with blocks of one family as their peers.
fn mark_blocks(rules: &mut [GateRule], family: Family) {
    let mut nodes = block_forest(rules, family);
    let is_single = |node: &BlockNode| node.parent.is_none() && node.rules.len() < 2;

    if nodes.iter().all(is_single) {
        return;
    }

    for n in 0..nodes.len() {
        mark_block(rules, &mut nodes, n, family);
    }

    for n in (0..nodes.len()).rev() {
        nodes[n].inside = admitted_inside(rules, &nodes, n, family);
    }

    // once more, now that it is known what the blocks inside admit
    if nodes.iter().any(|node| !node.inside.is_empty()) {
        for n in 0..nodes.len() {
            mark_block(rules, &mut nodes, n, family);
        }
    }
}

/// Marks the rules of one block that the blocks around it cover, and those inside as far as that is
/// known.
fn mark_block(rules: &mut [GateRule], nodes: &mut [BlockNode], n: usize, family: Family) {
    if let Some(parent) = nodes[n].parent {
        let parent = &nodes[parent];
        nodes[n].around = parent.around.union(&parent.admitted_traffic(rules, family));
    }

    let node = &nodes[n];
    let needed = |rule: &usize| !rules[*rule].is_redundant;
    let own: Vec<usize> = node.rules.iter().copied().filter(needed).collect();
    let background = node.around.union(&node.inside);
    for covered in covered_rules(rules, &own, &background, family) {
        rules[covered].is_redundant = true;
    }
}

impl BlockNode {
    /// What its rules admit that are not redundant.
    fn admitted_traffic(&self, rules: &[GateRule], family: Family) -> TrafficSet {
        let rules = self.rules.iter().map(|rule| &rules[*rule]);
        let needed = rules.filter(|rule| !rule.is_redundant);
        TrafficSet::from_traffic(needed.map(|rule| rule.traffic), family)
    }
}

/// The blocks of a family with their rules, outer ones before those inside.
fn block_forest(rules: &[GateRule], family: Family) -> Vec<BlockNode> {
    let blocks = rules.iter().enumerate();
    let blocks = blocks.filter_map(|(n, rule)| Some((rule.peer.block()?, n)));
    let mut blocks: Vec<(IpNet, usize)> = blocks
        .filter(|(block, _)| Family::of_block(block) == family)
        .collect();
    blocks.sort_unstable_by_key(|(block, n)| (block.network(), block.prefix_len(), *n));

    let mut nodes: Vec<BlockNode> = Vec::new();
    let mut open: Vec<usize> = Vec::new();

    for same in blocks.chunk_by(|a, b| a.0 == b.0) {
        let block = same[0].0;
        while open
            .pop_if(|outer| !nodes[*outer].block.contains(&block))
            .is_some()
        {}

        let (n, parent) = (nodes.len(), open.last().copied());
        if let Some(parent) = parent {
            nodes[parent].children.push(n);
        }

        nodes.push(BlockNode {
            block,
            rules: same.iter().map(|(_, rule)| *rule).collect(),
            parent,
            children: Vec::new(),
            around: TrafficSet::default(),
            inside: TrafficSet::default(),
        });

        open.push(n);
    }

    nodes
}

/// What the blocks inside a block admit at each of its addresses: something only where they leave
/// no gap.
fn admitted_inside(
    rules: &[GateRule],
    nodes: &[BlockNode],
    n: usize,
    family: Family,
) -> TrafficSet {
    let node = &nodes[n];
    let children = || node.children.iter().map(|child| &nodes[*child]);

    if node.children.len() < 2 {
        return TrafficSet::default();
    }

    let held = Addresses::from_blocks(children().map(|child| &child.block));
    if held != Addresses::from_blocks([&node.block]) {
        return TrafficSet::default();
    }

    let admitted = |child: &BlockNode| child.admitted_traffic(rules, family).union(&child.inside);
    let by_children = children().map(admitted);

    by_children
        .reduce(|all, child| all.intersection(&child))
        .unwrap_or_default()
}

/// Of rules with one peer, those that the others and a background cover. The numbers of a rule are
/// one range, so that in their order only neighbours have to be looked at.
fn covered_rules(
    rules: &[GateRule],
    own: &[usize],
    background: &TrafficSet,
    family: Family,
) -> Vec<usize> {
    let range = |n: &usize| (number_range(rules[*n].traffic), *n);
    let mut order: Vec<(NumberRange, usize)> = own.iter().map(range).collect();
    order.sort_unstable();

    let are_apart = |pair: &[(NumberRange, usize)]| {
        let ((a, _, Reverse(last)), (b, first, _)) = (pair[0].0, pair[1].0);
        a != Protocol::All && (a != b || last < first)
    };

    if background.is_empty() && order.windows(2).all(are_apart) {
        return Vec::new();
    }

    let set = |n: usize| TrafficSet::new(rules[n].traffic, family);
    let (mut covered, kept) = covered_by_one(order, set);
    covered.extend(covered_by_neighbours(&kept, background, set));

    covered
}

/// The rules that the widest before them covers by itself, and those that are left.
fn covered_by_one(
    order: Vec<(NumberRange, usize)>,
    set: impl Fn(usize) -> TrafficSet,
) -> (Vec<usize>, Vec<usize>) {
    let (mut covered, mut kept): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
    for (_, n) in order {
        let one = set(n);
        if one.is_empty() {
            continue;
        }
        let widest = kept.last();
        if widest.is_some_and(|widest| set(*widest).covers(&one)) {
            covered.push(n);
        } else {
            kept.push(n);
        }
    }

    (covered, kept)
}

/// The rules that their neighbours and a background cover together. A rule that is covered is no
/// neighbour of the next.
fn covered_by_neighbours(
    rules: &[usize],
    background: &TrafficSet,
    set: impl Fn(usize) -> TrafficSet,
) -> Vec<usize> {
    let mut covered = Vec::new();
    let mut before: Option<TrafficSet> = None;

    for (n, rule) in rules.iter().enumerate() {
        let one = set(*rule);
        let after = rules.get(n + 1).map(|next| set(*next));
        let around = [Some(background), before.as_ref(), after.as_ref()];
        let around = TrafficSet::union_of(around.into_iter().flatten());
        if around.covers(&one) {
            covered.push(*rule);
        } else {
            before = Some(one);
        }
    }

    covered
}

/// The numbers of a rule as one range.
fn number_range(traffic: Traffic) -> NumberRange {
    let (from, to) = traffic.stretch();
    (traffic.protocol(), from, Reverse(to))
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

/// Whether a rule is about some of the addresses of another.
fn is_near(other: &GateRule, covered: &GateRule, end: Option<&Endpoint>) -> bool {
    match (other.peer, covered.peer, end) {
        (a, b, _) if a == b => true,
        (Peer::Net(a), Peer::Net(b), _) => a.contains(&b) || b.contains(&a),
        (Peer::Net(a), _, Some(end)) => end.addresses.meets(&a),
        (_, _, _) => false,
    }
}

/// Whether one piece of traffic has all of another.
fn is_wider(outer: Traffic, inner: Traffic) -> bool {
    let (a, from, Reverse(to)) = number_range(outer);
    let (b, first, Reverse(last)) = number_range(inner);
    a == Protocol::All || a == b && from <= first && last <= to
}

/// Whether two pieces of traffic have anything in common.
fn traffic_overlaps(one: Traffic, other: Traffic) -> bool {
    let (a, from, Reverse(to)) = number_range(one);
    let (b, first, Reverse(last)) = number_range(other);
    a == Protocol::All || b == Protocol::All || a == b && from <= last && first <= to
}
