//! The settings of the resolution of a program.

use super::atom::Catalogue;
use crate::date::Date;
use crate::policy::OutputRules;

/// The environment that a program is resolved for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Environment<'e> {
    /// `staging`
    pub name: &'e str,
    /// Whether a program that declares no environments can be resolved for it: the manifest of a
    /// project has environments of its own.
    pub is_optional: bool,
}

/// The settings of the resolution of a program.
#[derive(Debug)]
pub struct Settings<'a> {
    /// Values of parameters, by name.
    pub bindings: &'a [(String, String)],
    /// The current day.
    pub as_of: Date,
    /// The services that every program has.
    pub catalogue: &'a Catalogue,
    /// The lints that `@allow` can name.
    pub lints: &'a [&'static str],
    /// The default name of the stack.
    pub stack_name: &'a str,
    /// The requirements of outputs for names and texts.
    pub outputs: &'a [OutputRules],
}
