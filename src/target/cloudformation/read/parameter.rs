//! The sections of a template around its resources: parameters, mappings, conditions.

use super::node::{Entry, Node};
use crate::aws::{ParameterSource, TemplateSource, Text};
use crate::inventory::{
    InventoryBuilder, Origin, ParameterEntry, Remark, SourceError, Value, Words,
};
use crate::source::{FileId, Span};
use std::collections::{BTreeMap, BTreeSet};

/// A template that is read, and what is built of it.
pub(super) struct Template<'t> {
    text: &'t str,
    root: &'t Node,
    bindings: &'t [(String, String)],
    pub(super) builder: InventoryBuilder,
    /// The names of the bindings that were used.
    pub(super) applied: BTreeSet<String>,
    /// Expressions that the builder knows.
    declared: BTreeSet<String>,
    /// Conditions that are known, and those that are being evaluated.
    conditions: BTreeMap<String, Option<bool>>,
    /// Parameters whose defaults conditions took for their values.
    assumed: BTreeSet<String>,
    pub(super) depth: usize,
}

impl<'t> Template<'t> {
    pub(super) fn new(
        text: &'t str,
        root: &'t Node,
        bindings: &'t [(String, String)],
    ) -> Template<'t> {
        Template {
            text,
            root,
            bindings,
            builder: InventoryBuilder::without_references(),
            applied: BTreeSet::new(),
            declared: BTreeSet::new(),
            conditions: BTreeMap::new(),
            assumed: BTreeSet::new(),
            depth: 0,
        }
    }

    fn section(&self, name: &str) -> Option<&'t Node> {
        self.root.get(name)
    }

    /// The resources, each with its logical id as the key.
    pub(super) fn resources(&self) -> &'t [Entry] {
        self.section("Resources").map_or(&[], Node::entries)
    }

    fn resource(&self, name: &str) -> Option<&'t Node> {
        self.section("Resources")?.get(name)
    }

    pub(super) fn has_resource(&self, name: &str) -> bool {
        self.resource(name).is_some()
    }

    /// Whether a resource is one that rules name by its id.
    pub(super) fn is_named_by_id(&self, name: &str) -> bool {
        let kind = self.resource(name).and_then(|it| it.get("Type"));
        matches!(
            kind.and_then(Node::text),
            Some("AWS::EC2::SecurityGroup" | "AWS::EC2::PrefixList" | "AWS::EC2::VPC")
        )
    }

    fn parameter(&self, name: &str) -> Option<&'t Node> {
        self.section("Parameters")?.get(name)
    }

    pub(super) fn is_parameter(&self, name: &str) -> bool {
        self.parameter(name).is_some()
    }

    /// Whether a parameter is a list.
    pub(super) fn is_list(&self, name: &str) -> bool {
        let kind = self.parameter(name).and_then(|it| it.get("Type"));
        let kind = kind.and_then(Node::text).unwrap_or_default();
        kind == "CommaDelimitedList" || kind.contains("List<")
    }

    /// The value that is given for a parameter, by its name or as a program would call it.
    pub(super) fn bound(&mut self, name: &str) -> Option<&'t str> {
        let is_known = self.is_parameter(name) || name.starts_with("AWS::");
        let mut bindings = self.bindings.iter();
        let (given, value) = bindings.find(|(given, _)| is_known && is_called(name, given))?;
        self.applied.insert(given.clone());
        Some(value)
    }

    /// The expression of a parameter without a value, which the builder then knows.
    pub(super) fn declare_parameter(&mut self, name: &str) -> String {
        if let (Some(node), true) = (self.parameter(name), self.declared.insert(name.to_string())) {
            let text = |key: &str| node.get(key).and_then(Node::text);
            let kind = text("Type").unwrap_or_default();
            let is_stored = kind.starts_with("AWS::SSM::Parameter::Value<");
            let (default, path) = match is_stored {
                true => (None, text("Default")),
                false => (text("Default").filter(|it| !it.is_empty()), None),
            };
            self.builder.declare_parameter(ParameterEntry {
                expression: name.into(),
                name: name.into(),
                kind: None,
                description: text("Description").map(Into::into),
                default: default.map(Into::into),
                source: ParameterSource {
                    terraform: None,
                    cloudformation: path.map(|path| TemplateSource::Ssm(path.to_string())),
                },
            });
        }
        name.to_string()
    }

    /// The expression of what another stack exports under a name.
    pub(super) fn declare_import(&mut self, name: &Words<'_>) -> String {
        let mut text = Text::default();
        let mut shown = String::new();
        match name {
            Words::Known(known) => {
                text.push_literal(known);
                shown.push_str(known);
            }
            Words::Pieces(pieces) => {
                for piece in pieces {
                    match piece {
                        Value::Known(known) => {
                            text.push_literal(known);
                            shown.push_str(known);
                        }
                        Value::Expression(name) => {
                            text.push_parameter(name);
                            shown.push_str(name);
                        }
                    }
                }
            }
        }
        let expression = format!("import {shown}");
        if self.declared.insert(expression.clone()) {
            self.builder.declare_parameter(ParameterEntry {
                expression: expression.clone().into(),
                name: shown.into(),
                kind: None,
                description: None,
                default: None,
                source: ParameterSource {
                    terraform: None,
                    cloudformation: Some(TemplateSource::Import(text)),
                },
            });
        }
        expression
    }

    /// The value of a mapping: its name and two keys.
    pub(super) fn mapping(&self, keys: &[String]) -> Option<&'t Node> {
        let [map, first, second] = keys else {
            return None;
        };
        let map = self.section("Mappings")?.get(map)?;
        map.get(first)?.get(second)
    }

    /// Whether a condition holds, by its name.
    pub(super) fn condition_of(&mut self, name: &'t Node) -> Result<bool, SourceError> {
        let Some(name_text) = name.text() else {
            return Err(self.error(name, "a condition is called by its name"));
        };
        match self.conditions.get(name_text) {
            Some(Some(known)) => return Ok(*known),
            Some(None) => {
                return Err(self.error(
                    name,
                    &format!("the condition `{name_text}` refers to itself"),
                ));
            }
            None => {}
        }
        let conditions = self.section("Conditions");
        let Some(node) = conditions.and_then(|conditions| conditions.get(name_text)) else {
            return Err(self.error(
                name,
                &format!("the template has no condition `{name_text}`"),
            ));
        };
        self.conditions.insert(name_text.to_string(), None);
        let holds = self.holds(node);
        match holds {
            Ok(holds) => self.conditions.insert(name_text.to_string(), Some(holds)),
            // what is wrong is reported where it is asked for the next time
            Err(_) => self.conditions.remove(name_text),
        };
        holds
    }

    fn holds(&mut self, node: &'t Node) -> Result<bool, SourceError> {
        let Some((function, argument)) = node.function() else {
            return Err(self.error(node, "expected a function of conditions, like `Fn::Equals`"));
        };
        match (function, argument.items()) {
            ("Condition", _) => self.condition_of(argument),
            ("Fn::Not", [one]) => Ok(!self.holds(one)?),
            ("Fn::And", all) if !all.is_empty() => {
                let mut holds = true;
                for one in all {
                    holds &= self.holds(one)?;
                }
                Ok(holds)
            }
            ("Fn::Or", all) if !all.is_empty() => {
                let mut holds = false;
                for one in all {
                    holds |= self.holds(one)?;
                }
                Ok(holds)
            }
            ("Fn::Equals", [one, other]) => {
                Ok(self.assumed_text(one)? == self.assumed_text(other)?)
            }
            _ => Err(self.error(node, "expected a function of conditions, like `Fn::Equals`")),
        }
    }

    /// A text that decides about a condition: parameters without a value have their default.
    fn assumed_text(&mut self, node: &'t Node) -> Result<String, SourceError> {
        let evaluated = self.evaluate(node)?;
        if let Some(known) = evaluated.as_known() {
            return Ok(known);
        }
        let name = match node.function() {
            Some(("Ref", name)) => name.text(),
            _ => None,
        };
        let parameter = name.and_then(|name| Some((name, self.parameter(name)?)));
        let default = parameter.and_then(|(name, node)| Some((name, node.get("Default")?.text()?)));
        match default {
            Some((name, default)) => {
                self.note_assumed(name, default, node);
                Ok(default.to_string())
            }
            None => {
                let what = name.unwrap_or("a value");
                let message = format!(
                    "the condition depends on `{what}`, whose value is unknown; give it: `--set {}`",
                    name.map_or("NAME=VALUE".to_string(), |name| format!("{name}=VALUE"))
                );
                Err(self.error(node, &message))
            }
        }
    }

    fn note_assumed(&mut self, name: &str, value: &str, at: &Node) {
        if self.assumed.insert(name.to_string()) {
            let origin = self.origin(at, name);
            self.builder.add_remark(Remark::AssumedDefault {
                parameter: name.to_string(),
                value: value.to_string(),
                origin,
            });
        }
    }

    /// Where a part was read.
    pub(super) fn origin(&self, node: &Node, address: &str) -> Origin {
        Origin {
            id: None,
            address: Some(address.into()),
            span: Some(Span {
                file: FileId(0),
                start: node.start,
                end: node.end,
            }),
            ..Origin::default()
        }
    }

    /// A part as the template writes it, on one line.
    pub(super) fn written(&self, node: &Node) -> String {
        let text = &self.text[node.start as usize..(node.end as usize).max(node.start as usize)];
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// An error at a part.
    pub(super) fn error(&self, node: &Node, message: &str) -> SourceError {
        let before = &self.text[..(node.start as usize).min(self.text.len())];
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let column = before[start..].chars().count() + 1;
        SourceError {
            message: message.to_string(),
            place: Some((line, column)),
            file: None,
        }
    }
}

/// Whether a name that is given means a parameter: `OfficeCidr`, `office-cidr`
fn is_called(parameter: &str, given: &str) -> bool {
    parameter == given || super::super::resources::pascal_case(given) == parameter
}
