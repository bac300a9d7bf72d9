//! The definition of a lint: the columns of the table of lints.

use super::level::Level;
use super::opening::Exposed;
use super::subject::Subject;
use crate::diagnostic::Finding;

/// A lint, for `tierwall explain`, `@allow` and `--deny`.
#[derive(Debug, Clone, Copy)]
pub struct Lint {
    /// `template-limits`
    pub name: &'static str,
    /// One line.
    pub title: &'static str,
    /// Its default level.
    pub level: Level,
    /// What kind of problem it finds: the first of its tags in SARIF.
    pub category: Category,
    /// Related controls, as publisher and id: `("Security Hub", "EC2.13")`; they are its other tags
    /// in SARIF.
    pub ids: &'static [(&'static str, &'static str)],
    /// What it checks, why, and what to do, in Markdown.
    pub text: &'static str,
    /// A program that it reports.
    pub fires: &'static str,
    /// A similar program that it accepts.
    pub passes: &'static str,
    /// How it is evaluated.
    pub judge: Judge,
}

/// What kind of problem a lint finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Category {
    /// Exposure.
    Security {
        /// How bad that is, from 0 to 10: GitHub calls 9 and more critical, 7 and more high, 4 and
        /// more medium.
        severity: &'static str,
    },
    /// Maintainability, and input that AWS or a tool would reject.
    Maintainability,
}

/// The tiers that a lint judges whose level depends on the role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleTiers {
    /// The tiers for which it is a warning, unless the run sets another level.
    Warned,
    /// The other tiers, for which it has its own level.
    Others,
}

/// How a lint is evaluated.
#[derive(Debug, Clone, Copy)]
pub enum Judge {
    /// By a function of the whole program.
    Program(fn(&Subject<'_>, &mut Vec<Finding>)),
    /// By a function of the tiers of some roles, and again of the others.
    ByRole(fn(&Subject<'_>, RoleTiers, &mut Vec<Finding>)),
    /// By a function of what is open to the internet: a sentence is reported by one such lint.
    Exposure(fn(&Subject<'_>, &mut Vec<Exposed>)),
    /// `Elsewhere`: evaluated by `template_limits`, or by the level logic here.
    Elsewhere,
}
