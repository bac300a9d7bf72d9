//! What tierwall does, a module for each topic, as one binary: a change of the library is linked
//! once.
//!
//! The laws, hostile input and the comparison of two builds are binaries of their own.

#![allow(clippy::disallowed_methods, reason = "tests read files")]

#[path = "../common/mod.rs"]
mod common;

mod addresses;
mod adopting;
mod also;
mod architecture;
mod assertions;
mod associations;
mod block_lists;
mod changes;
mod cli;
mod configuration;
mod diff;
mod diff_command;
mod drift;
mod driver;
mod environments;
mod errors;
mod escaping;
mod estates;
mod every;
mod fix;
mod fmt;
mod foreign_owners;
mod foreign_syntax;
mod groups;
mod lints;
mod lints_exposure;
mod lints_hygiene;
mod made_lists;
mod messages;
mod module_paths;
mod one_sided;
mod ports;
mod projects;
mod pull_request_page;
mod questions;
mod quota;
mod reach;
mod reading;
mod redundant_sentences;
mod reviews;
mod rule_tags;
mod services;
mod snapshots;
mod sources;
mod strings;
mod templates;
mod texts;
mod transit_gateway;
#[cfg(unix)]
mod watch;
