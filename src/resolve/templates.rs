//! Strings with parameters in them: `"shop-${environment}"`.

use super::scope::{Entity, Scope, Symbol};
use super::strings::{allows_character, show_character};
use crate::ast::{Name, StringLiteral, StringPart};
use crate::diagnostic::{AwsField, MeaningProblem, NameKind, likely};
use crate::policy::{ParamId, Text};
use crate::source::Span;

/// What is known about a parameter in a string.
pub(super) enum BoundText {
    /// Its value.
    Known(String),
    /// The deployment sets its value.
    Unbound,
    /// It is not a parameter; this has been reported.
    NoParameter,
}

impl<'a> Scope<'a> {
    /// The value of a string with `${` in it that ends up in `field`.
    pub(super) fn read_template(&mut self, literal: &StringLiteral, field: AwsField) -> Text {
        let mut text = Text::default();
        let mut at = 0;

        for part in literal.parts() {
            match part {
                StringPart::Text(known) => {
                    self.check_part(known, literal, (at, 1), field, None);
                    text.push_literal(known);
                }
                StringPart::Parameter(name) => {
                    self.push_parameter(literal, at, name, field, &mut text);
                }
                StringPart::NoParameter(name) => self.report_no_parameter(literal, at, name),
            }
            at += part.written_length();
        }

        self.check_whole(literal, &text, field);
        text
    }

    /// Appends the value of a parameter, or the parameter if it has none.
    fn push_parameter(
        &mut self,
        literal: &StringLiteral,
        at: usize,
        name: &str,
        field: AwsField,
        text: &mut Text,
    ) {
        let length = name.len() + "${}".len();
        match self.bound_text(literal, at, name) {
            BoundText::Known(value) => {
                self.check_part(&value, literal, (at, length), field, Some(name));
                text.push_literal(&value);
            }
            BoundText::Unbound if field.is_fixed() => {
                self.problems.push(MeaningProblem::UnknownText {
                    span: self.place_in(literal, at, length),
                    name: name.to_string(),
                    what: field.words(),
                });
            }
            BoundText::Unbound => text.push_parameter(name),
            BoundText::NoParameter => {}
        }
    }

    /// What is known about a parameter in a string.
    pub(super) fn bound_text(
        &mut self,
        literal: &StringLiteral,
        at: usize,
        name: &str,
    ) -> BoundText {
        let Some(id) = self.find_parameter(literal, at, name) else {
            return BoundText::NoParameter;
        };
        match self.param_values.get(id.index()) {
            Some(Some(value)) => BoundText::Known(value.clone()),
            // no text of an output can hold a list
            Some(None) | None if self.is_list(id) => {
                self.problems.push(MeaningProblem::UnknownText {
                    span: self.place_in(literal, at, name.len() + "${}".len()),
                    name: name.to_string(),
                    what: "a list in a string",
                });
                BoundText::NoParameter
            }
            Some(None) | None => {
                self.has_text_parameters = true;
                BoundText::Unbound
            }
        }
    }

    /// The parameter that a string names; reports any other name.
    fn find_parameter(
        &mut self,
        literal: &StringLiteral,
        at: usize,
        name: &str,
    ) -> Option<ParamId> {
        let span = self.place_in(literal, at + "${".len(), name.len());
        let is_in_place = self.sources.text(span) == name;
        let found = self.peers.get_mut(name).map(Symbol::look_up);

        match found {
            Some(Entity::Param(id)) => return Some(id),
            Some(other) if is_in_place => {
                self.report_wrong_kind(Name { span }, other.kind(), "a parameter");
            }
            None if self.may_be_declared(name) => {}
            None if is_in_place && self.elsewhere.contains_key(name) => {
                self.report_unknown(Name { span }, NameKind::Param, None);
            }
            Some(_) | None => self.report_no_parameter(literal, at, &format!("${{{name}}}")),
        }
        None
    }

    /// Reports a `${…}` that names no parameter.
    pub(super) fn report_no_parameter(
        &mut self,
        literal: &StringLiteral,
        at: usize,
        written: &str,
    ) {
        let length = written.chars().count();
        let inner = written.trim_start_matches("${").trim_end_matches('}');
        let last = inner.trim().rsplit('.').next().unwrap_or(inner);
        let guess = self.take_comparisons(self.params.len());
        let names = self.params.iter().map(|param| self.text(param.name));
        let meant = guess
            .then(|| likely(NameKind::Param, last, names))
            .flatten();

        self.problems.push(MeaningProblem::NoParameter {
            span: self.place_in(literal, at, length),
            written: written.to_string(),
            meant,
        });
    }

    /// Reports a character that AWS does not allow in a part of a string.
    fn check_part(
        &mut self,
        text: &str,
        literal: &StringLiteral,
        (at, length): (usize, usize),
        field: AwsField,
        parameter: Option<&str>,
    ) {
        let mut characters = text.chars().enumerate();
        let Some((n, character)) = characters.find(|(_, c)| !allows_character(field, *c)) else {
            return;
        };
        let shown = show_character(character);
        let (span, character) = match parameter {
            Some(name) => (
                self.place_in(literal, at, length),
                format!("{shown}, which is in the value of `{name}`,"),
            ),
            None => (self.place_in(literal, at + n, length), shown),
        };
        self.problems.push(MeaningProblem::ForbiddenCharacter {
            span,
            character,
            field,
        });
    }

    /// Reports what is wrong with the known parts of a string together.
    fn check_whole(&mut self, literal: &StringLiteral, text: &Text, field: AwsField) {
        let replaced = self.outputs.iter().filter_map(|it| it.replaced_text);
        for replaced in replaced.filter(|it| text.view().stored().contains(it.start)) {
            self.problems.push(MeaningProblem::ReplacedText {
                span: literal.span,
                start: replaced.start,
                what: replaced.what,
                why: replaced.why,
            });
        }

        let length = text.known_length();
        if length > field.limit() {
            self.problems.push(MeaningProblem::TooLong {
                span: literal.span,
                length,
                field,
            });
        }
    }

    /// The place of some characters of a string.
    pub(super) fn place_in(&self, literal: &StringLiteral, at: usize, length: usize) -> Span {
        let raw = self.sources.text(literal.span);
        let (first, last) = (
            literal.place(raw, at),
            literal.place(raw, at + length.saturating_sub(1)),
        );
        Span {
            end: last.end,
            ..first
        }
    }
}
