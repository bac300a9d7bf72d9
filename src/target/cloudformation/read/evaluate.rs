//! The functions of a template, evaluated as far as their values are known.

use super::node::{Kind, Node};
use super::parameter::Template;
use crate::inventory::{SourceError, Value, Words};
use std::borrow::Cow;

/// How deep functions and conditions may refer to each other.
const DEEPEST: usize = 200;

/// What a part of a template gives.
#[derive(Debug, Clone)]
pub(super) enum Evaluated<'t> {
    /// A text, of which parts may be unknown.
    Text(Vec<Piece>),
    /// A list; `None` where the whole list is unknown.
    List(Vec<Evaluated<'t>>),
    /// An object that is no function.
    Object(&'t Node),
    /// `AWS::NoValue`
    Nothing,
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Known(String),
    /// An expression: the name of a parameter, or a function as it is written.
    Unknown(String),
}

impl<'t> Evaluated<'t> {
    pub(super) fn known(text: impl Into<String>) -> Evaluated<'t> {
        Evaluated::Text(vec![Piece::Known(text.into())])
    }

    pub(super) fn unknown(expression: impl Into<String>) -> Evaluated<'t> {
        Evaluated::Text(vec![Piece::Unknown(expression.into())])
    }

    /// The text, if all of it is known.
    pub(super) fn as_known(&self) -> Option<String> {
        let Evaluated::Text(pieces) = self else {
            return None;
        };
        let known = pieces.iter().map(|piece| match piece {
            Piece::Known(text) => Some(text.as_str()),
            Piece::Unknown(_) => None,
        });
        known.collect()
    }

    /// A single value, or nothing for a list or an object.
    pub(super) fn as_value(&self) -> Option<Value<'static>> {
        let Evaluated::Text(pieces) = self else {
            return None;
        };
        Some(match (self.as_known(), pieces.as_slice()) {
            (Some(text), _) => Value::known(text),
            (None, [Piece::Unknown(expression)]) => Value::expression(expression.clone()),
            (None, _) => Value::expression(joined(pieces)),
        })
    }

    /// A text with its unknown parts, or nothing for a list or an object.
    pub(super) fn as_words(&self) -> Option<Words<'static>> {
        let Evaluated::Text(pieces) = self else {
            return None;
        };
        if let Some(text) = self.as_known() {
            return Some(Words::known(text));
        }
        let pieces = pieces.iter().map(|piece| match piece {
            Piece::Known(text) => Value::known(text.clone()),
            Piece::Unknown(expression) => Value::expression(expression.clone()),
        });
        Some(Words::Pieces(pieces.collect()))
    }
}

/// Pieces as a template writes them: `shop-${Environment}`
fn joined(pieces: &[Piece]) -> String {
    let texts = pieces.iter().map(|piece| match piece {
        Piece::Known(text) => Cow::Borrowed(text.as_str()),
        Piece::Unknown(expression) => format!("${{{expression}}}").into(),
    });
    texts.collect()
}

impl<'t> Template<'t> {
    /// What a part gives.
    pub(super) fn evaluate(&mut self, node: &'t Node) -> Result<Evaluated<'t>, SourceError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.error(node, "functions refer to each other too deeply"));
        }
        let evaluated = self.evaluate_inner(node);
        self.depth -= 1;
        evaluated
    }

    fn evaluate_inner(&mut self, node: &'t Node) -> Result<Evaluated<'t>, SourceError> {
        match &node.kind {
            Kind::Scalar(text) => return Ok(Evaluated::known(text.clone())),
            Kind::List(items) => {
                let mut list = Vec::with_capacity(items.len());
                for item in items {
                    match self.evaluate(item)? {
                        Evaluated::Nothing => {}
                        value => list.push(value),
                    }
                }
                return Ok(Evaluated::List(list));
            }
            Kind::Map(_) => {}
        }
        let Some((function, argument)) = node.function() else {
            return Ok(Evaluated::Object(node));
        };
        match function {
            "Ref" => self.reference(argument),
            "Fn::GetAtt" => self.attribute(argument),
            "Fn::Sub" => self.substitute(argument),
            "Fn::Join" => self.join(node, argument),
            "Fn::Select" => self.select(node, argument),
            "Fn::Split" => self.split(node, argument),
            "Fn::FindInMap" => self.find_in_map(node, argument),
            "Fn::If" => match argument.items() {
                [condition, yes, no] => match self.condition_of(condition)? {
                    true => self.evaluate(yes),
                    false => self.evaluate(no),
                },
                _ => Err(self.error(argument, "`Fn::If` takes a condition and two values")),
            },
            "Fn::ImportValue" => {
                let name = self.evaluate(argument)?;
                let Some(words) = name.as_words() else {
                    return Err(self.error(argument, "`Fn::ImportValue` takes a text"));
                };
                Ok(Evaluated::unknown(self.declare_import(&words)))
            }
            "Fn::Transform" => Err(self.error(node, TRANSFORM)),
            _ => Ok(Evaluated::unknown(self.written(node))),
        }
    }

    /// `Ref` of a parameter, a resource, or a pseudo parameter.
    fn reference(&mut self, argument: &'t Node) -> Result<Evaluated<'t>, SourceError> {
        let Some(name) = argument.text() else {
            return Err(self.error(argument, "`Ref` takes a name"));
        };
        if name == "AWS::NoValue" {
            return Ok(Evaluated::Nothing);
        }
        self.name_value(name, argument)
    }

    /// The value of a name: `Web`, `Web.GroupId`, `Office`, `AWS::Region`
    fn name_value(&mut self, name: &str, at: &Node) -> Result<Evaluated<'t>, SourceError> {
        if let Some(value) = self.bound(name) {
            return Ok(match self.is_list(name) {
                true => Evaluated::List(
                    value
                        .split(',')
                        .map(|it| Evaluated::known(it.trim()))
                        .collect(),
                ),
                false => Evaluated::known(value),
            });
        }
        if self.is_parameter(name) {
            return Ok(Evaluated::unknown(self.declare_parameter(name)));
        }
        if name.starts_with("AWS::") {
            return Ok(Evaluated::unknown(name));
        }
        let (resource, attribute) = name.split_once('.').unwrap_or((name, ""));
        if !self.has_resource(resource) {
            let message = format!("the template has no parameter and no resource `{resource}`");
            return Err(self.error(at, &message));
        }
        let is_id = matches!(attribute, "" | "GroupId" | "Id" | "PrefixListId");
        Ok(match is_id && self.is_named_by_id(resource) {
            true => Evaluated::known(resource),
            false => Evaluated::unknown(name),
        })
    }

    fn attribute(&mut self, argument: &'t Node) -> Result<Evaluated<'t>, SourceError> {
        let name = match argument.items() {
            [] => argument.text().map(str::to_string),
            parts => {
                let parts: Option<Vec<&str>> = parts.iter().map(Node::text).collect();
                parts.map(|parts| parts.join("."))
            }
        };
        match name.filter(|name| name.contains('.')) {
            Some(name) => self.name_value(&name, argument),
            None => Err(self.error(argument, "`Fn::GetAtt` takes a resource and an attribute")),
        }
    }

    /// `shop-${Environment}`, with values of its own in the long form.
    fn substitute(&mut self, argument: &'t Node) -> Result<Evaluated<'t>, SourceError> {
        let (template, own) = match argument.items() {
            [] => (argument, None),
            [template, own] => (template, Some(own)),
            _ => return Err(self.error(argument, "`Fn::Sub` takes a text and values")),
        };
        let Some(text) = template.text() else {
            return Err(self.error(template, "`Fn::Sub` takes a text"));
        };

        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find("${") {
            pieces.push(Piece::Known(rest[..at].to_string()));
            let Some(end) = rest[at..].find('}') else {
                break;
            };
            let name = rest[at + 2..at + end].trim();
            if let Some(literal) = name.strip_prefix('!') {
                pieces.push(Piece::Known(format!("${{{literal}}}")));
            } else {
                let value = match own.and_then(|own| own.get(name)) {
                    Some(value) => self.evaluate(value)?,
                    None => self.name_value(name, template)?,
                };
                match value {
                    Evaluated::Text(more) => pieces.extend(more),
                    Evaluated::Nothing => {}
                    Evaluated::List(_) | Evaluated::Object(_) => {
                        return Err(self.error(template, &format!("`{name}` is no text")));
                    }
                }
            }
            rest = &rest[at + end + 1..];
        }
        pieces.push(Piece::Known(rest.to_string()));
        Ok(Evaluated::Text(without_empty(pieces)))
    }

    fn join(&mut self, node: &'t Node, argument: &'t Node) -> Result<Evaluated<'t>, SourceError> {
        let [separator, parts] = argument.items() else {
            return Err(self.error(argument, "`Fn::Join` takes a separator and a list"));
        };
        let separator = separator.text().unwrap_or_default().to_string();
        let Evaluated::List(parts) = self.evaluate(parts)? else {
            return Ok(Evaluated::unknown(self.written(node)));
        };
        let mut pieces = Vec::new();
        for (n, part) in parts.into_iter().enumerate() {
            if n > 0 {
                pieces.push(Piece::Known(separator.clone()));
            }
            match part {
                Evaluated::Text(more) => pieces.extend(more),
                _ => return Ok(Evaluated::unknown(self.written(node))),
            }
        }
        Ok(Evaluated::Text(without_empty(pieces)))
    }

    fn select(&mut self, node: &'t Node, argument: &'t Node) -> Result<Evaluated<'t>, SourceError> {
        let [index, list] = argument.items() else {
            return Err(self.error(argument, "`Fn::Select` takes a position and a list"));
        };
        let index = self.evaluate(index)?.as_known();
        let list = self.evaluate(list)?;
        let position = index.and_then(|index| index.trim().parse::<usize>().ok());
        match (position, list) {
            (Some(position), Evaluated::List(list)) => match list.into_iter().nth(position) {
                Some(value) => Ok(value),
                None => Err(self.error(argument, "the list has no such position")),
            },
            (_, _) => Ok(Evaluated::unknown(self.written(node))),
        }
    }

    fn split(&mut self, node: &'t Node, argument: &'t Node) -> Result<Evaluated<'t>, SourceError> {
        let [separator, text] = argument.items() else {
            return Err(self.error(argument, "`Fn::Split` takes a separator and a text"));
        };
        let separator = separator.text().unwrap_or_default().to_string();
        match self.evaluate(text)?.as_known() {
            Some(text) if !separator.is_empty() => {
                let parts = text.split(separator.as_str());
                Ok(Evaluated::List(parts.map(Evaluated::known).collect()))
            }
            _ => Ok(Evaluated::unknown(self.written(node))),
        }
    }

    fn find_in_map(
        &mut self,
        node: &'t Node,
        argument: &'t Node,
    ) -> Result<Evaluated<'t>, SourceError> {
        let [map, first, second, more @ ..] = argument.items() else {
            return Err(self.error(argument, "`Fn::FindInMap` takes a map and two keys"));
        };
        let mut keys = Vec::with_capacity(3);
        for key in [map, first, second] {
            match self.evaluate(key)?.as_known() {
                Some(key) => keys.push(key),
                None => return Ok(Evaluated::unknown(self.written(node))),
            }
        }
        let found = self.mapping(&keys);
        let default = more.iter().find_map(|node| node.get("DefaultValue"));
        match found.or(default) {
            Some(value) => self.evaluate(value),
            None => Err(self.error(argument, &format!("no mapping has {}", keys.join(", ")))),
        }
    }
}

/// Why a macro is refused.
pub(super) const TRANSFORM: &str = "what a macro makes is unknown; read the processed template: `aws \
                                    cloudformation get-template --template-stage Processed`";

fn without_empty(pieces: Vec<Piece>) -> Vec<Piece> {
    let is_empty = |piece: &Piece| matches!(piece, Piece::Known(text) if text.is_empty());
    let mut kept: Vec<Piece> = pieces.into_iter().filter(|it| !is_empty(it)).collect();
    if kept.is_empty() {
        kept.push(Piece::Known(String::new()));
    }
    kept
}
