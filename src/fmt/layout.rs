//! Writes tokens as lines: line breaks and indentation.

use super::columns::{Shape, column_width};
use super::sheet::Sheet;
use super::tokens::{Token, TokenKind, blank_between, join_tokens, screen_width};

/// Longer lines break after a comma, or inside a block or a list, if possible.
const LIMIT: usize = 120;
/// The indentation of each level.
pub const INDENT: usize = 4;
/// The items of a list on several lines are aligned, unless the first is beyond this column.
const FARTHEST: usize = 72;

/// A sequence of tokens: a statement, an annotation, an entry of a block.
pub struct TokenRow<'a, 't> {
    /// The tokens.
    pub tokens: &'a [Token<'t>],
    /// Their cells and lists.
    pub shape: &'a Shape,
    /// Where the columns of the cells start.
    pub starts: &'a [usize],
    /// Whether its block or list has each part on its own line.
    pub tall: bool,
}

impl<'t> TokenRow<'_, 't> {
    /// Writes them at the end of the sheet; continuation lines have no columns, and start at
    /// `hang`, or at the items of a list.
    pub fn write(&self, sheet: &mut Sheet<'t>, mut hang: usize) {
        let (mut at, mut columns, first_line) = (0, true, first_line(self.tokens));
        let outer = sheet.indent();
        while let Some(token) = self.tokens.get(at) {
            // alignment on the first line causes no line break
            let breaks = if columns {
                at == first_line
            } else {
                starts_line(self.tokens, at, || sheet.column())
            };

            if breaks && self.shape.starts_outbound(&self.tokens[at..]) {
                hang = outer + INDENT;
            }
            if breaks {
                sheet.start_line(hang, token.breaks > 1);
                columns = false;
            }

            match token.kind {
                TokenKind::Comment if breaks => sheet.put_comment(token.text),
                TokenKind::Comment => sheet.add_comment(token.text, hang),
                TokenKind::Word
                | TokenKind::Text
                | TokenKind::Comma
                | TokenKind::Equals
                | TokenKind::Open
                | TokenKind::Close
                | TokenKind::Left
                | TokenKind::Right => {
                    if !breaks {
                        sheet.pad(self.column_of(at, sheet.column(), columns));
                    }

                    if self.shape.lists.contains(&token.start) {
                        hang = column_below(sheet.column());
                    }

                    if token.kind == TokenKind::Open {
                        at += self.write_bracket(at, sheet, outer);
                        columns &= !self.tall;
                        continue;
                    }

                    sheet.put(token.text);
                }
            }

            at += 1;
        }
    }

    /// Writes the block or list that starts with a token, and returns its number of tokens.
    fn write_bracket(&self, at: usize, sheet: &mut Sheet<'t>, outer: usize) -> usize {
        let whole = &self.tokens[at..at + bracket_length(&self.tokens[at..])];
        if self.tall {
            // entries below the items of a list would look like items
            let indent = Some(sheet.indent()).filter(|indent| *indent <= outer + INDENT);
            write_on_lines(whole, sheet, indent.unwrap_or(outer));
        } else {
            sheet.put(&join_tokens(whole));
        }
        whole.len()
    }

    /// The column of a token if the one before it ends at `column`.
    fn column_of(&self, at: usize, column: usize, columns: bool) -> usize {
        let Some(last) = at.checked_sub(1).map(|at| &self.tokens[at]) else {
            return column;
        };
        let token = &self.tokens[at];
        let after = column + usize::from(blank_between(last, token));

        let cell = self
            .shape
            .cells
            .iter()
            .find(|cell| last.start < cell.start && cell.start <= token.start);

        let start = cell
            .and_then(|cell| self.starts.get(cell.column))
            .filter(|_| columns);
        start.map_or(after, |start| after.max(*start))
    }
}

/// The number of tokens on the first line, ignoring alignment.
pub fn first_line(tokens: &[Token<'_>]) -> usize {
    let breaks =
        |at: &usize| starts_line(tokens, *at, || screen_width(&join_tokens(&tokens[..*at])));
    (1..tokens.len()).find(breaks).unwrap_or(tokens.len())
}

/// Whether a line starts with this token, the one before it ending at `column`.
fn starts_line(tokens: &[Token<'_>], at: usize, column: impl FnOnce() -> usize) -> bool {
    let (last, token) = (&tokens[at - 1], &tokens[at]);
    let own_line = token.kind == TokenKind::Comment && token.breaks > 0;
    let item = last.kind == TokenKind::Comma && token.kind != TokenKind::Comment;
    last.kind == TokenKind::Comment
        || own_line
        || item && (token.breaks > 0 || end_of_item(tokens, at, column()) > LIMIT)
}

/// The column after the list item that starts with this token, which is the next position for a
/// break. A string at the end of a statement does not count, because no break would make it
/// shorter.
fn end_of_item(tokens: &[Token<'_>], at: usize, mut column: usize) -> usize {
    for (at, token) in tokens.iter().enumerate().skip(at) {
        let prose = at + 1 == tokens.len() && token.kind == TokenKind::Text;
        if prose || token.kind == TokenKind::Comment {
            break;
        }
        column += usize::from(blank_between(&tokens[at - 1], token)) + screen_width(token.text);
        if matches!(token.kind, TokenKind::Comma | TokenKind::Open) {
            break;
        }
    }
    column
}

/// The column of the items of a list on the following lines; the first is at `column`.
fn column_below(column: usize) -> usize {
    match column {
        0 => INDENT,
        1..=FARTHEST => column,
        _ => INDENT,
    }
}

/// Whether the block or list in some tokens has each part on its own line: because it contains a
/// line break or a comment, or because the tokens, which start at `column`, do not fit on one line.
/// The text of outbound rules can start a line of its own, which the block is then on.
pub fn is_tall(tokens: &[Token<'_>], shape: &Shape, column: usize) -> bool {
    let Some(open) = tokens
        .iter()
        .position(|token| token.kind == TokenKind::Open)
    else {
        return false;
    };
    let end = open + bracket_length(&tokens[open..]);
    let mut inside = tokens[open..end].iter().skip(1);
    let broken = inside.len() > 1
        && inside.any(|token| token.breaks > 0 || token.kind == TokenKind::Comment);
    let second = first_line(tokens);
    let (start, column) = match tokens.get(second..) {
        Some(rest) if shape.starts_outbound(rest) => (second, INDENT),
        Some(_) | None => (0, column),
    };
    broken || end - open > 2 && column + screen_width(&join_tokens(&tokens[start..end])) > LIMIT
}

/// The number of tokens of the block or list that the first one opens.
fn bracket_length(tokens: &[Token<'_>]) -> usize {
    let mut open = 0;
    let closes = tokens.iter().position(|token| {
        match token.kind {
            TokenKind::Open => open += 1,
            TokenKind::Close => open -= 1,
            TokenKind::Word
            | TokenKind::Text
            | TokenKind::Comma
            | TokenKind::Equals
            | TokenKind::Left
            | TokenKind::Right
            | TokenKind::Comment => {}
        }

        open == 0
    });

    closes.map_or(tokens.len(), |at| at + 1)
}

/// Writes a block or a list with each part on its own line.
fn write_on_lines<'t>(whole: &[Token<'t>], sheet: &mut Sheet<'t>, outer: usize) {
    let indent = outer + INDENT;
    let [open, inside @ .., close] = whole else {
        return;
    };
    let block = open.text == "{";
    sheet.put(open.text);
    let parts = split_parts(inside, block);
    let mut first = true;

    for group in parts.chunk_by(|_, next| next[0].breaks < 2) {
        let sign = sign_column(group, indent);
        for part in group {
            let [token, ..] = part else { continue };
            if token.kind == TokenKind::Comment && token.breaks == 0 {
                sheet.add_comment(token.text, indent);
                continue;
            }

            sheet.start_line(indent, !std::mem::take(&mut first) && token.breaks > 1);
            match (token.kind, block) {
                (TokenKind::Comment, _) => sheet.put_comment(token.text),
                (_, true) => write_entry(part, sign, indent, sheet),
                (_, false) => {
                    sheet.put(token.text);
                    sheet.put(",");
                }
            }
        }
    }
    sheet.start_line(outer, false);
    sheet.put(close.text);
}

/// The column of `=` in a group of entries.
fn sign_column(group: &[&[Token<'_>]], indent: usize) -> usize {
    let mut widths = Vec::new();
    for part in group {
        if let [key, sign, ..] = part
            && sign.kind == TokenKind::Equals
        {
            widths.push(screen_width(key.text));
        }
    }
    indent + column_width(widths, usize::MAX) + 1
}

/// Writes an entry of a block, its `=` at a column.
fn write_entry<'t>(tokens: &[Token<'t>], sign: usize, indent: usize, sheet: &mut Sheet<'t>) {
    let (shape, starts) = (Shape::entry_shape(tokens), [0, sign]);
    let key = screen_width(tokens[0].text);
    let row = TokenRow {
        tokens,
        shape: &shape,
        starts: &starts,
        tall: is_tall(tokens, &shape, sign.saturating_sub(key + 1)),
    };
    row.write(sheet, indent + INDENT);
}

/// The entries of a block or the items of a list, and the comments between them; without commas.
fn split_parts<'a, 't>(mut inside: &'a [Token<'t>], block: bool) -> Vec<&'a [Token<'t>]> {
    let mut parts = Vec::new();
    while let Some(token) = inside.first() {
        let length = if block && token.kind != TokenKind::Comment {
            entry_length(inside)
        } else {
            1
        };
        let (part, rest) = inside.split_at(length);
        if token.kind != TokenKind::Comma {
            parts.push(part);
        }
        inside = rest;
    }

    parts
}

/// The number of tokens of the entry at the start: key, `=`, value, and comments between them.
fn entry_length(tokens: &[Token<'_>]) -> usize {
    let Some(sign) = tokens
        .iter()
        .position(|token| matches!(token.kind, TokenKind::Equals | TokenKind::Comma))
    else {
        return tokens.len();
    };

    if tokens[sign].kind == TokenKind::Comma {
        return sign.max(1);
    }

    let value = tokens[sign + 1..]
        .iter()
        .position(|token| token.kind != TokenKind::Comment);

    value.map_or(tokens.len(), |value| {
        let start = sign + 1 + value;
        let value = if tokens[start].kind == TokenKind::Open {
            bracket_length(&tokens[start..])
        } else {
            word_length(&tokens[start..])
        };
        start + value
    })
}

/// The number of tokens of a value without brackets: `import "network-VpcId"` has two.
fn word_length(tokens: &[Token<'_>]) -> usize {
    match tokens {
        [word, text, ..]
            if matches!(word.text, "import" | "ssm")
                && text.kind == TokenKind::Text
                && text.breaks == 0 =>
        {
            2
        }
        _ => 1,
    }
}
