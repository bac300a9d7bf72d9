//! What tierwall does, a module for each topic, as one binary: a change of the library is linked
//! once.
//!
//! The laws, hostile input and the comparison of two builds are binaries of their own.

#![allow(clippy::disallowed_methods, reason = "tests read files")]

#[path = "../common/mod.rs"]
mod common;

mod addresses;
mod architecture;
mod assertions;
mod changes;
mod cli;
mod cover;
mod cures;
mod diff;
mod diff_command;
mod driver;
mod errors;
mod estates;
mod fix;
mod fmt;
mod groups;
mod lints;
mod lints_exposure;
mod lints_hygiene;
mod messages;
mod module_paths;
mod projects;
mod questions;
mod quota;
mod reach;
mod reviews;
mod services;
mod shown;
mod snapshots;
mod story;
mod texts;
#[cfg(unix)]
mod watch;
