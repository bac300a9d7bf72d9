//! What becomes of assertions, and what lints find, when a program changes.

use super::version::Version;
use crate::analysis::diff::Ends;
use crate::diagnostic::{Finding, Problem};
use crate::report::citation::Citation;
use crate::source::Span;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What becomes of assertions. An assertion is known by its words.
#[derive(Debug, Serialize)]
pub struct Assertions<'p> {
    /// Those that do not hold in the new program.
    pub failing: Vec<Failing<'p>>,
    /// Those that the new program does not make any more.
    pub removed: Vec<Citation<'p>>,
    /// How many of the new program's hold.
    pub holding: usize,
}

/// An assertion that does not hold.
#[derive(Debug, Serialize)]
pub struct Failing<'p> {
    /// What it was in the old program.
    pub before: Before,
    /// The assertion.
    #[serde(flatten)]
    pub said: Citation<'p>,
    /// Why it does not hold.
    pub why: Vec<String>,
}

/// What an assertion was before a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Before {
    /// It held.
    Held,
    /// It was not made.
    Absent,
    /// It did not hold either.
    Failed,
}

/// What lints find in one program and not in the other. A finding is known by its lint and its
/// words.
#[derive(Debug, Serialize)]
pub struct Lints {
    /// In the new one.
    pub new: Vec<LintLine>,
    /// In the old one.
    pub gone: Vec<LintLine>,
}

/// Something that a lint found.
#[derive(Debug, Clone, Serialize)]
pub struct LintLine {
    /// `open-admin-port`
    pub lint: &'static str,
    /// `error`, `warning`, `note`
    pub level: &'static str,
    /// What.
    pub message: String,
    /// Where; nothing where it is about the program as a whole.
    pub place: Option<Spot>,
}

/// A place in a file.
#[derive(Debug, Clone, Serialize)]
pub struct Spot {
    /// The file, as it was named.
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
}

pub(super) fn compare_assertions<'p>(
    ends: &Ends,
    old: Version<'p>,
    new: Version<'p>,
) -> Assertions<'p> {
    let renamed = Renamed::new(ends, old, new);
    let (before, after) = (judged_assertions(old), judged_assertions(new));
    let in_new_words = before
        .iter()
        .map(|(assertion, _)| renamed.in_new_words(&assertion.text));
    let in_new_words: Vec<String> = in_new_words.collect();
    let holds = before.iter().map(|(_, why)| why.is_empty());
    let known: BTreeMap<&str, bool> = in_new_words.iter().map(String::as_str).zip(holds).collect();

    let before_of = |assertion: &Citation<'_>| match known.get(assertion.text.as_str()) {
        Some(true) => Before::Held,
        Some(false) => Before::Failed,
        None => Before::Absent,
    };

    let kept: BTreeSet<String> = after.iter().map(|(it, _)| it.text.clone()).collect();
    let holding = after.iter().filter(|(_, why)| why.is_empty()).count();
    let failing = after.into_iter().filter(|(_, why)| !why.is_empty());

    let failing = failing.map(|(assertion, why)| Failing {
        before: before_of(&assertion),
        said: assertion,
        why,
    });

    let failing = failing.collect();
    let removed = before.into_iter().zip(&in_new_words);
    let removed = removed.filter(|(_, words)| !kept.contains(*words));

    Assertions {
        failing,
        removed: removed.map(|((assertion, _), _)| assertion).collect(),
        holding,
    }
}

/// Tiers that have another name in the new program.
struct Renamed<'p>(BTreeMap<&'p str, &'p str>);

impl<'p> Renamed<'p> {
    fn new(ends: &Ends, old: Version<'p>, new: Version<'p>) -> Renamed<'p> {
        let names = |id| {
            let end = ends.get(id);
            let before = &old.policy.tier(end.old?.tier()?).name;
            let after = &new.policy.tier(end.new?.tier()?).name;
            (before != after).then_some((before.as_str(), after.as_str()))
        };
        Renamed(ends.tiers().filter_map(names).collect())
    }

    /// An assertion as the new program would make it.
    fn in_new_words(&self, text: &str) -> String {
        let is_of_name = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
        let mut out = String::new();
        for part in text.split_inclusive(|c| !is_of_name(c)) {
            let name = part.trim_end_matches(|c| !is_of_name(c));
            out.push_str(self.0.get(name).unwrap_or(&name));
            out.push_str(&part[name.len()..]);
        }
        out
    }
}

/// The assertions of a program, each with why it does not hold.
fn judged_assertions(version: Version<'_>) -> Vec<(Citation<'_>, Vec<String>)> {
    let within = |inner: Span, outer: Span| {
        inner.file == outer.file && outer.start <= inner.start && inner.end <= outer.end
    };

    let failures: Vec<(Span, String)> = version
        .problems
        .iter()
        .filter_map(|problem| Some((problem.span()?, failure_message(problem)?)))
        .collect();

    let why = |span: Span| {
        failures
            .iter()
            .filter(|(at, _)| within(*at, span))
            .map(|(_, why)| why.clone())
            .collect()
    };

    version
        .policy
        .assertions
        .iter()
        .map(|a| (Citation::from_span(version.sources, a.span), why(a.span)))
        .collect()
}

/// What an assertion's failure says; nothing for other problems.
fn failure_message(problem: &Problem) -> Option<String> {
    let report = problem.report();
    report.code.starts_with("E07").then_some(report.message)
}

pub(super) fn compare_lints(old: Version<'_>, new: Version<'_>) -> Lints {
    let (before, after) = (lint_lines(old), lint_lines(new));
    Lints {
        new: surplus_findings(&after, &before),
        gone: surplus_findings(&before, &after),
    }
}

/// What is found in one program more often than in the other.
fn surplus_findings(these: &[LintLine], those: &[LintLine]) -> Vec<LintLine> {
    let key = |line: &LintLine| (line.lint, line.message.clone());
    let mut known: BTreeMap<(&str, String), usize> = BTreeMap::new();

    for line in those {
        *known.entry(key(line)).or_default() += 1;
    }

    let mut is_known = |line: &LintLine| match known.get_mut(&key(line)) {
        Some(left) if *left > 0 => {
            *left -= 1;
            true
        }
        Some(_) | None => false,
    };

    these
        .iter()
        .filter(|line| !is_known(line))
        .cloned()
        .collect()
}

fn lint_lines(version: Version<'_>) -> Vec<LintLine> {
    let finding = |problem: &Problem| match problem {
        Problem::Lint(finding) => Some(lint_line(version, finding)),
        _ => None,
    };
    version.problems.iter().filter_map(finding).collect()
}

fn lint_line(version: Version<'_>, finding: &Finding) -> LintLine {
    let place = finding.labels.first().map(|label| {
        let file = version.sources.file(label.span.file);
        let (line, column) = file.line_column(label.span.start);
        Spot {
            file: file.name().to_string(),
            line,
            column,
        }
    });

    LintLine {
        lint: finding.lint,
        level: finding.level.word(),
        message: finding.message.clone(),
        place,
    }
}
