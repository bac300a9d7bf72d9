//! The parameters of a template (CloudFormation user guide, "Parameters").

use super::error::TemplateError;
use super::evaluate::Evaluator;
use super::tree::{Kind, Node};
use super::values::{Resolved, Unknown, UnknownPlace};
use std::rc::Rc;

/// The start of the types whose value Systems Manager has.
const SSM: &str = "AWS::SSM::Parameter::Value<";

impl<'d> Evaluator<'d> {
    /// The value of a parameter: what is set, or an unknown with its default. In a condition its
    /// default is its value.
    pub(super) fn parameter(
        &mut self,
        name: &'d str,
        node: &'d Node<'d>,
    ) -> Result<Resolved<'d>, TemplateError> {
        let Some(written) = node.get("Type").and_then(Node::text) else {
            let message = format!("the parameter `{name}` has no `Type`");
            return Err(TemplateError::new(node.at(), message));
        };
        let in_ssm = written.strip_prefix(SSM);
        let kind = in_ssm.map_or(written, |kind| kind.trim_end_matches('>'));
        let is_list = kind == "CommaDelimitedList" || kind.starts_with("List<");
        let default = node.get("Default").map(|node| default_value(name, node));
        let default = default.transpose()?;

        let set = self.bindings.get(name).copied();
        let path = in_ssm.and(set.filter(|set| set.starts_with('/')));
        if let (Some(value), None) = (set, path) {
            refuse_other_values(name, value, node)?;
            return Ok(known_value(value.to_string(), is_list));
        }
        if let (true, None, Some(value)) = (self.in_condition, in_ssm, &default) {
            let assumed = || (value.clone(), node);
            self.assumed.entry(name).or_insert_with(assumed);
            return Ok(known_value(value.clone(), is_list));
        }

        let path = path.map(str::to_string).or(in_ssm.and(default.clone()));
        let unknown = Unknown {
            default: default.filter(|_| in_ssm.is_none()),
            description: node.get("Description").and_then(Node::text),
            place: path.map_or(UnknownPlace::Deployment, UnknownPlace::Ssm),
            parameter: Some(name),
            ..Unknown::new(name, name)
        };
        Ok(match is_list {
            true => Resolved::UnknownList(Rc::new(unknown)),
            false => Resolved::unknown(unknown),
        })
    }
}

/// A value that is known: the parts of a list have no spaces around them (CloudFormation user
/// guide, "Parameters", `CommaDelimitedList`).
fn known_value<'d>(value: String, is_list: bool) -> Resolved<'d> {
    match is_list {
        false => Resolved::known(value),
        true => {
            let parts = value.split(',');
            let parts = parts.map(|part| Resolved::known(part.trim().to_string()));
            Resolved::List(parts.collect())
        }
    }
}

fn default_value(name: &str, node: &Node<'_>) -> Result<String, TemplateError> {
    match node.text() {
        Some(text) => Ok(text.to_string()),
        None => {
            let message = format!(
                "the default of `{name}` is a text or a number, found {}",
                node.what()
            );
            Err(TemplateError::new(node.at(), message))
        }
    }
}

/// Refuses a value that is none of the allowed ones.
fn refuse_other_values(name: &str, value: &str, node: &Node<'_>) -> Result<(), TemplateError> {
    let Some(allowed) = node.get("AllowedValues") else {
        return Ok(());
    };
    let Kind::List(items) = &allowed.kind else {
        return Ok(());
    };
    let texts: Vec<&str> = items.iter().filter_map(|item| item.text()).collect();
    if texts.is_empty() || texts.contains(&value) {
        return Ok(());
    }
    let message = format!(
        "`{name}` cannot be `{value}`: its values are `{}`",
        texts.join("`, `")
    );
    Err(TemplateError::new(allowed.at(), message))
}
