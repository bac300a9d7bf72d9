//! Taking over groups that live: the files beside an output that make its tool do so without a
//! change.

use crate::aws::State;
use crate::inventory::Inventory;
use crate::ledger::Ledger;

/// How a target takes over what lives.
#[derive(Debug, Clone, Copy)]
pub struct Adopter {
    /// Writes the files beside the output.
    pub write: fn(&Adoption<'_>) -> AdoptionFiles,
    /// Whether a GroupName is one that its tool generated, and keeps where the output has none.
    pub is_generated_name: fn(&str) -> bool,
}

/// What is taken over.
#[derive(Debug, Clone, Copy)]
pub struct Adoption<'a> {
    /// The name of the program without its extension.
    pub stem: &'a str,
    /// What the output of the program deploys.
    pub state: &'a State,
    /// The ids of the groups and rules that live; they are all of `state`.
    pub ledger: &'a Ledger,
    /// What a deployment of the same tool has already, if it was read.
    pub held: Option<&'a Inventory>,
}

/// How a tool takes over groups and rules.
#[derive(Debug, Default)]
pub struct AdoptionFiles {
    /// Files beside the output, by name.
    pub files: Vec<(String, Vec<u8>)>,
    /// How many groups, rules and associations are imported.
    pub imports: usize,
    /// What the tool will change all the same, each with its reason.
    pub changes: Vec<String>,
    /// What the tool will have otherwise than it lives, although it changes nothing now.
    pub notes: Vec<String>,
    /// Why it cannot be done; nothing where it can.
    pub refused: Vec<String>,
    /// What to do, one step after another.
    pub steps: Vec<String>,
}
