//! What a template refers to, and how that is written: ids, parameters and texts.

use super::literals::{push_unsubstituted, split_references};
use super::resources::{list_parameter, made_list_id, parameter_id};
use crate::aws::{
    GroupId, ListReference, ParameterId, PrefixListId, Reference, State, Text, TextPiece, TextRef,
};
use crate::target::names::Names;
use serde::Serialize;
use std::borrow::Cow;
use std::cell::RefCell;

/// What the resources of a template refer to.
pub(super) struct References<'s> {
    pub(super) state: &'s State,
    pub(super) names: Names<'s>,
    /// The logical id of each group.
    pub(super) group_ids: Vec<String>,
    /// Reused for the block and for the name of each rule.
    pub(super) spare: RefCell<(String, String)>,
}

impl References<'_> {
    pub(super) fn group_reference(&self, id: GroupId) -> Expression<'_> {
        if let Some(foreign) = self.state.group(id).made_elsewhere {
            return self.reference(&self.state.foreign_group(foreign).reference);
        }
        let id = self.group_ids[id.index()].as_str();
        Expression::GetAtt {
            get: [id.into(), "GroupId".into()],
        }
    }

    pub(super) fn parameter_reference(&self, id: ParameterId) -> Expression<'_> {
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
    pub(super) fn text_parameter(&self, name: &str) -> Expression<'_> {
        if name.starts_with("AWS::") {
            return Expression::Ref {
                to: name.to_string(),
            };
        }
        self.named_parameter(name)
    }

    /// A parameter that texts or ports have.
    pub(super) fn named_parameter(&self, name: &str) -> Expression<'_> {
        let id = self.state.parameter_named(name);
        self.parameter_reference(id.expect("the state has the parameters of its texts and ports"))
    }

    pub(super) fn tags<'r>(&'r self, tags: &'r [(String, Text)]) -> Vec<Tag<'r>> {
        let tags = tags.iter();
        tags.map(|(key, value)| Tag {
            key,
            value: self.text(value.view()),
        })
        .collect()
    }

    pub(super) fn reference<'r>(&'r self, reference: &'r Reference) -> Expression<'r> {
        match reference {
            Reference::Id(id) => Expression::Text(id),
            Reference::Parameter(id) => self.parameter_reference(*id),
        }
    }

    /// A text: as it is, a `Ref` or an `Fn::Sub`; an `Fn::Join` if a value is imported, or if `Fn::Sub`
    /// could read something else in it.
    pub(super) fn text<'r>(&'r self, text: TextRef<'r>) -> Expression<'r> {
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
    pub(super) fn export_text<'r>(&'r self, text: TextRef<'r>) -> Expression<'r> {
        match self.substitution(text) {
            Some(name) if text.as_known().is_none() => Expression::Sub { text: name },
            Some(_) | None => self.text(text),
        }
    }

    /// The text of an `Fn::Sub`, if there is one.
    pub(super) fn substitution(&self, text: TextRef<'_>) -> Option<String> {
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

    pub(super) fn list_reference(&self, id: PrefixListId) -> Expression<'_> {
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
pub(super) enum Expression<'a> {
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
    pub(super) fn known(text: &'a str) -> Expression<'a> {
        match split_references(text) {
            None => Expression::Text(text),
            Some(parts) => Expression::Join {
                join: ("$", parts.into_iter().map(Expression::Text).collect()),
            },
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tag<'a> {
    pub(super) key: &'a str,
    pub(super) value: Expression<'a>,
}
