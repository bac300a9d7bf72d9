//! Reachability as security groups decide it: exact, with the rules that allow a packet.
//!
//! A packet passes if the outbound rules of the sender, if it is a tier, and the inbound rules of
//! the receiver, if it is one, admit it. A rule with a block can admit some members of an endpoint
//! and not others, so there are two verdicts: what *may* pass, for some address of either endpoint,
//! and what *must*, for every one. Unbound parameters, the contents of prefix lists, the members of
//! foreign groups and unknown addresses make them differ.
//!
//! Where members carry several groups (`also`), the gate of their tier admits what the rules of any
//! of these groups admit, and a rule that names one of them names its members.

pub use super::endpoint::{Endpoint, Unknown, Who, all_addresses};
pub use super::open_gate::Gate;
pub use super::witness::Witness;

use super::gate_rules::{Admitted, GateRules};
use super::never_filtered::{Exempt, exempt_part};
use super::open_gate::{MemberGates, OpenGate};
use crate::groups::{Direction, OpenedGates, open_to};
use crate::net::{Addresses, Family, Traffic, TrafficSet};
use crate::policy::{Flow, Owner, Peer, Policy, SentenceId, TierId};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::rc::Rc;

/// How the peer of a rule matches an endpoint at one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    No,
    /// Perhaps: this is unknown.
    Perhaps(Unknown),
    Yes,
}

/// The gates of a policy: the flows that open the inbound and the outbound side of each tier.
/// Cloning is cheap.
#[derive(Debug, Clone)]
pub struct Gates<'p> {
    pub(super) policy: &'p Policy,
    opened: Rc<OpenedGates<'p>>,
    inbound: Rc<[OpenGate]>,
    outbound: Rc<[OpenGate]>,
    /// The gate of an external that sentences put no rules on.
    without_rules: Rc<OpenGate>,
    /// The gates of tiers whose members carry more groups than their own.
    members: Option<Rc<MemberGates>>,
    /// A replacement for one gate; with it, only rules decide, and no address is exempt.
    replaced: Option<(Gate, Rc<OpenGate>)>,
}

impl<'p> Gates<'p> {
    /// The gates of a policy, in two passes over its flows: counting and filling.
    pub fn new(policy: &'p Policy) -> Gates<'p> {
        let opened = OpenedGates::new(policy);
        let position = |owner: Owner| policy.owner_position(owner);
        let mut counts = Direction::ALL.map(|_| vec![0; policy.owner_count()]);

        for flow in &policy.flows {
            for (counts, owner) in counts.iter_mut().zip(opened.opened_by(flow)) {
                if let Some(position) = owner.and_then(position) {
                    counts[position] += 1;
                }
            }
        }

        let with_capacity = |counts: Vec<usize>| counts.into_iter().map(Vec::with_capacity);
        let mut flows: [Vec<Vec<u32>>; 2] = counts.map(|counts| with_capacity(counts).collect());

        for (flow, n) in policy.flows.iter().zip(0..) {
            for (flows, owner) in flows.iter_mut().zip(opened.opened_by(flow)) {
                if let Some(position) = owner.and_then(position) {
                    flows[position].push(n);
                }
            }
        }

        let members =
            (!policy.members.carry_one_group()).then(|| Rc::new(MemberGates::new(policy, &flows)));
        let shared = |flows: Vec<Vec<u32>>| flows.into_iter().map(OpenGate::new).collect();
        let [inbound, outbound] = flows.map(shared);

        Gates {
            policy,
            opened: Rc::new(opened),
            inbound,
            outbound,
            without_rules: Rc::default(),
            members,
            replaced: None,
        }
    }

    /// The same gates of the groups themselves, whoever carries several.
    pub(super) fn of_groups(&self) -> Gates<'p> {
        Gates {
            members: None,
            ..self.clone()
        }
    }

    /// The flows that open the inbound side of a group, whatever other groups its members carry.
    pub fn group_inbound_flows(&self, owner: Owner) -> impl Iterator<Item = u32> + '_ {
        self.group_gate(Gate::Inbound(owner)).flows.iter().copied()
    }

    /// The flows that open the inbound side of a tier.
    pub fn inbound_flows(&self, tier: TierId) -> impl Iterator<Item = u32> + '_ {
        self.accepting_flows(Owner::Tier(tier))
    }

    /// The flows that open the inbound side of a group.
    pub fn accepting_flows(&self, owner: Owner) -> impl Iterator<Item = u32> + '_ {
        self.gate_flows(Gate::Inbound(owner)).iter().copied()
    }

    /// The same gates, with one of them without the flows that reference one of these.
    pub(super) fn without_flows(
        &self,
        gate: Gate,
        is_left_out: impl Fn(Peer) -> bool,
    ) -> Gates<'p> {
        let flows = self.gate_flows(gate).iter().copied();
        let kept = flows.filter(|flow| !is_left_out(self.far_peer(gate, *flow)));
        let replacement = OpenGate::new(kept.collect());
        Gates {
            replaced: Some((gate, Rc::new(replacement))),
            ..self.clone()
        }
    }

    fn open_gate(&self, gate: Gate) -> &OpenGate {
        if let Some((replaced, by)) = &self.replaced
            && *replaced == gate
        {
            return by;
        }

        let members = self.members.as_deref();
        members
            .and_then(|members| members.find(gate))
            .unwrap_or_else(|| self.group_gate(gate))
    }

    /// The gate of the group itself, whatever other groups its members carry.
    fn group_gate(&self, gate: Gate) -> &OpenGate {
        match (self.policy.owner_position(gate.owner()), gate.direction()) {
            (Some(position), Direction::Ingress) => &self.inbound[position],
            (Some(position), Direction::Egress) => &self.outbound[position],
            (None, _) => &self.without_rules,
        }
    }

    /// How many gates a flow opens.
    pub(super) fn count_opened_by(&self, flow: u32) -> u8 {
        let opened = self.opened.opened_by(self.policy.flow(flow));
        opened.iter().flatten().count() as u8
    }

    /// The traffic that rules with blocks admit at every address of an endpoint.
    pub(super) fn admitted_by_blocks(
        &self,
        gate: Gate,
        end: &Endpoint,
        family: Family,
    ) -> TrafficSet {
        let blocks = &self.gate_rules(gate).blocks;
        if blocks.is_empty() {
            TrafficSet::default()
        } else {
            blocks.with_every(&end.addresses, family)
        }
    }

    /// The rules of a gate.
    pub(super) fn gate_rules(&self, gate: Gate) -> &GateRules {
        let rule = |flow: &u32| (self.far_peer(gate, *flow), self.policy.flow(*flow).traffic);
        self.open_gate(gate).rules.get_or_init(|| {
            let rules: Vec<(Peer, Traffic)> = self.gate_flows(gate).iter().map(rule).collect();
            GateRules::new(self.policy, &rules)
        })
    }

    /// The rules of a gate whose ports are set at deployment, by their traffic and in its order: with
    /// every port that is possible.
    pub(super) fn unknown_rules(&self, gate: Gate) -> Vec<(Traffic, GateRules)> {
        let mut by_traffic: BTreeMap<Traffic, Vec<(Peer, Traffic)>> = BTreeMap::new();
        for flow in self.gate_flows(gate) {
            let traffic = self.policy.flow(*flow).traffic;
            if traffic.unknown_ports().is_some() {
                let rule = (self.far_peer(gate, *flow), traffic.possible());
                by_traffic.entry(traffic).or_default().push(rule);
            }
        }

        let by_traffic = by_traffic.into_iter();
        by_traffic
            .map(|(traffic, rules)| (traffic, GateRules::new(self.policy, &rules)))
            .collect()
    }

    /// Whether a gate admits all traffic without a sentence.
    pub(super) fn is_open(&self, gate: Gate, family: Family) -> bool {
        self.open_group(gate, family).is_some()
    }

    /// The tier whose group admits all traffic of a gate without a sentence: the tier of the gate
    /// before those whose groups its members carry too.
    pub(super) fn open_group(&self, gate: Gate, family: Family) -> Option<TierId> {
        let tier = match gate {
            Gate::Inbound(_) | Gate::Outbound(Owner::External(_)) => return None,
            Gate::Outbound(Owner::Tier(tier)) => tier,
        };
        let is_open = |group: &TierId| {
            let mut blocks = open_to(self.policy, *group).iter();
            blocks.any(|block| Family::of_block(block) == family)
        };
        match &self.members {
            None => Some(tier).filter(is_open),
            Some(_) => self.policy.members.groups_of(tier).find(is_open),
        }
    }

    /// The part of an endpoint that a gate never filters.
    pub(super) fn never_filtered_part(
        &self,
        gate: Gate,
        far: &Endpoint,
        family: Family,
    ) -> Option<Exempt> {
        let tier = gate.tier().filter(|_| self.replaced.is_none())?;
        exempt_part(self.policy, self.policy.tier(tier).area, far, family)
    }

    /// The flows that open a gate.
    pub(super) fn gate_flows(&self, gate: Gate) -> &[u32] {
        &self.open_gate(gate).flows
    }

    /// The peer of a flow of a gate.
    pub(super) fn far_peer(&self, gate: Gate, flow: u32) -> Peer {
        peer_of(gate, self.policy.flow(flow))
    }

    /// How the peer of a rule matches an endpoint, and the first address at which it does.
    pub(super) fn fit_peer(
        &self,
        peer: Peer,
        end: &Endpoint,
        family: Family,
    ) -> (Fit, Option<IpAddr>) {
        let fit = match (peer, end.who) {
            (Peer::Net(block), _) => {
                let common = Addresses::from_blocks([&block]).intersection(&end.addresses);
                let first = first_address(&common, family);
                return (first.map_or(Fit::No, |_| Fit::Yes), first);
            }
            (peer, _)
                if self
                    .policy
                    .peer_family(peer)
                    .is_some_and(|only| only != family) =>
            {
                Fit::No
            }
            (peer, who) if who.peer() == Some(peer) => Fit::Yes,
            (Peer::Tier(group), _) if end.groups.binary_search(&group).is_ok() => Fit::Yes,
            (Peer::Tier(_), _) | (Peer::External(_), Who::Tier(_)) => Fit::No,
            (Peer::External(id), _) => Fit::Perhaps(Unknown::Group(id)),
            (Peer::PrefixList(id), _) => Fit::Perhaps(Unknown::Contents(id)),
            (Peer::Param(id), _) => Fit::Perhaps(Unknown::Value(id)),
        };

        (fit, first_address(&end.addresses, family))
    }

    /// The traffic that a gate admits from or to an endpoint.
    pub(super) fn admitted_traffic(&self, gate: Gate, end: &Endpoint, family: Family) -> Admitted {
        let all = TrafficSet::all(family);
        if gate.tier().is_none() {
            let Admitted { must, .. } = self.gate_rules(gate).admitted_traffic(end, family);
            return Admitted { may: all, must };
        }

        if self.is_open(gate, family) {
            return Admitted {
                may: all.clone(),
                must: all,
            };
        }

        let Some(Exempt { rest, .. }) = self.never_filtered_part(gate, end, family) else {
            return self.gate_rules(gate).admitted_traffic(end, family);
        };

        let must = if rest.is_in(family) {
            self.gate_rules(gate).admitted_traffic(&rest, family).must
        } else {
            all.clone()
        };

        Admitted { may: all, must }
    }

    /// Whether a tier may send any traffic to an endpoint.
    pub(super) fn may_send(&self, from: TierId, to: &Endpoint, family: Family) -> bool {
        let gate = Gate::out_of_tier(from);
        self.is_open(gate, family)
            || self.gate_rules(gate).admits_by_name(to, family)
            || !self.admitted_traffic(gate, to, family).may.is_empty()
    }

    /// The traffic in question that may pass from one endpoint to another.
    pub fn may_pass(
        &self,
        from: &Endpoint,
        to: &Endpoint,
        family: Family,
        asked: &TrafficSet,
    ) -> TrafficSet {
        if !from.may_be_in(family) || !to.may_be_in(family) {
            return TrafficSet::default();
        }
        self.gates_between(from, to)
            .fold(asked.clone(), |left, (gate, far)| {
                left.intersection(&self.admitted_traffic(gate, far, family).may)
            })
    }

    /// The first gate that is not certain to admit all traffic in question, with a piece that it
    /// stops for some addresses; `None` if all of it must pass. Families that an endpoint does not
    /// have are ignored.
    pub fn stopped_at(
        &self,
        from: &Endpoint,
        to: &Endpoint,
        family: Family,
        asked: &TrafficSet,
    ) -> Option<(Gate, TrafficSet)> {
        if !from.is_in(family) || !to.is_in(family) {
            return None;
        }

        self.gates_between(from, to).find_map(|(gate, far)| {
            let missing = asked.difference(&self.admitted_traffic(gate, far, family).must);
            (!missing.is_empty()).then_some((gate, missing))
        })
    }

    /// The traffic in question that must pass.
    pub fn must_pass(
        &self,
        from: &Endpoint,
        to: &Endpoint,
        family: Family,
        asked: &TrafficSet,
    ) -> TrafficSet {
        if !from.is_in(family) || !to.is_in(family) {
            return TrafficSet::default();
        }
        self.gates_between(from, to)
            .fold(asked.clone(), |left, (gate, far)| {
                left.intersection(&self.admitted_traffic(gate, far, family).must)
            })
    }

    /// The unknown fact about an address that a gate may never filter.
    pub(super) fn reserved_unknown(&self, gate: Gate) -> Option<Unknown> {
        let tier = self.policy.tier(gate.tier()?);
        Some(Unknown::Reserved(tier.area))
    }

    /// The gate on one side of an end, if it has one: if it is a group.
    pub(super) fn gate_of(&self, who: Who, direction: Direction) -> Option<Gate> {
        Some(Gate::new(who.group()?, direction))
    }

    /// The gates on the way from one end to another, each with the end that it looks at.
    pub(super) fn gates_between<'s>(
        &self,
        from: &'s Endpoint,
        to: &'s Endpoint,
    ) -> impl Iterator<Item = (Gate, &'s Endpoint)> + use<'s, '_, 'p> {
        let outbound = self.gate_of(from.who, Direction::Egress);
        let inbound = self.gate_of(to.who, Direction::Ingress);
        let outbound = outbound.map(|gate| (gate, to));
        outbound.into_iter().chain(inbound.map(|gate| (gate, from)))
    }
}

/// Answers to questions about one gate.
impl Gates<'_> {
    /// The traffic that one gate admits from or to an endpoint: for some of its addresses, and for
    /// every one.
    pub fn admitted_bounds(
        &self,
        gate: Gate,
        far: &Endpoint,
        family: Family,
    ) -> (TrafficSet, TrafficSet) {
        let Admitted { may, must } = self.admitted_traffic(gate, far, family);
        (may, must)
    }

    /// The flows of a gate that allow some traffic in question, for some address of the other
    /// endpoint; `true` if certain at such an address. An open gate has none.
    pub fn admitting_flows(
        &self,
        gate: Gate,
        far: &Endpoint,
        family: Family,
        asked: &TrafficSet,
    ) -> Vec<(u32, bool)> {
        if self.is_open(gate, family) {
            return Vec::new();
        }

        let admitting = |flow: &u32| {
            let is_sure = self.flow_admits(self.policy.flow(*flow), gate, far, family, asked)?;
            Some((*flow, is_sure))
        };
        self.gate_flows(gate).iter().filter_map(admitting).collect()
    }

    /// Expired sentences that would allow some of it.
    pub fn ended_sentences(
        &self,
        gate: Gate,
        far: &Endpoint,
        family: Family,
        asked: &TrafficSet,
    ) -> Vec<SentenceId> {
        let carries = |owner: Owner, opened: Option<Owner>| match (owner, opened) {
            (Owner::Tier(tier), Some(Owner::Tier(group))) => {
                self.policy.members.groups_of(tier).any(|it| it == group)
            }
            (owner, opened) => opened == Some(owner),
        };
        let is_of_gate = |flow: &&Flow| match gate {
            Gate::Inbound(owner) => carries(owner, flow.accepting()),
            Gate::Outbound(owner) => carries(owner, flow.sending()),
        };
        let ended = self.policy.ended.iter().filter(is_of_gate);
        let admitting =
            ended.filter(|flow| self.flow_admits(flow, gate, far, family, asked).is_some());
        let mut sentences: Vec<SentenceId> = admitting.map(|flow| flow.sentence).collect();
        sentences.dedup();

        sentences
    }

    /// Whether a flow allows some traffic in question at a gate, and if so, whether certainly.
    fn flow_admits(
        &self,
        flow: &Flow,
        gate: Gate,
        far: &Endpoint,
        family: Family,
        asked: &TrafficSet,
    ) -> Option<bool> {
        if !asked.meets(flow.traffic, family) {
            return None;
        }

        match self.fit_peer(peer_of(gate, flow), far, family) {
            (Fit::No, _) | (_, None) => None,
            (Fit::Perhaps(_), Some(_)) => Some(false),
            (Fit::Yes, Some(_)) => Some(flow.traffic.unknown_ports().is_none()),
        }
    }
}

/// The lowest of some addresses in a family.
pub(super) fn first_address(addresses: &Addresses, family: Family) -> Option<IpAddr> {
    match family {
        Family::V4 => {
            let (first, _) = addresses.v4.ranges().first()?;
            Some(IpAddr::V4(Ipv4Addr::from(*first)))
        }
        Family::V6 => {
            let (first, _) = addresses.v6.ranges().first()?;
            Some(IpAddr::V6(Ipv6Addr::from(*first)))
        }
    }
}

/// The peer of a flow at a gate.
pub fn peer_of(gate: Gate, flow: &Flow) -> Peer {
    match gate {
        Gate::Inbound(_) => flow.source(),
        Gate::Outbound(_) => flow.destination(),
    }
}
