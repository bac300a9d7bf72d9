//! Changes to assertions and to findings of lints.

use super::version::Version;
use crate::analysis::diff::Ends;
use crate::diagnostic::{Finding, Problem};
use crate::report::citation::Citation;
use crate::source::Span;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Changes to assertions. An assertion is identified by its text.
#[derive(Debug, Serialize)]
pub struct Assertions<'p> {
    /// Those that fail in the new program.
    pub failing: Vec<Failing<'p>>,
    /// Those that the new program does not have any more.
    pub removed: Vec<Citation<'p>>,
    /// How many of the new program hold.
    pub holding: usize,
}

/// A failing assertion.
#[derive(Debug, Serialize)]
pub struct Failing<'p> {
    /// Its state in the old program.
    pub before: Before,
    /// The assertion.
    #[serde(flatten)]
    pub citation: Citation<'p>,
    /// Why it fails.
    pub why: Vec<String>,
}

/// The state of an assertion before a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Before {
    /// It held.
    Held,
    /// It did not exist.
    Absent,
    /// It failed already.
    Failed,
}

/// Findings that only one of the two programs has. A finding is identified by its lint and its
/// message.
#[derive(Debug, Serialize)]
pub struct Lints {
    /// In the new one.
    pub new: Vec<LintLine>,
    /// In the old one.
    pub gone: Vec<LintLine>,
}

/// A finding of a lint.
#[derive(Debug, Clone, Serialize)]
pub struct LintLine {
    /// `open-admin-port`
    pub lint: &'static str,
    /// `error`, `warning`, `note`
    pub level: &'static str,
    /// The message.
    pub message: String,
    /// Its position; `None` if it is about the program as a whole.
    pub place: Option<Spot>,
}

/// A position in a file.
#[derive(Debug, Clone, Serialize)]
pub struct Spot {
    /// The file name.
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
        citation: assertion,
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

/// New names of renamed tiers.
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

    /// An assertion with the names of the new program.
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

/// The assertions of a program, each with the reasons why it fails.
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

/// The message of a failing assertion; `None` for other problems.
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

/// Findings that one program has more often than the other.
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
            file: file.shown_name(label.span.start).to_string(),
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
