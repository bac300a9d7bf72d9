//! What is wrong with a template, and where.

use crate::inventory::SourceError;
use crate::source::line_starts;

/// Why a template cannot be read.
#[derive(Debug)]
pub(super) struct TemplateError {
    /// Where, in bytes.
    pub(super) at: usize,
    pub(super) message: String,
}

impl TemplateError {
    /// An error at a place.
    pub(super) fn new(at: usize, message: impl Into<String>) -> TemplateError {
        TemplateError {
            at,
            message: message.into(),
        }
    }

    /// The same error with its line and column in the text.
    pub(super) fn in_text(self, text: &str) -> SourceError {
        SourceError {
            place: Some(line_column(text, self.at)),
            message: self.message,
            file: None,
        }
    }
}

/// The line and column of a byte, from 1; a column counts characters.
pub(super) fn line_column(text: &str, at: usize) -> (usize, usize) {
    let at = at.min(text.len());
    let starts = line_starts(text);
    let line = starts.partition_point(|start| *start as usize <= at);
    let start = starts[line - 1] as usize;
    let column = text.get(start..at).map_or(0, |part| part.chars().count());
    (line, column + 1)
}
