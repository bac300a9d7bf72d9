//! What a lint found, before it is known whether another reports it.

use super::definition::Lint;
use super::level::Level;
use super::opening::OpenTraffic;
use crate::diagnostic::{Finding, Problem};

/// What a lint found, as it would be reported by itself.
#[derive(Debug)]
pub struct Candidate {
    /// What would be reported.
    pub report: LintReport,
    /// What is open; nothing where the finding is about something else and stands by itself.
    pub open: Option<OpenTraffic>,
}

/// A finding, with the lint that reports it and what becomes of it.
#[derive(Debug)]
pub struct LintReport {
    /// The lint.
    pub lint: &'static Lint,
    /// What becomes of the finding.
    pub level: Level,
    /// The finding.
    pub finding: Finding,
}

impl LintReport {
    /// It as a problem, unless its level is `allow`.
    pub fn into_problem(self) -> Option<Problem> {
        lint_problem(self.lint, self.level, self.finding)
    }
}

/// What a lint found as a problem, unless its level is `allow`.
pub(super) fn lint_problem(lint: &Lint, level: Level, finding: Finding) -> Option<Problem> {
    let level = level.severity()?;
    Some(Problem::Lint(Box::new(Finding {
        lint: lint.name,
        level,
        ..finding
    })))
}
