//! CloudFormation JSON, written as it is made: no tree of the template ever exists.
//!
//! Rules that name a tier of the stack are resources of their own, always, so that no cycle can
//! arise; all others stand in their group.

use super::Backend;
use crate::groups::{
    Deployment, Direction, Family, Group, ListReference, Names, ParamKind, Parameter, Peer,
    PrefixListId, Protocol, Reference, Renaming, Rule, Style, TierId, Traffic, aws_list,
    push_block, push_pascal,
};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// The target.
pub const BACKEND: Backend = Backend {
    name: "cloudformation",
    short: "cfn",
    extension: "json",
    mark: MARK,
    emit,
    addresses,
};

const MARK: &str = "\"GeneratedBy\": \"tierwall\"";

fn emit(deployment: &Deployment<'_>) -> Vec<u8> {
    let template = Template {
        deployment,
        names: names(deployment),
        spare: RefCell::default(),
    };
    let mut out = super::room(deployment, 384);
    serde_json::to_writer_pretty(&mut out, &template)
        .expect("a vector takes all, and every key is a string");
    out.push(b'\n');
    out
}

/// Nothing: each template is a stack by itself.
fn addresses(_: &Deployment<'_>) -> Vec<String> {
    Vec::new()
}

/// The logical ids of the rules that are resources of their own.
pub fn names<'d>(deployment: &'d Deployment<'d>) -> Names<'d> {
    let mut others: Vec<String> = deployment.groups.iter().map(group_id).collect();
    others.extend(parameters(deployment).map(parameter_id));
    others.extend(
        deployment
            .lists
            .iter()
            .map(|id| list_parameter(deployment, *id)),
    );
    Names::new(
        deployment,
        Style::Pascal,
        Renaming::Oldest,
        separate,
        &others,
    )
}

/// Whether a rule is a resource of its own.
pub fn separate(rule: &Rule) -> bool {
    rule.peer.tier().is_some()
}

/// Whether a group holds the rule that admits nothing, since no other outbound rule stands in it.
pub fn has_placeholder(group: &Group<'_>) -> bool {
    group.egress.iter().all(separate)
}

/// Whether a template asks for a parameter; it has no way to lock a default group.
pub fn asks_for(parameter: &Parameter<'_>) -> bool {
    !parameter.only_for_locks
}

/// The parameters that a template uses.
pub fn parameters<'d>(deployment: &'d Deployment<'d>) -> impl Iterator<Item = &'d Parameter<'d>> {
    deployment
        .parameters
        .iter()
        .filter(|parameter| asks_for(parameter))
}

/// How many resources, parameters and outputs the template of a deployment has.
pub fn counts(deployment: &Deployment<'_>) -> [usize; 3] {
    let groups = deployment.groups.len();
    let rules = deployment
        .groups
        .iter()
        .flat_map(|group| group.ingress.iter().chain(&group.egress));
    let rules = rules.filter(|rule| separate(rule)).count();
    [
        groups + rules,
        parameters(deployment).count() + deployment.lists.len(),
        groups,
    ]
}

fn cidr(family: Family) -> &'static str {
    match family {
        Family::V4 => "CidrIp",
        Family::V6 => "CidrIpv6",
    }
}

fn pascal(name: &str) -> String {
    let mut out = String::new();
    push_pascal(&mut out, name);
    out
}

/// A group's logical id. Made with the oldest name of the tier, so that a rename moves nothing.
pub fn group_id(group: &Group<'_>) -> String {
    pascal(group.was.last().map_or(group.name, String::as_str)) + "SecurityGroup"
}

/// The output with a group's id.
pub fn output_name(group: &Group<'_>) -> String {
    group_id(group) + "Id"
}

/// The logical id of a parameter of the program.
pub fn parameter_id(parameter: &Parameter<'_>) -> String {
    pascal(parameter.name)
}

/// CloudFormation cannot look a prefix list up, so the template asks for its id.
pub fn list_parameter(deployment: &Deployment<'_>, id: PrefixListId) -> String {
    match deployment.list(id) {
        ListReference::Aws(name) => pascal(aws_list(name)) + "PrefixListId",
        ListReference::Id(id) => id.clone(),
        ListReference::Param(id) => pascal(deployment.parameter_name(*id)),
    }
}

struct Template<'d> {
    deployment: &'d Deployment<'d>,
    names: Names<'d>,
    /// Filled anew for the block, for the description and for the name of each rule.
    spare: RefCell<(String, String)>,
}

impl Serialize for Template<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let deployment = self.deployment;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("AWSTemplateFormatVersion", "2010-09-09")?;
        if let Some(description) = deployment.description {
            map.serialize_entry("Description", description)?;
        }
        map.serialize_entry("Metadata", &BTreeMap::from([("GeneratedBy", "tierwall")]))?;
        if parameters(deployment).next().is_some() || !deployment.lists.is_empty() {
            map.serialize_entry("Parameters", &Parameters(self))?;
        }
        map.serialize_entry("Resources", &Resources(self))?;
        if !deployment.groups.is_empty() {
            map.serialize_entry("Outputs", &Outputs(self))?;
        }
        map.end()
    }
}

impl Template<'_> {
    fn group(&self, tier: TierId) -> Value<'static> {
        let id = group_id(self.deployment.group(tier));
        Value::GetAtt {
            get: [id.into(), "GroupId".into()],
        }
    }

    fn parameter(&self, id: crate::groups::ParamId) -> Value<'static> {
        Value::Ref {
            to: pascal(self.deployment.parameter_name(id)),
        }
    }

    fn reference<'r>(&self, reference: &'r Reference) -> Value<'r> {
        match reference {
            Reference::Id(id) => Value::Text(id.as_str().into()),
            Reference::Param(id) => self.parameter(*id),
        }
    }

    fn list(&self, id: PrefixListId) -> Value<'_> {
        match self.deployment.list(id) {
            ListReference::Id(id) => Value::Text(id.as_str().into()),
            ListReference::Param(id) => self.parameter(*id),
            ListReference::Aws(_) => Value::Ref {
                to: list_parameter(self.deployment, id),
            },
        }
    }
}

/// A string, or where CloudFormation finds it.
#[derive(Serialize)]
#[serde(untagged)]
enum Value<'a> {
    Text(std::borrow::Cow<'a, str>),
    Ref {
        #[serde(rename = "Ref")]
        to: String,
    },
    GetAtt {
        #[serde(rename = "Fn::GetAtt")]
        get: [std::borrow::Cow<'a, str>; 2],
    },
    Sub {
        #[serde(rename = "Fn::Sub")]
        text: String,
    },
}

struct Parameters<'t, 'd>(&'t Template<'d>);

impl Serialize for Parameters<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let template = self.0;
        let mut bodies: BTreeMap<String, ParameterBody<'_>> = BTreeMap::new();
        for parameter in parameters(template.deployment) {
            bodies.insert(parameter_id(parameter), ParameterBody::new(parameter));
        }
        for id in &template.deployment.lists {
            if let ListReference::Aws(name) = template.deployment.list(*id) {
                let id = list_parameter(template.deployment, *id);
                bodies.insert(id, ParameterBody::list(name));
            }
        }
        bodies.serialize(serializer)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ParameterBody<'a> {
    r#type: &'static str,
    description: std::borrow::Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_pattern: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    constraint_description: Option<&'static str>,
}

const LIST_PATTERN: &str = "^pl-[0-9a-f]{8}([0-9a-f]{9})?$";
const LIST_MESSAGE: &str = "must be the id of a prefix list, like pl-0123456789abcdef0";

impl<'a> ParameterBody<'a> {
    fn new(parameter: &Parameter<'a>) -> Self {
        let (r#type, described, form) = match parameter.kind {
            ParamKind::Vpc => ("AWS::EC2::VPC::Id", "Id of a VPC", None),
            ParamKind::External => (
                "AWS::EC2::SecurityGroup::Id",
                "Id of a security group",
                None,
            ),
            ParamKind::PrefixList => (
                "String",
                "Id of a prefix list",
                Some((LIST_PATTERN, LIST_MESSAGE)),
            ),
            ParamKind::Cidr => (
                "String",
                "Block of IPv4 addresses",
                Some((
                    "^[0-9]{1,3}([.][0-9]{1,3}){3}/[0-9]{1,2}$",
                    "must be a block of IPv4 addresses, like 203.0.113.0/24",
                )),
            ),
            ParamKind::CidrIpv6 => (
                "String",
                "Block of IPv6 addresses",
                Some((
                    "^[0-9a-f:.]*:[0-9a-f:.]*/[0-9]{1,3}$",
                    "must be a block of IPv6 addresses, like 2001:db8::/32",
                )),
            ),
        };
        ParameterBody {
            r#type,
            description: parameter.description.unwrap_or(described).into(),
            default: parameter.default,
            allowed_pattern: form.map(|(pattern, _)| pattern),
            constraint_description: form.map(|(_, message)| message),
        }
    }

    fn list(name: &str) -> Self {
        let shown = name.replace("com.amazonaws.region.", "com.amazonaws.REGION.");
        ParameterBody {
            r#type: "String",
            description: format!("Id of the prefix list {shown}").into(),
            default: None,
            allowed_pattern: Some(LIST_PATTERN),
            constraint_description: Some(LIST_MESSAGE),
        }
    }
}

struct Resources<'t, 'd>(&'t Template<'d>);

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Resource<P> {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Metadata>,
    properties: P,
}

impl Serialize for Resources<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let template = self.0;
        let mut map = serializer.serialize_map(None)?;
        for group in &template.deployment.groups {
            let metadata = Metadata::for_rules(
                group
                    .ingress
                    .iter()
                    .chain(&group.egress)
                    .filter(|rule| !separate(rule)),
            );
            let properties = GroupBody { template, group };
            let resource = Resource {
                r#type: "AWS::EC2::SecurityGroup",
                metadata,
                properties,
            };
            map.serialize_entry(&group_id(group), &resource)?;
            for (direction, rules) in [
                (Direction::Ingress, &group.ingress),
                (Direction::Egress, &group.egress),
            ] {
                let r#type = match direction {
                    Direction::Ingress => "AWS::EC2::SecurityGroupIngress",
                    Direction::Egress => "AWS::EC2::SecurityGroupEgress",
                };
                for rule in rules.iter().filter(|rule| separate(rule)) {
                    let mut name = std::mem::take(&mut template.spare.borrow_mut().1);
                    name.clear();
                    template.names.rule(group.tier, direction, rule, &mut name);
                    let properties = RuleBody {
                        template,
                        group: Some(group.tier),
                        direction,
                        rule,
                    };
                    let resource = Resource {
                        r#type,
                        metadata: Metadata::for_rules([rule].into_iter()),
                        properties,
                    };
                    map.serialize_entry(&name, &resource)?;
                    template.spare.borrow_mut().1 = name;
                }
            }
        }
        map.end()
    }
}

/// Silences cfn-lint where it is wrong: it takes the type and code of an ICMPv6 rule for ports that
/// are ignored (W3687), and a type with code -1, every code, for a port range with one end (E3688).
/// The EC2 API reference (IpPermission) says that ICMPv6 has both, and that -1 means all codes.
struct Metadata {
    every_code: bool,
}

impl Metadata {
    fn for_rules<'r>(rules: impl Iterator<Item = &'r Rule>) -> Option<Metadata> {
        let kinds = rules.filter_map(|rule| match rule.traffic {
            Traffic::Icmpv6(kind) => kind,
            Traffic::All
            | Traffic::Tcp(_)
            | Traffic::Udp(_)
            | Traffic::Icmp(_)
            | Traffic::Number(_) => None,
        });
        let kinds: Vec<(u8, Option<u8>)> = kinds.collect();
        let every_code = kinds.iter().any(|(_, code)| code.is_none());
        (!kinds.is_empty()).then_some(Metadata { every_code })
    }
}

impl Serialize for Metadata {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let checks: &[&str] = if self.every_code {
            &["E3688", "W3687"]
        } else {
            &["W3687"]
        };
        let config = BTreeMap::from([("config", BTreeMap::from([("ignore_checks", checks)]))]);
        BTreeMap::from([("cfn-lint", config)]).serialize(serializer)
    }
}

struct GroupBody<'t, 'd> {
    template: &'t Template<'d>,
    group: &'t Group<'d>,
}

impl Serialize for GroupBody<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let GroupBody { template, group } = self;
        let mut map = serializer.serialize_map(None)?;
        if let Some(name) = group.group_name {
            map.serialize_entry("GroupName", name)?;
        }
        map.serialize_entry("GroupDescription", group.description)?;
        map.serialize_entry("VpcId", &template.reference(&group.vpc))?;
        let inline = |direction, rules| Inline {
            template,
            direction,
            rules,
        };
        let ingress = inline(Direction::Ingress, &group.ingress);
        if ingress.rules().next().is_some() {
            map.serialize_entry("SecurityGroupIngress", &ingress)?;
        }
        if has_placeholder(group) {
            map.serialize_entry("SecurityGroupEgress", &[Nothing::RULE])?;
        } else {
            map.serialize_entry(
                "SecurityGroupEgress",
                &inline(Direction::Egress, &group.egress),
            )?;
        }
        let tags: Vec<Tag<'_>> = group
            .tags
            .iter()
            .map(|(key, value)| Tag { key, value })
            .collect();
        map.serialize_entry("Tags", &tags)?;
        map.end()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Tag<'a> {
    key: &'a str,
    value: &'a str,
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

/// The rules of one side that stand in their group.
struct Inline<'t, 'd> {
    template: &'t Template<'d>,
    direction: Direction,
    rules: &'t [Rule],
}

impl<'t> Inline<'t, '_> {
    fn rules(&self) -> impl Iterator<Item = &'t Rule> {
        self.rules.iter().filter(|rule| !separate(rule))
    }
}

impl Serialize for Inline<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for rule in self.rules() {
            let Inline {
                template,
                direction,
                ..
            } = *self;
            list.serialize_element(&RuleBody {
                template,
                group: None,
                direction,
                rule,
            })?;
        }
        list.end()
    }
}

/// The properties of a rule; with its group where it is a resource of its own.
struct RuleBody<'t, 'd> {
    template: &'t Template<'d>,
    group: Option<TierId>,
    direction: Direction,
    rule: &'t Rule,
}

impl Serialize for RuleBody<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let RuleBody { template, rule, .. } = self;
        let mut map = serializer.serialize_map(None)?;
        if let Some(tier) = self.group {
            map.serialize_entry("GroupId", &template.group(tier))?;
        }
        match rule.traffic.protocol() {
            Protocol::Tcp => map.serialize_entry("IpProtocol", "tcp")?,
            Protocol::Udp => map.serialize_entry("IpProtocol", "udp")?,
            other @ (Protocol::All | Protocol::Icmp | Protocol::Icmpv6 | Protocol::Number(_)) => {
                map.serialize_entry("IpProtocol", &other.to_string())?;
            }
        }
        if let (Some((from, to)), false) = (
            rule.traffic.aws_ports(),
            rule.traffic == Traffic::Icmpv6(None),
        ) {
            map.serialize_entry("FromPort", &from)?;
            map.serialize_entry("ToPort", &to)?;
        }
        self.peer(&mut map)?;
        let description = &mut template.spare.borrow_mut().0;
        description.clear();
        template.deployment.describe(rule, description);
        map.serialize_entry("Description", description)?;
        map.end()
    }
}

impl RuleBody<'_, '_> {
    fn peer<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let template = self.template;
        let (group, list) = match self.direction {
            Direction::Ingress => ("SourceSecurityGroupId", "SourcePrefixListId"),
            Direction::Egress => ("DestinationSecurityGroupId", "DestinationPrefixListId"),
        };
        match self.rule.peer {
            Peer::Net(block) => {
                let text = &mut template.spare.borrow_mut().0;
                text.clear();
                push_block(text, &block);
                map.serialize_entry(cidr(Family::of_block(&block)), text)
            }
            Peer::Param(id) => map.serialize_entry(
                cidr(template.deployment.parameter_family(id)),
                &template.parameter(id),
            ),
            Peer::Tier(tier) => map.serialize_entry(group, &template.group(tier)),
            Peer::PrefixList(id) => map.serialize_entry(list, &template.list(id)),
            Peer::External(id) => {
                let (reference, account) = template.deployment.external(id);
                map.serialize_entry(group, &template.reference(reference))?;
                match account {
                    Some(account) => map.serialize_entry("SourceSecurityGroupOwnerId", account),
                    None => Ok(()),
                }
            }
        }
    }
}

struct Outputs<'t, 'd>(&'t Template<'d>);

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Output<'t> {
    description: String,
    value: Value<'t>,
    #[serde(skip_serializing_if = "Option::is_none")]
    export: Option<Export<'t>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Export<'t> {
    name: Value<'t>,
}

impl Serialize for Outputs<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let template = self.0;
        let mut map = serializer.serialize_map(None)?;
        for group in &template.deployment.groups {
            let name = output_name(group);
            let text = format!("${{AWS::StackName}}-{name}");
            let export = template.deployment.exports.then_some(Export {
                name: Value::Sub { text },
            });
            let description = format!("Security group of tier {}", group.name);
            map.serialize_entry(
                &name,
                &Output {
                    description,
                    value: template.group(group.tier),
                    export,
                },
            )?;
        }
        map.end()
    }
}
