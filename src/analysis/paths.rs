//! Chains of flows: how one endpoint reaches another through tiers and externals.
//!
//! At each step a gate of a tier decides, or a rule that the program puts on an external. Steps
//! between other endpoints, of which nothing is known, are not chains of the program.
//!
//! The shortest chains come first, by Yen's algorithm ("Finding the K Shortest Loopless Paths in a
//! Network", 1971): each next chain is the shortest of those that deviate from a known chain at
//! some step. A breadth-first search for each step bounds the time, however many chains there are.
//!
//! An example: `internet → web → app → db`, before `internet → bastion → web → app → db`.

use super::graph::{ReachGraph, SearchDirection};
use super::named_endpoint::NamedEndpoint;
use super::reachability::{Passing, Reachability};
use super::redundant_family::without_redundant_families;
use crate::net::{Family, TrafficSet};
use crate::policy::Policy;
use std::collections::BTreeSet;

/// Chains from some endpoints to others.
#[derive(Debug)]
pub struct Paths {
    /// The chains, the shortest first, those of one length in the order of names.
    pub chains: Vec<Chain>,
    /// Whether there are more.
    pub more: bool,
}

/// One chain.
#[derive(Debug)]
pub struct Chain {
    /// Its endpoints: the first is the sender, the last the receiver, all between are tiers or
    /// externals.
    pub ends: Vec<NamedEndpoint>,
    /// Its steps, one fewer than endpoints.
    pub steps: Vec<Step>,
}

/// One step of a chain.
#[derive(Debug)]
pub struct Step {
    /// The traffic that may pass, in each IP version that both endpoints have; in the last step
    /// only the traffic in question.
    pub passing: Vec<Passing>,
    /// The flows that allow it; empty if the sender is open and the receiver is not a tier.
    pub flows: Vec<u32>,
}

/// Chains as positions of endpoints, by length and then by those positions.
type ShortestFirst = BTreeSet<(usize, Vec<usize>)>;

/// Finds at most `max` chains. Only the last step must carry the traffic in question; the others
/// can carry any traffic.
pub fn find_paths(
    policy: &Policy,
    from: &[NamedEndpoint],
    to: &[NamedEndpoint],
    asked: &dyn Fn(Family) -> TrafficSet,
    max: usize,
) -> Paths {
    let externals = policy.external_ids();
    let externals = externals.map(|id| NamedEndpoint::for_external(policy, id));
    let others = externals.chain(from.iter().chain(to).cloned());
    let mut reachability = Reachability::new(policy, others.collect());
    let groups = policy.tiers.len() + policy.externals.len();
    let graph = ReachGraph::new(&mut reachability, groups);

    let mut found = ShortestFirst::new();
    for source in groups..groups + from.len() {
        for target in groups + from.len()..groups + from.len() + to.len() {
            let search = Search::new(&mut reachability, &graph, (source, target), asked);
            let chains = search.shortest_chains(max + 1).into_iter();
            found.extend(chains.map(|chain| (chain.len(), chain)));
            while found.len() > max + 1 {
                found.pop_last();
            }
        }
    }

    let more = found.len() > max;
    let shortest = found.into_iter().take(max);
    let chains = shortest.map(|(_, nodes)| build_chain(&mut reachability, &nodes, asked));

    Paths {
        chains: chains.collect(),
        more,
    }
}

fn build_chain(
    reachability: &mut Reachability<'_>,
    nodes: &[usize],
    asked: &dyn Fn(Family) -> TrafficSet,
) -> Chain {
    let all = |family| TrafficSet::all(family);
    let last = nodes.len() - 2;
    let mut steps = Vec::new();

    for (n, pair) in nodes.windows(2).enumerate() {
        let asked = if n == last { asked } else { &all };
        let passing = chain_passing(reachability, (pair[0], pair[1]), asked);
        steps.push(Step {
            flows: reachability.admitting_flows(pair[0], pair[1], &passing),
            passing,
        });
    }

    let ends = nodes.iter().map(|node| reachability.ends()[*node].clone());
    Chain {
        ends: ends.collect(),
        steps,
    }
}

/// The traffic in question that passes from one endpoint to another, without redundant families.
fn chain_passing(
    reachability: &mut Reachability<'_>,
    (from, to): (usize, usize),
    asked: &dyn Fn(Family) -> TrafficSet,
) -> Vec<Passing> {
    let passing = match reachability.passing_between(from, to) {
        Some(passing) => reachability.passing(passing.whole),
        None => &[],
    };
    let passing = passing
        .iter()
        .map(|passing| restrict_passing(passing, asked));
    let [from, to] = [from, to].map(|end| &reachability.ends()[end].endpoint);

    without_redundant_families(passing.collect(), |passing| {
        let family = passing.family;
        (from.is_in(family) && to.is_in(family), family, &passing.may)
    })
}

/// The passing traffic in question.
fn restrict_passing(passing: &Passing, asked: &dyn Fn(Family) -> TrafficSet) -> Passing {
    let asked = asked(passing.family);
    Passing {
        family: passing.family,
        may: passing.may.intersection(&asked),
        must: passing.must.intersection(&asked),
    }
}

/// A search for the chains from one endpoint, the source, to another, the target. Neither is an
/// intermediate step.
struct Search<'s> {
    graph: &'s ReachGraph,
    source: usize,
    target: usize,
    /// For each group, whether it can be between: it is not the source or the target.
    is_between: Vec<bool>,
    /// The endpoints that the source reaches in one step.
    first: Vec<usize>,
    /// For each group, whether it reaches the target in one step.
    is_last: Vec<bool>,
}

impl<'s> Search<'s> {
    fn new(
        reachability: &mut Reachability<'_>,
        graph: &'s ReachGraph,
        (source, target): (usize, usize),
        asked: &dyn Fn(Family) -> TrafficSet,
    ) -> Search<'s> {
        let ends = [source, target].map(|end| reachability.ends()[end].endpoint.who);
        let groups = &reachability.ends()[..graph.count()];
        let is_between = groups.iter().map(|end| !ends.contains(&end.endpoint.who));
        let mut search = Search {
            graph,
            source,
            target,
            is_between: is_between.collect(),
            first: Vec::new(),
            is_last: Vec::new(),
        };

        for group in 0..graph.count() {
            let is_between = search.is_between[group];
            let is_last = is_between && carries_asked(reachability, (group, target), asked);
            search.is_last.push(is_last);
            if is_between && reachability.decided_between(source, group).is_some() {
                search.first.push(group);
            }
        }

        if carries_asked(reachability, (source, target), asked) {
            search.first.push(target);
        }

        search
    }

    /// The endpoints that an endpoint reaches in one step.
    fn next_nodes(&self, node: usize) -> Vec<usize> {
        if node == self.source {
            return self.first.clone();
        }
        let mut next = self
            .graph
            .find_neighbours(node, SearchDirection::Forward, |_| true);
        next.retain(|group| self.is_between[*group]);
        next.extend(self.is_last[node].then_some(self.target));
        next
    }

    /// At most `count` chains, the shortest first.
    fn shortest_chains(&self, count: usize) -> Vec<Vec<usize>> {
        let mut found: Vec<Vec<usize>> = Vec::new();
        let mut candidates = ShortestFirst::new();
        let first = self.continue_chain(&[self.source], &[]);
        candidates.extend(first.map(|chain| (chain.len(), chain)));

        while found.len() < count
            && let Some((_, chain)) = candidates.pop_first()
        {
            for kept in 1..chain.len() {
                let start = &chain[..kept];
                let known = found.iter().chain([&chain]);
                let same_start = known.filter(|other| other.starts_with(start));

                let taken: Vec<usize> = same_start
                    .filter_map(|other| other.get(kept))
                    .copied()
                    .collect();
                let other = self.continue_chain(start, &taken);
                candidates.extend(other.map(|chain| (chain.len(), chain)));
            }
            found.push(chain);
        }

        found
    }

    /// The shortest chain that starts with `start` and does not continue with any of `barred`; the
    /// first of several.
    fn continue_chain(&self, start: &[usize], barred: &[usize]) -> Option<Vec<usize>> {
        let here = start.last()?;
        let distances = self.distances_to_target(start);
        let distance = |node: usize| {
            if node == self.target {
                Some(0)
            } else {
                distances[node]
            }
        };

        let nearest = |node: usize, barred: &[usize]| {
            let next = self.next_nodes(node).into_iter();
            let open = next.filter(|next| !barred.contains(next));
            let nearest = open.filter_map(|next| Some((distance(next)?, next))).min();
            nearest.map(|(_, next)| next)
        };

        let mut chain = start.to_vec();
        chain.push(nearest(*here, barred)?);

        while let Some(node) = chain.last().copied().filter(|node| *node != self.target) {
            chain.push(nearest(node, &[])?);
        }

        Some(chain)
    }

    /// The distance of each group from the target, without going through these.
    fn distances_to_target(&self, without: &[usize]) -> Vec<Option<usize>> {
        let mut distances = vec![None; self.graph.count()];
        let mut visited = self.graph.unvisited(SearchDirection::Reverse);
        let mut level: Vec<usize> = (0..distances.len())
            .filter(|group| self.is_last[*group])
            .collect();

        let mut steps = 1;
        while !level.is_empty() {
            level.retain(|group| {
                distances[*group].is_none() && self.is_between[*group] && !without.contains(group)
            });

            for group in &level {
                distances[*group] = Some(steps);
            }

            let senders = |group: usize| {
                self.graph.unvisited_neighbours(
                    group,
                    SearchDirection::Reverse,
                    &mut visited,
                    |_| true,
                )
            };
            level = level.into_iter().flat_map(senders).collect();
            steps += 1;
        }

        distances
    }
}

/// Whether some traffic in question may pass from one endpoint to another, by a gate of the
/// program.
fn carries_asked(
    reachability: &mut Reachability<'_>,
    (from, to): (usize, usize),
    asked: &dyn Fn(Family) -> TrafficSet,
) -> bool {
    let Some(passing) = reachability.decided_between(from, to) else {
        return false;
    };
    let mut passing = reachability.passing(passing.whole).iter();
    passing.any(|passing| !restrict_passing(passing, asked).may.is_empty())
}
