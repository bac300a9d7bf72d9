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
//! | its tags | in place | in place |
//! | a rule's group, or its kind of peer | the rule is replaced | replaced, if it is a resource of its own |
//! | the group that a rule names | in place | likewise |
//! | a rule's description | in place | in place |
//! | the default of the parameter that a rule names | in place | in place |
//! | a rule that stands in its group | | the group, in place |
//! | the address of either | destroyed and created | removed and added |
//!
//! Sources: AWS provider 5.100.0, the schema and plans that were measured
//! (`tests/conformance/edits.py`); CloudFormation user guide, "AWS::EC2::SecurityGroup",
//! "AWS::EC2::SecurityGroupIngress" and "…Egress" ("Update requires"), and "Update behaviors of
//! stack resources".

mod defaults;
mod groups;
mod others;
mod peers;
mod recreated;
mod rules;
mod tally;
mod targets;
mod uses;

pub use targets::{Planned, Targets, planned_targets};

use crate::aws::{
    Direction, GroupId, GroupMapping, ParameterId, PrefixListId, Rule, RuleKey, State,
};
use crate::net::{Family, Traffic};
use crate::target::{ActionCounts, Planning};
use tally::ResourceCounts;

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

/// An item before and after a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BeforeAfter<T> {
    /// Deleted.
    Removed(T),
    /// Created.
    Added(T),
    /// Present in both versions.
    Both(T, T),
}

/// The change of a group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupChange {
    /// The outcome.
    pub fate: GroupOutcome,
    /// The group, before and after.
    pub sides: BeforeAfter<GroupId>,
}

/// The outcome for a group; the most severe first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum GroupOutcome {
    /// Replaced by another, with a new id.
    Replaced {
        /// The reasons.
        reasons: Vec<Reason>,
        /// The new one has the same explicit name, so that AWS rejects it.
        refused: bool,
    },
    /// Deleted, while another is created with the same rules and another name, without `was`.
    Recreated,
    /// Deleted.
    Deleted,
    /// Created.
    Created,
    /// Kept under a new name of its tier.
    Moved {
        /// Whether its tags also change in place.
        tags: bool,
    },
    /// Its tags change in place.
    Tagged,
}

/// Why a group is replaced. AWS can change neither name, description nor VPC of a group (VPC user
/// guide, "Security groups": "You cannot change the name and description of a security group after
/// it is created").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Its address in the output changes, without `moved`.
    Address,
    /// GroupName.
    Name,
    /// The prefix of a GroupName that Terraform generates.
    NamePrefix,
    /// GroupDescription.
    Description,
    /// The VPC.
    Vpc,
    /// The VPC, unless the value of a parameter is its current VPC.
    VpcPerhaps,
    /// The VPC, in a deployment that sets no value of the parameter: its default changes.
    VpcDefault,
}

/// The position of a rule in a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RulePlace {
    /// Its group.
    pub group: GroupId,
    /// Its position among all rules of the group.
    pub position: u32,
}

/// The change of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleChange {
    /// Its positions.
    pub sides: BeforeAfter<RulePlace>,
    /// The outcome.
    pub fate: RuleOutcome,
}

/// The change of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RuleOutcome {
    /// Deleted.
    Removed,
    /// Created.
    Added,
    /// Its description is updated in place.
    Text,
    /// The default of its parameter changes: its peer is updated in place in a deployment that sets
    /// no value.
    Default,
    /// It references another group: the one that replaces the old one, or one with its name.
    Retargeted,
    /// Replaced, because its own group is replaced.
    WithGroup,
    /// Replaced, because the group or the list that it references changes.
    WithPeer,
    /// Replaced without a change, because its address in the output changes.
    ResourceRenamed,
}

/// The change of another resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OtherChange {
    /// A variable of Terraform, a parameter of CloudFormation.
    Parameter(BeforeAfter<ParameterId>),
    /// A list that AWS manages: a data source of Terraform, a parameter of CloudFormation.
    List(BeforeAfter<PrefixListId>),
    /// A VPC whose default group is locked: positions in [`State::locked_defaults`].
    Lock(BeforeAfter<usize>),
    /// The output with the id of a group.
    Output(BeforeAfter<GroupId>),
    /// The export of that output, which other stacks can import.
    Export(BeforeAfter<GroupId>),
    /// The placeholder rule, which CloudFormation needs, in a group that is kept.
    Placeholder(BeforeAfter<GroupId>),
}

/// The count of one direction of a group in the quota of AWS, in one family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UseChange {
    /// The group, before and after.
    pub sides: BeforeAfter<GroupId>,
    /// Inbound or outbound.
    pub direction: Direction,
    /// The family.
    pub family: Family,
    /// The count before, and the quota; 0 if the group is new.
    pub before: (u32, u32),
    /// The count after, and the quota; 0 if the group is deleted.
    pub after: (u32, u32),
}

impl<'d> Changes<'d> {
    /// Compares two states; `mapping` matches their groups.
    pub fn compare_states(old: &'d State, new: &'d State, mapping: &GroupMapping) -> Changes<'d> {
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
            changes.counts.push((it, predicted.tally.counts()));
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

impl RulePlace {
    /// The rule at this position.
    pub fn rule_in(self, state: &State) -> &Rule {
        &state.group(self.group).rules[self.position as usize]
    }
}

impl<T: Copy> BeforeAfter<T> {
    /// The item before and after; `None` if it is in neither.
    fn from_options(old: Option<T>, new: Option<T>) -> Option<BeforeAfter<T>> {
        match (old, new) {
            (Some(old), Some(new)) => Some(BeforeAfter::Both(old, new)),
            (Some(old), None) => Some(BeforeAfter::Removed(old)),
            (None, Some(new)) => Some(BeforeAfter::Added(new)),
            (None, None) => None,
        }
    }

    /// A value of the new side, or else of the old one.
    pub(crate) fn map_newest<U>(self, old: impl FnOnce(T) -> U, new: impl FnOnce(T) -> U) -> U {
        match self {
            BeforeAfter::Removed(was) => old(was),
            BeforeAfter::Added(is) | BeforeAfter::Both(_, is) => new(is),
        }
    }

    /// The item before.
    pub fn was(self) -> Option<T> {
        match self {
            BeforeAfter::Removed(old) | BeforeAfter::Both(old, _) => Some(old),
            BeforeAfter::Added(_) => None,
        }
    }

    /// The item after.
    pub fn is(self) -> Option<T> {
        match self {
            BeforeAfter::Added(new) | BeforeAfter::Both(_, new) => Some(new),
            BeforeAfter::Removed(_) => None,
        }
    }
}

/// The prediction for one target.
struct Prediction {
    groups: Vec<GroupChange>,
    rules: Vec<RuleChange>,
    others: Vec<OtherChange>,
    tally: ResourceCounts,
}

/// The groups of two states, matched.
struct Matched<'s> {
    /// The mapping of the programs.
    mapping: &'s GroupMapping,
    /// Pairs of an old and a new group that look renamed.
    recreated: Vec<(GroupId, GroupId)>,
}

fn predict_target(
    planning: &Planning,
    old: &State,
    new: &State,
    matched: &Matched<'_>,
) -> Prediction {
    let mut tally = ResourceCounts::new(new.groups.len());
    let groups = groups::Groups::match_groups(planning, old, new, matched);
    let rules = rules::changed_rules(planning, old, new, &groups, &mut tally);
    let others = others::changed_others(planning, old, new, &groups, &mut tally);
    groups.count_resources(&mut tally);
    Prediction {
        groups: groups.changes,
        rules,
        others,
        tally,
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
