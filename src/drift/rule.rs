//! The lists of a drift.

use crate::aws::Direction;
use crate::net::Traffic;
use ipnet::IpNet;

/// How what runs differs from what is written.
#[derive(Debug, Default)]
pub struct Drift {
    /// How many groups of the program run.
    pub groups: usize,
    /// How many rules they have in AWS.
    pub rules: usize,
    /// Rules that run and are not written, and that admit what no written rule does.
    pub opened: Vec<DriftedRule>,
    /// Rules that are written and do not run, and that admit what no running rule does.
    pub closed: Vec<DriftedRule>,
    /// What runs otherwise than it is written, and admits the same.
    pub otherwise: Vec<Difference>,
    /// Tiers whose groups are not found in AWS.
    pub missing: Vec<String>,
    /// Groups in the VPCs of the program that no tier has.
    pub unmanaged: Vec<UnmanagedGroup>,
}

impl Drift {
    /// Whether what runs is what is written.
    pub fn is_empty(&self) -> bool {
        let Drift {
            opened,
            closed,
            otherwise,
            missing,
            ..
        } = self;
        opened.is_empty() && closed.is_empty() && otherwise.is_empty() && missing.is_empty()
    }
}

/// A rule that runs and is not written, or the other way round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriftedRule {
    /// Its tier, or the id of a group that is made elsewhere.
    pub group: String,
    /// The id of its group, if it is known.
    pub group_id: Option<String>,
    /// The id of the rule, if it runs and the source has it.
    pub id: Option<String>,
    /// Inbound or outbound.
    pub direction: Direction,
    /// Its traffic.
    pub traffic: Traffic,
    /// Who is at the other end.
    pub peer: DriftedPeer,
    /// Its description.
    pub description: String,
    /// The sentence that would write it, if it runs.
    pub sentence: Option<String>,
    /// The assertions that do not hold with it, and the lints that report it.
    pub breaks: Vec<String>,
    /// Who made it, and when, if the events say so.
    pub event: Option<Event>,
}

/// Who asked AWS for a change, and when, as CloudTrail has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// `alice`, `arn:aws:sts::123456789012:assumed-role/Admin/alice`
    pub user: String,
    /// `2026-01-15T22:41:07Z`
    pub time: String,
}

impl DriftedRule {
    /// `inbound tcp 22 from 0.0.0.0/0`
    pub fn words(&self) -> String {
        rule_words(self.direction, self.traffic, &self.peer)
    }

    /// The command that revokes it, if it runs and its id is known.
    pub fn revoke_command(&self) -> Option<String> {
        let direction = match self.direction {
            Direction::Ingress => "ingress",
            Direction::Egress => "egress",
        };
        let (group, id) = (self.group_id.as_ref()?, self.id.as_ref()?);
        Some(format!(
            "aws ec2 revoke-security-group-{direction} --group-id {group} \
             --security-group-rule-ids {id}"
        ))
    }
}

/// The peer of a rule, by what identifies it in the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DriftedPeer {
    /// A block of addresses.
    Block(IpNet),
    /// The members of a tier.
    Tier(String),
    /// The members of another group: its id.
    Group(String),
    /// A prefix list: its id, or the name of one that AWS manages.
    PrefixList(String),
}

/// A rule without its group: `inbound tcp 22 from 0.0.0.0/0`
pub(super) fn rule_words(direction: Direction, traffic: Traffic, peer: &DriftedPeer) -> String {
    let word = match direction {
        Direction::Ingress => "from",
        Direction::Egress => "to",
    };
    format!("{} {traffic} {word} {}", direction.words(), peer.words())
}

impl DriftedPeer {
    /// The peer as reports write it.
    pub fn words(&self) -> String {
        match self {
            DriftedPeer::Block(block) => block.to_string(),
            DriftedPeer::Tier(name) | DriftedPeer::Group(name) | DriftedPeer::PrefixList(name) => {
                name.clone()
            }
        }
    }
}

/// Something that runs otherwise than it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The tier.
    pub group: String,
    /// The rule in words, or nothing where it is about the group.
    pub rule: Option<String>,
    /// The id of the rule or of the group.
    pub id: Option<String>,
    /// What differs: `description`, `tag team`, `rule`
    pub what: String,
    /// As it is written; nothing where it is not.
    pub written: Option<String>,
    /// As it runs; nothing where it does not.
    pub running: Option<String>,
}

/// A group that no tier has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnmanagedGroup {
    /// Its id.
    pub id: String,
    /// Its GroupName.
    pub name: String,
    /// Its VPC.
    pub vpc: String,
}
