//! What passes between the tiers of a policy, as a graph.

use super::super::graph::{ReachGraph, SearchDirection};
use super::super::named_endpoint;
use super::super::reachability::{Passing, PassingId, Reachability};
use crate::net::{PerFamily, Traffic};
use crate::policy::{Policy, TierId};
use crate::source::Span;

/// The traffic between tiers.
pub(super) struct TierGraph<'p> {
    pub(super) reachability: Reachability<'p>,
    pub(super) graph: ReachGraph,
}

/// Whether a search uses flows that may pass, or flows that must pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Certainty {
    May,
    Must,
}

impl<'p> TierGraph<'p> {
    pub(super) fn new(policy: &'p Policy) -> TierGraph<'p> {
        let mut reachability = Reachability::new(policy, Vec::new());
        let graph = ReachGraph::new(&mut reachability, policy.tiers.len());
        TierGraph {
            reachability,
            graph,
        }
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
        let senders = senders.into_iter();
        senders.map(|tier| TierId(tier as u32)).collect()
    }
}

/// The traffic in question.
pub(super) fn asked_traffic(on: &[(Span, Traffic)]) -> impl Iterator<Item = Traffic> + '_ {
    on.iter().map(|(_, traffic)| *traffic)
}
