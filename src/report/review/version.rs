//! One of the two versions of a program that a review compares.

use crate::diagnostic::Problem;
use crate::groups::Deployment;
use crate::policy::Policy;
use crate::report::plan::Lowered;
use crate::source::Sources;

/// One of two versions of a program, without errors.
#[derive(Debug, Clone, Copy)]
pub struct Version<'p> {
    /// Its name in reports: `shop.tier`, `main:shop.tier`.
    pub name: &'p str,
    /// Whether the program exists in this version; otherwise it is empty.
    pub exists: bool,
    /// Its policy.
    pub policy: &'p Policy,
    /// Its files.
    pub sources: &'p Sources,
    /// The values that were given to its parameters.
    pub given: &'p [GivenValue],
    /// Its groups and their rules.
    pub deployment: &'p Deployment<'p>,
    /// Its problems: failing assertions, findings of lints.
    pub problems: &'p [Problem],
}

impl<'p> Version<'p> {
    /// Whether it says what exists, and is no program.
    pub fn is_source(&self) -> bool {
        self.sources.is_translated()
    }

    /// Its groups and rules, and its files.
    pub(super) fn lowered(&self) -> Lowered<'p> {
        Lowered {
            deployment: self.deployment,
            sources: self.sources,
        }
    }
}

/// The value of a parameter, and where it is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenValue {
    /// `office`
    pub name: String,
    /// `203.0.113.0/24`
    pub value: String,
    /// The file of values, and the line in it; `None` for an option of the command line and an
    /// entry of a manifest.
    pub place: Option<(String, usize)>,
}
