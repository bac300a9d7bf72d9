//! Problems in machine-readable formats: a line each for editors, JSON, GitHub's workflow commands,
//! SARIF.
//!
//! Each format is a function from problems to text; the command line writes it. `docs/messages.md`
//! is the reference.

mod github;
mod json;
mod place;
mod rules;
mod sarif;
mod short;

pub use github::{github_notice, github_problem};
pub use json::{Totals, json_notice, json_problem, json_summary};
pub use sarif::Log;
pub use short::{short_notice, short_problem};

/// The kind of a message without a position in a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// An error of the command line or the file system.
    Failure,
    /// The answer is no: an output is stale.
    Outcome,
}
