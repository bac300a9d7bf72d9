//! A change of a program, for whoever reviews it: what it opens and closes, what AWS will do, which
//! assertions and lints speak up.
//!
//! Everything that is shown is found once, as the [`Document`] that is the JSON; the others lay it
//! out.

mod changed;
mod document;
mod ends;
mod escape;
mod findings;
mod markdown;
mod rows;
mod text;

pub use changed::Given;
pub use document::Document;
pub use markdown::{Comment, LinkBase, Links, markdown};
pub use text::text;

use crate::analysis::diff::{Diff, Effect};
use crate::diagnostic::Problem;
use crate::groups::Deployment;
use crate::plan::{Changes, GroupOutcome};
use crate::policy::{Policy, TierMapping};
use crate::report::plan::{Lines, Lowered};
use crate::source::Sources;

/// One of two versions of a program, which stands.
#[derive(Debug, Clone, Copy)]
pub struct Version<'p> {
    /// As reports call it: `shop.tier`, `main:shop.tier`.
    pub name: &'p str,
    /// Whether there is such a program; one that is not there says nothing.
    pub exists: bool,
    /// What it means.
    pub policy: &'p Policy,
    /// Its files.
    pub sources: &'p Sources,
    /// The values that were given to its parameters.
    pub given: &'p [Given],
    /// Its groups and their rules.
    pub deployment: &'p Deployment<'p>,
    /// What is wrong with it: assertions that fail, what lints found.
    pub problems: &'p [Problem],
}

impl<'p> Version<'p> {
    /// Its groups and rules, and its files.
    fn lowered(&self) -> Lowered<'p> {
        Lowered {
            deployment: self.deployment,
            sources: self.sources,
        }
    }
}

/// As JSON, format 1: documented in `docs/diff.md`, and stable.
pub fn json(review: &Review<'_>) -> String {
    crate::report::words::json_document(&review.document)
}

/// A change, reviewed.
#[derive(Debug)]
pub struct Review<'p> {
    /// What there is to show.
    pub document: Document<'p>,
    /// What AWS will do, in lines.
    aws: Lines<'p>,
}

/// Compares two versions of a program, whose tiers are matched; `changes` is what AWS will do.
pub fn review_versions<'p>(
    old: Version<'p>,
    new: Version<'p>,
    tier_mapping: &TierMapping,
    changes: &'p Changes<'p>,
) -> Review<'p> {
    let diff = Diff::between(old.policy, new.policy, tier_mapping);
    let aws = Lines {
        changes,
        old: old.lowered(),
        new: new.lowered(),
    };

    Review {
        document: document::document_review(old, new, &diff, changes),
        aws,
    }
}

impl Review<'_> {
    /// Whether no connection changes, and AWS has nothing to do.
    pub fn is_empty(&self) -> bool {
        self.document.verdict == Effect::Equal.word() && self.aws.changes.is_empty()
    }

    /// Whether another security group takes the place of one.
    pub fn replaces_group(&self) -> bool {
        self.has_outcome(|fate| {
            matches!(
                fate,
                GroupOutcome::Replaced { .. } | GroupOutcome::Recreated
            )
        })
    }

    /// Whether a security group is deleted, and none takes its place that the program knows of.
    pub fn deletes_group(&self) -> bool {
        self.has_outcome(|fate| matches!(fate, GroupOutcome::Deleted | GroupOutcome::Recreated))
    }

    fn has_outcome(&self, is: fn(&GroupOutcome) -> bool) -> bool {
        let mut groups = self.aws.changes.groups.iter();
        groups.any(|(change, _)| is(&change.fate))
    }
}
