//! Chains of flows: how one end comes to another by way of tiers.
//!
//! The shortest chains come first, found one after the other as Yen's algorithm does ("Finding the K Shortest
//! Loopless Paths in a Network", 1971): each next chain is the shortest of those that leave a chain already found
//! at some step. A search in breadth for each step bounds the time, however many chains there are.

use super::ends::Named;
use super::links::{KindId, Links, Passing};
use super::reach::Who;
use crate::net::{Family, TrafficSet};
use crate::policy::Policy;
use std::collections::{BTreeSet, VecDeque};

/// Chains from some ends to others.
#[derive(Debug)]
pub struct Paths {
    /// The chains, the shortest first, those of one length in the order of the ends' names.
    pub chains: Vec<Chain>,
    /// Whether there are others.
    pub more: bool,
}

/// One chain.
#[derive(Debug)]
pub struct Chain {
    /// The ends on it: the first sends, the last is reached, all between are tiers.
    pub ends: Vec<Named>,
    /// Its steps, one fewer.
    pub steps: Vec<Step>,
}

/// One step of a chain.
#[derive(Debug)]
pub struct Step {
    /// What may pass, in each IP version that both ends have; of the last step only what is asked about.
    pub passing: Vec<Passing>,
    /// The flows that let it through; none where the sender is open and the receiver no tier.
    pub flows: Vec<u32>,
}

/// Finds at most `max` chains. What is asked about is what the last step may carry; the others may carry anything.
pub fn paths(policy: &Policy, from: &[Named], to: &[Named], asked: &dyn Fn(Family) -> TrafficSet, max: usize) -> Paths {
    let others: Vec<Named> = from.iter().chain(to).cloned().collect();
    let tiers = policy.tiers.len();
    let mut links = Links::new(policy, others);
    let mut found: BTreeSet<(usize, Vec<usize>)> = BTreeSet::new();
    let pairs = (0..from.len()).flat_map(|source| (0..to.len()).map(move |target| (source, target)));
    for (source, target) in pairs {
        let (source, target) = (tiers + source, tiers + from.len() + target);
        let map = Map::new(&mut links, tiers, source, target, asked);
        found.extend(map.shortest(max + 1).into_iter().map(|chain| (chain.len(), chain)));
        while found.len() > max + 1 {
            found.pop_last();
        }
    }
    let more = found.len() > max;
    let chains = found.into_iter().take(max).map(|(_, nodes)| chain(&mut links, &nodes, asked));
    Paths { chains: chains.collect(), more }
}

fn chain(links: &mut Links<'_>, nodes: &[usize], asked: &dyn Fn(Family) -> TrafficSet) -> Chain {
    let last = nodes.len() - 2;
    let steps = nodes.windows(2).enumerate().map(|(n, step)| {
        let kind = links.between(step[0], step[1]);
        let passing = kind.map_or(&[][..], |kind| links.kind(kind)).iter().cloned();
        let passing: Vec<Passing> =
            passing.map(|passing| if n == last { within(&passing, asked) } else { passing }).collect();
        Step { flows: links.letting(step[0], step[1], &passing), passing }
    });
    let steps = steps.collect();
    Chain { ends: nodes.iter().map(|node| links.ends()[*node].clone()).collect(), steps }
}

/// What is asked about of what passes.
fn within(passing: &Passing, asked: &dyn Fn(Family) -> TrafficSet) -> Passing {
    let asked = asked(passing.family);
    let (may, must) = (passing.may.intersection(&asked), passing.must.intersection(&asked));
    Passing { family: passing.family, may, must }
}

/// The steps that lead from one end to another: for each node the nodes that it may reach.
struct Map {
    next: Vec<Vec<usize>>,
    before: Vec<Vec<usize>>,
    source: usize,
    target: usize,
}

impl Map {
    fn new(
        links: &mut Links<'_>,
        tiers: usize,
        source: usize,
        target: usize,
        asked: &dyn Fn(Family) -> TrafficSet,
    ) -> Map {
        let ends = [source, target].map(|end| links.ends()[end].side.who);
        // what the chain begins or ends with is not passed on the way
        let between: Vec<usize> = (0..tiers).filter(|tier| !ends.contains(&links.ends()[*tier].side.who)).collect();
        let count = links.ends().len();
        let mut map = Map { next: vec![Vec::new(); count], before: vec![Vec::new(); count], source, target };
        let last = |links: &Links<'_>, kind: KindId| {
            links.kind(kind).iter().any(|passing| !within(passing, asked).may.is_empty())
        };
        for from in between.iter().copied().chain([source]) {
            for to in between.iter().copied().filter(|to| *to != from) {
                if links.between(from, to).is_some() {
                    map.add(from, to);
                }
            }
            // between two ends outside, nothing of the program decides
            let decided = from != source || ends.iter().any(|who| matches!(who, Who::Tier(_)));
            if decided && links.between(from, target).is_some_and(|kind| last(links, kind)) {
                map.add(from, target);
            }
        }
        map
    }

    fn add(&mut self, from: usize, to: usize) {
        self.next[from].push(to);
        self.before[to].push(from);
    }

    /// At most `count` chains, the shortest first.
    fn shortest(&self, count: usize) -> Vec<Vec<usize>> {
        let mut found: Vec<Vec<usize>> = Vec::new();
        let mut waiting: BTreeSet<(usize, Vec<usize>)> = BTreeSet::new();
        waiting.extend(self.continued(&[self.source], &[]).map(|chain| (chain.len(), chain)));
        while found.len() < count
            && let Some((_, chain)) = waiting.pop_first()
        {
            found.push(chain);
            let chain = &found[found.len() - 1];
            for kept in 1..chain.len() {
                let start = &chain[..kept];
                let taken = found.iter().filter(|other| other.starts_with(start)).filter_map(|other| other.get(kept));
                let taken: Vec<usize> = taken.copied().collect();
                waiting.extend(self.continued(start, &taken).map(|chain| (chain.len(), chain)));
            }
        }
        found
    }

    /// The shortest chain that begins like this and does not go on to any of `barred`; of several the first.
    fn continued(&self, start: &[usize], barred: &[usize]) -> Option<Vec<usize>> {
        let (here, passed) = start.split_last()?;
        let mut far = vec![usize::MAX; self.next.len()];
        far[self.target] = 0;
        let mut waiting = VecDeque::from([self.target]);
        while let Some(node) = waiting.pop_front() {
            for before in &self.before[node] {
                if far[*before] == usize::MAX && before != here && !passed.contains(before) {
                    far[*before] = far[node] + 1;
                    waiting.push_back(*before);
                }
            }
        }
        let nearest = |node: usize, barred: &[usize]| {
            let open = self.next[node].iter().filter(|next| !barred.contains(next) && far[**next] != usize::MAX);
            open.min_by_key(|next| (far[**next], **next)).copied()
        };
        let mut chain = start.to_vec();
        chain.push(nearest(*here, barred)?);
        while let Some(node) = chain.last().copied().filter(|node| *node != self.target) {
            chain.push(nearest(node, &[])?);
        }
        Some(chain)
    }
}
