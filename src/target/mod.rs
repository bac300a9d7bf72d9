//! The targets: groups to text, one file each.
//!
//! A backend writes everything it is given and cannot fail but where its writer does; what a target
//! cannot say is found before (`lint::unsupported`).

pub mod addresses;
pub mod cloudformation;
pub mod terraform;

use crate::groups::Deployment;

/// A target of `build`.
#[derive(Debug, Clone, Copy)]
pub struct Backend {
    /// `cloudformation`
    pub name: &'static str,
    /// `cfn`
    pub short: &'static str,
    /// What its files end in, without the dot.
    pub extension: &'static str,
    /// A text near the start of every output, by which tierwall knows its own files.
    pub mark: &'static str,
    /// Makes the output.
    pub emit: fn(&Deployment<'_>) -> Vec<u8>,
    /// What no other output of this target in its directory may declare.
    pub addresses: fn(&Deployment<'_>) -> Vec<String>,
}

/// Where an output is to go: as much room as most have, so that it is not moved as it grows. Room
/// that is not written to takes no memory.
fn room(deployment: &Deployment<'_>, bytes_of_a_rule: usize) -> Vec<u8> {
    Vec::with_capacity(4096 + deployment.rule_count() * bytes_of_a_rule)
}

/// Every target.
pub const ALL: [Backend; 2] = [cloudformation::BACKEND, terraform::BACKEND];

/// The target with this name, or this short name.
pub fn named(name: &str) -> Option<Backend> {
    ALL.into_iter()
        .find(|backend| name == backend.name || name == backend.short)
}
