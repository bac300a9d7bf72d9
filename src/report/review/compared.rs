//! Compares two versions of a program, and summarizes the change.

use super::document::{Document, document_review};
use super::part::Part;
use super::version::Version;
use crate::analysis::diff::{Diff, Effect};
use crate::plan::{Changes, GroupOutcome};
use crate::policy::TierMapping;
use crate::report::plan::PlanLines;

/// As JSON, format 1: documented in `docs/diff.md`, and stable.
pub fn review_json(review: &Review<'_>) -> String {
    crate::report::words::json_document(&review.document)
}

/// The review of a change.
#[derive(Debug)]
pub struct Review<'p> {
    /// All that is shown.
    pub document: Document<'p>,
    /// What AWS will do, in lines.
    pub(super) aws: PlanLines<'p>,
    /// Whether both versions are programs, whose outputs AWS gets.
    pub(super) is_planned: bool,
    /// Its position among the reviews of several environments.
    pub(super) part: Part,
}

/// Compares two versions of a program with matched tiers; `changes` is what AWS will do.
pub fn review_versions<'p>(
    old: Version<'p>,
    new: Version<'p>,
    tier_mapping: &TierMapping,
    changes: &'p Changes<'p>,
) -> Review<'p> {
    let diff = Diff::compare_policies(old.policy, new.policy, tier_mapping);
    let aws = PlanLines {
        changes,
        old: old.lowered(),
        new: new.lowered(),
    };

    Review {
        is_planned: !old.is_source() && !new.is_source(),
        document: document_review(old, new, &diff, changes),
        aws,
        part: Part::default(),
    }
}

impl Review<'_> {
    /// Whether neither connections nor resources in AWS change, in any part of it.
    pub fn is_empty(&self) -> bool {
        !self.part.is_split
            && self.document.verdict == Effect::Equal.word()
            && self.aws.changes.is_empty()
    }

    /// What is said of a change that is empty. What AWS does is unknown where a version is no program.
    pub(super) fn describe_empty(&self) -> &'static str {
        match self.is_empty() && self.is_planned {
            true => ", and nothing changes in AWS",
            false => "",
        }
    }

    /// What it does: `wider`; in a part of several, also whether an earlier one has its
    /// environments.
    pub(super) fn describe_verdict(&self) -> String {
        let also = if self.part.is_later { "also " } else { "" };
        let verdict = match self.document.verdict {
            "equal" if self.part.is_split => "other changes",
            verdict => verdict,
        };
        format!("{also}{verdict}")
    }

    /// `shop.tier against main:shop.tier`; or that nothing changes. `[old, new]` are the names.
    pub(super) fn describe_comparison(&self, [old, new]: [&str; 2]) -> String {
        match self.document.verdict {
            "equal" if !self.part.is_split => format!("{new} allows exactly what {old} allows"),
            _ => format!("{new} against {old}"),
        }
    }

    /// What AWS will do: counts, then groups, then rules, limited to the first ones.
    pub(super) fn aws_lines(&self, rules: usize) -> Vec<String> {
        let counts = &self.part.counts;
        let counts = counts.clone().unwrap_or_else(|| self.aws.count_lines(""));
        counts
            .into_iter()
            .chain(self.aws.all_lines(rules))
            .collect()
    }

    /// Whether a security group is replaced.
    pub fn replaces_group(&self) -> bool {
        self.has_outcome(|outcome| {
            matches!(
                outcome,
                GroupOutcome::Replaced { .. } | GroupOutcome::Recreated
            )
        })
    }

    /// Whether a security group is deleted and not replaced by another of the program.
    pub fn deletes_group(&self) -> bool {
        self.has_outcome(|outcome| {
            matches!(outcome, GroupOutcome::Deleted | GroupOutcome::Recreated)
        })
    }

    fn has_outcome(&self, is: fn(&GroupOutcome) -> bool) -> bool {
        let mut groups = self.aws.changes.groups.iter();
        groups.any(|(change, _)| is(&change.outcome))
    }
}
