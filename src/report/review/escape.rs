//! Escapes text for Markdown and HTML.

use crate::source::visible;
use std::fmt::Write;

/// A code block; its fence is longer than any in the text.
pub(super) fn code_block(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}\n{text}\n{fence}\n")
}

/// Text inside an HTML element.
pub(super) fn escape_html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// A code span; its delimiter is longer than any in the text.
pub(in crate::report) fn code_span(text: &str) -> String {
    let text = visible(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let blank = if longest > 0 { " " } else { "" };
    format!("{fence}{blank}{text}{blank}{fence}")
}

/// Escapes text for Markdown, except its code spans.
pub(super) fn escape_markdown(text: &str) -> String {
    let mut out = String::new();
    for (n, part) in text.split('`').enumerate() {
        if n % 2 == 1 && part.is_empty() {
            // two backticks would start a span that ends elsewhere
            out.push_str("\\`\\`");
            continue;
        }

        if n % 2 == 1 {
            let _ = write!(out, "`{}`", part.replace('|', "\\|"));
            continue;
        }

        for c in part.chars() {
            if "\\*_[]<>|#@".contains(c) {
                out.push('\\');
            }
            out.push(c);
        }
    }

    out
}

#[cfg(test)]
mod tests {
    use super::{code_span, escape_markdown};

    #[test]
    fn escapes_any_text() {
        for (text, shown) in [
            ("`web` @all <!-- a_b", "`web` \\@all \\<!-- a\\_b"),
            ("a|b `c|d`", "a\\|b `c\\|d`"),
            ("```<img>`", "\\`\\``<img>`"),
            ("left `open @all", "left `open @all`"),
        ] {
            assert_eq!(escape_markdown(text), shown);
        }
    }

    #[test]
    fn code_spans_end_where_intended() {
        for (text, shown) in [
            ("a", "`a`"),
            ("`", "`` ` ``"),
            ("a``b", "``` a``b ```"),
            ("a\n\n<!--", "`a\\n\\n<!--`"),
        ] {
            assert_eq!(code_span(text), shown);
        }
    }
}
