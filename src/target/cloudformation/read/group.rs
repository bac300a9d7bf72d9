//! Groups, prefix lists and VPCs.

use super::error::TemplateError;
use super::evaluate::Evaluator;
use super::names::short_name;
use super::properties::{Use, declare, expect_properties, resource_key, value_of, words_of};
use super::template::Resource;
use super::tree::Node;
use super::values::{Unknown, known_text};
use crate::inventory::{
    GroupEntry, InventoryBuilder, ListEntry, Origin, Value, Words, list_family,
};
use ipnet::IpNet;
use std::borrow::Cow;

/// The properties of `AWS::EC2::SecurityGroup` (CloudFormation template reference).
const PROPERTIES: [&str; 6] = [
    "GroupDescription",
    "GroupName",
    "SecurityGroupEgress",
    "SecurityGroupIngress",
    "Tags",
    "VpcId",
];

/// Adds a group, without its rules.
pub(super) fn add_group<'d>(
    evaluator: &mut Evaluator<'d>,
    builder: &mut InventoryBuilder,
    resource: Resource<'d>,
    properties: &'d Node<'d>,
    origin: Origin,
) -> Result<(), TemplateError> {
    expect_properties(properties, resource.kind, &PROPERTIES)?;
    let name = evaluator.property(properties, "GroupName")?;
    let description = evaluator.property(properties, "GroupDescription")?;
    let tags = read_tags(evaluator, builder, properties)?;
    let vpc = match evaluator.property(properties, "VpcId")? {
        Some(vpc) => value_of(builder, &vpc.pieces, Use::Id("vpc-")),
        None => {
            let unknown = Unknown::default_vpc();
            declare(builder, &unknown, Use::Id("vpc-"));
            Value::expression(unknown.expression)
        }
    };

    let known_name = name.as_ref().and_then(|name| known_text(&name.pieces));
    let known_name = known_name.map(Cow::into_owned);
    let name_tag = tags.iter().find(|(key, _)| key == "Name");
    let name_tag = name_tag.and_then(|(_, value)| match value {
        Words::Known(name) => Some(name.to_string()),
        Words::Pieces(_) => None,
    });
    let short = short_name(resource.id).map(str::to_string);
    let names = [short, name_tag, known_name, Some(resource.id.to_string())];
    let group_name = name.map(|it| words_of(builder, &it.pieces));
    let description = description.map(|it| words_of(builder, &it.pieces));
    builder.add_group(GroupEntry {
        keys: vec![resource_key(resource.id).into()],
        names: names.into_iter().flatten().map(Cow::Owned).collect(),
        group_name,
        name_prefix: None,
        description,
        vpc: Some(vpc),
        tags,
        origin,
    });
    Ok(())
}

/// The tags of a resource.
fn read_tags<'d>(
    evaluator: &mut Evaluator<'d>,
    builder: &mut InventoryBuilder,
    properties: &'d Node<'d>,
) -> Result<Vec<(Cow<'d, str>, Words<'d>)>, TemplateError> {
    let mut tags = Vec::new();
    for (_, tag) in evaluator.objects(properties, "Tags")? {
        expect_properties(tag, "Tags", &["Key", "Value"])?;
        let Some(key) = evaluator.property(tag, "Key")? else {
            return Err(TemplateError::new(tag.at(), "the tag has no `Key`"));
        };
        let key = key.known("the key of the tag")?.into_owned();
        let value = evaluator.property(tag, "Value")?;
        let value = value.map_or(Words::known(""), |it| words_of(builder, &it.pieces));
        tags.push((Cow::Owned(key), value));
    }
    Ok(tags)
}

/// The blocks of a prefix list; nothing where some are unknown, or none are written.
pub(super) fn list_blocks<'d>(
    evaluator: &mut Evaluator<'d>,
    properties: &'d Node<'d>,
) -> Result<Option<Vec<IpNet>>, TemplateError> {
    let mut blocks = Vec::new();
    for (_, entry) in evaluator.objects(properties, "Entries")? {
        expect_properties(entry, "Entries", &["Cidr", "Description"])?;
        let Some(block) = evaluator.property(entry, "Cidr")? else {
            return Err(TemplateError::new(entry.at(), "the entry has no `Cidr`"));
        };
        let Some(text) = known_text(&block.pieces) else {
            return Ok(None);
        };
        let parsed: Result<IpNet, _> = text.parse();
        match parsed {
            Ok(block) => blocks.push(block.trunc()),
            Err(_) => {
                let message = format!("`{text}` is no block of addresses");
                return Err(TemplateError::new(block.node.at(), message));
            }
        }
    }
    blocks.sort_unstable();
    blocks.dedup();
    Ok((!blocks.is_empty()).then_some(blocks))
}

/// Adds a prefix list whose blocks are known.
pub(super) fn add_list<'d>(
    evaluator: &mut Evaluator<'d>,
    builder: &mut InventoryBuilder,
    resource: Resource<'d>,
    properties: &'d Node<'d>,
    blocks: Vec<IpNet>,
) -> Result<(), TemplateError> {
    const KNOWN: [&str; 5] = [
        "AddressFamily",
        "Entries",
        "MaxEntries",
        "PrefixListName",
        "Tags",
    ];
    expect_properties(properties, resource.kind, &KNOWN)?;
    let name = evaluator.property(properties, "PrefixListName")?;
    let name = name.and_then(|it| known_text(&it.pieces).map(Cow::into_owned));
    let family = match evaluator.property(properties, "AddressFamily")? {
        Some(family) => family.known("the family of the prefix list")?.into_owned(),
        None => {
            let message = "the prefix list has no `AddressFamily`";
            return Err(TemplateError::new(properties.at(), message));
        }
    };
    let entries = evaluator.property(properties, "MaxEntries")?;
    let entries = entries.and_then(|it| known_text(&it.pieces)?.parse().ok());
    let tags = read_tags(evaluator, builder, properties)?;
    builder.add_list(ListEntry {
        keys: vec![resource_key(resource.id).into()],
        name: name.map_or(Cow::Borrowed(resource.id), Cow::Owned),
        family: list_family(Some(&family)),
        entries,
        blocks: Some(blocks),
        is_made: true,
        tags,
    });
    Ok(())
}
