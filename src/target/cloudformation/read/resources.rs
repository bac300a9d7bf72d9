//! The resources of a template.

use super::evaluate::{Evaluated, TRANSFORM};
use super::node::{Kind, Node, read_tree};
use super::parameter::Template;
use crate::aws::Direction;
use crate::inventory::{
    self, BadRule, GroupEntry, Holder, Inventory, ListEntry, Origin, PeerEntry, Remark, RuleEntry,
    Source, SourceError, Value, Words, list_family,
};
use crate::net::{EVERY_IPV4, EVERY_IPV6, Family};
use ipnet::IpNet;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Ends of logical ids that say nothing: `Web` of `WebSecurityGroup`.
const ENDS: [&str; 4] = ["SecurityGroup", "SecGroup", "SG", "Group"];

/// Macros that leave security groups as they are.
const KNOWN_MACROS: [&str; 2] = ["AWS::Serverless-2016-10-31", "AWS::LanguageExtensions"];

/// Whether a source is a template.
pub fn is_template(source: &Source<'_>) -> bool {
    let text = source.single_text().unwrap_or_default();
    match text.trim_start().starts_with('{') {
        true => {
            text.contains("\"TemplateBody\"")
                || text.contains("\"Resources\"") && text.contains("\"AWS::")
        }
        false => {
            let is_section = |line: &str| {
                let key = line.strip_prefix(['"', '\'']).unwrap_or(line);
                let rest = key.strip_prefix("Resources");
                rest.is_some_and(|rest| rest.trim_start_matches(['"', '\'']).starts_with(':'))
            };
            text.contains("AWS::") && text.lines().any(is_section)
        }
    }
}

/// The groups and rules of a template.
pub fn read_template(source: &Source<'_>) -> Result<Inventory, SourceError> {
    let text = source.single_text().unwrap_or_default();
    let root = read_tree(text)?;
    let body = root.get("TemplateBody");
    match body.map(|body| &body.kind) {
        // a template in YAML is a text in the answer of `aws cloudformation get-template`
        Some(Kind::Scalar(body)) => read_root(body, &read_tree(body)?, source),
        Some(Kind::List(_) | Kind::Map(_)) => read_root(text, body.unwrap_or(&root), source),
        None => read_root(text, &root, source),
    }
}

fn read_root(text: &str, root: &Node, source: &Source<'_>) -> Result<Inventory, SourceError> {
    let mut template = Template::new(text, root, source.bindings);
    template.refuse_macros(root)?;
    let mut errors = Vec::new();
    let separate = template.groups_with_outbound_rules(&mut errors);
    for entry in template.resources() {
        if let Err(error) = template.add_resource(&entry.key, &entry.value, &separate) {
            errors.push(error);
        }
    }
    match join_errors(errors) {
        Some(error) => Err(error),
        None => {
            let mut inventory = template.builder.finish();
            inventory.applied_bindings = template.applied.into_iter().collect();
            Ok(inventory)
        }
    }
}

/// All errors as one, at the place of the first.
fn join_errors(errors: Vec<SourceError>) -> Option<SourceError> {
    let mut unique: Vec<SourceError> = Vec::new();
    for error in errors {
        if !unique.contains(&error) {
            unique.push(error);
        }
    }
    let mut errors = unique.into_iter();
    let first = errors.next()?;
    let others: String = errors.map(|error| format!("; {error}")).collect();
    Some(SourceError {
        message: first.message + &others,
        place: first.place,
        file: None,
    })
}

impl<'t> Template<'t> {
    /// Refuses macros that can change anything.
    fn refuse_macros(&self, root: &'t Node) -> Result<(), SourceError> {
        if let Some(node) = root.get("Transform") {
            let names = match node.items() {
                [] => std::slice::from_ref(node),
                items => items,
            };
            let is_known = |it: &Node| it.text().is_some_and(|name| KNOWN_MACROS.contains(&name));
            if let Some(unknown) = names.iter().find(|it| !is_known(it)) {
                return Err(self.error(unknown, TRANSFORM));
            }
        }
        for entry in self.resources() {
            if entry.key.starts_with("Fn::") {
                return Err(self.error(&entry.value, TRANSFORM));
            }
        }
        Ok(())
    }

    /// The groups with outbound rules that are resources: CloudFormation deletes the default rule of
    /// these (CloudFormation user guide, AWS::EC2::SecurityGroupEgress), and any other rule for all
    /// outbound traffic to everywhere (aws-cdk issue 987).
    fn groups_with_outbound_rules(&mut self, errors: &mut Vec<SourceError>) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for entry in self.resources() {
            let kind = entry.value.get("Type").and_then(Node::text);
            let group = entry
                .value
                .get("Properties")
                .and_then(|it| it.get("GroupId"));
            if let (Some("AWS::EC2::SecurityGroupEgress"), Some(group)) = (kind, group) {
                match (self.is_made(&entry.value), self.evaluate(group)) {
                    (Ok(true), Ok(value)) => found.extend(value.as_known()),
                    (Ok(false), _) => {}
                    (Err(error), _) | (_, Err(error)) => errors.push(error),
                }
            }
        }
        found
    }

    /// Whether the condition of a resource holds.
    fn is_made(&mut self, resource: &'t Node) -> Result<bool, SourceError> {
        match resource.get("Condition") {
            Some(name) => self.condition_of(name),
            None => Ok(true),
        }
    }

    fn add_resource(
        &mut self,
        name: &'t str,
        resource: &'t Node,
        separate: &BTreeSet<String>,
    ) -> Result<(), SourceError> {
        let kind = resource
            .get("Type")
            .and_then(Node::text)
            .unwrap_or_default();
        let add = match kind {
            "AWS::EC2::SecurityGroup" => Template::add_group,
            "AWS::EC2::SecurityGroupIngress" => Template::add_inbound,
            "AWS::EC2::SecurityGroupEgress" => Template::add_outbound,
            "AWS::EC2::SecurityGroupVpcAssociation" => Template::add_association,
            "AWS::EC2::PrefixList" => Template::add_list,
            "AWS::EC2::VPC" => Template::add_vpc,
            _ => return Ok(()),
        };
        if !self.is_made(resource)? {
            return Ok(());
        }
        let Some(properties) = resource.get("Properties") else {
            return Err(self.error(resource, "the resource has no `Properties`"));
        };
        add(self, name, properties, separate)
    }

    fn add_group(
        &mut self,
        name: &'t str,
        properties: &'t Node,
        separate: &BTreeSet<String>,
    ) -> Result<(), SourceError> {
        let group_name = self.words(properties, "GroupName")?;
        let description = self.words(properties, "GroupDescription")?;
        let vpc = self.value(properties, "VpcId")?;
        let tags = self.tags(properties)?;
        let name_tag = tags.iter().find(|(key, _)| key == "Name");
        let mut names = vec![Cow::Borrowed(plain_id(name)), Cow::Borrowed(name)];
        names.extend(name_tag.and_then(|(_, value)| known_words(value)));
        names.extend(group_name.as_ref().and_then(known_words));

        let origin = self.origin(properties, name);
        let placed_in = vpc.clone();
        self.builder.add_group(GroupEntry {
            keys: vec![name.into()],
            names,
            group_name,
            name_prefix: None,
            description,
            vpc: Some(vpc.unwrap_or_else(|| Value::expression("the default VPC"))),
            tags,
            origin,
        });

        for (key, direction) in [
            ("SecurityGroupIngress", Direction::Ingress),
            ("SecurityGroupEgress", Direction::Egress),
        ] {
            let rules = self.inline_rules(properties, key)?;
            if rules.is_empty() && direction == Direction::Egress && !separate.contains(name) {
                self.add_default_outbound(name, properties, placed_in.as_ref());
            }
            for (n, rule) in rules.into_iter().enumerate() {
                let origin = Origin {
                    holder: Holder::Inline,
                    ..self.origin(rule, &format!("{name}.{key}[{n}]"))
                };
                let group = Value::known(name.to_string());
                let drops_everything = direction == Direction::Egress && separate.contains(name);
                self.add_rule(rule, group, direction, origin, drops_everything)?;
            }
        }
        Ok(())
    }

    /// The rules that AWS gives a new group: all outbound traffic of IPv4, and of IPv6 where its VPC
    /// has addresses of IPv6 (VPC user guide, "Security group rules"; EC2 API reference,
    /// CreateSecurityGroup). Where that is unknown, so is the block of the second.
    fn add_default_outbound(
        &mut self,
        name: &'t str,
        properties: &'t Node,
        vpc: Option<&Value<'_>>,
    ) {
        let every_v4 = Value::known(EVERY_IPV4.to_string());
        let has_ipv6 = match vpc {
            Some(Value::Known(vpc)) if self.has_resource(vpc) => Some(self.has_ipv6(vpc)),
            _ => None,
        };
        let every_v6 = match has_ipv6 {
            Some(true) => Some(Value::known(EVERY_IPV6.to_string())),
            Some(false) => None,
            None => Some(Value::expression("default-outbound-ipv6")),
        };
        let blocks = [(Some(every_v4), Family::V4), (every_v6, Family::V6)];
        for (block, family) in blocks {
            let Some(block) = block else { continue };
            let origin = Origin {
                holder: Holder::Inline,
                ..self.origin(properties, name)
            };
            self.builder.add_rule(RuleEntry {
                group: Value::known(name),
                direction: Direction::Egress,
                protocol: Value::known("-1"),
                from: None,
                to: None,
                peer: PeerEntry::Block(block, family),
                description: None,
                tags: Vec::new(),
                origin,
            });
        }
    }

    /// Whether a VPC of the template gets addresses of IPv6.
    fn has_ipv6(&self, vpc: &str) -> bool {
        self.resources().iter().any(|entry| {
            let kind = entry.value.get("Type").and_then(Node::text);
            let properties = entry.value.get("Properties");
            let of_vpc = properties
                .and_then(|it| it.get("VpcId"))
                .and_then(Node::function);
            let names_it = of_vpc.is_some_and(|(_, name)| {
                name.text()
                    .is_some_and(|it| it.split('.').next() == Some(vpc))
            });
            let is_ipv6 = |it: &Node| {
                [
                    "AmazonProvidedIpv6CidrBlock",
                    "Ipv6CidrBlock",
                    "Ipv6Pool",
                    "Ipv6IpamPoolId",
                ]
                .iter()
                .any(|key| it.get(key).is_some())
            };
            kind == Some("AWS::EC2::VPCCidrBlock") && names_it && properties.is_some_and(is_ipv6)
        })
    }

    /// The inline rules of a group, each as an object.
    fn inline_rules(
        &mut self,
        properties: &'t Node,
        key: &str,
    ) -> Result<Vec<&'t Node>, SourceError> {
        let Some(node) = properties.get(key) else {
            return Ok(Vec::new());
        };
        let mut rules = Vec::new();
        let mut open = vec![self.evaluate(node)?];
        while let Some(value) = open.pop() {
            match value {
                Evaluated::Object(rule) => rules.push(rule),
                Evaluated::List(items) => open.extend(items.into_iter().rev()),
                Evaluated::Nothing => {}
                Evaluated::Text(_) => {
                    let message = format!("the rules of `{key}` are unknown");
                    return Err(self.error(node, &message));
                }
            }
        }
        Ok(rules)
    }

    fn add_inbound(
        &mut self,
        name: &'t str,
        properties: &'t Node,
        _: &BTreeSet<String>,
    ) -> Result<(), SourceError> {
        self.add_separate(name, properties, Direction::Ingress)
    }

    fn add_outbound(
        &mut self,
        name: &'t str,
        properties: &'t Node,
        _: &BTreeSet<String>,
    ) -> Result<(), SourceError> {
        self.add_separate(name, properties, Direction::Egress)
    }

    fn add_separate(
        &mut self,
        name: &'t str,
        properties: &'t Node,
        direction: Direction,
    ) -> Result<(), SourceError> {
        let group = match self.value(properties, "GroupId")? {
            Some(group) => Some(group),
            None => self.value(properties, "GroupName")?,
        };
        let Some(group) = group else {
            return Err(self.error(properties, "the rule has no `GroupId`"));
        };
        let origin = Origin {
            holder: Holder::OwnResource,
            ..self.origin(properties, name)
        };
        self.add_rule(properties, group, direction, origin, false)
    }

    /// Adds a rule; `drops_everything` where CloudFormation deletes one for all traffic to
    /// everywhere.
    fn add_rule(
        &mut self,
        rule: &'t Node,
        group: Value<'static>,
        direction: Direction,
        origin: Origin,
        drops_everything: bool,
    ) -> Result<(), SourceError> {
        let Some(protocol) = self.value(rule, "IpProtocol")? else {
            return Err(self.error(rule, "the rule has no `IpProtocol`"));
        };
        let Some(peer) = self.peer(rule, direction)? else {
            self.builder.reject_rule(origin, BadRule::NoPeer);
            return Ok(());
        };
        let is_everything = protocol == Value::known("-1")
            && [EVERY_IPV4, EVERY_IPV6].iter().any(|every| {
                matches!(&peer, PeerEntry::Block(Value::Known(block), _) if **block == every.to_string())
            });
        if drops_everything && is_everything {
            self.builder.add_remark(Remark::Deleted { origin });
            return Ok(());
        }
        let entry = RuleEntry {
            group,
            direction,
            from: self.value(rule, "FromPort")?,
            to: self.value(rule, "ToPort")?,
            description: self
                .words(rule, "Description")?
                .filter(|it| *it != Words::known("")),
            protocol,
            peer,
            tags: Vec::new(),
            origin,
        };
        self.builder.add_rule(entry);
        Ok(())
    }

    /// Who is at the other end of a rule.
    fn peer(
        &mut self,
        rule: &'t Node,
        direction: Direction,
    ) -> Result<Option<PeerEntry<'static>>, SourceError> {
        for (key, family) in [("CidrIp", Family::V4), ("CidrIpv6", Family::V6)] {
            if let Some(block) = self.value(rule, key)? {
                return Ok(Some(PeerEntry::Block(block, family)));
            }
        }
        let side = match direction {
            Direction::Ingress => "Source",
            Direction::Egress => "Destination",
        };
        if let Some(list) = self.value(rule, &format!("{side}PrefixListId"))? {
            return Ok(Some(PeerEntry::PrefixList(list)));
        }
        let account = self.value(rule, "SourceSecurityGroupOwnerId")?;
        for key in ["SecurityGroupId", "SecurityGroupName"] {
            let Some(group) = self.value(rule, &format!("{side}{key}"))? else {
                continue;
            };
            let account = match account {
                Some(Value::Known(account)) => Some(account),
                Some(Value::Expression(_)) | None => None,
            };
            let group = match group {
                // a name is no id
                Value::Known(name) if key == "SecurityGroupName" && !self.has_resource(&name) => {
                    Value::expression(format!("group {name}"))
                }
                group => group,
            };
            return Ok(Some(PeerEntry::Group(group, account)));
        }
        Ok(None)
    }

    fn add_association(
        &mut self,
        name: &'t str,
        properties: &'t Node,
        _: &BTreeSet<String>,
    ) -> Result<(), SourceError> {
        let group = self.value(properties, "GroupId")?;
        let vpc = self.value(properties, "VpcId")?;
        let (Some(group), Some(vpc)) = (group, vpc) else {
            return Err(self.error(properties, "expected `GroupId` and `VpcId`"));
        };
        let origin = self.origin(properties, name);
        self.builder.add_association(&group, &vpc, origin);
        Ok(())
    }

    fn add_list(
        &mut self,
        name: &'t str,
        properties: &'t Node,
        _: &BTreeSet<String>,
    ) -> Result<(), SourceError> {
        let list_name = self.value(properties, "PrefixListName")?;
        let family = self.value(properties, "AddressFamily")?;
        let entries = self.value(properties, "MaxEntries")?;
        let mut blocks: Vec<IpNet> = Vec::new();
        let written = properties.get("Entries").map_or(&[][..], Node::items);
        for entry in written {
            if let Some(Value::Known(block)) = self.value(entry, "Cidr")? {
                match block.parse::<IpNet>() {
                    Ok(block) => blocks.push(block.trunc()),
                    Err(_) => {
                        let message = format!("`{block}` is no block of addresses");
                        return Err(self.error(entry, &message));
                    }
                }
            }
        }
        blocks.sort_unstable();
        let known = |value: Option<Value<'static>>| match value {
            Some(Value::Known(text)) => Some(text.into_owned()),
            Some(Value::Expression(_)) | None => None,
        };
        let tags = self.tags(properties)?;
        self.builder.add_list(ListEntry {
            keys: vec![name.into()],
            name: known(list_name).unwrap_or_else(|| name.to_string()).into(),
            family: list_family(known(family).as_deref()),
            entries: known(entries).and_then(|text| text.parse().ok()),
            blocks: Some(blocks),
            is_made: true,
            tags,
        });
        Ok(())
    }

    fn add_vpc(
        &mut self,
        name: &'t str,
        properties: &'t Node,
        _: &BTreeSet<String>,
    ) -> Result<(), SourceError> {
        let block = match self.value(properties, "CidrBlock")? {
            Some(Value::Known(block)) => block.parse().ok(),
            Some(Value::Expression(_)) | None => None,
        };
        self.builder.add_vpc(inventory::Vpc {
            id: name.to_string(),
            name: Some(
                name.trim_end_matches("VPC")
                    .trim_end_matches("Vpc")
                    .to_string(),
            )
            .filter(|name| !name.is_empty()),
            blocks: block.into_iter().collect(),
        });
        Ok(())
    }

    /// The value of a property; nothing where it is absent.
    fn value(
        &mut self,
        properties: &'t Node,
        key: &str,
    ) -> Result<Option<Value<'static>>, SourceError> {
        let Some(node) = properties.get(key) else {
            return Ok(None);
        };
        match self.evaluate(node)? {
            Evaluated::Nothing => Ok(None),
            value => match value.as_value() {
                Some(value) => Ok(Some(value)),
                None => Err(self.error(node, &format!("`{key}` takes one value"))),
            },
        }
    }

    /// The text of a property.
    fn words(
        &mut self,
        properties: &'t Node,
        key: &str,
    ) -> Result<Option<Words<'static>>, SourceError> {
        let Some(node) = properties.get(key) else {
            return Ok(None);
        };
        match self.evaluate(node)? {
            Evaluated::Nothing => Ok(None),
            value => match value.as_words() {
                Some(words) => Ok(Some(words)),
                None => Err(self.error(node, &format!("`{key}` takes a text"))),
            },
        }
    }

    fn tags(
        &mut self,
        properties: &'t Node,
    ) -> Result<Vec<(Cow<'static, str>, Words<'static>)>, SourceError> {
        let Some(node) = properties.get("Tags") else {
            return Ok(Vec::new());
        };
        let mut tags = Vec::new();
        let mut open = vec![self.evaluate(node)?];
        while let Some(value) = open.pop() {
            match value {
                Evaluated::List(items) => open.extend(items.into_iter().rev()),
                Evaluated::Object(tag) => {
                    let key = self.value(tag, "Key")?;
                    let value = self.words(tag, "Value")?;
                    if let (Some(Value::Known(key)), Some(value)) = (key, value) {
                        tags.push((key, value));
                    }
                }
                Evaluated::Nothing | Evaluated::Text(_) => {}
            }
        }
        Ok(tags)
    }
}

/// A logical id without an end that says nothing.
fn plain_id(name: &str) -> &str {
    let ends = ENDS.iter().filter_map(|end| name.strip_suffix(end));
    ends.into_iter()
        .find(|rest| !rest.is_empty())
        .unwrap_or(name)
}

fn known_words(words: &Words<'static>) -> Option<Cow<'static, str>> {
    match words {
        Words::Known(text) => Some(text.clone()),
        Words::Pieces(_) => None,
    }
}
