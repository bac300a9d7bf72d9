//! Files of values: `vars = "production.json"`, `--vars production.json`.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use std::fmt;

/// The names and values in a file of values: `{ "office": "203.0.113.0/24" }`. A duplicate name is
/// returned twice; an error is a message.
pub fn parse_values(bytes: &[u8]) -> Result<Vec<(String, String)>, String> {
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let JsonEntries(entries) = serde_json::from_slice(text)
        .map_err(|error| format!("it is not a JSON object: {error}"))?;
    entries
        .into_iter()
        .map(|(name, value)| match value {
            Value::String(value) => Ok((name, value)),
            Value::Number(value) => Ok((name, value.to_string())),
            Value::Array(values) => {
                match values.iter().map(Value::as_str).collect::<Option<Vec<_>>>() {
                    Some(values) => Ok((name, values.join(","))),
                    None => Err(list_error(&name, &values)),
                }
            }
            _ => Err(format!(
                "the value of `{name}` is not a string, a number, or a list of strings"
            )),
        })
        .collect()
}

/// What is wrong with a list that has other values than strings.
fn list_error(name: &str, values: &[Value]) -> String {
    match values.iter().find(|value| value.is_number()) {
        Some(number) => format!(
            "the value of `{name}` is a list with a number; a port is one number: `\"{name}\": \
             {number}`"
        ),
        None => format!("the value of `{name}` is not a list of strings"),
    }
}

/// The line of a name in a file of values, counted from 1.
pub fn line_of_value(bytes: &[u8], name: &str) -> usize {
    let text = String::from_utf8_lossy(bytes);
    let key = format!("\"{name}\"");
    // in a string there would be a backslash before it; a value has no colon after it
    let at = text
        .match_indices(&key)
        .filter(|(at, _)| {
            !text[..*at].ends_with('\\') && text[at + key.len()..].trim_start().starts_with(':')
        })
        .last()
        .map_or(0, |(at, _)| at);
    1 + text[..at].matches('\n').count()
}

/// The entries of a JSON object, including duplicate keys.
struct JsonEntries(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for JsonEntries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = JsonEntries;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of strings and lists of strings")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<JsonEntries, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(JsonEntries(entries))
            }
        }
        deserializer.deserialize_map(Object)
    }
}
