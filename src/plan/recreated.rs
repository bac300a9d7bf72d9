//! Tiers that look renamed, though the program does not say `was`: one goes while another comes
//! that has the same rules up to its name, in the same VPC. That is a proposal for people, so it is
//! made only where there is no choice.

use super::groups::by_address;
use super::peers::Value;
use super::target::Target;
use crate::groups::{Deployment, Direction, Reference, Rule, TierId, Traffic};
use crate::policy::TierMapping;
use std::collections::BTreeMap;

/// How often the rules of tiers are looked at anew to tell apart those that name each other.
const ROUNDS: usize = 4;

/// Pairs of a tier that goes and the tier that has its rules, as no other does.
pub fn recreated(
    old: &Deployment<'_>,
    new: &Deployment<'_>,
    tier_mapping: &TierMapping,
) -> Vec<(TierId, TierId)> {
    let gone = Candidates::new(old, |tier| tier_mapping.new_of(tier));
    let fresh = Candidates::new(new, |tier| tier_mapping.old_of(tier).map(|_| tier));
    if gone.tiers.is_empty() || fresh.tiers.is_empty() {
        return Vec::new();
    }

    let sides = [&gone, &fresh];
    let edges = sides.map(Candidates::edges);
    let mut labels = Label::intern(sides.map(Candidates::attributes));
    for _ in 0..ROUNDS {
        let seen = [0, 1].map(|n| sides[n].neighbourhoods(&edges[n], &labels[n]));
        labels = Label::intern(seen);
    }
    let [gone_labels, fresh_labels] = [0, 1].map(|n| sides[n].unique(&edges[n], &labels[n]));
    let pair = |(label, old): (&Label, &TierId)| Some((*old, *fresh_labels.get(label)?));
    // a target that knows one of the two by its address as something else would contradict it
    let by_address = Target::ALL.map(|target| by_address(target, old, new));
    let agrees = |links: &TierMapping, (old, new): (TierId, TierId)| {
        links.new_of(old).is_none_or(|known| known == new)
            && links.old_of(new).is_none_or(|known| known == old)
    };
    let pairs = gone_labels.iter().filter_map(pair);
    pairs
        .filter(|pair| by_address.iter().all(|links| agrees(links, *pair)))
        .collect()
}

/// What tells tiers apart so far; two that have one label look alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Label(usize);

impl Label {
    /// Gives equal things of both programs one label.
    fn intern<T: Ord>(sides: [Vec<T>; 2]) -> [Vec<Label>; 2] {
        let mut known = BTreeMap::new();
        sides.map(|things| {
            let label = |thing| {
                let next = Label(known.len());
                *known.entry(thing).or_insert(next)
            };
            things.into_iter().map(label).collect()
        })
    }
}

/// The tiers of one program that the other does not have.
struct Candidates<'d> {
    deployment: &'d Deployment<'d>,
    tiers: Vec<TierId>,
    /// For each tier of the program, its place in `tiers`.
    places: Vec<Option<usize>>,
    /// For each tier of the program, what it is in the new one.
    known: Vec<Option<TierId>>,
}

/// A rule of a tier, or of another that names it; who stands at the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Edge<'d> {
    is_own: bool,
    direction: Direction,
    traffic: Traffic,
    other: Other<'d>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Other<'d> {
    Itself,
    /// Something that both programs know.
    Known(Value<'d>),
    /// Another candidate, by its place.
    Candidate(usize),
    /// Another candidate, by its label.
    Alike(Label),
}

/// What AWS cannot change of a group, so that `was` would not keep it if it were another.
type Attributes<'d> = (bool, &'d str, Option<&'d str>, &'d str);

impl<'d> Candidates<'d> {
    fn new(
        deployment: &'d Deployment<'d>,
        known: impl Fn(TierId) -> Option<TierId>,
    ) -> Candidates<'d> {
        let known: Vec<Option<TierId>> = deployment
            .groups
            .iter()
            .map(|group| known(group.tier))
            .collect();
        let is_unknown = |tier: &TierId| known[tier.index()].is_none();
        let tiers: Vec<TierId> = deployment
            .groups
            .iter()
            .map(|group| group.tier)
            .filter(is_unknown)
            .collect();
        let mut places = vec![None; known.len()];
        tiers
            .iter()
            .enumerate()
            .for_each(|(n, tier)| places[tier.index()] = Some(n));
        Candidates {
            deployment,
            tiers,
            places,
            known,
        }
    }

    fn attributes(&self) -> Vec<Attributes<'d>> {
        let attributes = |tier: &TierId| {
            let group = self.deployment.group(*tier);
            let (is_id, vpc) = match &group.vpc {
                Reference::Id(id) => (true, id.as_str()),
                Reference::Param(id) => (false, self.deployment.parameter_name(*id)),
            };
            (is_id, vpc, group.group_name, group.description)
        };
        self.tiers.iter().map(attributes).collect()
    }

    /// For each candidate: the rules that it has, and those of others that name it.
    fn edges(&self) -> Vec<Vec<Edge<'d>>> {
        let mut edges = vec![Vec::new(); self.tiers.len()];
        for group in &self.deployment.groups {
            for direction in Direction::ALL {
                for rule in group.rules(direction) {
                    self.add_edges(group.tier, direction, rule, &mut edges);
                }
            }
        }
        edges
    }

    fn add_edges(
        &self,
        tier: TierId,
        direction: Direction,
        rule: &Rule,
        edges: &mut [Vec<Edge<'d>>],
    ) {
        let edge = |is_own, other| Edge {
            is_own,
            direction,
            traffic: rule.traffic,
            other,
        };
        let peer = Value::with_tiers(self.deployment, rule.peer, Value::GoneTier);
        let other = match peer {
            Value::GoneTier(other) if other == tier => Other::Itself,
            Value::GoneTier(other) => self.other(other),
            peer => Other::Known(peer),
        };
        if let Some(place) = self.places[tier.index()] {
            edges[place].push(edge(true, other));
        }
        if let (Value::GoneTier(named), false) = (peer, matches!(other, Other::Itself))
            && let Some(place) = self.places[named.index()]
        {
            edges[place].push(edge(false, self.other(tier)));
        }
    }

    /// A tier as the other end of a rule.
    fn other(&self, tier: TierId) -> Other<'d> {
        match (self.places[tier.index()], self.known[tier.index()]) {
            (Some(place), _) => Other::Candidate(place),
            (None, Some(new)) => Other::Known(Value::Tier(new)),
            (None, None) => Other::Known(Value::GoneTier(tier)),
        }
    }

    /// Each candidate with its rules, and what is known so far of those at their other ends.
    fn neighbourhoods(
        &self,
        edges: &[Vec<Edge<'d>>],
        labels: &[Label],
    ) -> Vec<(Label, Vec<Edge<'d>>)> {
        let labelled = |edge: &Edge<'d>| match edge.other {
            Other::Candidate(place) => Edge {
                other: Other::Alike(labels[place]),
                ..*edge
            },
            Other::Itself | Other::Known(_) | Other::Alike(_) => *edge,
        };
        let neighbourhood = |(label, edges): (&Label, &Vec<Edge<'d>>)| {
            let mut edges: Vec<Edge<'d>> = edges.iter().map(labelled).collect();
            edges.sort_unstable();
            (*label, edges)
        };
        labels.iter().zip(edges).map(neighbourhood).collect()
    }

    /// The candidates whose label no other has, and of whose rules a sentence speaks.
    fn unique(&self, edges: &[Vec<Edge<'d>>], labels: &[Label]) -> BTreeMap<Label, TierId> {
        let mut found: BTreeMap<Label, Option<TierId>> = BTreeMap::new();
        for (n, label) in labels.iter().enumerate() {
            let tier = Some(self.tiers[n]).filter(|tier| self.is_spoken_of(*tier, &edges[n]));
            found
                .entry(*label)
                .and_modify(|known| *known = None)
                .or_insert(tier);
        }
        found
            .into_iter()
            .filter_map(|(label, tier)| Some((label, tier?)))
            .collect()
    }

    /// Whether a sentence speaks of a tier: two of which none does are alike, whatever they are
    /// for.
    fn is_spoken_of(&self, tier: TierId, edges: &[Edge<'_>]) -> bool {
        let group = self.deployment.group(tier);
        let mut own = Direction::ALL
            .into_iter()
            .flat_map(|direction| group.rules(direction));
        edges.iter().any(|edge| !edge.is_own)
            || own.any(|rule| self.deployment.sentence(rule).is_some())
    }
}
