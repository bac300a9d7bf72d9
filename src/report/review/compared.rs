//! Compares two versions of a program, and summarizes the change.

use super::document::{Document, document_review};
use super::version::Version;
use crate::analysis::diff::{Diff, Effect};
use crate::plan::{Changes, GroupOutcome};
use crate::policy::TierMapping;
use crate::report::plan::PlanLines;

/// As JSON, format 1: documented in `docs/diff.md`, and stable.
pub fn json(review: &Review<'_>) -> String {
    crate::report::words::json_document(&review.document)
}

/// The review of a change.
#[derive(Debug)]
pub struct Review<'p> {
    /// All that is shown.
    pub document: Document<'p>,
    /// What AWS will do, in lines.
    pub(super) aws: PlanLines<'p>,
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
        document: document_review(old, new, &diff, changes),
        aws,
    }
}

impl Review<'_> {
    /// Whether neither connections nor resources in AWS change.
    pub fn is_empty(&self) -> bool {
        self.document.verdict == Effect::Equal.word() && self.aws.changes.is_empty()
    }

    /// Whether a security group is replaced.
    pub fn replaces_group(&self) -> bool {
        self.has_outcome(|fate| {
            matches!(
                fate,
                GroupOutcome::Replaced { .. } | GroupOutcome::Recreated
            )
        })
    }

    /// Whether a security group is deleted and not replaced by another of the program.
    pub fn deletes_group(&self) -> bool {
        self.has_outcome(|fate| matches!(fate, GroupOutcome::Deleted | GroupOutcome::Recreated))
    }

    fn has_outcome(&self, is: fn(&GroupOutcome) -> bool) -> bool {
        let mut groups = self.aws.changes.groups.iter();
        groups.any(|(change, _)| is(&change.fate))
    }
}
