//! Names under which other stacks of CloudFormation import the ids of groups.

use super::scope::Scope;
use crate::ast::EntryValue;
use crate::diagnostic::MeaningProblem;
use crate::policy::Tier;
use crate::source::Span;
use std::collections::BTreeMap;

/// Characters of the name of an export (CloudFormation user guide, "Outputs").
const LONGEST: usize = 255;

/// What `${…}` in the name of an export can be: pseudo parameters whose values such a name can have.
const EXPORT_VALUES: [&str; 4] = [
    "AWS::StackName",
    "AWS::Region",
    "AWS::AccountId",
    "AWS::Partition",
];

/// `export = "${AWS::StackName}-SecurityGroup"`
pub fn read_export<'a>(
    scope: &mut Scope<'a>,
    value: &'a EntryValue,
    tiers: usize,
) -> Option<String> {
    let text = scope.read_string(value, "export", "a string")?;
    let (span, name) = (text.span, text.value.to_string());

    if tiers > 1 {
        let what = "export";
        scope
            .problems
            .push(MeaningProblem::OneForMany { span, what });
        return None;
    }

    if let Err(why) = check_name(&name) {
        scope.problems.push(MeaningProblem::BadExport { span, why });
        return None;
    }

    Some(name)
}

/// Why CloudFormation would refuse the name of an export.
fn check_name(name: &str) -> Result<(), String> {
    let mut rest = name;
    while let Some(at) = rest.find("${") {
        check_characters(&rest[..at])?;
        let (value, after) = rest[at + 2..]
            .split_once('}')
            .ok_or("`${` has no closing `}`")?;
        if !EXPORT_VALUES.contains(&value) {
            return Err(format!("`${{{value}}}` is not a value of the stack"));
        }
        rest = after;
    }

    check_characters(rest)?;
    match name.chars().count() {
        0 => Err("it is empty".to_string()),
        count if count > LONGEST => Err(format!(
            "it has {count} characters, and at most 255 are allowed"
        )),
        _ => Ok(()),
    }
}

fn check_characters(text: &str) -> Result<(), String> {
    let is_allowed = |c: &char| c.is_ascii_alphanumeric() || matches!(c, ':' | '-');
    match text.chars().find(|c| !is_allowed(c)) {
        Some(other) => Err(format!("`{}` is not allowed in it", other.escape_debug())),
        None => Ok(()),
    }
}

/// The names of exports, with the tiers that have them.
#[derive(Debug, Default)]
pub struct Exports(BTreeMap<String, Span>);

impl Exports {
    /// Adds the export of a tier; reports a name that another has.
    pub fn add_tier(&mut self, scope: &mut Scope<'_>, tier: &Tier) {
        let Some(name) = &tier.export else { return };
        if let Some(first) = self.0.insert(name.clone(), tier.span) {
            scope.problems.push(MeaningProblem::SameExport {
                span: tier.span.max(first),
                name: name.clone(),
                first: tier.span.min(first),
            });
        }
    }
}
