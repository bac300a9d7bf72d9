//! Findings, before those of several lints are merged.

use super::definition::Lint;
use super::level::Level;
use super::opening::OpenTraffic;
use crate::diagnostic::{Finding, Problem};

/// A finding before merging.
#[derive(Debug)]
pub struct Candidate {
    /// The report.
    pub report: LintReport,
    /// The open traffic; `None` if the finding is about something else, and is not merged.
    pub open: Option<OpenTraffic>,
}

/// A finding, with its lint and its level.
#[derive(Debug)]
pub struct LintReport {
    /// The lint.
    pub lint: &'static Lint,
    /// Its level.
    pub level: Level,
    /// The finding.
    pub finding: Finding,
}

impl LintReport {
    /// The finding as a problem, unless its level is `allow`.
    pub fn into_problem(self) -> Option<Problem> {
        lint_problem(self.lint, self.level, self.finding)
    }
}

/// A finding as a problem, unless its level is `allow`.
pub(super) fn lint_problem(lint: &Lint, level: Level, finding: Finding) -> Option<Problem> {
    let level = level.severity()?;
    Some(Problem::Lint(Box::new(Finding {
        lint: lint.name,
        level,
        ..finding
    })))
}
