//! The properties of groups and of rules.

use super::expression::{Expression, References};
use super::halves::written_keys;
use super::resources::{DEFAULT_DESCRIPTION, has_placeholder, is_separate};
use crate::aws::{Direction, GroupId, Peer, Rule, SecurityGroup, Wording};
use crate::net::{AwsPort, Family, Protocol, Traffic, push_block};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

pub(super) struct GroupBody<'t, 's> {
    pub(super) references: &'t References<'s>,
    pub(super) group: &'t SecurityGroup,
}

impl Serialize for GroupBody<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let GroupBody { references, group } = self;
        let mut map = serializer.serialize_map(None)?;

        if let Some(name) = &group.group_name {
            map.serialize_entry("GroupName", &references.text(name.view()))?;
        }

        let description = match group.description.is_empty() {
            true => Expression::Text(DEFAULT_DESCRIPTION),
            false => references.text(group.description.view()),
        };
        map.serialize_entry("GroupDescription", &description)?;
        map.serialize_entry("VpcId", &references.reference(&group.vpc))?;

        let inline = |direction| Inline {
            references,
            group,
            rules: group.rules_in(direction),
        };
        let ingress = inline(Direction::Ingress);

        if ingress.rules().next().is_some() {
            map.serialize_entry("SecurityGroupIngress", &ingress)?;
        }

        if has_placeholder(group) {
            map.serialize_entry("SecurityGroupEgress", &[Nothing::RULE])?;
        } else {
            map.serialize_entry("SecurityGroupEgress", &inline(Direction::Egress))?;
        }

        let tags = references.tags(&group.tags);

        if !tags.is_empty() {
            map.serialize_entry("Tags", &tags)?;
        }

        map.end()
    }
}

/// The rule that admits nothing: an ICMP type that does not exist, to an address that no packet is
/// sent to. Without any outbound rule CloudFormation leaves AWS's allow-all rule on the group
/// (CloudFormation user guide, AWS::EC2::SecurityGroup, SecurityGroupEgress).
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Nothing {
    ip_protocol: &'static str,
    from_port: i32,
    to_port: i32,
    cidr_ip: &'static str,
    description: &'static str,
}

impl Nothing {
    const RULE: Nothing = Nothing {
        ip_protocol: "icmp",
        from_port: 252,
        to_port: 86,
        cidr_ip: "255.255.255.255/32",
        description: "no outbound traffic",
    };
}

/// The inline rules of one direction.
struct Inline<'t, 's> {
    pub(super) references: &'t References<'s>,
    pub(super) group: &'t SecurityGroup,
    rules: &'t [Rule],
}

impl<'t> Inline<'t, '_> {
    fn rules(&self) -> impl Iterator<Item = &'t Rule> {
        let rules = self.rules.iter();
        rules.filter(|rule| !is_separate(self.group, &rule.key))
    }

    /// What stands for the rules: some have two halves instead.
    fn written(&self) -> impl Iterator<Item = Rule> {
        self.rules().flat_map(|rule| {
            let keys = written_keys(self.group, rule).into_iter().flatten();
            keys.map(move |key| Rule { key, ..*rule })
        })
    }

    /// Whether halves stand for some rule: then one that the program writes itself may belong
    /// between them.
    fn has_halves(&self) -> bool {
        let mut everything = self
            .rules()
            .take_while(|rule| rule.key.traffic == Traffic::All);
        everything.any(|rule| written_keys(self.group, rule) != [Some(rule.key), None])
    }
}

impl Serialize for Inline<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        let mut write = |rule: &Rule| {
            list.serialize_element(&RuleBody {
                references: self.references,
                group: None,
                rule,
            })
        };

        if self.has_halves() {
            let mut rules: Vec<Rule> = self.written().collect();
            rules.sort_by_key(|rule| rule.key);
            rules.iter().try_for_each(&mut write)?;
        } else {
            self.rules().try_for_each(&mut write)?;
        }
        list.end()
    }
}

/// The properties of a rule; with its group where it is a resource of its own.
pub(super) struct RuleBody<'t, 's> {
    pub(super) references: &'t References<'s>,
    pub(super) group: Option<GroupId>,
    pub(super) rule: &'t Rule,
}

impl Serialize for RuleBody<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let RuleBody {
            references, rule, ..
        } = self;
        let traffic = rule.key.traffic;
        let mut map = serializer.serialize_map(None)?;

        if let Some(group) = self.group {
            map.serialize_entry("GroupId", &references.group_reference(group))?;
        }

        match traffic.protocol() {
            Protocol::Tcp => map.serialize_entry("IpProtocol", "tcp")?,
            Protocol::Udp => map.serialize_entry("IpProtocol", "udp")?,
            other @ (Protocol::All | Protocol::Icmp | Protocol::Icmpv6 | Protocol::Number(_)) => {
                map.serialize_entry("IpProtocol", &other.to_string())?;
            }
        }

        if let Some((from, to)) = traffic.aws_ports()
            && traffic != Traffic::Icmpv6(None)
        {
            for (key, port) in [("FromPort", from), ("ToPort", to)] {
                match port {
                    AwsPort::Number(port) => map.serialize_entry(key, &port)?,
                    AwsPort::Parameter(name) => {
                        map.serialize_entry(key, &references.named_parameter(name))?;
                    }
                }
            }
        }

        self.serialize_peer(&mut map)?;
        if !rule.description.is_empty() {
            match rule.description.wording {
                Wording::Made => {
                    map.serialize_entry("Description", references.state.stored_description(rule))?;
                }
                Wording::Written => {
                    let text = Expression::known(references.state.stored_description(rule));
                    map.serialize_entry("Description", &text)?;
                }
                Wording::WithParameters => {
                    let text = references.text(references.state.description(rule));
                    map.serialize_entry("Description", &text)?;
                }
            }
        }

        map.end()
    }
}

impl RuleBody<'_, '_> {
    fn serialize_peer<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let (references, key) = (self.references, &self.rule.key);
        let (group, list) = match key.direction {
            Direction::Ingress => ("SourceSecurityGroupId", "SourcePrefixListId"),
            Direction::Egress => ("DestinationSecurityGroupId", "DestinationPrefixListId"),
        };

        match key.peer {
            Peer::Block(block) => {
                let text = &mut references.spare.borrow_mut().0;
                text.clear();
                push_block(text, &block);
                map.serialize_entry(cidr_property(Family::of_block(&block)), text)
            }
            Peer::Parameter(id) => map.serialize_entry(
                cidr_property(references.state.parameter(id).kind.family()),
                &references.parameter_reference(id),
            ),
            Peer::Group(id) => map.serialize_entry(group, &references.group_reference(id)),
            Peer::PrefixList(id) => map.serialize_entry(list, &references.list_reference(id)),
            Peer::ForeignGroup(id) => {
                let foreign = references.state.foreign_group(id);
                map.serialize_entry(group, &references.reference(&foreign.reference))?;
                match &foreign.account {
                    Some(account) => map.serialize_entry("SourceSecurityGroupOwnerId", account),
                    None => Ok(()),
                }
            }
        }
    }
}

fn cidr_property(family: Family) -> &'static str {
    match family {
        Family::V4 => "CidrIp",
        Family::V6 => "CidrIpv6",
    }
}
