//! The properties of resources, as what readers pass on.

use super::error::TemplateError;
use super::evaluate::Evaluator;
use super::functions::unknown_choice;
use super::template::unknown_macro;
use super::tree::{Kind, Node};
use super::values::{
    Piece, Resolved, Unknown, UnknownPlace, joined_unknown, known_text, parameter_of,
};
use crate::aws::ParameterSource;
use crate::inventory::{InventoryBuilder, ParameterEntry, Value, Words};
use crate::net::Family;
use ipnet::IpNet;
use std::borrow::Cow;

/// What a value is used for: it decides which defaults a parameter can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// A part of a name, a description or a tag.
    Text,
    /// The id of a group, a VPC or a prefix list, which starts like this.
    Id(&'static str),
    Port,
    Block(Family),
}

/// Refuses properties that a type does not have, as CloudFormation does.
pub(super) fn expect_properties(
    node: &Node<'_>,
    of: &str,
    known: &[&str],
) -> Result<(), TemplateError> {
    if !matches!(node.kind, Kind::Map(_)) {
        let message = format!("expected the properties of `{of}`, found {}", node.what());
        return Err(TemplateError::new(node.at(), message));
    }
    let other = node
        .entries()
        .iter()
        .find(|it| !known.contains(&it.key.as_ref()));
    match other {
        None => Ok(()),
        Some(entry) if entry.key.starts_with("Fn::") => {
            let message = unknown_macro(&entry.key);
            Err(TemplateError::new(entry.at, message))
        }
        Some(entry) => {
            let message = format!("`{}` is no property of `{of}`", entry.key);
            Err(TemplateError::new(entry.at, message))
        }
    }
}

/// A property, and what it is.
pub(super) struct Property<'d> {
    pub(super) node: &'d Node<'d>,
    pub(super) pieces: Vec<Piece<'d>>,
}

impl<'d> Property<'d> {
    /// Its text, which has to be known.
    pub(super) fn known(&self, what: &str) -> Result<Cow<'_, str>, TemplateError> {
        known_text(&self.pieces).ok_or_else(|| {
            let parameter = parameter_of(&self.pieces);
            TemplateError::new(self.node.at(), unknown_choice(what, parameter))
        })
    }
}

impl<'d> Evaluator<'d> {
    /// The text of a property, if it is there.
    pub(super) fn property(
        &mut self,
        properties: &'d Node<'d>,
        name: &str,
    ) -> Result<Option<Property<'d>>, TemplateError> {
        let Some(node) = properties.get(name) else {
            return Ok(None);
        };
        match self.resolve(node)? {
            Resolved::Nothing => Ok(None),
            Resolved::Text(pieces) => Ok(Some(Property { node, pieces })),
            other => {
                let message = format!("`{name}` expects a text, found {}", other.what());
                Err(TemplateError::new(node.at(), message))
            }
        }
    }

    /// The objects of a property that is a list of them, or one; each with its position.
    pub(super) fn objects(
        &mut self,
        properties: &'d Node<'d>,
        name: &str,
    ) -> Result<Vec<(usize, &'d Node<'d>)>, TemplateError> {
        let Some(node) = properties.get(name) else {
            return Ok(Vec::new());
        };
        let error = |at: usize, found: &Resolved<'d>| {
            let message = match found {
                Resolved::UnknownList(unknown) => {
                    unknown_choice(&format!("what `{name}` has"), unknown.parameter)
                }
                other => format!("`{name}` expects objects, found {}", other.what()),
            };
            Err(TemplateError::new(at, message))
        };

        let mut objects = Vec::new();
        let Kind::List(items) = &node.kind else {
            return match self.resolve(node)? {
                Resolved::Nothing => Ok(objects),
                Resolved::Object(object) => Ok(vec![(0, object)]),
                Resolved::List(items) => {
                    for (n, item) in items.iter().enumerate() {
                        match item {
                            Resolved::Object(object) => objects.push((n, *object)),
                            other => return error(node.at(), other),
                        }
                    }
                    Ok(objects)
                }
                other => error(node.at(), &other),
            };
        };
        for (n, item) in items.iter().enumerate() {
            match self.resolve(item)? {
                Resolved::Nothing => {}
                Resolved::Object(object) => objects.push((n, object)),
                other => return error(item.at(), &other),
            }
        }
        Ok(objects)
    }
}

/// The key of a group or a list of the template: no id of AWS, and no text of a template.
pub(super) fn resource_key(id: &str) -> String {
    format!("resource {id}")
}

/// A value as the builder takes it: known, a resource of the template, or an expression, which is
/// declared.
pub(super) fn value_of<'d>(
    builder: &mut InventoryBuilder,
    pieces: &[Piece<'d>],
    used_as: Use,
) -> Value<'d> {
    if let [Piece::Resource(id)] = pieces {
        return Value::known(resource_key(id));
    }
    match known_text(pieces) {
        Some(known) => Value::known(known.into_owned()),
        None => {
            let unknown = joined_unknown(pieces);
            declare(builder, &unknown, used_as);
            Value::expression(unknown.expression.clone())
        }
    }
}

/// A text as the builder takes it.
pub(super) fn words_of<'d>(builder: &mut InventoryBuilder, pieces: &[Piece<'d>]) -> Words<'d> {
    if let Some(known) = known_text(pieces) {
        return Words::known(known.into_owned());
    }
    let pieces = pieces.iter().map(|piece| match piece {
        Piece::Known(text) => Value::Known(text.clone()),
        Piece::Unknown(unknown) => {
            declare(builder, unknown, Use::Text);
            Value::expression(unknown.expression.clone())
        }
        Piece::Resource(id) => {
            let unknown = Unknown::new(format!("id of {id}"), format!("{id}Id"));
            declare(builder, &unknown, Use::Text);
            Value::expression(unknown.expression)
        }
    });
    Words::Pieces(pieces.collect())
}

/// Tells the builder what the template says of an unknown value.
pub(super) fn declare(builder: &mut InventoryBuilder, unknown: &Unknown<'_>, used_as: Use) {
    let source = match &unknown.place {
        UnknownPlace::Deployment => ParameterSource::default(),
        UnknownPlace::Ssm(path) => ParameterSource::ssm_parameter(path.as_str()),
        UnknownPlace::Import(name) => {
            let name = words_of(builder, name);
            builder.import_source(&name)
        }
    };
    let default = unknown.default.as_deref();
    builder.declare_parameter(ParameterEntry {
        expression: unknown.expression.as_str().into(),
        name: unknown.name.as_str().into(),
        kind: None,
        description: unknown.description.map(Cow::Borrowed),
        default: default.and_then(|text| default_for(text, used_as)),
        source,
    });
}

/// A default, in the form that its use needs; nothing if it cannot be one.
fn default_for(text: &str, used_as: Use) -> Option<Cow<'_, str>> {
    match used_as {
        Use::Text => Some(text.into()),
        Use::Id(start) => text.starts_with(start).then(|| text.into()),
        Use::Port => text.parse::<u16>().ok().map(|port| port.to_string().into()),
        Use::Block(family) => {
            let block: IpNet = text.parse().ok()?;
            let block = block.trunc();
            (Family::of_block(&block) == family).then(|| block.to_string().into())
        }
    }
}
