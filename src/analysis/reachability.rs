//! What passes between many ends: the verdicts of [`Gates`], each gate asked once for all ends of
//! one class.
//!
//! A rule that names a tier admits it wherever its members are; every other rule looks at addresses
//! alone. So a gate's verdict on an end that it does not single out is its verdict on all of its
//! class, and the ends that gates single out are about as many as their rules.

use super::equivalence::EquivalenceClasses;
use super::gate::{Gate, Gates, Who, gates_between};
use super::interned::Interned;
use super::named_endpoint::NamedEndpoint;
use super::never_filtered::{exempt, may_be_exempt};
use crate::net::{Family, TrafficSet};
use crate::policy::{Peer, Policy, TierId, VpcId, icmp_pairs};
use ipnet::IpNet;
use std::collections::{BTreeSet, HashMap};

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

/// What passes between a pair: pairs between which the same does have the same, and
/// [`Reachability::kind`] says what.
pub type KindId = u32;

/// The links between ends: the tiers by id, then others.
#[derive(Debug)]
pub struct Reachability<'p> {
    policy: &'p Policy,
    gates: Gates<'p>,
    ends: Vec<NamedEndpoint>,
    classes: EquivalenceClasses,
    /// For each tier, the profile of its outbound gate and of its inbound one.
    gate_profiles: Vec<[u32; 2]>,
    known: Interned<GateProfile>,
    admissions: Interned<Verdict>,
    kinds: Interned<Vec<Passing>>,
    kind_ids: HashMap<[Option<GatePair>; 2], Option<Kind>>,
}

/// What passes between a pair.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    /// In each family that both may have.
    pub(super) whole: KindId,
    /// Without what says nothing new.
    pub(super) reduced: KindId,
}

/// What a gate admits of ends that it does not single out: by their class the verdict in each
/// family, where it is something.
type GateProfile = Vec<(u32, [u32; 2])>;

/// Whether both ends surely have hosts of a family; the verdicts of the sender's gate and of the
/// receiver's, where they have one.
type GatePair = (bool, [Option<u32>; 2]);

/// What a gate admits: for some addresses of an end, and for every one.
type Verdict = (TrafficSet, TrafficSet);

/// What passes in each family, without what passes in one that the ends perhaps do not have and
/// says nothing new beside one that they surely have: the same, ICMP by its other name. Of each:
/// whether they surely have it, which it is, and what may pass.
pub fn without_redundant_families<T>(
    families: Vec<T>,
    passing: impl Fn(&T) -> (bool, Family, &TrafficSet),
) -> Vec<T> {
    let sure: Vec<(Family, TrafficSet)> = families
        .iter()
        .map(&passing)
        .filter(|(sure, ..)| *sure)
        .map(|(_, family, may)| (family, may.clone()))
        .collect();
    let is_new = |family: Family, may: &TrafficSet| {
        sure.iter()
            .all(|(other, sure)| sure.is_empty() || !counterpart(sure, *other, family).covers(may))
    };
    let is_shown = |one: &T| {
        let (sure, family, may) = passing(one);
        sure || is_new(family, may)
    };
    families.into_iter().filter(is_shown).collect()
}

/// What the same rules admit in another family, if they name no addresses: the same ports and
/// protocols, and the types of ICMP that have one name in both.
fn counterpart(set: &TrafficSet, family: Family, other: Family) -> TrafficSet {
    if family == other {
        return set.clone();
    }
    if *set == TrafficSet::all(family) {
        return TrafficSet::all(other);
    }
    let named = icmp_pairs().filter_map(|of| {
        let admitted = TrafficSet::new(of[family as usize], family);
        set.covers(&admitted).then_some(of[other as usize])
    });
    set.without_icmp().union(&TrafficSet::of_all(named, other))
}

/// The verdict of a gate that admits nothing.
const NOTHING: u32 = 0;

/// The number of a verdict.
fn admission(admissions: &mut Interned<Verdict>, verdict: Verdict) -> u32 {
    if verdict.0.is_empty() {
        NOTHING
    } else {
        admissions.id(verdict)
    }
}

impl<'p> Reachability<'p> {
    /// The links between the tiers of a policy and these other ends.
    pub fn new(policy: &'p Policy, others: Vec<NamedEndpoint>) -> Reachability<'p> {
        let tiers = (0..policy.tiers.len()).map(|n| NamedEndpoint::tier(policy, TierId(n as u32)));
        let ends: Vec<NamedEndpoint> = tiers.chain(others).collect();
        let classes = EquivalenceClasses::new(policy, &ends);
        let mut links = Reachability {
            policy,
            gates: Gates::new(policy),
            ends,
            classes,
            gate_profiles: Vec::new(),
            known: Interned::default(),
            admissions: Interned::default(),
            kinds: Interned::default(),
            kind_ids: HashMap::new(),
        };
        links.admissions.id(Verdict::default());
        let gates = (0..policy.tiers.len() as u32)
            .map(|n| [Gate::Outbound(TierId(n)), Gate::Inbound(TierId(n))]);
        links.gate_profiles = gates
            .map(|gates| gates.map(|gate| links.gate_profile(gate)))
            .collect();
        links
    }

    fn gate_profile(&mut self, gate: Gate) -> u32 {
        let looks = |flow: &u32| match self.gates.peer(gate, *flow) {
            Peer::Net(_) | Peer::PrefixList(_) | Peer::Param(_) | Peer::External(_) => true,
            Peer::Tier(_) => false,
        };
        let (Gate::Inbound(tier) | Gate::Outbound(tier)) = gate;
        let vpc = self.policy.tier(tier).vpc;
        let open = Family::BOTH
            .into_iter()
            .any(|family| self.gates.is_open(gate, family));
        let count = self.classes.profiles.len() as u32;
        let is_reserved =
            |class: u32| self.classes.profiles.get(class).is_reserved(vpc) != [false; 2];
        if !open && !self.gates.flows(gate).iter().any(looks) && !(0..count).any(is_reserved) {
            return self.known.id(GateProfile::new());
        }
        let narrow = |peer| matches!(peer, Peer::Net(block) if !self.classes.wide.contains(&block));
        let without_narrow = self.gates.without(gate, narrow);
        let verdicts = (0..count).map(|class| {
            let profile = self.classes.profiles.get(class);
            // with other gates instead, rules alone decide: an end that surely is exempt is singled
            // out
            let (side, is_reserved) = (profile.side(self.policy), profile.is_reserved(vpc));
            let verdict = |family: Family| {
                let gates = if profile.is_everywhere[family as usize] {
                    &self.gates
                } else {
                    &without_narrow
                };
                let (may, must) = gates.at(gate, &side, family);
                let may = if is_reserved[family as usize] {
                    TrafficSet::all(family)
                } else {
                    may
                };
                admission(&mut self.admissions, (may, must))
            };
            (class, Family::BOTH.map(verdict))
        });
        self.known.id(verdicts
            .filter(|(_, verdicts)| *verdicts != [NOTHING; 2])
            .collect())
    }

    /// The ends: the tiers by id, then the others.
    pub fn ends(&self) -> &[NamedEndpoint] {
        &self.ends
    }

    /// Whether an end is a tier by its position.
    pub(super) fn is_tier(&self, end: usize) -> bool {
        end < self.gate_profiles.len()
    }

    /// What passes from one end to another, by positions of ends; nothing where nothing may.
    pub(super) fn between(&mut self, from: usize, to: usize) -> Option<Kind> {
        self.passing_by(from, to, Reachability::verdict)
    }

    /// What would pass between two ends if no gate singled either out: no more than what does.
    pub(super) fn passing_between_classes(&mut self, from: usize, to: usize) -> Option<Kind> {
        let verdict = |links: &mut Reachability<'p>, gate, far, family| {
            links.admitted_by_class(gate, far, family)
        };
        self.passing_by(from, to, verdict)
    }

    /// What decides about what passes from an end, and to it, if no gate singles it out: what it is
    /// taken for, and what its own gate admits, if it has one.
    pub(super) fn roles(&self, end: usize) -> [(u32, Option<u32>); 2] {
        let gate_profiles = self
            .gate_profiles
            .get(end)
            .map_or([None; 2], |gate_profiles| gate_profiles.map(Some));
        gate_profiles.map(|gate_profile| (self.classes.class_of[end], gate_profile))
    }

    /// The pairs of a sender and a receiver of which a gate of one singles the other out, among the
    /// first so many ends; some more than once.
    pub(super) fn excepted_pairs(&self, count: usize) -> Vec<(u32, u32)> {
        let mut pairs = Vec::new();
        let peers = self.ends[..count]
            .iter()
            .zip(0..)
            .filter_map(|(end, n)| Some((end.side.who.peer()?, n)));
        let by_peer: HashMap<Peer, u32> = peers.collect();
        let single = self.ends[..count]
            .iter()
            .zip(0..)
            .filter(|(end, _)| may_be_exempt(&end.side));
        let single: Vec<u32> = single.map(|(_, n)| n).collect();
        let mut exempt: HashMap<VpcId, Vec<u32>> = HashMap::new();
        for tier in 0..self.gate_profiles.len() as u32 {
            let vpc = self.policy.tier(TierId(tier)).vpc;
            let exempt = exempt
                .entry(vpc)
                .or_insert_with(|| self.surely_exempt(vpc, &single));
            pairs.extend(exempt.iter().flat_map(|end| [(tier, *end), (*end, tier)]));
            let [outbound, inbound] = [Gate::Outbound(TierId(tier)), Gate::Inbound(TierId(tier))]
                .map(|gate| {
                    self.singled_by(gate, &by_peer)
                        .into_iter()
                        .filter(|end| (*end as usize) < count)
                });
            pairs.extend(outbound.map(|to| (tier, to)));
            pairs.extend(inbound.map(|from| (from, tier)));
        }
        pairs
    }

    fn singled_by(&self, gate: Gate, by_peer: &HashMap<Peer, u32>) -> BTreeSet<u32> {
        let EquivalenceClasses { index, wide, .. } = &self.classes;
        let named = self
            .gates
            .admit(gate)
            .named()
            .filter_map(|(peer, _)| by_peer.get(&peer));
        let mut singled: BTreeSet<u32> = named.copied().collect();
        let blocks =
            self.gates
                .flows(gate)
                .iter()
                .filter_map(|flow| match self.gates.peer(gate, *flow) {
                    Peer::Net(block) => Some(block).filter(|block| !wide.contains(block)),
                    Peer::Tier(_) | Peer::PrefixList(_) | Peer::External(_) | Peer::Param(_) => {
                        None
                    }
                });
        let blocks: BTreeSet<IpNet> = blocks.collect();
        singled.extend(blocks.into_iter().flat_map(|block| index.meeting(block)));
        singled
    }

    /// Those of some ends of which the gates of the tiers of a VPC surely do not filter a part.
    fn surely_exempt(&self, vpc: VpcId, single: &[u32]) -> Vec<u32> {
        let vpc = &self.policy.vpcs[vpc.index()];
        let is_exempt = |end: &u32| {
            let exempt = |family| exempt(vpc, &self.ends[*end as usize].side, family);
            Family::BOTH
                .into_iter()
                .filter_map(exempt)
                .any(|exempt| exempt.is_sure)
        };
        single.iter().copied().filter(is_exempt).collect()
    }

    fn passing_by(
        &mut self,
        from: usize,
        to: usize,
        verdict: impl Fn(&mut Reachability<'p>, Gate, usize, Family) -> u32,
    ) -> Option<Kind> {
        let key = Family::BOTH.map(|family| {
            let sides = [from, to].map(|end| &self.ends[end].side);
            let sure = sides.iter().all(|side| side.is_in(family));
            sides.iter().all(|side| side.may_be_in(family)).then(|| {
                let gate = |tier: fn(TierId) -> Gate, end: usize| match self.ends[end].side.who {
                    Who::Tier(id) => Some(tier(id)),
                    Who::Hosts | Who::External(_) | Who::PrefixList(_) | Who::Param(_) => None,
                };
                let way = [
                    (gate(Gate::Outbound, from), to),
                    (gate(Gate::Inbound, to), from),
                ];
                (
                    sure,
                    way.map(|(gate, far)| gate.map(|gate| verdict(self, gate, far, family))),
                )
            })
        });
        if let Some(known) = self.kind_ids.get(&key) {
            return *known;
        }
        let ways = Family::BOTH.into_iter().zip(key);
        let passing: Vec<(bool, Passing)> = ways
            .filter_map(|(family, way)| Some((way?.0, self.passing(family, way?))))
            .collect();
        let kind = passing
            .iter()
            .any(|(_, passing)| !passing.may.is_empty())
            .then(|| {
                let whole = self
                    .kinds
                    .id(passing.iter().map(|(_, passing)| passing.clone()).collect());
                let shown = without_redundant_families(passing, |(sure, passing)| {
                    (*sure, passing.family, &passing.may)
                });
                Kind {
                    whole,
                    reduced: self
                        .kinds
                        .id(shown.into_iter().map(|(_, passing)| passing).collect()),
                }
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
            passing.iter().flat_map(move |passing| {
                self.gates.letting(gate, far, passing.family, &passing.may)
            })
        });
        let mut flows: Vec<u32> = flows.map(|(flow, _)| flow).collect();
        flows.sort_unstable();
        flows.dedup();
        flows
    }

    fn passing(&self, family: Family, (sure, way): GatePair) -> Passing {
        let must = if sure {
            TrafficSet::all(family)
        } else {
            TrafficSet::default()
        };
        let all = || (TrafficSet::all(family), must);
        let (may, must) = way.into_iter().flatten().fold(all(), |(may, must), id| {
            let (more_may, more_must) = self.admissions.get(id);
            (may.intersection(more_may), must.intersection(more_must))
        });
        Passing { family, may, must }
    }

    /// The verdict of a gate on an end.
    fn verdict(&mut self, gate: Gate, end: usize, family: Family) -> u32 {
        admission(
            &mut self.admissions,
            self.gates.at(gate, &self.ends[end].side, family),
        )
    }

    /// The verdict of a gate on an end, as if it did not single it out.
    fn admitted_by_class(&self, gate: Gate, end: usize, family: Family) -> u32 {
        let gate_profile = match gate {
            Gate::Outbound(id) => self.gate_profiles[id.index()][0],
            Gate::Inbound(id) => self.gate_profiles[id.index()][1],
        };
        let gate_profile = self.known.get(gate_profile);
        let at =
            gate_profile.binary_search_by_key(&self.classes.class_of[end], |(class, _)| *class);
        at.map_or(NOTHING, |at| gate_profile[at].1[family as usize])
    }
}
