//! A review for people at a terminal.

use super::Review;
use super::document::{ChangeLine, Document, TierLine};
use super::findings::{Assertions, Before, LintLine, Lints};
use crate::changes::Lines;
use crate::diagnostic::counted;
use crate::said::Said;
use std::fmt::Write;

/// What a change does, worst first.
pub fn text(review: &Review<'_>) -> String {
    let Review { document, aws: lines } = review;
    let mut out = headline(review);
    connections("gained", '+', &document.gained, &mut out);
    connections("lost", '-', &document.lost, &mut out);
    tiers(&document.tiers, &mut out);
    aws(lines, &mut out);
    assertions(&document.assertions, &mut out);
    lints(&document.lints, &mut out);
    out
}

/// What the change does, and what there is to know first.
fn headline(review: &Review<'_>) -> String {
    let document = &review.document;
    let nothing = if review.is_empty() { ", and AWS has nothing to do" } else { "" };
    let mut out =
        format!("{}: {}{nothing}\n", document.verdict, compared(document.new, document.old, document.verdict));
    for line in summary(document) {
        let _ = writeln!(out, "  {line}");
    }
    out
}

/// `shop.tier against main:shop.tier`; where nothing changes, that it does not.
pub(super) fn compared(new: &str, old: &str, verdict: &str) -> String {
    match verdict {
        "equal" => format!("{new} lets through exactly what {old} does"),
        _ => format!("{new} against {old}"),
    }
}

/// What AWS will do, and the quota before and after.
fn aws(lines: &Lines<'_>, out: &mut String) {
    let mut section = |title: &str, lines: Vec<String>| {
        let _ = writeln!(out, "\n{title}");
        for line in lines {
            let _ = writeln!(out, "  {line}");
        }
    };
    if !lines.changes.is_empty() {
        section(&lines.headline().join("\n"), aws_lines(lines, 60));
    }
    let uses = lines.uses(&lines.changes.uses);
    if !uses.is_empty() {
        section("quota", uses);
    }
}

/// What AWS will do, in counts, then by groups and rules, of which the first are shown.
pub(super) fn aws_lines(lines: &Lines<'_>, rules: usize) -> Vec<String> {
    lines.counts().into_iter().chain(lines.each(rules)).collect()
}

/// What there is to know first, a line each.
pub(super) fn summary(document: &Document<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for (exists, name) in [(document.old_exists, document.old), (document.new_exists, document.new)] {
        if !exists {
            lines.push(format!("there is no {name}, so it is compared with nothing at all"));
        }
    }
    let began = document.assertions.failing.iter().filter(|failing| failing.before != Before::Failed).count();
    if began > 0 {
        lines.push(format!(
            "{} to fail",
            if began == 1 { "1 assertion begins".into() } else { format!("{began} assertions begin") }
        ));
    }
    let removed = document.assertions.removed.len();
    if removed > 0 {
        lines.push(format!("{} removed", counted(removed, "assertion")));
    }
    let worse = document.lints.new.iter().filter(|line| line.level != "note").count();
    if worse > 0 {
        lines.push(format!("{} of lints", counted(worse, "new finding")));
    }
    lines
}

/// What became of an assertion that does not hold.
pub(super) fn standing(before: Before) -> &'static str {
    match before {
        Before::Held => "begins to fail",
        Before::Absent => "new, and fails",
        Before::Failed => "still fails",
    }
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
        let mark = marks(change).iter().map(|mark| format!("  {mark}")).collect::<String>();
        let line = format!("  {sign} {pair:ends$}  {traffic:on$}{mark}");
        let _ = writeln!(out, "{}", line.trim_end());
        for cause in because(change, 8, |said| said.to_string()) {
            let _ = writeln!(out, "      {cause}");
        }
    }
}

/// What there is to know of a change at a glance.
pub(super) fn marks(change: &ChangeLine<'_>) -> Vec<&'static str> {
    let marks = [(change.internet, "internet"), (change.by_default, "by its default")];
    marks.into_iter().filter_map(|(is_so, mark)| is_so.then_some(mark)).collect()
}

/// What lets a change through, in words, and how many more sentences do.
pub(super) fn because(change: &ChangeLine<'_>, most: usize, say: impl Fn(&Said<'_>) -> String) -> Vec<String> {
    let open = change.open_tier.map(|tier| format!("{tier} may send everything (outbound = open)"));
    let mut lines: Vec<String> = open.into_iter().chain(change.sentences.iter().map(say)).collect();
    if lines.len() > most + 1 {
        let more = lines.len() - most;
        lines.truncate(most);
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
    for TierLine { tier, state, verdict } in tiers {
        let state = if *state == "kept" { String::new() } else { format!(", {state}") };
        let _ = writeln!(out, "    {tier:width$}  {verdict}{state}");
    }
}

fn assertions(assertions: &Assertions<'_>, out: &mut String) {
    let Assertions { failing, removed, holding } = assertions;
    if failing.is_empty() && removed.is_empty() {
        return;
    }
    let _ = writeln!(out, "\nassertions ({holding} hold)");
    for failing in failing {
        let before = standing(failing.before);
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
        let place = place.as_ref().map(|place| format!("{}:{}: ", place.file, place.line)).unwrap_or_default();
        let _ = writeln!(out, "  {sign} {place}{level}[{lint}]: {message}");
    }
}
