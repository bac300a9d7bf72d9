//! What assertions of a policy are proved by.

use super::super::gate::Gates;
use super::super::named_endpoint::NamedEndpoint;
use super::group_graph::GroupGraph;
use crate::policy::Policy;
use std::cell::OnceCell;

/// A policy and what its gates let pass; each claim is proved in a file of its own.
pub(super) struct Proof<'p> {
    pub(super) policy: &'p Policy,
    pub(super) gates: Gates<'p>,
    /// The traffic between groups, computed for the first assertion that asks for it.
    groups: OnceCell<GroupGraph<'p>>,
}

impl<'p> Proof<'p> {
    pub(super) fn new(policy: &'p Policy, gates: Gates<'p>) -> Proof<'p> {
        Proof {
            policy,
            gates,
            groups: OnceCell::new(),
        }
    }

    /// The traffic between groups.
    pub(super) fn group_graph(&self) -> &GroupGraph<'p> {
        self.groups.get_or_init(|| GroupGraph::new(self.policy))
    }
}

/// Each of one end with each of the other.
pub(super) fn endpoint_pairs<'n>(
    from: &'n [NamedEndpoint],
    to: &'n [NamedEndpoint],
) -> impl Iterator<Item = (&'n NamedEndpoint, &'n NamedEndpoint)> {
    from.iter()
        .flat_map(move |from| to.iter().map(move |to| (from, to)))
}
