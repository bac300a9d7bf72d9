//! Who can reach whom, as security groups decide it: exact, with the rules that let a packet pass.
//!
//! A packet passes when the sender's outbound rules admit it, where the sender is a tier, and the
//! receiver's inbound rules admit it, where the receiver is one. A rule that names addresses admits
//! some members of an end and not others, so there are two verdicts: what *may* pass, for some
//! address of either end, and what *must*, for every one. Parameters without a value, the contents
//! of prefix lists, the members of foreign groups and unknown addresses make them differ.

pub use super::endpoint::{Endpoint, Unknown, Who, all_addresses};
pub use super::witness::Witness;

use super::gate_rules::{Admitted, GateRules};
use super::never_filtered::{Exempt, exempt_part};
use crate::groups::{Direction, OpenedGates, open_to};
use crate::net::{Addresses, Family, Traffic, TrafficSet};
use crate::policy::{Flow, Peer, Policy, SentenceId, TierId};
use std::cell::OnceCell;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::rc::Rc;

/// How a rule's peer fits an end at one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    No,
    /// Perhaps: this is not known.
    Perhaps(Unknown),
    Yes,
}

/// The gates of a policy: which flows open the inbound and the outbound side of each tier. A clone
/// shares them.
#[derive(Debug, Clone)]
pub struct Gates<'p> {
    pub(super) policy: &'p Policy,
    opened: Rc<OpenedGates<'p>>,
    inbound: Rc<[OpenGate]>,
    outbound: Rc<[OpenGate]>,
    /// Another one in the place of one of them; then rules alone decide, and nobody is exempt.
    replaced: Option<(Gate, Rc<OpenGate>)>,
}

/// The flows that open one gate, and what they admit together, which is found out when it is first
/// asked for.
#[derive(Debug, Default)]
struct OpenGate {
    flows: Vec<u32>,
    rules: OnceCell<GateRules>,
}

/// One side of one tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gate {
    /// What the members accept.
    Inbound(TierId),
    /// What they may send.
    Outbound(TierId),
}

impl Gate {
    /// The gate on one side of a tier.
    pub(super) fn new(tier: TierId, direction: Direction) -> Gate {
        match direction {
            Direction::Ingress => Gate::Inbound(tier),
            Direction::Egress => Gate::Outbound(tier),
        }
    }

    /// The tier.
    pub fn tier(self) -> TierId {
        match self {
            Gate::Inbound(tier) | Gate::Outbound(tier) => tier,
        }
    }
}

impl OpenGate {
    fn new(flows: Vec<u32>) -> OpenGate {
        OpenGate {
            flows,
            rules: OnceCell::new(),
        }
    }
}

impl<'p> Gates<'p> {
    /// Finds the gates of a policy, in two passes over its flows: to count them, and to put them.
    pub fn new(policy: &'p Policy) -> Gates<'p> {
        let opened = OpenedGates::new(policy);
        let mut counts = Direction::ALL.map(|_| vec![0; policy.tiers.len()]);

        for flow in &policy.flows {
            for (counts, tier) in counts.iter_mut().zip(opened.opened_by(flow)) {
                tier.into_iter().for_each(|tier| counts[tier.index()] += 1);
            }
        }

        let with_capacity = |counts: Vec<usize>| counts.into_iter().map(Vec::with_capacity);
        let mut flows: [Vec<Vec<u32>>; 2] = counts.map(|counts| with_capacity(counts).collect());

        for (flow, n) in policy.flows.iter().zip(0..) {
            for (flows, tier) in flows.iter_mut().zip(opened.opened_by(flow)) {
                tier.into_iter()
                    .for_each(|tier| flows[tier.index()].push(n));
            }
        }

        let shared = |flows: Vec<Vec<u32>>| flows.into_iter().map(OpenGate::new).collect();
        let [inbound, outbound] = flows.map(shared);

        Gates {
            policy,
            opened: Rc::new(opened),
            inbound,
            outbound,
            replaced: None,
        }
    }

    /// The flows that open the inbound side of a tier.
    pub fn inbound_flows(&self, tier: TierId) -> impl Iterator<Item = u32> + '_ {
        self.gate_flows(Gate::Inbound(tier)).iter().copied()
    }

    /// The same gates, but for one, which no flow opens that names one of these.
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
        match (&self.replaced, gate) {
            (Some((replaced, by)), gate) if *replaced == gate => by,
            (_, Gate::Inbound(tier)) => &self.inbound[tier.index()],
            (_, Gate::Outbound(tier)) => &self.outbound[tier.index()],
        }
    }

    /// How many gates a flow opens.
    pub(super) fn count_opened_by(&self, flow: u32) -> u8 {
        let opened = self.opened.opened_by(self.policy.flow(flow));
        opened.iter().flatten().count() as u8
    }

    /// What rules with blocks admit at every address of an end.
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

    /// Whether a gate admits everything without a sentence.
    pub(super) fn is_open(&self, gate: Gate, family: Family) -> bool {
        match gate {
            Gate::Inbound(_) => false,
            Gate::Outbound(tier) => open_to(self.policy, tier)
                .iter()
                .any(|block| Family::of_block(block) == family),
        }
    }

    /// The part of a far end that a gate never filters.
    pub(super) fn never_filtered_part(
        &self,
        gate: Gate,
        far: &Endpoint,
        family: Family,
    ) -> Option<Exempt> {
        if self.replaced.is_some() {
            None
        } else {
            exempt_part(self.policy.vpc_of(gate.tier()), far, family)
        }
    }

    /// The flows that open a gate.
    pub(super) fn gate_flows(&self, gate: Gate) -> &[u32] {
        &self.open_gate(gate).flows
    }

    /// Whom a flow of a gate names at the far end.
    pub(super) fn far_peer(&self, gate: Gate, flow: u32) -> Peer {
        peer_of(gate, self.policy.flow(flow))
    }

    /// How a rule's peer fits an end, and the first address at which it does.
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
            (Peer::Tier(_), _) | (Peer::External(_), Who::Tier(_)) => Fit::No,
            (Peer::External(id), _) => Fit::Perhaps(Unknown::Group(id)),
            (Peer::PrefixList(id), _) => Fit::Perhaps(Unknown::Contents(id)),
            (Peer::Param(id), _) => Fit::Perhaps(Unknown::Value(id)),
        };

        (fit, first_address(&end.addresses, family))
    }

    /// What a gate admits from or to an end.
    pub(super) fn admitted_traffic(&self, gate: Gate, end: &Endpoint, family: Family) -> Admitted {
        let all = TrafficSet::all(family);
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

    /// Whether a tier may send anything to an end.
    pub(super) fn may_send(&self, from: TierId, to: &Endpoint, family: Family) -> bool {
        let gate = Gate::Outbound(from);
        self.is_open(gate, family)
            || self.gate_rules(gate).admits_by_name(to.who, family)
            || !self.admitted_traffic(gate, to, family).may.is_empty()
    }

    /// What may pass from one end to another, of what is asked about.
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
        gates_between(from, to).fold(asked.clone(), |left, (gate, far)| {
            left.intersection(&self.admitted_traffic(gate, far, family).may)
        })
    }

    /// The first gate that must not admit all of what is asked about, with a piece that it stops
    /// for some addresses; nothing where all of it must pass. Families that an end does not have
    /// are left out.
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

        gates_between(from, to).find_map(|(gate, far)| {
            let missing = asked.difference(&self.admitted_traffic(gate, far, family).must);
            (!missing.is_empty()).then_some((gate, missing))
        })
    }

    /// What must pass, of what is asked about.
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
        gates_between(from, to).fold(asked.clone(), |left, (gate, far)| {
            left.intersection(&self.admitted_traffic(gate, far, family).must)
        })
    }

    /// What is not known of an address that perhaps is one of those that a gate never filters.
    pub(super) fn reserved_unknown(&self, gate: Gate) -> Unknown {
        Unknown::Reserved(self.policy.tier(gate.tier()).vpc)
    }
}

/// What questions ask of one gate.
impl Gates<'_> {
    /// What one gate admits from or to an end: for some of its addresses, and for every one.
    pub fn admitted_bounds(
        &self,
        gate: Gate,
        far: &Endpoint,
        family: Family,
    ) -> (TrafficSet, TrafficSet) {
        let Admitted { may, must } = self.admitted_traffic(gate, far, family);
        (may, must)
    }

    /// The flows of a gate that let some of what is asked about through, for some address of the
    /// far end; `true` for those that surely do at such an address. An open gate has none.
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

    /// Sentences that would let some of it through, and whose last day is past.
    pub fn ended_sentences(
        &self,
        gate: Gate,
        far: &Endpoint,
        family: Family,
        asked: &TrafficSet,
    ) -> Vec<SentenceId> {
        let is_of_gate = |flow: &&Flow| match gate {
            Gate::Inbound(tier) => flow.receiver() == Some(tier),
            Gate::Outbound(tier) => flow.sender() == Some(tier),
        };
        let ended = self.policy.ended.iter().filter(is_of_gate);
        let admitting =
            ended.filter(|flow| self.flow_admits(flow, gate, far, family, asked).is_some());
        let mut sentences: Vec<SentenceId> = admitting.map(|flow| flow.sentence).collect();
        sentences.dedup();

        sentences
    }

    /// Whether a flow lets some of what is asked about through a gate, and then whether it surely
    /// does.
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
            (Fit::Yes, Some(_)) => Some(true),
        }
    }
}

/// The lowest of some addresses in a family.
fn first_address(addresses: &Addresses, family: Family) -> Option<IpAddr> {
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

/// Whom a flow names at the far end of a gate.
pub fn peer_of(gate: Gate, flow: &Flow) -> Peer {
    match gate {
        Gate::Inbound(_) => flow.source(),
        Gate::Outbound(_) => flow.destination(),
    }
}

/// The gates on the way from one end to another, each with the end that it looks at.
pub(super) fn gates_between<'s>(
    from: &'s Endpoint,
    to: &'s Endpoint,
) -> impl Iterator<Item = (Gate, &'s Endpoint)> {
    let outbound = from.who.tier().map(|tier| (Gate::Outbound(tier), to));
    let inbound = to.who.tier().map(|tier| (Gate::Inbound(tier), from));
    outbound.into_iter().chain(inbound)
}
