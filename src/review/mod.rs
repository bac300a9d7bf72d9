//! A change of a program, for whoever reviews it: what it opens and closes, what AWS will do, which assertions and
//! lints speak up.
//!
//! Everything that is shown is found once, as the [`Document`] that is the JSON; the others lay it out.

mod document;
mod ends;
mod findings;
mod markdown;
mod text;

pub use document::Document;
pub use markdown::{Links, Side, markdown};
pub use text::text;

use crate::check::diff::Diff;
use crate::diagnostic::Problem;
use crate::groups::Deployment;
use crate::policy::Policy;
use crate::source::Sources;

/// One of two versions of a program, which stands.
#[derive(Debug, Clone, Copy)]
pub struct Version<'p> {
    /// As reports call it: `shop.tier`, `main:shop.tier`.
    pub name: &'p str,
    /// What it means.
    pub policy: &'p Policy,
    /// Its files.
    pub sources: &'p Sources,
    /// Its groups and their rules.
    pub deployment: &'p Deployment<'p>,
    /// What is wrong with it: assertions that fail, what lints found.
    pub problems: &'p [Problem],
}

/// As JSON, format 1: documented in `docs/diff.md`, and stable.
pub fn json(document: &Document<'_>) -> String {
    crate::questions::words::document(document)
}

/// Compares two versions of a program.
pub fn review<'p>(old: Version<'p>, new: Version<'p>) -> Document<'p> {
    let diff = Diff::between(old.policy, new.policy);
    document::document(old, new, &diff)
}
