//! Tiers that look renamed without `was`: one is deleted while another is created with the same
//! rules, except for its name, in the same VPC. This is a suggestion, so it is made only if it is
//! unambiguous.

use super::groups::by_address;
use super::peers::PeerValue;
use super::targets::planned_targets;
use crate::aws::{Direction, GroupId, GroupMapping, Reference, RuleKey, State, Text, TextRef};
use crate::net::Traffic;
use std::collections::BTreeMap;

/// The number of rounds of label refinement, to distinguish tiers that reference each other.
const ROUNDS: usize = 4;

/// Pairs of a deleted tier and the only created tier with its rules.
pub fn recreated_groups(
    old: &State,
    new: &State,
    mapping: &GroupMapping,
) -> Vec<(GroupId, GroupId)> {
    let gone = Candidates::new(old, |group| mapping.new_of(group));
    let fresh = Candidates::new(new, |group| mapping.old_of(group).map(|_| group));

    if gone.groups.is_empty() || fresh.groups.is_empty() {
        return Vec::new();
    }

    let sides = [&gone, &fresh];
    let edges = sides.map(Candidates::edges);
    let mut labels = TierLabel::intern_labels(sides.map(Candidates::attributes));

    for _ in 0..ROUNDS {
        let seen = [0, 1].map(|n| sides[n].neighbourhoods(&edges[n], &labels[n]));
        labels = TierLabel::intern_labels(seen);
    }

    let [gone_labels, fresh_labels] = [0, 1].map(|n| sides[n].find_unique(&edges[n], &labels[n]));
    let pair = |(label, old): (&TierLabel, &GroupId)| Some((*old, *fresh_labels.get(label)?));

    // a target that matches one of the two with another group by address would contradict the pair
    let by_address: Vec<GroupMapping> = planned_targets()
        .map(|it| by_address(it.planning, old, new))
        .collect();

    let agrees = |links: &GroupMapping, (old, new): (GroupId, GroupId)| {
        links.new_of(old).is_none_or(|known| known == new)
            && links.old_of(new).is_none_or(|known| known == old)
    };
    let pairs = gone_labels.iter().filter_map(pair);

    pairs
        .filter(|pair| by_address.iter().all(|links| agrees(links, *pair)))
        .collect()
}

/// The label of a tier so far; tiers with equal labels look alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct TierLabel(usize);

impl TierLabel {
    /// Assigns one label to equal values of both programs.
    fn intern_labels<T: Ord>(sides: [Vec<T>; 2]) -> [Vec<TierLabel>; 2] {
        let mut known = BTreeMap::new();
        sides.map(|things| {
            let label = |thing| {
                let next = TierLabel(known.len());
                *known.entry(thing).or_insert(next)
            };
            things.into_iter().map(label).collect()
        })
    }
}

/// The tiers of one program that the other does not have.
struct Candidates<'d> {
    state: &'d State,
    groups: Vec<GroupId>,
    /// For each tier of the program, its position in `tiers`.
    places: Vec<Option<usize>>,
    /// For each tier of the program, its group in the new one.
    known: Vec<Option<GroupId>>,
}

/// A rule of a tier, or a rule that references it, with the peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Edge<'d> {
    is_own: bool,
    direction: Direction,
    traffic: Traffic,
    other: EdgePeer<'d>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum EdgePeer<'d> {
    Itself,
    /// A peer that both programs have.
    Known(PeerValue<'d>),
    /// Another candidate, by its position.
    Candidate(usize),
    /// Another candidate, by its label.
    Alike(TierLabel),
}

/// The attributes of a group that require replacement if they change, so that `was` would not keep
/// it.
type Attributes<'d> = (bool, &'d str, Option<TextRef<'d>>, TextRef<'d>);

impl<'d> Candidates<'d> {
    fn new(state: &'d State, known: impl Fn(GroupId) -> Option<GroupId>) -> Candidates<'d> {
        let known: Vec<Option<GroupId>> = state.groups_by_id().map(|(id, _)| known(id)).collect();
        let is_unknown = |group: &GroupId| known[group.index()].is_none();
        let groups: Vec<GroupId> = state
            .own_groups()
            .map(|(id, _)| id)
            .filter(is_unknown)
            .collect();

        let mut places = vec![None; known.len()];
        for (n, group) in groups.iter().enumerate() {
            places[group.index()] = Some(n);
        }

        Candidates {
            state,
            groups,
            places,
            known,
        }
    }

    fn attributes(&self) -> Vec<Attributes<'d>> {
        let attributes = |id: &GroupId| {
            let group = self.state.group(*id);
            let (is_id, vpc) = match &group.vpc {
                Reference::Id(id) => (true, id.as_str()),
                Reference::Parameter(id) => (false, self.state.parameter(*id).name.as_str()),
            };

            (
                is_id,
                vpc,
                group.group_name.as_ref().map(Text::view),
                group.description.view(),
            )
        };

        self.groups.iter().map(attributes).collect()
    }

    /// For each candidate: its rules, and the rules that reference it.
    fn edges(&self) -> Vec<Vec<Edge<'d>>> {
        let mut edges = vec![Vec::new(); self.groups.len()];
        for (id, group) in self.state.groups_by_id() {
            for rule in &group.rules {
                self.add_edges(id, &rule.key, &mut edges);
            }
        }
        edges
    }

    fn add_edges(&self, group: GroupId, key: &RuleKey, edges: &mut [Vec<Edge<'d>>]) {
        let edge = |is_own, other| Edge {
            is_own,
            direction: key.direction,
            traffic: key.traffic,
            other,
        };

        let peer = PeerValue::with_groups(self.state, key.peer, PeerValue::GoneGroup);
        let other = match peer {
            PeerValue::GoneGroup(other) if other == group => EdgePeer::Itself,
            PeerValue::GoneGroup(other) => self.other(other),
            peer => EdgePeer::Known(peer),
        };

        if let Some(place) = self.places[group.index()] {
            edges[place].push(edge(true, other));
        }

        if let (PeerValue::GoneGroup(named), false) = (peer, matches!(other, EdgePeer::Itself))
            && let Some(place) = self.places[named.index()]
        {
            edges[place].push(edge(false, self.other(group)));
        }
    }

    /// A tier as the peer of a rule.
    fn other(&self, group: GroupId) -> EdgePeer<'d> {
        match (self.places[group.index()], self.known[group.index()]) {
            (Some(place), _) => EdgePeer::Candidate(place),
            (None, Some(new)) => EdgePeer::Known(PeerValue::Group(new)),
            (None, None) => EdgePeer::Known(PeerValue::GoneGroup(group)),
        }
    }

    /// The neighbourhood of each candidate: its rules, with the labels of their peers.
    fn neighbourhoods(
        &self,
        edges: &[Vec<Edge<'d>>],
        labels: &[TierLabel],
    ) -> Vec<(TierLabel, Vec<Edge<'d>>)> {
        let labelled = |edge: &Edge<'d>| match edge.other {
            EdgePeer::Candidate(place) => Edge {
                other: EdgePeer::Alike(labels[place]),
                ..*edge
            },
            EdgePeer::Itself | EdgePeer::Known(_) | EdgePeer::Alike(_) => *edge,
        };

        let neighbourhood = |(label, edges): (&TierLabel, &Vec<Edge<'d>>)| {
            let mut edges: Vec<Edge<'d>> = edges.iter().map(labelled).collect();
            edges.sort_unstable();
            (*label, edges)
        };

        labels.iter().zip(edges).map(neighbourhood).collect()
    }

    /// The candidates with a unique label, and with a rule of a sentence.
    fn find_unique(
        &self,
        edges: &[Vec<Edge<'d>>],
        labels: &[TierLabel],
    ) -> BTreeMap<TierLabel, GroupId> {
        let mut found: BTreeMap<TierLabel, Option<GroupId>> = BTreeMap::new();
        for (n, label) in labels.iter().enumerate() {
            let group = Some(self.groups[n]).filter(|group| self.has_sentence(*group, &edges[n]));
            found
                .entry(*label)
                .and_modify(|known| *known = None)
                .or_insert(group);
        }
        found
            .into_iter()
            .filter_map(|(label, group)| Some((label, group?)))
            .collect()
    }

    /// Whether a sentence produces a rule of a group: groups without any all look alike.
    fn has_sentence(&self, group: GroupId, edges: &[Edge<'_>]) -> bool {
        let group = self.state.group(group);
        let is_written =
            |direction: Direction| direction == Direction::Ingress || !group.has_default_egress;
        edges.iter().any(|edge| !edge.is_own)
            || group
                .rules
                .iter()
                .any(|rule| is_written(rule.key.direction))
    }
}
