//! One of the two versions of a program that a review compares.

use crate::diagnostic::Problem;
use crate::groups::Deployment;
use crate::policy::Policy;
use crate::report::plan::Lowered;
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
    pub(super) fn lowered(&self) -> Lowered<'p> {
        Lowered {
            deployment: self.deployment,
            sources: self.sources,
        }
    }
}

/// A value that was given to a parameter, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// `office`
    pub name: String,
    /// `203.0.113.0/24`
    pub value: String,
    /// The file of values, and the line in it; nothing for an option of the command line and an
    /// entry of a manifest.
    pub place: Option<(String, usize)>,
}
