//! `tierwall paths`: the chains of flows by which one end comes to another.

use super::Subject;
use super::paint::{Paint, Tone};
use super::words::{EndLine, PieceLine, document, end_line, line, marked, piece_lines};
use crate::analysis::gate::Who;
use crate::analysis::named_endpoint::{self, NamedEndpoint};
use crate::analysis::paths::{Chain, Paths, Step, paths};
use crate::net::Family;
use crate::policy::{Policy, SentenceId};
use crate::report::citation::Citation;
use crate::source::Sources;
use serde::Serialize;
use std::fmt::Write;

/// The chains for people, and whether there is one.
pub fn text(
    policy: &Policy,
    sources: &Sources,
    subject: &Subject,
    max: usize,
    paint: Paint,
) -> (String, bool) {
    let Paths { chains, more } = find(policy, subject, max);
    let names = |ends: &[NamedEndpoint]| {
        ends.iter()
            .map(|end| end.name.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let (from, to) = (names(&subject.from), names(&subject.to));
    let services: Vec<&str> = subject
        .services
        .iter()
        .map(|service| service.name.as_str())
        .collect();
    let on = if services.is_empty() {
        String::new()
    } else {
        format!(" on {}", services.join(", "))
    };
    if chains.is_empty() {
        return (
            format!(
                "no chain leads from {from} to {to}{on}\n{}",
                undecided(subject)
            ),
            false,
        );
    }
    let count = match (chains.len(), more) {
        (1, false) => "1 chain".to_string(),
        (count, false) => format!("{count} chains"),
        (1, true) => "the shortest chain; there are more (`--max` shows them)".to_string(),
        (count, true) => {
            format!("the {count} shortest chains; there are more (`--max` shows them)")
        }
    };
    let mut out = format!(
        "{}: {count}\n",
        paint.set(Tone::Head, &format!("{from} to {to}{on}"))
    );
    let mut doubt = false;
    for (n, chain) in chains.iter().enumerate() {
        let names: Vec<&str> = chain.ends.iter().map(|end| end.name.as_str()).collect();
        let _ = writeln!(
            out,
            "\n{}. {}",
            n + 1,
            paint.set(Tone::Head, &names.join(" → "))
        );
        let lines = chain
            .steps
            .iter()
            .zip(chain.ends.windows(2))
            .map(|(step, ends)| {
                let services = line(&marked(&step.passing));
                doubt |= services.contains('?');
                [
                    format!("{} → {}", ends[0].name, ends[1].name),
                    services,
                    said(policy, sources, chain, step),
                ]
            });
        let lines: Vec<[String; 3]> = lines.collect();
        let width = |n: usize| {
            lines
                .iter()
                .map(|line| line[n].chars().count())
                .max()
                .unwrap_or(0)
        };
        let (a, b) = (width(0).min(120), width(1).min(40));
        for [hop, services, said] in &lines {
            let blanks = " ".repeat(b.saturating_sub(services.chars().count()));
            let tone = if services.contains('?') {
                Tone::Doubtful
            } else {
                Tone::Good
            };
            let services = paint.set(tone, services);
            let _ = writeln!(out, "   {hop:a$}  {services}{blanks}  {said}");
        }
    }
    if doubt {
        out += "\n?: only for some of their addresses, or depending on something unknown\n";
    }
    (out, true)
}

/// What groups say of ends between which none of them stands.
fn undecided(subject: &Subject) -> &'static str {
    let is_tier = |end: &NamedEndpoint| matches!(end.side.who, Who::Tier(_));
    if subject.from.iter().chain(&subject.to).any(is_tier) {
        return "";
    }
    "neither end is a tier, so no group of the program filters direct traffic\n"
}

fn find(policy: &Policy, subject: &Subject, max: usize) -> Paths {
    let services = || {
        subject
            .services
            .iter()
            .flat_map(|service| &service.traffic)
            .copied()
    };
    let asked = |family: Family| named_endpoint::asked(services(), family);
    paths(policy, &subject.from, &subject.to, &asked, max)
}

fn sentences(policy: &Policy, step: &Step) -> Vec<SentenceId> {
    let mut ids: Vec<SentenceId> = step
        .flows
        .iter()
        .map(|flow| policy.flows[*flow as usize].sentence)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The sentences of a step; a step without any leaves an open tier.
fn said(policy: &Policy, sources: &Sources, chain: &Chain, step: &Step) -> String {
    let ids = sentences(policy, step);
    if ids.is_empty() {
        let sender = &chain.ends[chain.ends.len() - 2].name;
        return format!("{sender} may send all traffic to anywhere (outbound = open)");
    }
    ids.into_iter()
        .map(|id| Citation::new(policy, sources, id).to_string())
        .collect::<Vec<_>>()
        .join("; ")
}

#[derive(Serialize)]
struct Document<'p> {
    format: u32,
    stack: &'p str,
    more: bool,
    chains: Vec<ChainLine<'p>>,
}

#[derive(Serialize)]
struct ChainLine<'p> {
    ends: Vec<EndLine<'p>>,
    steps: Vec<StepLine<'p>>,
}

#[derive(Serialize)]
struct StepLine<'p> {
    on: Vec<PieceLine>,
    sentences: Vec<Citation<'p>>,
}

/// The chains as JSON, format 1: documented in `docs/outputs.md`, and stable. And whether there is
/// one.
pub fn json(policy: &Policy, sources: &Sources, subject: &Subject, max: usize) -> (String, bool) {
    let Paths { chains, more } = find(policy, subject, max);
    let step = |step: &Step| StepLine {
        on: piece_lines(&marked(&step.passing)),
        sentences: sentences(policy, step)
            .into_iter()
            .map(|id| Citation::new(policy, sources, id))
            .collect(),
    };
    let lines = chains.iter().map(|chain| ChainLine {
        ends: chain.ends.iter().map(end_line).collect(),
        steps: chain.steps.iter().map(step).collect(),
    });
    let text = document(&Document {
        format: 1,
        stack: &policy.stack.name,
        more,
        chains: lines.collect(),
    });
    (text, !chains.is_empty())
}
