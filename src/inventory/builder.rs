//! Fills a state from what readers find.

use super::entry::{GroupEntry, ListEntry, ParameterEntry, PeerEntry, RuleEntry, Value, Words};
use super::origin::Origin;
use super::parameters::Parameters;
use super::problem::{BadRule, RejectedRule, Remark};
use super::slots::Slots;
use super::traffic::{End, read_traffic};
use super::vpc::Vpc;
use crate::aws::{
    Description, Descriptions, Direction, ParamKind, ParameterId, ParameterSource, Reference,
    SecurityGroup, TagsId, TemplateSource, Text, Wording,
};
use crate::net::{Family, Traffic};
use foldhash::HashMap;
use ipnet::IpNet;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Collects what a source holds; [`finish`](InventoryBuilder::finish) puts it in order.
///
/// Rules can be added before the groups that they name.
#[derive(Debug, Default)]
pub struct InventoryBuilder {
    /// What names groups.
    pub(super) groups: Slots,
    /// What names prefix lists.
    pub(super) lists: Slots,
    pub(super) made: Vec<FoundGroup>,
    pub(super) found_lists: Vec<FoundList>,
    /// Which of them a number names.
    pub(super) list_of_number: HashMap<u32, u32>,
    pub(super) rules: Vec<FoundRule>,
    pub(super) parameters: Parameters,
    pub(super) descriptions: Descriptions,
    pub(super) tags: Vec<Vec<(String, Text)>>,
    pub(super) vpcs: Vec<Vpc>,
    pub(super) made_vpcs: Vec<MadeVpc>,
    /// The number of what names a group, and another VPC.
    pub(super) associations: Vec<(u32, Reference)>,
    pub(super) association_origins: Vec<Origin>,
    /// The account that has the groups.
    pub(super) account: Option<String>,
    pub(super) default_tags: BTreeMap<String, String>,
    pub(super) local_attributes: BTreeMap<String, Vec<&'static str>>,
    pub(super) rejected: Vec<RejectedRule>,
    pub(super) remarks: Vec<Remark>,
}

/// A VPC whose id is the value of an expression.
#[derive(Debug)]
pub(super) struct MadeVpc {
    expression: String,
    name: Option<String>,
    blocks: Vec<IpNet>,
}

#[derive(Debug)]
pub(super) struct FoundGroup {
    /// The numbers of what names it.
    pub(super) slots: Vec<u32>,
    pub(super) names: Vec<String>,
    pub(super) group: SecurityGroup,
    pub(super) origin: Origin,
}

#[derive(Debug)]
pub(super) struct FoundList {
    pub(super) name: String,
    pub(super) family: Family,
    pub(super) entries: Option<u32>,
    pub(super) blocks: Option<Vec<IpNet>>,
    pub(super) is_made: bool,
    pub(super) tags: Vec<(String, Text)>,
}

#[derive(Debug)]
pub(super) struct FoundRule {
    /// The number of what names its group.
    pub(super) group: u32,
    pub(super) direction: Direction,
    pub(super) traffic: Traffic,
    pub(super) peer: FoundPeer,
    pub(super) description: Description,
    pub(super) tags: Option<TagsId>,
    pub(super) origin: Origin,
}

/// A peer by numbers of the builder.
#[derive(Debug, Clone, Copy)]
pub(super) enum FoundPeer {
    Block(IpNet),
    Parameter(u32),
    Group(u32),
    List(u32),
}

impl InventoryBuilder {
    /// An empty one.
    pub fn new() -> InventoryBuilder {
        InventoryBuilder::default()
    }

    /// Takes what a source says of an expression; before the expression is used.
    pub fn declare_parameter(&mut self, entry: ParameterEntry<'_>) {
        self.parameters.declare(entry);
    }

    /// Sets the account that has the groups; the first one counts.
    pub fn set_account(&mut self, account: &str) {
        self.account.get_or_insert_with(|| account.to_string());
    }

    /// Adds a VPC.
    pub fn add_vpc(&mut self, vpc: Vpc) {
        self.vpcs.push(vpc);
    }

    /// Adds a VPC that the source makes: its id is the value of an expression.
    pub fn add_made_vpc(&mut self, expression: &str, name: Option<&str>, blocks: Vec<IpNet>) {
        self.made_vpcs.push(MadeVpc {
            expression: expression.to_string(),
            name: name.map(str::to_string),
            blocks,
        });
    }

    /// The source of a value that a template imports under a name.
    pub fn import_source(&mut self, name: &Words<'_>) -> ParameterSource {
        ParameterSource {
            terraform: None,
            cloudformation: Some(TemplateSource::Import(self.text(name))),
        }
    }

    /// The VPCs, each with its id or the name of the parameter that has it; those whose id is an
    /// expression that nothing has a use for are left out.
    pub(super) fn take_vpcs(&mut self) -> Vec<Vpc> {
        let mut vpcs = std::mem::take(&mut self.vpcs);
        for made in std::mem::take(&mut self.made_vpcs) {
            if let Some(id) = self.parameters.used_name(&made.expression, ParamKind::Vpc) {
                let (name, blocks) = (made.name.or(Some(made.expression)), made.blocks);
                vpcs.push(Vpc { id, name, blocks });
            }
        }
        vpcs
    }

    /// Takes a tag that the deployment gives each resource by itself.
    pub fn add_default_tag(&mut self, key: &str, value: &str) {
        self.default_tags.insert(key.to_string(), value.to_string());
    }

    /// Takes an attribute of a group that AWS does not have.
    pub fn add_local_attribute(&mut self, address: &str, attribute: &'static str) {
        let attributes = self.local_attributes.entry(address.to_string());
        attributes.or_default().push(attribute);
    }

    /// Adds a remark.
    pub fn add_remark(&mut self, remark: Remark) {
        self.remarks.push(remark);
    }

    /// Adds a group.
    pub fn add_group(&mut self, entry: GroupEntry<'_>) {
        let slots = entry.keys.iter().map(|key| self.groups.of_key(key, None));
        let slots = slots.collect();
        let vpc = match entry.vpc {
            Some(Value::Known(id)) => Reference::Id(id.into_owned()),
            Some(Value::Expression(text)) => self.reference(&text, ParamKind::Vpc),
            None => Reference::default(),
        };
        let prefix = entry.name_prefix.as_ref();
        let group = SecurityGroup {
            vpc,
            group_name: entry.group_name.map(|name| self.text(&name)),
            has_own_prefix: prefix.is_some(),
            name_prefix: prefix.map_or_else(Text::default, |prefix| self.text(prefix)),
            description: entry
                .description
                .map_or_else(Text::default, |text| self.text(&text)),
            tags: self.tags(&entry.tags),
            ..SecurityGroup::default()
        };
        self.made.push(FoundGroup {
            slots,
            names: entry.names.iter().map(|name| name.to_string()).collect(),
            group,
            origin: entry.origin,
        });
    }

    /// Associates a group with another VPC than its own.
    pub fn add_association(&mut self, group: &Value<'_>, vpc: &Value<'_>, origin: Origin) {
        self.association_origins.push(origin);
        let vpc = match vpc {
            Value::Known(id) => Reference::Id(id.to_string()),
            Value::Expression(text) => self.reference(text, ParamKind::Vpc),
        };
        let number = self.groups.of_value(group, None);
        self.associations.push((number, vpc));
    }

    /// Adds a prefix list.
    pub fn add_list(&mut self, entry: ListEntry<'_>) {
        let found = FoundList {
            name: entry.name.to_string(),
            family: entry.family,
            entries: entry.entries,
            blocks: entry.blocks,
            is_made: entry.is_made,
            tags: self.tags(&entry.tags),
        };
        let position = self.found_lists.len() as u32;
        for key in &entry.keys {
            let number = self.lists.of_key(key, None);
            self.list_of_number.insert(number, position);
        }
        self.found_lists.push(found);
    }

    /// Adds a rule; one that AWS cannot have is among the rejected ones.
    pub fn add_rule(&mut self, entry: RuleEntry<'_>) {
        let origin = entry.origin.clone();
        if let Err(why) = self.try_add_rule(entry) {
            self.reject_rule(origin, why);
        }
    }

    /// Adds a rule, or says why AWS cannot have it.
    pub fn add_checked_rule(&mut self, entry: RuleEntry<'_>) -> Result<(), BadRule> {
        self.try_add_rule(entry)
    }

    /// Says that AWS cannot have a rule.
    pub fn reject_rule(&mut self, origin: Origin, why: BadRule) {
        self.rejected.push(RejectedRule { origin, why });
    }

    fn try_add_rule(&mut self, entry: RuleEntry<'_>) -> Result<(), BadRule> {
        let traffic = self.traffic(&entry)?;
        let peer = self.peer(&entry)?;
        let description = match &entry.description {
            None => Description::default(),
            Some(Words::Known(text)) => self.descriptions.push_description(|out| {
                out.extend_from_slice(Text::literal(text).view().stored().as_bytes());
                Wording::Written
            }),
            Some(words @ Words::Pieces(_)) => {
                let text = self.text(words);
                self.descriptions.push_description(|out| {
                    out.extend_from_slice(text.view().stored().as_bytes());
                    Wording::WithParameters
                })
            }
        };
        let tags = (!entry.tags.is_empty()).then(|| {
            let tags = self.tags(&entry.tags);
            self.tags.push(tags);
            TagsId::from_index(self.tags.len() - 1)
        });

        self.rules.push(FoundRule {
            group: self.groups.of_value(&entry.group, None),
            direction: entry.direction,
            traffic,
            peer,
            description,
            tags,
            origin: entry.origin,
        });
        Ok(())
    }

    fn traffic(&mut self, entry: &RuleEntry<'_>) -> Result<Traffic, BadRule> {
        let protocol = match &entry.protocol {
            Value::Known(protocol) => protocol,
            Value::Expression(text) => return Err(BadRule::UnknownProtocol(text.to_string())),
        };
        let [from, to] = [&entry.from, &entry.to].map(|end| {
            end.as_ref().map(|end| match end {
                Value::Known(text) => End::Written(text),
                Value::Expression(text) => {
                    End::Parameter(self.parameters.name(text, ParamKind::Port))
                }
            })
        });
        read_traffic(protocol, from, to)
    }

    fn peer(&mut self, entry: &RuleEntry<'_>) -> Result<FoundPeer, BadRule> {
        let kind = |family, single: ParamKind, other: ParamKind| match family {
            Family::V4 => single,
            Family::V6 => other,
        };
        Ok(match &entry.peer {
            PeerEntry::Block(Value::Known(written), _) => {
                FoundPeer::Block(self.block(written, &entry.origin)?)
            }
            PeerEntry::Block(Value::Expression(text), family) => {
                let kind = kind(*family, ParamKind::Cidr, ParamKind::CidrIpv6);
                FoundPeer::Parameter(self.parameters.number(text, kind))
            }
            PeerEntry::Blocks(text, family) => {
                let kind = kind(*family, ParamKind::CidrList, ParamKind::CidrIpv6List);
                FoundPeer::Parameter(self.parameters.number(text, kind))
            }
            PeerEntry::Group(group, account) => {
                FoundPeer::Group(self.groups.of_value(group, account.as_deref()))
            }
            PeerEntry::Itself => FoundPeer::Group(self.groups.of_value(&entry.group, None)),
            PeerEntry::PrefixList(list) => FoundPeer::List(self.lists.of_value(list, None)),
        })
    }

    /// A block as AWS stores it.
    fn block(&mut self, written: &str, origin: &Origin) -> Result<IpNet, BadRule> {
        let parsed: IpNet = written
            .parse()
            .map_err(|_| BadRule::Block(written.to_string()))?;
        let block = parsed.trunc();
        if block != parsed {
            self.remarks.push(Remark::HostBits {
                origin: origin.clone(),
                written: written.to_string(),
                block,
            });
        }
        Ok(block)
    }

    fn reference(&mut self, expression: &str, kind: ParamKind) -> Reference {
        Reference::Parameter(ParameterId(self.parameters.number(expression, kind)))
    }

    fn text(&mut self, words: &Words<'_>) -> Text {
        match words {
            Words::Known(text) => Text::literal(text),
            Words::Pieces(pieces) => {
                let mut text = Text::default();
                for piece in pieces {
                    match piece {
                        Value::Known(known) => text.push_literal(known),
                        Value::Expression(expression) => {
                            let name = self.parameters.name(expression, ParamKind::String);
                            text.push_parameter(&name);
                        }
                    }
                }
                text
            }
        }
    }

    /// Tags by key.
    fn tags(&mut self, written: &[(Cow<'_, str>, Words<'_>)]) -> Vec<(String, Text)> {
        let tags = written.iter();
        let mut tags: Vec<(String, Text)> = tags
            .map(|(key, value)| (key.to_string(), self.text(value)))
            .collect();
        tags.sort_by(|(one, _), (other, _)| one.cmp(other));
        tags
    }
}
