//! `tierwall trace`: the way of a connection, gate by gate.

use super::paint::{Paint, Tone};
use super::subject::Subject;
use super::travel::{Exchange, exchange_note, list_exchanges};
use super::words::{Marked, family_pieces, join_pieces, open_words};
use crate::analysis::gate::{Gate, Who, peer_of};
use crate::analysis::named_endpoint::{self, NamedEndpoint};
use crate::analysis::trace::{Connection, Leg, LegOutcome, Station, Verdict, trace_connections};
use crate::net::{Addresses, Family, TrafficSet};
use crate::policy::{Outbound, Policy, SentenceId, Tier, TierId};
use crate::report::citation::Citation;
use crate::report::flows::End;
use crate::source::Sources;
use std::fmt::Write;

/// Blocks of addresses that a text shows at most.
const SHOWN: usize = 8;

/// The answer for people, and whether all of it passes.
pub fn trace_text(
    policy: &Policy,
    sources: &Sources,
    subject: &Subject,
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

/// Notes on addresses that a tier has too: rules that name the tier admit its members and not them.
fn notes_on_members(policy: &Policy, subject: &Subject) -> String {
    let mut notes = String::new();
    for (option, ends) in [("--from", &subject.from), ("--to", &subject.to)] {
        for end in ends.iter().filter(|end| end.endpoint.who == Who::Hosts) {
            let tiers = policy.tiers.iter();
            for tier in tiers.filter(|tier| is_inside(end, tier)).take(SHOWN) {
                let (end, tier) = (&end.name, &tier.name);
                let _ = writeln!(
                    notes,
                    "{end} is among the addresses of `{tier}`; to trace its members, use `{option} {tier}`"
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

/// Whether all addresses of an end are among those that a tier states.
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

/// What the gate of a tier is called, and the tier.
fn gate_in_words(gate: Gate) -> (&'static str, TierId) {
    match gate {
        Gate::Outbound(tier) => ("out of", tier),
        Gate::Inbound(tier) => ("into", tier),
    }
}

struct TraceWriter<'p> {
    policy: &'p Policy,
    sources: &'p Sources,
    paint: Paint,
}

impl TraceWriter<'_> {
    /// A verdict in words, and in its colour.
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

        // an end or the service has no other
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
            out += "\n  the ends have no IP version in common for this service\n";
        }

        for end in [from, to] {
            if let Who::External(_) = end.endpoint.who {
                let name = &end.name;
                let _ = writeln!(
                    out,
                    "\n  {name} is managed elsewhere, and its own rules are not checked"
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

    /// Writes what is true of some IP versions alike.
    fn push_section(&self, connection: &Connection, legs: &[&Leg], indent: &str, out: &mut String) {
        if legs[0].gates.is_empty() {
            let _ = writeln!(
                out,
                "\n{indent}neither end is a tier: no group of the program applies"
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
            let stations: Vec<_> = legs.iter().map(|leg| (leg.family, &leg.gates[n])).collect();
            let (_, first) = stations[0];
            let (word, tier) = gate_in_words(first.gate);
            let (name, verdict) = (
                &self.policy.tier(tier).name,
                self.paint_verdict(first.verdict),
            );
            let _ = writeln!(out, "\n{indent}{word} {name}: {verdict}");

            let mut lines = self.describe_gate(&stations);
            if !is_helped && let Some(help) = suggest_sentence(self.policy, connection, first) {
                is_helped = true;
                lines.push(format!("this sentence would allow it: `{help}`"));
            }
            for line in lines {
                let _ = writeln!(out, "{indent}  {line}");
            }
        }
    }

    /// What is to be known of one gate, in the IP versions in which it is the same.
    fn describe_gate(&self, stations: &[(Family, &Station)]) -> Vec<String> {
        let (_, first) = stations[0];
        if first.open {
            return vec![open_words(self.policy.tier(first.gate.tier()))];
        }

        let mut lines = self.cite_rules(stations);
        if lines.is_empty() {
            let outbound = self.policy.tier(first.gate.tier()).outbound;
            lines.push(without_rules(first, outbound).to_string());
        }

        let ended = once_each(stations, |station| &station.ended).into_iter();
        let ended = ended.map(|id| Citation::new(self.policy, self.sources, id));
        lines.extend(ended.map(|sentence| format!("ended: {sentence}")));

        if first.verdict == Verdict::ForSome {
            lines.extend(describe_parts(stations));
        }

        lines.extend(surely_admitted(stations).map(|whom| format!("certain only for {whom}")));
        let unknown = once_each(stations, |station| &station.unknown).into_iter();
        let unknown = unknown.map(|what| named_endpoint::unknown_words(self.policy, what));
        lines.extend(unknown.map(|what| format!("unknown: {what}")));

        lines
    }

    /// The sentences that let it through, as they stand, each with its rules.
    fn cite_rules(&self, stations: &[(Family, &Station)]) -> Vec<String> {
        let mut rules: Vec<(SentenceId, String)> = Vec::new();
        for (flow, sure) in stations.iter().flat_map(|(_, station)| &station.flows) {
            let sentence = self.policy.flow(*flow).sentence;
            let rule = self.describe_rule(stations[0].1.gate, *flow)
                + if *sure { "" } else { ", perhaps" };
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
        format!("{} {way} {peer}", self.policy.flow(flow).traffic)
    }
}

/// What lets traffic through or stops it at a gate of which no rule does.
fn without_rules(station: &Station, outbound: Outbound) -> &'static str {
    match station.gate {
        Gate::Outbound(_) | Gate::Inbound(_) if station.is_exempt => {
            if station.verdict == Verdict::Passes {
                "security groups never filter the traffic of this address"
            } else {
                "security groups never filter some of the traffic of this address"
            }
        }
        Gate::Outbound(_) => match outbound {
            Outbound::OpenIpv4 => "no rule allows it, and outbound is open for IPv4 only",
            Outbound::OpenIpv6 => "no rule allows it, and outbound is open for IPv6 only",
            Outbound::Open | Outbound::Closed => "no sentence allows it, and outbound is closed",
        },
        Gate::Inbound(_) => "no sentence allows it",
    }
}

/// The values of some gates, sorted, each once.
fn once_each<T: Copy + Ord>(
    stations: &[(Family, &Station)],
    values: impl Fn(&Station) -> &Vec<T>,
) -> Vec<T> {
    let all = stations.iter().flat_map(|(_, station)| values(station));
    let mut all: Vec<T> = all.copied().collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// What passes a gate for all, for some and for none, where it is more than one of these.
fn describe_parts(stations: &[(Family, &Station)]) -> Vec<String> {
    let pieces_of = |part: fn(&LegOutcome) -> &TrafficSet| {
        let sets = stations
            .iter()
            .map(|(family, station)| (*family, part(&station.outcome).clone()));
        family_pieces(&sets.collect::<Vec<_>>(), true)
    };

    let mut parts = vec![
        ("for all", pieces_of(|outcome| &outcome.passes)),
        ("for some", pieces_of(|outcome| &outcome.perhaps)),
        ("for none", pieces_of(|outcome| &outcome.stopped)),
    ];

    parts.retain(|(_, pieces)| !pieces.is_empty());
    if parts.len() < 2 {
        return Vec::new();
    }

    let parts = parts.iter();

    parts
        .map(|(whom, pieces)| format!("{whom}: {}", join_pieces(pieces)))
        .collect()
}

/// What travels, each exchange with what it is if there are several.
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
            "neither end is a tier, so no group of the program applies"
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

/// The sentence that would open a gate to the service that is asked about.
pub(super) fn suggest_sentence(
    policy: &Policy,
    connection: &Connection,
    station: &Station,
) -> Option<String> {
    if station.verdict == Verdict::Passes {
        return None;
    }
    let service = &connection.on.as_ref()?.name;
    let (from, to) = (&connection.from, &connection.to);
    let (_, sentence) = named_endpoint::opening_words(policy, station.gate, from, to, service);
    Some(sentence)
}

/// IPv4 and IPv6 together where both read the same.
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
                && a.whom.is_empty() == b.whom.is_empty()
                && a.flows.is_empty() == b.flows.is_empty()
        })
}

/// What may pass of what is asked about.
pub(super) fn outcome_pieces(outcomes: &[(Family, &LegOutcome)]) -> Vec<Marked> {
    let of = |part: fn(&LegOutcome) -> &TrafficSet| -> Vec<(Family, TrafficSet)> {
        outcomes
            .iter()
            .map(|(family, outcome)| (*family, part(outcome).clone()))
            .collect()
    };
    let mut found = family_pieces(&of(|outcome| &outcome.passes), true);
    found.extend(family_pieces(&of(|outcome| &outcome.perhaps), false));
    found.sort_by(|a, b| a.piece.cmp(&b.piece));
    found
}

fn surely_admitted(stations: &[(Family, &Station)]) -> Option<String> {
    let whom = Addresses::union_of(stations.iter().map(|(_, station)| &station.whom));
    let mut blocks = first_blocks(&whom, SHOWN + 1);
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
