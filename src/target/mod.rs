//! The targets: what AWS holds to text, a folder each.
//!
//! All that is known of a target stands in its folder, and [`ALL`] is the one list of them. A
//! target writes everything it is given and cannot fail; what it cannot say is found before
//! ([`Target::unsupported`]).

mod check;
mod claims;
mod cloudformation;
mod definition;
mod json;
pub mod names;
mod output;
mod planning;
mod terraform;

pub use check::check_claims;
pub use claims::{Claim, NamedState, PlacedRule};
pub use definition::{Measure, Target};
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

/// The targets in words: `cloudformation (cfn) or terraform (tf)`, with this word before the last.
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
