//! What passes between the groups of a policy, its tiers and externals, as a graph.

use super::super::graph::{ReachGraph, SearchDirection};
use super::super::named_endpoint::{self, NamedEndpoint};
use super::super::reachability::{Passing, PassingId, Reachability};
use crate::net::{PerFamily, Traffic};
use crate::policy::{Policy, TierId};
use crate::source::Span;
use std::ops::Range;

/// The traffic between groups: the tiers by id, then the externals. The graph has no edge between
/// two externals where no rule of the program decides.
pub(super) struct GroupGraph<'p> {
    pub(super) reachability: Reachability<'p>,
    pub(super) graph: ReachGraph,
    tiers: usize,
}

/// Whether a search uses flows that may pass, or flows that must pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Certainty {
    May,
    Must,
}

impl<'p> GroupGraph<'p> {
    pub(super) fn new(policy: &'p Policy) -> GroupGraph<'p> {
        let externals = policy.external_ids();
        let externals = externals.map(|id| NamedEndpoint::for_external(policy, id));
        let mut reachability = Reachability::new(policy, externals.collect());
        let count = reachability.ends().len();
        let graph = ReachGraph::new(&mut reachability, count);
        GroupGraph {
            reachability,
            graph,
            tiers: policy.tiers.len(),
        }
    }

    /// The tiers, then the externals.
    pub(super) fn groups(&self) -> &[NamedEndpoint] {
        self.reachability.ends()
    }

    /// The positions of the externals.
    pub(super) fn externals(&self) -> Range<usize> {
        self.tiers..self.groups().len()
    }

    /// Whether any traffic passes.
    pub(super) fn is_passable(&self, id: PassingId, certainty: Certainty) -> bool {
        let mut passing = self.reachability.passing(id).iter();
        match certainty {
            Certainty::May => true,
            Certainty::Must => passing.any(|passing| !passing.must.is_empty()),
        }
    }

    /// The tiers that may send traffic in question to another, sorted.
    pub(super) fn possible_senders(&self, to: TierId, on: &[(Span, Traffic)]) -> Vec<TierId> {
        let asked =
            PerFamily::from_fn(|family| named_endpoint::asked_traffic(asked_traffic(on), family));
        let is_asked = |passing: &Passing| {
            let asked = passing.may.intersection(&asked[passing.family]);
            !asked.is_empty()
        };
        let is_some_asked = |id| self.reachability.passing(id).iter().any(is_asked);
        let senders =
            self.graph
                .find_neighbours(to.index(), SearchDirection::Reverse, is_some_asked);
        let senders = senders.into_iter().filter(|group| *group < self.tiers);
        senders.map(|tier| TierId(tier as u32)).collect()
    }
}

/// The traffic in question.
pub(super) fn asked_traffic(on: &[(Span, Traffic)]) -> impl Iterator<Item = Traffic> + '_ {
    on.iter().map(|(_, traffic)| *traffic)
}
