//! The changes of groups, of rules, and of other resources.

use super::before_after::BeforeAfter;
use crate::aws::{Direction, GroupId, ParameterId, PrefixListId, Reference, Rule, State};
use crate::net::Family;

/// The change of a group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupChange {
    /// The outcome.
    pub outcome: GroupOutcome,
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

impl RulePlace {
    /// The rule at this position.
    pub fn rule_in(self, state: &State) -> &Rule {
        &state.group(self.group).rules[self.position as usize]
    }
}

/// The change of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleChange {
    /// Its positions.
    pub sides: BeforeAfter<RulePlace>,
    /// The outcome.
    pub outcome: RuleOutcome,
}

/// The change of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RuleOutcome {
    /// Deleted.
    Removed,
    /// Created.
    Added,
    /// Its description is updated in place, and with it its tags, if they change too.
    Text,
    /// Its tags change in place.
    Tagged,
    /// The default of its parameter changes: its peer is updated in place in a deployment that sets
    /// no value.
    Default,
    /// It references another group: the one that replaces the old one, or one with its name.
    Retargeted,
    /// Two rules take its place, each for half of the addresses, because CloudFormation would
    /// delete it beside a rule to a group.
    Halved,
    /// It takes the place of two rules, each for half of the addresses.
    Joined,
    /// Replaced, because its own group is replaced.
    WithGroup,
    /// Replaced, because the default of the parameter that is its own group changes, in a
    /// deployment that sets no value.
    OwnerDefault,
    /// Replaced, because the group or the list that it references changes.
    WithPeer,
    /// Replaced, because the default of its port changed, in a deployment that sets no value.
    PortDefault,
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
    /// A list that the output makes, which keeps its id as long as it has its name.
    MadeList(BeforeAfter<PrefixListId>),
    /// A VPC whose default group is locked: positions in [`State::locked_defaults`].
    Lock(BeforeAfter<usize>),
    /// The association of a group with another VPC.
    Association(BeforeAfter<Association>),
    /// A group that the members of a tier carry beside its own: nobody but who makes the members can
    /// attach it.
    Carried(BeforeAfter<CarriedGroup>),
    /// The output with the id of a group.
    Output(BeforeAfter<GroupId>),
    /// The output with the ids of all groups that the members of a group carry.
    ListOutput(BeforeAfter<GroupId>),
    /// The output with these ids for every tier.
    MapOutput(BeforeAfter<()>),
    /// The export of the output with the id of a group, which other stacks can import.
    Export(BeforeAfter<GroupId>),
    /// The export of the output with the ids of all groups.
    ListExport(BeforeAfter<GroupId>),
    /// The protection of a group that stays.
    Protection(BeforeAfter<GroupId>),
    /// The placeholder rule, which CloudFormation needs, in a group that is kept.
    Placeholder(BeforeAfter<GroupId>),
}

/// A group that the members of a tier carry beside its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CarriedGroup {
    /// The group of the tier.
    pub tier: GroupId,
    /// The other group.
    pub group: GroupId,
}

/// The association of a group with a VPC, by its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Association {
    /// The group.
    pub group: GroupId,
    /// Its position among those of the group.
    pub position: usize,
}

impl Association {
    /// The VPC.
    pub fn vpc_in(self, state: &State) -> &Reference {
        &state.group(self.group).associations[self.position]
    }
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

/// The percentage of the quota from which a direction is near it.
const NEAR: u64 = 80;

impl UseChange {
    /// Whether it will be near the quota or over it.
    pub fn is_near(&self) -> bool {
        u64::from(self.after.0) * 100 >= u64::from(self.after.1) * NEAR
    }

    /// Whether it was over the quota.
    pub fn was_over(&self) -> bool {
        self.before.0 > self.before.1
    }

    /// Whether it will be over the quota.
    pub fn is_over(&self) -> bool {
        self.after.0 > self.after.1
    }
}
