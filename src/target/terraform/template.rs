//! Texts with parameters in them, as templates of HCL.

use super::hcl::{Value, escape_string};
use crate::aws::{State, TextPiece, TextRef};
use crate::net::Sink;

/// The value of an attribute that is a text.
pub enum TextValue<'t> {
    /// A text without parameters.
    Known(&'t str),
    /// `"shop-${var.environment}"`, as [`push_expression`] writes it.
    Template(String),
}

impl<'t> TextValue<'t> {
    /// The value for a text; `variables` has the reference to each parameter.
    pub fn new(state: &State, variables: &[String], text: TextRef<'t>) -> TextValue<'t> {
        if let Some(known) = text.as_known() {
            return TextValue::Known(known);
        }

        let mut template = Vec::new();
        push_expression(state, variables, text, &mut template);
        TextValue::Template(String::from_utf8(template).expect("a text, escaped"))
    }

    /// The value of an attribute.
    pub fn value(&self) -> Value<'_> {
        match self {
            TextValue::Known(text) => Value::Text(text),
            TextValue::Template(expression) => Value::Expression(expression),
        }
    }
}

/// The reference to a parameter of a text or a port.
pub fn named_variable<'v>(state: &State, variables: &'v [String], name: &str) -> &'v str {
    let id = state.parameter_named(name);
    let id = id.expect("the state has the parameters of its texts and ports");
    &variables[id.index()]
}

/// Appends a text with parameters in it: `"shop-${var.environment}"`, or `var.environment` if that is
/// all of it, since `terraform fmt` rewrites `"${var.environment}"`.
pub fn push_expression(state: &State, variables: &[String], text: TextRef<'_>, out: &mut Vec<u8>) {
    let variable = |name| named_variable(state, variables, name);
    if let Some(name) = text.only_parameter() {
        return out.put(variable(name));
    }

    out.put("\"");
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
            TextPiece::Parameter(name) => ["${", variable(name), "}"]
                .iter()
                .for_each(|text| out.put(text)),
        }
    }
    out.put("\"");
}
