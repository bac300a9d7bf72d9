//! The rules of SARIF: every lint and every code, whether or not a run reports it.

use crate::diagnostic::{Explanation, explanations};
use crate::lint::{self, Category, Level, Lint, page};
use serde_json::{Value, json};

/// Every rule: lints first, then codes.
pub fn describe_rules() -> Vec<Value> {
    let lints = lint::ALL.iter().map(describe_lint);
    lints
        .chain(explanations().iter().map(describe_code))
        .collect()
}

/// The position of a rule in [`describe_rules`].
pub fn rule_index(code: &str) -> Option<usize> {
    let lints = lint::ALL.iter().map(|lint| lint.name);
    let codes = explanations().iter().map(|explanation| explanation.code);
    lints.chain(codes).position(|id| id == code)
}

fn describe_lint(lint: &Lint) -> Value {
    let (enabled, level) = match lint.level {
        Level::Allow => (false, "warning"),
        Level::Note => (true, "note"),
        Level::Warn => (true, "warning"),
        Level::Deny => (true, "error"),
    };

    let (category, severity) = match lint.category {
        Category::Security { severity } => ("security", Some(severity)),
        Category::Maintainability => ("maintainability", None),
    };
    let mut tags = vec![category.to_string()];
    tags.extend(lint.ids.iter().map(|(who, what)| format!("{who} {what}")));
    let mut properties = json!({ "tags": tags });

    if let Some(severity) = severity {
        properties["security-severity"] = json!(severity);
    }

    json!({
        "id": lint.name,
        "shortDescription": { "text": lint.title },
        "fullDescription": { "text": first_paragraph(lint.text) },
        "help": { "text": page::explain_lint(lint), "markdown": page::in_markdown(lint) },
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

    // a failed assertion is about who can reach whom
    let category = if explanation.code.starts_with("E07") {
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
        "properties": { "tags": [category] },
    })
}

/// Markdown as plain text: code blocks are indented, without fences.
fn without_fences(text: &str) -> String {
    let mut lines = Vec::new();
    let mut is_code = false;

    for line in text.lines() {
        if line.starts_with("```") {
            is_code = !is_code;
        } else if is_code && !line.is_empty() {
            lines.push(format!("    {line}"));
        } else {
            lines.push(line.to_string());
        }
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
}
