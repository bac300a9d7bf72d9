//! A review as text for a terminal.

use super::compared::Review;
use super::document::{ChangeLine, Document, TierLine};
use super::findings::{Assertions, Before, LintLine, Lints};
use super::rows::{Cited, Row, change_rows};
use crate::diagnostic::counted;
use crate::report::fold::fold_rows;
use crate::report::plan::RenameFix;
use std::fmt::Write;

/// What a change does, worst first.
pub fn review_text(review: &Review<'_>) -> String {
    let document = &review.document;
    let mut out = describe_verdict(review);
    push_connections("gained", '+', &document.gained, &mut out);
    push_connections("lost", '-', &document.lost, &mut out);
    push_defaults(document, &mut out);
    push_tiers(&document.tiers, &mut out);
    push_aws(review, &mut out);
    push_assertions(review, &mut out);
    push_lints(&document.lints, &mut out);

    out
}

/// The verdict, and the summary.
fn describe_verdict(review: &Review<'_>) -> String {
    let document = &review.document;
    let nothing = review.describe_empty();

    let mut out = format!(
        "{}: {}{nothing}\n",
        review.describe_verdict(),
        review.describe_comparison([document.old, document.new])
    );

    for line in summary_lines(document) {
        let _ = writeln!(out, "  {line}");
    }

    out
}

/// What AWS will do, and the quota before and after.
fn push_aws(review: &Review<'_>, out: &mut String) {
    let lines = &review.aws;
    let mut section = |title: &str, lines: Vec<String>| {
        let _ = writeln!(out, "\n{title}");
        for line in lines {
            let _ = writeln!(out, "  {line}");
        }
    };

    if !lines.changes.is_empty() {
        section(&lines.headline().join("\n"), review.aws_lines(60));
    }

    let uses = lines.use_lines(&lines.changes.uses);

    if !uses.is_empty() {
        section("quota", uses);
    }
}

/// The lines of the summary.
pub(super) fn summary_lines(document: &Document<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    let programs = [
        (document.old_exists, document.old),
        (document.new_exists, document.new),
    ];

    for (_, name) in programs.iter().filter(|(exists, _)| !exists) {
        lines.push(format!(
            "there is no {name}, so the other version is compared with an empty program"
        ));
    }

    lines.extend(document.aws.fixes().map(fix_line));

    let failing = document.assertions.failing.iter();
    let begin_to_fail = failing.filter(|failing| failing.before != Before::Failed);

    match begin_to_fail.count() {
        0 => {}
        1 => lines.push("1 assertion starts failing".to_string()),
        count => lines.push(format!("{count} assertions start failing")),
    }

    let removed = document.assertions.removed.len();
    if removed > 0 {
        lines.push(format!("{} removed", counted(removed, "assertion")));
    }

    let new = document.lints.new.iter();
    let worse = new.filter(|line| line.level != "note").count();

    if worse > 0 {
        lines.push(counted(worse, "new lint finding"));
    }

    lines
}

fn fix_line(fix: &RenameFix<'_>) -> String {
    let RenameFix {
        was,
        tier,
        file,
        line,
        text,
        ..
    } = fix;
    format!(
        "`{was}` is deleted and `{tier}` created with the same rules; to keep the \
         group, write `{text}` at {file}:{line}"
    )
}

/// The state before of a failing assertion, as text.
pub(super) fn describe_before(before: Before) -> &'static str {
    match before {
        Before::Held => "starts failing",
        Before::Absent => "new and failing",
        Before::Failed => "still failing",
    }
}

/// The rows of gained and lost connections, each with its sign: those of changed defaults, or the
/// others.
fn signed_rows<'l>(
    sign: char,
    changes: &'l [ChangeLine<'l>],
    by_default: bool,
) -> Vec<(char, Row)> {
    let cited = Cited {
        most: 8,
        sentence: &|citation| citation.to_string(),
        line: &|line| line.to_string(),
    };
    let rows = change_rows(
        changes
            .iter()
            .filter(|change| change.by_default == by_default),
        &cited,
    );
    rows.into_iter().map(|row| (sign, row)).collect()
}

/// The connections that pass in only one of the two programs, for every deployment.
fn push_connections(title: &str, sign: char, changes: &[ChangeLine<'_>], out: &mut String) {
    let rows = signed_rows(sign, changes, false);
    if !rows.is_empty() {
        let _ = writeln!(out, "\n{title}");
        push_rows(&rows, out);
    }
}

/// What changed defaults of parameters open and close.
fn push_defaults(document: &Document<'_>, out: &mut String) {
    let rows = [
        signed_rows('+', &document.gained, true),
        signed_rows('-', &document.lost, true),
    ]
    .concat();

    if rows.is_empty() && document.defaults.is_empty() {
        return;
    }

    let _ = writeln!(
        out,
        "\ndefaults: a deployment that sets its own values is not affected"
    );

    for line in &document.defaults {
        let _ = writeln!(out, "  ~ {}: {}", line.parameter, line.describe_change());
    }

    push_rows(&rows, out);
}

/// A line for each row, and below it the sentences that allow it.
fn push_rows(rows: &[(char, Row)], out: &mut String) {
    let pairs: Vec<String> = rows
        .iter()
        .map(|(_, row)| format!("{} -> {}", row.from(), row.to()))
        .collect();

    let width = |texts: &mut dyn Iterator<Item = &str>, most: usize| {
        texts
            .map(|text| text.chars().count())
            .filter(|width| *width <= most)
            .max()
            .unwrap_or(0)
    };

    let ends = width(&mut pairs.iter().map(String::as_str), 60);
    let on = width(&mut rows.iter().map(|(_, row)| row.on.as_str()), 40);

    for ((sign, row), pair) in rows.iter().zip(&pairs) {
        let mark = if row.internet { "  internet" } else { "" };
        let line = format!("  {sign} {pair:ends$}  {:on$}{mark}", row.on);
        let _ = writeln!(out, "{}", line.trim_end());
        for cause in &row.because {
            let _ = writeln!(out, "      {cause}");
        }
    }
}

fn push_tiers(tiers: &[TierLine<'_>], out: &mut String) {
    if tiers.is_empty() {
        return;
    }

    let _ = writeln!(out, "\ntiers");
    let verdict = |TierLine { state, verdict, .. }: &TierLine<'_>| match *state {
        "kept" => verdict.to_string(),
        state => format!("{verdict}, {state}"),
    };

    let lines = tiers
        .iter()
        .map(|line| (vec![line.tier.to_string()], verdict(line)))
        .collect();
    let lines = fold_rows(lines, |line: &mut (Vec<String>, String)| &mut line.0);
    let lines: Vec<(String, String)> = lines
        .into_iter()
        .map(|(tiers, verdict)| (tiers.join(", "), verdict))
        .collect();
    let widths = lines.iter().map(|(tiers, _)| tiers.chars().count());
    let width = widths.filter(|width| *width <= 60).max().unwrap_or(0);

    for (tiers, verdict) in lines {
        let _ = writeln!(out, "    {tiers:width$}  {verdict}");
    }
}

fn push_assertions(review: &Review<'_>, out: &mut String) {
    let Assertions {
        failing,
        removed,
        holding,
    } = &review.document.assertions;

    if failing.is_empty() && removed.is_empty() {
        return;
    }

    let holding = match review.part.is_split {
        true => String::new(),
        false => format!(" ({holding} hold)"),
    };
    let _ = writeln!(out, "\nassertions{holding}");
    for failing in failing {
        let before = describe_before(failing.before);
        let _ = writeln!(out, "  ! {before}: {}", failing.citation);
        for why in &failing.why {
            let _ = writeln!(out, "      {why}");
        }
    }

    for citation in removed {
        let _ = writeln!(out, "  - removed: {citation}");
    }
}

fn push_lints(lints: &Lints, out: &mut String) {
    let Lints { new, gone } = lints;
    if new.is_empty() && gone.is_empty() {
        return;
    }

    let _ = writeln!(out, "\nlints");
    for (sign, line) in new
        .iter()
        .map(|line| ('+', line))
        .chain(gone.iter().map(|line| ('-', line)))
    {
        let LintLine {
            lint,
            level,
            message,
            place,
        } = line;
        let place = place
            .as_ref()
            .map(|place| format!("{}:{}: ", place.file, place.line))
            .unwrap_or_default();
        let _ = writeln!(out, "  {sign} {place}{level}[{lint}]: {message}");
    }
}
