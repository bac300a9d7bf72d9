//! The graph of endpoints that may send to each other, without an edge for each pair.
//!
//! Endpoints of one class, whose own gates have the same profile, are one group of senders or of
//! receivers: the same traffic passes between all members of two groups. Each pair for which a gate
//! makes an exception is one edge; there are about as many exceptions as rules. So a search that
//! expands each group once is linear in the number of endpoints, rules and pairs of groups.
//!
//! An example: if a thousand tiers may all send to each other, there is one group of senders, one
//! of receivers, and one edge between the two, instead of a million edges.

use super::end_set::EndSet;
use super::interned::Interned;
use super::reachability::{PairPassing, PassingId, Reachability, RoleProfile};
use std::collections::BTreeMap;

/// The traffic that may pass between endpoints where a gate of the program decides: that of a tier,
/// or of an external by a rule that the program puts on it.
#[derive(Debug)]
pub(super) struct ReachGraph {
    /// The endpoints as senders, and as receivers.
    roles: [NodeRole; 2],
}

/// The endpoints in one role.
#[derive(Debug, Default)]
struct NodeRole {
    /// The group of each endpoint.
    group_of: Vec<u32>,
    /// The endpoints of each group, sorted.
    members: Vec<Vec<u32>>,
    /// For each group, the groups of the other role with which traffic may pass.
    adjacent: Vec<Vec<(u32, PairPassing)>>,
    /// For each endpoint, the exceptions in the other role with which traffic may pass, sorted.
    exceptions: Exceptions,
}

/// Lists of endpoints with the passing traffic, one for each endpoint, stored consecutively.
#[derive(Debug, Default)]
struct Exceptions {
    starts: Vec<u32>,
    ends: Vec<u32>,
    passing: Vec<PairPassing>,
}

/// The direction in which edges are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SearchDirection {
    /// From senders to receivers.
    Forward,
    /// From receivers to senders.
    Reverse,
}

/// The state of one search.
#[derive(Debug)]
pub(super) struct Visited {
    /// Whether a group has been expanded.
    expanded: Vec<bool>,
    /// Whether a group has been found as a neighbour.
    found: Vec<bool>,
}

impl ReachGraph {
    /// The graph of the first `count` endpoints.
    pub(super) fn new(reachability: &mut Reachability<'_>, count: usize) -> ReachGraph {
        let mut roles: [NodeRole; 2] = [0, 1]
            .map(|role| NodeRole::new((0..count).map(|end| reachability.role_profiles(end)[role])));
        let [senders, receivers] = &mut roles;
        connect_groups(reachability, senders, receivers);

        let mut pairs = reachability.excepted_pairs(count);
        pairs.sort_unstable();
        pairs.dedup();

        let passing = pairs.into_iter().filter_map(|(from, to)| {
            let passing = reachability.passing_between(from as usize, to as usize)?;
            Some((from, to, passing))
        });
        let mut edges: Vec<(u32, u32, PairPassing)> = passing.collect();
        senders.exceptions = Exceptions::new(count, &edges);

        for (from, to, _) in &mut edges {
            std::mem::swap(from, to);
        }

        edges.sort_unstable_by_key(|(to, from, _)| (*to, *from));
        receivers.exceptions = Exceptions::new(count, &edges);

        ReachGraph { roles }
    }

    /// The number of endpoints.
    pub(super) fn count(&self) -> usize {
        self.roles[0].group_of.len()
    }

    /// The neighbours of an endpoint, sorted, with the passing traffic.
    pub(super) fn edges_from(
        &self,
        end: usize,
        direction: SearchDirection,
    ) -> Vec<(usize, PairPassing)> {
        let (here, there) = self.roles_of(direction);
        let (ends, passing) = here.exceptions.of_end(end);
        let exceptions = ends.iter().copied().zip(passing.iter().copied());
        let adjacent = here.adjacent_to(end).iter();

        let by_group = adjacent.flat_map(|(group, passing)| {
            let members = there.members[*group as usize].iter();
            members.map(|other| (*other, *passing))
        });

        let edges = exceptions.chain(by_group);
        let mut edges: Vec<(usize, PairPassing)> = edges
            .map(|(other, passing)| (other as usize, passing))
            .collect();

        // the sort is stable: of two edges to one endpoint, the exception is first and is kept
        edges.sort_by_key(|(other, _)| *other);
        edges.dedup_by_key(|(other, _)| *other);

        edges
    }

    /// The senders to an endpoint by the traffic that they may send, those before `split` separate
    /// from the others.
    pub(super) fn senders_by_passing(
        &self,
        to: usize,
        split: usize,
    ) -> BTreeMap<PassingId, [EndSet<'_>; 2]> {
        let (here, there) = self.roles_of(SearchDirection::Reverse);
        let (exceptions, passing) = here.exceptions.of_end(to);
        let side = |end: u32| usize::from(end as usize >= split);
        let nobody = || [EndSet::without(exceptions), EndSet::without(exceptions)];
        let mut found: BTreeMap<PassingId, [EndSet<'_>; 2]> = BTreeMap::new();

        let mut passing_of: BTreeMap<u32, PassingId> = BTreeMap::new();
        for (group, passing) in here.adjacent_to(to) {
            let members = &there.members[*group as usize];
            let sets = found.entry(passing.reduced).or_insert_with(nobody);
            sets[side(members[0])].classes.push(members);
            passing_of.insert(*group, passing.reduced);
        }

        for (from, passing) in exceptions.iter().zip(passing) {
            let sets = found.entry(passing.reduced).or_insert_with(nobody);
            sets[side(*from)].extra.push(*from);
            // it is not counted with its group
            let of_group = passing_of.get(&there.group_of[*from as usize]);
            if let Some(sets) = of_group.and_then(|passing| found.get_mut(passing)) {
                sets[side(*from)].absent += 1;
            }
        }

        found.retain(|_, [first, others]| !first.is_empty() || !others.is_empty());
        found
    }

    /// The endpoints before `split` that are not in a set of senders to an endpoint, sorted.
    pub(super) fn left_out(&self, to: usize, split: usize, senders: &EndSet<'_>) -> Vec<usize> {
        let (here, there) = self.roles_of(SearchDirection::Reverse);
        let (exceptions, _) = here.exceptions.of_end(to);
        let is_before = |end: &u32| (*end as usize) < split;

        let is_out = |group: &&Vec<u32>| {
            let same_first = senders
                .classes
                .binary_search_by_key(&group[0], |other| other[0]);
            is_before(&group[0]) && same_first.is_err()
        };

        let by_group = there.members.iter().filter(is_out).flatten();
        let by_group = by_group.filter(|end| exceptions.binary_search(end).is_err());
        let by_exception = exceptions
            .iter()
            .filter(|end| is_before(end) && senders.extra.binary_search(end).is_err());
        let left_out = by_group.chain(by_exception);
        let mut left_out: Vec<usize> = left_out.map(|end| *end as usize).collect();
        left_out.sort_unstable();

        left_out
    }

    /// The neighbours of an endpoint, sorted, along edges that match the filter, which must be
    /// monotone: if it matches some traffic, it matches all traffic that contains it.
    pub(super) fn find_neighbours(
        &self,
        end: usize,
        direction: SearchDirection,
        filter: impl Fn(PassingId) -> bool,
    ) -> Vec<usize> {
        self.neighbours_except(end, direction, filter, |_| false)
    }

    /// The same, without neighbours that the search has visited.
    pub(super) fn unvisited_neighbours(
        &self,
        end: usize,
        direction: SearchDirection,
        visited: &mut Visited,
        filter: impl Fn(PassingId) -> bool,
    ) -> Vec<usize> {
        let group = self.roles[direction as usize].group_of[end] as usize;
        let again = std::mem::replace(&mut visited.expanded[group], true);
        self.neighbours_except(end, direction, filter, |other| {
            again || std::mem::replace(&mut visited.found[other as usize], true)
        })
    }

    /// A search that has visited nothing.
    pub(super) fn unvisited(&self, direction: SearchDirection) -> Visited {
        let groups = |role: usize| vec![false; self.roles[role].members.len()];
        Visited {
            expanded: groups(direction as usize),
            found: groups(1 - direction as usize),
        }
    }

    fn neighbours_except(
        &self,
        end: usize,
        direction: SearchDirection,
        filter: impl Fn(PassingId) -> bool,
        mut is_known: impl FnMut(u32) -> bool,
    ) -> Vec<usize> {
        let (here, there) = self.roles_of(direction);
        let adjacent = here.adjacent_to(end).iter();
        let by_group = adjacent
            .filter(|(group, passing)| filter(passing.whole) && !is_known(*group))
            .flat_map(|(group, _)| &there.members[*group as usize]);

        let (ends, passing) = here.exceptions.of_end(end);
        let by_exception = ends.iter().zip(passing);
        let by_exception = by_exception
            .filter(|(_, passing)| filter(passing.whole))
            .map(|(other, _)| other);

        let all = by_group.chain(by_exception);
        let mut all: Vec<usize> = all.map(|end| *end as usize).collect();
        all.sort_unstable();
        all.dedup();

        all
    }

    /// The role of an endpoint from which edges are followed, and the role of its neighbours.
    fn roles_of(&self, direction: SearchDirection) -> (&NodeRole, &NodeRole) {
        let [senders, receivers] = &self.roles;
        match direction {
            SearchDirection::Forward => (senders, receivers),
            SearchDirection::Reverse => (receivers, senders),
        }
    }
}

/// Adds the traffic between each group of senders and each group of receivers.
fn connect_groups(
    reachability: &mut Reachability<'_>,
    senders: &mut NodeRole,
    receivers: &mut NodeRole,
) {
    for sender in 0..senders.members.len() {
        for receiver in 0..receivers.members.len() {
            let from = senders.members[sender][0] as usize;
            let to = receivers.members[receiver][0] as usize;

            // between two endpoints outside, no gate of the program decides
            if !reachability.is_tier(from) && !reachability.is_tier(to) {
                continue;
            }

            if let Some(passing) = reachability.passing_between_classes(from, to) {
                senders.adjacent[sender].push((receiver as u32, passing));
                receivers.adjacent[receiver].push((sender as u32, passing));
            }
        }
    }
}

impl NodeRole {
    /// The groups of endpoints with these profiles.
    fn new(profiles: impl Iterator<Item = RoleProfile>) -> NodeRole {
        let (mut groups, mut role) = (Interned::default(), NodeRole::default());
        for (end, profile) in (0u32..).zip(profiles) {
            let group = groups.intern_value(profile);
            role.members.resize_with(groups.len(), Vec::new);
            role.members[group as usize].push(end);
            role.group_of.push(group);
        }
        role.adjacent = vec![Vec::new(); groups.len()];
        role
    }

    /// The groups adjacent to the group of an endpoint.
    fn adjacent_to(&self, end: usize) -> &[(u32, PairPassing)] {
        &self.adjacent[self.group_of[end] as usize]
    }
}

impl Exceptions {
    /// The exceptions of the first `count` endpoints, from sorted edges.
    fn new(count: usize, edges: &[(u32, u32, PairPassing)]) -> Exceptions {
        let start_of = |end| edges.partition_point(|(from, ..)| (*from as usize) < end) as u32;
        let (ends, passing) = edges.iter().map(|(_, to, passing)| (*to, *passing)).unzip();
        Exceptions {
            starts: (0..=count).map(start_of).collect(),
            ends,
            passing,
        }
    }

    fn of_end(&self, end: usize) -> (&[u32], &[PairPassing]) {
        let range = self.starts[end] as usize..self.starts[end + 1] as usize;
        (&self.ends[range.clone()], &self.passing[range])
    }
}
