//! The parameters of a template.

use super::resources::{list_parameter, parameter_id, used_parameters};
use crate::aws::{ParamKind, Parameter, State};
use crate::net::Ports;
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The parameters of a state.
pub struct Parameters<'s>(&'s State);

impl Parameters<'_> {
    /// The parameters that a template uses; `None` if it uses none.
    pub fn new(state: &State) -> Option<Parameters<'_>> {
        let is_empty =
            used_parameters(state).next().is_none() && state.lists_by_name().next().is_none();
        (!is_empty).then_some(Parameters(state))
    }
}

impl Serialize for Parameters<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut bodies: BTreeMap<String, ParameterBody<'_>> = BTreeMap::new();
        for parameter in used_parameters(self.0) {
            bodies.insert(parameter_id(parameter), ParameterBody::new(parameter));
        }
        for (_, name) in self.0.lists_by_name() {
            bodies.insert(list_parameter(name), ParameterBody::list(name));
        }
        bodies.serialize(serializer)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ParameterBody<'a> {
    r#type: &'static str,
    description: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<DefaultValue<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_pattern: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_value: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_value: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    constraint_description: Option<&'static str>,
}

/// `203.0.113.0/24`, or a port as a number
#[derive(Serialize)]
#[serde(untagged)]
enum DefaultValue<'a> {
    Text(&'a str),
    Port(u16),
}

impl DefaultValue<'_> {
    fn new(kind: ParamKind, text: &str) -> DefaultValue<'_> {
        let port = (kind == ParamKind::Port).then(|| text.parse().ok());
        let text = DefaultValue::Text(text);
        port.flatten().map_or(text, DefaultValue::Port)
    }
}

const LIST_PATTERN: &str = "^pl-[0-9a-f]{8}([0-9a-f]{9})?$";
const LIST_MESSAGE: &str = "must be the id of a prefix list, like pl-0123456789abcdef0";

impl<'a> ParameterBody<'a> {
    fn new(parameter: &'a Parameter) -> Self {
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
            ParamKind::Port => ("Number", "Port", None),
            ParamKind::String => ("String", "Text", None),
            // no rule has one: `unsupported` reports it
            ParamKind::CidrList => ("CommaDelimitedList", "Blocks of IPv4 addresses", None),
            ParamKind::CidrIpv6List => ("CommaDelimitedList", "Blocks of IPv6 addresses", None),
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

        if let Some(path) = parameter.source.ssm() {
            return ParameterBody::ssm(parameter, path, described);
        }

        let bounds = (parameter.kind == ParamKind::Port).then_some(Ports::ALL);
        ParameterBody {
            r#type,
            description: parameter.description.as_deref().unwrap_or(described).into(),
            default: parameter
                .default
                .as_deref()
                .map(|text| DefaultValue::new(parameter.kind, text)),
            allowed_pattern: form.map(|(pattern, _)| pattern),
            min_value: bounds.map(|ports| ports.from),
            max_value: bounds.map(|ports| ports.to),
            constraint_description: form.map(|(_, message)| message),
        }
    }

    /// One whose value is read from Systems Manager. No pattern: CloudFormation would apply it to
    /// the path.
    fn ssm(parameter: &'a Parameter, path: &'a str, described: &'a str) -> Self {
        ParameterBody {
            r#type: match parameter.kind {
                ParamKind::Vpc => "AWS::SSM::Parameter::Value<AWS::EC2::VPC::Id>",
                ParamKind::External => "AWS::SSM::Parameter::Value<AWS::EC2::SecurityGroup::Id>",
                ParamKind::Cidr
                | ParamKind::CidrIpv6
                | ParamKind::CidrList
                | ParamKind::CidrIpv6List
                | ParamKind::PrefixList
                | ParamKind::Port
                | ParamKind::String => "AWS::SSM::Parameter::Value<String>",
            },
            description: parameter.description.as_deref().unwrap_or(described).into(),
            default: Some(DefaultValue::Text(path)),
            allowed_pattern: None,
            min_value: None,
            max_value: None,
            constraint_description: None,
        }
    }

    fn list(name: &str) -> Self {
        let shown = name.replace("com.amazonaws.region.", "com.amazonaws.REGION.");
        ParameterBody {
            r#type: "String",
            description: format!("Id of the prefix list {shown}").into(),
            default: None,
            allowed_pattern: Some(LIST_PATTERN),
            min_value: None,
            max_value: None,
            constraint_description: Some(LIST_MESSAGE),
        }
    }
}
