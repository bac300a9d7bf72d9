//! How a target deploys, for plans.

use super::names::Names;
use crate::aws::{Parameter, Reference, Rule, RuleKey, SecurityGroup, State, Text};

/// How a target replaces one output by another.
#[derive(Debug, Clone, Copy)]
pub struct Planning {
    /// The names of the rules that are resources.
    pub names: for<'s> fn(&'s State) -> Names<'s>,
    /// Whether a rule is a resource; otherwise it is inline in its group.
    pub is_resource: fn(&SecurityGroup, &RuleKey) -> bool,
    /// Whether an output has a parameter.
    pub asks_for: fn(&Parameter) -> bool,
    /// Where the value of a parameter comes from, if the deployment does not set it.
    pub source: fn(&Parameter) -> Option<String>,
    /// The current and earlier addresses of a group, the newest first.
    pub group_addresses: fn(&SecurityGroup) -> Vec<String>,
    /// The same of the association of a group with a VPC.
    pub association_addresses: fn(&State, &SecurityGroup, &Reference) -> Vec<String>,
    /// The output with the id of a group.
    pub output: fn(&SecurityGroup) -> String,
    /// The output with the ids of all groups that the members of a group carry.
    pub list_output: fn(&SecurityGroup) -> String,
    /// The output with these ids for every tier.
    pub map_output: Option<&'static str>,
    /// Whether outputs contain the earlier addresses of rules.
    pub moves_rules: bool,
    /// Whether the peer of a rule that is a resource is updated in place.
    pub changes_peers: bool,
    /// Whether a rule for a list of blocks without a value is a resource for each block; otherwise an
    /// output cannot have such a rule.
    pub repeats_rules: bool,
    /// Whether the size and the entries of a prefix list can change in one update.
    pub resizes_lists: bool,
    /// Whether outputs contain the prefix of a generated GroupName.
    pub writes_name_prefixes: bool,
    /// Whether outputs contain the tags of rules.
    pub writes_rule_tags: bool,
    /// GroupDescription of a group that has none of its own.
    pub default_description: &'static str,
    /// Whether it refuses to replace a group that keeps its explicit name, even in another VPC.
    pub keeps_explicit_names: bool,
    /// Whether it removes the rules of default groups.
    pub locks_defaults: bool,
    /// The name under which other stacks can import the id of a group.
    pub export: fn(&State, &SecurityGroup) -> Option<Text>,
    /// Whether other stacks can import the outputs with the ids of several groups.
    pub exports_lists: fn(&State) -> bool,
    /// Whether its plan shows when a group becomes protected, or unprotected.
    pub notes_protection: bool,
    /// What happens to the replacement of a protected group.
    pub replaces_protected: &'static str,
    /// What happens to a protected group that the program no longer has.
    pub deletes_protected: &'static str,
    /// Whether a group has the placeholder rule.
    pub has_placeholder: fn(&SecurityGroup) -> bool,
    /// The keys that an output has in place of a rule of a group: its own, or those of its halves,
    /// except halves that are rules already.
    pub written: fn(&SecurityGroup, &Rule) -> [Option<RuleKey>; 2],
    /// The name of its own plan.
    pub report: &'static str,
    /// The columns of its own plan, in order.
    pub columns: &'static [Column],
}

impl Planning {
    /// These counts in the columns of its own plan.
    pub fn column_counts(
        &self,
        counts: &ActionCounts,
    ) -> impl Iterator<Item = (&'static str, usize)> {
        let columns = self.columns.iter();
        columns.map(|column| (column.name, (column.count)(counts)))
    }
}

/// Counts of resources by change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ActionCounts {
    /// Created.
    pub add: usize,
    /// Updated in place.
    pub modify: usize,
    /// Replaced.
    pub replace: usize,
    /// Deleted.
    pub remove: usize,
}

/// A column of the plan of a target.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// `add`: its name in the tool, after `to`, and in JSON.
    pub name: &'static str,
    /// Computes its count.
    pub count: fn(&ActionCounts) -> usize,
}

impl Planning {
    /// The current address of a group.
    pub fn group_address(&self, group: &SecurityGroup) -> String {
        (self.group_addresses)(group).swap_remove(0)
    }
}
