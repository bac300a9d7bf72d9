//! What AWS will do when the output of one program takes the place of another's.
//!
//! Each target that deploys is planned on its own, by the addresses that its output gives to groups
//! and rules, since that is what Terraform and CloudFormation go by; what both do is reported once.
//! A deployment is taken to give its parameters the values that it gave, or none, and then it gets
//! their defaults.
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
    /// What stands there.
    pub old: &'d State,
    /// What takes its place.
    pub new: &'d State,
    /// Groups that do not stay as they are, the worst first, then by name.
    pub groups: Vec<(GroupChange, Targets)>,
    /// Rules that do not stay as they are, by the names of their groups, then as outputs order
    /// them.
    pub rules: Vec<(RuleChange, Targets)>,
    /// Everything else that does not stay as it is.
    pub others: Vec<(OtherChange, Targets)>,
    /// Directions of groups that count differently in AWS's quota than before.
    pub uses: Vec<UseChange>,
    /// What becomes of the resources of each target that deploys, in the order of plans.
    pub counts: Vec<(Planned, ActionCounts)>,
}

/// Something that stood there, or comes, or does both and is another than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BeforeAfter<T> {
    /// It goes.
    Removed(T),
    /// It comes.
    Added(T),
    /// It was, and is.
    Both(T, T),
}

/// What becomes of a group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupChange {
    /// What becomes of it.
    pub fate: GroupOutcome,
    /// The group, before and after.
    pub sides: BeforeAfter<GroupId>,
}

/// What becomes of a group; the worst first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum GroupOutcome {
    /// Another takes its place, with another id.
    Replaced {
        /// Why.
        reasons: Vec<Reason>,
        /// The other one has the same explicit name, so that AWS refuses it.
        refused: bool,
    },
    /// It goes, and another comes with the same rules under another name, of which the program does
    /// not say `was`.
    Recreated,
    /// It goes.
    Deleted,
    /// It comes.
    Created,
    /// It stays under another name of its tier.
    Moved {
        /// Its tags change in place as well.
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
    /// Its output has another name for it, and does not say that it had this one.
    Address,
    /// GroupName.
    Name,
    /// What a GroupName that Terraform makes up starts with.
    NamePrefix,
    /// GroupDescription.
    Description,
    /// The VPC.
    Vpc,
    /// The VPC, unless a parameter's value is the VPC that it is in.
    VpcPerhaps,
    /// The VPC, of a deployment that gives the parameter no value: its default is another.
    VpcDefault,
}

/// Where a rule stands in a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RulePlace {
    /// Its group.
    pub group: GroupId,
    /// Its position among all rules of the group.
    pub position: u32,
}

/// What becomes of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleChange {
    /// Where it stands.
    pub sides: BeforeAfter<RulePlace>,
    /// What becomes of it.
    pub fate: RuleOutcome,
}

/// What becomes of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RuleOutcome {
    /// It goes.
    Removed,
    /// It comes.
    Added,
    /// Its description changes in place.
    Text,
    /// The parameter that it names has another default: its peer changes in place, where a
    /// deployment gives no value.
    Default,
    /// It names another group than before: the one that replaces it, or one that has its name.
    Retargeted,
    /// Two rules take its place, each for half of the addresses, since CloudFormation would delete
    /// it beside a rule to a group.
    Halved,
    /// It takes the place of two rules, each for half of the addresses.
    Joined,
    /// It goes and comes again, since its own group is replaced.
    WithGroup,
    /// It goes and comes again, since the parameter that its own group is has another default, where
    /// a deployment gives no value.
    OwnerDefault,
    /// It goes and comes again, since the group or the list that it names is another.
    WithPeer,
    /// It goes and comes again as it is, since its output has another name for it.
    ResourceRenamed,
}

/// What becomes of something that is neither a group nor a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OtherChange {
    /// A variable of Terraform, a parameter of CloudFormation.
    Parameter(BeforeAfter<ParameterId>),
    /// A list that AWS manages: a data source of Terraform, a parameter of CloudFormation.
    List(BeforeAfter<PrefixListId>),
    /// A VPC whose default group is to have no rules: positions in
    /// [`State::locked_defaults`].
    Lock(BeforeAfter<usize>),
    /// The output with the id of a group.
    Output(BeforeAfter<GroupId>),
    /// The export of that output, which other stacks can import.
    Export(BeforeAfter<GroupId>),
    /// The rule that admits nothing, which CloudFormation needs in a group that stays.
    Placeholder(BeforeAfter<GroupId>),
}

/// What one direction of one group counts in AWS's quota in one family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UseChange {
    /// The group, before and after.
    pub sides: BeforeAfter<GroupId>,
    /// Inbound or outbound.
    pub direction: Direction,
    /// The family.
    pub family: Family,
    /// What it counted, and of how many; 0 where the group is new.
    pub before: (u32, u32),
    /// What it will count, and of how many; 0 where the group goes.
    pub after: (u32, u32),
}

impl<'d> Changes<'d> {
    /// Compares two states; `mapping` says which group of the old one is which of the new.
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
            changes.counts.push((it, predicted.tally.counts()));
        }

        let order = rule_order(old, new);
        changes.rules.sort_by_key(|(change, _)| order(change));

        changes
    }

    /// Whether AWS has nothing to do, and nobody who deploys sees a difference.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.rules.is_empty() && self.others.is_empty()
    }

    /// A rule, and the state that it is of: of one that was and is, the new one.
    pub fn resolve_rule(&self, change: &RuleChange) -> (&'d State, RulePlace, &'d Rule) {
        resolve_rule(self.old, self.new, change)
    }

    /// The name of a group, the new one if it has two.
    pub fn group_name(&self, sides: BeforeAfter<GroupId>) -> &'d str {
        let (old, new) = (self.old, self.new);
        sides.map_newest(
            |was| old.group(was).name.as_str(),
            |is| new.group(is).name.as_str(),
        )
    }
}

impl RulePlace {
    /// The rule that stands there.
    pub fn rule_in(self, state: &State) -> &Rule {
        &state.group(self.group).rules[self.position as usize]
    }
}

impl<T: Copy> BeforeAfter<T> {
    /// The two sides of one thing, of which one at least is there.
    fn from_options(old: Option<T>, new: Option<T>) -> Option<BeforeAfter<T>> {
        match (old, new) {
            (Some(old), Some(new)) => Some(BeforeAfter::Both(old, new)),
            (Some(old), None) => Some(BeforeAfter::Removed(old)),
            (None, Some(new)) => Some(BeforeAfter::Added(new)),
            (None, None) => None,
        }
    }

    /// Something of the new side, where there is one, else of the old.
    pub(crate) fn map_newest<U>(self, old: impl FnOnce(T) -> U, new: impl FnOnce(T) -> U) -> U {
        match self {
            BeforeAfter::Removed(was) => old(was),
            BeforeAfter::Added(is) | BeforeAfter::Both(_, is) => new(is),
        }
    }

    /// What it was.
    pub fn was(self) -> Option<T> {
        match self {
            BeforeAfter::Removed(old) | BeforeAfter::Both(old, _) => Some(old),
            BeforeAfter::Added(_) => None,
        }
    }

    /// What it is.
    pub fn is(self) -> Option<T> {
        match self {
            BeforeAfter::Added(new) | BeforeAfter::Both(_, new) => Some(new),
            BeforeAfter::Removed(_) => None,
        }
    }
}

/// What one target will do.
struct Prediction {
    groups: Vec<GroupChange>,
    rules: Vec<RuleChange>,
    others: Vec<OtherChange>,
    tally: ResourceCounts,
}

/// The groups of two states, matched.
struct Matched<'s> {
    /// As the programs say.
    mapping: &'s GroupMapping,
    /// Those that look renamed: an old one, and a new one.
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

/// Adds what one more target does, so that each thing stands once.
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

/// The order of changes of rules: by the name of the group, then as outputs order rules, what goes
/// before what comes.
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
