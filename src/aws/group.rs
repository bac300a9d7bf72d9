//! Security groups and their rules.

use super::{Description, ForeignGroupId, ParameterId, PrefixListId, Reference};
use crate::net::Traffic;
use ipnet::IpNet;

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
    /// What the program calls it: the name of its tier.
    pub name: String,
    /// Its earlier names, newest first.
    pub was: Vec<String>,
    /// Its VPC.
    pub vpc: Reference,
    /// GroupName, where the program gives one.
    pub group_name: Option<String>,
    /// What a made-up GroupName starts with.
    pub name_prefix: String,
    /// The name under which other stacks can import its id, if the program gives one.
    pub export: Option<String>,
    /// Whether no deployment may delete it.
    pub protect: bool,
    /// GroupDescription; empty where the program gives none, and its target takes one of its own.
    pub description: String,
    /// Its tags, by key.
    pub tags: Vec<(String, String)>,
    /// Its rules, by key: inbound first.
    pub rules: Vec<Rule>,
    /// Whether its outbound rules are those that AWS gives to every new group, which nobody wrote.
    pub has_default_egress: bool,
}

impl SecurityGroup {
    /// The first name that it ever had.
    pub fn oldest_name(&self) -> &str {
        self.was.last().unwrap_or(&self.name)
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

/// Which way the traffic of a rule goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// What the members accept.
    Ingress,
    /// What the members may send.
    Egress,
}

impl Direction {
    /// Both, as outputs order them.
    pub const ALL: [Direction; 2] = [Direction::Ingress, Direction::Egress];

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
    /// What AWS tells it by.
    pub key: RuleKey,
    /// Where its description stands: [`State::description`](super::State::description).
    pub description: Description,
}

/// The identity of a rule within its group: AWS refuses a second rule that agrees in all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleKey {
    /// Inbound or outbound.
    pub direction: Direction,
    /// What passes.
    pub traffic: Traffic,
    /// From or to whom.
    pub peer: Peer,
}

/// The other end of a rule.
///
/// The order of the variants is the order of the rules in an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Peer {
    /// A block of addresses.
    Block(IpNet),
    /// A managed prefix list.
    PrefixList(PrefixListId),
    /// A block that is not known yet.
    Parameter(ParameterId),
    /// The members of a group of this state.
    Group(GroupId),
    /// The members of a security group that is managed elsewhere.
    ForeignGroup(ForeignGroupId),
}
