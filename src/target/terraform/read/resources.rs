//! Resources, one after another.

use super::entries::{RulesEntry, group_labels, group_peer};
use super::references::References;
use super::values::{
    Association, Block, Group, OldRule, Planned, PrefixList, Rule, Tags, Texts, Vpc,
};
use crate::aws::Direction;
use crate::inventory::{
    self, BadRule, GroupEntry, Holder, Inventory, InventoryBuilder, ListEntry, Origin, PeerEntry,
    RuleEntry, SourceError, Value, Words, list_family, without_unique_suffix,
};
use crate::net::Family;
use crate::source::{FileId, Span};
use serde::Deserialize;
use std::borrow::Cow;

/// One instance of a resource.
pub(super) struct Resource<'r> {
    /// `module.shop["a"].aws_security_group.web[0]`
    pub(super) address: Cow<'r, str>,
    /// `module.shop["a"]`; empty in the root module.
    pub(super) module: &'r str,
    /// Whether it is a data source.
    pub(super) is_data: bool,
    /// `aws_security_group`
    pub(super) kind: &'r str,
    /// `web`
    pub(super) name: &'r str,
    /// `0`, `"a"`: as JSON writes it.
    pub(super) index: Option<&'r str>,
    /// Its attributes as JSON, a part of the document.
    pub(super) values: &'r str,
}

/// Reads resources.
#[derive(Debug)]
pub(super) struct ResourceReader<'t> {
    text: &'t str,
    builder: InventoryBuilder,
}

impl<'t> ResourceReader<'t> {
    /// A reader that has read nothing.
    pub(super) fn new(text: &'t str) -> ResourceReader<'t> {
        ResourceReader {
            text,
            builder: InventoryBuilder::new(),
        }
    }

    /// What was read.
    pub(super) fn finish(self) -> Inventory {
        self.builder.finish()
    }

    /// Reads a resource, if it is of a type that is read.
    pub(super) fn add(
        &mut self,
        resource: &Resource<'_>,
        references: &References,
    ) -> Result<(), SourceError> {
        let with = Context {
            resource,
            references,
        };
        match (resource.kind, resource.is_data) {
            ("aws_security_group" | "aws_default_security_group", false) => {
                self.add_group(&with, &values(resource)?);
            }
            ("aws_security_group_rule", false) => {
                self.add_old_rule(&with, &values(resource)?, &values(resource)?);
            }
            ("aws_vpc_security_group_ingress_rule", false) => {
                self.add_rule(&with, Direction::Ingress, &values(resource)?);
            }
            ("aws_vpc_security_group_egress_rule", false) => {
                self.add_rule(&with, Direction::Egress, &values(resource)?);
            }
            ("aws_ec2_managed_prefix_list", is_data) => {
                self.add_list(resource, &values(resource)?, !is_data);
            }
            ("aws_prefix_list", true) => self.add_list(resource, &values(resource)?, false),
            ("aws_vpc", _) => self.add_vpc(resource, &values(resource)?),
            ("aws_vpc_security_group_vpc_association", false) => {
                let association: Association<'_> = values(resource)?;
                let group = with.value(&association.security_group_id, "security_group_id");
                let vpc = with.value(&association.vpc_id, "vpc_id");
                let id = match (&group, &vpc) {
                    (Value::Known(group), Value::Known(vpc)) => Some(format!("{group},{vpc}")),
                    (_, _) => None,
                };
                let origin = self.origin(resource, id.as_deref(), Holder::OwnResource);
                self.builder.add_association(&group, &vpc, origin);
            }
            _ => {}
        }
        Ok(())
    }

    fn origin(&self, resource: &Resource<'_>, id: Option<&str>, holder: Holder) -> Origin {
        let start = resource.values.as_ptr() as usize - self.text.as_ptr() as usize;
        Origin {
            id: id.filter(|id| !id.is_empty()).map(Into::into),
            address: Some(resource.address.as_ref().into()),
            span: Some(Span {
                file: FileId(0),
                start: start as u32,
                end: (start + resource.values.len()) as u32,
            }),
            holder,
        }
    }

    fn add_group(&mut self, with: &Context<'_>, group: &Group<'_>) {
        let resource = with.resource;
        if let Some(account) = &group.owner_id {
            self.builder.set_account(account);
        }
        let keys = [group.id.as_deref(), Some(resource.address.as_ref())];
        let name_tag = group.tags.as_ref().and_then(|tags| tags.get("Name"));
        let name_tag = name_tag.and_then(|value| value.as_deref());
        let labels = group_labels(resource.module, resource.name, resource.index);
        let names = labels.iter().map(String::as_str);
        let names = names.chain(name_tag);
        let names = names.chain(group.name.as_deref().map(without_unique_suffix));

        self.builder.add_group(GroupEntry {
            keys: keys.into_iter().flatten().map(Cow::Borrowed).collect(),
            names: names.map(Cow::Borrowed).collect(),
            group_name: group.name.as_deref().map(Words::known),
            name_prefix: prefix(group.name_prefix.as_deref()).map(Words::known),
            description: group.description.as_deref().map(Words::known),
            vpc: Some(with.value(&group.vpc_id, "vpc_id")),
            tags: written_tags(&group.tags_all, &group.tags),
            origin: self.origin(resource, group.id.as_deref(), Holder::OwnResource),
        });

        self.add_state_facts(&resource.address, group);
        let key = group.id.as_deref().unwrap_or(&resource.address);
        let directions = [
            (Direction::Ingress, &group.ingress, "ingress"),
            (Direction::Egress, &group.egress, "egress"),
        ];
        for (direction, blocks, attribute) in directions {
            let origin = self.origin(resource, None, Holder::Inline);
            if blocks.is_none() && with.is_unknown(attribute) {
                self.builder
                    .reject_rule(origin.clone(), BadRule::UnknownPeer);
            }
            for block in blocks.iter().flatten().flatten() {
                if block.has_unknown_peers() {
                    self.builder
                        .reject_rule(origin.clone(), BadRule::UnknownPeer);
                    continue;
                }
                self.add_block(Value::known(key), direction, block, None, &origin, with);
            }
        }
    }

    /// Takes what a state says of a group beside what AWS has.
    fn add_state_facts(&mut self, address: &str, group: &Group<'_>) {
        let written = group.tags.as_ref();
        for (key, value) in group.tags_all.iter().flatten() {
            let is_written = written.is_some_and(|tags| tags.contains_key(key));
            if let (false, Some(value)) = (is_written, value) {
                self.builder.add_default_tag(key, value);
            }
        }
        if group.revoke_rules_on_delete == Some(true) {
            self.builder
                .add_local_attribute(address, "revoke_rules_on_delete");
        }
        if group.timeouts.is_some() {
            self.builder.add_local_attribute(address, "timeouts");
        }
    }

    fn add_old_rule(&mut self, with: &Context<'_>, rule: &OldRule<'_>, block: &Block<'_>) {
        let id = rule.security_group_rule_id.as_deref();
        let origin = self.origin(with.resource, id, Holder::OldResource);
        let direction = match rule.direction.as_deref() {
            Some("egress") => Direction::Egress,
            Some(_) | None => Direction::Ingress,
        };
        let group = with.value(&rule.security_group_id, "security_group_id");
        let source = with.planned(&rule.source_security_group_id, "source_security_group_id");
        self.add_block(group, direction, block, source, &origin, with);
    }

    /// Adds a rule for each peer of a block; `source` is one more.
    fn add_block(
        &mut self,
        group: Value<'_>,
        direction: Direction,
        block: &Block<'_>,
        source: Option<Value<'_>>,
        origin: &Origin,
        with: &Context<'_>,
    ) {
        let mut peers = Vec::new();
        for (texts, attribute, family) in [
            (&block.cidr_blocks, "cidr_blocks", Family::V4),
            (&block.ipv6_cidr_blocks, "ipv6_cidr_blocks", Family::V6),
        ] {
            if texts.is_none() && with.is_unknown(attribute) {
                let blocks = with.expression(attribute).into();
                peers.push(PeerEntry::Blocks(blocks, family));
            }
            let peer = |value| PeerEntry::Block(value, family);
            peers.extend(with.values(texts, attribute).into_iter().map(peer));
        }
        let lists = with.all_values(&block.prefix_list_ids, "prefix_list_ids");
        peers.extend(lists.into_iter().map(PeerEntry::PrefixList));
        let groups = with.all_values(&block.security_groups, "security_groups");
        peers.extend(groups.into_iter().chain(source).map(group_peer));
        if block.itself == Some(true) {
            peers.push(PeerEntry::Itself);
        }

        let description = block.description.as_deref();
        let rules = RulesEntry {
            group,
            direction,
            protocol: with.value(&block.protocol, "protocol"),
            from: with.port(block.from_port, "from_port"),
            to: with.port(block.to_port, "to_port"),
            peers,
            description: description.filter(|it| !it.is_empty()).map(Words::known),
        };
        rules.add_to(&mut self.builder, origin);
    }

    fn add_rule(&mut self, with: &Context<'_>, direction: Direction, rule: &Rule<'_>) {
        let peer = if let Some(block) = with.planned(&rule.cidr_ipv4, "cidr_ipv4") {
            PeerEntry::Block(block, Family::V4)
        } else if let Some(block) = with.planned(&rule.cidr_ipv6, "cidr_ipv6") {
            PeerEntry::Block(block, Family::V6)
        } else if let Some(list) = with.planned(&rule.prefix_list_id, "prefix_list_id") {
            PeerEntry::PrefixList(list)
        } else if let Some(group) = with.planned(
            &rule.referenced_security_group_id,
            "referenced_security_group_id",
        ) {
            group_peer(group)
        } else {
            let origin = self.origin(with.resource, None, Holder::OwnResource);
            return self.builder.reject_rule(origin, BadRule::NoPeer);
        };

        let id = rule.security_group_rule_id.as_deref();
        self.builder.add_rule(RuleEntry {
            group: with.value(&rule.security_group_id, "security_group_id"),
            direction,
            protocol: with.value(&rule.ip_protocol, "ip_protocol"),
            from: with.port(rule.from_port, "from_port"),
            to: with.port(rule.to_port, "to_port"),
            peer,
            description: rule.description.as_deref().map(Words::known),
            tags: written_tags(&rule.tags_all, &rule.tags),
            origin: self.origin(with.resource, id, Holder::OwnResource),
        });
    }

    fn add_list(&mut self, resource: &Resource<'_>, list: &PrefixList<'_>, is_made: bool) {
        let keys = [list.id.as_deref(), Some(resource.address.as_ref())];
        let entries = list.entry.as_ref().or(list.entries.as_ref());
        let blocks = entries.map(|entries| {
            let blocks = entries.iter().filter_map(|entry| entry.cidr.as_deref());
            let mut blocks: Vec<_> = blocks.filter_map(|block| block.parse().ok()).collect();
            blocks.sort_unstable();
            blocks
        });
        self.builder.add_list(ListEntry {
            keys: keys.into_iter().flatten().map(Cow::Borrowed).collect(),
            name: list.name.as_deref().unwrap_or(resource.name).into(),
            family: list_family(list.address_family.as_deref()),
            entries: list.max_entries,
            blocks,
            is_made,
            tags: written_tags(&list.tags_all, &None),
        });
    }

    fn add_vpc(&mut self, resource: &Resource<'_>, vpc: &Vpc<'_>) {
        let blocks = [&vpc.cidr_block, &vpc.ipv6_cidr_block];
        let blocks = blocks.into_iter().flatten();
        self.builder.add_vpc(inventory::Vpc {
            id: vpc.id.as_deref().unwrap_or_default().to_string(),
            name: Some(resource.name.to_string()),
            blocks: blocks.filter_map(|block| block.parse().ok()).collect(),
        });
    }
}

/// A resource, and what its configuration says of what is not known yet.
struct Context<'r> {
    resource: &'r Resource<'r>,
    references: &'r References,
}

impl Context<'_> {
    /// The value of an attribute, or what it refers to.
    fn value<'v>(&self, known: &'v Option<Cow<'_, str>>, attribute: &str) -> Value<'v> {
        match known {
            Some(text) => Value::known(text.as_ref()),
            None => self.unknown(attribute),
        }
    }

    /// The value of an attribute that can be none, or what it refers to.
    fn planned<'v>(&self, known: &'v Planned<Cow<'_, str>>, attribute: &str) -> Option<Value<'v>> {
        match known {
            Some(known) => known.as_deref().map(Value::known),
            None => self.is_unknown(attribute).then(|| self.unknown(attribute)),
        }
    }

    /// The known values of an attribute that is a list, and what stands for the others.
    fn values<'v>(&self, known: &'v Texts<'_>, attribute: &str) -> Vec<Value<'v>> {
        let known = known.iter().flatten().flatten();
        known.map(|text| self.value(text, attribute)).collect()
    }

    /// Likewise, with one value where the whole list is known only after the plan is applied.
    fn all_values<'v>(&self, known: &'v Texts<'_>, attribute: &str) -> Vec<Value<'v>> {
        match known {
            None if self.is_unknown(attribute) => vec![self.unknown(attribute)],
            _ => self.values(known, attribute),
        }
    }

    /// FromPort or ToPort, or what it refers to.
    fn port(&self, known: Planned<i64>, attribute: &str) -> Option<Value<'static>> {
        match known {
            Some(number) => number.map(|number| Value::known(number.to_string())),
            None => self.is_unknown(attribute).then(|| self.unknown(attribute)),
        }
    }

    /// Whether an attribute that the values do not have is known only after the plan is applied.
    fn is_unknown(&self, attribute: &str) -> bool {
        let address = &self.resource.address;
        self.references.sets_attribute(address, attribute)
    }

    /// What an attribute refers to that is known only after the plan is applied.
    fn unknown(&self, attribute: &str) -> Value<'static> {
        let reference = self.reference(attribute);
        reference.unwrap_or_else(|| Value::expression(self.expression(attribute)))
    }

    /// The attribute itself as an expression.
    fn expression(&self, attribute: &str) -> String {
        format!("{}.{attribute}", self.resource.address)
    }

    /// What an attribute refers to: a group or a list of the same document by its address, anything
    /// else as an expression.
    fn reference(&self, attribute: &str) -> Option<Value<'static>> {
        let Resource {
            address, module, ..
        } = self.resource;
        let found = self.references.resolve(address, module, attribute)?;
        let resource = found.strip_suffix(".id").filter(|address| {
            address.contains("aws_security_group.")
                || address.contains("aws_ec2_managed_prefix_list.")
        });
        Some(match resource {
            Some(resource) => Value::known(resource.to_string()),
            None => Value::expression(found),
        })
    }
}

/// The attributes of a resource.
fn values<'r, T: Deserialize<'r>>(resource: &Resource<'r>) -> Result<T, SourceError> {
    serde_json::from_str(resource.values).map_err(|error| SourceError {
        message: format!("`{}`: {error}", resource.address),
        place: None,
        file: None,
    })
}

/// The prefix of a generated name; the provider stores an empty one where the name is written.
fn prefix(prefix: Option<&str>) -> Option<&str> {
    prefix.filter(|prefix| !prefix.is_empty())
}

/// All tags that AWS has, those of the provider's `default_tags` included; those that are written
/// where the others are not known.
fn written_tags<'t>(all: &'t Tags<'_>, written: &'t Tags<'_>) -> Vec<(Cow<'t, str>, Words<'t>)> {
    let tags = all.iter().chain(written).next().into_iter().flatten();
    tags.map(|(key, value)| {
        let value = value.as_deref().unwrap_or_default();
        (Cow::Borrowed(key.as_ref()), Words::known(value))
    })
    .collect()
}
