//! The way of a connection: each gate that it meets, what of it passes there, and which rules say
//! so.

use super::gate::{Endpoint, Gate, Gates, Unknown};
use super::named_endpoint::NamedEndpoint;
use super::reachability::without_redundant_families;
use super::verdict::Passage;
pub use super::verdict::Verdict;
use crate::net::{Addresses, Family, PerFamily, Traffic, TrafficSet};
use crate::policy::{Owner, Peer, Policy, SentenceId};

/// A service that a question names.
#[derive(Debug, Clone)]
pub struct Service {
    /// As it is written there.
    pub name: String,
    /// What it is.
    pub traffic: Vec<Traffic>,
}

/// One service between two ends.
#[derive(Debug)]
pub struct Connection {
    /// The sender.
    pub from: NamedEndpoint,
    /// The receiver.
    pub to: NamedEndpoint,
    /// The service as the question names it; `None` for any.
    pub on: Option<Service>,
    /// Its way in each IP version that both ends have.
    pub legs: Vec<Leg>,
    /// The answer.
    pub verdict: Verdict,
    /// What passes in each IP version that both ends may have.
    passages: Vec<Passage>,
}

/// The way of a connection in one IP version.
#[derive(Debug)]
pub struct Leg {
    /// The IP version.
    pub family: Family,
    /// What is asked about, and what becomes of it.
    pub outcome: LegOutcome,
    /// The gates, in the order in which a packet meets them. Hosts in no tier have none.
    pub gates: Vec<Station>,
    /// The answer.
    pub verdict: Verdict,
}

/// What becomes of what is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegOutcome {
    /// Passes for every address.
    pub passes: TrafficSet,
    /// Passes for some, or perhaps.
    pub perhaps: TrafficSet,
    /// Passes for none.
    pub stopped: TrafficSet,
}

/// One gate on the way.
#[derive(Debug)]
pub struct Station {
    /// Which.
    pub gate: Gate,
    /// Whether it admits everything without a sentence.
    pub open: bool,
    /// Whether some of the far end surely is never filtered.
    pub is_exempt: bool,
    /// What becomes of what is asked about here, whatever other gates do.
    pub outcome: LegOutcome,
    /// The answer of this gate.
    pub verdict: Verdict,
    /// The flows that let some of it through, each with whether it surely does.
    pub flows: Vec<(u32, bool)>,
    /// Where it is `perhaps`: the addresses of the far end for which all of that surely passes.
    pub whom: Addresses,
    /// Where it is `perhaps`: what is not known.
    pub unknown: Vec<Unknown>,
    /// Where it does not surely let all of it through: sentences that would let some of it, and
    /// have ended.
    pub ended: Vec<SentenceId>,
}

/// The ways of each service from each end to each end; without a service, of any.
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
    /// The answer for a part of the service: the TCP of `dns`. Nothing where no IP version that is
    /// shown has the part.
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
    /// Whether it is enough that some of it passes.
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
        let stations = self.gates.gates_between(from, to);
        let stations = stations.map(|(gate, far)| self.trace_station(gate, far));

        Leg {
            family: *family,
            verdict: outcome.verdict(self.any),
            outcome,
            gates: stations.collect(),
        }
    }

    fn trace_station(&self, gate: Gate, far: &Endpoint) -> Station {
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
        let mut station = Station {
            gate,
            open: self.gates.is_open(gate, *family),
            is_exempt: exempt.is_some_and(|exempt| exempt.is_sure),
            verdict,
            outcome,
            flows: self.gates.admitting_flows(gate, far, *family, asked),
            whom: Addresses::default(),
            unknown: Vec::new(),
            ended,
        };

        if !station.outcome.perhaps.is_empty() {
            station.whom = self.surely_admitted(&station, far);
            station.unknown = self.station_unknowns(&station, far);
        }

        station
    }

    /// The addresses of the far end for which a gate surely lets through all of what it lets
    /// through for some.
    fn surely_admitted(&self, station: &Station, far: &Endpoint) -> Addresses {
        let family = self.passage.family;
        let is_sure = |addresses: &Addresses| {
            let part = Endpoint {
                addresses: addresses.clone(),
                ..far.clone()
            };
            let (_, must) = self.gates.admitted_bounds(station.gate, &part, family);
            must.covers(&station.outcome.perhaps)
        };
        let mut parts = self.parts_treated_alike(station, far);
        parts.retain(is_sure);
        Addresses::union_of(&parts)
    }

    /// The addresses of the far end, in parts that no edge of a block cuts: each is let through as
    /// a whole, or not at all.
    fn parts_treated_alike(&self, station: &Station, far: &Endpoint) -> Vec<Addresses> {
        let family = self.passage.family;
        let flows = station
            .flows
            .iter()
            .map(|(flow, _)| self.policy.flow(*flow));
        let blocks = flows.filter_map(|flow| flow.peer.block());

        let blocks = blocks
            .filter(|block| Family::of_block(block) == family)
            .map(|block| Addresses::from_blocks([&block]));
        let exempt = self.gates.never_filtered_part(station.gate, far, family);
        let never_filtered = exempt.map(|exempt| far.addresses.difference(&exempt.rest.addresses));

        let mut parts = vec![far.addresses.in_family(family)];
        for cut in blocks.chain(never_filtered) {
            let halves = |part: &Addresses| [part.intersection(&cut), part.difference(&cut)];
            parts = parts.iter().flat_map(halves).collect();
            parts.retain(|part| !part.is_empty());
        }

        parts
    }

    /// What keeps a gate from being sure: contents and values that its flows name, and where the
    /// far end is.
    fn station_unknowns(&self, station: &Station, far: &Endpoint) -> Vec<Unknown> {
        let family = self.passage.family;
        let mut unknown = Vec::new();
        let exempt = self.gates.never_filtered_part(station.gate, far, family);

        if exempt.is_some_and(|exempt| !exempt.is_sure) {
            unknown.extend(self.gates.reserved_unknown(station.gate));
        }

        if let Owner::External(id) = station.gate.owner() {
            unknown.push(Unknown::Rules(id));
        }

        for (flow, is_sure) in &station.flows {
            let flow = self.policy.flow(*flow);
            if !station.outcome.perhaps.meets(flow.traffic, family) {
                continue;
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

    /// The answer, where all of what is asked about has to pass, or any of it.
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
