//! Sentences as reports cite them: position, and text on one line.

use crate::policy::{Policy, SentenceId};
use crate::source::{Sources, Span, beginning, visible};
use serde::Serialize;
use std::fmt;

/// `shop.tier:9: web allows http, https from anywhere`; in JSON an object of its parts.
#[derive(Debug, Serialize)]
pub struct Citation<'s> {
    /// The file name.
    pub file: &'s str,
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    /// The sentence on one line.
    pub text: String,
}

impl<'s> Citation<'s> {
    /// The citation of a sentence.
    pub fn new(policy: &Policy, sources: &'s Sources, id: SentenceId) -> Citation<'s> {
        Citation::from_span(sources, policy.sentence(id).span)
    }

    /// The citation of a statement.
    pub fn from_span(sources: &'s Sources, span: Span) -> Citation<'s> {
        let file = sources.file(span.file);
        let (line, column) = file.line_column(span.start);
        Citation {
            file: file.name(),
            line,
            column,
            text: one_line(sources.text(span)),
        }
    }
}

impl fmt::Display for Citation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Citation {
            file,
            line,
            column: _,
            text,
        } = self;
        write!(f, "{}:{line}: {}", visible(file), visible(text))
    }
}

/// A longer statement is cut: it can have many rules, each of which cites it.
const LONG: usize = 1000;

/// A statement on one line, with single blanks and without comments.
fn one_line(text: &str) -> String {
    if text.len() > LONG {
        return one_line(beginning(text, LONG)) + " …";
    }

    let lines = text.lines().map(|line| {
        if line.contains('"') {
            line
        } else {
            line.split('#').next().unwrap_or("")
        }
    });

    lines
        .flat_map(str::split_whitespace)
        .collect::<Vec<_>>()
        .join(" ")
}
