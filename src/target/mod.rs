//! The targets: what AWS holds to text, a folder each.
//!
//! All that is known of a target stands in its folder, and [`ALL`] is the one list of them. A
//! target writes everything it is given and cannot fail; what it cannot say is found before
//! ([`Target::unsupported`]).

mod claims;
mod cloudformation;
mod json;
pub mod names;
mod planning;
mod terraform;

pub use claims::{Claim, NamedState, PlacedRule, check_claims};
pub use planning::{ActionCounts, Column, Planning};

use crate::aws::State;
use crate::diagnostic::Problems;
use crate::policy::{OutputRules, Policy};

/// A target of `build`.
#[derive(Debug)]
pub struct Target {
    /// `cloudformation`
    pub name: &'static str,
    /// `cfn`; nothing for a target whose name is short.
    pub short: Option<&'static str>,
    /// `CloudFormation`: as people write it.
    pub title: &'static str,
    /// What its files end in, without the dot.
    pub extension: &'static str,
    /// A text near the start of every output, by which tierwall knows its own files.
    pub mark: &'static str,
    /// Makes the output.
    pub emit: fn(&State) -> Vec<u8>,
    /// What no other output of this target in its directory may declare.
    pub addresses: fn(&State) -> Vec<String>,
    /// Reports what it cannot say.
    pub unsupported: fn(&Policy) -> Problems,
    /// What of an output of so many bytes is limited, if anything is.
    pub measures: Option<fn(&State, usize) -> Vec<Measure>>,
    /// What it asks of names and texts.
    pub rules: OutputRules,
    /// Names in the output, of which no two may be one.
    pub claims: fn(NamedState<'_>) -> Vec<Claim>,
    /// Reports earlier names that make a name a second time.
    pub check_moves: fn(NamedState<'_>) -> Problems,
    /// How it deploys; nothing for a target that deploys nothing.
    pub planning: Option<Planning>,
}

impl PartialEq for Target {
    fn eq(&self, other: &Target) -> bool {
        self.name == other.name
    }
}

/// What of an output is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measure {
    /// `resources`
    pub what: &'static str,
    /// How many it has.
    pub count: usize,
    /// How many it may have.
    pub limit: usize,
}

/// Every target, in the order of plans.
pub static ALL: [Target; 3] = [terraform::TARGET, cloudformation::TARGET, json::TARGET];

/// The target with this name, or this short name.
pub fn find_target(name: &str) -> Option<&'static Target> {
    ALL.iter()
        .find(|target| name == target.name || Some(name) == target.short)
}

/// Every target, by name.
pub fn by_name() -> Vec<&'static Target> {
    let mut targets: Vec<&Target> = ALL.iter().collect();
    targets.sort_by_key(|target| target.name);
    targets
}

/// The targets in words: `cloudformation (cfn), json or terraform (tf)`, with this word before the
/// last.
pub fn list_targets(word: &str) -> String {
    let shown = |target: &&Target| match target.short {
        Some(short) => format!("{} ({short})", target.name),
        None => target.name.to_string(),
    };
    let names: Vec<String> = by_name().iter().map(shown).collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} {word} {last}", rest.join(", ")),
        _ => names.concat(),
    }
}

/// Where an output is to go: as much room as most have, so that it is not moved as it grows. Room
/// that is not written to takes no memory.
fn output_buffer(state: &State, bytes_of_a_rule: usize) -> Vec<u8> {
    Vec::with_capacity(4096 + state.rule_count() * bytes_of_a_rule)
}
