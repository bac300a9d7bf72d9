//! Names under which other stacks of CloudFormation import the ids of groups.

use super::scope::Scope;
use super::strings::allows_character;
use super::templates::BoundText;
use crate::ast::{EntryValue, StringLiteral, StringPart};
use crate::diagnostic::{AwsField, MeaningProblem};
use crate::policy::{Text, Tier};
use crate::source::Span;
use std::collections::BTreeMap;

/// The values of `${…}` that are allowed in the name of an export: pseudo parameters whose values
/// such a name can have.
const EXPORT_VALUES: [&str; 4] = [
    "AWS::StackName",
    "AWS::Region",
    "AWS::AccountId",
    "AWS::Partition",
];

/// `export = "${AWS::StackName}-SecurityGroup"`
pub fn read_export<'a>(scope: &mut Scope<'a>, value: &'a EntryValue, tiers: usize) -> Option<Text> {
    let text = scope.read_string(value, "export", "a string")?;
    let span = text.span;

    if tiers > 1 {
        let what = "export";
        scope
            .problems
            .push(MeaningProblem::OneForMany { span, what });
        return None;
    }

    match read_name(scope, text) {
        Ok(name) => Some(name),
        Err(why) => {
            scope.problems.push(MeaningProblem::BadExport { span, why });
            None
        }
    }
}

/// The name of an export, or why CloudFormation would reject it.
fn read_name(scope: &mut Scope<'_>, literal: &StringLiteral) -> Result<Text, String> {
    let mut name = Text::default();
    let mut at = 0;

    for part in literal.parts() {
        match part {
            StringPart::Text(text) => {
                check_characters(text)?;
                name.push_literal(text);
            }
            StringPart::Parameter(parameter) => match scope.bound_text(literal, at, parameter) {
                BoundText::Known(text) => {
                    check_characters(&text)?;
                    name.push_literal(&text);
                }
                BoundText::Unbound => name.push_parameter(parameter),
                BoundText::NoParameter => {}
            },
            StringPart::NoParameter(written) => name.push_parameter(stack_value(written)?),
        }
        at += part.written_length();
    }

    match name.known_length() {
        _ if name.is_empty() => Err("it is empty".to_string()),
        count if count > AwsField::ExportName.limit() => Err(format!(
            "it has {count} characters, and at most {} are allowed",
            AwsField::ExportName.limit()
        )),
        _ => Ok(name),
    }
}

/// `AWS::StackName` in `${AWS::StackName}`
fn stack_value(written: &str) -> Result<&str, String> {
    let inner = written
        .strip_prefix("${")
        .and_then(|inner| inner.strip_suffix('}'));
    let value = inner.ok_or("`${` has no closing `}`")?;
    match EXPORT_VALUES.contains(&value) {
        true => Ok(value),
        false => Err(format!("`${{{value}}}` is not a value of the stack")),
    }
}

fn check_characters(text: &str) -> Result<(), String> {
    let is_refused = |c: &char| !allows_character(AwsField::ExportName, *c);
    match text.chars().find(is_refused) {
        Some(other) => Err(format!("`{}` is not allowed in it", other.escape_debug())),
        None => Ok(()),
    }
}

/// The names of exports, with the tiers that have them.
#[derive(Debug, Default)]
pub struct Exports(BTreeMap<Text, Span>);

impl Exports {
    /// Adds the export of a tier; reports a name that another has.
    pub fn add_tier(&mut self, scope: &mut Scope<'_>, tier: &Tier) {
        let Some(name) = &tier.export else { return };
        if let Some(first) = self.0.insert(name.clone(), tier.span) {
            scope.problems.push(MeaningProblem::SameExport {
                span: tier.span.max(first),
                name: name.view().as_written().into_owned(),
                first: tier.span.min(first),
            });
        }
    }
}
