//! The resources of a template, one after another.

use super::error::TemplateError;
use super::evaluate::{Evaluator, GROUP, LIST};
use super::group::{add_group, add_list, list_blocks};
use super::properties::{Use, expect_properties, resource_key, value_of};
use super::rule::{RulePlace, add_rule, group_of_name};
use super::template::{Resource, Template};
use super::tree::Node;
use super::values::{Piece, known_text};
use super::vpc::{VpcFacts, read_vpcs};
use crate::aws::Direction;
use crate::inventory::{
    Holder, Inventory, InventoryBuilder, Origin, PeerEntry, Remark, RuleEntry, Value,
};
use crate::net::{EVERY_IPV4, EVERY_IPV6, Family};
use crate::source::Span;
use ipnet::IpNet;
use std::collections::{HashMap, HashSet};

const INGRESS: &str = "AWS::EC2::SecurityGroupIngress";
const EGRESS: &str = "AWS::EC2::SecurityGroupEgress";
const ASSOCIATION: &str = "AWS::EC2::SecurityGroupVpcAssociation";

/// Resources that stand for templates of their own.
const NESTED: [&str; 2] = ["AWS::CloudFormation::Stack", "AWS::Serverless::Application"];

/// Reads the resources of a template; `place` gives the span of a range of its text.
pub(super) fn read_resources(
    template: &Template<'_>,
    bindings: &[(String, String)],
    place: &dyn Fn((usize, usize)) -> Span,
) -> Result<Inventory, TemplateError> {
    let mut reader = ResourceReader {
        evaluator: Evaluator::new(template, bindings),
        builder: InventoryBuilder::new(),
        place,
        vpcs: HashMap::new(),
        lists: HashMap::new(),
        outbound: Vec::new(),
        with_outbound_resources: HashMap::new(),
    };
    reader.prepare()?;
    for resource in template.resources() {
        reader.add(resource)?;
    }
    reader.add_default_outbound()?;
    Ok(reader.finish(bindings))
}

struct ResourceReader<'d, 'p> {
    evaluator: Evaluator<'d>,
    builder: InventoryBuilder,
    place: &'p dyn Fn((usize, usize)) -> Span,
    vpcs: HashMap<&'d str, VpcFacts>,
    /// The blocks of prefix lists, where they are known.
    lists: HashMap<&'d str, Vec<IpNet>>,
    /// The groups that are made, with their inline outbound rules.
    outbound: Vec<(Resource<'d>, Vec<&'d Node<'d>>)>,
    /// The groups that have outbound rules which are resources, with one of these.
    with_outbound_resources: HashMap<&'d str, &'d str>,
}

impl<'d> ResourceReader<'d, '_> {
    /// Learns what references need to know: VPCs, the names of groups, and which lists are known.
    fn prepare(&mut self) -> Result<(), TemplateError> {
        self.vpcs = read_vpcs(&mut self.evaluator);
        let (mut names, mut repeated) = (HashMap::new(), HashSet::new());
        for resource in self.evaluator.template.resources() {
            let Some(properties) = resource.node.get("Properties") else {
                continue;
            };
            if !matches!(resource.kind, GROUP | LIST) || !self.evaluator.exists(resource)? {
                continue;
            }
            if resource.kind == LIST {
                if let Some(blocks) = list_blocks(&mut self.evaluator, properties)? {
                    self.evaluator.known_lists.insert(resource.id);
                    self.lists.insert(resource.id, blocks);
                }
                continue;
            }
            let name = self.evaluator.property(properties, "GroupName")?;
            if let Some(name) = name.and_then(|it| Some(known_text(&it.pieces)?.into_owned()))
                && names.insert(name.clone(), resource.id).is_some()
            {
                repeated.insert(name);
            }
        }
        names.retain(|name, _| !repeated.contains(name));
        self.evaluator.group_names = names;
        Ok(())
    }

    fn add(&mut self, resource: Resource<'d>) -> Result<(), TemplateError> {
        let is_nested = NESTED.contains(&resource.kind) || resource.kind.ends_with("::MODULE");
        if is_nested {
            let origin = self.origin(resource.id, resource.node, Holder::OwnResource);
            self.builder.add_remark(Remark::NotRead {
                origin,
                kind: resource.kind.to_string(),
            });
            return Ok(());
        }
        let is_read = matches!(resource.kind, GROUP | LIST | INGRESS | EGRESS | ASSOCIATION);
        if !is_read || !self.evaluator.exists(resource)? {
            return Ok(());
        }

        let Some(properties) = resource.node.get("Properties") else {
            let message = format!("`{}` has no `Properties`", resource.id);
            return Err(TemplateError::new(resource.node.at(), message));
        };
        match resource.kind {
            GROUP => self.add_group(resource, properties),
            LIST => match self.lists.remove(resource.id) {
                Some(blocks) => add_list(
                    &mut self.evaluator,
                    &mut self.builder,
                    resource,
                    properties,
                    blocks,
                ),
                None => Ok(()),
            },
            INGRESS => self.add_rule_resource(resource, properties, Direction::Ingress),
            EGRESS => self.add_rule_resource(resource, properties, Direction::Egress),
            _ => self.add_association(resource, properties),
        }
    }

    fn origin(&self, address: &str, node: &Node<'_>, holder: Holder) -> Origin {
        Origin {
            id: None,
            address: Some(address.into()),
            span: Some((self.place)(node.range)),
            holder,
        }
    }

    fn add_group(
        &mut self,
        resource: Resource<'d>,
        properties: &'d Node<'d>,
    ) -> Result<(), TemplateError> {
        let origin = self.origin(resource.id, resource.node, Holder::OwnResource);
        add_group(
            &mut self.evaluator,
            &mut self.builder,
            resource,
            properties,
            origin,
        )?;

        let mut outbound = Vec::new();
        for (direction, list) in [
            (Direction::Ingress, "SecurityGroupIngress"),
            (Direction::Egress, "SecurityGroupEgress"),
        ] {
            for (n, rule) in self.evaluator.objects(properties, list)? {
                let address = format!("{}.{list}[{n}]", resource.id);
                let place = RulePlace {
                    group: Value::known(resource_key(resource.id)),
                    direction,
                    is_resource: false,
                    origin: self.origin(&address, rule, Holder::Inline),
                };
                add_rule(&mut self.evaluator, &mut self.builder, rule, place)?;
                if direction == Direction::Egress {
                    outbound.push(rule);
                }
            }
        }
        self.outbound.push((resource, outbound));
        Ok(())
    }

    fn add_rule_resource(
        &mut self,
        resource: Resource<'d>,
        properties: &'d Node<'d>,
        direction: Direction,
    ) -> Result<(), TemplateError> {
        let by_id = self.evaluator.property(properties, "GroupId")?;
        let by_name = self.evaluator.property(properties, "GroupName")?;
        let group = match (by_id, by_name) {
            (Some(id), None) => {
                if let (Direction::Egress, [Piece::Resource(group)]) =
                    (direction, id.pieces.as_slice())
                {
                    self.with_outbound_resources.insert(group, resource.id);
                }
                value_of(&mut self.builder, &id.pieces, Use::Id("sg-"))
            }
            (None, Some(name)) => group_of_name(&self.evaluator, &mut self.builder, &name.pieces),
            (Some(_), Some(_)) => {
                let message = "a rule has a `GroupId` or a `GroupName`, and not both";
                return Err(TemplateError::new(properties.at(), message));
            }
            (None, None) => {
                let message = format!("`{}` has no `GroupId`", resource.id);
                return Err(TemplateError::new(properties.at(), message));
            }
        };
        let place = RulePlace {
            group,
            direction,
            is_resource: true,
            origin: self.origin(resource.id, resource.node, Holder::OwnResource),
        };
        add_rule(&mut self.evaluator, &mut self.builder, properties, place)
    }

    fn add_association(
        &mut self,
        resource: Resource<'d>,
        properties: &'d Node<'d>,
    ) -> Result<(), TemplateError> {
        expect_properties(properties, resource.kind, &["GroupId", "VpcId"])?;
        let mut values = Vec::with_capacity(2);
        for (name, start) in [("GroupId", "sg-"), ("VpcId", "vpc-")] {
            let Some(property) = self.evaluator.property(properties, name)? else {
                let message = format!("`{}` has no `{name}`", resource.id);
                return Err(TemplateError::new(properties.at(), message));
            };
            values.push(value_of(
                &mut self.builder,
                &property.pieces,
                Use::Id(start),
            ));
        }
        let origin = self.origin(resource.id, resource.node, Holder::OwnResource);
        self.builder.add_association(&values[0], &values[1], origin);
        Ok(())
    }

    /// Adds the outbound rules that AWS gives to groups without any.
    ///
    /// A group without `SecurityGroupEgress`, or with an empty list, keeps the rules of a new group:
    /// all traffic of IPv4, and of IPv6 where its VPC has addresses of IPv6 (VPC user guide,
    /// "Security group rules"). Where a group has an outbound rule that is a resource of its own,
    /// CloudFormation deletes them (CloudFormation user guide, AWS::EC2::SecurityGroupEgress).
    fn add_default_outbound(&mut self) -> Result<(), TemplateError> {
        let mut uncertain = Vec::new();
        for (resource, rules) in std::mem::take(&mut self.outbound) {
            let other = self.with_outbound_resources.get(resource.id).copied();
            match (rules.as_slice(), other) {
                ([], None) => {}
                ([], Some(_)) => continue,
                (rules, Some(other)) => {
                    self.refuse_deleted(rules, resource.id, other)?;
                    continue;
                }
                (_, None) => continue,
            }

            let address = format!("{} (default outbound)", resource.id);
            let origin = self.origin(&address, resource.node, Holder::Inline);
            let has_ipv6 = self.vpc_has_ipv6(resource)?;
            if has_ipv6.is_none() {
                uncertain.push(self.origin(resource.id, resource.node, Holder::OwnResource));
            }
            self.add_outbound(resource, EVERY_IPV4, &origin);
            if has_ipv6 != Some(false) {
                self.add_outbound(resource, EVERY_IPV6, &origin);
            }
        }
        if !uncertain.is_empty() {
            self.builder
                .add_remark(Remark::DefaultOutbound { groups: uncertain });
        }
        Ok(())
    }

    fn add_outbound(&mut self, resource: Resource<'d>, block: IpNet, origin: &Origin) {
        let block_value = Value::known(block.to_string());
        self.builder.add_rule(RuleEntry {
            group: Value::known(resource_key(resource.id)),
            direction: Direction::Egress,
            protocol: Value::known("-1"),
            from: None,
            to: None,
            peer: PeerEntry::Block(block_value, Family::of_block(&block)),
            description: None,
            tags: Vec::new(),
            origin: origin.clone(),
        });
    }

    /// Refuses a rule for all traffic to everywhere beside an outbound rule that is a resource:
    /// CloudFormation cannot tell it from the default rule, and deletes it (aws-cdk issue 987),
    /// until an update of the group writes it again.
    fn refuse_deleted(
        &mut self,
        rules: &[&'d Node<'d>],
        group: &str,
        other: &str,
    ) -> Result<(), TemplateError> {
        for rule in rules {
            let protocol = self.evaluator.property(rule, "IpProtocol")?;
            let protocol = protocol.and_then(|it| Some(known_text(&it.pieces)?.into_owned()));
            let mut is_everywhere = false;
            for name in ["CidrIp", "CidrIpv6"] {
                let block = self.evaluator.property(rule, name)?;
                let block = block.and_then(|it| known_text(&it.pieces)?.parse::<IpNet>().ok());
                is_everywhere |= block.is_some_and(|block| block.prefix_len() == 0);
            }
            if protocol.as_deref() == Some("-1") && is_everywhere {
                let message = format!(
                    "whether `{group}` has this rule is unknown: CloudFormation deletes a rule for \
                     all traffic to everywhere where another outbound rule is a resource of its \
                     own, here `{other}`"
                );
                return Err(TemplateError::new(rule.at(), message));
            }
        }
        Ok(())
    }

    /// Whether the VPC of a group has addresses of IPv6, if the template has the VPC.
    fn vpc_has_ipv6(&mut self, resource: Resource<'d>) -> Result<Option<bool>, TemplateError> {
        let Some(properties) = resource.node.get("Properties") else {
            return Ok(None);
        };
        let vpc = self.evaluator.property(properties, "VpcId")?;
        let pieces = vpc.map(|vpc| vpc.pieces).unwrap_or_default();
        Ok(match pieces.as_slice() {
            [Piece::Unknown(unknown)] => self
                .vpcs
                .get(unknown.expression.as_str())
                .map(|facts| facts.has_ipv6),
            _ => None,
        })
    }

    fn finish(mut self, bindings: &[(String, String)]) -> Inventory {
        for (id, facts) in self.vpcs {
            let blocks = facts.blocks.unwrap_or_default();
            self.builder.add_made_vpc(id, facts.name.as_deref(), blocks);
        }
        for (parameter, (value, node)) in &self.evaluator.assumed {
            self.builder.add_remark(Remark::AssumedDefault {
                parameter: (*parameter).to_string(),
                origin: Origin {
                    id: None,
                    address: Some((*parameter).into()),
                    span: Some((self.place)(node.range)),
                    holder: Holder::OwnResource,
                },
                value: value.clone(),
            });
        }

        let template = self.evaluator.template;
        let is_known =
            |name: &str| template.parameters.contains_key(name) || name.starts_with("AWS::");
        let applied = bindings.iter().map(|(name, _)| name);
        let applied = applied.filter(|name| is_known(name));
        Inventory {
            applied_bindings: applied.cloned().collect(),
            ..self.builder.finish()
        }
    }
}
