//! Predicts what AWS will do when the output of one program replaces that of another.
//!
//! Each target that deploys is planned on its own, by the addresses that its output gives to groups
//! and rules, by which Terraform and CloudFormation identify resources; changes that both make are
//! reported once. A deployment is assumed to set the same values of parameters as before, or none,
//! so that it has their defaults.
//!
//! | what changes | Terraform | CloudFormation |
//! |---|---|---|
//! | name, description or VPC of a group | replaced | replaced |
//! | its name prefix | replaced | not in the template |
//! | the group or the VPC of an association | replaced | replaced |
//! | its tags | in place | in place |
//! | a rule's group, or its kind of peer | the rule is replaced | replaced, if it is a resource of its own |
//! | the group that a rule names | in place | likewise |
//! | a rule's description | in place | in place |
//! | a rule's tags | in place | not in the template |
//! | the default of the parameter that a rule names | in place | in place |
//! | the groups that members carry | the outputs with their ids | likewise |
//! | the default of the list that a rule names | a rule for each block is added or removed | has no such rule |
//! | an inline rule of a group | | the group, in place |
//! | the address of either | destroyed and created | removed and added |
//!
//! Sources: AWS provider 5.100.0, the schema and plans that were measured
//! (`tests/conformance/edits.py`); CloudFormation user guide, "AWS::EC2::SecurityGroup",
//! "AWS::EC2::SecurityGroupIngress" and "…Egress" ("Update requires"), and "Update behaviors of
//! stack resources".

mod addresses;
mod associations;
mod before_after;
mod blocks;
mod carried;
mod change;
mod defaults;
mod groups;
mod others;
mod outputs;
mod pairs;
mod peers;
mod recreated;
mod resource_counts;
mod rules;
mod targets;
mod texts;
mod uses;

pub use before_after::BeforeAfter;
pub use change::{
    Association, CarriedGroup, GroupChange, GroupOutcome, OtherChange, Reason, RuleChange,
    RuleOutcome, RulePlace, UseChange,
};
pub use targets::{Planned, Targets, planned_targets};

use crate::aws::{Direction, GroupId, GroupMapping, Rule, RuleKey, State};
use crate::net::Traffic;
use crate::target::{ActionCounts, Planning};
use groups::Matched;
use resource_counts::ResourceCounts;

/// What AWS will do.
#[derive(Debug)]
pub struct Changes<'d> {
    /// The old state.
    pub old: &'d State,
    /// The new state.
    pub new: &'d State,
    /// Changed groups, the most severe change first, then by name.
    pub groups: Vec<(GroupChange, Targets)>,
    /// Changed rules, by the names of their groups, then in the order of outputs.
    pub rules: Vec<(RuleChange, Targets)>,
    /// Other changed resources.
    pub others: Vec<(OtherChange, Targets)>,
    /// Directions of groups whose count in the quota of AWS changes.
    pub uses: Vec<UseChange>,
    /// The counts of resources for each target that deploys, in the order of plans.
    pub counts: Vec<(Planned, ActionCounts)>,
}

impl<'d> Changes<'d> {
    /// Compares two states; `mapping` matches their groups.
    pub fn compare_states(old: &'d State, new: &'d State, mapping: &GroupMapping) -> Changes<'d> {
        let mapping = &groups::with_foreign(mapping.clone(), old, new);
        let matched = Matched {
            mapping,
            recreated: recreated::recreated_groups(old, new, mapping),
        };

        let mut changes = Changes {
            old,
            new,
            groups: Vec::new(),
            rules: Vec::new(),
            others: Vec::new(),
            uses: uses::changed_uses(old, new, mapping),
            counts: Vec::new(),
        };

        for it in planned_targets() {
            let predicted = predict_target(it.planning, old, new, &matched);
            merge_changes(&mut changes.groups, predicted.groups, it.alone);
            merge_changes(&mut changes.rules, predicted.rules, it.alone);
            merge_changes(&mut changes.others, predicted.others, it.alone);
            changes.counts.push((it, predicted.resources.counts()));
        }

        let order = rule_order(old, new);
        changes.rules.sort_by_key(|(change, _)| order(change));

        changes
    }

    /// Whether nothing changes in AWS or for the deployment.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.rules.is_empty() && self.others.is_empty()
    }

    /// A rule and its state; the new one if both have it.
    pub fn resolve_rule(&self, change: &RuleChange) -> (&'d State, RulePlace, &'d Rule) {
        resolve_rule(self.old, self.new, change)
    }

    /// The name of a group; the new one if it changes.
    pub fn group_name(&self, sides: BeforeAfter<GroupId>) -> &'d str {
        let (old, new) = (self.old, self.new);
        sides.map_newest(
            |was| old.group(was).name.as_str(),
            |is| new.group(is).name.as_str(),
        )
    }
}

/// The prediction for one target.
struct Prediction {
    groups: Vec<GroupChange>,
    rules: Vec<RuleChange>,
    others: Vec<OtherChange>,
    resources: ResourceCounts,
}

fn predict_target(
    planning: &Planning,
    old: &State,
    new: &State,
    matched: &Matched<'_>,
) -> Prediction {
    let mut resources = ResourceCounts::new(new.groups.len());
    let groups = groups::Groups::match_groups(planning, old, new, matched);
    let rules = rules::changed_rules(planning, old, new, &groups, &mut resources);
    let others = others::changed_others(planning, old, new, &groups, &mut resources);
    groups.count_resources(&mut resources);
    Prediction {
        groups: groups.changes,
        rules,
        others,
        resources,
    }
}

/// Adds the changes of another target, merging equal ones.
fn merge_changes<T: Ord>(all: &mut Vec<(T, Targets)>, changes: Vec<T>, target: Targets) {
    all.extend(changes.into_iter().map(|change| (change, target)));
    all.sort();
    all.dedup_by(|(next, others), (kept, targets)| {
        let same = next == kept;
        if same {
            *targets = targets.union_with(*others);
        }
        same
    });
}

/// The order of changes of rules: by the name of the group, then in the order of outputs, deleted
/// before created.
fn rule_order<'d>(
    old: &'d State,
    new: &'d State,
) -> impl Fn(&RuleChange) -> (&'d str, Direction, Traffic, RuleChange) {
    move |change| {
        let (state, place, rule) = resolve_rule(old, new, change);
        let RuleKey {
            direction, traffic, ..
        } = rule.key;
        (&state.group(place.group).name, direction, traffic, *change)
    }
}

fn resolve_rule<'d>(
    old: &'d State,
    new: &'d State,
    change: &RuleChange,
) -> (&'d State, RulePlace, &'d Rule) {
    let (state, place) = change
        .sides
        .map_newest(|place| (old, place), |place| (new, place));
    (state, place, place.rule_in(state))
}
