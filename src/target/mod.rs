//! The targets, one folder each: they write a state as text.
//!
//! Everything about a target is in its folder, and [`ALL`] is the one list of them. A target cannot
//! fail: what it does not support is reported before ([`Target::unsupported`]).

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
    /// `cfn`; `None` for a target with a short name.
    pub short: Option<&'static str>,
    /// `CloudFormation`: its name in text.
    pub title: &'static str,
    /// The extension of its files, without the dot.
    pub extension: &'static str,
    /// A text near the start of every output, by which tierwall recognizes its own files.
    pub mark: &'static str,
    /// Writes the output.
    pub emit: fn(&State) -> Vec<u8>,
    /// The addresses that no other output of this target in the directory may declare.
    pub addresses: fn(&State) -> Vec<String>,
    /// Reports what it does not support.
    pub unsupported: fn(&Policy) -> Problems,
    /// The limited quantities of an output of so many bytes, if there are limits.
    pub measures: Option<fn(&State, usize) -> Vec<Measure>>,
    /// Its requirements for names and texts.
    pub rules: OutputRules,
    /// The names in the output, which must be unique.
    pub claims: fn(NamedState<'_>) -> Vec<Claim>,
    /// Reports earlier names that conflict with other names.
    pub check_moves: fn(NamedState<'_>) -> Problems,
    /// How it deploys; `None` for a target that deploys nothing.
    pub planning: Option<Planning>,
}

impl PartialEq for Target {
    fn eq(&self, other: &Target) -> bool {
        self.name == other.name
    }
}

/// A limited quantity of an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measure {
    /// `resources`
    pub what: &'static str,
    /// The count.
    pub count: usize,
    /// The limit.
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

/// The targets as text: `cloudformation (cfn), json or terraform (tf)`, with this word before the
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

/// A buffer for an output, large enough for most, so that it is not reallocated. Unused capacity
/// takes no memory.
fn output_buffer(state: &State, bytes_of_a_rule: usize) -> Vec<u8> {
    Vec::with_capacity(4096 + state.rule_count() * bytes_of_a_rule)
}
