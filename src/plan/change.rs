//! What becomes of a group, of a rule, of anything else that an output declares.

use super::before_after::BeforeAfter;
use crate::aws::{Direction, GroupId, ParameterId, PrefixListId, Rule, State};
use crate::net::Family;

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

impl RulePlace {
    /// The rule that stands there.
    pub fn rule_in(self, state: &State) -> &Rule {
        &state.group(self.group).rules[self.position as usize]
    }
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
    /// It goes and comes again, since its own group is replaced.
    WithGroup,
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
    /// The protection of a group that stays.
    Protection(BeforeAfter<GroupId>),
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

/// From how many parts of a hundred of a quota on a side is near it.
const NEAR: u64 = 80;

impl UseChange {
    /// Whether it will be so near to what AWS lets a group have, or beyond, that it is worth a
    /// line.
    pub fn is_near(&self) -> bool {
        u64::from(self.after.0) * 100 >= u64::from(self.after.1) * NEAR
    }

    /// Whether it was more than AWS lets a group have.
    pub fn was_over(&self) -> bool {
        self.before.0 > self.before.1
    }

    /// Whether it will be more.
    pub fn is_over(&self) -> bool {
        self.after.0 > self.after.1
    }
}
