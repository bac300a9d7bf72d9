//! `tierwall paths`: the chains of flows from one endpoint to another.

use super::paint::{Paint, Tone};
use super::subject::QuestionEndpoints;
use super::words::{
    EndLine, PieceLine, end_line, join_pieces, json_document, open_words, passing_pieces,
    piece_lines,
};
use crate::analysis::gate::Who;
use crate::analysis::named_endpoint::{self, NamedEndpoint};
use crate::analysis::paths::{Chain, Paths, Step, find_paths};
use crate::net::Family;
use crate::policy::{Policy, SentenceId};
use crate::report::citation::Citation;
use crate::source::Sources;
use serde::Serialize;
use std::fmt::Write;

/// The chains as text, and whether there is one.
pub fn paths_text(
    policy: &Policy,
    sources: &Sources,
    subject: &QuestionEndpoints,
    max: usize,
    paint: Paint,
) -> (String, bool) {
    let Paths { chains, more } = find_chains(policy, subject, max);
    let question = question_in_words(subject);

    if chains.is_empty() {
        let undecided = explain_undecided(subject);
        let text = format!("no chain leads from {question}\n{undecided}");
        return (text, false);
    }

    let count = match (chains.len(), more) {
        (1, false) => "1 chain".to_string(),
        (count, false) => format!("{count} chains"),
        (1, true) => "the shortest chain; there are more (`--max` shows them)".to_string(),
        (count, true) => {
            format!("the {count} shortest chains; there are more (`--max` shows them)")
        }
    };

    let mut out = format!("{}: {count}\n", paint.paint_text(Tone::Head, &question));
    for (n, chain) in chains.iter().enumerate() {
        let names: Vec<&str> = chain.ends.iter().map(|end| end.name.as_str()).collect();
        let names = paint.paint_text(Tone::Head, &names.join(" → "));
        let _ = writeln!(out, "\n{}. {names}", n + 1);
        push_steps(&step_rows(policy, sources, chain), paint, &mut out);
    }

    let passing = chains.iter().flat_map(|chain| &chain.steps);
    let mut services = passing.map(|step| join_pieces(&passing_pieces(&step.passing)));

    if services.any(|services| services.contains('?')) {
        out += "\n?: only for some of their addresses, or depending on something unknown\n";
    }

    (out, true)
}

/// `web, app to db on mysql`
fn question_in_words(subject: &QuestionEndpoints) -> String {
    let names = |ends: &[NamedEndpoint]| {
        let names: Vec<&str> = ends.iter().map(|end| end.name.as_str()).collect();
        names.join(", ")
    };
    let (from, to) = (names(&subject.from), names(&subject.to));
    let services = subject.services.iter();
    let services: Vec<&str> = services.map(|service| service.name.as_str()).collect();
    if services.is_empty() {
        format!("{from} to {to}")
    } else {
        format!("{from} to {to} on {}", services.join(", "))
    }
}

/// The steps of a chain: sender and receiver, traffic, and the sentences that allow it.
fn step_rows(policy: &Policy, sources: &Sources, chain: &Chain) -> Vec<[String; 3]> {
    let steps = chain.steps.iter().zip(chain.ends.windows(2));
    let row = |(step, ends): (&Step, &[NamedEndpoint])| {
        [
            format!("{} → {}", ends[0].name, ends[1].name),
            join_pieces(&passing_pieces(&step.passing)),
            sentences_in_words(policy, sources, &ends[0], step),
        ]
    };
    steps.map(row).collect()
}

fn push_steps(rows: &[[String; 3]], paint: Paint, out: &mut String) {
    let width = |n: usize| {
        let widths = rows.iter().map(|row| row[n].chars().count());
        widths.max().unwrap_or(0)
    };
    let (hop_width, services_width) = (width(0).min(120), width(1).min(40));

    for [hop, services, sentences] in rows {
        let blanks = " ".repeat(services_width.saturating_sub(services.chars().count()));
        let tone = if services.contains('?') {
            Tone::Doubtful
        } else {
            Tone::Good
        };
        let services = paint.paint_text(tone, services);
        let _ = writeln!(out, "   {hop:hop_width$}  {services}{blanks}  {sentences}");
    }
}

/// Why no group of the program applies between endpoints that are not tiers.
fn explain_undecided(subject: &QuestionEndpoints) -> &'static str {
    let has = |is_it: fn(Who) -> bool| {
        let mut ends = subject.from.iter().chain(&subject.to);
        ends.any(|end| is_it(end.endpoint.who))
    };
    if has(|who| who.tier().is_some()) {
        return "";
    }
    if has(|who| who.group().is_some()) {
        return "neither endpoint is a tier, and the other rules of an external are unknown\n";
    }
    "neither endpoint is a tier, so no group of the program filters direct traffic\n"
}

fn find_chains(policy: &Policy, subject: &QuestionEndpoints, max: usize) -> Paths {
    let services = || {
        subject
            .services
            .iter()
            .flat_map(|service| &service.traffic)
            .copied()
    };
    let asked = |family: Family| named_endpoint::asked_traffic(services(), family);
    find_paths(policy, &subject.from, &subject.to, &asked, max)
}

fn step_sentences(policy: &Policy, step: &Step) -> Vec<SentenceId> {
    let mut ids: Vec<SentenceId> = step
        .flows
        .iter()
        .map(|flow| policy.flow(*flow).sentence)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The sentences of a step; a step without sentences starts at an open tier.
fn sentences_in_words(
    policy: &Policy,
    sources: &Sources,
    sender: &NamedEndpoint,
    step: &Step,
) -> String {
    let ids = step_sentences(policy, step);
    if ids.is_empty() {
        let sender = sender.endpoint.who.tier();
        return sender.map_or(String::new(), |tier| open_words(policy.tier(tier)));
    }
    ids.into_iter()
        .map(|id| Citation::new(policy, sources, id).to_string())
        .collect::<Vec<_>>()
        .join("; ")
}

#[derive(Serialize)]
struct PathsDocument<'p> {
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
pub fn paths_json(
    policy: &Policy,
    sources: &Sources,
    subject: &QuestionEndpoints,
    max: usize,
) -> (String, bool) {
    let Paths { chains, more } = find_chains(policy, subject, max);
    let step = |step: &Step| StepLine {
        on: piece_lines(&passing_pieces(&step.passing)),
        sentences: step_sentences(policy, step)
            .into_iter()
            .map(|id| Citation::new(policy, sources, id))
            .collect(),
    };

    let lines = chains.iter().map(|chain| ChainLine {
        ends: chain.ends.iter().map(end_line).collect(),
        steps: chain.steps.iter().map(step).collect(),
    });

    let text = json_document(&PathsDocument {
        format: 1,
        stack: &policy.stack.name,
        more,
        chains: lines.collect(),
    });

    (text, !chains.is_empty())
}
