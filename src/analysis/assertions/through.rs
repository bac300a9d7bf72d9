//! `assert internet can reach db only through web, app`: no chain of flows bypasses these tiers,
//! and one chain is certain to carry the service.

use super::super::gate::{Endpoint, Who};
use super::super::graph::SearchDirection;
use super::super::named_endpoint::{self, NamedEndpoint};
use super::can::{Obstacle, service_groups, service_name};
use super::group_graph::{Certainty, asked_traffic};
use super::proof::{Proof, endpoint_pairs};
use crate::diagnostic::{AssertionProblem, Problem, Problems};
use crate::net::{Family, Traffic};
use crate::policy::{Assertion, TierId};
use crate::source::Span;
use std::collections::VecDeque;

/// A query for a chain.
struct ChainQuery<'q> {
    from: &'q NamedEndpoint,
    to: &'q NamedEndpoint,
    /// The tiers that it must not contain.
    barred: &'q [TierId],
    /// The flows that it can contain.
    certainty: Certainty,
    /// Whether an endpoint reaches the receiver on the traffic in question. Only the last step must
    /// carry it, because an attacker in a tier of the chain can continue with any traffic.
    reaches: &'q dyn Fn(&Endpoint) -> bool,
}

impl Proof<'_> {
    pub(super) fn prove_through(
        &self,
        assertion: &Assertion,
        from: &[NamedEndpoint],
        to: &[NamedEndpoint],
        through: &[TierId],
        problems: &mut Problems,
    ) {
        for (from, to) in endpoint_pairs(from, to) {
            let problem = self.find_bypass(assertion, from, to, through).or_else(|| {
                service_groups(&assertion.on)
                    .find_map(|service| self.no_sure_chain(assertion, from, to, service))
            });
            problems.extend(problem);
        }
    }

    /// The problem of a chain that may pass and bypasses the required tiers.
    fn find_bypass(
        &self,
        assertion: &Assertion,
        from: &NamedEndpoint,
        to: &NamedEndpoint,
        through: &[TierId],
    ) -> Option<Problem> {
        // an endpoint that is one of them is on every chain
        let is_one = |end: &NamedEndpoint| {
            let tier = end.endpoint.who.tier();
            tier.is_some_and(|tier| through.contains(&tier))
        };

        if is_one(from) || is_one(to) {
            return None;
        }

        let reaches =
            |here: &Endpoint| self.some_passes(here, &to.endpoint, &assertion.on, Certainty::May);
        let chain = self.shortest_chain(&ChainQuery {
            from,
            to,
            barred: through,
            certainty: Certainty::May,
            reaches: &reaches,
        })?;

        let has = |is_it: fn(Who) -> bool| chain.iter().any(|end| is_it(end.endpoint.who));
        let note = if has(|who| who.tier().is_some()) {
            ""
        } else if has(|who| who.group().is_some()) {
            ": none of them is a tier, and the other rules of an external are unknown"
        } else {
            ": neither is a tier, so no group of the program applies"
        };

        Some(Problem::Assertion(AssertionProblem::Bypassed {
            span: assertion.span,
            from: from.name.clone(),
            to: to.name.clone(),
            chain: chain_arrows(&chain) + note,
        }))
    }

    /// The problem of a service that no chain is certain to carry: the shortest possible chain,
    /// with its first step that is not certain.
    fn no_sure_chain(
        &self,
        assertion: &Assertion,
        from: &NamedEndpoint,
        to: &NamedEndpoint,
        service: &[(Span, Traffic)],
    ) -> Option<Problem> {
        let surely = |here: &Endpoint| self.is_sure(here, &to.endpoint, service);
        let perhaps =
            |here: &Endpoint| self.some_passes(here, &to.endpoint, service, Certainty::May);
        let query = |certainty, reaches| ChainQuery {
            from,
            to,
            barred: &[],
            certainty,
            reaches,
        };

        if self
            .shortest_chain(&query(Certainty::Must, &surely))
            .is_some()
        {
            return None;
        }

        let (span, names) = (assertion.span, [from, to].map(|end| end.name.clone()));
        let Some(chain) = self.shortest_chain(&query(Certainty::May, &perhaps)) else {
            let [from, to] = names;
            let on = service
                .first()
                .map(|(place, traffic)| service_name(assertion, *place, *traffic));
            return Some(Problem::Assertion(AssertionProblem::NoChain {
                span,
                from,
                to,
                on,
            }));
        };

        let (near, far, obstacle) = self.unsure_step(assertion, &chain, service)?;
        let step = [near, far].map(|end| end.name.clone());

        Some(obstacle.into_unsure_chain(span, names, chain_arrows(&chain), step))
    }

    /// The first step of a chain that is not certain, and why.
    fn unsure_step<'c>(
        &self,
        assertion: &Assertion,
        chain: &'c [NamedEndpoint],
        service: &[(Span, Traffic)],
    ) -> Option<(&'c NamedEndpoint, &'c NamedEndpoint, Obstacle)> {
        let last = chain.len() - 2;
        chain.windows(2).enumerate().find_map(|(n, step)| {
            let (near, far) = (&step[0], &step[1]);
            let obstacle = if n == last {
                self.find_obstacle(near, far, service, assertion)
            } else {
                self.obstacle_on_the_way(near, far)
            };
            Some((near, far, obstacle?))
        })
    }

    /// Why no traffic is certain to pass.
    fn obstacle_on_the_way(&self, near: &NamedEndpoint, far: &NamedEndpoint) -> Option<Obstacle> {
        if self.some_passes(&near.endpoint, &far.endpoint, &[], Certainty::Must) {
            return None;
        }
        let mut obstacle = self.obstacle_to_all(near, far);
        obstacle.what = "anything".to_string();
        Some(obstacle)
    }

    /// The shortest chain of flows through tiers and externals.
    fn shortest_chain(&self, query: &ChainQuery<'_>) -> Option<Vec<NamedEndpoint>> {
        let graph = self.group_graph();
        let groups = graph.groups();
        let (from, to) = (&query.from.endpoint, &query.to.endpoint);
        let first = from.who.tier().map(TierId::index);

        let is_passable = |group: usize| {
            let who = groups[group].endpoint.who;
            let is_barred = who.tier().is_some_and(|id| query.barred.contains(&id));
            who != from.who && who != to.who && !is_barred
        };

        // `None` is the sender, which is no group or is not visited again
        let mut before: Vec<Option<Option<usize>>> = vec![None; groups.len()];
        let mut visited = graph.graph.unvisited(SearchDirection::Forward);
        let mut queue: VecDeque<Option<usize>> = VecDeque::from([None]);

        while let Some(at) = queue.pop_front() {
            let here = at.map_or(from, |group| &groups[group].endpoint);
            if (query.reaches)(here) {
                return Some(chain_ends(query, at, &before, groups));
            }

            let mut next = match at.or(first) {
                Some(group) => {
                    let passes = |id| graph.is_passable(id, query.certainty);
                    let direction = SearchDirection::Forward;
                    graph
                        .graph
                        .unvisited_neighbours(group, direction, &mut visited, passes)
                }
                None => self.reached_groups(here, 0..groups.len(), query.certainty),
            };

            // the graph has no edge between two externals without a rule of the program
            if at.is_some_and(|group| graph.externals().contains(&group)) {
                let unvisited = graph.externals().filter(|group| before[*group].is_none());
                next.extend(self.reached_groups(here, unvisited, query.certainty));
            }

            for next in next {
                if before[next].is_none() && is_passable(next) {
                    before[next] = Some(at);
                    queue.push_back(Some(next));
                }
            }
        }
        None
    }

    /// Those of some groups that an endpoint reaches in one step.
    fn reached_groups(
        &self,
        from: &Endpoint,
        groups: impl Iterator<Item = usize>,
        certainty: Certainty,
    ) -> Vec<usize> {
        let ends = self.group_graph().groups();
        let is_reached =
            |group: &usize| self.some_passes(from, &ends[*group].endpoint, &[], certainty);
        groups.filter(is_reached).collect()
    }

    /// Whether any traffic in question passes.
    fn some_passes(
        &self,
        from: &Endpoint,
        to: &Endpoint,
        on: &[(Span, Traffic)],
        certainty: Certainty,
    ) -> bool {
        Family::BOTH.into_iter().any(|family| {
            let asked = named_endpoint::asked_traffic(asked_traffic(on), family);
            let passes = match certainty {
                Certainty::May => self.gates.may_pass(from, to, family, &asked),
                Certainty::Must => self.gates.must_pass(from, to, family, &asked),
            };
            !passes.is_empty()
        })
    }
}

/// The endpoints of a chain, from the predecessors of the search.
fn chain_ends(
    query: &ChainQuery<'_>,
    last: Option<usize>,
    before: &[Option<Option<usize>>],
    groups: &[NamedEndpoint],
) -> Vec<NamedEndpoint> {
    let way = std::iter::successors(last, |group| before[*group].flatten());
    let way = way.map(|group| groups[group].clone());
    let mut chain = vec![query.to.clone()];
    chain.extend(way);
    chain.push(query.from.clone());
    chain.reverse();
    chain
}

/// `web → app → db`
fn chain_arrows(chain: &[NamedEndpoint]) -> String {
    let names: Vec<&str> = chain.iter().map(|end| end.name.as_str()).collect();
    names.join(" → ")
}
