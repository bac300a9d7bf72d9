//! JSON, read strictly: a duplicate key in an object is rejected, which `serde_json::Value`
//! accepts.

use serde_json::Value;
use std::collections::BTreeSet;

/// Reads a JSON document.
pub fn read(text: &str) -> Value {
    let value = serde_json::from_str(text).expect("the output is JSON");
    no_key_twice(text);
    value
}

/// An object or list that is open: the keys of an object so far.
type Open = Option<BTreeSet<String>>;

/// Walks the tokens of JSON that is known to be well formed.
fn no_key_twice(text: &str) {
    let mut open: Vec<Open> = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let mut length = first.len_utf8();
        match first {
            '{' => open.push(Some(BTreeSet::new())),
            '[' => open.push(None),
            '}' | ']' => drop(open.pop()),
            '"' => {
                length = string(rest);
                let is_key = rest[length..].trim_start().starts_with(':');
                if let (true, Some(Some(keys))) = (is_key, open.last_mut()) {
                    let key = rest[..length].to_string();
                    assert!(
                        keys.insert(key.clone()),
                        "the key {key} stands twice in one object"
                    );
                }
            }
            _ => {}
        }
        rest = &rest[length..];
    }
}

/// The length of the string that `rest` starts with, quotes included.
fn string(rest: &str) -> usize {
    let mut escaped = false;
    let end = rest[1..].char_indices().find(|(_, c)| {
        let ends = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    });
    end.expect("a string ends").0 + 2
}

#[test]
#[should_panic(expected = "stands twice")]
fn a_key_that_stands_twice_is_refused() {
    read(r#"{ "a": [{ "b": "\"}" , "c": 1, "b": {} }] }"#);
}

#[test]
fn keys_of_different_objects_may_be_one() {
    read(r#"{ "a": { "a": "a" }, "b": [{ "a": "b\\" }, { "a": "b" }] }"#);
}
