//! Splits a file into tokens, including comments, with the line breaks between them.

use crate::ast::{FileTree, Item};
use std::iter::Peekable;
use unicode_width::UnicodeWidthStr;

/// The kinds of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// `web`, `allows`, `10.0.0.0/8`, `:`
    Word,
    /// `"admin access"`
    Text,
    /// `,`
    Comma,
    /// `=`
    Equals,
    /// `{`, `[`
    Open,
    /// `}`, `]`
    Close,
    /// `(` of an annotation
    Left,
    /// `)` of an annotation
    Right,
    /// `# to the end of the line`
    Comment,
}

/// A token.
#[derive(Debug, Clone, Copy)]
pub struct Token<'t> {
    /// Its kind.
    pub kind: TokenKind,
    /// Its text as typed; a comment without trailing blanks.
    pub text: &'t str,
    /// Offset of its first byte.
    pub start: u32,
    /// The number of line breaks before it, at most 2.
    pub breaks: u8,
}

/// The tokens of a file that was parsed without errors.
pub fn split_tokens<'t>(text: &'t str, file: &FileTree) -> Vec<Token<'t>> {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut ends = colon_places(file).peekable();
    let (mut at, mut tokens) = (text.len() - body.len(), Vec::new());

    loop {
        let rest = text[at..].trim_start_matches([' ', '\t', '\r', '\n']);
        let start = text.len() - rest.len();
        let Some(kind) = rest.chars().next().map(token_kind) else {
            return tokens;
        };
        let length = token_length(kind, rest, start, &mut ends);

        let breaks = text[at..start]
            .bytes()
            .filter(|byte| *byte == b'\n')
            .take(2)
            .count() as u8;

        tokens.push(Token {
            kind,
            text: rest[..length].trim_end(),
            start: start as u32,
            breaks,
        });

        at = start + length;
    }
}

/// Offsets where words end without a blank: around the colon of `param office:cidr`.
fn colon_places(file: &FileTree) -> impl Iterator<Item = usize> {
    let params = file
        .statements
        .iter()
        .filter_map(|statement| match &statement.item {
            Item::Param(param) => {
                Some([param.name.span.end as usize, param.kind.span.start as usize])
            }
            _ => None,
        });
    params.flatten()
}

fn token_kind(first: char) -> TokenKind {
    match first {
        '"' => TokenKind::Text,
        ',' => TokenKind::Comma,
        '=' => TokenKind::Equals,
        '{' | '[' => TokenKind::Open,
        '}' | ']' => TokenKind::Close,
        '(' => TokenKind::Left,
        ')' => TokenKind::Right,
        '#' => TokenKind::Comment,
        _ => TokenKind::Word,
    }
}

/// The length of the token of this kind at the start of `rest`, which is at `start`.
fn token_length(
    kind: TokenKind,
    rest: &str,
    start: usize,
    ends: &mut Peekable<impl Iterator<Item = usize>>,
) -> usize {
    match kind {
        TokenKind::Comma
        | TokenKind::Equals
        | TokenKind::Open
        | TokenKind::Close
        | TokenKind::Left
        | TokenKind::Right => 1,
        TokenKind::Comment => rest.find('\n').unwrap_or(rest.len()),
        TokenKind::Text => string_length(rest),
        TokenKind::Word => {
            let length = rest.find(ends_word).unwrap_or(rest.len());
            while ends.next_if(|end| *end <= start).is_some() {}
            ends.peek().map_or(length, |end| length.min(end - start))
        }
    }
}

fn ends_word(character: char) -> bool {
    " \t\r\n".contains(character) || token_kind(character) != TokenKind::Word
}

/// The length of the string at the start of `rest`, quotes included.
fn string_length(rest: &str) -> usize {
    let mut escaped = false;
    let end = rest.char_indices().skip(1).find(|(_, character)| {
        let ends = *character == '"' && !escaped;
        escaped = *character == '\\' && !escaped;
        ends
    });
    end.map_or(rest.len(), |(at, _)| at + 1)
}

/// The width of a text on a screen, in columns.
pub fn screen_width(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.width()
    }
}

/// Whether there is a blank between two tokens on one line.
pub fn blank_between(left: &Token<'_>, right: &Token<'_>) -> bool {
    let closes = matches!(
        right.kind,
        TokenKind::Comma | TokenKind::Left | TokenKind::Right
    ) || right.text == "]";
    let opens = left.kind == TokenKind::Left || left.text == "[";
    let empty = left.kind == TokenKind::Open && right.kind == TokenKind::Close;
    !closes && !opens && !empty
}

/// Tokens without comments on one line; without the comma after the last item of a list or block.
pub fn join_tokens(tokens: &[Token<'_>]) -> String {
    let mut out = String::new();
    let mut last: Option<&Token<'_>> = None;

    for (at, token) in tokens.iter().enumerate() {
        let next = tokens.get(at + 1);
        if token.kind == TokenKind::Comma && next.is_some_and(|it| it.kind == TokenKind::Close) {
            continue;
        }
        if last.is_some_and(|last| blank_between(last, token)) {
            out.push(' ');
        }
        out.push_str(token.text);
        last = Some(token);
    }

    out
}
