//! What a command does, without its input and output: programs come from a [`Workspace`], and what
//! is found and made is handed back.
//!
//! [`Program`] is the door for who embeds the compiler. [`build`](mod@build) makes everything that
//! a project lists, [`fix`](mod@fix) corrects its files, [`compare`](mod@compare) reviews a change,
//! and [`consensus`] is what the programs of a run have to agree on.
//!
//! [`Workspace`]: crate::workspace::Workspace

pub mod build;
pub mod compare;
pub mod consensus;
pub mod fix;
mod job;
mod program;
mod values;

pub use job::{Job, Made, Outcome, RunOptions, plan_jobs};
pub use program::{Change, Options, Program, Rejected};
pub use values::{Unread, into_bindings, read_given};
