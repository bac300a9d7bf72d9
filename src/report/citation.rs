//! Sentences as reports cite them: position, and text on one line.

use crate::policy::{Policy, SentenceId};
use crate::source::{File, FileKind, Sources, Span, beginning, visible};
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
            file: file.shown_name(span.start),
            line,
            column,
            text: match file.kind() {
                FileKind::Translated => one_line(sources.text(span)) + place_of(file, span),
                FileKind::Work | FileKind::Version | FileKind::Options => {
                    one_line(sources.text(span))
                }
            },
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

/// The comment behind a statement of a translated file: its place in the original.
fn place_of(file: &File, span: Span) -> &str {
    let rest = &file.text()[span.end as usize..];
    let end = rest.find('\n').unwrap_or(rest.len());
    &rest[..end]
}

/// A longer statement is cut: it can have many rules, each of which cites it.
const LONG: usize = 1000;

/// A statement on one line, with single blanks and without comments.
fn one_line(text: &str) -> String {
    if text.len() > LONG {
        return one_line(beginning(text, LONG)) + " …";
    }

    text.lines()
        .map(without_comment)
        .flat_map(str::split_whitespace)
        .collect::<Vec<_>>()
        .join(" ")
}

/// A line up to its comment: up to the first `#` outside of its strings.
fn without_comment(line: &str) -> &str {
    if !line.contains('#') {
        return line;
    }

    let (mut in_string, mut escaped) = (false, false);
    let comment = line.char_indices().find(|(_, character)| {
        match character {
            _ if std::mem::take(&mut escaped) => {}
            '\\' => escaped = in_string,
            '"' => in_string = !in_string,
            '#' => return !in_string,
            _ => {}
        }
        false
    });
    comment.map_or(line, |(at, _)| &line[..at])
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn a_citation_has_no_comments() {
        for (text, cited) in [
            (
                "web allows ssh, # why\n  http from app",
                "web allows ssh, http from app",
            ),
            (
                "web allows ssh from app \"# \\\" #\"",
                "web allows ssh from app \"# \\\" #\"",
            ),
            (
                "web allows ssh from app { # b\n tags = { a = \"#\" } # \"c\"\n}",
                "web allows ssh from app { tags = { a = \"#\" } }",
            ),
        ] {
            assert_eq!(one_line(text), cited);
        }
    }
}
