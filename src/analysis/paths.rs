//! Chains of flows: how one end comes to another by way of tiers.
//!
//! The shortest chains come first, found one after the other as Yen's algorithm does ("Finding the
//! K Shortest Loopless Paths in a Network", 1971): each next chain is the shortest of those that
//! leave a chain already found at some step. A search in breadth for each step bounds the time,
//! however many chains there are.

use super::gate::Who;
use super::graph::{Direction, ReachGraph};
use super::named_endpoint::NamedEndpoint;
use super::reachability::{Passing, Reachability, without_redundant_families};
use crate::net::{Family, TrafficSet};
use crate::policy::{Policy, TierId};
use std::collections::BTreeSet;

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
    pub ends: Vec<NamedEndpoint>,
    /// Its steps, one fewer.
    pub steps: Vec<Step>,
}

/// One step of a chain.
#[derive(Debug)]
pub struct Step {
    /// What may pass, in each IP version that both ends have; of the last step only what is asked
    /// about.
    pub passing: Vec<Passing>,
    /// The flows that let it through; none where the sender is open and the receiver no tier.
    pub flows: Vec<u32>,
}

/// Finds at most `max` chains. What is asked about is what the last step may carry; the others may
/// carry anything.
pub fn paths(
    policy: &Policy,
    from: &[NamedEndpoint],
    to: &[NamedEndpoint],
    asked: &dyn Fn(Family) -> TrafficSet,
    max: usize,
) -> Paths {
    let others: Vec<NamedEndpoint> = from.iter().chain(to).cloned().collect();
    let tiers = policy.tiers.len();
    let mut links = Reachability::new(policy, others);
    let graph = ReachGraph::new(&mut links, tiers);
    let mut found: BTreeSet<(usize, Vec<usize>)> = BTreeSet::new();
    let pairs =
        (0..from.len()).flat_map(|source| (0..to.len()).map(move |target| (source, target)));
    for (source, target) in pairs {
        let (source, target) = (tiers + source, tiers + from.len() + target);
        let map = Map::new(&mut links, &graph, (source, target), asked);
        found.extend(
            map.shortest(max + 1)
                .into_iter()
                .map(|chain| (chain.len(), chain)),
        );
        while found.len() > max + 1 {
            found.pop_last();
        }
    }
    let more = found.len() > max;
    let chains = found
        .into_iter()
        .take(max)
        .map(|(_, nodes)| chain(&mut links, &nodes, asked));
    Paths {
        chains: chains.collect(),
        more,
    }
}

fn chain(
    links: &mut Reachability<'_>,
    nodes: &[usize],
    asked: &dyn Fn(Family) -> TrafficSet,
) -> Chain {
    let last = nodes.len() - 2;
    let steps = nodes.windows(2).enumerate().map(|(n, step)| {
        let all = |family| TrafficSet::all(family);
        let passing = passing(
            links,
            (step[0], step[1]),
            if n == last { asked } else { &all },
        );
        Step {
            flows: links.letting(step[0], step[1], &passing),
            passing,
        }
    });
    let steps = steps.collect();
    Chain {
        ends: nodes
            .iter()
            .map(|node| links.ends()[*node].clone())
            .collect(),
        steps,
    }
}

/// What passes from one end to another, of what is asked about; in an IP version that they perhaps
/// do not have only what is new.
fn passing(
    links: &mut Reachability<'_>,
    (from, to): (usize, usize),
    asked: &dyn Fn(Family) -> TrafficSet,
) -> Vec<Passing> {
    let kind = links.between(from, to);
    let whole = kind.map_or(&[][..], |kind| links.kind(kind.whole)).iter();
    let passing = whole.map(|passing| within(passing, asked)).collect();
    let is_sure = |family| {
        [from, to]
            .iter()
            .all(|end| links.ends()[*end].side.is_in(family))
    };
    without_redundant_families(passing, |passing| {
        (is_sure(passing.family), passing.family, &passing.may)
    })
}

/// What is asked about of what passes.
fn within(passing: &Passing, asked: &dyn Fn(Family) -> TrafficSet) -> Passing {
    let asked = asked(passing.family);
    let (may, must) = (
        passing.may.intersection(&asked),
        passing.must.intersection(&asked),
    );
    Passing {
        family: passing.family,
        may,
        must,
    }
}

/// The steps that lead from one end to another. What a chain begins or ends with is not passed on
/// the way.
struct Map<'s> {
    graph: &'s ReachGraph,
    ends: [Who; 2],
    source: usize,
    target: usize,
    /// Where the source goes.
    first: Vec<usize>,
    /// For each tier, whether it goes to the target.
    last: Vec<bool>,
}

impl<'s> Map<'s> {
    fn new(
        links: &mut Reachability<'_>,
        graph: &'s ReachGraph,
        (source, target): (usize, usize),
        asked: &dyn Fn(Family) -> TrafficSet,
    ) -> Map<'s> {
        let ends = [source, target].map(|end| links.ends()[end].side.who);
        let mut map = Map {
            graph,
            ends,
            source,
            target,
            first: Vec::new(),
            last: Vec::new(),
        };
        let last = |links: &mut Reachability<'_>, from: usize| {
            let kind = links.between(from, target);
            kind.is_some_and(|kind| {
                links
                    .kind(kind.whole)
                    .iter()
                    .any(|passing| !within(passing, asked).may.is_empty())
            })
        };
        for tier in 0..graph.count() {
            map.last.push(map.is_between(tier) && last(links, tier));
            if map.is_between(tier) && links.between(source, tier).is_some() {
                map.first.push(tier);
            }
        }
        // between two ends outside, nothing of the program decides
        if ends.iter().any(|who| matches!(who, Who::Tier(_))) && last(links, source) {
            map.first.push(target);
        }
        map
    }

    fn is_between(&self, tier: usize) -> bool {
        !self.ends.contains(&Who::Tier(TierId(tier as u32)))
    }

    /// Where a node goes.
    fn next(&self, node: usize) -> Vec<usize> {
        if node == self.source {
            return self.first.clone();
        }
        let mut next = self.graph.neighbours(node, Direction::Forward, |_| true);
        next.retain(|tier| self.is_between(*tier));
        next.extend(self.last[node].then_some(self.target));
        next
    }

    /// At most `count` chains, the shortest first.
    fn shortest(&self, count: usize) -> Vec<Vec<usize>> {
        let mut found: Vec<Vec<usize>> = Vec::new();
        let mut waiting: BTreeSet<(usize, Vec<usize>)> = BTreeSet::new();
        waiting.extend(
            self.continued(&[self.source], &[])
                .map(|chain| (chain.len(), chain)),
        );
        while found.len() < count
            && let Some((_, chain)) = waiting.pop_first()
        {
            found.push(chain);
            let chain = &found[found.len() - 1];
            for kept in 1..chain.len() {
                let start = &chain[..kept];
                let taken = found
                    .iter()
                    .filter(|other| other.starts_with(start))
                    .filter_map(|other| other.get(kept));
                let taken: Vec<usize> = taken.copied().collect();
                waiting.extend(
                    self.continued(start, &taken)
                        .map(|chain| (chain.len(), chain)),
                );
            }
        }
        found
    }

    /// The shortest chain that begins like this and does not go on to any of `barred`; of several
    /// the first.
    fn continued(&self, start: &[usize], barred: &[usize]) -> Option<Vec<usize>> {
        let here = start.last()?;
        let far = self.far(start);
        let far = |node: usize| {
            if node == self.target {
                Some(0)
            } else {
                far[node]
            }
        };
        let nearest = |node: usize, barred: &[usize]| {
            let open = self
                .next(node)
                .into_iter()
                .filter(|next| !barred.contains(next));
            open.filter_map(|next| Some((far(next)?, next)))
                .min()
                .map(|(_, next)| next)
        };
        let mut chain = start.to_vec();
        chain.push(nearest(*here, barred)?);
        while let Some(node) = chain.last().copied().filter(|node| *node != self.target) {
            chain.push(nearest(node, &[])?);
        }
        Some(chain)
    }

    /// For each tier how many steps it is from the target, without a way through these.
    fn far(&self, without: &[usize]) -> Vec<Option<usize>> {
        let mut far = vec![None; self.graph.count()];
        let mut visited = self.graph.unvisited(Direction::Reverse);
        let mut level: Vec<usize> = (0..far.len()).filter(|tier| self.last[*tier]).collect();
        let mut steps = 1;
        while !level.is_empty() {
            level.retain(|tier| {
                far[*tier].is_none() && self.is_between(*tier) && !without.contains(tier)
            });
            level.iter().for_each(|tier| far[*tier] = Some(steps));
            let before = |tier: usize| {
                self.graph
                    .unvisited_neighbours(tier, Direction::Reverse, &mut visited, |_| true)
            };
            level = level.into_iter().flat_map(before).collect();
            steps += 1;
        }
        far
    }
}
