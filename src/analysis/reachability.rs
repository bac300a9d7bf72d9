//! What passes between many ends: the verdicts of [`Gates`], each gate asked once for all ends of
//! one class.
//!
//! A rule that names a tier admits it wherever its members are; every other rule looks at addresses
//! alone. So a gate's verdict on an end of which it makes no exception is its verdict on all of its
//! class, and there are about as many exceptions as rules.
//!
//! An example: a thousand tiers in one VPC, each open to `10.0.0.0/8` on its own port. All of them
//! are one class, so each gate is asked once and not a thousand times.

use super::equivalence::{ClassId, EquivalenceClasses};
use super::gate::{Gate, Gates, gates_between};
use super::gate_rules::Admitted;
use super::interned::Interned;
use super::named_endpoint::NamedEndpoint;
use super::never_filtered::{exempt_part, may_be_exempt};
use crate::net::{Family, PerFamily, TrafficSet};
use crate::policy::{Peer, Policy, VpcId, icmp_pairs};
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

/// What passes between a pair of ends, as a number: equal numbers mean that the same passes, and
/// [`Reachability::passing`] says what.
pub type PassingId = u32;

/// What passes between ends: the tiers by id, then others.
#[derive(Debug)]
pub struct Reachability<'p> {
    policy: &'p Policy,
    gates: Gates<'p>,
    ends: Vec<NamedEndpoint>,
    classes: EquivalenceClasses,
    /// For each tier, the profile of its outbound gate and of its inbound one.
    profiles_of_tier: Vec<[GateProfileId; 2]>,
    gate_profiles: Interned<GateProfile>,
    admitted: Interned<Admitted>,
    passing: Interned<Vec<Passing>>,
    /// What is known so far, by what decides about it.
    known: HashMap<PerFamily<Option<GatePair>>, Option<PairPassing>>,
}

/// What passes between a pair.
#[derive(Debug, Clone, Copy)]
pub(super) struct PairPassing {
    /// In each family that both may have.
    pub(super) whole: PassingId,
    /// Without families that say nothing new.
    pub(super) reduced: PassingId,
}

/// What decides about what passes from an end, or to it, where no gate makes an exception of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct RoleProfile {
    /// How the gates of others treat it.
    class: ClassId,
    /// What its own gate admits, if it has one.
    gate: Option<GateProfileId>,
}

/// What a gate admits of ends of which it makes no exception: by their class, for each class of
/// which it admits something.
type GateProfile = Vec<(ClassId, PerFamily<AdmittedId>)>;

type GateProfileId = u32;

/// What a gate admits, as a number.
type AdmittedId = u32;

/// Whether both ends surely have hosts of a family; what the sender's gate and the receiver's
/// admit, where they have one.
type GatePair = (bool, [Option<AdmittedId>; 2]);

/// The number of what a gate admits that admits nothing.
const NOTHING: AdmittedId = 0;

/// What passes in each family, without those that say nothing new: a family that the ends perhaps
/// do not have says nothing new if the same passes in one that they surely have, ICMP by its other
/// name. Of each: whether they surely have it, which it is, and what may pass.
pub fn without_redundant_families<T>(
    families: Vec<T>,
    passing: impl Fn(&T) -> (bool, Family, &TrafficSet),
) -> Vec<T> {
    let sure: Vec<(Family, TrafficSet)> = families
        .iter()
        .map(&passing)
        .filter(|(is_sure, ..)| *is_sure)
        .map(|(_, family, may)| (family, may.clone()))
        .collect();

    let is_new = |family: Family, may: &TrafficSet| {
        sure.iter().all(|(other, sure)| {
            sure.is_empty() || !family_counterpart(sure, *other, family).covers(may)
        })
    };

    let is_shown = |one: &T| {
        let (is_sure, family, may) = passing(one);
        is_sure || is_new(family, may)
    };
    families.into_iter().filter(is_shown).collect()
}

/// What the same rules admit in another family, if they name no addresses: the same ports and
/// protocols, and the types of ICMP that have one name in both.
fn family_counterpart(set: &TrafficSet, family: Family, other: Family) -> TrafficSet {
    if family == other {
        return set.clone();
    }

    if *set == TrafficSet::all(family) {
        return TrafficSet::all(other);
    }

    let shared = icmp_pairs().filter_map(|icmp| {
        let admitted = TrafficSet::new(icmp[family], family);
        set.covers(&admitted).then_some(icmp[other])
    });
    set.without_icmp()
        .union(&TrafficSet::from_traffic(shared, other))
}

impl<'p> Reachability<'p> {
    /// What passes between the tiers of a policy and these other ends.
    pub fn new(policy: &'p Policy, others: Vec<NamedEndpoint>) -> Reachability<'p> {
        let tiers = policy
            .tier_ids()
            .map(|id| NamedEndpoint::for_tier(policy, id));
        let ends: Vec<NamedEndpoint> = tiers.chain(others).collect();
        let classes = EquivalenceClasses::new(policy, &ends);

        let mut reachability = Reachability {
            policy,
            gates: Gates::new(policy),
            ends,
            classes,
            profiles_of_tier: Vec::new(),
            gate_profiles: Interned::default(),
            admitted: Interned::default(),
            passing: Interned::default(),
            known: HashMap::new(),
        };

        // INVARIANT: the first number is NOTHING
        reachability.admitted.intern_value(Admitted::default());

        let profiles = policy.tier_ids().map(|tier| {
            [Gate::Outbound(tier), Gate::Inbound(tier)].map(|gate| reachability.gate_profile(gate))
        });
        reachability.profiles_of_tier = profiles.collect();

        reachability
    }

    fn gate_profile(&mut self, gate: Gate) -> GateProfileId {
        if !self.looks_at_addresses(gate) {
            return self.gate_profiles.intern_value(GateProfile::new());
        }

        let wide = &self.classes.wide;
        let without_narrow = self.gates.without_flows(gate, |peer| {
            peer.block().is_some_and(|block| !wide.contains(&block))
        });
        let mut profile = GateProfile::new();

        for class in 0..self.classes.profiles.len() as ClassId {
            let admitted = self.admitted_of_class(gate, &without_narrow, class);
            if admitted.v4 != NOTHING || admitted.v6 != NOTHING {
                profile.push((class, admitted));
            }
        }

        self.gate_profiles.intern_value(profile)
    }

    /// Whether a gate may admit anything of ends of which it makes no exception.
    fn looks_at_addresses(&self, gate: Gate) -> bool {
        let mut families = Family::BOTH.into_iter();
        if families.any(|family| self.gates.is_open(gate, family)) {
            return true;
        }

        // a group that members of other tiers carry is no exception of one tier
        let members = &self.policy.members;
        let is_one_tier = |tier| members.other_carriers(tier).is_empty();
        let names_no_tier = |flow: &u32| {
            !self
                .gates
                .far_peer(gate, *flow)
                .tier()
                .is_some_and(is_one_tier)
        };
        let vpc = self.policy.tier(gate.tier()).vpc;
        let mut profiles = self.classes.profiles.values().iter();
        self.gates.gate_flows(gate).iter().any(names_no_tier)
            || profiles.any(|profile| !profile.is_reserved(vpc).is_none())
    }

    /// What a gate admits of a class.
    fn admitted_of_class(
        &mut self,
        gate: Gate,
        without_narrow: &Gates<'p>,
        class: ClassId,
    ) -> PerFamily<AdmittedId> {
        let profile = self.classes.profiles.get(class);
        let end = profile.endpoint(self.policy);
        let is_reserved = profile.is_reserved(self.policy.tier(gate.tier()).vpc);

        PerFamily::from_fn(|family| {
            // gates of which one is replaced exempt nobody: an end that surely is exempt is an
            // exception
            let gates = if profile.is_everywhere[family] {
                &self.gates
            } else {
                without_narrow
            };

            let mut admitted = gates.admitted_traffic(gate, &end, family);
            if is_reserved[family] {
                admitted.may = TrafficSet::all(family);
            }

            admitted_id(&mut self.admitted, admitted)
        })
    }

    /// The ends: the tiers by id, then the others.
    pub fn ends(&self) -> &[NamedEndpoint] {
        &self.ends
    }

    /// Whether the end at a position is a tier.
    pub(super) fn is_tier(&self, end: usize) -> bool {
        end < self.profiles_of_tier.len()
    }

    /// What passes from one end to another, by positions of ends; nothing where nothing may.
    pub(super) fn passing_between(&mut self, from: usize, to: usize) -> Option<PairPassing> {
        self.passing_as_admitted(from, to, Reachability::admitted_of_end)
    }

    /// What would pass between two ends if no gate made an exception of either: no more than what
    /// does.
    pub(super) fn passing_between_classes(
        &mut self,
        from: usize,
        to: usize,
    ) -> Option<PairPassing> {
        self.passing_as_admitted(from, to, |reachability, gate, far, family| {
            reachability.admitted_by_class(gate, far, family)
        })
    }

    /// What decides about what passes from an end, and to it, if no gate makes an exception of it.
    pub(super) fn role_profiles(&self, end: usize) -> [RoleProfile; 2] {
        let class = self.classes.class_of[end];
        let gates = match self.profiles_of_tier.get(end) {
            Some(profiles) => profiles.map(Some),
            None => [None; 2],
        };
        gates.map(|gate| RoleProfile { class, gate })
    }

    /// The pairs of a sender and a receiver of which a gate of one makes an exception of the other,
    /// among the first so many ends; some more than once.
    pub(super) fn excepted_pairs(&self, count: usize) -> Vec<(u32, u32)> {
        let first = || self.ends[..count].iter().zip(0u32..);
        let peers = first().filter_map(|(end, n)| Some((end.endpoint.who.peer()?, n)));
        let by_peer: HashMap<Peer, u32> = peers.collect();
        let may_be_exempt = first().filter(|(end, _)| may_be_exempt(&end.endpoint));
        let may_be_exempt: Vec<u32> = may_be_exempt.map(|(_, n)| n).collect();

        let mut pairs = Vec::new();
        let mut exempt: HashMap<VpcId, Vec<u32>> = HashMap::new();

        for (tier, id) in (0u32..).zip(self.policy.tier_ids()) {
            let vpc = self.policy.tier(id).vpc;
            let exempt = exempt
                .entry(vpc)
                .or_insert_with(|| self.surely_exempt(vpc, &may_be_exempt));
            pairs.extend(exempt.iter().flat_map(|end| [(tier, *end), (*end, tier)]));

            let is_first = |end: &u32| (*end as usize) < count;
            let receivers = self.exceptions_of(Gate::Outbound(id), &by_peer);
            let senders = self.exceptions_of(Gate::Inbound(id), &by_peer);
            pairs.extend(receivers.into_iter().filter(is_first).map(|to| (tier, to)));
            pairs.extend(
                senders
                    .into_iter()
                    .filter(is_first)
                    .map(|from| (from, tier)),
            );
        }
        pairs
    }

    /// The ends of which a gate makes an exception: those that its rules name, and those in narrow
    /// blocks.
    fn exceptions_of(&self, gate: Gate, by_peer: &HashMap<Peer, u32>) -> BTreeSet<u32> {
        let EquivalenceClasses { index, wide, .. } = &self.classes;
        let named = self.gates.gate_rules(gate).named_peers();
        let named = named.filter_map(|(peer, _)| by_peer.get(&peer));
        let mut exceptions: BTreeSet<u32> = named.copied().collect();

        let peers = self.gates.gate_flows(gate).iter();
        let blocks = peers.filter_map(|flow| self.gates.far_peer(gate, *flow).block());
        let narrow: BTreeSet<IpNet> = blocks.filter(|block| !wide.contains(block)).collect();
        exceptions.extend(narrow.into_iter().flat_map(|block| index.ends_in(block)));
        exceptions
    }

    /// Those of some ends of which the gates of the tiers of a VPC surely do not filter a part.
    fn surely_exempt(&self, vpc: VpcId, ends: &[u32]) -> Vec<u32> {
        let vpc = self.policy.vpc(vpc);
        let is_exempt = |end: &u32| {
            let end = &self.ends[*end as usize].endpoint;
            let mut exempt = Family::BOTH
                .into_iter()
                .filter_map(|family| exempt_part(vpc, end, family));
            exempt.any(|exempt| exempt.is_sure)
        };
        ends.iter().copied().filter(is_exempt).collect()
    }

    /// What passes between two ends, if their gates admit what a function says.
    fn passing_as_admitted(
        &mut self,
        from: usize,
        to: usize,
        admitted: impl Fn(&mut Reachability<'p>, Gate, usize, Family) -> AdmittedId,
    ) -> Option<PairPassing> {
        let [sender, receiver] = [from, to].map(|end| self.ends[end].endpoint.who.tier());
        let gates = [
            sender.map(|tier| (Gate::Outbound(tier), to)),
            receiver.map(|tier| (Gate::Inbound(tier), from)),
        ];

        let gate_pairs = PerFamily::from_fn(|family| {
            let ends = [from, to].map(|end| &self.ends[end].endpoint);
            let is_sure = ends.iter().all(|end| end.is_in(family));
            if !ends.iter().all(|end| end.may_be_in(family)) {
                return None;
            }
            let admitted =
                gates.map(|gate| gate.map(|(gate, far)| admitted(self, gate, far, family)));
            Some((is_sure, admitted))
        });

        if let Some(known) = self.known.get(&gate_pairs) {
            return *known;
        }

        let passing = self.pair_passing(&gate_pairs);
        self.known.insert(gate_pairs, passing);

        passing
    }

    fn pair_passing(&mut self, gate_pairs: &PerFamily<Option<GatePair>>) -> Option<PairPassing> {
        let in_family = |family| {
            let gate_pair = gate_pairs[family]?;
            Some((gate_pair.0, self.passing_in(family, gate_pair)))
        };
        let families: Vec<(bool, Passing)> =
            Family::BOTH.into_iter().filter_map(in_family).collect();

        if families.iter().all(|(_, passing)| passing.may.is_empty()) {
            return None;
        }

        let whole = families.iter().map(|(_, passing)| passing.clone());
        let whole = self.passing.intern_value(whole.collect());
        let reduced = without_redundant_families(families, |(is_sure, passing)| {
            (*is_sure, passing.family, &passing.may)
        });
        let reduced = reduced.into_iter().map(|(_, passing)| passing);
        let reduced = self.passing.intern_value(reduced.collect());

        Some(PairPassing { whole, reduced })
    }

    /// What passes by this number, in each IP version that both ends have.
    pub fn passing(&self, id: PassingId) -> &[Passing] {
        self.passing.get(id)
    }

    /// The flows that let some of this through, from one end to another.
    pub fn admitting_flows(&self, from: usize, to: usize, passing: &[Passing]) -> Vec<u32> {
        let mut flows: Vec<u32> = Vec::new();
        for (gate, far) in gates_between(&self.ends[from].endpoint, &self.ends[to].endpoint) {
            for Passing { family, may, .. } in passing {
                let admitting = self.gates.admitting_flows(gate, far, *family, may);
                flows.extend(admitting.into_iter().map(|(flow, _)| flow));
            }
        }
        flows.sort_unstable();
        flows.dedup();
        flows
    }

    fn passing_in(&self, family: Family, (is_sure, admitted): GatePair) -> Passing {
        let mut may = TrafficSet::all(family);
        let mut must = if is_sure {
            TrafficSet::all(family)
        } else {
            TrafficSet::default()
        };
        for id in admitted.into_iter().flatten() {
            let admitted = self.admitted.get(id);
            may = may.intersection(&admitted.may);
            must = must.intersection(&admitted.must);
        }
        Passing { family, may, must }
    }

    /// What a gate admits of an end.
    fn admitted_of_end(&mut self, gate: Gate, end: usize, family: Family) -> AdmittedId {
        let end = &self.ends[end].endpoint;
        let admitted = self.gates.admitted_traffic(gate, end, family);
        admitted_id(&mut self.admitted, admitted)
    }

    /// What a gate admits of an end, as if it made no exception of it.
    fn admitted_by_class(&self, gate: Gate, end: usize, family: Family) -> AdmittedId {
        let [outbound, inbound] = self.profiles_of_tier[gate.tier().index()];
        let profile = self.gate_profiles.get(match gate {
            Gate::Outbound(_) => outbound,
            Gate::Inbound(_) => inbound,
        });
        let class = self.classes.class_of[end];
        let at = profile.binary_search_by_key(&class, |(class, _)| *class);
        at.map_or(NOTHING, |at| profile[at].1[family])
    }
}

/// The number of what a gate admits.
fn admitted_id(interned: &mut Interned<Admitted>, admitted: Admitted) -> AdmittedId {
    if admitted.may.is_empty() {
        NOTHING
    } else {
        interned.intern_value(admitted)
    }
}
