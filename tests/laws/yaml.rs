//! A template of JSON as a person writes it in YAML: in blocks, with short tags.

use serde_json::{Map, Value};
use std::fmt::Write;

/// The same template in YAML.
pub fn as_yaml(json: &str) -> String {
    let template: Value = serde_json::from_str(json).expect("a template");
    let mut out = String::new();
    push_block(&mut out, &template, 0);
    out
}

/// Appends a value after a key or a hyphen, with the line break before it or a space.
fn push_value(out: &mut String, value: &Value, depth: usize) {
    if let Some(short) = short_function(value) {
        let _ = writeln!(out, " {short}");
        return;
    }
    match value {
        Value::Object(map) if !map.is_empty() => {
            out.push('\n');
            push_block(out, value, depth + 1);
        }
        Value::Array(list) if !list.is_empty() => {
            out.push('\n');
            push_block(out, value, depth + 1);
        }
        other => {
            let _ = writeln!(out, " {}", scalar(other));
        }
    }
}

fn push_block(out: &mut String, value: &Value, depth: usize) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let _ = write!(out, "{indent}{}:", scalar(&Value::String(key.clone())));
                push_value(out, value, depth);
            }
        }
        Value::Array(list) => {
            for item in list {
                let _ = write!(out, "{indent}-");
                push_value(out, item, depth);
            }
        }
        other => {
            let _ = writeln!(out, "{indent}{}", scalar(other));
        }
    }
}

/// A function with its short tag: `!Ref Vpc`, `!GetAtt Web.GroupId`, `!Join ["", […]]`
fn short_function(value: &Value) -> Option<String> {
    let (name, argument) = only_entry(value.as_object()?)?;
    let tag = name
        .strip_prefix("Fn::")
        .or((name == "Ref").then_some("Ref"))?;
    if let ("GetAtt", Some([resource, attribute])) = (tag, argument.as_array().map(Vec::as_slice)) {
        return Some(format!(
            "!GetAtt {}.{}",
            resource.as_str()?,
            attribute.as_str()?
        ));
    }
    match argument.is_string() {
        true => Some(format!("!{tag} {}", scalar(argument))),
        // an object in brackets is JSON, in which a function has its long name
        false => Some(format!("!{tag} {argument}")),
    }
}

fn only_entry(map: &Map<String, Value>) -> Option<(&String, &Value)> {
    map.iter().next().filter(|_| map.len() == 1)
}

/// A text without quotes where YAML reads the same text.
fn scalar(value: &Value) -> String {
    let plain = value.as_str().filter(|text| {
        let mut characters = text.chars();
        let starts = characters.next().is_some_and(|c| c.is_ascii_alphabetic());
        let is_word = |text: &str| ["null", "true", "false"].contains(&text);
        starts
            && !is_word(&text.to_lowercase())
            && characters.all(|c| c.is_ascii_alphanumeric() || c == '/' || c == '-' || c == '.')
    });
    plain.map_or_else(|| value.to_string(), str::to_string)
}
