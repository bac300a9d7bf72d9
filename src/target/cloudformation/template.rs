//! The template, written as it is made: no tree of it ever exists.

use super::halves::written_keys;
use super::literals::{push_unsubstituted, split_references};
use super::parameters::Parameters;
use super::resources::{
    DEFAULT_DESCRIPTION, association_id, export_name, group_id, has_placeholder, is_separate,
    list_output_name, list_parameter, made_list_id, output_name, parameter_id, rule_names,
    used_parameters,
};
use crate::aws::{
    Direction, GroupId, ListReference, MadeList, ParameterId, Peer, PrefixList, PrefixListId,
    Reference, Rule, SecurityGroup, State, Text, TextPiece, TextRef, Wording,
};
use crate::net::{AwsPort, Family, Protocol, Traffic, push_block};
use crate::target::names::Names;
use crate::target::output::output_buffer;
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Writes it.
pub fn emit(state: &State) -> Vec<u8> {
    let template = Template {
        state,
        names: rule_names(state),
        group_ids: state.groups.iter().map(group_id).collect(),
        spare: RefCell::default(),
    };
    let mut out = output_buffer(state, 384);
    serde_json::to_writer_pretty(&mut out, &template)
        .expect("a vector takes all, and every key is a string");
    out.push(b'\n');
    out
}

struct Template<'s> {
    state: &'s State,
    names: Names<'s>,
    /// The logical id of each group.
    group_ids: Vec<String>,
    /// Reused for the block and for the name of each rule.
    spare: RefCell<(String, String)>,
}

impl Serialize for Template<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let state = self.state;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("AWSTemplateFormatVersion", "2010-09-09")?;

        if let Some(description) = &state.description {
            map.serialize_entry("Description", description)?;
        }

        map.serialize_entry("Metadata", &TemplateMetadata::new(state))?;
        if let Some(parameters) = Parameters::new(state) {
            map.serialize_entry("Parameters", &parameters)?;
        }

        map.serialize_entry("Resources", &Resources(self))?;
        if !state.groups.is_empty() {
            map.serialize_entry("Outputs", &Outputs(self))?;
        }

        map.end()
    }
}

/// What wrote the template, and where cfn-lint is wrong about it.
#[derive(Serialize)]
struct TemplateMetadata {
    #[serde(rename = "GeneratedBy")]
    generated_by: &'static str,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    lint: Option<IgnoredChecks>,
}

impl TemplateMetadata {
    /// Descriptions, defaults of parameters and keys of tags take no function, so a `${AWS::Region}`
    /// in them cannot be joined as in other texts.
    fn new(state: &State) -> TemplateMetadata {
        let parameters = used_parameters(state)
            .flat_map(|parameter| [&parameter.description, &parameter.default])
            .flatten();
        let groups = state.groups.iter().flat_map(|group| &group.tags);
        let lists = state.made_lists().flat_map(|(_, _, made)| &made.tags);
        let keys = groups.chain(lists).map(|(key, _)| key);

        let mut texts = state.description.iter().chain(parameters).chain(keys);
        TemplateMetadata {
            generated_by: "tierwall",
            lint: texts
                .any(|text| split_references(text).is_some())
                .then_some(IgnoredChecks(&["E1029"])),
        }
    }
}

/// Checks of cfn-lint that it leaves out for a template, or for a resource.
struct IgnoredChecks(&'static [&'static str]);

impl Serialize for IgnoredChecks {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let config = BTreeMap::from([("config", BTreeMap::from([("ignore_checks", self.0)]))]);
        BTreeMap::from([("cfn-lint", config)]).serialize(serializer)
    }
}

impl Template<'_> {
    fn group_reference(&self, id: GroupId) -> Expression<'_> {
        if let Some(foreign) = self.state.group(id).made_elsewhere {
            return self.reference(&self.state.foreign_group(foreign).reference);
        }
        let id = self.group_ids[id.index()].as_str();
        Expression::GetAtt {
            get: [id.into(), "GroupId".into()],
        }
    }

    fn parameter_reference(&self, id: ParameterId) -> Expression<'_> {
        let parameter = self.state.parameter(id);
        match parameter.source.import() {
            Some(name) => Expression::ImportValue {
                name: Box::new(self.text(name.view())),
            },
            None => Expression::Ref {
                to: parameter_id(parameter),
            },
        }
    }

    /// The parameter of a text, or the value of the stack that CloudFormation knows.
    fn text_parameter(&self, name: &str) -> Expression<'_> {
        if name.starts_with("AWS::") {
            return Expression::Ref {
                to: name.to_string(),
            };
        }
        self.named_parameter(name)
    }

    /// A parameter that texts or ports have.
    fn named_parameter(&self, name: &str) -> Expression<'_> {
        let id = self.state.parameter_named(name);
        self.parameter_reference(id.expect("the state has the parameters of its texts and ports"))
    }

    fn tags<'r>(&'r self, tags: &'r [(String, Text)]) -> Vec<Tag<'r>> {
        let tags = tags.iter();
        tags.map(|(key, value)| Tag {
            key,
            value: self.text(value.view()),
        })
        .collect()
    }

    fn reference<'r>(&'r self, reference: &'r Reference) -> Expression<'r> {
        match reference {
            Reference::Id(id) => Expression::Text(id),
            Reference::Parameter(id) => self.parameter_reference(*id),
        }
    }

    /// A text: as it is, a `Ref` or an `Fn::Sub`; an `Fn::Join` if a value is imported, or if `Fn::Sub`
    /// could read something else in it.
    fn text<'r>(&'r self, text: TextRef<'r>) -> Expression<'r> {
        if let Some(known) = text.as_known() {
            return Expression::known(known);
        }
        if let Some(name) = text.only_parameter() {
            return self.text_parameter(name);
        }
        if let Some(text) = self.substitution(text) {
            return Expression::Sub { text };
        }

        let piece = |piece| match piece {
            TextPiece::Literal(literal) => Expression::known(literal),
            TextPiece::Parameter(name) => self.text_parameter(name),
        };
        Expression::Join {
            join: ("", text.pieces().map(piece).collect()),
        }
    }

    /// The name of an export: as it is, or an `Fn::Sub`.
    fn export_text<'r>(&'r self, text: TextRef<'r>) -> Expression<'r> {
        match self.substitution(text) {
            Some(name) if text.as_known().is_none() => Expression::Sub { text: name },
            Some(_) | None => self.text(text),
        }
    }

    /// The text of an `Fn::Sub`, if there is one.
    fn substitution(&self, text: TextRef<'_>) -> Option<String> {
        let mut template = String::new();
        for piece in text.pieces() {
            match piece {
                TextPiece::Literal(literal) => push_unsubstituted(literal, &mut template)?,
                TextPiece::Parameter(name) => match self.text_parameter(name) {
                    Expression::Ref { to } => {
                        template.push_str("${");
                        template.push_str(&to);
                        template.push('}');
                    }
                    _ => return None,
                },
            }
        }
        Some(template)
    }

    fn list_reference(&self, id: PrefixListId) -> Expression<'_> {
        match &self.state.prefix_list(id).reference {
            ListReference::Id(id) => Expression::Text(id),
            ListReference::Parameter(id) => self.parameter_reference(*id),
            ListReference::Aws(name) => Expression::Ref {
                to: list_parameter(name),
            },
            ListReference::Made(made) => Expression::GetAtt {
                get: [made_list_id(made).into(), "PrefixListId".into()],
            },
        }
    }
}

/// A string, or where CloudFormation finds it.
#[derive(Serialize)]
#[serde(untagged)]
enum Expression<'a> {
    Text(&'a str),
    Ref {
        #[serde(rename = "Ref")]
        to: String,
    },
    ImportValue {
        #[serde(rename = "Fn::ImportValue")]
        name: Box<Expression<'a>>,
    },
    GetAtt {
        #[serde(rename = "Fn::GetAtt")]
        get: [Cow<'a, str>; 2],
    },
    Sub {
        #[serde(rename = "Fn::Sub")]
        text: String,
    },
    /// Several, with a text between them.
    Join {
        #[serde(rename = "Fn::Join")]
        join: (&'static str, Vec<Expression<'a>>),
    },
}

impl<'a> Expression<'a> {
    /// A known text. CloudFormation leaves a `${AWS::Region}` in it alone, but cfn-lint takes it for
    /// a forgotten `Fn::Sub` (E1029), so the text is joined at its dollar.
    fn known(text: &'a str) -> Expression<'a> {
        match split_references(text) {
            None => Expression::Text(text),
            Some(parts) => Expression::Join {
                join: ("$", parts.into_iter().map(Expression::Text).collect()),
            },
        }
    }
}

struct Resources<'t, 's>(&'t Template<'s>);

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Resource<P> {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    deletion_policy: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    update_replace_policy: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<IgnoredChecks>,
    properties: P,
}

impl Serialize for Resources<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let template = self.0;
        let mut map = serializer.serialize_map(None)?;

        for (_, list, made) in template.state.made_lists() {
            let resource = Resource {
                r#type: "AWS::EC2::PrefixList",
                deletion_policy: None,
                update_replace_policy: None,
                metadata: None,
                properties: ListBody::new(template, list, made),
            };
            map.serialize_entry(&made_list_id(made), &resource)?;
        }

        for (id, group) in template.state.groups_by_id() {
            if group.made_elsewhere.is_none() {
                let inline = group.rules.iter();
                let inline = inline.filter(|rule| !is_separate(group, &rule.key));
                let policy = group.protect.then_some("Retain");
                let resource = Resource {
                    r#type: "AWS::EC2::SecurityGroup",
                    deletion_policy: policy,
                    update_replace_policy: policy,
                    metadata: ignored_checks(inline),
                    properties: GroupBody { template, group },
                };
                map.serialize_entry(&template.group_ids[id.index()], &resource)?;
            }

            for vpc in &group.associations {
                let resource = template.association(id, vpc);
                map.serialize_entry(&association_id(template.state, group, vpc), &resource)?;
            }

            let separate = group.rules.iter();
            for rule in separate.filter(|rule| is_separate(group, &rule.key)) {
                let mut name = std::mem::take(&mut template.spare.borrow_mut().1);
                name.clear();
                template.names.push_rule(id, &rule.key, &mut name);
                map.serialize_entry(&name, &template.separate_rule(id, rule))?;
                template.spare.borrow_mut().1 = name;
            }
        }

        map.end()
    }
}

impl<'s> Template<'s> {
    /// The resource that associates a group with another VPC.
    fn association<'t>(
        &'t self,
        group: GroupId,
        vpc: &'t Reference,
    ) -> Resource<AssociationBody<'t>> {
        Resource {
            r#type: "AWS::EC2::SecurityGroupVpcAssociation",
            deletion_policy: None,
            update_replace_policy: None,
            metadata: None,
            properties: AssociationBody {
                group_id: self.group_reference(group),
                vpc_id: self.reference(vpc),
            },
        }
    }

    /// The resource of a rule of a group.
    fn separate_rule<'t>(&'t self, group: GroupId, rule: &'t Rule) -> Resource<RuleBody<'t, 's>> {
        Resource {
            r#type: match rule.key.direction {
                Direction::Ingress => "AWS::EC2::SecurityGroupIngress",
                Direction::Egress => "AWS::EC2::SecurityGroupEgress",
            },
            deletion_policy: None,
            update_replace_policy: None,
            metadata: ignored_checks([rule].into_iter()),
            properties: RuleBody {
                template: self,
                group: Some(group),
                rule,
            },
        }
    }
}

/// The association of a group with another VPC: CloudFormation user guide,
/// "AWS::EC2::SecurityGroupVpcAssociation".
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AssociationBody<'t> {
    group_id: Expression<'t>,
    vpc_id: Expression<'t>,
}

/// Silences cfn-lint where it is wrong: it takes the type and code of an ICMPv6 rule for ports that
/// are ignored (W3687), and a type with code -1, every code, for a port range with one end (E3688).
/// The EC2 API reference (IpPermission) says that ICMPv6 has both, and that -1 means all codes.
fn ignored_checks<'r>(rules: impl Iterator<Item = &'r Rule>) -> Option<IgnoredChecks> {
    let kinds = rules.filter_map(|rule| match rule.key.traffic {
        Traffic::Icmpv6(kind) => kind,
        Traffic::All
        | Traffic::Tcp(_)
        | Traffic::TcpUnknown(_)
        | Traffic::Udp(_)
        | Traffic::UdpUnknown(_)
        | Traffic::Icmp(_)
        | Traffic::Number(_) => None,
    });

    let kinds: Vec<(u8, Option<u8>)> = kinds.collect();
    let checks: &[&str] = match kinds.iter().any(|(_, code)| code.is_none()) {
        true => &["E3688", "W3687"],
        false => &["W3687"],
    };
    (!kinds.is_empty()).then_some(IgnoredChecks(checks))
}

/// A prefix list with its entries.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ListBody<'s> {
    prefix_list_name: &'s str,
    address_family: &'static str,
    max_entries: u32,
    entries: Vec<ListEntry>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Tag<'s>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ListEntry {
    cidr: String,
}

impl<'s> ListBody<'s> {
    fn new(template: &'s Template<'_>, list: &'s PrefixList, made: &'s MadeList) -> ListBody<'s> {
        let blocks = made.blocks.iter();
        ListBody {
            prefix_list_name: &made.aws_name,
            address_family: list.family.words(),
            max_entries: list.entries.unwrap_or(made.blocks.len() as u32),
            entries: blocks
                .map(|block| ListEntry {
                    cidr: block.to_string(),
                })
                .collect(),
            tags: template.tags(&made.tags),
        }
    }
}

struct GroupBody<'t, 's> {
    template: &'t Template<'s>,
    group: &'t SecurityGroup,
}

impl Serialize for GroupBody<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let GroupBody { template, group } = self;
        let mut map = serializer.serialize_map(None)?;

        if let Some(name) = &group.group_name {
            map.serialize_entry("GroupName", &template.text(name.view()))?;
        }

        let description = match group.description.is_empty() {
            true => Expression::Text(DEFAULT_DESCRIPTION),
            false => template.text(group.description.view()),
        };
        map.serialize_entry("GroupDescription", &description)?;
        map.serialize_entry("VpcId", &template.reference(&group.vpc))?;

        let inline = |direction| Inline {
            template,
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

        let tags = template.tags(&group.tags);

        if !tags.is_empty() {
            map.serialize_entry("Tags", &tags)?;
        }

        map.end()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Tag<'a> {
    key: &'a str,
    value: Expression<'a>,
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
    template: &'t Template<'s>,
    group: &'t SecurityGroup,
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
                template: self.template,
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
struct RuleBody<'t, 's> {
    template: &'t Template<'s>,
    group: Option<GroupId>,
    rule: &'t Rule,
}

impl Serialize for RuleBody<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let RuleBody { template, rule, .. } = self;
        let traffic = rule.key.traffic;
        let mut map = serializer.serialize_map(None)?;

        if let Some(group) = self.group {
            map.serialize_entry("GroupId", &template.group_reference(group))?;
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
                        map.serialize_entry(key, &template.named_parameter(name))?;
                    }
                }
            }
        }

        self.serialize_peer(&mut map)?;
        if !rule.description.is_empty() {
            match rule.description.wording {
                Wording::Made => {
                    map.serialize_entry("Description", template.state.stored_description(rule))?;
                }
                Wording::Written => {
                    let text = Expression::known(template.state.stored_description(rule));
                    map.serialize_entry("Description", &text)?;
                }
                Wording::WithParameters => {
                    let text = template.text(template.state.description(rule));
                    map.serialize_entry("Description", &text)?;
                }
            }
        }

        map.end()
    }
}

impl RuleBody<'_, '_> {
    fn serialize_peer<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let (template, key) = (self.template, &self.rule.key);
        let (group, list) = match key.direction {
            Direction::Ingress => ("SourceSecurityGroupId", "SourcePrefixListId"),
            Direction::Egress => ("DestinationSecurityGroupId", "DestinationPrefixListId"),
        };

        match key.peer {
            Peer::Block(block) => {
                let text = &mut template.spare.borrow_mut().0;
                text.clear();
                push_block(text, &block);
                map.serialize_entry(cidr_property(Family::of_block(&block)), text)
            }
            Peer::Parameter(id) => map.serialize_entry(
                cidr_property(template.state.parameter(id).kind.family()),
                &template.parameter_reference(id),
            ),
            Peer::Group(id) => map.serialize_entry(group, &template.group_reference(id)),
            Peer::PrefixList(id) => map.serialize_entry(list, &template.list_reference(id)),
            Peer::ForeignGroup(id) => {
                let foreign = template.state.foreign_group(id);
                map.serialize_entry(group, &template.reference(&foreign.reference))?;
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

struct Outputs<'t, 's>(&'t Template<'s>);

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct TemplateOutput<'t> {
    description: String,
    value: Expression<'t>,
    #[serde(skip_serializing_if = "Option::is_none")]
    export: Option<Export<'t>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Export<'t> {
    name: Expression<'t>,
}

impl Template<'_> {
    /// The ids of all groups that the members of a group carry, the group itself first, as a list
    /// for a parameter of the type `List<AWS::EC2::SecurityGroup::Id>`.
    fn list_output(&self, id: GroupId, group: &SecurityGroup) -> TemplateOutput<'_> {
        let name = list_output_name(group);
        let groups = std::iter::once(&id).chain(&group.also);
        TemplateOutput {
            description: format!("Security groups of the members of tier {}", group.name),
            value: Expression::Join {
                join: (",", groups.map(|id| self.group_reference(*id)).collect()),
            },
            export: self.state.exports.then(|| Export {
                name: Expression::Sub {
                    text: format!("${{AWS::StackName}}-{name}"),
                },
            }),
        }
    }
}

impl Serialize for Outputs<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let template = self.0;
        let mut map = serializer.serialize_map(None)?;

        for (id, group) in template.state.own_groups() {
            let name = output_name(group);
            let name_of_export = export_name(template.state, group);
            let export = name_of_export.as_ref().map(|text| Export {
                name: template.export_text(text.view()),
            });
            let description = format!("Security group of tier {}", group.name);

            map.serialize_entry(
                &name,
                &TemplateOutput {
                    description,
                    value: template.group_reference(id),
                    export,
                },
            )?;

            if !group.also.is_empty() {
                let output = template.list_output(id, group);
                map.serialize_entry(&list_output_name(group), &output)?;
            }
        }

        map.end()
    }
}
