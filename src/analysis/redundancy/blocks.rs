//! Rules with blocks, in the forest of the nested blocks of a gate.

use super::covered::covered_rules;
use super::gate_rule::GateRule;
use crate::net::{Addresses, Family, TrafficSet};
use ipnet::IpNet;

/// One block with its rules, in the forest of the nested blocks of a gate.
struct BlockNode {
    block: IpNet,
    rules: Vec<usize>,
    parent: Option<usize>,
    children: Vec<usize>,
    /// The traffic of enclosing blocks.
    around: TrafficSet,
    /// The traffic that inner blocks admit at each of its addresses.
    inside: TrafficSet,
}

/// Marks rules with blocks of one family as their peers.
pub(super) fn mark_blocks(rules: &mut [GateRule], family: Family) {
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

    // a second pass, after the traffic of inner blocks is known
    if nodes.iter().any(|node| !node.inside.is_empty()) {
        for n in 0..nodes.len() {
            mark_block(rules, &mut nodes, n, family);
        }
    }
}

/// Marks the rules of one block that enclosing blocks cover, and inner blocks as far as they are
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
    /// The traffic of its rules that are not redundant.
    fn admitted_traffic(&self, rules: &[GateRule], family: Family) -> TrafficSet {
        let rules = self.rules.iter().map(|rule| &rules[*rule]);
        let needed = rules.filter(|rule| !rule.is_redundant);
        TrafficSet::from_traffic(needed.map(|rule| rule.traffic), family)
    }
}

/// The blocks of a family with their rules, outer ones first.
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

/// The traffic that inner blocks admit at each address of a block: only if together they cover it.
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
