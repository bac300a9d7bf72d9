//! Validates strings that become fields of AWS: only characters that AWS accepts, and no dynamic
//! references of templates.

use super::scope::Scope;
use crate::ast::{self, EntryKey, EntryValue};
use crate::diagnostic::{AwsField, MeaningProblem, NameProblem};
use crate::source::{Span, is_unseen};
use std::collections::BTreeMap;

impl<'a> Scope<'a> {
    /// The value of a string that ends up in `field`; a character that AWS does not allow is
    /// reported at its position.
    pub fn read_field(&mut self, text: &ast::StringLiteral, field: AwsField) -> String {
        let raw = self.sources.text(text.span);
        let refused = text
            .value
            .chars()
            .enumerate()
            .find(|(_, c)| !allows_character(field, *c));

        if let Some((n, character)) = refused {
            let span = text.place(raw, n);
            self.problems.push(MeaningProblem::ForbiddenCharacter {
                span,
                character: show_character(character),
                field,
            });
        }

        let replaced = self.outputs.iter().filter_map(|it| it.replaced_text);
        for replaced in replaced {
            let Some(at) = text.value.find(replaced.start) else {
                continue;
            };
            let n = text.value[..at].chars().count();
            let span = text.place(raw, n);
            self.problems.push(MeaningProblem::ReplacedText {
                span,
                start: replaced.start,
                what: replaced.what,
                why: replaced.why,
            });
        }

        let length = text.value.chars().count();
        if length > field.limit() {
            self.problems.push(MeaningProblem::TooLong {
                span: text.span,
                length,
                field,
            });
        }

        text.value.to_string()
    }

    /// The prose of a declaration, if it has any.
    pub fn read_prose(
        &mut self,
        text: &Option<ast::StringLiteral>,
        field: AwsField,
    ) -> Option<String> {
        let text = text.as_ref()?;
        Some(self.read_field(text, field)).filter(|prose| !prose.is_empty())
    }

    /// The text of rules; an empty string stays one.
    pub fn read_rule_text(&mut self, text: &ast::StringLiteral) -> String {
        self.read_field(text, AwsField::RuleDescription)
    }

    /// `tags = { team = "shop", "cost centre" = "42" }`
    pub fn read_tags(&mut self, value: &'a EntryValue) -> BTreeMap<String, String> {
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
                EntryKey::Text(text) => self.read_field(text, AwsField::TagKey),
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
fn allows_character(field: AwsField, character: char) -> bool {
    match field {
        AwsField::RuleDescription
        | AwsField::GroupDescription
        | AwsField::GroupName
        | AwsField::NamePrefix => {
            character.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(character)
        }
        AwsField::TagKey | AwsField::TagValue => is_text(character),
        AwsField::TemplateDescription | AwsField::ParameterDescription => {
            is_text(character) || character == '\n' || character == '\t'
        }
    }
}

/// Whether a character is plain text, and allowed in XML, in which AWS responds.
fn is_text(character: char) -> bool {
    !is_unseen(character) && !matches!(character, '\u{fffe}' | '\u{ffff}')
}

/// A character in messages.
fn show_character(character: char) -> String {
    match character {
        '`' => "a backtick".to_string(),
        '\n' => "a line break".to_string(),
        '\t' => "a tab".to_string(),
        c if !is_text(c) => format!("U+{:04X}", u32::from(c)),
        c => format!("`{c}`"),
    }
}
