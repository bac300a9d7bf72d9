//! What SARIF is told about lints and codes, whether or not they are found.

use crate::diagnostic::{Explanation, explanations};
use crate::lint::{self, Level, Lint, page};
use serde_json::{Value, json};

/// How much worse than nothing it is, from 0 to 10, where a lint is about exposure: GitHub calls 9
/// and more critical, 7 and more high, 4 and more medium.
const SEVERITIES: [(&str, &str); 9] = [
    ("open-admin-port", "8.0"),
    ("open-high-risk-port", "8.0"),
    ("open-data-store", "9.0"),
    ("open-all-traffic", "9.5"),
    ("open-wide-range", "7.0"),
    ("open-plaintext", "6.0"),
    ("open-http", "3.0"),
    ("role-expectation", "6.0"),
    ("icmp-all", "3.0"),
];

/// All of them: lints first, then codes.
pub fn describe_rules() -> Vec<Value> {
    lint::ALL
        .iter()
        .map(describe_lint)
        .chain(explanations().iter().map(describe_code))
        .collect()
}

/// The position of a rule in [`rules`].
pub fn rule_index(code: &str) -> Option<usize> {
    let ids = lint::ALL
        .iter()
        .map(|lint| lint.name)
        .chain(explanations().iter().map(|it| it.code));
    ids.into_iter().position(|id| id == code)
}

fn describe_lint(lint: &Lint) -> Value {
    let (enabled, level) = match lint.level {
        Level::Allow => (false, "warning"),
        Level::Note => (true, "note"),
        Level::Warn => (true, "warning"),
        Level::Deny => (true, "error"),
    };
    let severity = SEVERITIES.iter().find(|(name, _)| *name == lint.name);
    let kind = if severity.is_some() {
        "security"
    } else {
        "maintainability"
    };
    let mut tags = vec![kind.to_string()];
    tags.extend(lint.ids.iter().map(|(who, what)| format!("{who} {what}")));
    let mut properties = json!({ "tags": tags });
    if let Some((_, severity)) = severity {
        properties["security-severity"] = json!(severity);
    }
    json!({
        "id": lint.name,
        "shortDescription": { "text": lint.title },
        "fullDescription": { "text": first_paragraph(lint.text) },
        "help": { "text": page::explained(lint), "markdown": page::in_markdown(lint) },
        "defaultConfiguration": { "enabled": enabled, "level": level },
        "properties": properties,
    })
}

fn describe_code(explanation: &Explanation) -> Value {
    let level = if explanation.code.starts_with('W') {
        "warning"
    } else {
        "error"
    };
    // an assertion that does not hold is about who can reach whom
    let kind = if explanation.code.starts_with("E07") {
        "security"
    } else {
        "correctness"
    };
    json!({
        "id": explanation.code,
        "shortDescription": { "text": explanation.title },
        "fullDescription": { "text": first_paragraph(explanation.text) },
        "help": { "text": without_fences(explanation.text), "markdown": explanation.text },
        "defaultConfiguration": { "enabled": true, "level": level },
        "properties": { "tags": [kind] },
    })
}

/// Markdown without its fences: what stands between them is indented.
fn without_fences(text: &str) -> String {
    let mut fenced = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
            continue;
        }
        let indent = if fenced && !line.is_empty() {
            "    "
        } else {
            ""
        };
        lines.push(format!("{indent}{line}"));
    }
    lines.join("\n")
}

fn first_paragraph(text: &str) -> String {
    text.split("\n\n").next().unwrap_or(text).replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_in_plain_text_has_no_fences() {
        assert_eq!(
            without_fences("a\n\n```tier wrong\nb\n\nc\n```\n\nd"),
            "a\n\n    b\n\n    c\n\nd"
        );
        assert!(
            describe_rules()
                .iter()
                .all(|rule| !rule["help"]["text"].to_string().contains("```"))
        );
    }

    #[test]
    fn a_severity_is_that_of_a_lint() {
        assert!(
            SEVERITIES
                .iter()
                .all(|(name, _)| lint::names().contains(name))
        );
    }
}
