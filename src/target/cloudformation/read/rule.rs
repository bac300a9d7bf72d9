//! Rules: in the lists of a group, and as resources of their own.

use super::error::TemplateError;
use super::evaluate::Evaluator;
use super::properties::{
    Property, Use, declare, expect_properties, resource_key, value_of, words_of,
};
use super::tree::Node;
use super::values::{Piece, Unknown, known_text};
use crate::aws::Direction;
use crate::inventory::{InventoryBuilder, Origin, PeerEntry, RuleEntry, Value};
use crate::net::Family;
use ipnet::IpNet;
use std::borrow::Cow;

/// The properties that a rule has wherever it stands.
const SHARED: [&str; 6] = [
    "IpProtocol",
    "FromPort",
    "ToPort",
    "CidrIp",
    "CidrIpv6",
    "Description",
];

const INBOUND: [&str; 4] = [
    "SourcePrefixListId",
    "SourceSecurityGroupId",
    "SourceSecurityGroupName",
    "SourceSecurityGroupOwnerId",
];

const OUTBOUND: [&str; 2] = ["DestinationPrefixListId", "DestinationSecurityGroupId"];

/// Where a rule stands.
pub(super) struct RulePlace<'d> {
    /// Its group.
    pub(super) group: Value<'d>,
    pub(super) direction: Direction,
    /// Whether it is a resource of its own.
    pub(super) is_resource: bool,
    pub(super) origin: Origin,
}

/// Adds the rule of an object.
pub(super) fn add_rule<'d>(
    evaluator: &mut Evaluator<'d>,
    builder: &mut InventoryBuilder,
    node: &'d Node<'d>,
    place: RulePlace<'d>,
) -> Result<(), TemplateError> {
    expect_rule(node, &place)?;
    let Some(protocol) = evaluator.property(node, "IpProtocol")? else {
        return Err(TemplateError::new(
            node.at(),
            "the rule has no `IpProtocol`",
        ));
    };
    let protocol = protocol.known("the protocol")?.into_owned();
    let is_icmp = ["icmp", "icmpv6", "1", "58"].contains(&protocol.to_ascii_lowercase().as_str());
    let mut ports = [None, None];
    for (port, name) in ports.iter_mut().zip(["FromPort", "ToPort"]) {
        if let Some(property) = evaluator.property(node, name)? {
            if is_icmp {
                property.known("the type or code of ICMP")?;
            }
            refuse_octal(&property)?;
            *port = Some(value_of(builder, &property.pieces, Use::Port));
        }
    }

    let peer = read_peer(evaluator, builder, node, place.direction)?;
    let description = evaluator.property(node, "Description")?;
    let [from, to] = ports;
    let entry = RuleEntry {
        group: place.group,
        direction: place.direction,
        protocol: Value::known(protocol),
        from,
        to,
        peer,
        description: description.map(|it| words_of(builder, &it.pieces)),
        tags: Vec::new(),
        origin: place.origin,
    };
    let checked = builder.add_checked_rule(entry);
    checked.map_err(|why| TemplateError::new(node.at(), why.to_string()))
}

/// Refuses a number with a zero in front, which is octal in YAML 1.1.
fn refuse_octal(property: &Property<'_>) -> Result<(), TemplateError> {
    let known = known_text(&property.pieces).unwrap_or_default();
    match known.len() > 1 && known.starts_with('0') {
        true => {
            let message = format!("write the number `{known}` without a zero in front");
            Err(TemplateError::new(property.node.at(), message))
        }
        false => Ok(()),
    }
}

fn expect_rule(node: &Node<'_>, place: &RulePlace<'_>) -> Result<(), TemplateError> {
    let mut known = SHARED.to_vec();
    let of = match place.direction {
        Direction::Ingress => {
            known.extend(INBOUND);
            "SecurityGroupIngress"
        }
        Direction::Egress => {
            known.extend(OUTBOUND);
            "SecurityGroupEgress"
        }
    };
    if place.is_resource {
        known.extend(["GroupId", "GroupName"]);
    }
    expect_properties(node, of, &known)
}

/// The one peer of a rule ("You must specify exactly one": CloudFormation template reference,
/// AWS::EC2::SecurityGroupIngress).
fn read_peer<'d>(
    evaluator: &mut Evaluator<'d>,
    builder: &mut InventoryBuilder,
    node: &'d Node<'d>,
    direction: Direction,
) -> Result<PeerEntry<'d>, TemplateError> {
    let names: &[&str] = match direction {
        Direction::Ingress => &[
            "CidrIp",
            "CidrIpv6",
            "SourcePrefixListId",
            "SourceSecurityGroupId",
            "SourceSecurityGroupName",
        ],
        Direction::Egress => &[
            "CidrIp",
            "CidrIpv6",
            "DestinationPrefixListId",
            "DestinationSecurityGroupId",
        ],
    };
    let mut found = None;
    for name in names {
        let Some(property) = evaluator.property(node, name)? else {
            continue;
        };
        if let Some((other, _)) = found.replace((*name, property)) {
            let message = format!("the rule has two peers, `{other}` and `{name}`");
            return Err(TemplateError::new(node.at(), message));
        }
    }
    let Some((name, property)) = found else {
        let message = "the rule has no peer: CloudFormation makes none of it";
        return Err(TemplateError::new(node.at(), message));
    };

    let pieces = &property.pieces;
    Ok(match name {
        "CidrIp" => block_peer(builder, &property, Family::V4)?,
        "CidrIpv6" => block_peer(builder, &property, Family::V6)?,
        "SourceSecurityGroupName" => {
            let account = read_owner(evaluator, node)?;
            PeerEntry::Group(group_of_name(evaluator, builder, pieces), account)
        }
        "SourceSecurityGroupId" | "DestinationSecurityGroupId" => {
            let account = read_owner(evaluator, node)?;
            let group = value_of(builder, pieces, Use::Id("sg-"));
            PeerEntry::Group(group, account)
        }
        _ => PeerEntry::PrefixList(value_of(builder, pieces, Use::Id("pl-"))),
    })
}

fn block_peer<'d>(
    builder: &mut InventoryBuilder,
    property: &Property<'d>,
    family: Family,
) -> Result<PeerEntry<'d>, TemplateError> {
    let known = known_text(&property.pieces);
    let block: Option<IpNet> = known.and_then(|text| text.parse().ok());
    if let Some(block) = block
        && Family::of_block(&block) != family
    {
        let message = format!("`{block}` is no block of {}", family.words());
        return Err(TemplateError::new(property.node.at(), message));
    }
    let block = value_of(builder, &property.pieces, Use::Block(family));
    Ok(PeerEntry::Block(block, family))
}

/// The account of a group, if it is another than that of the stack.
fn read_owner<'d>(
    evaluator: &mut Evaluator<'d>,
    node: &'d Node<'d>,
) -> Result<Option<Cow<'d, str>>, TemplateError> {
    let Some(owner) = evaluator.property(node, "SourceSecurityGroupOwnerId")? else {
        return Ok(None);
    };
    if let [Piece::Unknown(unknown)] = owner.pieces.as_slice()
        && unknown.expression == "AWS::AccountId"
    {
        return Ok(None);
    }
    let known = owner.known("which account the peer is in")?;
    let own = evaluator.bindings.get("AWS::AccountId");
    Ok((own != Some(&known.as_ref())).then(|| known.into_owned().into()))
}

/// A group by its name in the default VPC: that of the template with this name, or one that is made
/// elsewhere. A `Ref` of a group is such a name where the group has no VPC (CloudFormation template
/// reference, AWS::EC2::SecurityGroup, "Return values").
pub(super) fn group_of_name<'d>(
    evaluator: &Evaluator<'d>,
    builder: &mut InventoryBuilder,
    pieces: &[Piece<'d>],
) -> Value<'d> {
    let known = known_text(pieces);
    if let Some(id) = known
        .as_ref()
        .and_then(|name| evaluator.group_names.get(name.as_ref()))
    {
        return Value::known(resource_key(id));
    }
    match known {
        None => value_of(builder, pieces, Use::Id("sg-")),
        Some(name) => {
            let unknown = Unknown::new(format!("the group named {name}"), name.into_owned());
            declare(builder, &unknown, Use::Id("sg-"));
            Value::expression(unknown.expression)
        }
    }
}
