//! What passes between many ends: the verdicts of [`Gates`], each gate asked once for ends that are alike to it.
//!
//! A rule that names a tier admits it wherever its members are; every other rule looks at addresses alone. So a
//! gate's verdict on a tier is its verdict on any tier at the same addresses that it does not name, and what its
//! rules for the tier admit besides.

use super::ends::Named;
use super::reach::{Gate, Gates, Side, Who, gates_between};
use crate::net::{Addresses, Family, TrafficSet};
use crate::policy::{Outbound, Peer, Policy, TierId};
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
    policy: &'p Policy,
    gates: Gates<'p>,
    ends: Vec<Named>,
    /// For each end, which ends are alike to gates that do not name it.
    likeness: Vec<u32>,
    /// What the rules of a gate that name a tier admit.
    named: HashMap<(Gate, TierId), [TrafficSet; 2]>,
    /// Tiers that each gate names, sorted.
    names: HashMap<Gate, Vec<TierId>>,
    unnamed: HashMap<(Gate, u32, Family), Verdict>,
    verdicts: HashMap<(Gate, usize, Family), u32>,
    admissions: Vec<Verdict>,
    admission_ids: HashMap<Verdict, u32>,
    kinds: Vec<Vec<Passing>>,
    kind_of: HashMap<Vec<Passing>, KindId>,
    kind_ids: HashMap<[Option<Way>; 2], Option<KindId>>,
}

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

impl<'p> Links<'p> {
    /// The links between the tiers of a policy and these other ends.
    pub fn new(policy: &'p Policy, others: Vec<Named>) -> Links<'p> {
        let tiers = (0..policy.tiers.len()).map(|n| Named::tier(policy, TierId(n as u32)));
        let ends: Vec<Named> = tiers.chain(others).collect();
        let mut alike: HashMap<(Option<Who>, Addresses, [bool; 2]), u32> = HashMap::new();
        let mut likeness = Vec::with_capacity(ends.len());
        for end in &ends {
            let who = Some(end.side.who).filter(|who| !matches!(who, Who::Tier(_)));
            let next = alike.len() as u32;
            likeness.push(*alike.entry((who, end.side.addresses.clone(), end.side.unsure)).or_insert(next));
        }
        let mut links = Links {
            policy,
            gates: Gates::new(policy),
            ends,
            likeness,
            named: HashMap::new(),
            names: HashMap::new(),
            unnamed: HashMap::new(),
            verdicts: HashMap::new(),
            admissions: Vec::new(),
            admission_ids: HashMap::new(),
            kinds: Vec::new(),
            kind_of: HashMap::new(),
            kind_ids: HashMap::new(),
        };
        links.name();
        links
    }

    /// Gathers what rules that name a tier admit.
    fn name(&mut self) {
        for flow in &self.policy.flows {
            let (Some(sender), Some(receiver)) = (flow.sender(), flow.receiver()) else { continue };
            let inbound = (Gate::Inbound(receiver), sender);
            let outbound = (Gate::Outbound(sender), receiver);
            let closed = self.policy.tier(sender).outbound == Outbound::Closed;
            for key in std::iter::once(inbound).chain(closed.then_some(outbound)) {
                let admitted = self.named.entry(key).or_insert_with(|| {
                    self.names.entry(key.0).or_default().push(key.1);
                    Default::default()
                });
                for (admitted, family) in admitted.iter_mut().zip(Family::BOTH) {
                    *admitted = admitted.union(&TrafficSet::of(flow.traffic, family));
                }
            }
        }
        self.names.values_mut().for_each(|names| names.sort_unstable());
    }

    /// The ends: the tiers by id, then the others.
    pub fn ends(&self) -> &[Named] {
        &self.ends
    }

    /// What passes from one end to another, by positions of ends; nothing where nothing may.
    pub fn between(&mut self, from: usize, to: usize) -> Option<KindId> {
        let key = Family::BOTH.map(|family| {
            let sides = [from, to].map(|end| &self.ends[end].side);
            let sure = sides.iter().all(|side| side.is_in(family));
            sides.iter().all(|side| side.may_be_in(family)).then(|| {
                let gate = |tier: fn(TierId) -> Gate, end: usize| match self.ends[end].side.who {
                    Who::Tier(id) => Some(tier(id)),
                    Who::Hosts | Who::External(_) | Who::PrefixList(_) | Who::Param(_) => None,
                };
                let way = [(gate(Gate::Outbound, from), to), (gate(Gate::Inbound, to), from)];
                (sure, way.map(|(gate, far)| gate.map(|gate| self.verdict(gate, far, family))))
            })
        });
        if let Some(known) = self.kind_ids.get(&key) {
            return *known;
        }
        let ways = Family::BOTH.into_iter().zip(key);
        let passing = ways.filter_map(|(family, way)| Some((way?.0, self.passing(family, way?)))).collect();
        let passing = telling(passing, |passing| &passing.may);
        let kind = passing.iter().any(|passing| !passing.may.is_empty()).then(|| {
            let next = self.kinds.len() as KindId;
            *self.kind_of.entry(passing).or_insert_with_key(|passing| {
                self.kinds.push(passing.clone());
                next
            })
        });
        self.kind_ids.insert(key, kind);
        kind
    }

    /// What passes, in each IP version that both ends have.
    pub fn kind(&self, kind: KindId) -> &[Passing] {
        &self.kinds[kind as usize]
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
    pub fn into_parts(self) -> (Vec<Named>, Vec<Vec<Passing>>) {
        (self.ends, self.kinds)
    }

    fn passing(&self, family: Family, (sure, way): Way) -> Passing {
        let must = if sure { TrafficSet::all(family) } else { TrafficSet::default() };
        let all = || (TrafficSet::all(family), must);
        let (may, must) = way.into_iter().flatten().fold(all(), |(may, must), id| {
            let (more_may, more_must) = &self.admissions[id as usize];
            (may.intersection(more_may), must.intersection(more_must))
        });
        Passing { family, may, must }
    }

    /// The verdict of a gate on an end.
    fn verdict(&mut self, gate: Gate, end: usize, family: Family) -> u32 {
        if let Some(known) = self.verdicts.get(&(gate, end, family)) {
            return *known;
        }
        let (mut may, mut must) = self.unnamed(gate, end, family);
        if let Who::Tier(id) = self.ends[end].side.who
            && let Some(admitted) = self.named.get(&(gate, id))
        {
            let admitted = &admitted[usize::from(family == Family::V6)];
            (may, must) = (may.union(admitted), must.union(admitted));
        }
        let next = self.admissions.len() as u32;
        let id = *self.admission_ids.entry((may, must)).or_insert_with_key(|verdict| {
            self.admissions.push(verdict.clone());
            next
        });
        self.verdicts.insert((gate, end, family), id);
        id
    }

    /// The verdict of a gate on an end, without the rules that name it.
    fn unnamed(&mut self, gate: Gate, end: usize, family: Family) -> Verdict {
        let key = (gate, self.likeness[end], family);
        if let Some(known) = self.unnamed.get(&key) {
            return known.clone();
        }
        let mut side = self.ends[end].side.clone();
        if let Who::Tier(_) = side.who {
            let names = self.names.get(&gate).map_or(&[][..], Vec::as_slice);
            let all = (0..self.policy.tiers.len()).map(|n| TierId(n as u32));
            let mut strangers = all.filter(|id| names.binary_search(id).is_err());
            match strangers.next() {
                Some(stranger) => side.who = Who::Tier(stranger),
                // it names every tier: what it says of this one is no more than its verdict
                None => return self.gates.at(gate, &side, family),
            }
        }
        let verdict = if self.looks_at(gate, &side) { self.gates.at(gate, &side, family) } else { Default::default() };
        self.unnamed.insert(key, verdict.clone());
        verdict
    }

    /// Whether a gate has a rule that could admit an end that it does not name.
    fn looks_at(&self, gate: Gate, side: &Side) -> bool {
        let Gate::Inbound(tier) = gate else { return true };
        self.gates.inbound(tier).any(|flow| match self.policy.flows[flow as usize].peer {
            Peer::Tier(_) => false,
            Peer::Net(block) => !side.addresses.intersection(&Addresses::of([&block])).is_empty(),
            Peer::PrefixList(_) | Peer::External(_) | Peer::Param(_) => true,
        })
    }
}
