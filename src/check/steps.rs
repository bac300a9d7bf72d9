//! Which tiers may send to which, without a pair of tiers for each answer.
//!
//! Tiers that are alike, and whose gates admit the same of whom they do not name, are one class of senders or of
//! receivers: what passes between two of their members passes between all. What gates admit besides, of tiers that
//! they name, is one step for each such pair, of which there are no more than rules. So a search that takes each class
//! once takes as long as there are tiers, rules and pairs of classes.

use super::interned::Interned;
use super::links::{KindId, Links};
use super::reach::Gate;
use crate::policy::TierId;

/// The steps between the tiers of a policy.
#[derive(Debug)]
pub(super) struct Steps {
    /// The tiers as senders, and as receivers.
    roles: [Role; 2],
}

/// The tiers in one role.
#[derive(Debug, Default)]
struct Role {
    class_of: Vec<u32>,
    members: Vec<Vec<u32>>,
    /// For each class, the classes of the other role between which something may pass.
    met: Vec<Vec<(u32, KindId)>>,
    /// For each tier, those in the other role that a rule of either names, where something may pass.
    named: Vec<Vec<(u32, KindId)>>,
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
    /// The steps between all tiers.
    pub(super) fn of(links: &mut Links<'_>, tiers: usize) -> Steps {
        let mut roles: [Role; 2] = [0, 1].map(|role| Role::of((0..tiers).map(|tier| links.roles(tier)[role])));
        let [senders, receivers] = &mut roles;
        for sender in 0..senders.members.len() {
            for receiver in 0..receivers.members.len() {
                let some = [senders.members[sender][0], receivers.members[receiver][0]].map(|tier| tier as usize);
                if let Some(kind) = links.between_strangers(some[0], some[1]) {
                    senders.met[sender].push((receiver as u32, kind));
                    receivers.met[receiver].push((sender as u32, kind));
                }
            }
        }
        for (from, to) in named(links, tiers) {
            if let Some(kind) = links.wholly_between(from as usize, to as usize) {
                senders.named[from as usize].push((to, kind));
                receivers.named[to as usize].push((from, kind));
            }
        }
        Steps { roles }
    }

    /// How many tiers there are.
    pub(super) fn tiers(&self) -> usize {
        self.roles[0].class_of.len()
    }

    /// The tiers one step from a tier, sorted, if this lets them pass; it lets no less pass where more does.
    pub(super) fn from(&self, tier: usize, course: Course, lets: impl Fn(KindId) -> bool) -> Vec<usize> {
        self.unless(tier, course, lets, |_| false)
    }

    /// The same, without some that the search was told of before.
    pub(super) fn news(
        &self,
        tier: usize,
        course: Course,
        told: &mut Told,
        lets: impl Fn(KindId) -> bool,
    ) -> Vec<usize> {
        let class = self.roles[course as usize].class_of[tier] as usize;
        let again = std::mem::replace(&mut told.asked[class], true);
        self.unless(tier, course, lets, |other| again || std::mem::replace(&mut told.found[other as usize], true))
    }

    /// A search that was told of nothing.
    pub(super) fn untold(&self, course: Course) -> Told {
        let classes = |role: usize| vec![false; self.roles[role].members.len()];
        Told { asked: classes(course as usize), found: classes(1 - course as usize) }
    }

    fn unless(
        &self,
        tier: usize,
        course: Course,
        lets: impl Fn(KindId) -> bool,
        mut known: impl FnMut(u32) -> bool,
    ) -> Vec<usize> {
        let (here, there) = (&self.roles[course as usize], &self.roles[1 - course as usize]);
        let met = here.met[here.class_of[tier] as usize].iter();
        let classes = met.filter(|(class, kind)| lets(*kind) && !known(*class));
        let strangers = classes.flat_map(|(class, _)| &there.members[*class as usize]).copied();
        let named = here.named[tier].iter().filter(|(_, kind)| lets(*kind)).map(|(other, _)| *other);
        let mut all: Vec<usize> = strangers.chain(named).map(|tier| tier as usize).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

impl Role {
    fn of(roles: impl Iterator<Item = (u32, u32)>) -> Role {
        let (mut classes, mut role) = (Interned::default(), Role::default());
        for (tier, class) in roles.enumerate() {
            let class = classes.id(class);
            role.members.resize_with(classes.len(), Vec::new);
            role.members[class as usize].push(tier as u32);
            role.class_of.push(class);
        }
        role.met = vec![Vec::new(); classes.len()];
        role.named = vec![Vec::new(); role.class_of.len()];
        role
    }
}

/// The pairs of sender and receiver of which a gate of one names the other.
fn named(links: &Links<'_>, tiers: usize) -> Vec<(u32, u32)> {
    let gates = (0..tiers as u32).flat_map(|tier| {
        let to = links.named(Gate::Outbound(TierId(tier))).map(move |other| (tier, other.0));
        to.chain(links.named(Gate::Inbound(TierId(tier))).map(move |other| (other.0, tier)))
    });
    let mut pairs: Vec<(u32, u32)> = gates.collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}
