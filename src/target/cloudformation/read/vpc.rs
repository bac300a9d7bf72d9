//! VPCs of a template, and their addresses.

use super::error::TemplateError;
use super::evaluate::{Evaluator, VPC};
use super::template::Resource;
use super::tree::Node;
use super::values::{Piece, known_text};
use ipnet::IpNet;
use std::collections::HashMap;

const MORE_BLOCKS: &str = "AWS::EC2::VPCCidrBlock";

/// Properties that give a VPC addresses of IPv6 (CloudFormation template reference,
/// AWS::EC2::VPCCidrBlock).
const IPV6: [&str; 4] = [
    "AmazonProvidedIpv6CidrBlock",
    "Ipv6CidrBlock",
    "Ipv6IpamPoolId",
    "Ipv6Pool",
];

/// What a template says of a VPC.
#[derive(Debug)]
pub(super) struct VpcFacts {
    /// Its tag `Name`, if it is known.
    pub(super) name: Option<String>,
    /// Its blocks, where all of them are known.
    pub(super) blocks: Option<Vec<IpNet>>,
    pub(super) has_ipv6: bool,
}

/// The VPCs of a template by logical id; one of which something cannot be read has no blocks.
pub(super) fn read_vpcs<'d>(evaluator: &mut Evaluator<'d>) -> HashMap<&'d str, VpcFacts> {
    let mut vpcs = HashMap::new();
    let resources: Vec<Resource<'d>> = evaluator.template.resources().collect();
    for resource in resources.iter().filter(|it| it.kind == VPC) {
        let Some(properties) = resource.node.get("Properties") else {
            continue;
        };
        let block = block_of(evaluator, properties, "CidrBlock");
        let facts = VpcFacts {
            name: name_tag(evaluator, properties).ok().flatten(),
            blocks: block.map(|block| vec![block]),
            has_ipv6: false,
        };
        vpcs.insert(resource.id, facts);
    }
    for resource in resources.iter().filter(|it| it.kind == MORE_BLOCKS) {
        add_blocks(evaluator, *resource, &mut vpcs);
    }
    vpcs
}

/// Adds the blocks of a resource to its VPC.
fn add_blocks<'d>(
    evaluator: &mut Evaluator<'d>,
    resource: Resource<'d>,
    vpcs: &mut HashMap<&'d str, VpcFacts>,
) {
    let Some(properties) = resource.node.get("Properties") else {
        return;
    };
    let exists = evaluator.exists(resource);
    let vpc = evaluator.property(properties, "VpcId");
    let pieces = vpc.ok().flatten().map(|vpc| vpc.pieces);
    let Some([Piece::Unknown(vpc)]) = pieces.as_deref() else {
        return;
    };
    let Some(facts) = vpcs.get_mut(vpc.expression.as_str()) else {
        return;
    };
    if let Ok(false) = exists {
        return;
    }

    facts.has_ipv6 |= IPV6.iter().any(|name| properties.get(name).is_some());
    let written = ["CidrBlock", "Ipv6CidrBlock"].map(|name| properties.get(name).map(|_| name));
    let block = match written {
        [Some(name), None] | [None, Some(name)] => block_of(evaluator, properties, name),
        [None, None] | [Some(_), Some(_)] => None,
    };
    match (&mut facts.blocks, block, exists) {
        (Some(blocks), Some(block), Ok(true)) => blocks.push(block),
        // an unknown block is one more
        (blocks, _, _) => *blocks = None,
    }
}

fn block_of<'d>(
    evaluator: &mut Evaluator<'d>,
    properties: &'d Node<'d>,
    name: &str,
) -> Option<IpNet> {
    let property = evaluator.property(properties, name).ok()??;
    let block: IpNet = known_text(&property.pieces)?.parse().ok()?;
    Some(block.trunc())
}

fn name_tag<'d>(
    evaluator: &mut Evaluator<'d>,
    properties: &'d Node<'d>,
) -> Result<Option<String>, TemplateError> {
    for (_, tag) in evaluator.objects(properties, "Tags")? {
        if tag.get("Key").and_then(Node::text) == Some("Name")
            && let Some(value) = evaluator.property(tag, "Value")?
        {
            return Ok(known_text(&value.pieces).map(|text| text.into_owned()));
        }
    }
    Ok(None)
}
