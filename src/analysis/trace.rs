//! Traces a connection: each gate, the traffic that passes there, and the rules that allow it.

use super::gate::{Endpoint, Gate, Gates, Unknown};
use super::named_endpoint::NamedEndpoint;
use super::redundant_family::without_redundant_families;
use super::verdict::Passage;
pub use super::verdict::Verdict;
use crate::net::{Addresses, Family, PerFamily, Traffic, TrafficSet};
use crate::policy::{Owner, Peer, Policy, SentenceId};

/// A service of a question.
#[derive(Debug, Clone)]
pub struct Service {
    /// Its text in the question.
    pub name: String,
    /// Its traffic.
    pub traffic: Vec<Traffic>,
}

/// One service between two endpoints.
#[derive(Debug)]
pub struct Connection {
    /// The sender.
    pub from: NamedEndpoint,
    /// The receiver.
    pub to: NamedEndpoint,
    /// The service of the question; `None` for any.
    pub on: Option<Service>,
    /// Its trace in each IP version that both endpoints have.
    pub legs: Vec<Leg>,
    /// The answer.
    pub verdict: Verdict,
    /// The passing traffic in each IP version that both endpoints may have.
    passages: Vec<Passage>,
}

/// The trace of a connection in one IP version.
#[derive(Debug)]
pub struct Leg {
    /// The IP version.
    pub family: Family,
    /// The traffic in question, and its outcome.
    pub outcome: LegOutcome,
    /// The gates, in the order in which a packet passes them. Hosts in no tier have none.
    pub gates: Vec<GateStep>,
    /// The answer.
    pub verdict: Verdict,
}

/// The outcome for the traffic in question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegOutcome {
    /// Passes for every address.
    pub passes: TrafficSet,
    /// Passes for some addresses, or depending on unknown facts.
    pub perhaps: TrafficSet,
    /// Passes for no address.
    pub stopped: TrafficSet,
}

/// One gate of a trace.
#[derive(Debug)]
pub struct GateStep {
    /// The gate.
    pub gate: Gate,
    /// Whether it admits all traffic without a sentence.
    pub open: bool,
    /// Whether a part of the other endpoint is certainly never filtered.
    pub is_exempt: bool,
    /// The outcome for the traffic in question here, independent of other gates.
    pub outcome: LegOutcome,
    /// The answer of this gate.
    pub verdict: Verdict,
    /// The flows that allow some of it, each with whether it is certain.
    pub flows: Vec<(u32, bool)>,
    /// If it is `perhaps`: the addresses of the other endpoint for which all of that is certain to
    /// pass.
    pub certain_for: Addresses,
    /// If it is `perhaps`: the unknown facts.
    pub unknown: Vec<Unknown>,
    /// If not all of it is certain to pass: expired sentences that would allow some of it.
    pub ended: Vec<SentenceId>,
}

/// Traces each service from each endpoint to each endpoint; without a service, any traffic.
pub fn trace_connections(
    policy: &Policy,
    from: &[NamedEndpoint],
    to: &[NamedEndpoint],
    services: &[Service],
) -> Vec<Connection> {
    let gates = Gates::new(policy);
    let mut connections = Vec::new();

    for from in from {
        for to in to {
            if services.is_empty() {
                connections.push(trace_connection(policy, &gates, (from, to), None));
            }
            for service in services {
                connections.push(trace_connection(policy, &gates, (from, to), Some(service)));
            }
        }
    }

    connections
}

fn trace_connection(
    policy: &Policy,
    gates: &Gates<'_>,
    (from, to): (&NamedEndpoint, &NamedEndpoint),
    on: Option<&Service>,
) -> Connection {
    let traffic = on.map_or(&[][..], |service| &service.traffic);
    let passages = gates.list_passages(&from.endpoint, &to.endpoint, traffic);
    let has_a_leg =
        |passage: &&Passage| !passage.asked.is_empty() && (passage.sure || !passage.may.is_empty());
    let shown: Vec<&Passage> = passages.iter().filter(has_a_leg).collect();

    let shown = without_redundant_families(shown, |passage| {
        (passage.sure, passage.family, &passage.may)
    });

    let leg = |passage| {
        let question = TraceQuestion {
            policy,
            gates,
            passage,
            any: on.is_none(),
        };
        question.trace_leg(&from.endpoint, &to.endpoint)
    };

    Connection {
        from: from.clone(),
        to: to.clone(),
        on: on.cloned(),
        legs: shown.into_iter().map(leg).collect(),
        verdict: Verdict::combine_passages(&passages, on.is_none()),
        passages,
    }
}

impl Connection {
    /// The answer for a part of the service: the TCP of `dns`. `None` if no shown IP version has
    /// the part.
    pub fn verdict_of(&self, part: &[Traffic]) -> Option<Verdict> {
        let part = PerFamily::from_traffic(part);
        if self.legs.iter().all(|leg| part[leg.family].is_empty()) {
            return None;
        }
        let passages = self.passages.iter();
        let passages: Vec<Passage> = passages
            .map(|passage| passage.restrict_to(&part[passage.family]))
            .collect();
        Some(Verdict::combine_passages(&passages, false))
    }
}

/// A question in one IP version.
struct TraceQuestion<'q> {
    policy: &'q Policy,
    gates: &'q Gates<'q>,
    passage: &'q Passage,
    /// Whether it is enough if some of it passes.
    any: bool,
}

impl TraceQuestion<'_> {
    fn trace_leg(&self, from: &Endpoint, to: &Endpoint) -> Leg {
        let Passage {
            family,
            asked,
            may,
            must,
            ..
        } = self.passage;

        let outcome = LegOutcome::new(asked, may.clone(), must.clone());
        let steps = self.gates.gates_between(from, to);
        let steps = steps.map(|(gate, far)| self.trace_gate(gate, far));

        Leg {
            family: *family,
            verdict: outcome.verdict(self.any),
            outcome,
            gates: steps.collect(),
        }
    }

    fn trace_gate(&self, gate: Gate, far: &Endpoint) -> GateStep {
        let Passage { family, asked, .. } = self.passage;
        let (may, must) = self.gates.admitted_bounds(gate, far, *family);
        let outcome = LegOutcome::new(asked, may.intersection(asked), must.intersection(asked));
        let verdict = outcome.verdict(self.any);

        let ended = if verdict == Verdict::Passes {
            Vec::new()
        } else {
            self.gates.ended_sentences(gate, far, *family, asked)
        };

        let exempt = self.gates.never_filtered_part(gate, far, *family);
        let mut step = GateStep {
            gate,
            open: self.gates.is_open(gate, *family),
            is_exempt: exempt.is_some_and(|exempt| exempt.is_sure),
            verdict,
            outcome,
            flows: self.gates.admitting_flows(gate, far, *family, asked),
            certain_for: Addresses::default(),
            unknown: Vec::new(),
            ended,
        };

        if !step.outcome.perhaps.is_empty() {
            step.certain_for = self.surely_admitted(&step, far);
            step.unknown = self.step_unknowns(&step, far);
        }

        step
    }

    /// The addresses of the other endpoint for which a gate is certain to pass everything that it
    /// passes for some.
    fn surely_admitted(&self, step: &GateStep, far: &Endpoint) -> Addresses {
        let family = self.passage.family;
        let is_sure = |addresses: &Addresses| {
            let part = Endpoint {
                addresses: addresses.clone(),
                ..far.clone()
            };
            let (_, must) = self.gates.admitted_bounds(step.gate, &part, family);
            must.covers(&step.outcome.perhaps)
        };
        let mut parts = self.parts_treated_alike(step, far);
        parts.retain(is_sure);
        Addresses::union_of(&parts)
    }

    /// The addresses of the other endpoint, in parts that no block boundary cuts: all addresses of
    /// a part are treated alike.
    fn parts_treated_alike(&self, step: &GateStep, far: &Endpoint) -> Vec<Addresses> {
        let family = self.passage.family;
        let flows = step.flows.iter().map(|(flow, _)| self.policy.flow(*flow));
        let blocks = flows.filter_map(|flow| flow.peer.block());

        let blocks = blocks
            .filter(|block| Family::of_block(block) == family)
            .map(|block| Addresses::from_blocks([&block]));
        let exempt = self.gates.never_filtered_part(step.gate, far, family);
        let never_filtered = exempt.map(|exempt| far.addresses.difference(&exempt.rest.addresses));

        let mut parts = vec![far.addresses.in_family(family)];
        for cut in blocks.chain(never_filtered) {
            let halves = |part: &Addresses| [part.intersection(&cut), part.difference(&cut)];
            parts = parts.iter().flat_map(halves).collect();
            parts.retain(|part| !part.is_empty());
        }

        parts
    }

    /// The unknown facts at a gate: contents and values of its flows, and addresses of the other
    /// endpoint.
    fn step_unknowns(&self, step: &GateStep, far: &Endpoint) -> Vec<Unknown> {
        let family = self.passage.family;
        let mut unknown = Vec::new();
        let exempt = self.gates.never_filtered_part(step.gate, far, family);

        if exempt.is_some_and(|exempt| !exempt.is_sure) {
            unknown.extend(self.gates.reserved_unknown(step.gate));
        }

        if let Owner::External(id) = step.gate.owner() {
            unknown.push(Unknown::Rules(id));
        }

        for (flow, is_sure) in &step.flows {
            let flow = self.policy.flow(*flow);
            if !step.outcome.perhaps.meets(flow.traffic, family) {
                continue;
            }
            if let Some(ports) = flow.traffic.unknown_ports() {
                unknown.extend(self.policy.port_params(ports).map(Unknown::Value));
            }

            match flow.peer {
                Peer::Net(_) => unknown.extend(far.unknown),
                Peer::External(id) if !is_sure => unknown.push(Unknown::Group(id)),
                Peer::PrefixList(id) if !is_sure => unknown.push(Unknown::Contents(id)),
                Peer::Param(id) if !is_sure => unknown.push(Unknown::Value(id)),
                Peer::Tier(_) | Peer::External(_) | Peer::PrefixList(_) | Peer::Param(_) => {}
            }
        }

        unknown.sort_unstable();
        unknown.dedup();

        unknown
    }
}

impl LegOutcome {
    fn new(asked: &TrafficSet, may: TrafficSet, must: TrafficSet) -> LegOutcome {
        LegOutcome {
            perhaps: may.difference(&must),
            stopped: asked.difference(&may),
            passes: must,
        }
    }

    /// The answer if all traffic in question must pass, or any of it.
    fn verdict(&self, any: bool) -> Verdict {
        let [passes, perhaps, stopped] =
            [&self.passes, &self.perhaps, &self.stopped].map(|set| !set.is_empty());
        match (passes, perhaps, stopped) {
            (true, _, _) if any => Verdict::Passes,
            (true, false, false) => Verdict::Passes,
            (false, false, _) => Verdict::Stopped,
            (true, _, _) | (false, true, _) => Verdict::ForSome,
        }
    }
}
