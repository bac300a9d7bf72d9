//! How a target deploys: what a plan goes by.

use super::names::Names;
use crate::aws::{Parameter, RuleKey, SecurityGroup, State};

/// How a target puts one output in the place of another.
#[derive(Debug, Clone, Copy)]
pub struct Planning {
    /// The names of the rules that are resources.
    pub names: for<'s> fn(&'s State) -> Names<'s>,
    /// Whether a rule is a resource; else it stands in its group.
    pub is_resource: fn(&RuleKey) -> bool,
    /// Whether an output asks for a parameter.
    pub asks_for: fn(&Parameter) -> bool,
    /// The addresses that a group has or had, the newest first.
    pub group_addresses: fn(&SecurityGroup) -> Vec<String>,
    /// The output with the id of a group.
    pub output: fn(&SecurityGroup) -> String,
    /// Whether outputs say which addresses rules had before.
    pub moves_rules: bool,
    /// Whether the peer of a rule that is a resource changes in place.
    pub changes_peers: bool,
    /// Whether outputs say what a made-up GroupName starts with.
    pub writes_name_prefixes: bool,
    /// GroupDescription of a group that has none of its own.
    pub default_description: &'static str,
    /// Whether it refuses to replace any group that has an explicit name and keeps it, even if the
    /// other one is in another VPC.
    pub keeps_explicit_names: bool,
    /// Whether it takes the rules of default groups away.
    pub locks_defaults: bool,
    /// The name under which other stacks can import the id of a group.
    pub export: fn(&State, &SecurityGroup) -> Option<String>,
    /// Whether its plan shows that a group is protected, or is no more.
    pub notes_protection: bool,
    /// What becomes of the replacement of a protected group.
    pub replaces_protected: &'static str,
    /// What becomes of a protected group that the program no longer has.
    pub deletes_protected: &'static str,
    /// Whether a group holds the rule that admits nothing.
    pub has_placeholder: fn(&SecurityGroup) -> bool,
    /// What its own plan is called.
    pub report: &'static str,
    /// What its own plan counts, in its order.
    pub columns: &'static [Column],
}

impl Planning {
    /// What its own plan shows of these counts: the name of each column, and how many it has.
    pub fn column_counts(
        &self,
        counts: &ActionCounts,
    ) -> impl Iterator<Item = (&'static str, usize)> {
        let columns = self.columns.iter();
        columns.map(|column| (column.name, (column.count)(counts)))
    }
}

/// Resources by what becomes of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ActionCounts {
    /// They come.
    pub add: usize,
    /// They change in place.
    pub modify: usize,
    /// Others with their addresses take their places.
    pub replace: usize,
    /// They go.
    pub remove: usize,
}

/// Something that the plan of a target counts.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// `add`: as the tool calls it, with `to` before it, and as JSON names it.
    pub name: &'static str,
    /// How many resources it is.
    pub count: fn(&ActionCounts) -> usize,
}

impl Planning {
    /// The address that a group has.
    pub fn group_address(&self, group: &SecurityGroup) -> String {
        (self.group_addresses)(group).swap_remove(0)
    }
}
