//! The targets, one folder each: they write a state as text.
//!
//! Everything about a target is in its folder, and [`ALL`] is the one list of them. A target cannot
//! fail: what it does not support is reported before ([`Target::unsupported`]).

mod adoption;
mod check;
mod claims;
mod cloudformation;
mod definition;
mod json;
pub mod names;
mod output;
mod planning;
mod terraform;

pub use adoption::{Adopter, Adoption, AdoptionFiles};
pub use check::{check_claims, check_rule_tags};
pub use claims::{Claim, NamedState, PlacedRule};
pub use cloudformation::LIMITS as TEMPLATE_LIMITS;
pub use definition::{Limits, Measure, SourceDirectory, SourceReader, Target, WantedDirectory};
pub use planning::{ActionCounts, Column, Planning};

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

/// The targets as people write them: `CloudFormation, JSON or Terraform`.
pub fn list_titles() -> String {
    join_words(
        by_name().iter().map(|target| target.title.to_string()),
        "or",
    )
}

/// The targets as text: `cloudformation (cfn), json or terraform (tf)`, with this word before the
/// last.
pub fn list_targets(word: &str) -> String {
    let shown = |target: &&Target| match target.short {
        Some(short) => format!("{} ({short})", target.name),
        None => target.name.to_string(),
    };
    join_words(by_name().iter().map(shown), word)
}

fn join_words(all: impl Iterator<Item = String>, word: &str) -> String {
    let all: Vec<String> = all.collect();
    match all.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} {word} {last}", rest.join(", ")),
        _ => all.concat(),
    }
}
