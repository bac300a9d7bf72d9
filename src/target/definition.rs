//! What is known of a target: the columns of the table of targets.

use super::claims::{Claim, NamedState};
use super::planning::Planning;
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
