//! Splits a statement of any language into words, signs and strings.

use crate::source::beginning;

/// A word, a sign or a string of a statement.
#[derive(Debug, Clone, Copy)]
pub struct Token<'t> {
    /// Where it starts.
    pub start: usize,
    /// All of it, quotes included.
    pub text: &'t str,
}

impl Token<'_> {
    /// Where it ends.
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// The words, signs and strings that the first line of a statement starts with.
pub fn first_tokens(text: &str) -> Vec<Token<'_>> {
    const SHOWN: usize = 256;
    split_tokens(beginning(text.lines().next().unwrap_or(""), SHOWN))
}

/// The words, signs and strings of a short statement, without comments: each is scanned to the end
/// of its line.
pub fn split_tokens(text: &str) -> Vec<Token<'_>> {
    let (mut tokens, mut at) = (Vec::new(), 0);
    while let Some(character) = text[at..].chars().next() {
        let rest = &text[at..];
        if character.is_whitespace() {
            at += character.len_utf8();
        } else if character == '#' {
            at += rest.find('\n').unwrap_or(rest.len());
        } else {
            let length = token_length(rest, character);
            tokens.push(Token {
                start: at,
                text: &rest[..length],
            });
            at += length;
        }
    }

    tokens
}

/// Delimiters of tokens that can contain any text.
pub(super) const PAIRS: [(&str, &str); 8] = [
    ("\"", "\""),
    ("'", "'"),
    ("`", "`"),
    ("\u{201c}", "\u{201d}"),
    ("\u{2018}", "\u{2019}"),
    ("${", "}"),
    ("%{", "}"),
    ("{{", "}}"),
];

/// The length of the token that a text starts with.
fn token_length(text: &str, first: char) -> usize {
    const SINGLE: &str = ",;[](){}\"\u{ff0c}\u{3001}\u{60c}";
    let line = &text[..text.find('\n').unwrap_or(text.len())];
    let closed = PAIRS.iter().find_map(|(open, close)| {
        let inside = line.strip_prefix(open)?;
        Some(open.len() + find_closing(inside, close)? + close.len())
    });

    if let Some(length) = closed {
        return length;
    }

    if SINGLE.contains(first) {
        return first.len_utf8();
    }

    text.find(|c: char| c.is_whitespace() || SINGLE.contains(c))
        .unwrap_or(text.len())
        .max(first.len_utf8())
}

/// The end of a string: a quote without a backslash before it.
fn find_closing(inside: &str, close: &str) -> Option<usize> {
    inside
        .match_indices(close)
        .map(|(at, _)| at)
        .find(|at| !inside[..*at].ends_with('\\'))
}

/// Whether a text can be a name.
pub fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.bytes().all(is_in_name)
}

/// Whether names can hold a byte.
pub(super) fn is_in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}
