//! What `@allow` silences.

use super::candidate::{Candidate, LintReport, lint_problem};
use super::definition::Lint;
use super::level::Level;
use super::opening::Exposed;
use super::statement::annotations_around;
use crate::diagnostic::{Finding, Problem};
use crate::policy::Policy;
use crate::source::Span;

/// The `@allow`s of a program, and which of them were used.
pub(super) struct Silencer<'p> {
    policy: &'p Policy,
    /// For each of them.
    pub(super) used: Vec<bool>,
}

impl<'p> Silencer<'p> {
    pub(super) fn new(policy: &'p Policy) -> Silencer<'p> {
        Silencer {
            policy,
            used: vec![false; policy.annotations.len()],
        }
    }

    pub(super) fn knows_lint(&self, lint: &str) -> bool {
        let mut annotations = self.policy.annotations.iter();
        annotations.any(|annotation| annotation.lint == lint)
    }

    /// The findings that are not silenced, as problems.
    pub(super) fn active_problems(
        &mut self,
        lint: &Lint,
        level: Level,
        mut found: Vec<Finding>,
    ) -> Vec<Problem> {
        if self.knows_lint(lint.name) {
            found.retain(|finding| !self.silences_finding(lint.name, finding));
        }
        let found = found.into_iter();
        found
            .filter_map(|finding| lint_problem(lint, level, finding))
            .collect()
    }

    /// Likewise, for a lint about exposure, whose findings are merged with those of others.
    pub(super) fn active_candidates(
        &mut self,
        lint: &'static Lint,
        level: Level,
        mut found: Vec<Exposed>,
    ) -> Vec<Candidate> {
        if self.knows_lint(lint.name) {
            found.retain(|exposed| !self.silences_finding(lint.name, &exposed.finding));
        }

        if level == Level::Allow {
            return Vec::new();
        }

        let mut candidates = Vec::new();
        for Exposed { finding, open } in found {
            let report = LintReport {
                lint,
                level,
                finding,
            };
            candidates.push(Candidate { report, open });
        }

        candidates
    }

    /// Whether each cause of a finding has an `@allow`; a finding without a position is caused by
    /// the stack.
    fn silences_finding(&mut self, lint: &str, finding: &Finding) -> bool {
        let about = finding
            .about
            .and_then(|about| self.find_annotation(lint, about));
        if let Some(n) = about {
            self.used[n] = true;
            return true;
        }

        let causes = match finding.causes.as_slice() {
            [] => self.policy.stack.span.as_slice(),
            causes => causes,
        };
        let annotations = causes
            .iter()
            .map(|cause| self.find_annotation(lint, *cause));
        let annotations = annotations.collect::<Option<Vec<usize>>>();
        let annotations = annotations.unwrap_or_default();

        for n in &annotations {
            self.used[*n] = true;
        }

        !annotations.is_empty()
    }

    fn find_annotation(&self, lint: &str, cause: Span) -> Option<usize> {
        annotations_around(self.policy, cause)
            .find(|(_, annotation)| annotation.lint == lint)
            .map(|(n, _)| n)
    }
}
