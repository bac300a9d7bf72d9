//! Works out the values of a template: references, attributes and functions.

use super::error::TemplateError;
use super::template::{Resource, Template, unknown_macro};
use super::tree::{Kind, Node};
use super::values::{Piece, Resolved, Unknown, UnknownPlace, joined_unknown, known_text};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

/// Groups.
pub(super) const GROUP: &str = "AWS::EC2::SecurityGroup";

/// Prefix lists.
pub(super) const LIST: &str = "AWS::EC2::PrefixList";

/// VPCs.
pub(super) const VPC: &str = "AWS::EC2::VPC";

/// How deep values, and what they refer to, are followed.
const DEEPEST: usize = 300;

/// How many values are worked out: many times what the largest template has (CloudFormation user
/// guide, "CloudFormation quotas": 1 MB), and not what aliases of aliases would ask for.
const MOST_STEPS: usize = 2_000_000;

/// Works out values.
pub(super) struct Evaluator<'d> {
    pub(super) template: &'d Template<'d>,
    /// Values of parameters, by name.
    pub(super) bindings: HashMap<&'d str, &'d str>,
    /// The parameters whose defaults decided a condition, with these, and where one of them is.
    pub(super) assumed: BTreeMap<&'d str, (String, &'d Node<'d>)>,
    /// What is known of conditions; nothing while one is worked out.
    pub(super) conditions: HashMap<&'d str, Option<bool>>,
    /// The prefix lists whose entries are all known.
    pub(super) known_lists: HashSet<&'d str>,
    /// The groups by names that are known.
    pub(super) group_names: HashMap<String, &'d str>,
    /// Whether a condition is being worked out.
    pub(super) in_condition: bool,
    depth: usize,
    steps: usize,
}

impl<'d> Evaluator<'d> {
    /// One that has worked out nothing.
    pub(super) fn new(
        template: &'d Template<'d>,
        bindings: &'d [(String, String)],
    ) -> Evaluator<'d> {
        let bindings = bindings.iter();
        Evaluator {
            template,
            bindings: bindings
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect(),
            assumed: BTreeMap::new(),
            conditions: HashMap::new(),
            known_lists: HashSet::new(),
            group_names: HashMap::new(),
            in_condition: false,
            depth: 0,
            steps: 0,
        }
    }

    /// The value of a part of the template.
    pub(super) fn resolve(&mut self, node: &'d Node<'d>) -> Result<Resolved<'d>, TemplateError> {
        self.enter(node)?;
        let resolved = match &node.kind {
            Kind::Null => Ok(Resolved::Nothing),
            Kind::Text(text) => self.literal(node, text),
            Kind::List(items) => self.resolve_items(items).map(Resolved::List),
            Kind::Map(_) => match node.function() {
                Some((name, argument)) if name != "Condition" => self.call(node, name, argument),
                Some(_) | None => Ok(Resolved::Object(node)),
            },
        };
        self.depth -= 1;
        resolved
    }

    /// Counts a step, and how deep it is.
    pub(super) fn enter(&mut self, node: &Node<'d>) -> Result<(), TemplateError> {
        self.depth += 1;
        self.spend(node, 1)?;
        match self.depth > DEEPEST {
            true => Err(TemplateError::new(
                node.at(),
                "the value refers to others too deeply, or to itself",
            )),
            false => Ok(()),
        }
    }

    /// Ends what [`enter`](Evaluator::enter) began.
    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Counts what a value costs.
    pub(super) fn spend(&mut self, node: &Node<'d>, steps: usize) -> Result<(), TemplateError> {
        self.steps += steps;
        match self.steps > MOST_STEPS {
            true => Err(TemplateError::new(
                node.at(),
                "the template repeats its values too often to be read",
            )),
            false => Ok(()),
        }
    }

    /// The values of a list, without those that are not there.
    pub(super) fn resolve_items(
        &mut self,
        items: &'d [Rc<Node<'d>>],
    ) -> Result<Vec<Resolved<'d>>, TemplateError> {
        let mut resolved = Vec::with_capacity(items.len());
        for item in items {
            match self.resolve(item)? {
                Resolved::Nothing => {}
                value => resolved.push(value),
            }
        }
        Ok(resolved)
    }

    /// A text, in which CloudFormation replaces dynamic references: `{{resolve:ssm:/office}}`
    /// (CloudFormation user guide, "Dynamic references").
    fn literal(
        &mut self,
        node: &'d Node<'d>,
        text: &'d str,
    ) -> Result<Resolved<'d>, TemplateError> {
        const START: &str = "{{resolve:";
        self.spend(node, text.len() / 64)?;
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(start) = rest.find(START) {
            let Some(length) = rest[start..].find("}}") else {
                break;
            };
            let end = start + length + 2;
            if start > 0 {
                pieces.push(Piece::Known(rest[..start].into()));
            }
            let reference = &rest[start + START.len()..end - 2];
            pieces.push(Piece::Unknown(Rc::new(dynamic_reference(reference))));
            rest = &rest[end..];
        }
        if !rest.is_empty() {
            pieces.push(Piece::Known(rest.into()));
        }
        Ok(Resolved::Text(pieces))
    }

    fn call(
        &mut self,
        node: &'d Node<'d>,
        name: &'d str,
        argument: &'d Node<'d>,
    ) -> Result<Resolved<'d>, TemplateError> {
        match name {
            "Ref" => match argument.text() {
                Some(name) => self.reference(node, name),
                None => Err(self.expected(argument, "Ref", "a name")),
            },
            "Fn::GetAtt" => {
                let (id, attribute) = self.attribute_path(argument)?;
                self.attribute(node, id, &attribute)
            }
            "Fn::Sub" => self.substitute(argument),
            "Fn::Join" => self.join(argument),
            "Fn::Select" => self.select(argument),
            "Fn::Split" => self.split(argument),
            "Fn::FindInMap" => self.find_in_map(argument),
            "Fn::If" => self.choose(argument),
            "Fn::ImportValue" => self.import_value(argument),
            "Fn::GetAZs" | "Fn::Cidr" => {
                let unknown = Unknown::new(format!("{name} at {}", node.at()), &name[4..]);
                Ok(Resolved::UnknownList(Rc::new(unknown)))
            }
            "Fn::Base64" | "Fn::Length" | "Fn::ToJsonString" => Ok(Resolved::unknown(
                Unknown::new(format!("{name} at {}", node.at()), &name[4..]),
            )),
            "Fn::Transform" => {
                let of = argument.get("Name").and_then(Node::text).unwrap_or(name);
                Err(TemplateError::new(node.at(), unknown_macro(of)))
            }
            _ if name.starts_with("Fn::ForEach::") => {
                Err(TemplateError::new(node.at(), unknown_macro(name)))
            }
            _ => {
                let message = format!("`{name}` is no function of a template");
                Err(TemplateError::new(node.at(), message))
            }
        }
    }

    /// What a function expected.
    pub(super) fn expected(&self, found: &Node<'d>, function: &str, what: &str) -> TemplateError {
        let message = format!("`{function}` expects {what}, found {}", found.what());
        TemplateError::new(found.at(), message)
    }

    /// The value of a `Ref`.
    pub(super) fn reference(
        &mut self,
        node: &'d Node<'d>,
        name: &'d str,
    ) -> Result<Resolved<'d>, TemplateError> {
        if let Some(parameter) = self.template.parameters.get(name) {
            return self.parameter(name, parameter);
        }
        if let Some(resource) = self.template.resources.get(name) {
            return self.resource_id(node, *resource);
        }
        match name {
            "AWS::NoValue" => Ok(Resolved::Nothing),
            "AWS::Region" | "AWS::AccountId" | "AWS::Partition" | "AWS::StackName"
            | "AWS::StackId" | "AWS::URLSuffix" => Ok(self.pseudo_parameter(name)),
            "AWS::NotificationARNs" => Ok(Resolved::UnknownList(Rc::new(Unknown::new(name, name)))),
            _ => {
                let message = format!("`{name}` is no parameter and no resource of the template");
                Err(TemplateError::new(node.at(), message))
            }
        }
    }

    fn pseudo_parameter(&mut self, name: &'d str) -> Resolved<'d> {
        if let Some(value) = self.bindings.get(name) {
            return Resolved::known(*value);
        }
        Resolved::unknown(Unknown {
            parameter: Some(name),
            ..Unknown::new(name, name.trim_start_matches("AWS::"))
        })
    }

    /// The id of a resource: that of a group or a list by its logical id.
    fn resource_id(
        &mut self,
        node: &'d Node<'d>,
        resource: Resource<'d>,
    ) -> Result<Resolved<'d>, TemplateError> {
        let id = resource.id;
        let is_read = matches!(resource.kind, GROUP | LIST | VPC);
        if is_read && !self.exists(resource)? {
            let message = format!("`{id}` is not made: its condition does not hold");
            return Err(TemplateError::new(node.at(), message));
        }
        match resource.kind {
            GROUP => Ok(Resolved::Text(vec![Piece::Resource(id)])),
            LIST if self.known_lists.contains(id) => Ok(Resolved::Text(vec![Piece::Resource(id)])),
            VPC => Ok(Resolved::unknown(Unknown::new(id, format!("{id}Id")))),
            _ => Ok(Resolved::unknown(Unknown::new(id, id))),
        }
    }

    /// The two parts of `Web.GroupId`, or of a list of both.
    fn attribute_path(
        &mut self,
        argument: &'d Node<'d>,
    ) -> Result<(&'d str, Cow<'d, str>), TemplateError> {
        let wanted = "a resource and its attribute";
        match &argument.kind {
            Kind::Text(path) => match path.split_once('.') {
                Some((id, attribute)) => Ok((id, attribute.into())),
                None => {
                    let message = format!("`Fn::GetAtt` expects {wanted}, found `{path}`");
                    Err(TemplateError::new(argument.at(), message))
                }
            },
            Kind::List(parts) => {
                let [id, attribute] = parts.as_slice() else {
                    return Err(self.expected(argument, "Fn::GetAtt", wanted));
                };
                let Some(id) = id.text() else {
                    return Err(self.expected(id, "Fn::GetAtt", "a logical id"));
                };
                let attribute = self.text_of(attribute, "Fn::GetAtt")?;
                match known_text(&attribute) {
                    Some(known) => Ok((id, known.into_owned().into())),
                    None => Ok((id, joined_unknown(&attribute).expression.clone().into())),
                }
            }
            Kind::Null | Kind::Map(_) => Err(self.expected(argument, "Fn::GetAtt", wanted)),
        }
    }

    /// An attribute of a resource.
    pub(super) fn attribute(
        &mut self,
        node: &'d Node<'d>,
        id: &'d str,
        attribute: &str,
    ) -> Result<Resolved<'d>, TemplateError> {
        let Some(resource) = self.template.resources.get(id).copied() else {
            let message = format!("`{id}` is no resource of the template");
            return Err(TemplateError::new(node.at(), message));
        };
        let property = match (resource.kind, attribute) {
            (GROUP, "GroupId" | "Id") | (LIST, "PrefixListId" | "Id") | (VPC, "VpcId" | "Id") => {
                return self.resource_id(node, resource);
            }
            (GROUP, "VpcId") | (VPC, "CidrBlock") => attribute,
            _ => "",
        };

        let properties = resource.node.get("Properties");
        match properties.and_then(|it| it.get(property)) {
            Some(value) => self.resolve(value),
            None if (resource.kind, property) == (GROUP, "VpcId") => {
                Ok(Resolved::unknown(Unknown::default_vpc()))
            }
            None => {
                let unknown =
                    Unknown::new(format!("{id}.{attribute}"), format!("{id}.{attribute}"));
                Ok(Resolved::unknown(unknown))
            }
        }
    }

    /// The pieces of a value that has to be a text; none where it is not there.
    pub(super) fn text_of(
        &mut self,
        node: &'d Node<'d>,
        of: &str,
    ) -> Result<Vec<Piece<'d>>, TemplateError> {
        match self.resolve(node)? {
            Resolved::Text(pieces) => Ok(pieces),
            Resolved::Nothing => Ok(Vec::new()),
            other => {
                let message = format!("`{of}` expects a text, found {}", other.what());
                Err(TemplateError::new(node.at(), message))
            }
        }
    }
}

/// `ssm:/office:2`, `secretsmanager:office`
fn dynamic_reference(reference: &str) -> Unknown<'_> {
    let mut parts = reference.splitn(3, ':');
    let (service, path) = (parts.next(), parts.next().unwrap_or(reference));
    let place = match (service, parts.next()) {
        (Some("ssm"), None) => UnknownPlace::Ssm(path.to_string()),
        _ => UnknownPlace::Deployment,
    };
    Unknown {
        place,
        ..Unknown::new(format!("{{{{resolve:{reference}}}}}"), path)
    }
}
