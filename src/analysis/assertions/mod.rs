//! Assertions: each is proved, or reported with a packet that breaks it.
//!
//! `cannot` and `only` hold if nothing else *may* pass, `can` if all of it *must*: unknown facts
//! count against the assertion.
//!
//! An example: `assert internet cannot reach db` fails as soon as one sentence lets one packet from
//! the internet into `db`, and the problem shows that packet: `tcp 1.0.0.0:* → db:3306`.

mod can;
mod group_graph;
mod proof;
mod through;

use super::gate::{Endpoint, Gate, Gates, Who, Witness};
use super::named_endpoint::{self, NamedEndpoint};
use crate::diagnostic::{AssertionProblem, Problem, Problems};
use crate::net::{Addresses, Family, Ports, Traffic};
use crate::policy::{Assertion, Claim, End, Owner, Peer, Policy, TierId};
use crate::source::Span;
use group_graph::asked_traffic;
use proof::{Proof, endpoint_pairs};
use std::collections::{BTreeSet, HashSet};
use std::net::IpAddr;
use std::slice;

/// The name of hosts that are in no tier and not listed in the assertion.
const OTHER_HOSTS: &str = "hosts outside";

/// Judges every assertion of a policy.
pub fn judge_assertions(policy: &Policy, gates: &Gates<'_>) -> Problems {
    let mut problems = Problems::default();
    if policy.assertions.is_empty() {
        return problems;
    }

    let proof = Proof::new(policy, gates.clone());
    let named = |ends: &[(Span, End)]| -> Vec<NamedEndpoint> {
        let ends = ends.iter();
        ends.flat_map(|(_, end)| named_endpoint::named_endpoints(policy, end))
            .collect()
    };

    for assertion in &policy.assertions {
        let (from, to) = (named(&assertion.from), named(&assertion.to));
        match &assertion.claim {
            Claim::Cannot => proof.prove_cannot(assertion, &from, &to, &mut problems),
            Claim::Can => proof.prove_can(assertion, &from, &to, &mut problems),
            Claim::Only => proof.prove_only(assertion, &from, &to, &mut problems),
            Claim::OnlyThrough(through) => {
                proof.prove_through(assertion, &from, &to, through, &mut problems)
            }
        }
    }

    problems
}

impl<'p> Proof<'p> {
    fn prove_cannot(
        &self,
        assertion: &Assertion,
        from: &[NamedEndpoint],
        to: &[NamedEndpoint],
        problems: &mut Problems,
    ) {
        for (from, to) in endpoint_pairs(from, to) {
            let packet = Family::BOTH
                .into_iter()
                .find_map(|family| self.passing_packet(assertion, from, to, family));
            problems.extend(
                packet.map(|(family, packet)| {
                    self.reached_problem(assertion, from, to, family, packet)
                }),
            );
        }
    }

    /// A packet in question that may pass.
    fn passing_packet(
        &self,
        assertion: &Assertion,
        from: &NamedEndpoint,
        to: &NamedEndpoint,
        family: Family,
    ) -> Option<(Family, Witness)> {
        let (from, to) = (&from.endpoint, &to.endpoint);
        let asked = named_endpoint::asked_traffic(asked_traffic(&assertion.on), family);
        let may = self.gates.may_pass(from, to, family, &asked);
        let packet = self.gates.find_witness(from, to, family, &may)?;
        Some((family, packet))
    }

    fn prove_only(
        &self,
        assertion: &Assertion,
        allowed: &[NamedEndpoint],
        to: &[NamedEndpoint],
        problems: &mut Problems,
    ) {
        let listed: HashSet<Who> = allowed.iter().map(|named| named.endpoint.who).collect();
        let hosts = allowed
            .iter()
            .map(|named| &named.endpoint)
            .filter(|end| end.who == Who::Hosts);
        let known = Addresses::union_of(hosts.map(|end| &end.addresses));

        let others = NamedEndpoint {
            name: OTHER_HOSTS.to_string(),
            endpoint: Endpoint::for_hosts(Addresses::all().difference(&known)),
        };

        for to in to {
            let mut found = Problems::default();
            for tier in self.candidate_senders(assertion, to) {
                if !listed.contains(&Who::Tier(tier)) {
                    let tier = NamedEndpoint::for_tier(self.policy, tier);
                    let (from, to) = (slice::from_ref(&tier), slice::from_ref(to));
                    self.prove_cannot(assertion, from, to, &mut found);
                }
            }

            if let Some(receiver) = to.endpoint.who.group() {
                let (from, to) = (slice::from_ref(&others), slice::from_ref(to));
                let proof = self.without_listed(receiver, &listed);
                proof.prove_cannot(assertion, from, to, &mut found);
            }

            problems.extend(merge_senders(found));
        }
    }

    /// A superset of the tiers that may send traffic in question to an endpoint.
    fn candidate_senders(&self, assertion: &Assertion, to: &NamedEndpoint) -> Vec<TierId> {
        match to.endpoint.who.tier() {
            Some(receiver) => self.group_graph().possible_senders(receiver, &assertion.on),
            None => self.policy.tier_ids().collect(),
        }
    }

    /// The same proof, as if the inbound gate of a group had no rules that reference tiers or
    /// listed endpoints.
    fn without_listed(&self, receiver: Owner, listed: &HashSet<Who>) -> Proof<'p> {
        let is_left_out = |peer: Peer| match peer {
            Peer::Tier(_) => true,
            Peer::Net(_) => false,
            Peer::External(id) => listed.contains(&Who::External(id)),
            Peer::PrefixList(id) => listed.contains(&Who::PrefixList(id)),
            Peer::Param(id) => listed.contains(&Who::Param(id)),
        };
        let gates = self
            .gates
            .without_flows(Gate::Inbound(receiver), is_left_out);
        Proof::new(self.policy, gates)
    }

    /// The problem that a packet passes.
    fn reached_problem(
        &self,
        assertion: &Assertion,
        from: &NamedEndpoint,
        to: &NamedEndpoint,
        family: Family,
        packet: Witness,
    ) -> Problem {
        let flows = packet.flows.iter().map(|flow| self.policy.flow(*flow));
        let sentences: BTreeSet<_> = flows.map(|flow| flow.sentence).collect();
        let sentences = sentences.into_iter().map(|id| self.policy.sentence(id));
        let unknown = packet.unknown.iter();
        let unknown = unknown.map(|unknown| named_endpoint::unknown_words(self.policy, *unknown));

        let source = name_or_address(from, packet.source);
        let destination = name_or_address(to, packet.destination);
        let mut shown = packet_in_words(packet.traffic, &source, &destination, family);

        if packet.is_exempt {
            shown.push_str(", which security groups never filter");
        }

        Problem::Assertion(AssertionProblem::Reached {
            span: assertion.span,
            from: from.name.clone(),
            others: Vec::new(),
            to: to.name.clone(),
            packet: shown,
            because: sentences.map(|sentence| sentence.span).collect(),
            unknown: unknown.collect(),
        })
    }
}

/// One endpoint of a packet: a tier by its name, any other by the address, if there is one.
fn name_or_address(end: &NamedEndpoint, address: Option<IpAddr>) -> String {
    match address {
        Some(address) if end.endpoint.who.tier().is_none() => address.to_string(),
        Some(_) | None => end.name.clone(),
    }
}

/// Merges problems of senders that the same sentences allow.
fn merge_senders(found: Problems) -> Vec<Problem> {
    let mut merged: Vec<Problem> = Vec::new();
    for problem in found {
        let same = merged.iter_mut().any(|known| add_sender(known, &problem));
        if !same {
            merged.push(problem);
        }
    }
    merged
}

/// Adds the sender of one problem to another, if the same sentences allow it; returns whether it
/// did.
fn add_sender(known: &mut Problem, problem: &Problem) -> bool {
    match (known, problem) {
        (
            Problem::Assertion(AssertionProblem::Reached {
                because,
                unknown,
                others,
                ..
            }),
            Problem::Assertion(AssertionProblem::Reached {
                because: same,
                unknown: more,
                from,
                ..
            }),
        ) if because == same => {
            others.push(from.clone());
            for fact in more {
                if !unknown.contains(fact) {
                    unknown.push(fact.clone());
                }
            }
            true
        }
        (_, _) => false,
    }
}

/// `tcp 203.0.113.7:* → db:3306`
fn packet_in_words(traffic: Traffic, source: &str, destination: &str, family: Family) -> String {
    let shown = |end: &str| match end.parse::<IpAddr>() {
        Ok(IpAddr::V6(address)) => format!("[{address}]"),
        Ok(IpAddr::V4(_)) | Err(_) => end.to_string(),
    };
    let (from, to) = (shown(source), shown(destination));

    match traffic {
        Traffic::Tcp(Ports { from: port, .. }) | Traffic::Udp(Ports { from: port, .. }) => {
            format!("{} {from}:* → {to}:{port}", traffic.protocol())
        }
        Traffic::TcpUnknown(ports) | Traffic::UdpUnknown(ports) => {
            format!("{} {from}:* → {to}:{ports}", traffic.protocol())
        }
        Traffic::All | Traffic::Icmp(_) | Traffic::Icmpv6(_) | Traffic::Number(_) => {
            format!("{traffic} {source} → {destination} ({})", family.words())
        }
    }
}
