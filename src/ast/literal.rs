//! Literals: the values of single tokens.

use crate::date;
use crate::source::{FileId, Span};
use ipnet::IpNet;
use unicode_normalization::UnicodeNormalization;

/// `web-app`: a name; its text is that of its span.
#[derive(Debug, Clone, Copy)]
pub struct Name {
    /// Its span.
    pub span: Span,
}

impl Name {
    /// The maximum length of a name, so that text made of two names fits the limits of AWS.
    pub const MOST: usize = 100;
}

/// `"for the \"blue\" team"`
#[derive(Debug)]
pub struct StringLiteral {
    /// Its span, including quotes.
    pub span: Span,
    /// Its value, with escapes replaced, in Unicode normalization form C (NFC).
    pub value: Box<str>,
}

/// A part of the value of a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StringPart<'v> {
    /// Text; `${` of a `$${`.
    Text(&'v str),
    /// The name in `${name}`.
    Parameter(&'v str),
    /// `${var.name}`, `${ and so on`: it names nothing.
    NoParameter(&'v str),
}

/// `10.0.0.0/8`, `2001:db8::1`
#[derive(Debug, Clone, Copy)]
pub struct Net {
    /// Its span.
    pub span: Span,
    /// The block, with no host bits set; a bare address is a block of one.
    pub net: IpNet,
}

/// What follows `tcp` or `udp`.
#[derive(Debug, Clone, Copy)]
pub enum Ports {
    /// Nothing, which means all of them.
    All,
    /// `443`, `8000-8100`
    Known(u16, u16),
    /// `app-port`, `8000-last-port`, `first-port - last-port`; both ends are the same where it is
    /// one port.
    Named(PortEnd, PortEnd),
}

/// One end of a range of ports with a name in it.
#[derive(Debug, Clone, Copy)]
pub enum PortEnd {
    /// `8000`
    Number(u16),
    /// `last-port`: the offset of its first byte, and its length.
    Name(u32, u16),
}

impl Ports {
    /// The names in them, in the file of their item.
    pub fn names(self, file: FileId) -> impl Iterator<Item = Name> {
        let ends = match self {
            Ports::Named(from, to) => [Some(from), Some(to)],
            Ports::All | Ports::Known(..) => [None, None],
        };
        let names = ends.into_iter().flatten();
        names.filter_map(move |end| end.name(file))
    }
}

impl PortEnd {
    /// An end that is a name.
    pub fn from_name(name: Name) -> PortEnd {
        let Span { start, end, .. } = name.span;
        PortEnd::Name(start, u16::try_from(end - start).unwrap_or(u16::MAX))
    }

    /// Its name in the file of its item, if it is one.
    pub fn name(self, file: FileId) -> Option<Name> {
        match self {
            PortEnd::Number(_) => None,
            PortEnd::Name(start, length) => Some(Name {
                span: Span {
                    file,
                    start,
                    end: start + u32::from(length),
                },
            }),
        }
    }
}

/// `2026-12-31`
#[derive(Debug, Clone, Copy)]
pub struct DateLiteral {
    /// Its span.
    pub span: Span,
    /// The day.
    pub date: date::Date,
}

impl StringPart<'_> {
    /// The characters that it has in the string: `${` is written `$${`.
    pub fn written_length(self) -> usize {
        match self {
            StringPart::Text(text) => text.chars().count() + usize::from(text == "${"),
            StringPart::Parameter(name) => name.len() + "${}".len(),
            StringPart::NoParameter(text) => text.chars().count(),
        }
    }
}

impl StringLiteral {
    /// Reads the text between the quotes of `raw`; the second part lists invalid escapes, as offset
    /// into `raw` and length.
    pub fn unescape(raw: &str) -> (String, Vec<(usize, usize)>) {
        let (mut value, mut wrong) = (String::with_capacity(raw.len()), Vec::new());
        for (offset, length, character) in unescaped_characters(raw) {
            match character {
                Some(character) => value.push(character),
                None => wrong.push((offset, length)),
            }
        }

        let value = if value.is_ascii() {
            value
        } else {
            value.nfc().collect()
        };

        (value, wrong)
    }

    /// The parts of the value: text, and the parameters in between.
    pub fn parts(&self) -> impl Iterator<Item = StringPart<'_>> {
        let mut rest = &*self.value;
        std::iter::from_fn(move || {
            let (part, length) = first_part(rest)?;
            rest = &rest[length..];
            Some(part)
        })
    }

    /// Whether all of it is text: there is no `${` in it.
    pub fn is_plain(&self) -> bool {
        !self.value.contains("${")
    }

    /// The span of the `n`th character of the value; `raw` is the text of its span.
    ///
    /// If normalization (NFC) moved characters, the span of the whole string.
    pub fn place(&self, raw: &str, n: usize) -> Span {
        let moved = unescaped_characters(raw)
            .filter_map(|(.., c)| c)
            .ne(self.value.chars());
        match unescaped_characters(raw).nth(n) {
            Some((offset, length, _)) if !moved => self.span.part(offset, length),
            Some(_) | None => self.span,
        }
    }
}

/// The first part of a text, and its length in the text.
fn first_part(text: &str) -> Option<(StringPart<'_>, usize)> {
    if text.is_empty() {
        return None;
    }
    if text.starts_with("$${") {
        return Some((StringPart::Text(&text[1..3]), 3));
    }

    let Some(inner) = text.strip_prefix("${") else {
        let at = text.find("${").unwrap_or(text.len());
        // `$${` starts a character before
        let at = if text[..at].ends_with('$') && at < text.len() {
            at - 1
        } else {
            at
        };
        return Some((StringPart::Text(&text[..at]), at));
    };
    let Some((name, _)) = inner.split_once('}') else {
        return Some((StringPart::NoParameter(text), text.len()));
    };
    let length = name.len() + "${}".len();
    let part = match is_name(name) {
        true => StringPart::Parameter(name),
        false => StringPart::NoParameter(&text[..length]),
    };
    Some((part, length))
}

/// Whether a text has the form of a name.
fn is_name(text: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(is_letter)
}

/// The characters between the quotes of `raw`: offset and length in `raw`, and the character, which
/// is `None` for an unknown escape.
fn unescaped_characters(raw: &str) -> impl Iterator<Item = (usize, usize, Option<char>)> + '_ {
    let mut at = 1;
    std::iter::from_fn(move || {
        let rest = raw.get(at..raw.len().checked_sub(1)?)?;
        let first = rest.chars().next()?;
        let (length, character) = if first == '\\' {
            read_escape(rest)
        } else {
            (first.len_utf8(), Some(first))
        };
        let offset = at;
        at += length;
        Some((offset, length, character))
    })
}

/// The escape at the start of `rest`: its length, and the character that it stands for.
fn read_escape(rest: &str) -> (usize, Option<char>) {
    let letter = rest[1..].chars().next();
    let simple = |character| (2, Some(character));

    match letter {
        Some('"') => simple('"'),
        Some('\\') => simple('\\'),
        Some('n') => simple('\n'),
        Some('t') => simple('\t'),
        Some('u') => match rest[2..]
            .strip_prefix('{')
            .and_then(|hex| hex.split_once('}'))
        {
            Some((hex, _)) => {
                let digits =
                    (1..=6).contains(&hex.len()) && hex.bytes().all(|b| b.is_ascii_hexdigit());
                let code = if digits {
                    u32::from_str_radix(hex, 16).ok()
                } else {
                    None
                };
                (hex.len() + 4, code.and_then(char::from_u32))
            }
            None => (2, None),
        },
        Some(other) => (1 + other.len_utf8(), None),
        None => (1, None),
    }
}
