//! Validates strings that become fields of AWS: only characters that AWS accepts, and no dynamic
//! references of templates.

use super::scope::Scope;
use crate::ast::{self, EntryKey, EntryValue, StringPart};
use crate::diagnostic::{AwsField, MeaningProblem, NameProblem};
use crate::policy::Text;
use crate::source::{Span, is_unseen};
use std::collections::BTreeMap;

impl<'a> Scope<'a> {
    /// The value of a string that ends up in `field`, with the parameters in it; a character that
    /// AWS does not allow is reported at its position.
    pub fn read_field(&mut self, text: &ast::StringLiteral, field: AwsField) -> Text {
        if !text.is_plain() {
            return self.read_template(text, field);
        }
        Text::known(self.read_plain(text, field))
    }

    /// The value of a string without parameters that ends up in `field`.
    pub fn read_known(&mut self, text: &ast::StringLiteral, field: AwsField) -> String {
        if text.is_plain() {
            return self.read_plain(text, field);
        }

        let mut known = String::new();
        let mut at = 0;
        for part in text.parts() {
            match part {
                StringPart::Text(text) => known.push_str(text),
                StringPart::Parameter(name) => {
                    let span = self.place_in(text, at, part.written_length());
                    let what = field.words();
                    self.problems
                        .push(MeaningProblem::NoParametersHere { span, what });
                    known.push_str(name);
                }
                StringPart::NoParameter(name) => self.report_no_parameter(text, at, name),
            }
            at += part.written_length();
        }
        self.check_field(text, &known, field);
        known
    }

    /// The value of a string in which nothing is a parameter.
    pub fn read_plain(&mut self, text: &ast::StringLiteral, field: AwsField) -> String {
        self.check_field(text, &text.value, field);
        text.value.to_string()
    }

    /// Reports parts of a value that AWS does not accept.
    fn check_field(&mut self, text: &ast::StringLiteral, value: &str, field: AwsField) {
        let raw = self.sources.text(text.span);
        let is_whole = *text.value == *value;
        let place = |n: usize| match is_whole {
            true => text.place(raw, n),
            false => text.span,
        };

        let refused = value
            .chars()
            .enumerate()
            .find(|(_, c)| !allows_character(field, *c));

        if let Some((n, character)) = refused {
            self.problems.push(MeaningProblem::ForbiddenCharacter {
                span: place(n),
                character: show_character(character),
                field,
            });
        }

        let replaced = self.outputs.iter().filter_map(|it| it.replaced_text);
        for replaced in replaced {
            let Some(at) = value.find(replaced.start) else {
                continue;
            };
            let n = value[..at].chars().count();
            self.problems.push(MeaningProblem::ReplacedText {
                span: place(n),
                start: replaced.start,
                what: replaced.what,
                why: replaced.why,
            });
        }

        let length = value.chars().count();
        if length > field.limit() {
            self.problems.push(MeaningProblem::TooLong {
                span: text.span,
                length,
                field,
            });
        }
    }

    /// The prose of a declaration, if it has any.
    pub fn read_prose(
        &mut self,
        text: &Option<ast::StringLiteral>,
        field: AwsField,
    ) -> Option<Text> {
        let text = text.as_ref()?;
        Some(self.read_field(text, field)).filter(|prose| !prose.is_empty())
    }

    /// Likewise, for a field that must be known when the output is written.
    pub fn read_known_prose(
        &mut self,
        text: &Option<ast::StringLiteral>,
        field: AwsField,
    ) -> Option<String> {
        let prose = self.read_prose(text, field)?;
        prose.view().as_known().map(str::to_string)
    }

    /// The text of rules; an empty string stays one.
    pub fn read_rule_text(&mut self, text: &ast::StringLiteral) -> Text {
        self.read_field(text, AwsField::RuleDescription)
    }

    /// `tags = { team = "shop", "cost centre" = "42" }`
    pub fn read_tags(&mut self, value: &'a EntryValue) -> BTreeMap<String, Text> {
        let mut tags = BTreeMap::new();
        let EntryValue::Block(block) = value else {
            self.report_bad_value::<()>(value, "tags", "a block, like `{ team = \"shop\" }`");
            return tags;
        };
        let mut first = BTreeMap::new();

        for entry in &block.entries {
            let span = entry.key.span();
            let key = match &entry.key {
                EntryKey::Name(name) => self.text(*name).to_string(),
                EntryKey::Text(text) => self.read_known(text, AwsField::TagKey),
            };
            self.report_tag_key(span, &key);

            if let Some(first) = first.insert(key.clone(), span) {
                self.problems.push(NameProblem::DuplicateKey {
                    span,
                    key: key.clone(),
                    first,
                });
            }

            if let Some(text) = self.read_string(&entry.value, &key, "a string") {
                tags.insert(key, self.read_field(text, AwsField::TagValue));
            }
        }

        tags
    }

    /// Reports a tag key that AWS or Terraform does not accept.
    fn report_tag_key(&mut self, span: Span, key: &str) {
        if key.is_empty() {
            self.problems.push(MeaningProblem::BadTag {
                span,
                why: "the key is empty",
            });
        }

        if key.to_ascii_lowercase().starts_with("aws:") {
            self.problems.push(MeaningProblem::BadTag {
                span,
                why: "keys that start with `aws:` are reserved by AWS",
            });
        }

        let refused = self.outputs.iter();
        for why in refused.filter_map(|it| (it.refuses_tag_key)(key)) {
            self.problems.push(MeaningProblem::BadTag { span, why });
        }
    }
}

/// Whether AWS allows a character in a field.
///
/// Group names, group descriptions and rule descriptions: the set of the EC2 API
/// (CreateSecurityGroup, IpRange). Its documentation of other rules omits `&`, which is the lint
/// `ampersand`. Tags: EC2 user guide, tag restrictions.
pub(super) fn allows_character(field: AwsField, character: char) -> bool {
    match field {
        AwsField::RuleDescription
        | AwsField::GroupDescription
        | AwsField::GroupName
        | AwsField::NamePrefix => {
            character.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(character)
        }
        // CloudFormation user guide, Outputs
        AwsField::ExportName => character.is_ascii_alphanumeric() || "-:".contains(character),
        AwsField::TagKey | AwsField::TagValue => is_text(character),
        AwsField::TemplateDescription
        | AwsField::ParameterDescription
        | AwsField::ParameterDefault => {
            is_text(character) || character == '\n' || character == '\t'
        }
    }
}

/// Whether a character is plain text, and allowed in XML, in which AWS responds.
pub(super) fn is_text(character: char) -> bool {
    !is_unseen(character) && !matches!(character, '\u{fffe}' | '\u{ffff}')
}

/// A character in messages.
pub(super) fn show_character(character: char) -> String {
    match character {
        '`' => "a backtick".to_string(),
        '\n' => "a line break".to_string(),
        '\t' => "a tab".to_string(),
        c if !is_text(c) => format!("U+{:04X}", u32::from(c)),
        c => format!("`{c}`"),
    }
}
