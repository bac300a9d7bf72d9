//! Flows that change nothing: said already by another sentence, or covered by others, one or
//! several together.
//!
//! A flow is covered when every gate that it opens would be as wide without it. At one gate, what
//! rules with the same peer and with the blocks around theirs admit is taken off first, and then
//! what the blocks inside theirs admit where those leave no gap. A covered rule counts no more for
//! the others, so that all that is reported can be deleted at once.

use super::gate::{Endpoint, Gate, Gates, Unknown, Who, peer_family};
use crate::groups::{self, Deployment, Direction};
use crate::net::{Addresses, Family, Protocol, Traffic, TrafficSet};
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

/// One rule of a gate: the flows that ask for it.
#[derive(Debug)]
struct Rule {
    peer: Peer,
    traffic: Traffic,
    flows: Vec<u32>,
    covered: bool,
}

/// Flows that others cover, by their place among the policy's.
pub fn redundant_flows(deployment: &Deployment<'_>, gates: &Gates<'_>) -> Vec<Redundant> {
    let policy = deployment.policy();
    let mut closed = vec![0u8; policy.flows.len()];
    let mut by: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    let mut tier_sizes: Vec<Option<Sizes>> = vec![None; policy.tiers.len()];

    for (group, direction) in deployment
        .groups
        .iter()
        .flat_map(|group| Direction::ALL.map(|it| (group, it)))
    {
        let gate = Gate::new(group.tier, direction);
        if gates.flows(gate).is_empty() || apart(policy, &mut tier_sizes, group.rules(direction)) {
            continue;
        }
        let mut rules = rules(policy, gates, gate);
        if rules.len() < 2 {
            continue;
        }
        mark(policy, gates, gate, &mut rules);
        let (hidden, mut kept): (Vec<&Rule>, Vec<&Rule>) =
            rules.iter().partition(|rule| rule.covered);
        kept.sort_by_key(|rule| rule.flows[0]);
        for rule in hidden {
            let because = coverers(policy, gates, gate, &kept, rule);
            for flow in &rule.flows {
                closed[*flow as usize] += 1;
                by.entry(*flow).or_default().extend(&because);
            }
        }
    }
    let whole = by
        .into_iter()
        .filter(|(flow, _)| gates.opened_by(*flow) == closed[*flow as usize]);
    let covered = whole.map(|(flow, mut by)| {
        by.sort_unstable();
        by.dedup();
        Redundant { flow, by }
    });
    covered.collect()
}

/// How many IPv4 and how many IPv6 addresses there are somewhere; as many as the type holds stand
/// for all of IPv6.
type Sizes = [u128; 2];

/// Whether no rule can be covered: no pieces of traffic overlap, and with the same traffic no block
/// holds another, and the blocks together have fewer addresses than each peer that is no block. The
/// rules of most groups are so.
fn apart(policy: &Policy, tier_sizes: &mut [Option<Sizes>], rules: &[groups::Rule]) -> bool {
    let mut before: Option<Stretch> = None;

    for same in rules.chunk_by(|a, b| a.traffic == b.traffic) {
        let (protocol, from, to) = stretch(same[0].traffic);
        // lowering leaves rules out beside one for all traffic
        let is_alone = protocol != Protocol::All
            && before.is_none_or(|(other, _, Reverse(end))| other != protocol || end < from);
        before = Some((protocol, from, to));
        if !is_alone || !same.windows(2).all(do_not_nest) {
            return false;
        }

        let blocks = sizes_of_blocks(same);
        let is_larger = |rule: &groups::Rule| match rule.peer {
            Peer::Net(_) => true,
            Peer::Tier(id) => {
                let sizes = tier_sizes[id.index()]
                    .get_or_insert_with(|| sizes_of(&Endpoint::tier(policy, id)));
                exceeds(*sizes, blocks)
            }
            Peer::External(_) | Peer::PrefixList(_) | Peer::Param(_) => {
                exceeds([1 << 32, u128::MAX], blocks)
            }
        };
        if blocks != [0; 2] && !same.iter().all(is_larger) {
            return false;
        }
    }
    true
}

/// Whether two rules that follow each other in the order of peers are not of a block and one in it:
/// the blocks of a family come by address, a wider one before those in it.
fn do_not_nest(pair: &[groups::Rule]) -> bool {
    match (pair[0].peer, pair[1].peer) {
        (Peer::Net(a), Peer::Net(b)) => !a.contains(&b),
        (_, _) => true,
    }
}

/// How many addresses the blocks of rules have, an address in two of them counted twice.
fn sizes_of_blocks(rules: &[groups::Rule]) -> Sizes {
    let mut sizes = [0u128; 2];
    for rule in rules {
        match rule.peer {
            Peer::Net(IpNet::V4(block)) => sizes[0] += 1 << (32 - block.prefix_len()),
            Peer::Net(IpNet::V6(block)) => {
                let size = 1u128.checked_shl(u32::from(128 - block.prefix_len()));
                sizes[1] = sizes[1].saturating_add(size.unwrap_or(u128::MAX));
            }
            Peer::Tier(_) | Peer::External(_) | Peer::PrefixList(_) | Peer::Param(_) => {}
        }
    }
    sizes
}

/// How many addresses an end may have.
fn sizes_of(end: &Endpoint) -> Sizes {
    let v4 = end.addresses.v4.ranges();
    let v6 = end.addresses.v6.ranges();
    [
        v4.iter()
            .map(|(first, last)| u128::from(last - first) + 1)
            .sum(),
        v6.iter()
            .map(|(first, last)| (last - first).saturating_add(1))
            .fold(0, u128::saturating_add),
    ]
}

/// Whether blocks of so many addresses leave some of an end out, in each family that it is in.
fn exceeds(end: Sizes, blocks: Sizes) -> bool {
    let mut families = end.into_iter().zip(blocks);
    families.all(|(end, blocks)| end == 0 || end > blocks)
}

/// The distinct rules of a gate, by peer.
fn rules(policy: &Policy, gates: &Gates<'_>, gate: Gate) -> Vec<Rule> {
    let mut flows: Vec<(Peer, Traffic, u32)> = gates
        .flows(gate)
        .iter()
        .map(|flow| {
            (
                gates.peer(gate, *flow),
                policy.flows[*flow as usize].traffic,
                *flow,
            )
        })
        .collect();
    flows.sort_unstable();
    let same = flows.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1));
    let rule = |same: &[(Peer, Traffic, u32)]| {
        let (peer, traffic, _) = same[0];
        Rule {
            peer,
            traffic,
            flows: same.iter().map(|(.., flow)| *flow).collect(),
            covered: false,
        }
    };
    same.map(rule).collect()
}

/// Marks the rules that others cover.
fn mark(policy: &Policy, gates: &Gates<'_>, gate: Gate, rules: &mut [Rule]) {
    for family in Family::BOTH {
        mark_blocks(rules, family);
    }
    let mut start = 0;
    while start < rules.len() {
        let peer = rules[start].peer;
        let count = rules[start..]
            .iter()
            .take_while(|rule| rule.peer == peer)
            .count();
        if let Some(side) = side(policy, peer) {
            mark_named(policy, gates, gate, &side, &mut rules[start..start + count]);
        }
        start += count;
    }
}

/// Marks rules with one peer that is no block, which blocks cover where they hold all of its
/// addresses.
fn mark_named(policy: &Policy, gates: &Gates<'_>, gate: Gate, side: &Endpoint, rules: &mut [Rule]) {
    let mut uncovered = vec![false; rules.len()];
    let mut applies = vec![false; rules.len()];
    for family in Family::BOTH
        .into_iter()
        .filter(|family| is_in(policy, gates, gate, rules[0].peer, side, *family))
    {
        let background = gates.by_address(gate, side, family);
        if rules.len() < 2 && background.is_empty() {
            if TrafficSet::new(rules[0].traffic, family).is_empty() {
                continue;
            }
            return;
        }
        let own: Vec<usize> = (0..rules.len()).collect();
        let covered = alone(rules, &own, &background, family);
        for n in own {
            let here = !TrafficSet::new(rules[n].traffic, family).is_empty();
            applies[n] |= here;
            uncovered[n] |= here && !covered.contains(&n);
        }
    }
    for (n, rule) in rules.iter_mut().enumerate() {
        rule.covered = applies[n] && !uncovered[n];
    }
}

/// Where the peer of a rule is, for one that is no block.
fn side(policy: &Policy, peer: Peer) -> Option<Endpoint> {
    match peer {
        Peer::Net(_) => None,
        Peer::Tier(id) => Some(Endpoint::tier(policy, id)),
        Peer::External(id) => Some(Endpoint::elsewhere(Who::External(id), Unknown::Group(id))),
        Peer::PrefixList(id) => Some(Endpoint::elsewhere(
            Who::PrefixList(id),
            Unknown::Contents(id),
        )),
        Peer::Param(id) => Some(Endpoint::elsewhere(Who::Param(id), Unknown::Value(id))),
    }
}

/// Whether a gate has to do with a peer that is no block in a family: both may have hosts of it,
/// and a tier that sends may send some of it there.
fn is_in(
    policy: &Policy,
    gates: &Gates<'_>,
    gate: Gate,
    peer: Peer,
    side: &Endpoint,
    family: Family,
) -> bool {
    let (Gate::Inbound(own) | Gate::Outbound(own)) = gate;
    let own = Endpoint::tier(policy, own);
    let is_sent = match (gate, peer) {
        (Gate::Inbound(_), Peer::Tier(sender)) => gates.may_send(sender, &own, family),
        (Gate::Inbound(_) | Gate::Outbound(_), _) => true,
    };
    own.may_be_in(family)
        && side.may_be_in(family)
        && peer_family(policy, peer).is_none_or(|only| only == family)
        && is_sent
}

/// One block with its rules, in the forest that the blocks of a gate are.
struct Node {
    block: IpNet,
    rules: Vec<usize>,
    parent: Option<usize>,
    children: Vec<usize>,
    /// What the blocks around it admit.
    around: TrafficSet,
    /// What the blocks inside it admit at each of its addresses.
    inside: TrafficSet,
}

/// Marks rules with blocks of one family as their peers.
fn mark_blocks(rules: &mut [Rule], family: Family) {
    let mut nodes = forest(rules, family);
    // nothing nests, and no block has two pieces of traffic
    if nodes
        .iter()
        .all(|node| node.parent.is_none() && node.rules.len() < 2)
    {
        return;
    }
    for n in 0..nodes.len() {
        look(rules, &mut nodes, n, family);
    }
    for n in (0..nodes.len()).rev() {
        nodes[n].inside = inside(rules, &nodes, n, family);
    }
    if nodes.iter().any(|node| !node.inside.is_empty()) {
        for n in 0..nodes.len() {
            look(rules, &mut nodes, n, family);
        }
    }
}

/// Marks the rules of one block that the blocks around it cover, and those inside as far as that is
/// known.
fn look(rules: &mut [Rule], nodes: &mut [Node], n: usize, family: Family) {
    if let Some(parent) = nodes[n].parent {
        let kept = nodes[parent]
            .rules
            .iter()
            .filter(|rule| !rules[**rule].covered)
            .map(|rule| rules[*rule].traffic);
        nodes[n].around = nodes[parent]
            .around
            .union(&TrafficSet::of_all(kept, family));
    }
    let node = &nodes[n];
    let own: Vec<usize> = node
        .rules
        .iter()
        .copied()
        .filter(|rule| !rules[*rule].covered)
        .collect();
    let background = node.around.union(&node.inside);
    for covered in alone(rules, &own, &background, family) {
        rules[covered].covered = true;
    }
}

/// The blocks of a family with their rules, outer ones before those inside.
fn forest(rules: &[Rule], family: Family) -> Vec<Node> {
    let mut blocks: Vec<(IpNet, usize)> = Vec::new();
    for (n, rule) in rules.iter().enumerate() {
        match rule.peer {
            Peer::Net(block) if Family::of_block(&block) == family => blocks.push((block, n)),
            Peer::Net(_)
            | Peer::PrefixList(_)
            | Peer::Param(_)
            | Peer::Tier(_)
            | Peer::External(_) => {}
        }
    }
    blocks.sort_unstable_by_key(|(block, n)| (block.network(), block.prefix_len(), *n));
    let mut nodes: Vec<Node> = Vec::new();
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
        let (around, inside) = (TrafficSet::default(), TrafficSet::default());
        let rules = same.iter().map(|(_, rule)| *rule).collect();
        nodes.push(Node {
            block,
            rules,
            parent,
            children: Vec::new(),
            around,
            inside,
        });
        open.push(n);
    }
    nodes
}

/// What the blocks inside a block admit at each of its addresses: something only where they leave
/// no gap.
fn inside(rules: &[Rule], nodes: &[Node], n: usize, family: Family) -> TrafficSet {
    let node = &nodes[n];
    let blocks = node.children.iter().map(|child| &nodes[*child].block);
    if node.children.len() < 2
        || Addresses::from_blocks(blocks) != Addresses::from_blocks([&node.block])
    {
        return TrafficSet::default();
    }
    let whole = |child: &usize| {
        let kept = nodes[*child]
            .rules
            .iter()
            .filter(|rule| !rules[**rule].covered)
            .map(|rule| rules[*rule].traffic);
        TrafficSet::of_all(kept, family).union(&nodes[*child].inside)
    };
    node.children[1..]
        .iter()
        .fold(whole(&node.children[0]), |all, child| {
            all.intersection(&whole(child))
        })
}

/// Of rules with one peer, those that the others and a background cover. A rule is one stretch of
/// ports, of types and codes, or of protocols, so that in their order only neighbours have to be
/// looked at.
fn alone(rules: &[Rule], own: &[usize], background: &TrafficSet, family: Family) -> Vec<usize> {
    let mut order: Vec<(Stretch, usize)> = own
        .iter()
        .map(|n| (stretch(rules[*n].traffic), *n))
        .collect();
    order.sort_unstable();
    let disjoint = order.windows(2).all(|pair| {
        let ((a, _, Reverse(end)), (b, start, _)) = (pair[0].0, pair[1].0);
        a != Protocol::All && (a != b || end < start)
    });
    if disjoint && background.is_empty() {
        return Vec::new();
    }
    let set = |n: usize| TrafficSet::new(rules[n].traffic, family);
    let (mut covered, mut kept): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
    let mut widest: Option<usize> = None;
    for (_, n) in order {
        let one = set(n);
        if one.is_empty() {
            continue;
        }
        if widest.is_some_and(|widest| set(widest).covers(&one)) {
            covered.push(n);
        } else {
            widest = Some(n);
            kept.push(n);
        }
    }
    let mut before: Option<TrafficSet> = None;
    for (n, one) in kept.iter().map(|n| set(*n)).enumerate() {
        let after = kept.get(n + 1).map(|next| set(*next));
        let around = TrafficSet::union_of(
            [Some(background), before.as_ref(), after.as_ref()]
                .into_iter()
                .flatten(),
        );
        if around.covers(&one) {
            covered.push(kept[n]);
        } else {
            before = Some(one);
        }
    }
    covered
}

/// A protocol, and its first and its last number.
type Stretch = (Protocol, u16, Reverse<u16>);

/// Traffic as one stretch. A wider one sorts before those that start with it.
fn stretch(traffic: Traffic) -> Stretch {
    let (from, to) = traffic.stretch();
    (traffic.protocol(), from, Reverse(to))
}

/// The flows that cover a rule: the first rule that does so by itself, else all that have a part in
/// it. The kept rules stand in the order of their flows.
fn coverers(
    policy: &Policy,
    gates: &Gates<'_>,
    gate: Gate,
    kept: &[&Rule],
    covered: &Rule,
) -> Vec<u32> {
    let side = side(policy, covered.peer);
    let there = |family: Family| match (&side, covered.peer) {
        (Some(side), peer) => is_in(policy, gates, gate, peer, side, family),
        (None, Peer::Net(block)) => Family::of_block(&block) == family,
        (None, _) => false,
    };
    let families = Family::BOTH.map(there);
    let one = kept.iter().find(|other| {
        let placed = |family| match other.peer {
            Peer::Net(block) => holds(&block, covered.peer, side.as_ref(), family),
            Peer::PrefixList(_) | Peer::Param(_) | Peer::Tier(_) | Peer::External(_) => false,
        };
        let spoken = |family: Family| families[family as usize] && speaks(covered.traffic, family);
        wider(other.traffic, covered.traffic)
            && (other.peer == covered.peer
                || Family::BOTH.into_iter().filter(|f| spoken(*f)).all(placed))
    });
    match one {
        Some(one) => vec![one.flows[0]],
        None => {
            let part = kept.iter().filter(|other| {
                overlap(other.traffic, covered.traffic) && near(other, covered, &side)
            });
            part.map(|other| other.flows[0]).collect()
        }
    }
}

/// Whether traffic exists in a family.
fn speaks(traffic: Traffic, family: Family) -> bool {
    traffic.family().is_none_or(|only| only == family)
}

/// Whether a block holds every address of a peer in a family.
fn holds(block: &IpNet, peer: Peer, side: Option<&Endpoint>, family: Family) -> bool {
    match (side, peer) {
        (None, Peer::Net(inner)) => block.contains(&inner),
        (Some(side), _) => {
            let ours = Addresses::from_blocks([block]);
            Family::of_block(block) == family
                && side
                    .addresses
                    .in_family(family)
                    .difference(&ours)
                    .is_empty()
        }
        (None, _) => false,
    }
}

/// Whether a rule speaks of some of the addresses of another.
fn near(other: &Rule, covered: &Rule, side: &Option<Endpoint>) -> bool {
    match (other.peer, covered.peer, side) {
        (a, b, _) if a == b => true,
        (Peer::Net(a), Peer::Net(b), _) => a.contains(&b) || b.contains(&a),
        (Peer::Net(a), _, Some(side)) => !side
            .addresses
            .intersection(&Addresses::from_blocks([&a]))
            .is_empty(),
        (_, _, _) => false,
    }
}

/// Whether one piece of traffic has all of another.
fn wider(outer: Traffic, inner: Traffic) -> bool {
    let ((a, from, Reverse(to)), (b, first, Reverse(last))) = (stretch(outer), stretch(inner));
    a == Protocol::All || a == b && from <= first && last <= to
}

/// Whether two pieces of traffic have anything in common.
fn overlap(one: Traffic, other: Traffic) -> bool {
    let ((a, from, Reverse(to)), (b, first, Reverse(last))) = (stretch(one), stretch(other));
    a == Protocol::All || b == Protocol::All || a == b && from <= last && first <= to
}
