//! `assert office can reach web on https`: all of it must pass, for all addresses of both
//! endpoints.

use super::super::gate::{Endpoint, Gate};
use super::super::named_endpoint::{self, NamedEndpoint};
use super::super::verdict::Verdict;
use super::group_graph::asked_traffic;
use super::proof::{Proof, endpoint_pairs};
use crate::diagnostic::{AssertionProblem, Problem, Problems};
use crate::net::{Family, PerFamily, Traffic, TrafficSet};
use crate::policy::Assertion;
use crate::source::Span;

/// Why traffic is not certain to pass between two endpoints.
#[derive(Debug, Default)]
pub(super) struct Obstacle {
    /// The traffic.
    pub(super) what: String,
    /// The gate; empty if the endpoints have no common IP version for the traffic.
    gate: String,
    /// The sentence that would open it.
    help: Option<String>,
    /// Whether it may still pass for some.
    passes_for_some: bool,
    /// The unknown facts.
    unknown: Vec<String>,
}

/// The reason if no IP version can carry the traffic.
const NO_VERSION: &str = "the endpoints have no IP version in common for it";

/// The placeholder for a service that the assertion does not name.
const ANY_SERVICE: &str = "…";

impl Proof<'_> {
    pub(super) fn prove_can(
        &self,
        assertion: &Assertion,
        from: &[NamedEndpoint],
        to: &[NamedEndpoint],
        problems: &mut Problems,
    ) {
        for (from, to) in endpoint_pairs(from, to) {
            let obstacle = service_groups(&assertion.on)
                .find_map(|service| self.find_obstacle(from, to, service, assertion));
            problems.extend(obstacle.map(|obstacle| obstacle.into_problem(assertion, from, to)));
        }
    }

    /// Why a service is not certain to pass; without a service, why none is.
    pub(super) fn find_obstacle(
        &self,
        from: &NamedEndpoint,
        to: &NamedEndpoint,
        service: &[(Span, Traffic)],
        assertion: &Assertion,
    ) -> Option<Obstacle> {
        if self.is_sure(&from.endpoint, &to.endpoint, service) {
            return None;
        }

        let Some((place, first)) = service.first() else {
            return Some(self.obstacle_to_all(from, to));
        };

        let stopped = self.stopped_parts(&from.endpoint, &to.endpoint, service);
        let (part, name) = match stopped.as_slice() {
            // the endpoints have no IP version in common for it
            [] => (*first, first.to_string()),
            // the rest of the service passes already
            [one] if service.len() > 1 => (*one, one.to_string()),
            [one, ..] => (*one, service_name(assertion, *place, *one)),
        };

        Some(self.obstacle_to(from, to, part, name))
    }

    /// The parts of a service that are not certain to pass in an IP version that both endpoints
    /// have.
    fn stopped_parts(
        &self,
        from: &Endpoint,
        to: &Endpoint,
        service: &[(Span, Traffic)],
    ) -> Vec<Traffic> {
        let is_stopped = |traffic: &Traffic| {
            Family::BOTH.into_iter().any(|family| {
                let asked = TrafficSet::new(*traffic, family);
                self.gates.stopped_at(from, to, family, &asked).is_some()
            })
        };
        asked_traffic(service).filter(is_stopped).collect()
    }

    /// Whether all of a service is certain to pass; without a service, whether any traffic is.
    pub(super) fn is_sure(
        &self,
        from: &Endpoint,
        to: &Endpoint,
        service: &[(Span, Traffic)],
    ) -> bool {
        let traffic: Vec<Traffic> = asked_traffic(service).collect();
        self.gates.judge_service(from, to, &traffic) == Verdict::Passes
    }

    /// Why traffic is not certain to pass; a sentence about `service` would allow it.
    fn obstacle_to(
        &self,
        from: &NamedEndpoint,
        to: &NamedEndpoint,
        traffic: Traffic,
        service: String,
    ) -> Obstacle {
        let asked = PerFamily::from_traffic(&[traffic]);
        let mut obstacle = self.first_obstacle(from, to, &Family::BOTH, &asked, service);
        if obstacle.what.is_empty() {
            obstacle.what = traffic.to_string();
        }
        obstacle
    }

    /// Why no service is certain to pass in all IP versions.
    pub(super) fn obstacle_to_all(&self, from: &NamedEndpoint, to: &NamedEndpoint) -> Obstacle {
        let (near, far) = (&from.endpoint, &to.endpoint);
        let must = PerFamily::from_fn(|family| {
            self.gates
                .must_pass(near, far, family, &TrafficSet::all(family))
        });
        let is_shared = |family: &Family| near.is_in(*family) && far.is_in(*family);
        let shared: Vec<Family> = Family::BOTH.into_iter().filter(is_shared).collect();
        let is_lacking = |family: &Family| must[*family].is_empty();
        let lacking: Vec<Family> = shared.iter().copied().filter(is_lacking).collect();

        let (families, asked, what) = match (lacking.as_slice(), shared.as_slice()) {
            ([], [_, second]) => {
                let passing = must.v4.without_icmp();
                let asked = PerFamily {
                    v4: passing.clone(),
                    v6: passing,
                };
                let what = "anything that passes in both IP versions".to_string();
                (std::slice::from_ref(second), asked, what)
            }
            (lacking @ [one], [_, _]) => {
                let what = format!("anything in {}", one.words());
                (lacking, PerFamily::from_fn(TrafficSet::all), what)
            }
            (lacking, _) => {
                let what = "anything".to_string();
                (lacking, PerFamily::from_fn(TrafficSet::all), what)
            }
        };

        Obstacle {
            what,
            ..self.first_obstacle(from, to, families, &asked, ANY_SERVICE.to_string())
        }
    }

    /// The first gate that is not certain to pass all of this, in one of these families.
    fn first_obstacle(
        &self,
        from: &NamedEndpoint,
        to: &NamedEndpoint,
        families: &[Family],
        asked: &PerFamily<TrafficSet>,
        service: String,
    ) -> Obstacle {
        let (near, far) = (&from.endpoint, &to.endpoint);
        let found = families.iter().find_map(|family| {
            let (gate, missing) = self.gates.stopped_at(near, far, *family, &asked[*family])?;
            Some((*family, gate, missing))
        });

        let Some((family, gate, missing)) = found else {
            return Obstacle::default();
        };

        let what = missing.find_witness(family);
        let has_unknown_ports =
            what.is_some_and(|what| self.may_be_its_port(gate, [near, far], family, what));
        let help = named_endpoint::opening_sentence(self.policy, gate, from, to, &service);
        let perhaps = self.gates.may_pass(near, far, family, &missing);
        let packet = self.gates.find_witness(near, far, family, &perhaps);
        let unknown = packet.into_iter().flat_map(|packet| packet.unknown);
        let unknown = unknown.map(|unknown| named_endpoint::unknown_words(self.policy, unknown));

        Obstacle {
            what: what.map_or(String::new(), |traffic| traffic.to_string()),
            gate: named_endpoint::stopping_words(self.policy, gate, has_unknown_ports),
            help,
            passes_for_some: !perhaps.is_empty(),
            unknown: unknown.collect(),
        }
    }
}

impl Proof<'_> {
    /// Whether a rule of a gate may admit this, whose ports are set at deployment.
    fn may_be_its_port(
        &self,
        gate: Gate,
        [from, to]: [&Endpoint; 2],
        family: Family,
        traffic: Traffic,
    ) -> bool {
        let far = match gate {
            Gate::Inbound(_) => from,
            Gate::Outbound(_) => to,
        };
        let asked = TrafficSet::new(traffic, family);
        let flows = self.gates.admitting_flows(gate, far, family, &asked);
        let mut traffic = flows
            .iter()
            .map(|(flow, _)| self.policy.flow(*flow).traffic);
        traffic.any(|traffic| traffic.unknown_ports().is_some())
    }
}

impl Obstacle {
    fn into_problem(
        self,
        assertion: &Assertion,
        from: &NamedEndpoint,
        to: &NamedEndpoint,
    ) -> Problem {
        let gate = if self.gate.is_empty() {
            NO_VERSION.to_string()
        } else {
            self.gate
        };

        Problem::Assertion(AssertionProblem::NotReached {
            span: assertion.span,
            from: from.name.clone(),
            to: to.name.clone(),
            what: self.what,
            gate,
            help: self.help,
            unknown: self.unknown,
        })
    }

    /// The problem of a step of a chain that is not certain.
    pub(super) fn into_unsure_chain(
        self,
        span: Span,
        [from, to]: [String; 2],
        chain: String,
        step: [String; 2],
    ) -> Problem {
        let why = match (self.unknown.is_empty(), self.passes_for_some) {
            (false, _) => None,
            (true, _) if self.gate.is_empty() => Some(NO_VERSION.to_string()),
            (true, true) => Some(format!("for some addresses, {}", self.gate)),
            (true, false) => Some(self.gate),
        };

        Problem::Assertion(AssertionProblem::UnsureChain {
            span,
            from,
            to,
            chain,
            step,
            what: self.what,
            why,
            help: self.help,
            unknown: self.unknown,
        })
    }
}

/// The services of an assertion; without any, one empty group.
pub(super) fn service_groups(on: &[(Span, Traffic)]) -> impl Iterator<Item = &[(Span, Traffic)]> {
    let none = on.is_empty().then_some(on);
    none.into_iter().chain(on.chunk_by(|a, b| a.0 == b.0))
}

/// A service by its name, if it has one.
pub(super) fn service_name(assertion: &Assertion, place: Span, traffic: Traffic) -> String {
    let mut names = assertion.names.iter();
    match names.find(|(span, _)| *span == place) {
        Some((_, name)) => name.clone(),
        None => traffic.to_string(),
    }
}
