//! Security groups and their rules.

use super::{Description, ForeignGroupId, ParameterId, PrefixListId, Reference, Text};
use crate::net::Traffic;
use ipnet::IpNet;
use std::num::NonZeroU32;

/// A group: its position in [`State::groups`](super::State::groups).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupId(pub u32);

impl GroupId {
    /// As an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One security group.
#[derive(Debug, Default)]
pub struct SecurityGroup {
    /// Its name in the program: that of its tier; for a foreign group, its id or its parameter.
    pub name: String,
    /// The foreign group that it is, if it is made elsewhere; then the state has only rules for it.
    pub made_elsewhere: Option<ForeignGroupId>,
    /// Its earlier names, newest first.
    pub was: Vec<String>,
    /// The VPC that it is made in.
    pub vpc: Reference,
    /// The VPCs that it is associated with, sorted.
    pub associations: Vec<Reference>,
    /// GroupName, if the program sets one.
    pub group_name: Option<Text>,
    /// The prefix of a generated GroupName.
    pub name_prefix: Text,
    /// Whether the program sets that prefix.
    pub has_own_prefix: bool,
    /// The name under which other stacks can import its id, if the program sets one.
    pub export: Option<Text>,
    /// Whether no deployment may delete it.
    pub protect: bool,
    /// GroupDescription; empty if the program sets none: each target has a default.
    pub description: Text,
    /// Its tags, by key.
    pub tags: Vec<(String, Text)>,
    /// Its rules, by key: inbound first.
    pub rules: Vec<Rule>,
    /// The other groups that its members carry, sorted.
    pub also: Vec<GroupId>,
    /// Whether its outbound rules are the default rules of a new group, and not from the program.
    pub has_default_egress: bool,
}

impl SecurityGroup {
    /// The VPC that it is made in, and those that it is associated with.
    pub fn vpcs(&self) -> impl Iterator<Item = &Reference> {
        std::iter::once(&self.vpc).chain(&self.associations)
    }

    /// Its oldest name.
    pub fn oldest_name(&self) -> &str {
        self.was.last().unwrap_or(&self.name)
    }

    /// Whether CloudFormation writes a rule as its two halves: an outbound one for all traffic to
    /// everywhere, in a group with a rule to a group of the state.
    pub fn may_be_halved(&self, key: &RuleKey) -> bool {
        let Peer::Block(block) = key.peer else {
            return false;
        };
        let names_group = |rule: &Rule| matches!(rule.key.peer, Peer::Group(_));
        key.direction == Direction::Egress
            && key.traffic == Traffic::All
            && block.prefix_len() == 0
            && self.made_elsewhere.is_none()
            && self.rules_in(Direction::Egress).iter().any(names_group)
    }

    /// Its rules in one direction, in order.
    pub fn rules_in(&self, direction: Direction) -> &[Rule] {
        let inbound = self
            .rules
            .partition_point(|rule| rule.key.direction == Direction::Ingress);
        match direction {
            Direction::Ingress => &self.rules[..inbound],
            Direction::Egress => &self.rules[inbound..],
        }
    }
}

/// The direction of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// What the members accept.
    Ingress,
    /// What the members may send.
    Egress,
}

impl Direction {
    /// Both, in the order of outputs.
    pub const ALL: [Direction; 2] = [Direction::Ingress, Direction::Egress];

    /// The other one.
    pub fn opposite(self) -> Direction {
        match self {
            Direction::Ingress => Direction::Egress,
            Direction::Egress => Direction::Ingress,
        }
    }

    /// `inbound`, `outbound`: as tables and JSON write it.
    pub fn words(self) -> &'static str {
        match self {
            Direction::Ingress => "inbound",
            Direction::Egress => "outbound",
        }
    }
}

/// One rule of a group.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Its identity in AWS.
    pub key: RuleKey,
    /// Its description, for [`State::description`](super::State::description).
    pub description: Description,
    /// Its tags, for [`State::tags`](super::State::tags); most rules have none.
    pub tags: Option<TagsId>,
    /// Whether it lived before the program made it: its description and tags are those of the
    /// [ledger](crate::ledger).
    pub is_adopted: bool,
}

/// The tags of a rule: their position in [`State::rule_tags`](super::State::rule_tags), from 1, so
/// that `None` takes no space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TagsId(NonZeroU32);

impl TagsId {
    /// The tags at an index.
    pub(crate) fn from_index(index: usize) -> TagsId {
        let position = u32::try_from(index + 1).ok().and_then(NonZeroU32::new);
        TagsId(position.expect("there are fewer lists of tags than sentences"))
    }

    /// As an index.
    pub fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// The identity of a rule within its group: AWS rejects a second rule with the same key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleKey {
    /// Inbound or outbound.
    pub direction: Direction,
    /// The traffic.
    pub traffic: Traffic,
    /// The peer: source of an inbound rule, destination of an outbound rule.
    pub peer: Peer,
}

/// The peer of a rule.
///
/// The order of the variants is the order of the rules in an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Peer {
    /// A block of addresses.
    Block(IpNet),
    /// A managed prefix list.
    PrefixList(PrefixListId),
    /// A block that is set at deployment.
    Parameter(ParameterId),
    /// The members of a group of this state.
    Group(GroupId),
    /// The members of a security group that is managed elsewhere.
    ForeignGroup(ForeignGroupId),
}
