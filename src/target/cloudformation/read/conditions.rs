//! Conditions (CloudFormation template reference, "Condition functions").
//!
//! A condition decides whether a rule exists, so it has to be known. A parameter in it has the
//! value that is set, or else its default, which a remark then says.

use super::error::TemplateError;
use super::evaluate::Evaluator;
use super::functions::unknown_choice;
use super::template::Resource;
use super::tree::{Kind, Node};
use super::values::{Resolved, known_text, parameter_of};

/// Whether something holds.
#[derive(Debug, Clone, Copy)]
enum Truth<'d> {
    Known(bool),
    /// It depends on what only the deployment knows: on this parameter, if it is one.
    Unknown(Option<&'d str>),
}

impl<'d> Evaluator<'d> {
    /// Whether the stack makes a resource.
    pub(super) fn exists(&mut self, resource: Resource<'d>) -> Result<bool, TemplateError> {
        let Some(condition) = resource.node.get("Condition") else {
            return Ok(true);
        };
        match condition.text() {
            Some(name) => self.holds(condition, name),
            None => {
                let message = format!("expected a condition, found {}", condition.what());
                Err(TemplateError::new(condition.at(), message))
            }
        }
    }

    /// Whether the condition with a name holds; asked at a node.
    pub(super) fn holds(
        &mut self,
        asked: &'d Node<'d>,
        name: &'d str,
    ) -> Result<bool, TemplateError> {
        match self.named_condition(asked, name)? {
            Truth::Known(holds) => Ok(holds),
            Truth::Unknown(parameter) => {
                let what = format!("whether the condition `{name}` holds");
                Err(TemplateError::new(
                    asked.at(),
                    unknown_choice(&what, parameter),
                ))
            }
        }
    }

    fn named_condition(
        &mut self,
        asked: &'d Node<'d>,
        name: &'d str,
    ) -> Result<Truth<'d>, TemplateError> {
        let Some(condition) = self.template.conditions.get(name).copied() else {
            let message = format!("`Conditions` has no `{name}`");
            return Err(TemplateError::new(asked.at(), message));
        };
        match self.conditions.get(name) {
            Some(Some(known)) => return Ok(Truth::Known(*known)),
            Some(None) => {
                let message = format!("the condition `{name}` depends on itself");
                return Err(TemplateError::new(asked.at(), message));
            }
            None => {}
        }

        self.conditions.insert(name, None);
        let before = std::mem::replace(&mut self.in_condition, true);
        let truth = self.truth(condition);
        self.in_condition = before;
        match truth {
            Ok(Truth::Known(known)) => self.conditions.insert(name, Some(known)),
            Ok(Truth::Unknown(_)) | Err(_) => self.conditions.remove(name),
        };
        truth
    }

    fn truth(&mut self, node: &'d Node<'d>) -> Result<Truth<'d>, TemplateError> {
        self.enter(node)?;
        let truth = match (node.function(), node.text()) {
            (Some(("Condition", name)), _) => match name.text() {
                Some(name) => self.named_condition(node, name),
                None => Err(self.expected(name, "Condition", "the name of a condition")),
            },
            (Some(("Fn::Equals", operands)), _) => self.equals(operands),
            (Some(("Fn::And", operands)), _) => self.all(operands, "Fn::And", true),
            (Some(("Fn::Or", operands)), _) => self.all(operands, "Fn::Or", false),
            (Some(("Fn::Not", operands)), _) => self.negate(operands),
            (_, Some("true")) => Ok(Truth::Known(true)),
            (_, Some("false")) => Ok(Truth::Known(false)),
            (_, _) => {
                let message = "expected a condition: `Fn::Equals`, `Fn::And`, `Fn::Or`, `Fn::Not` \
                               or `Condition`";
                Err(TemplateError::new(node.at(), message))
            }
        };
        self.leave();
        truth
    }

    fn equals(&mut self, operands: &'d Node<'d>) -> Result<Truth<'d>, TemplateError> {
        let Kind::List(operands_list) = &operands.kind else {
            return Err(self.expected(operands, "Fn::Equals", "two values"));
        };
        let [one, other] = operands_list.as_slice() else {
            return Err(self.expected(operands, "Fn::Equals", "two values"));
        };
        let one = self.compared(one)?;
        let other = self.compared(other)?;
        match (one, other) {
            (Ok(one), Ok(other)) => {
                refuse_truth_words(operands, &one, &other)?;
                Ok(Truth::Known(one == other))
            }
            (Err(unknown), _) | (_, Err(unknown)) => Ok(unknown),
        }
    }

    /// A value of `Fn::Equals` as text.
    #[allow(clippy::type_complexity)]
    fn compared(&mut self, node: &'d Node<'d>) -> Result<Result<String, Truth<'d>>, TemplateError> {
        match self.resolve(node)? {
            Resolved::Text(pieces) => Ok(match known_text(&pieces) {
                Some(known) => Ok(known.into_owned()),
                None => Err(Truth::Unknown(parameter_of(&pieces))),
            }),
            Resolved::UnknownList(unknown) => Ok(Err(Truth::Unknown(unknown.parameter))),
            other => {
                let message = format!("`Fn::Equals` expects texts, found {}", other.what());
                Err(TemplateError::new(node.at(), message))
            }
        }
    }

    /// Whether all operands are `wanted`: then the result is, and else the other.
    fn all(
        &mut self,
        operands: &'d Node<'d>,
        function: &str,
        wanted: bool,
    ) -> Result<Truth<'d>, TemplateError> {
        let Kind::List(list) = &operands.kind else {
            return Err(self.expected(operands, function, "a list of conditions"));
        };
        let mut unknown = None;
        for operand in list {
            match self.truth(operand)? {
                Truth::Known(known) if known != wanted => return Ok(Truth::Known(!wanted)),
                Truth::Known(_) => {}
                Truth::Unknown(parameter) => unknown = Some(parameter),
            }
        }
        Ok(unknown.map_or(Truth::Known(wanted), Truth::Unknown))
    }

    fn negate(&mut self, operands: &'d Node<'d>) -> Result<Truth<'d>, TemplateError> {
        let operand = match &operands.kind {
            Kind::List(list) => match list.as_slice() {
                [operand] => operand,
                _ => return Err(self.expected(operands, "Fn::Not", "one condition")),
            },
            Kind::Null | Kind::Text(_) | Kind::Map(_) => {
                return Err(self.expected(operands, "Fn::Not", "a list of one condition"));
            }
        };
        Ok(match self.truth(operand)? {
            Truth::Known(known) => Truth::Known(!known),
            unknown @ Truth::Unknown(_) => unknown,
        })
    }
}

/// Refuses to compare two words for one truth value: whether `yes` is `true` depends on the version
/// of YAML and on quotes.
fn refuse_truth_words(node: &Node<'_>, one: &str, other: &str) -> Result<(), TemplateError> {
    let truth = |text: &str| match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Some(true),
        "false" | "no" | "off" => Some(false),
        _ => None,
    };
    match one != other && truth(one).is_some() && truth(one) == truth(other) {
        true => Err(TemplateError::new(
            node.at(),
            format!(
                "whether `{one}` equals `{other}` depends on how YAML reads them: use one word"
            ),
        )),
        false => Ok(()),
    }
}
