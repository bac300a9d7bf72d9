//! Who may send to whom, without a pair of ends for each answer.
//!
//! Ends that are alike, and whose gates admit the same of whom they do not single out, are one class of senders or of
//! receivers: what passes between two of their members passes between all. What gates admit of ends that they single
//! out is one step for each such pair, of which there are about as many as rules. So a search that takes each class
//! once takes as long as there are ends, rules and pairs of classes.

use super::end_set::Crowd;
use super::interned::Interned;
use super::reachability::{Kind, KindId, Links};
use std::collections::BTreeMap;

/// The steps between ends, one of which is a tier.
#[derive(Debug)]
pub(super) struct Steps {
    /// The ends as senders, and as receivers.
    roles: [Role; 2],
}

/// The ends in one role.
#[derive(Debug, Default)]
struct Role {
    class_of: Vec<u32>,
    members: Vec<Vec<u32>>,
    /// For each class, the classes of the other role between which something may pass.
    met: Vec<Vec<(u32, Kind)>>,
    /// For each end, those in the other role of whom the gate of one singles the other out, sorted, where something may
    /// pass.
    singled: Singled,
}

/// For each end some others, and what passes; one list after the other.
#[derive(Debug, Default)]
struct Singled {
    starts: Vec<u32>,
    ends: Vec<u32>,
    kinds: Vec<Kind>,
}

/// Which way steps are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Course {
    /// From senders to receivers.
    Forth,
    /// From receivers to senders.
    Back,
}

/// What one search has been told of: for the classes of each role, whether they were.
#[derive(Debug)]
pub(super) struct Told {
    asked: Vec<bool>,
    found: Vec<bool>,
}

impl Steps {
    /// The steps between the first so many ends.
    pub(super) fn of(links: &mut Links<'_>, count: usize) -> Steps {
        let mut roles: [Role; 2] = [0, 1].map(|role| Role::of((0..count).map(|end| links.roles(end)[role])));
        let [senders, receivers] = &mut roles;
        for sender in 0..senders.members.len() {
            for receiver in 0..receivers.members.len() {
                let some = [senders.members[sender][0], receivers.members[receiver][0]].map(|end| end as usize);
                // between two ends outside, nothing of the program decides
                if some.iter().all(|end| !links.is_tier(*end)) {
                    continue;
                }
                if let Some(kind) = links.between_strangers(some[0], some[1]) {
                    senders.met[sender].push((receiver as u32, kind));
                    receivers.met[receiver].push((sender as u32, kind));
                }
            }
        }
        let mut pairs = links.singled_out(count);
        pairs.sort_unstable();
        pairs.dedup();
        let passing = pairs.into_iter().filter_map(|(from, to)| {
            let kind = links.between(from as usize, to as usize)?;
            Some((from, to, kind))
        });
        let mut passing: Vec<(u32, u32, Kind)> = passing.collect();
        senders.singled = Singled::of(count, &passing);
        passing.iter_mut().for_each(|(from, to, _)| std::mem::swap(from, to));
        passing.sort_unstable_by_key(|(to, from, _)| (*to, *from));
        receivers.singled = Singled::of(count, &passing);
        Steps { roles }
    }

    /// How many ends there are.
    pub(super) fn count(&self) -> usize {
        self.roles[0].class_of.len()
    }

    /// The ends one step from an end, sorted, with what passes.
    pub(super) fn row(&self, end: usize, course: Course) -> Vec<(usize, Kind)> {
        let (here, there) = self.sides(course);
        let met = here.met[here.class_of[end] as usize].iter();
        let strangers =
            met.flat_map(|(class, kind)| there.members[*class as usize].iter().map(|other| (*other, *kind)));
        let (ends, kinds) = here.singled.of_end(end);
        let singled = ends.iter().copied().zip(kinds.iter().copied());
        let mut row: Vec<(usize, Kind)> = singled.chain(strangers).map(|(end, kind)| (end as usize, kind)).collect();
        // of two the first is of an end that is singled out
        row.sort_by_key(|(end, _)| *end);
        row.dedup_by_key(|(end, _)| *end);
        row
    }

    /// Who sends the same to an end, of those before `split` and of the others, by what it is.
    pub(super) fn senders(&self, to: usize, split: usize) -> BTreeMap<KindId, [Crowd<'_>; 2]> {
        let (here, there) = self.sides(Course::Back);
        let (singled, kinds) = here.singled.of_end(to);
        let mut found: BTreeMap<KindId, [Crowd<'_>; 2]> = BTreeMap::new();
        let none = || [Crowd::but(singled), Crowd::but(singled)];
        let side = |end: u32| usize::from(end as usize >= split);
        let mut kind_of: BTreeMap<u32, KindId> = BTreeMap::new();
        for (class, kind) in &here.met[here.class_of[to] as usize] {
            let members = &there.members[*class as usize];
            found.entry(kind.told).or_insert_with(none)[side(members[0])].classes.push(members);
            kind_of.insert(*class, kind.told);
        }
        for (from, kind) in singled.iter().zip(kinds) {
            found.entry(kind.told).or_insert_with(none)[side(*from)].besides.push(*from);
            let class = there.class_of[*from as usize];
            if let Some(crowd) = kind_of.get(&class).and_then(|kind| found.get_mut(kind)) {
                crowd[side(*from)].without += 1;
            }
        }
        found.retain(|_, [first, others]| !first.is_empty() || !others.is_empty());
        found
    }

    /// Those before `split` who are not of the senders to an end that are a crowd, sorted.
    pub(super) fn left_out(&self, to: usize, split: usize, crowd: &Crowd<'_>) -> Vec<usize> {
        let (here, there) = self.sides(Course::Back);
        let singled = here.singled.of_end(to).0;
        let is_before = |end: &u32| (*end as usize) < split;
        let is_out = |class: &&Vec<u32>| crowd.classes.binary_search_by_key(&class[0], |other| other[0]).is_err();
        let out = there.members.iter().filter(|class| is_before(&class[0])).filter(is_out).flatten();
        let strangers = out.filter(|end| singled.binary_search(end).is_err());
        let others = singled.iter().filter(|end| is_before(end) && crowd.besides.binary_search(end).is_err());
        let mut left: Vec<usize> = strangers.chain(others).map(|end| *end as usize).collect();
        left.sort_unstable();
        left
    }

    /// The ends one step from an end, sorted, if this lets them pass; it lets no less pass where more does.
    pub(super) fn from(&self, end: usize, course: Course, lets: impl Fn(KindId) -> bool) -> Vec<usize> {
        self.unless(end, course, lets, |_| false)
    }

    /// The same, without some that the search was told of before.
    pub(super) fn news(
        &self,
        end: usize,
        course: Course,
        told: &mut Told,
        lets: impl Fn(KindId) -> bool,
    ) -> Vec<usize> {
        let class = self.roles[course as usize].class_of[end] as usize;
        let again = std::mem::replace(&mut told.asked[class], true);
        self.unless(end, course, lets, |other| again || std::mem::replace(&mut told.found[other as usize], true))
    }

    /// A search that was told of nothing.
    pub(super) fn untold(&self, course: Course) -> Told {
        let classes = |role: usize| vec![false; self.roles[role].members.len()];
        Told { asked: classes(course as usize), found: classes(1 - course as usize) }
    }

    fn unless(
        &self,
        end: usize,
        course: Course,
        lets: impl Fn(KindId) -> bool,
        mut known: impl FnMut(u32) -> bool,
    ) -> Vec<usize> {
        let (here, there) = self.sides(course);
        let met = here.met[here.class_of[end] as usize].iter();
        let classes = met.filter(|(class, kind)| lets(kind.whole) && !known(*class));
        let strangers = classes.flat_map(|(class, _)| &there.members[*class as usize]).copied();
        let (ends, kinds) = here.singled.of_end(end);
        let singled = ends.iter().zip(kinds).filter(|(_, kind)| lets(kind.whole)).map(|(other, _)| *other);
        let mut all: Vec<usize> = strangers.chain(singled).map(|end| end as usize).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The role that an end has when steps are taken from it, and the one of those that they lead to.
    fn sides(&self, course: Course) -> (&Role, &Role) {
        (&self.roles[course as usize], &self.roles[1 - course as usize])
    }
}

impl Role {
    fn of(roles: impl Iterator<Item = (u32, Option<u32>)>) -> Role {
        let (mut classes, mut role) = (Interned::default(), Role::default());
        for (end, class) in roles.enumerate() {
            let class = classes.id(class);
            role.members.resize_with(classes.len(), Vec::new);
            role.members[class as usize].push(end as u32);
            role.class_of.push(class);
        }
        role.met = vec![Vec::new(); classes.len()];
        role
    }
}

impl Singled {
    /// Those of the first so many ends, of steps that are sorted.
    fn of(count: usize, steps: &[(u32, u32, Kind)]) -> Singled {
        let starts = (0..=count).map(|end| steps.partition_point(|(from, _, _)| (*from as usize) < end) as u32);
        let (ends, kinds) = steps.iter().map(|(_, to, kind)| (*to, *kind)).unzip();
        Singled { starts: starts.collect(), ends, kinds }
    }

    fn of_end(&self, end: usize) -> (&[u32], &[Kind]) {
        let range = self.starts[end] as usize..self.starts[end + 1] as usize;
        (&self.ends[range.clone()], &self.kinds[range])
    }
}
