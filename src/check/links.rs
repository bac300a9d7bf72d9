//! What passes between many ends: the verdicts of [`Gates`], each gate asked once for ends that are alike to it.
//!
//! A rule that names a tier admits it wherever its members are; every other rule looks at addresses alone. So a
//! gate's verdict on a tier that it does not name is its verdict on all that are alike, and the tiers that gates name
//! are no more than their rules.

use super::alike::alike;
use super::ends::Named;
use super::interned::Interned;
use super::reach::{Gate, Gates, Side, Who, gates_between};
use crate::net::{Family, TrafficSet};
use crate::policy::{Peer, Policy, TierId};
use std::collections::HashMap;

/// What passes between two ends in one IP version: for some of their addresses, and for every one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Passing {
    /// The IP version.
    pub family: Family,
    /// For some.
    pub may: TrafficSet,
    /// For every one.
    pub must: TrafficSet,
}

/// What passes between a pair: pairs between which the same does have the same, and [`Links::kind`] says what.
pub type KindId = u32;

/// The links between ends: the tiers by id, then others.
#[derive(Debug)]
pub struct Links<'p> {
    gates: Gates<'p>,
    ends: Vec<Named>,
    /// For each end, which ends are alike to gates that do not name it; those of tiers come first.
    likeness: Vec<u32>,
    /// For each likeness of tiers, one that no rule names.
    strangers: Vec<Side>,
    /// For each tier, the manner of its outbound gate and of its inbound one.
    manners: Vec<[u32; 2]>,
    known: Interned<Manner>,
    admissions: Interned<Verdict>,
    kinds: Interned<Vec<Passing>>,
    kind_ids: HashMap<[Option<Way>; 2], Option<Kind>>,
}

/// What passes between a pair.
#[derive(Debug, Clone, Copy)]
struct Kind {
    /// In each family that both may have.
    whole: KindId,
    /// Without what says nothing new.
    told: KindId,
}

/// What a gate admits of tiers that it does not name: by their likeness the verdict in each family, where it is
/// something.
type Manner = Vec<(u32, [u32; 2])>;

/// Whether both ends surely have hosts of a family; the verdicts of the sender's gate and of the receiver's, where
/// they have one.
type Way = (bool, [Option<u32>; 2]);

/// What a gate admits: for some addresses of an end, and for every one.
type Verdict = (TrafficSet, TrafficSet);

/// What passes in each family, without what passes in one that the ends perhaps do not have and says nothing new beside
/// one that they surely have.
pub fn telling<T>(families: Vec<(bool, T)>, may: impl Fn(&T) -> &TrafficSet) -> Vec<T> {
    let sure: Vec<TrafficSet> = families.iter().filter(|(sure, _)| *sure).map(|(_, one)| may(one).clone()).collect();
    let news = |one: &T| sure.iter().all(|sure| sure.is_empty() || !sure.covers(&may(one).without_icmp()));
    families.into_iter().filter(|(sure, one)| *sure || news(one)).map(|(_, one)| one).collect()
}

/// The verdict of a gate that admits nothing.
const NOTHING: u32 = 0;

impl<'p> Links<'p> {
    /// The links between the tiers of a policy and these other ends.
    pub fn new(policy: &'p Policy, others: Vec<Named>) -> Links<'p> {
        let tiers = (0..policy.tiers.len()).map(|n| Named::tier(policy, TierId(n as u32)));
        let ends: Vec<Named> = tiers.chain(others).collect();
        let likeness = alike(policy, &ends);
        let nobody = Who::Tier(TierId(policy.tiers.len() as u32));
        let mut strangers: Vec<Side> = Vec::new();
        for (end, likeness) in ends.iter().zip(&likeness).take(policy.tiers.len()) {
            if *likeness as usize == strangers.len() {
                strangers.push(Side { who: nobody, ..end.side.clone() });
            }
        }
        let mut links = Links {
            gates: Gates::new(policy),
            ends,
            likeness,
            strangers,
            manners: Vec::new(),
            known: Interned::default(),
            admissions: Interned::default(),
            kinds: Interned::default(),
            kind_ids: HashMap::new(),
        };
        links.admissions.id(Verdict::default());
        let gates = (0..policy.tiers.len() as u32).map(|n| [Gate::Outbound(TierId(n)), Gate::Inbound(TierId(n))]);
        links.manners = gates.map(|gates| gates.map(|gate| links.manner(gate))).collect();
        links
    }

    fn manner(&mut self, gate: Gate) -> u32 {
        let looks = |flow: &u32| match self.gates.peer(gate, *flow) {
            Peer::Net(_) | Peer::PrefixList(_) | Peer::Param(_) => true,
            Peer::Tier(_) | Peer::External(_) => false,
        };
        let open = Family::BOTH.into_iter().any(|family| self.gates.is_open(gate, family));
        if !open && !self.gates.flows(gate).iter().any(looks) {
            return self.known.id(Manner::new());
        }
        let all = self.strangers.iter().zip(0..);
        let verdicts = all.map(|(side, likeness)| {
            let verdict = |family| self.admissions.id(self.gates.at(gate, side, family));
            (likeness, Family::BOTH.map(verdict))
        });
        self.known.id(verdicts.filter(|(_, verdicts)| *verdicts != [NOTHING; 2]).collect())
    }

    /// The ends: the tiers by id, then the others.
    pub fn ends(&self) -> &[Named] {
        &self.ends
    }

    /// What passes from one end to another, by positions of ends; nothing where nothing may.
    pub fn between(&mut self, from: usize, to: usize) -> Option<KindId> {
        self.passing_by(from, to, Links::verdict).map(|kind| kind.told)
    }

    /// The same with what passes in an IP version that the ends perhaps do not have, also where that says nothing new.
    pub(super) fn wholly_between(&mut self, from: usize, to: usize) -> Option<KindId> {
        self.passing_by(from, to, Links::verdict).map(|kind| kind.whole)
    }

    /// What would wholly pass between two tiers if no rule named either: no more than what does.
    pub(super) fn between_strangers(&mut self, from: usize, to: usize) -> Option<KindId> {
        let verdict = |links: &mut Links<'p>, gate, far, family| links.on_stranger(gate, far, family);
        self.passing_by(from, to, verdict).map(|kind| kind.whole)
    }

    /// What decides about what passes to a tier or from it, if no rule names either: what it is taken for, and what its
    /// outbound gate admits, and its inbound one.
    pub(super) fn roles(&self, tier: usize) -> [(u32, u32); 2] {
        self.manners[tier].map(|manner| (self.likeness[tier], manner))
    }

    /// The tiers that a gate of a tier names.
    pub(super) fn named(&self, gate: Gate) -> impl Iterator<Item = TierId> + '_ {
        self.gates.admit(gate).named().filter_map(|(peer, _)| match peer {
            Peer::Tier(id) => Some(id),
            Peer::Net(_) | Peer::PrefixList(_) | Peer::External(_) | Peer::Param(_) => None,
        })
    }

    fn passing_by(
        &mut self,
        from: usize,
        to: usize,
        verdict: impl Fn(&mut Links<'p>, Gate, usize, Family) -> u32,
    ) -> Option<Kind> {
        let key = Family::BOTH.map(|family| {
            let sides = [from, to].map(|end| &self.ends[end].side);
            let sure = sides.iter().all(|side| side.is_in(family));
            sides.iter().all(|side| side.may_be_in(family)).then(|| {
                let gate = |tier: fn(TierId) -> Gate, end: usize| match self.ends[end].side.who {
                    Who::Tier(id) => Some(tier(id)),
                    Who::Hosts | Who::External(_) | Who::PrefixList(_) | Who::Param(_) => None,
                };
                let way = [(gate(Gate::Outbound, from), to), (gate(Gate::Inbound, to), from)];
                (sure, way.map(|(gate, far)| gate.map(|gate| verdict(self, gate, far, family))))
            })
        });
        if let Some(known) = self.kind_ids.get(&key) {
            return *known;
        }
        let ways = Family::BOTH.into_iter().zip(key);
        let passing: Vec<(bool, Passing)> =
            ways.filter_map(|(family, way)| Some((way?.0, self.passing(family, way?)))).collect();
        let kind = passing.iter().any(|(_, passing)| !passing.may.is_empty()).then(|| {
            let whole = self.kinds.id(passing.iter().map(|(_, passing)| passing.clone()).collect());
            Kind { whole, told: self.kinds.id(telling(passing, |passing| &passing.may)) }
        });
        self.kind_ids.insert(key, kind);
        kind
    }

    /// What passes, in each IP version that both ends have.
    pub fn kind(&self, kind: KindId) -> &[Passing] {
        self.kinds.get(kind)
    }

    /// The flows that let some of this through, from one end to another.
    pub fn letting(&self, from: usize, to: usize, passing: &[Passing]) -> Vec<u32> {
        let gates = gates_between(&self.ends[from].side, &self.ends[to].side);
        let flows = gates.flat_map(|(gate, far)| {
            passing.iter().flat_map(move |passing| self.gates.letting(gate, far, passing.family, &passing.may))
        });
        let mut flows: Vec<u32> = flows.map(|(flow, _)| flow).collect();
        flows.sort_unstable();
        flows.dedup();
        flows
    }

    /// The ends, and what passes by its id.
    pub(super) fn into_parts(self) -> (Vec<Named>, Interned<Vec<Passing>>) {
        (self.ends, self.kinds)
    }

    fn passing(&self, family: Family, (sure, way): Way) -> Passing {
        let must = if sure { TrafficSet::all(family) } else { TrafficSet::default() };
        let all = || (TrafficSet::all(family), must);
        let (may, must) = way.into_iter().flatten().fold(all(), |(may, must), id| {
            let (more_may, more_must) = self.admissions.get(id);
            (may.intersection(more_may), must.intersection(more_must))
        });
        Passing { family, may, must }
    }

    /// The verdict of a gate on an end.
    fn verdict(&mut self, gate: Gate, end: usize, family: Family) -> u32 {
        match self.ends[end].side.who {
            Who::Tier(id) if !self.gates.admit(gate).names(id) => self.on_stranger(gate, end, family),
            Who::Tier(_) | Who::Hosts | Who::External(_) | Who::PrefixList(_) | Who::Param(_) => {
                self.admissions.id(self.gates.at(gate, &self.ends[end].side, family))
            }
        }
    }

    /// The verdict of a gate on a tier, as if it did not name it.
    fn on_stranger(&self, gate: Gate, tier: usize, family: Family) -> u32 {
        let manner = match gate {
            Gate::Outbound(id) => self.manners[id.index()][0],
            Gate::Inbound(id) => self.manners[id.index()][1],
        };
        let manner = self.known.get(manner);
        let at = manner.binary_search_by_key(&self.likeness[tier], |(likeness, _)| *likeness);
        at.map_or(NOTHING, |at| manner[at].1[family as usize])
    }
}
