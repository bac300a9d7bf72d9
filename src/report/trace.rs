//! `tierwall trace`: the way of a connection, gate by gate.

use super::Subject;
use super::paint::{Paint, Tone};
use super::travel::{Exchange, exchanges, note};
use super::words::{Marked, line, pieces};
use crate::analysis::gate::{Gate, Who, peer_of};
use crate::analysis::named_endpoint::{self, NamedEndpoint};
use crate::analysis::trace::{Connection, Leg, Outcome, Station, Verdict, trace};
use crate::net::{Addresses, Family, TrafficSet};
use crate::policy::{Policy, SentenceId, Tier, TierId};
use crate::report::citation::Citation;
use crate::report::flows::End;
use crate::source::Sources;
use std::fmt::Write;

/// Blocks of addresses that a text shows at most.
const SHOWN: usize = 8;

/// The answer for people, and whether all of it passes.
pub fn text(policy: &Policy, sources: &Sources, subject: &Subject, paint: Paint) -> (String, bool) {
    let connections = trace(policy, &subject.from, &subject.to, &subject.services);
    let teller = Teller {
        policy,
        sources,
        paint,
    };
    let texts: Vec<String> = connections
        .iter()
        .map(|connection| teller.connection(connection))
        .collect();
    (
        texts.join("\n") + &among_tiers(policy, subject),
        all_pass(&connections),
    )
}

/// Notes on addresses that a tier has too: rules that name the tier admit its members and not them.
fn among_tiers(policy: &Policy, subject: &Subject) -> String {
    let mut notes: Vec<String> = Vec::new();
    for (option, ends) in [("--from", &subject.from), ("--to", &subject.to)] {
        for NamedEndpoint { name, side } in ends.iter().filter(|end| end.side.who == Who::Hosts) {
            let inside = |tier: &&Tier| {
                let addresses = tier.addresses.as_ref();
                addresses.is_some_and(|all| {
                    !side.addresses.is_empty() && side.addresses.difference(all).is_empty()
                })
            };
            notes.extend(policy.tiers.iter().filter(inside).take(SHOWN).map(|tier| {
                format!(
                    "{name} is among the addresses of `{0}`; to trace its members, use \
                     `{option} {0}`\n",
                    tier.name
                )
            }));
        }
    }
    if notes.is_empty() {
        String::new()
    } else {
        format!("\n{}", notes.concat())
    }
}

pub(super) fn all_pass(connections: &[Connection]) -> bool {
    connections
        .iter()
        .all(|connection| connection.verdict == Verdict::Passes)
}

fn words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passes => "passes",
        Verdict::ForSome => "passes for some",
        Verdict::Stopped => "stopped",
    }
}

/// What the gate of a tier is called, the tier, and whether it sends.
fn gate(gate: Gate) -> (&'static str, TierId) {
    match gate {
        Gate::Outbound(tier) => ("out of", tier),
        Gate::Inbound(tier) => ("into", tier),
    }
}

struct Teller<'p> {
    policy: &'p Policy,
    sources: &'p Sources,
    paint: Paint,
}

impl Teller<'_> {
    /// A verdict in words, and in its colour.
    fn verdict(&self, verdict: Verdict) -> String {
        let tone = match verdict {
            Verdict::Passes => Tone::Good,
            Verdict::ForSome => Tone::Doubtful,
            Verdict::Stopped => Tone::Bad,
        };
        self.paint.set(tone, words(verdict))
    }

    fn connection(&self, connection: &Connection) -> String {
        let Connection {
            from,
            to,
            on,
            legs,
            verdict,
            ..
        } = connection;
        let service = on
            .as_ref()
            .map_or(String::new(), |service| format!(" on {}", service.name));
        // an end or the service has no other
        let only = match legs.as_slice() {
            [leg] if self.policy.stack.dual || leg.family == Family::V6 => {
                format!(", over {}", leg.family.words())
            }
            _ => String::new(),
        };
        let asked = format!("{} to {}{service}{only}", from.name, to.name);
        let mut out = format!(
            "{}: {}\n",
            self.paint.set(Tone::Head, &asked),
            self.verdict(*verdict)
        );
        if legs.is_empty() {
            out += "\n  the ends have no IP version in common for this service\n";
        }
        for end in [from, to] {
            if let Who::External(_) = end.side.who {
                let _ = writeln!(
                    out,
                    "\n  {} is managed elsewhere, and its own rules are not checked",
                    end.name
                );
            }
        }
        let sections = sections(legs);
        for section in &sections {
            let head = sections.len() > 1;
            let indent = if head { "    " } else { "  " };
            if head {
                let leg = section[0];
                let _ = writeln!(
                    out,
                    "\n  over {}: {}",
                    leg.family.words(),
                    self.verdict(leg.verdict)
                );
            }
            out += &self.section(connection, section, indent);
        }
        out + &travels(connection)
    }

    /// What is true of some IP versions alike.
    fn section(&self, connection: &Connection, legs: &[&Leg], indent: &str) -> String {
        let mut out = String::new();
        let fates: Vec<_> = legs.iter().map(|leg| (leg.family, &leg.fate)).collect();
        if legs[0].gates.is_empty() {
            let _ = writeln!(
                out,
                "\n{indent}neither end is a tier: no group of the program applies"
            );
        }
        if connection.on.is_none() {
            let passing = passing(&fates);
            if !passing.is_empty() {
                let _ = writeln!(out, "\n{indent}passes: {}", line(&passing));
            }
        }
        let mut helped = false;
        for n in 0..legs[0].gates.len() {
            let stations: Vec<_> = legs.iter().map(|leg| (leg.family, &leg.gates[n])).collect();
            let (word, tier) = gate(stations[0].1.gate);
            let name = &self.policy.tier(tier).name;
            let _ = writeln!(
                out,
                "\n{indent}{word} {name}: {}",
                self.verdict(stations[0].1.verdict)
            );
            let mut lines = self.station(&stations);
            if !helped && let Some(help) = help(self.policy, connection, stations[0].1) {
                helped = true;
                lines.push(format!("this sentence would allow it: `{help}`"));
            }
            for line in lines {
                let _ = writeln!(out, "{indent}  {line}");
            }
        }
        out
    }

    fn station(&self, stations: &[(Family, &Station)]) -> Vec<String> {
        let (_, first) = stations[0];
        let (_, tier) = gate(first.gate);
        let name = &self.policy.tier(tier).name;
        if first.open {
            return vec![format!(
                "{name} may send all traffic to anywhere (outbound = open)"
            )];
        }
        let mut lines = self.rules(stations);
        if lines.is_empty() {
            lines.push(match first.gate {
                Gate::Outbound(_) | Gate::Inbound(_) if first.is_exempt => {
                    let some = if first.verdict == Verdict::Passes {
                        ""
                    } else {
                        "some of "
                    };
                    format!("security groups never filter {some}the traffic of this address")
                }
                Gate::Outbound(_) => "no sentence allows it, and outbound is closed".to_string(),
                Gate::Inbound(_) => "no sentence allows it".to_string(),
            });
        }
        let mut ended: Vec<_> = stations
            .iter()
            .flat_map(|(_, station)| &station.ended)
            .copied()
            .collect();
        ended.sort_unstable();
        ended.dedup();
        lines.extend(
            ended
                .into_iter()
                .map(|id| format!("ended: {}", Citation::new(self.policy, self.sources, id))),
        );
        if first.verdict == Verdict::ForSome {
            let of = |part: fn(&Outcome) -> &TrafficSet| -> Vec<(Family, TrafficSet)> {
                stations
                    .iter()
                    .map(|(family, station)| (*family, part(&station.fate).clone()))
                    .collect()
            };
            let parts = [
                ("for all", pieces(&of(|fate| &fate.passes), true)),
                ("for some", pieces(&of(|fate| &fate.perhaps), true)),
                ("for none", pieces(&of(|fate| &fate.stopped), true)),
            ];
            if parts
                .iter()
                .filter(|(_, pieces)| !pieces.is_empty())
                .count()
                > 1
            {
                let shown = parts.iter().filter(|(_, pieces)| !pieces.is_empty());
                lines.extend(shown.map(|(whom, pieces)| format!("{whom}: {}", line(pieces))));
            }
        }
        lines.extend(whom(stations).map(|whom| format!("certain only for {whom}")));
        let mut unknown: Vec<_> = stations
            .iter()
            .flat_map(|(_, station)| &station.unknown)
            .collect();
        unknown.sort_unstable();
        unknown.dedup();
        lines.extend(
            unknown
                .into_iter()
                .map(|what| format!("unknown: {}", named_endpoint::unknown(self.policy, *what))),
        );
        lines
    }

    /// The sentences that let it through, as they stand, each with its rules.
    fn rules(&self, stations: &[(Family, &Station)]) -> Vec<String> {
        let mut rules: Vec<(SentenceId, String)> = Vec::new();
        for (flow, sure) in stations.iter().flat_map(|(_, station)| &station.flows) {
            let sentence = self.policy.flows[*flow as usize].sentence;
            let rule = self.rule(stations[0].1.gate, *flow) + if *sure { "" } else { ", perhaps" };
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
    fn rule(&self, gate: Gate, flow: u32) -> String {
        let way = match gate {
            Gate::Inbound(_) => "from",
            Gate::Outbound(_) => "to",
        };
        let peer = End::new(
            self.policy,
            peer_of(gate, &self.policy.flows[flow as usize]),
        )
        .words();
        format!("{} {way} {peer}", self.policy.flows[flow as usize].traffic)
    }
}

/// What travels, each exchange with what it is if there are several.
fn travels(connection: &Connection) -> String {
    let exchanges = exchanges(connection);
    let several = exchanges.len() > 1;
    let parts = exchanges.iter().map(|exchange| {
        let part = |leg: &Leg| {
            (
                leg.family,
                TrafficSet::of_all(exchange.traffic.iter().copied(), leg.family),
            )
        };
        let parts: Vec<_> = connection.legs.iter().map(part).collect();
        let head = if several {
            format!(" on {}", line(&pieces(&parts, true)))
        } else {
            String::new()
        };
        format!("\n  packets{head}\n{}", packets(connection, exchange))
    });
    parts.collect()
}

fn packets(connection: &Connection, exchange: &Exchange) -> String {
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
    let width = shown
        .iter()
        .map(|packet| packet.name.len())
        .max()
        .unwrap_or(0);
    let mut out = String::new();
    for packet in shown {
        let arrow = if packet.there { "→" } else { "←" };
        let because = packet.because.unwrap_or(match verdict {
            Verdict::Passes if nobody_decides => {
                "neither end is a tier, so no group of the program applies"
            }
            Verdict::Passes => "allowed by the rules above",
            Verdict::ForSome => "allowed for some, dropped for others",
            Verdict::Stopped => "dropped without a reply",
        });
        let _ = writeln!(
            out,
            "    {:width$}  {} {arrow} {}  {because}",
            packet.name, from.name, to.name
        );
    }
    if let Some(note) = note(packets) {
        let _ = writeln!(out, "    {note}");
    }
    out
}

/// The sentence that would open a gate to the service that is asked about.
pub(super) fn help(policy: &Policy, connection: &Connection, station: &Station) -> Option<String> {
    let service = connection
        .on
        .as_ref()
        .filter(|_| station.verdict != Verdict::Passes)?;
    Some(
        named_endpoint::opened(
            policy,
            station.gate,
            &connection.from,
            &connection.to,
            &service.name,
        )
        .1,
    )
}

/// IPv4 and IPv6 together where the same is to be said of both.
fn sections(legs: &[Leg]) -> Vec<Vec<&Leg>> {
    match legs {
        [a, b] if alike(a, b) => vec![vec![a, b]],
        legs => legs.iter().map(|leg| vec![leg]).collect(),
    }
}

fn alike(a: &Leg, b: &Leg) -> bool {
    a.verdict == b.verdict
        && a.gates.iter().zip(&b.gates).all(|(a, b)| {
            (a.verdict, a.open, a.is_exempt, &a.unknown)
                == (b.verdict, b.open, b.is_exempt, &b.unknown)
                && a.whom.is_empty() == b.whom.is_empty()
                && a.flows.is_empty() == b.flows.is_empty()
        })
}

/// What may pass of what is asked about.
pub(super) fn passing(fates: &[(Family, &Outcome)]) -> Vec<Marked> {
    let of = |part: fn(&Outcome) -> &TrafficSet| -> Vec<(Family, TrafficSet)> {
        fates
            .iter()
            .map(|(family, fate)| (*family, part(fate).clone()))
            .collect()
    };
    let mut found = pieces(&of(|fate| &fate.passes), true);
    found.extend(pieces(&of(|fate| &fate.perhaps), false));
    found.sort_by(|a, b| a.piece.cmp(&b.piece));
    found
}

fn whom(stations: &[(Family, &Station)]) -> Option<String> {
    let whom = Addresses::of_all(stations.iter().map(|(_, station)| &station.whom));
    let mut blocks = blocks(&whom, SHOWN + 1);
    if blocks.len() > SHOWN {
        blocks.truncate(SHOWN);
        blocks.push("others".to_string());
    }
    Some(blocks.join(", ")).filter(|text| !text.is_empty())
}

pub(super) fn blocks(addresses: &Addresses, most: usize) -> Vec<String> {
    addresses
        .blocks()
        .take(most)
        .map(|block| block.to_string())
        .collect()
}
