//! The sections of a template.

use super::error::TemplateError;
use super::tree::{Kind, Node};
use std::collections::HashMap;

/// A template; names of its sections lead to their values.
pub(super) struct Template<'d> {
    pub(super) parameters: HashMap<&'d str, &'d Node<'d>>,
    pub(super) mappings: HashMap<&'d str, &'d Node<'d>>,
    pub(super) conditions: HashMap<&'d str, &'d Node<'d>>,
    pub(super) resources: HashMap<&'d str, Resource<'d>>,
    /// The logical ids of the resources, in the order of the text.
    pub(super) order: Vec<&'d str>,
}

/// A resource of a template.
#[derive(Debug, Clone, Copy)]
pub(super) struct Resource<'d> {
    /// Its logical id.
    pub(super) id: &'d str,
    /// `AWS::EC2::SecurityGroup`
    pub(super) kind: &'d str,
    pub(super) node: &'d Node<'d>,
}

/// Transforms that add no groups and no rules: the resources that AWS SAM makes have none
/// (AWS SAM developer guide, "Generated CloudFormation resources"), and the language extensions are
/// read here.
const KNOWN_TRANSFORMS: [&str; 2] = ["AWS::Serverless-2016-10-31", "AWS::LanguageExtensions"];

impl<'d> Template<'d> {
    /// The sections of a document.
    pub(super) fn new(root: &'d Node<'d>) -> Result<Template<'d>, TemplateError> {
        if !matches!(root.kind, Kind::Map(_)) {
            let message = format!("expected a template, found {}", root.what());
            return Err(TemplateError::new(root.at(), message));
        }
        refuse_transforms(root)?;
        let Some(resources) = root.get("Resources") else {
            return Err(TemplateError::new(
                root.at(),
                "the template has no `Resources`",
            ));
        };

        let mut template = Template {
            parameters: section(root, "Parameters")?,
            mappings: section(root, "Mappings")?,
            conditions: section(root, "Conditions")?,
            resources: HashMap::new(),
            order: Vec::new(),
        };
        expect_map(resources, "Resources")?;
        for entry in resources.entries() {
            if entry.key.starts_with("Fn::") {
                refuse_macro(&entry.key, entry.at, &entry.value)?;
                continue;
            }
            let resource = Resource {
                id: &entry.key,
                kind: resource_kind(&entry.key, entry.at, &entry.value)?,
                node: &entry.value,
            };
            template.resources.insert(resource.id, resource);
            template.order.push(resource.id);
        }
        Ok(template)
    }

    /// The resources, in the order of the text.
    pub(super) fn resources(&self) -> impl Iterator<Item = Resource<'d>> {
        self.order.iter().map(|id| self.resources[id])
    }
}

fn expect_map(node: &Node<'_>, name: &str) -> Result<(), TemplateError> {
    match node.kind {
        Kind::Map(_) => Ok(()),
        Kind::Null | Kind::Text(_) | Kind::List(_) => {
            let message = format!("expected an object as `{name}`, found {}", node.what());
            Err(TemplateError::new(node.at(), message))
        }
    }
}

fn section<'d>(
    root: &'d Node<'d>,
    name: &str,
) -> Result<HashMap<&'d str, &'d Node<'d>>, TemplateError> {
    let Some(section) = root.get(name) else {
        return Ok(HashMap::new());
    };
    expect_map(section, name)?;
    let entries = section.entries().iter();
    Ok(entries
        .map(|entry| (entry.key.as_ref(), entry.value.as_ref()))
        .collect())
}

fn resource_kind<'d>(
    id: &str,
    at: usize,
    resource: &'d Node<'d>,
) -> Result<&'d str, TemplateError> {
    let kind = resource.get("Type").and_then(Node::text);
    kind.ok_or_else(|| TemplateError::new(at, format!("the resource `{id}` has no `Type`")))
}

/// Refuses a template of which a macro makes another.
fn refuse_transforms(root: &Node<'_>) -> Result<(), TemplateError> {
    let Some(transform) = root.get("Transform") else {
        return Ok(());
    };
    let single = [transform];
    let listed: Vec<&Node<'_>> = match &transform.kind {
        Kind::List(items) => items.iter().map(AsRef::as_ref).collect(),
        Kind::Null | Kind::Text(_) | Kind::Map(_) => single.to_vec(),
    };
    for transform in listed {
        let name = transform
            .text()
            .or(transform.get("Name").and_then(Node::text));
        let name = name.unwrap_or("Transform");
        if !KNOWN_TRANSFORMS.contains(&name) {
            return Err(TemplateError::new(transform.at(), unknown_macro(name)));
        }
    }
    Ok(())
}

/// Refuses what a macro makes among the resources, where it can be a group or a rule.
fn refuse_macro(name: &str, at: usize, value: &Node<'_>) -> Result<(), TemplateError> {
    let is_loop = name.starts_with("Fn::ForEach::");
    match is_loop && !can_make_rules(value) {
        true => Ok(()),
        false => Err(TemplateError::new(at, unknown_macro(name))),
    }
}

/// Whether a part of a template has a type that is one of a group or a rule, or is not written.
fn can_make_rules(node: &Node<'_>) -> bool {
    match &node.kind {
        Kind::Null | Kind::Text(_) => false,
        Kind::List(items) => items.iter().any(|item| can_make_rules(item)),
        Kind::Map(entries) => entries.iter().any(|entry| match entry.key.as_ref() {
            "Type" => entry.value.text().is_none_or(|kind| {
                kind.contains("${") || kind.starts_with("AWS::EC2::") || kind.ends_with("::MODULE")
            }),
            "Fn::Transform" => true,
            _ => can_make_rules(&entry.value),
        }),
    }
}

/// What is wrong with a macro, and what to do.
pub(super) fn unknown_macro(name: &str) -> String {
    format!(
        "what the macro `{name}` makes is unknown: read the template after it, `aws cloudformation \
         get-template --template-stage Processed --stack-name NAME`"
    )
}
