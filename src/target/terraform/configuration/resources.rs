//! Resources, one after another.

use super::super::read::entries::{DEFAULT_DESCRIPTION, RulesEntry, group_labels, group_peer};
use super::evaluator::Evaluator;
use super::fields::{Fields, block_peer};
use super::load::ResourceName;
use super::scope::{Tried, fail};
use super::value::{InstanceKey, UnknownKind, Val};
use crate::aws::Direction;
use crate::inventory::{
    self, BadRule, GroupEntry, Holder, InventoryBuilder, ListEntry, Origin, PeerEntry, Remark,
    RuleEntry, Value, Words, list_family,
};
use crate::net::Family;
use ipnet::IpNet;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Attributes of a block that have peers.
const PEERS: [&str; 5] = [
    "cidr_blocks",
    "ipv6_cidr_blocks",
    "prefix_list_ids",
    "security_groups",
    "self",
];

/// One instance of a resource.
pub(super) struct Resource<'t> {
    pub(super) module: usize,
    pub(super) name: ResourceName<'t>,
    pub(super) key: InstanceKey,
    pub(super) address: String,
    pub(super) fields: Fields<'t>,
}

/// What is added to another resource: the address of it, and what.
type Additions = BTreeMap<String, Vec<Option<IpNet>>>;

/// Reads resources.
pub(super) struct ResourceReader<'e, 't> {
    pub(super) evaluator: &'e Evaluator<'t>,
    pub(super) builder: InventoryBuilder,
    /// Entries of prefix lists, by the address of the list.
    entries: Additions,
    /// More blocks of VPCs, by the expression of their id.
    blocks: Additions,
}

impl<'e, 't> ResourceReader<'e, 't> {
    /// A reader that has read nothing.
    pub(super) fn new(evaluator: &'e Evaluator<'t>) -> ResourceReader<'e, 't> {
        ResourceReader {
            evaluator,
            builder: InventoryBuilder::new(),
            entries: BTreeMap::new(),
            blocks: BTreeMap::new(),
        }
    }

    fn origin(&self, resource: &Resource<'t>, at: &Fields<'t>, holder: Holder) -> Origin {
        Origin {
            id: None,
            address: Some(resource.address.as_str().into()),
            span: Some(at.span()),
            holder,
        }
    }

    /// Remembers what a resource adds to another one.
    pub(super) fn note_addition(&mut self, resource: &Resource<'t>) -> Tried<()> {
        let evaluator = self.evaluator;
        let (owner, block) = match resource.name.0 {
            "aws_ec2_managed_prefix_list_entry" => ("prefix_list_id", "cidr"),
            "aws_vpc_ipv4_cidr_block_association" => ("vpc_id", "cidr_block"),
            "aws_vpc_ipv6_cidr_block_association" => ("vpc_id", "ipv6_cidr_block"),
            _ => return Ok(()),
        };
        let (owner, _) = evaluator.field(&resource.fields, owner)?;
        let (block, _) = evaluator.field(&resource.fields, block)?;
        let Val::Unknown(owner) = owner else {
            return Ok(());
        };
        let block = block.as_text().and_then(|block| block.parse().ok());
        match &owner.kind {
            UnknownKind::Id(address) => {
                self.entries
                    .entry(address.to_string())
                    .or_default()
                    .push(block);
            }
            _ => self
                .blocks
                .entry(owner.text.to_string())
                .or_default()
                .push(block),
        }
        Ok(())
    }

    pub(super) fn add(&mut self, resource: &Resource<'t>) -> Tried<()> {
        match resource.name.0 {
            "aws_security_group" | "aws_default_security_group" => self.add_group(resource),
            "aws_security_group_rule" => self.add_old_rule(resource),
            "aws_vpc_security_group_ingress_rule" => self.add_rule(resource, Direction::Ingress),
            "aws_vpc_security_group_egress_rule" => self.add_rule(resource, Direction::Egress),
            "aws_vpc_security_group_vpc_association" => self.add_association(resource),
            "aws_ec2_managed_prefix_list" => self.add_list(resource),
            "aws_vpc" => self.add_vpc(resource),
            _ => Ok(()),
        }
    }

    fn add_group(&mut self, resource: &Resource<'t>) -> Tried<()> {
        let (evaluator, fields) = (self.evaluator, &resource.fields);
        let is_default = resource.name.0 == "aws_default_security_group";
        let name = match is_default {
            true => Some(Words::known("default")),
            false => evaluator.field_words(fields, "name")?,
        };
        let description = match is_default {
            true => Words::known("default VPC security group"),
            false => evaluator
                .field_words(fields, "description")?
                .unwrap_or_else(|| Words::known(DEFAULT_DESCRIPTION)),
        };
        let vpc = evaluator.field_value(fields, "vpc_id")?;
        let vpc = vpc.unwrap_or_else(|| Value::expression(format!("{}.vpc_id", resource.address)));
        let tags = self.tags(resource)?;
        let mut names = group_labels(
            &evaluator.module(resource.module).address,
            resource.name.1,
            index_text(&resource.key).as_deref(),
        );
        let name_tag = tags
            .iter()
            .find(|(key, _)| key == "Name")
            .map(|(_, value)| value);
        names.extend(name_tag.into_iter().chain(&name).filter_map(known_words));

        self.builder.add_group(GroupEntry {
            keys: vec![resource.address.as_str().into()],
            names: names.into_iter().map(Cow::Owned).collect(),
            group_name: name,
            name_prefix: evaluator.field_words(fields, "name_prefix")?,
            description: Some(description),
            vpc: Some(vpc),
            tags,
            origin: self.origin(resource, fields, Holder::OwnResource),
        });
        let directions = [
            (Direction::Ingress, "ingress"),
            (Direction::Egress, "egress"),
        ];
        for (direction, name) in directions {
            for block in evaluator.blocks(fields, name)? {
                let origin = self.origin(resource, &block, Holder::Inline);
                if !self.has_peers(&block)? {
                    self.builder.reject_rule(origin, BadRule::NoPeer);
                    continue;
                }
                let rules = RulesEntry {
                    description: evaluator
                        .field_words(&block, "description")?
                        .filter(|it| *it != Words::known("")),
                    ..self.rules(&block, Value::known(resource.address.clone()), direction)?
                };
                rules.add_to(&mut self.builder, &origin);
            }
        }
        Ok(())
    }

    /// The rules of a block, or of an old resource, without their description.
    fn rules(
        &self,
        block: &Fields<'t>,
        group: Value<'static>,
        direction: Direction,
    ) -> Tried<RulesEntry<'static>> {
        let evaluator = self.evaluator;
        let mut peers = evaluator.field_blocks(block, "cidr_blocks", Family::V4)?;
        peers.extend(evaluator.field_blocks(block, "ipv6_cidr_blocks", Family::V6)?);
        let lists = evaluator.field_ids(block, "prefix_list_ids")?;
        peers.extend(lists.into_iter().map(PeerEntry::PrefixList));
        let groups = evaluator.field_ids(block, "security_groups")?;
        let source = evaluator.field_value(block, "source_security_group_id")?;
        peers.extend(groups.into_iter().chain(source).map(group_peer));
        if evaluator.field_known(block, "self")?.as_bool() == Some(true) {
            peers.push(PeerEntry::Itself);
        }
        Ok(RulesEntry {
            group,
            direction,
            protocol: self.protocol(block, "protocol")?,
            from: evaluator.field_value(block, "from_port")?,
            to: evaluator.field_value(block, "to_port")?,
            peers,
            description: None,
        })
    }

    /// Whether a block has an attribute for peers; an empty list of them is one.
    fn has_peers(&self, block: &Fields<'t>) -> Tried<bool> {
        for name in PEERS {
            if !matches!(self.evaluator.field(block, name)?.0, Val::Null) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A protocol, which no parameter can be.
    fn protocol(&self, fields: &Fields<'t>, name: &str) -> Tried<Value<'static>> {
        let value = self.evaluator.field_known(fields, name)?;
        match value.as_text() {
            Some(text) => Ok(Value::known(text.to_string())),
            None => self.required(fields, name),
        }
    }

    fn required(&self, fields: &Fields<'t>, name: &str) -> Tried<Value<'static>> {
        match self.evaluator.field_value(fields, name)? {
            Some(value) => Ok(value),
            None => fail(fields.span(), format!("`{name}` is missing")),
        }
    }

    fn add_old_rule(&mut self, resource: &Resource<'t>) -> Tried<()> {
        let fields = &resource.fields;
        let direction = self.evaluator.field_known(fields, "type")?;
        let direction = match direction.as_text().as_deref() {
            Some("ingress") => Direction::Ingress,
            Some("egress") => Direction::Egress,
            _ => return fail(fields.span(), "`type` is neither `ingress` nor `egress`"),
        };
        let group = self.required(fields, "security_group_id")?;
        let rules = RulesEntry {
            description: self.evaluator.field_words(fields, "description")?,
            ..self.rules(fields, group, direction)?
        };
        let origin = self.origin(resource, fields, Holder::OldResource);
        match rules.peers.is_empty() {
            true => self.builder.reject_rule(origin, BadRule::NoPeer),
            false => rules.add_to(&mut self.builder, &origin),
        }
        Ok(())
    }

    fn add_rule(&mut self, resource: &Resource<'t>, direction: Direction) -> Tried<()> {
        let (evaluator, fields) = (self.evaluator, &resource.fields);
        let mut peers = Vec::new();
        for (name, family) in [("cidr_ipv4", Family::V4), ("cidr_ipv6", Family::V6)] {
            let (value, at) = evaluator.field(fields, name)?;
            match (&value, block_peer(&value, family)) {
                (Val::Null, _) => {}
                (_, Some(peer)) => peers.push(peer),
                (_, None) => {
                    return fail(
                        at,
                        format!("`{name}`: expected a text, found {}", value.describe()),
                    );
                }
            }
        }
        let list = evaluator.field_value(fields, "prefix_list_id")?;
        peers.extend(list.map(PeerEntry::PrefixList));
        let group = evaluator.field_value(fields, "referenced_security_group_id")?;
        peers.extend(group.map(group_peer));

        let origin = self.origin(resource, fields, Holder::OwnResource);
        let peer = match (peers.pop(), peers.is_empty()) {
            (Some(peer), true) => peer,
            (None, _) => {
                self.builder.reject_rule(origin, BadRule::NoPeer);
                return Ok(());
            }
            (Some(_), false) => {
                return fail(fields.span(), "a rule has one peer, and here are several");
            }
        };
        let rule = RuleEntry {
            group: self.required(fields, "security_group_id")?,
            direction,
            protocol: self.protocol(fields, "ip_protocol")?,
            from: evaluator.field_value(fields, "from_port")?,
            to: evaluator.field_value(fields, "to_port")?,
            peer,
            description: evaluator.field_words(fields, "description")?,
            tags: self.tags(resource)?,
            origin,
        };
        self.builder.add_rule(rule);
        Ok(())
    }

    fn add_association(&mut self, resource: &Resource<'t>) -> Tried<()> {
        let group = self.required(&resource.fields, "security_group_id")?;
        let vpc = self.required(&resource.fields, "vpc_id")?;
        let origin = self.origin(resource, &resource.fields, Holder::OwnResource);
        self.builder.add_association(&group, &vpc, origin);
        Ok(())
    }

    /// A list is known if all of its entries are.
    fn add_list(&mut self, resource: &Resource<'t>) -> Tried<()> {
        let (evaluator, fields) = (self.evaluator, &resource.fields);
        let mut blocks = self.entries.remove(&resource.address).unwrap_or_default();
        for entry in evaluator.blocks(fields, "entry")? {
            let (block, _) = evaluator.field(&entry, "cidr")?;
            blocks.push(block.as_text().and_then(|block| block.parse().ok()));
        }
        let (name, _) = evaluator.field(fields, "name")?;
        let (family, _) = evaluator.field(fields, "address_family")?;
        let (size, _) = evaluator.field(fields, "max_entries")?;
        let blocks: Option<Vec<IpNet>> = blocks.into_iter().collect();
        let (Some(mut blocks), Some(family)) = (blocks, family.as_text()) else {
            return Ok(());
        };
        blocks.sort_unstable();
        blocks.dedup();
        let name = name.as_text().unwrap_or_else(|| resource.name.1.into());
        let tags = self.tags(resource)?;
        self.builder.add_list(ListEntry {
            keys: vec![resource.address.as_str().into()],
            name: name.to_string().into(),
            family: list_family(Some(&family)),
            entries: size.as_number().map(|size| size as u32),
            blocks: Some(blocks),
            is_made: true,
            tags,
        });
        Ok(())
    }

    pub(super) fn add_managed_list(&mut self, address: String, name: String) {
        self.builder.add_list(ListEntry {
            keys: vec![address.into()],
            name: name.into(),
            family: Family::V4,
            entries: None,
            blocks: None,
            is_made: false,
            tags: Vec::new(),
        });
    }

    /// A VPC has blocks here only if all of them are known.
    fn add_vpc(&mut self, resource: &Resource<'t>) -> Tried<()> {
        let (evaluator, fields) = (self.evaluator, &resource.fields);
        let id = format!("{}.id", resource.address);
        let mut blocks = self.blocks.remove(&id).unwrap_or_default();
        let (block, _) = evaluator.field(fields, "cidr_block")?;
        blocks.insert(0, block.as_text().and_then(|block| block.parse().ok()));
        for unknown in [
            "assign_generated_ipv6_cidr_block",
            "ipv6_ipam_pool_id",
            "ipv6_cidr_block",
        ] {
            let (value, _) = evaluator.field(fields, unknown)?;
            if !matches!(value, Val::Null | Val::Bool(false)) {
                blocks.push(None);
            }
        }
        let blocks: Option<Vec<IpNet>> = blocks.into_iter().collect();
        self.builder.add_vpc(inventory::Vpc {
            id,
            name: Some(resource.name.1.to_string()),
            blocks: blocks.unwrap_or_default(),
        });
        Ok(())
    }

    /// The tags of a resource, with those that its provider adds to all (AWS provider,
    /// "default_tags Configuration Block").
    fn tags(&mut self, resource: &Resource<'t>) -> Tried<Vec<(Cow<'static, str>, Words<'static>)>> {
        let evaluator = self.evaluator;
        let mut tags = BTreeMap::new();
        let defaults = evaluator.provider_of(&resource.fields);
        let sources = [
            defaults.map(|fields| (fields, true)),
            Some((resource.fields.clone(), false)),
        ];
        for (fields, is_default) in sources.into_iter().flatten() {
            let all = match is_default {
                true => evaluator.blocks(&fields, "default_tags")?,
                false => vec![fields],
            };
            for fields in all {
                match evaluator.field_tags(&fields, "tags")? {
                    Ok(more) => tags.extend(more),
                    Err(expression) => {
                        let origin = self.origin(resource, &fields, Holder::OwnResource);
                        self.builder
                            .add_remark(Remark::UnknownTags { origin, expression });
                    }
                }
            }
        }
        Ok(tags
            .into_iter()
            .map(|(key, value)| (key.to_string().into(), value))
            .collect())
    }
}

/// The key of an instance as JSON has it.
fn index_text(key: &InstanceKey) -> Option<Rc<str>> {
    match key {
        InstanceKey::Single => None,
        InstanceKey::Index(index) => Some(index.to_string().into()),
        InstanceKey::Name(name) => Some(format!("{name:?}").into()),
    }
}

fn known_words(words: &Words<'static>) -> Option<String> {
    match words {
        Words::Known(text) => Some(text.to_string()),
        Words::Pieces(_) => None,
    }
}
