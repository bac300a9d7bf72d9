//! Formats a file: changes only blanks, line breaks, and commas in blocks and lists.
//!
//! The file becomes tokens, including comments (`tokens`). The tree determines which tokens are one
//! statement, and where its parts start (`columns`); `layout` writes them as lines on a `sheet`.
//! The result does not depend on earlier columns or line lengths, so that formatting is idempotent.

mod columns;
mod layout;
mod sheet;
mod tokens;

use crate::ast::{Annotation, FileTree, Item, Statement};
use crate::source::Span;
use columns::{Shape, column_starts};
use layout::TokenRow;
use sheet::Sheet;
use std::mem::{Discriminant, discriminant};
use tokens::{Token, split_tokens};

/// Formats a file, which must have been parsed without errors: only statements have a layout.
pub fn format(text: &str, file: &FileTree) -> String {
    let tokens = split_tokens(text, file);
    let pieces = split_pieces(&tokens, file);
    let mut sheet = Sheet::default();
    let mut rest = pieces.as_slice();

    while !rest.is_empty() {
        let (run, after) = rest.split_at(run_length(rest));
        let rows = run
            .iter()
            .filter(|piece| matches!(piece.part, PieceKind::Statement(_)));

        let starts = column_starts(
            rows.map(|piece| (&piece.shape, piece.tokens, layout::first_line(piece.tokens))),
        );

        for piece in run {
            piece.write(&mut sheet, &starts);
        }

        rest = after;
    }

    sheet.text()
}

/// A part of a file on its own lines.
struct Piece<'a, 't> {
    part: PieceKind,
    tokens: &'a [Token<'t>],
    shape: Shape,
    /// Whether its block has each entry on its own line.
    tall: bool,
    /// Whether there is an empty line before it.
    apart: bool,
    /// Its trailing comment.
    comment: Option<&'t str>,
}

/// Its kind.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PieceKind {
    Comment,
    Annotation,
    Statement(Discriminant<Item>),
}

impl<'t> Piece<'_, 't> {
    fn write(&self, sheet: &mut Sheet<'t>, starts: &[usize]) {
        sheet.start_line(0, self.apart);
        let row = |starts| TokenRow {
            tokens: self.tokens,
            shape: &self.shape,
            starts,
            tall: self.tall,
        };

        match self.part {
            PieceKind::Comment => self
                .tokens
                .iter()
                .for_each(|token| sheet.put_comment(token.text)),
            PieceKind::Annotation => row(&[]).write(sheet, layout::INDENT),
            PieceKind::Statement(_) => row(starts).write(sheet, layout::INDENT),
        }

        self.comment
            .iter()
            .for_each(|comment| sheet.add_comment(comment, 0));
    }
}

/// Statements, their annotations, and comments on their own lines, in source order.
fn split_pieces<'a, 't>(tokens: &'a [Token<'t>], file: &FileTree) -> Vec<Piece<'a, 't>> {
    let mut parts = file.statements.iter().flat_map(statement_parts).peekable();
    let (mut pieces, mut rest): (Vec<Piece<'_, '_>>, _) = (Vec::new(), tokens);
    let mut announced = false;

    while let Some(token) = rest.first() {
        let started = parts.next_if(|(span, ..)| span.start <= token.start);
        let length = started.as_ref().map_or(1, |(span, ..)| {
            rest.partition_point(|token| token.start < span.end)
        });
        let (tokens, after) = rest.split_at(length.max(1));
        rest = after;

        match (started, pieces.last_mut()) {
            (None, Some(last)) if token.breaks == 0 => last.comment = Some(token.text),
            (started, last) => {
                let (part, shape) = started.map_or(
                    (PieceKind::Comment, Shape::default()),
                    |(_, part, shape)| (part, shape),
                );
                // the statement of an annotation follows without an empty line
                let apart = last.is_some() && token.breaks > 1 && !announced;
                announced =
                    part == PieceKind::Annotation || announced && part == PieceKind::Comment;
                let tall = layout::is_tall(tokens, &shape, 0);

                pieces.push(Piece {
                    part,
                    tokens,
                    shape,
                    tall,
                    apart,
                    comment: None,
                });
            }
        }
    }

    pieces
}

/// The annotations of a statement, then the statement.
fn statement_parts(statement: &Statement) -> impl Iterator<Item = (Span, PieceKind, Shape)> {
    let annotation = |a: &Annotation| (a.span, PieceKind::Annotation, Shape::annotation_shape(a));
    let itself = (
        statement.span,
        PieceKind::Statement(discriminant(&statement.item)),
        Shape::new(statement),
    );
    statement.annotations.iter().map(annotation).chain([itself])
}

/// The number of pieces that share columns: statements of one kind without empty lines between
/// them. A statement with a multi-line block shares with none.
fn run_length(pieces: &[Piece<'_, '_>]) -> usize {
    let mut last_said = None;
    let ends = pieces
        .iter()
        .enumerate()
        .position(|(at, piece)| match piece.part {
            _ if at > 0 && piece.apart => true,
            PieceKind::Comment | PieceKind::Annotation => false,
            PieceKind::Statement(kind) => {
                let last = last_said.replace((kind, piece.tall));
                last.is_some_and(|last| piece.tall || last != (kind, false))
            }
        });

    ends.unwrap_or(pieces.len())
}
