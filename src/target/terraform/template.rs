//! Texts with parameters in them, as templates of HCL.

use super::hcl::{Value, escape_string};
use crate::aws::{State, TextPiece, TextRef};
use crate::net::Sink;

/// Whether a value is a string in quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quotes {
    /// `"shop-${var.environment}"`
    Both,
    /// `var.environment`
    None,
}

/// The value of an attribute that is a text.
pub enum TextValue<'t> {
    /// All of it is known.
    Known(&'t str),
    /// `"shop-${var.environment}"`, or `var.environment` if that is all of it: `terraform fmt`
    /// rewrites `"${var.environment}"`.
    Template(String),
}

impl<'t> TextValue<'t> {
    /// The value for a text; `variables` has what refers to each parameter.
    pub fn new(state: &State, variables: &[String], text: TextRef<'t>) -> TextValue<'t> {
        if let Some(known) = text.as_known() {
            return TextValue::Known(known);
        }
        if let Some(name) = text.only_parameter() {
            let expression = parameter_expression(state, variables, name);
            return TextValue::Template(expression.to_string());
        }

        let mut template = vec![b'"'];
        push_template(state, variables, text, &mut template);
        template.put("\"");
        TextValue::Template(String::from_utf8(template).expect("a text, escaped"))
    }

    /// As an attribute has it.
    pub fn value(&self) -> Value<'_> {
        match self {
            TextValue::Known(text) => Value::Text(text),
            TextValue::Template(expression) => Value::Expression(expression),
        }
    }
}

/// What refers to the parameter with a name.
pub fn parameter_expression<'v>(state: &State, variables: &'v [String], name: &str) -> &'v str {
    let id = state.parameter_named(name);
    &variables[id
        .expect("the state has the parameters of its texts")
        .index()]
}

/// Appends what stands in the quotes of a template.
pub fn push_template(state: &State, variables: &[String], text: TextRef<'_>, out: &mut Vec<u8>) {
    for piece in text.pieces() {
        match piece {
            TextPiece::Literal(literal) => {
                escape_string(out, |out| out.put(literal));
                // `$${` would be an escape
                if out.ends_with(b"$") {
                    out.pop();
                    out.put("\\u0024");
                }
            }
            TextPiece::Parameter(name) => {
                out.put("${");
                out.put(parameter_expression(state, variables, name));
                out.put("}");
            }
        }
    }
}
