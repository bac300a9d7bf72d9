//! `tierwall trace`: traces a connection gate by gate.

use super::paint::{Paint, Tone};
use super::subject::QuestionEndpoints;
use super::travel::{Exchange, exchange_note, list_exchanges};
use super::words::{Marked, bounded_pieces, family_pieces, join_pieces, open_words, split_certain};
use crate::analysis::gate::{Gate, Who, peer_of};
use crate::analysis::named_endpoint::{self, NamedEndpoint};
use crate::analysis::trace::{Connection, GateStep, Leg, LegOutcome, Verdict, trace_connections};
use crate::net::{Addresses, Family, TrafficSet};
use crate::policy::{Outbound, Owner, Policy, SentenceId, Tier, TierId};
use crate::report::citation::Citation;
use crate::report::flows::End;
use crate::source::Sources;
use std::fmt::Write;

/// The maximum number of blocks that are shown.
const SHOWN: usize = 8;

/// The answer as text, and whether all of it passes.
pub fn trace_text(
    policy: &Policy,
    sources: &Sources,
    subject: &QuestionEndpoints,
    paint: Paint,
) -> (String, bool) {
    let connections = trace_connections(policy, &subject.from, &subject.to, &subject.services);
    let writer = TraceWriter {
        policy,
        sources,
        paint,
    };
    let texts = connections.iter();
    let texts: Vec<String> = texts
        .map(|connection| writer.describe_connection(connection))
        .collect();
    let text = texts.join("\n") + &notes_on_members(policy, subject);
    (text, all_pass(&connections))
}

/// Notes on addresses that a tier also has: rules that reference the tier apply to its members, and
/// not to these addresses.
fn notes_on_members(policy: &Policy, subject: &QuestionEndpoints) -> String {
    let mut notes = String::new();
    for (option, ends) in [("--from", &subject.from), ("--to", &subject.to)] {
        for end in ends.iter().filter(|end| end.endpoint.who == Who::Hosts) {
            let tiers = policy.tiers.iter();
            for tier in tiers.filter(|tier| is_inside(end, tier)).take(SHOWN) {
                let (end, tier) = (&end.name, &tier.name);
                let _ = writeln!(
                    notes,
                    "{end} is among the addresses of `{tier}`; to trace its members, \
                     use `{option} {tier}`"
                );
            }
        }
    }

    if notes.is_empty() {
        notes
    } else {
        format!("\n{notes}")
    }
}

/// Whether all addresses of an endpoint are among those of a tier.
fn is_inside(end: &NamedEndpoint, tier: &Tier) -> bool {
    let addresses = &end.endpoint.addresses;
    let is_held = |all: &Addresses| addresses.difference(all).is_empty();
    !addresses.is_empty() && tier.addresses.as_ref().is_some_and(is_held)
}

pub(super) fn all_pass(connections: &[Connection]) -> bool {
    connections
        .iter()
        .all(|connection| connection.verdict == Verdict::Passes)
}

fn verdict_in_words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passes => "passes",
        Verdict::ForSome => "passes for some",
        Verdict::Stopped => "stopped",
    }
}

/// The name of a gate, and its group.
fn gate_in_words(gate: Gate) -> (&'static str, Owner) {
    match gate {
        Gate::Outbound(owner) => ("out of", owner),
        Gate::Inbound(owner) => ("into", owner),
    }
}

struct TraceWriter<'p> {
    policy: &'p Policy,
    sources: &'p Sources,
    paint: Paint,
}

impl TraceWriter<'_> {
    /// A verdict as coloured text.
    fn paint_verdict(&self, verdict: Verdict) -> String {
        let tone = match verdict {
            Verdict::Passes => Tone::Good,
            Verdict::ForSome => Tone::Doubtful,
            Verdict::Stopped => Tone::Bad,
        };
        self.paint.paint_text(tone, verdict_in_words(verdict))
    }

    fn describe_connection(&self, connection: &Connection) -> String {
        let Connection {
            from,
            to,
            on,
            legs,
            verdict,
            ..
        } = connection;

        let service = on.as_ref();
        let service = service.map_or(String::new(), |service| format!(" on {}", service.name));

        // an endpoint or the service has no other IP version
        let only = match legs.as_slice() {
            [leg] if self.policy.stack.dual || leg.family == Family::V6 => {
                format!(", over {}", leg.family.words())
            }
            _ => String::new(),
        };

        let asked = format!("{} to {}{service}{only}", from.name, to.name);
        let asked = self.paint.paint_text(Tone::Head, &asked);
        let mut out = format!("{asked}: {}\n", self.paint_verdict(*verdict));

        if legs.is_empty() {
            out += "\n  the endpoints have no IP version in common for this service\n";
        }

        for end in [from, to] {
            if let Who::External(_) = end.endpoint.who {
                let name = &end.name;
                let _ = writeln!(
                    out,
                    "\n  {name} is managed elsewhere, and its other rules are unknown"
                );
            }
        }

        match group_legs(legs).as_slice() {
            [section] => self.push_section(connection, section, "  ", &mut out),
            several => {
                for section in several {
                    let (family, verdict) = (section[0].family.words(), section[0].verdict);
                    let _ = writeln!(out, "\n  over {family}: {}", self.paint_verdict(verdict));
                    self.push_section(connection, section, "    ", &mut out);
                }
            }
        }

        out + &describe_packets(connection)
    }

    /// Writes the section of IP versions with the same result.
    fn push_section(&self, connection: &Connection, legs: &[&Leg], indent: &str, out: &mut String) {
        if legs[0].gates.is_empty() {
            let _ = writeln!(
                out,
                "\n{indent}neither endpoint is a tier: no group of the program applies"
            );
        }

        if connection.on.is_none() {
            let outcomes: Vec<_> = legs.iter().map(|leg| (leg.family, &leg.outcome)).collect();
            let passing = outcome_pieces(&outcomes);
            if !passing.is_empty() {
                let _ = writeln!(out, "\n{indent}passes: {}", join_pieces(&passing));
            }
        }

        let mut is_helped = false;
        for n in 0..legs[0].gates.len() {
            let steps: Vec<_> = legs.iter().map(|leg| (leg.family, &leg.gates[n])).collect();
            let (_, first) = steps[0];
            let (word, owner) = gate_in_words(first.gate);
            let (name, verdict) = (
                self.policy.owner_name(owner),
                self.paint_verdict(first.verdict),
            );
            let _ = writeln!(out, "\n{indent}{word} {name}: {verdict}");

            let mut lines = self.describe_gate(&steps);
            if !is_helped && let Some(help) = suggest_sentence(self.policy, connection, first) {
                is_helped = true;
                lines.push(format!("this sentence would allow it: `{help}`"));
            }
            for line in lines {
                let _ = writeln!(out, "{indent}  {line}");
            }
        }
    }

    /// Describes one gate, for IP versions with the same result.
    fn describe_gate(&self, steps: &[(Family, &GateStep)]) -> Vec<String> {
        let (_, first) = steps[0];
        if first.open {
            return vec![match first.gate.tier() {
                Some(tier) => open_words(self.policy.tier(open_group(self.policy, tier))),
                None => String::new(),
            }];
        }

        let mut lines = self.cite_rules(steps);
        if lines.is_empty() {
            lines.push(without_rules(self.policy, first).to_string());
        }

        let ended = once_each(steps, |step| &step.ended).into_iter();
        let ended = ended.map(|id| Citation::new(self.policy, self.sources, id));
        lines.extend(ended.map(|sentence| format!("ended: {sentence}")));

        if first.verdict == Verdict::ForSome {
            lines.extend(describe_parts(steps));
        }

        lines.extend(surely_admitted(steps).map(|blocks| format!("certain only for {blocks}")));
        let unknown = once_each(steps, |step| &step.unknown).into_iter();
        let unknown = unknown.map(|what| named_endpoint::unknown_words(self.policy, what));
        lines.extend(unknown.map(|what| format!("unknown: {what}")));

        lines
    }

    /// The sentences that allow the traffic, in source order, each with its rules.
    fn cite_rules(&self, steps: &[(Family, &GateStep)]) -> Vec<String> {
        let mut rules: Vec<(SentenceId, String)> = Vec::new();
        for (flow, sure) in steps.iter().flat_map(|(_, step)| &step.flows) {
            let sentence = self.policy.flow(*flow).sentence;
            let rule =
                self.describe_rule(steps[0].1.gate, *flow) + if *sure { "" } else { ", perhaps" };
            if !rules.contains(&(sentence, rule.clone())) {
                rules.push((sentence, rule));
            }
        }

        rules.sort_by_key(|(sentence, _)| *sentence);
        let mut lines = Vec::new();
        let mut last = None;

        for (sentence, rule) in rules {
            if last != Some(sentence) {
                lines.push(Citation::new(self.policy, self.sources, sentence).to_string());
                last = Some(sentence);
            }
            lines.push(format!("  {rule}"));
        }

        lines
    }

    /// `tcp 8080 from web`
    fn describe_rule(&self, gate: Gate, flow: u32) -> String {
        let way = match gate {
            Gate::Inbound(_) => "from",
            Gate::Outbound(_) => "to",
        };
        let peer = End::new(self.policy, peer_of(gate, self.policy.flow(flow))).words();
        let rule = format!("{} {way} {peer}", self.policy.flow(flow).traffic);
        match admitting_group(self.policy, gate, flow) {
            Some(group) => format!("{rule}, by group {}", self.policy.tier(group).name),
            None => rule,
        }
    }
}

/// The group whose rule a flow is at a gate, if it differs from that of the tier.
pub(super) fn admitting_group(policy: &Policy, gate: Gate, flow: u32) -> Option<TierId> {
    let flow = policy.flow(flow);
    let group = match gate {
        Gate::Inbound(_) => flow.accepting(),
        Gate::Outbound(_) => flow.sending(),
    };
    let group = group.filter(|group| *group != gate.owner());
    group.and_then(Owner::tier)
}

/// The group by which the members of a tier may send everything, that of the tier before others.
fn open_group(policy: &Policy, tier: TierId) -> TierId {
    let mut groups = policy.members.groups_of(tier);
    let open = groups.find(|group| policy.tier(*group).outbound != Outbound::Closed);
    open.unwrap_or(tier)
}

/// Why a gate passes or stops traffic that no rule matches.
fn without_rules(policy: &Policy, step: &GateStep) -> &'static str {
    match step.gate {
        Gate::Outbound(_) | Gate::Inbound(_) if step.is_exempt => {
            if step.verdict == Verdict::Passes {
                "security groups never filter the traffic of this address"
            } else {
                "security groups never filter some of the traffic of this address"
            }
        }
        Gate::Outbound(Owner::External(_)) | Gate::Inbound(Owner::External(_)) => {
            "no sentence allows it, and what other rules it has is not known"
        }
        Gate::Outbound(Owner::Tier(tier)) => match policy.tier(tier).outbound {
            Outbound::OpenIpv4 => "no rule allows it, and outbound is open for IPv4 only",
            Outbound::OpenIpv6 => "no rule allows it, and outbound is open for IPv6 only",
            Outbound::Open | Outbound::Closed => "no sentence allows it, and outbound is closed",
        },
        Gate::Inbound(Owner::Tier(_)) => "no sentence allows it",
    }
}

/// The values of some gates, sorted, without duplicates.
fn once_each<T: Copy + Ord>(
    steps: &[(Family, &GateStep)],
    values: impl Fn(&GateStep) -> &Vec<T>,
) -> Vec<T> {
    let all = steps.iter().flat_map(|(_, step)| values(step));
    let mut all: Vec<T> = all.copied().collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The traffic that passes a gate for all, for some and for no addresses, if it is more than one of
/// these.
fn describe_parts(steps: &[(Family, &GateStep)]) -> Vec<String> {
    let outcomes: Vec<_> = steps
        .iter()
        .map(|(family, step)| (*family, &step.outcome))
        .collect();
    let stopped: Vec<_> = outcomes
        .iter()
        .map(|(family, outcome)| (*family, outcome.stopped.clone()))
        .collect();
    let [sure, perhaps] = split_certain(outcome_pieces(&outcomes));

    let mut parts = vec![
        ("for all", sure),
        ("for some", perhaps),
        ("for none", family_pieces(&stopped, true)),
    ];

    parts.retain(|(_, pieces)| !pieces.is_empty());
    if parts.len() < 2 {
        return Vec::new();
    }

    let parts = parts.iter();

    parts
        .map(|(senders, pieces)| format!("{senders}: {}", join_pieces(pieces)))
        .collect()
}

/// The packets of each exchange; with its traffic if there are several.
fn describe_packets(connection: &Connection) -> String {
    let exchanges = list_exchanges(connection);
    let several = exchanges.len() > 1;
    let parts = exchanges.iter().map(|exchange| {
        let part = |leg: &Leg| {
            (
                leg.family,
                TrafficSet::from_traffic(exchange.traffic.iter().copied(), leg.family),
            )
        };

        let parts: Vec<_> = connection.legs.iter().map(part).collect();
        let head = if several {
            format!(" on {}", join_pieces(&family_pieces(&parts, true)))
        } else {
            String::new()
        };

        format!(
            "\n  packets{head}\n{}",
            describe_exchange(connection, exchange)
        )
    });

    parts.collect()
}

fn describe_exchange(connection: &Connection, exchange: &Exchange) -> String {
    let Connection { from, to, .. } = connection;
    let Exchange {
        packets, verdict, ..
    } = exchange;
    let nobody_decides = connection.legs.iter().all(|leg| leg.gates.is_empty());

    let shown = if *verdict == Verdict::Stopped {
        &packets[..1]
    } else {
        packets
    };

    let decided = match verdict {
        Verdict::Passes if nobody_decides => {
            "neither endpoint is a tier, so no group of the program applies"
        }
        Verdict::Passes => "allowed by the rules above",
        Verdict::ForSome => "allowed for some, dropped for others",
        Verdict::Stopped => "dropped without a reply",
    };

    let widths = shown.iter().map(|packet| packet.name.len());
    let width = widths.max().unwrap_or(0);
    let mut out = String::new();

    for packet in shown {
        let arrow = if packet.there { "→" } else { "←" };
        let because = packet.because.unwrap_or(decided);
        let _ = writeln!(
            out,
            "    {:width$}  {} {arrow} {}  {because}",
            packet.name, from.name, to.name
        );
    }

    if let Some(note) = exchange_note(packets) {
        let _ = writeln!(out, "    {note}");
    }

    out
}

/// The sentence that would open a gate to the service in question.
pub(super) fn suggest_sentence(
    policy: &Policy,
    connection: &Connection,
    step: &GateStep,
) -> Option<String> {
    if step.verdict == Verdict::Passes {
        return None;
    }
    let service = &connection.on.as_ref()?.name;
    let (from, to) = (&connection.from, &connection.to);
    named_endpoint::opening_sentence(policy, step.gate, from, to, &service)
}

/// Groups IPv4 and IPv6 if both have the same result.
fn group_legs(legs: &[Leg]) -> Vec<Vec<&Leg>> {
    match legs {
        [a, b] if are_alike(a, b) => vec![vec![a, b]],
        legs => legs.iter().map(|leg| vec![leg]).collect(),
    }
}

fn are_alike(a: &Leg, b: &Leg) -> bool {
    a.verdict == b.verdict
        && a.gates.iter().zip(&b.gates).all(|(a, b)| {
            (a.verdict, a.open, a.is_exempt, &a.unknown)
                == (b.verdict, b.open, b.is_exempt, &b.unknown)
                && a.certain_for.is_empty() == b.certain_for.is_empty()
                && a.flows.is_empty() == b.flows.is_empty()
        })
}

/// The traffic in question that may pass.
pub(super) fn outcome_pieces(outcomes: &[(Family, &LegOutcome)]) -> Vec<Marked> {
    let may: Vec<TrafficSet> = outcomes
        .iter()
        .map(|(_, outcome)| outcome.passes.union(&outcome.perhaps))
        .collect();
    let bounds = outcomes.iter().zip(&may);
    bounded_pieces(bounds.map(|((family, outcome), may)| (*family, &outcome.passes, may)))
}

fn surely_admitted(steps: &[(Family, &GateStep)]) -> Option<String> {
    let addresses = Addresses::union_of(steps.iter().map(|(_, step)| &step.certain_for));
    let mut blocks = first_blocks(&addresses, SHOWN + 1);
    if blocks.len() > SHOWN {
        blocks.truncate(SHOWN);
        blocks.push("others".to_string());
    }
    Some(blocks.join(", ")).filter(|text| !text.is_empty())
}

pub(super) fn first_blocks(addresses: &Addresses, most: usize) -> Vec<String> {
    addresses
        .to_blocks()
        .take(most)
        .map(|block| block.to_string())
        .collect()
}
