//! The traffic between many endpoints: the verdicts of [`Gates`], evaluated once per gate and class
//! of endpoints.
//!
//! A rule with a tier admits it whatever the addresses of its members are; every other rule depends
//! only on addresses. So the verdict of a gate for an endpoint without an exception is the same for
//! its whole class, and there are about as many exceptions as rules.
//!
//! An example: a thousand tiers in one VPC, each open to `10.0.0.0/8` on its own port. All of them
//! are one class, so each gate is evaluated once instead of a thousand times.

use super::equivalence::{ClassId, EndpointProfile, EquivalenceClasses};
use super::gate::{Endpoint, Gate, Gates, Who};
use super::gate_rules::Admitted;
use super::interned::Interned;
use super::named_endpoint::NamedEndpoint;
use super::never_filtered::{exempt_part, may_be_exempt};
use super::redundant_family::without_redundant_families;
use crate::groups::Direction;
use crate::net::{Family, PerFamily, TrafficSet};
use crate::policy::{AreaId, Peer, Policy};
use ipnet::IpNet;
use std::collections::{BTreeSet, HashMap};

/// The traffic between two endpoints in one IP version: for some of their addresses, and for every
/// one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Passing {
    /// The IP version.
    pub family: Family,
    /// For some.
    pub may: TrafficSet,
    /// For every one.
    pub must: TrafficSet,
}

/// The id of the traffic between a pair of endpoints: equal ids mean the same traffic, see
/// [`Reachability::passing`].
pub type PassingId = u32;

/// The traffic between endpoints: the tiers by id, then others.
#[derive(Debug)]
pub struct Reachability<'p> {
    policy: &'p Policy,
    gates: Gates<'p>,
    ends: Vec<NamedEndpoint>,
    classes: EquivalenceClasses,
    /// For each tier, the profile of its outbound gate and of its inbound one.
    profiles_of_tier: Vec<[GateProfileId; 2]>,
    /// What the gate of an external admits of whom it makes no exception: perhaps everything.
    perhaps: PerFamily<AdmittedId>,
    /// The profile of such a gate.
    perhaps_profile: GateProfileId,
    gate_profiles: Interned<GateProfile>,
    admitted: Interned<Admitted>,
    passing: Interned<Vec<Passing>>,
    /// A cache of the passing traffic, by the profiles that determine it.
    known: HashMap<PerFamily<Option<GatePair>>, Option<PairPassing>>,
}

/// The traffic between a pair.
#[derive(Debug, Clone, Copy)]
pub(super) struct PairPassing {
    /// In each family that both may have.
    pub(super) whole: PassingId,
    /// Without redundant families.
    pub(super) reduced: PassingId,
}

/// What determines the traffic from or to an endpoint without an exception.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct RoleProfile {
    /// Its class, by which the gates of others treat it.
    class: ClassId,
    /// The profile of its own gate, if it has one.
    gate: Option<GateProfileId>,
}

/// The traffic that a gate admits for each class of endpoints, without exceptions; only classes
/// with some traffic.
type GateProfile = Vec<(ClassId, PerFamily<AdmittedId>)>;

type GateProfileId = u32;

/// The id of admitted traffic.
type AdmittedId = u32;

/// Whether both endpoints certainly have hosts of a family, and the traffic that the sender's and
/// the receiver's gates admit.
type GatePair = (bool, [Option<AdmittedId>; 2]);

/// The id of no admitted traffic.
const NOTHING: AdmittedId = 0;

impl<'p> Reachability<'p> {
    /// The traffic between the tiers of a policy and these other endpoints.
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
            perhaps: PerFamily::default(),
            perhaps_profile: GateProfileId::default(),
            gate_profiles: Interned::default(),
            admitted: Interned::default(),
            passing: Interned::default(),
            known: HashMap::new(),
        };

        // INVARIANT: the first number is NOTHING
        reachability.admitted.intern_value(Admitted::default());

        let profiles = policy.tier_ids().map(|tier| {
            [Gate::out_of_tier(tier), Gate::into_tier(tier)]
                .map(|gate| reachability.gate_profile(gate))
        });
        reachability.profiles_of_tier = profiles.collect();

        if !policy.externals.is_empty() {
            reachability.add_perhaps();
        }

        reachability
    }

    fn add_perhaps(&mut self) {
        self.perhaps = PerFamily::from_fn(|family| {
            self.admitted.intern_value(Admitted {
                may: TrafficSet::all(family),
                must: TrafficSet::default(),
            })
        });
        // a profile that no tier has: there is no such class
        let profile = vec![(ClassId::MAX, self.perhaps)];
        self.perhaps_profile = self.gate_profiles.intern_value(profile);
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

    /// Whether a gate may admit any traffic for endpoints without an exception.
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
        let area = gate.tier().map(|tier| self.policy.tier(tier).area);
        let is_reserved = |profile: &EndpointProfile| {
            area.is_some_and(|area| !profile.is_reserved(area).is_none())
        };
        let mut profiles = self.classes.profiles.values().iter();
        self.gates.gate_flows(gate).iter().any(names_no_tier) || profiles.any(is_reserved)
    }

    /// The traffic that a gate admits for a class.
    fn admitted_of_class(
        &mut self,
        gate: Gate,
        without_narrow: &Gates<'p>,
        class: ClassId,
    ) -> PerFamily<AdmittedId> {
        let profile = self.classes.profiles.get(class);
        let end = profile.endpoint(self.policy);
        let area = gate.tier().map(|tier| self.policy.tier(tier).area);
        let is_reserved = area.map(|area| profile.is_reserved(area));

        PerFamily::from_fn(|family| {
            // gates with a replacement have no exemptions; an endpoint that is certainly exempt is
            // an exception
            let gates = if profile.is_everywhere[family] {
                &self.gates
            } else {
                without_narrow
            };

            let mut admitted = gates.admitted_traffic(gate, &end, family);
            if is_reserved.as_ref().is_some_and(|is| is[family]) {
                admitted.may = TrafficSet::all(family);
            }

            admitted_id(&mut self.admitted, admitted)
        })
    }

    /// The endpoints: the tiers by id, then the others.
    pub fn ends(&self) -> &[NamedEndpoint] {
        &self.ends
    }

    /// Whether the endpoint at a position is a tier.
    pub(super) fn is_tier(&self, end: usize) -> bool {
        end < self.profiles_of_tier.len()
    }

    /// The traffic from one endpoint to another, by position; `None` if none may pass.
    pub(super) fn passing_between(&mut self, from: usize, to: usize) -> Option<PairPassing> {
        self.passing_as_admitted(from, to, Reachability::admitted_of_end)
    }

    /// The same, if a gate of the program decides.
    pub(super) fn decided_between(&mut self, from: usize, to: usize) -> Option<PairPassing> {
        match self.is_decided(from, to) {
            true => self.passing_between(from, to),
            false => None,
        }
    }

    /// Whether a gate of the program decides between two endpoints: one of them is a tier, or an
    /// external with a rule of the program that admits some traffic of the other.
    fn is_decided(&self, from: usize, to: usize) -> bool {
        let ends = [from, to].map(|end| &self.ends[end].endpoint);
        if ends.iter().any(|end| end.who.tier().is_some()) {
            return true;
        }

        let admits = |gate: Gate, far: &Endpoint| {
            let rules = self.gates.gate_rules(gate);
            let mut families = Family::BOTH.into_iter();
            families.any(|family| {
                far.may_be_in(family) && !rules.admitted_traffic(far, family).may.is_empty()
            })
        };
        let mut gates = self.gates.gates_between(ends[0], ends[1]);
        gates.any(|(gate, far)| admits(gate, far))
    }

    /// The traffic between two endpoints without exceptions, which is a subset of the actual
    /// traffic.
    pub(super) fn passing_between_classes(
        &mut self,
        from: usize,
        to: usize,
    ) -> Option<PairPassing> {
        self.passing_as_admitted(from, to, |reachability, gate, far, family| {
            reachability.admitted_by_class(gate, far, family)
        })
    }

    /// The profiles of an endpoint as a sender and as a receiver, without exceptions.
    pub(super) fn role_profiles(&self, end: usize) -> [RoleProfile; 2] {
        let class = self.classes.class_of[end];
        let gates = match self.profiles_of_tier.get(end) {
            Some(profiles) => profiles.map(Some),
            None if self.is_external(end) => [Some(self.perhaps_profile); 2],
            None => [None; 2],
        };
        gates.map(|gate| RoleProfile { class, gate })
    }

    /// The pairs of a sender and a receiver with an exception, among the first `count` endpoints,
    /// possibly with duplicates.
    pub(super) fn excepted_pairs(&self, count: usize) -> Vec<(u32, u32)> {
        let first = || self.ends[..count].iter().zip(0u32..);
        let peers = first().filter_map(|(end, n)| Some((end.endpoint.who.peer()?, n)));
        let by_peer: HashMap<Peer, u32> = peers.collect();
        let may_be_exempt = first().filter(|(end, _)| may_be_exempt(&end.endpoint));
        let may_be_exempt: Vec<u32> = may_be_exempt.map(|(_, n)| n).collect();

        let mut pairs = Vec::new();
        let mut exempt: HashMap<AreaId, Vec<u32>> = HashMap::new();

        for (tier, id) in (0u32..).zip(self.policy.tier_ids()) {
            let area = self.policy.tier(id).area;
            let exempt = exempt
                .entry(area)
                .or_insert_with(|| self.surely_exempt(area, &may_be_exempt));
            pairs.extend(exempt.iter().flat_map(|end| [(tier, *end), (*end, tier)]));

            let is_first = |end: &u32| (*end as usize) < count;
            let receivers = self.exceptions_of(Gate::out_of_tier(id), &by_peer);
            let senders = self.exceptions_of(Gate::into_tier(id), &by_peer);
            pairs.extend(receivers.into_iter().filter(is_first).map(|to| (tier, to)));
            pairs.extend(
                senders
                    .into_iter()
                    .filter(is_first)
                    .map(|from| (from, tier)),
            );
        }

        for end in (0..count).filter(|end| self.is_foreign_owner(*end)) {
            let both_ways = (0..count).flat_map(|other| [(other, end), (end, other)]);
            let decided = both_ways.filter(|(from, to)| self.is_decided(*from, *to));
            pairs.extend(decided.map(|(from, to)| (from as u32, to as u32)));
        }
        pairs
    }

    fn is_external(&self, end: usize) -> bool {
        matches!(self.ends[end].endpoint.who, Who::External(_))
    }

    /// Whether an end is an external that sentences put rules on.
    fn is_foreign_owner(&self, end: usize) -> bool {
        match self.ends[end].endpoint.who {
            Who::External(id) => self.policy.foreign_owners.binary_search(&id).is_ok(),
            Who::Tier(_) | Who::Hosts | Who::PrefixList(_) | Who::Param(_) => false,
        }
    }

    /// The exceptions of a gate: endpoints that its rules reference, and those in narrow blocks.
    fn exceptions_of(&self, gate: Gate, by_peer: &HashMap<Peer, u32>) -> BTreeSet<u32> {
        let EquivalenceClasses { index, wide, .. } = &self.classes;
        let rules = self.gates.gate_rules(gate);
        let unknown = rules.unknown.iter().flat_map(|rules| rules.named_peers());
        let named = rules.named_peers().chain(unknown);
        let named = named.filter_map(|(peer, _)| by_peer.get(&peer));
        let mut exceptions: BTreeSet<u32> = named.copied().collect();

        let peers = self.gates.gate_flows(gate).iter();
        let blocks = peers.filter_map(|flow| self.gates.far_peer(gate, *flow).block());
        let narrow: BTreeSet<IpNet> = blocks.filter(|block| !wide.contains(block)).collect();
        exceptions.extend(narrow.into_iter().flat_map(|block| index.ends_in(block)));
        exceptions
    }

    /// The endpoints with a part that the gates of the tiers of an area certainly do not filter.
    fn surely_exempt(&self, area: AreaId, ends: &[u32]) -> Vec<u32> {
        let is_exempt = |end: &u32| {
            let end = &self.ends[*end as usize].endpoint;
            let mut exempt = Family::BOTH
                .into_iter()
                .filter_map(|family| exempt_part(self.policy, area, end, family));
            exempt.any(|exempt| exempt.is_sure)
        };
        ends.iter().copied().filter(is_exempt).collect()
    }

    /// The traffic between two endpoints, with the traffic that `admitted` returns for their gates.
    fn passing_as_admitted(
        &mut self,
        from: usize,
        to: usize,
        admitted: impl Fn(&mut Reachability<'p>, Gate, usize, Family) -> AdmittedId,
    ) -> Option<PairPassing> {
        let gate_of =
            |end: usize, direction| self.gates.gate_of(self.ends[end].endpoint.who, direction);
        let gates = [
            gate_of(from, Direction::Egress).map(|gate| (gate, to)),
            gate_of(to, Direction::Ingress).map(|gate| (gate, from)),
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

    /// The passing traffic with this id, in each IP version that both endpoints have.
    pub fn passing(&self, id: PassingId) -> &[Passing] {
        self.passing.get(id)
    }

    /// The flows that allow some of this, from one endpoint to another.
    pub fn admitting_flows(&self, from: usize, to: usize, passing: &[Passing]) -> Vec<u32> {
        let mut flows: Vec<u32> = Vec::new();
        for (gate, far) in self
            .gates
            .gates_between(&self.ends[from].endpoint, &self.ends[to].endpoint)
        {
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

    /// The traffic that a gate admits for an endpoint.
    fn admitted_of_end(&mut self, gate: Gate, end: usize, family: Family) -> AdmittedId {
        let end = &self.ends[end].endpoint;
        let admitted = self.gates.admitted_traffic(gate, end, family);
        admitted_id(&mut self.admitted, admitted)
    }

    /// The traffic that a gate admits for an endpoint, ignoring exceptions.
    fn admitted_by_class(&self, gate: Gate, end: usize, family: Family) -> AdmittedId {
        let Some(tier) = gate.tier() else {
            return self.perhaps[family];
        };
        let [outbound, inbound] = self.profiles_of_tier[tier.index()];
        let profile = self.gate_profiles.get(match gate {
            Gate::Outbound(_) => outbound,
            Gate::Inbound(_) => inbound,
        });
        let class = self.classes.class_of[end];
        let at = profile.binary_search_by_key(&class, |(class, _)| *class);
        at.map_or(NOTHING, |at| profile[at].1[family])
    }
}

/// The id of admitted traffic.
fn admitted_id(interned: &mut Interned<Admitted>, admitted: Admitted) -> AdmittedId {
    if admitted.may.is_empty() {
        NOTHING
    } else {
        interned.intern_value(admitted)
    }
}
