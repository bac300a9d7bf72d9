//! Who may send to whom, without a pair of ends for each answer.
//!
//! Ends that are alike, and whose gates admit the same of whom they do not single out, are one
//! class of senders or of receivers: what passes between two of their members passes between all.
//! What gates admit of ends that they single out is one step for each such pair, of which there are
//! about as many as rules. So a search that takes each class once takes as long as there are ends,
//! rules and pairs of classes.

use super::end_set::EndSet;
use super::interned::Interned;
use super::reachability::{Kind, KindId, Reachability};
use std::collections::BTreeMap;

/// The steps between ends, one of which is a tier.
#[derive(Debug)]
pub(super) struct ReachGraph {
    /// The ends as senders, and as receivers.
    roles: [Role; 2],
}

/// The ends in one role.
#[derive(Debug, Default)]
struct Role {
    class_of: Vec<u32>,
    members: Vec<Vec<u32>>,
    /// For each class, the classes of the other role between which something may pass.
    adjacent: Vec<Vec<(u32, Kind)>>,
    /// For each end, those in the other role of whom the gate of one singles the other out, sorted,
    /// where something may pass.
    exceptions: Exceptions,
}

/// For each end some others, and what passes; one list after the other.
#[derive(Debug, Default)]
struct Exceptions {
    starts: Vec<u32>,
    ends: Vec<u32>,
    kinds: Vec<Kind>,
}

/// Which way steps are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// From senders to receivers.
    Forward,
    /// From receivers to senders.
    Reverse,
}

/// What one search has visited: for the classes of each role, whether it met them.
#[derive(Debug)]
pub(super) struct Visited {
    asked: Vec<bool>,
    found: Vec<bool>,
}

impl ReachGraph {
    /// The steps between the first so many ends.
    pub(super) fn new(links: &mut Reachability<'_>, count: usize) -> ReachGraph {
        let mut roles: [Role; 2] =
            [0, 1].map(|role| Role::new((0..count).map(|end| links.roles(end)[role])));
        let [senders, receivers] = &mut roles;
        for sender in 0..senders.members.len() {
            for receiver in 0..receivers.members.len() {
                let some = [senders.members[sender][0], receivers.members[receiver][0]]
                    .map(|end| end as usize);
                // between two ends outside, nothing of the program decides
                if some.iter().all(|end| !links.is_tier(*end)) {
                    continue;
                }
                if let Some(kind) = links.passing_between_classes(some[0], some[1]) {
                    senders.adjacent[sender].push((receiver as u32, kind));
                    receivers.adjacent[receiver].push((sender as u32, kind));
                }
            }
        }
        let mut pairs = links.excepted_pairs(count);
        pairs.sort_unstable();
        pairs.dedup();
        let passing = pairs.into_iter().filter_map(|(from, to)| {
            let kind = links.between(from as usize, to as usize)?;
            Some((from, to, kind))
        });
        let mut passing: Vec<(u32, u32, Kind)> = passing.collect();
        senders.exceptions = Exceptions::new(count, &passing);
        passing
            .iter_mut()
            .for_each(|(from, to, _)| std::mem::swap(from, to));
        passing.sort_unstable_by_key(|(to, from, _)| (*to, *from));
        receivers.exceptions = Exceptions::new(count, &passing);
        ReachGraph { roles }
    }

    /// How many ends there are.
    pub(super) fn count(&self) -> usize {
        self.roles[0].class_of.len()
    }

    /// The ends one step from an end, sorted, with what passes.
    pub(super) fn reaching(&self, end: usize, direction: Direction) -> Vec<(usize, Kind)> {
        let (here, there) = self.roles_of(direction);
        let adjacent = here.adjacent[here.class_of[end] as usize].iter();
        let profiles = adjacent.flat_map(|(class, kind)| {
            there.members[*class as usize]
                .iter()
                .map(|other| (*other, *kind))
        });
        let (ends, kinds) = here.exceptions.of_end(end);
        let exceptions = ends.iter().copied().zip(kinds.iter().copied());
        let mut row: Vec<(usize, Kind)> = exceptions
            .chain(profiles)
            .map(|(end, kind)| (end as usize, kind))
            .collect();
        // of two the first is of an end that is an exception
        row.sort_by_key(|(end, _)| *end);
        row.dedup_by_key(|(end, _)| *end);
        row
    }

    /// Who sends the same to an end, of those before `split` and of the others, by what it is.
    pub(super) fn senders(&self, to: usize, split: usize) -> BTreeMap<KindId, [EndSet<'_>; 2]> {
        let (here, there) = self.roles_of(Direction::Reverse);
        let (exceptions, kinds) = here.exceptions.of_end(to);
        let mut found: BTreeMap<KindId, [EndSet<'_>; 2]> = BTreeMap::new();
        let none = || [EndSet::without(exceptions), EndSet::without(exceptions)];
        let side = |end: u32| usize::from(end as usize >= split);
        let mut kind_of: BTreeMap<u32, KindId> = BTreeMap::new();
        for (class, kind) in &here.adjacent[here.class_of[to] as usize] {
            let members = &there.members[*class as usize];
            found.entry(kind.reduced).or_insert_with(none)[side(members[0])]
                .classes
                .push(members);
            kind_of.insert(*class, kind.reduced);
        }
        for (from, kind) in exceptions.iter().zip(kinds) {
            found.entry(kind.reduced).or_insert_with(none)[side(*from)]
                .extra
                .push(*from);
            let class = there.class_of[*from as usize];
            if let Some(end_set) = kind_of.get(&class).and_then(|kind| found.get_mut(kind)) {
                end_set[side(*from)].absent += 1;
            }
        }
        found.retain(|_, [first, others]| !first.is_empty() || !others.is_empty());
        found
    }

    /// Those before `split` who are not in the end set of the senders to an end, sorted.
    pub(super) fn left_out(&self, to: usize, split: usize, end_set: &EndSet<'_>) -> Vec<usize> {
        let (here, there) = self.roles_of(Direction::Reverse);
        let exceptions = here.exceptions.of_end(to).0;
        let is_before = |end: &u32| (*end as usize) < split;
        let is_out = |class: &&Vec<u32>| {
            end_set
                .classes
                .binary_search_by_key(&class[0], |other| other[0])
                .is_err()
        };
        let out = there
            .members
            .iter()
            .filter(|class| is_before(&class[0]))
            .filter(is_out)
            .flatten();
        let profiles = out.filter(|end| exceptions.binary_search(end).is_err());
        let others = exceptions
            .iter()
            .filter(|end| is_before(end) && end_set.extra.binary_search(end).is_err());
        let mut left: Vec<usize> = profiles.chain(others).map(|end| *end as usize).collect();
        left.sort_unstable();
        left
    }

    /// The ends one step from an end, sorted, if this lets them pass; it lets no less pass where
    /// more does.
    pub(super) fn neighbours(
        &self,
        end: usize,
        direction: Direction,
        lets: impl Fn(KindId) -> bool,
    ) -> Vec<usize> {
        self.neighbours_except(end, direction, lets, |_| false)
    }

    /// The same, without some that the search visited before.
    pub(super) fn unvisited_neighbours(
        &self,
        end: usize,
        direction: Direction,
        visited: &mut Visited,
        lets: impl Fn(KindId) -> bool,
    ) -> Vec<usize> {
        let class = self.roles[direction as usize].class_of[end] as usize;
        let again = std::mem::replace(&mut visited.asked[class], true);
        self.neighbours_except(end, direction, lets, |other| {
            again || std::mem::replace(&mut visited.found[other as usize], true)
        })
    }

    /// A search that has visited nothing.
    pub(super) fn unvisited(&self, direction: Direction) -> Visited {
        let classes = |role: usize| vec![false; self.roles[role].members.len()];
        Visited {
            asked: classes(direction as usize),
            found: classes(1 - direction as usize),
        }
    }

    fn neighbours_except(
        &self,
        end: usize,
        direction: Direction,
        lets: impl Fn(KindId) -> bool,
        mut known: impl FnMut(u32) -> bool,
    ) -> Vec<usize> {
        let (here, there) = self.roles_of(direction);
        let adjacent = here.adjacent[here.class_of[end] as usize].iter();
        let classes = adjacent.filter(|(class, kind)| lets(kind.whole) && !known(*class));
        let profiles = classes
            .flat_map(|(class, _)| &there.members[*class as usize])
            .copied();
        let (ends, kinds) = here.exceptions.of_end(end);
        let exceptions = ends
            .iter()
            .zip(kinds)
            .filter(|(_, kind)| lets(kind.whole))
            .map(|(other, _)| *other);
        let mut all: Vec<usize> = profiles.chain(exceptions).map(|end| end as usize).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The role that an end has when steps are taken from it, and the one of those that they lead
    /// to.
    fn roles_of(&self, direction: Direction) -> (&Role, &Role) {
        (
            &self.roles[direction as usize],
            &self.roles[1 - direction as usize],
        )
    }
}

impl Role {
    fn new(roles: impl Iterator<Item = (u32, Option<u32>)>) -> Role {
        let (mut classes, mut role) = (Interned::default(), Role::default());
        for (end, class) in roles.enumerate() {
            let class = classes.id(class);
            role.members.resize_with(classes.len(), Vec::new);
            role.members[class as usize].push(end as u32);
            role.class_of.push(class);
        }
        role.adjacent = vec![Vec::new(); classes.len()];
        role
    }
}

impl Exceptions {
    /// Those of the first so many ends, of steps that are sorted.
    fn new(count: usize, steps: &[(u32, u32, Kind)]) -> Exceptions {
        let starts = (0..=count)
            .map(|end| steps.partition_point(|(from, _, _)| (*from as usize) < end) as u32);
        let (ends, kinds) = steps.iter().map(|(_, to, kind)| (*to, *kind)).unzip();
        Exceptions {
            starts: starts.collect(),
            ends,
            kinds,
        }
    }

    fn of_end(&self, end: usize) -> (&[u32], &[Kind]) {
        let range = self.starts[end] as usize..self.starts[end + 1] as usize;
        (&self.ends[range.clone()], &self.kinds[range])
    }
}
