//! Problems for programs: a line each for editors, JSON, GitHub's workflow commands, SARIF.
//!
//! Each format is text made of data; where it goes is a matter of the command line.
//! `docs/messages.md` is the reference.

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

/// What is told that no place of a program is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// The command line or the file system is wrong.
    Failure,
    /// The answer is no: an output is stale.
    Outcome,
}
