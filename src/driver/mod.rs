//! What a command does, without its input and output: programs come from a [`Workspace`], and
//! problems and outputs are returned.
//!
//! [`Program`] is the entry point for library users. [`build`](mod@build) builds everything that a
//! project lists, [`fix`](mod@fix) fixes its files, [`compare`](mod@compare) reviews a change, and
//! [`consensus`] merges the findings of the programs of a run.
//!
//! [`Workspace`]: crate::workspace::Workspace

pub mod adopt;
pub mod build;
pub mod compare;
pub mod consensus;
pub mod drift;
pub mod fix;
pub mod import;
mod job;
mod program;
mod values;

pub use job::{BuiltOutput, Job, Outcome, RunOptions, plan_jobs};
pub use program::{Change, Options, Program, Rejected};
pub use values::{UnreadFile, drop_shared_values, into_bindings, read_given};
