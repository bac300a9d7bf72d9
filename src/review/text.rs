//! A review for people at a terminal.

use super::document::{ChangeLine, Document, TierLine};
use super::findings::{Assertions, LintLine, Lints};
use crate::said::Said;
use std::fmt::Write;

/// What a change does, worst first.
pub fn text(document: &Document<'_>) -> String {
    let mut out = headline(document);
    connections("gained", '+', &document.gained, &mut out);
    connections("lost", '-', &document.lost, &mut out);
    tiers(&document.tiers, &mut out);
    assertions(&document.assertions, &mut out);
    lints(&document.lints, &mut out);
    out
}

/// `wider: shop.tier against main:shop.tier`, and what there is to know first.
fn headline(document: &Document<'_>) -> String {
    let Document { old, new, verdict, .. } = document;
    let mut out = format!("{verdict}: {new} against {old}\n");
    for line in summary(document) {
        let _ = writeln!(out, "  {line}");
    }
    out
}

/// What there is to know first, a line each.
pub(super) fn summary(document: &Document<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    if document.gained.is_empty() && document.lost.is_empty() {
        lines.push("no connection changes".to_string());
    }
    for change in document.gained.iter().filter(|change| change.internet) {
        lines.push(format!("gained, open to the internet: {} to {} on {}", change.from, change.to, change.on));
    }
    let began = document.assertions.failing.iter().filter(|failing| failing.before != "failed").count();
    if began > 0 {
        lines.push(format!("{began} assertion{} began to fail", plural(began)));
    }
    lines
}

pub(super) fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// A line for each change, and below it the sentences that let it through.
fn connections(title: &str, sign: char, changes: &[ChangeLine<'_>], out: &mut String) {
    if changes.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{title}");
    let lines: Vec<[String; 2]> =
        changes.iter().map(|change| [format!("{} -> {}", change.from, change.to), change.on.clone()]).collect();
    let width = |n: usize, most: usize| {
        lines.iter().map(|line| line[n].chars().count()).filter(|width| *width <= most).max().unwrap_or(0)
    };
    let (ends, on) = (width(0, 60), width(1, 40));
    for (change, [pair, traffic]) in changes.iter().zip(&lines) {
        let mark = if change.internet { "  internet" } else { "" };
        let line = format!("  {sign} {pair:ends$}  {traffic:on$}{mark}");
        let _ = writeln!(out, "{}", line.trim_end());
        for cause in because(change) {
            let _ = writeln!(out, "      {cause}");
        }
    }
}

/// The sentences that let a change through, in words.
fn because(change: &ChangeLine<'_>) -> Vec<String> {
    const SHOWN: usize = 8;
    let open = change.open_tier.map(|tier| format!("{tier} may send everything (outbound = open)"));
    let mut lines: Vec<String> = open.into_iter().chain(change.sentences.iter().map(Said::to_string)).collect();
    if lines.len() > SHOWN + 1 {
        let more = lines.len() - SHOWN;
        lines.truncate(SHOWN);
        lines.push(format!("and {more} more"));
    }
    lines
}

fn tiers(tiers: &[TierLine<'_>], out: &mut String) {
    if tiers.is_empty() {
        return;
    }
    let _ = writeln!(out, "\ntiers");
    let width = tiers.iter().map(|line| line.tier.chars().count()).max().unwrap_or(0);
    for TierLine { tier, is, verdict } in tiers {
        let is = if *is == "kept" { String::new() } else { format!(", {is}") };
        let _ = writeln!(out, "    {tier:width$}  {verdict}{is}");
    }
}

fn assertions(assertions: &Assertions<'_>, out: &mut String) {
    let Assertions { failing, removed, holding } = assertions;
    if failing.is_empty() && removed.is_empty() {
        return;
    }
    let _ = writeln!(out, "\nassertions ({holding} hold)");
    for failing in failing {
        let before = match failing.before {
            "held" => "began to fail",
            "absent" => "new, and fails",
            _ => "still fails",
        };
        let _ = writeln!(out, "  ! {before}: {}", failing.said);
        for why in &failing.why {
            let _ = writeln!(out, "      {why}");
        }
    }
    for said in removed {
        let _ = writeln!(out, "  - removed: {said}");
    }
}

fn lints(lints: &Lints, out: &mut String) {
    let Lints { new, gone } = lints;
    if new.is_empty() && gone.is_empty() {
        return;
    }
    let _ = writeln!(out, "\nlints");
    for (sign, line) in new.iter().map(|line| ('+', line)).chain(gone.iter().map(|line| ('-', line))) {
        let LintLine { lint, level, message, place } = line;
        let place = place.as_ref().map(|(file, line, _)| format!("{file}:{line}: ")).unwrap_or_default();
        let _ = writeln!(out, "  {sign} {place}{level}[{lint}]: {message}");
    }
}
