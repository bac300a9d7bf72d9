//! Positions: lines from 1, columns from 1 in characters, not counting a byte order mark.

use crate::source::{File, FileKind, Sources, Span};
use serde::Serialize;

/// A range in a file; its end is after its last character.
#[derive(Debug, Clone, Copy)]
pub struct SourceRange<'s> {
    pub file: &'s str,
    pub start: Point,
    pub end: Point,
}

/// A point between two characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Point {
    /// Bytes before it in the file.
    pub offset: u32,
    pub line: usize,
    pub column: usize,
}

impl<'s> SourceRange<'s> {
    pub fn new(span: Span, sources: &'s Sources) -> SourceRange<'s> {
        let file = sources.file(span.file);
        SourceRange {
            file: file.shown_name(span.start),
            start: point_at(file, span.start),
            end: point_at(file, span.end),
        }
    }
}

/// Whether the span is in a file of the work tree, which can be shown and edited.
pub fn is_in_work_tree(span: Span, sources: &Sources) -> bool {
    sources.file(span.file).kind() == FileKind::Work
}

fn point_at(file: &File, offset: u32) -> Point {
    let (line, column) = file.line_column(offset);
    let marked = line == 1 && offset > 0 && file.text().starts_with('\u{feff}');
    Point {
        offset,
        line,
        column: column - usize::from(marked),
    }
}
