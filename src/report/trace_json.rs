//! The answer of `tierwall trace` in JSON.

use super::subject::QuestionEndpoints;
use super::trace::{admitting_group, all_pass, first_blocks, outcome_pieces, suggest_sentence};
use super::travel::{Packet, list_exchanges};
use super::words::{EndLine, PieceLine, end_line, family_pieces, json_document, piece_lines};
use crate::analysis::gate::{Gate, Unknown, peer_of};
use crate::analysis::trace::{Connection, GateStep, Leg, Verdict, trace_connections};
use crate::policy::Policy;
use crate::report::citation::Citation;
use crate::report::flows::End;
use crate::source::Sources;
use serde::Serialize;
use std::borrow::Cow;

#[derive(Serialize)]
struct TraceDocument<'p> {
    format: u32,
    stack: &'p str,
    verdict: &'static str,
    connections: Vec<ConnectionLine<'p>>,
}

#[derive(Serialize)]
struct ConnectionLine<'p> {
    from: EndLine<'p>,
    to: EndLine<'p>,
    on: Option<&'p str>,
    verdict: &'static str,
    families: Vec<LegLine<'p>>,
    travels: Vec<PacketLine>,
}

#[derive(Serialize)]
struct LegLine<'p> {
    family: &'static str,
    verdict: &'static str,
    passes: Vec<PieceLine>,
    stopped: Vec<PieceLine>,
    gates: Vec<GateStepLine<'p>>,
}

#[derive(Serialize)]
struct GateStepLine<'p> {
    gate: &'static str,
    tier: &'p str,
    /// Whether it is an external.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    made_elsewhere: bool,
    verdict: &'static str,
    open: bool,
    rules: Vec<AdmittingRuleLine<'p>>,
    surely_for: Vec<String>,
    unknown: Vec<UnknownLine<'p>>,
    ended: Vec<Citation<'p>>,
    would_open: Option<String>,
}

/// Something unknown that the answer depends on.
#[derive(Serialize)]
struct UnknownLine<'p> {
    kind: &'static str,
    name: Cow<'p, str>,
}

#[derive(Serialize)]
struct AdmittingRuleLine<'p> {
    what: String,
    peer: End<'p>,
    /// The group whose rule it is, if it differs from that of the tier.
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'p str>,
    certain: bool,
    sentence: Citation<'p>,
}

#[derive(Serialize)]
struct PacketLine {
    packet: &'static str,
    way: &'static str,
    needs_rule: bool,
}

/// The keyword of a verdict in JSON.
fn verdict_keyword(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passes => "passes",
        Verdict::ForSome => "passes-for-some",
        Verdict::Stopped => "stopped",
    }
}

/// The answer as JSON, format 1: documented in `docs/outputs.md`, and stable. And whether all of it
/// passes.
pub fn trace_json(
    policy: &Policy,
    sources: &Sources,
    subject: &QuestionEndpoints,
) -> (String, bool) {
    let connections = trace_connections(policy, &subject.from, &subject.to, &subject.services);
    let lines = TraceLines { policy, sources };
    let has = |verdict| {
        connections
            .iter()
            .any(|connection| connection.verdict == verdict)
    };

    let verdict = match (
        all_pass(&connections),
        has(Verdict::Passes) || has(Verdict::ForSome),
    ) {
        (true, _) => Verdict::Passes,
        (false, true) => Verdict::ForSome,
        (false, false) => Verdict::Stopped,
    };

    let text = json_document(&TraceDocument {
        format: 1,
        stack: &policy.stack.name,
        verdict: verdict_keyword(verdict),
        connections: connections
            .iter()
            .map(|connection| lines.connection_line(connection))
            .collect(),
    });

    (text, all_pass(&connections))
}

struct TraceLines<'p> {
    policy: &'p Policy,
    sources: &'p Sources,
}

impl<'p> TraceLines<'p> {
    fn connection_line<'c>(&self, connection: &'c Connection) -> ConnectionLine<'c>
    where
        'p: 'c,
    {
        let passing = list_exchanges(connection)
            .into_iter()
            .filter(|exchange| exchange.verdict != Verdict::Stopped);

        let packet = |packet: &Packet| PacketLine {
            packet: packet.name,
            way: if packet.there { "there" } else { "back" },
            needs_rule: packet.because.is_none(),
        };

        ConnectionLine {
            from: end_line(&connection.from),
            to: end_line(&connection.to),
            on: connection.on.as_ref().map(|service| service.name.as_str()),
            verdict: verdict_keyword(connection.verdict),
            families: connection
                .legs
                .iter()
                .map(|leg| self.leg_line(connection, leg))
                .collect(),
            travels: passing
                .flat_map(|exchange| exchange.packets)
                .map(packet)
                .collect(),
        }
    }

    fn leg_line(&self, connection: &Connection, leg: &Leg) -> LegLine<'p> {
        let first = leg
            .gates
            .iter()
            .position(|step| step.verdict != Verdict::Passes);
        let gates = leg.gates.iter().enumerate();

        LegLine {
            family: leg.family.keyword(),
            verdict: verdict_keyword(leg.verdict),
            passes: piece_lines(&outcome_pieces(&[(leg.family, &leg.outcome)])),
            stopped: piece_lines(&family_pieces(
                &[(leg.family, leg.outcome.stopped.clone())],
                true,
            )),
            gates: gates
                .map(|(n, step)| self.station_line(connection, step, first == Some(n)))
                .collect(),
        }
    }

    fn station_line(
        &self,
        connection: &Connection,
        step: &GateStep,
        first: bool,
    ) -> GateStepLine<'p> {
        let (name, owner) = match step.gate {
            Gate::Outbound(owner) => ("outbound", owner),
            Gate::Inbound(owner) => ("inbound", owner),
        };

        let unknown = step
            .unknown
            .iter()
            .map(|unknown| unknown_line(self.policy, *unknown));

        GateStepLine {
            gate: name,
            tier: self.policy.owner_name(owner),
            made_elsewhere: owner.tier().is_none(),
            verdict: verdict_keyword(step.verdict),
            open: step.open,
            rules: step
                .flows
                .iter()
                .map(|(flow, sure)| self.rule_line(step.gate, *flow, *sure))
                .collect(),
            surely_for: first_blocks(&step.certain_for, usize::MAX),
            unknown: unknown.collect(),
            ended: step
                .ended
                .iter()
                .map(|id| Citation::new(self.policy, self.sources, *id))
                .collect(),
            would_open: suggest_sentence(self.policy, connection, step).filter(|_| first),
        }
    }

    fn rule_line(&self, gate: Gate, flow: u32, certain: bool) -> AdmittingRuleLine<'p> {
        AdmittingRuleLine {
            what: self.policy.flow(flow).traffic.to_string(),
            peer: End::new(self.policy, peer_of(gate, self.policy.flow(flow))),
            group: admitting_group(self.policy, gate, flow)
                .map(|group| self.policy.tier(group).name.as_str()),
            certain,
            sentence: Citation::new(self.policy, self.sources, self.policy.flow(flow).sentence),
        }
    }
}

fn unknown_line(policy: &Policy, unknown: Unknown) -> UnknownLine<'_> {
    let (kind, name): (_, &str) = match unknown {
        Unknown::Members(id) => ("tier", &policy.tier(id).name),
        Unknown::Value(id) => ("parameter", &policy.param(id).name),
        Unknown::Contents(id) => ("prefix-list", &policy.prefix_list(id).name),
        Unknown::Rules(id) => ("rules", &policy.external(id).name),
        Unknown::Group(id) => ("external", &policy.external(id).name),
        Unknown::Reserved(id) => {
            let vpcs = policy.area(id).vpcs.iter();
            let names = vpcs.filter_map(|id| policy.vpc(*id).name.as_deref());
            let names: Vec<&str> = names.collect();
            return UnknownLine {
                kind: "reserved-address",
                name: names.join(", ").into(),
            };
        }
    };
    UnknownLine {
        kind,
        name: name.into(),
    }
}
