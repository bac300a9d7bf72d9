//! Types of variables: what Terraform converts a value to.

use super::scope::{Tried, fail};
use super::value::Val;
use crate::source::Span;
use hcl_edit::expr::{Expression, FuncCall, Object, ObjectKey};
use std::collections::BTreeMap;

/// Evaluates the default of an attribute: `optional(number, 443)`
type Defaults<'d, 't> = &'d dyn Fn(&'t Expression) -> Tried<Val>;

/// A value in a type; what is unknown stays so.
pub(super) fn convert<'t>(
    value: Val,
    wanted: &'t Expression,
    defaults: Defaults<'_, 't>,
    at: Span,
) -> Tried<Val> {
    if matches!(value, Val::Null | Val::Unknown(_)) {
        return Ok(value);
    }
    match wanted {
        Expression::Variable(name) => convert_simple(value, name.as_str(), at),
        Expression::FuncCall(call) => convert_composed(value, call, defaults, at),
        _ => Ok(value),
    }
}

fn convert_simple(value: Val, wanted: &str, at: Span) -> Tried<Val> {
    if let Val::Template(_) = value {
        return Ok(value);
    }
    let converted = match wanted {
        "string" => value.as_text().map(Val::Text),
        "number" => value.as_number().map(Val::Number),
        "bool" => value.as_bool().map(Val::Bool),
        _ => return Ok(value),
    };
    match converted {
        Some(value) => Ok(value),
        None => fail(
            at,
            format!("expected a {wanted}, found {}", value.describe()),
        ),
    }
}

fn convert_composed<'t>(
    value: Val,
    call: &'t FuncCall,
    defaults: Defaults<'_, 't>,
    at: Span,
) -> Tried<Val> {
    let inner = call.args.iter().next();
    let wrong = |value: &Val, wanted: &str| {
        fail(
            at,
            format!("expected a {wanted}, found {}", value.describe()),
        )
    };
    let made = |value: Result<Val, String>| value.or_else(|message| fail(at, message));
    match (call.name.name.as_str(), inner) {
        (kind @ ("list" | "set"), Some(inner)) => {
            let Some(items) = value.as_items() else {
                return wrong(&value, kind);
            };
            let items = items.iter().cloned();
            let items: Tried<Vec<_>> = items
                .map(|item| convert(item, inner, defaults, at))
                .collect();
            let items = items?;
            match kind == "set" && items.iter().all(Val::is_distinct) {
                true => made(Val::set(items)),
                false => made(Val::list(items)),
            }
        }
        ("map", Some(inner)) => {
            let Some(entries) = value.as_map() else {
                return wrong(&value, "map");
            };
            let entries = entries.iter();
            let entries: Tried<BTreeMap<_, _>> = entries
                .map(|(key, it)| Ok((key.clone(), convert(it.clone(), inner, defaults, at)?)))
                .collect();
            made(Val::map(entries?))
        }
        ("object", Some(Expression::Object(attributes))) => {
            convert_object(value, attributes, defaults, at)
        }
        ("optional", Some(inner)) => convert(value, inner, defaults, at),
        (_, _) => Ok(value),
    }
}

fn convert_object<'t>(
    value: Val,
    attributes: &'t Object,
    defaults: Defaults<'_, 't>,
    at: Span,
) -> Tried<Val> {
    let Some(entries) = value.as_map() else {
        return fail(
            at,
            format!("expected an object, found {}", value.describe()),
        );
    };
    let mut converted = BTreeMap::new();
    for (key, wanted) in attributes {
        let name = match key {
            ObjectKey::Ident(name) => name.as_str(),
            ObjectKey::Expression(Expression::String(name)) => name.value(),
            ObjectKey::Expression(_) => continue,
        };
        let wanted = wanted.expr();
        let given = entries.get(name).filter(|it| !matches!(it, Val::Null));
        let value = match (given, optional_default(wanted)) {
            (Some(given), _) => given.clone(),
            (None, Some(Some(default))) => defaults(default)?,
            (None, Some(None)) => Val::Null,
            (None, None) if entries.contains_key(name) => Val::Null,
            (None, None) => return fail(at, format!("the object has no `{name}`")),
        };
        converted.insert(name.into(), convert(value, wanted, defaults, at)?);
    }
    Val::map(converted).or_else(|message| fail(at, message))
}

/// The default of `optional(TYPE, DEFAULT)`; nothing for an attribute that must be there.
fn optional_default(wanted: &Expression) -> Option<Option<&Expression>> {
    match wanted {
        Expression::FuncCall(call) if call.name.name.as_str() == "optional" => {
            Some(call.args.get(1))
        }
        _ => None,
    }
}

/// A value as the command line has it: a text, or an expression for other types, as Terraform reads
/// `-var`; blocks with commas between them are a list.
pub(super) fn parse_given(value: &str, wanted: Option<&Expression>) -> Result<Val, String> {
    let is_simple = match wanted {
        None => true,
        Some(Expression::Variable(name)) => name.as_str() != "any",
        Some(_) => false,
    };
    if is_simple {
        return Ok(Val::text(value));
    }
    let parsed = hcl_edit::parser::parse_expr(value).ok();
    let parsed = parsed.and_then(|expression| literal(&expression).ok());
    let is_list = match wanted {
        Some(Expression::FuncCall(call)) => ["list", "set"].contains(&call.name.name.as_str()),
        Some(_) | None => false,
    };
    match parsed {
        Some(value) if !is_list || value.as_items().is_some() => Ok(value),
        _ if is_list => {
            let parts = value.split(',').map(|part| Val::text(part.trim()));
            Val::list(parts.collect())
        }
        Some(_) | None => Ok(Val::text(value)),
    }
}

/// The value of an expression without references.
fn literal(expression: &Expression) -> Result<Val, String> {
    match expression {
        Expression::Null(_) => Ok(Val::Null),
        Expression::Bool(value) => Ok(Val::Bool(*value.value())),
        Expression::Number(number) => Ok(Val::Number(number.value().as_f64().unwrap_or_default())),
        Expression::String(text) => Ok(Val::text(text.value())),
        Expression::Array(items) => {
            let items: Result<Vec<_>, _> = items.iter().map(literal).collect();
            Val::list(items?)
        }
        Expression::Object(object) => {
            let entries = object.iter().map(|(key, value)| {
                let key = match key {
                    ObjectKey::Ident(name) => name.as_str(),
                    ObjectKey::Expression(Expression::String(name)) => name.value(),
                    ObjectKey::Expression(_) => return Err("expected a plain key".to_string()),
                };
                Ok((key.into(), literal(value.expr())?))
            });
            Val::map(entries.collect::<Result<_, String>>()?)
        }
        _ => Err("the value that is set is no plain value".to_string()),
    }
}
