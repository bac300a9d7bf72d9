//! HCL in the layout of `terraform fmt`: two blanks per level, and the `=` of a run of attributes
//! aligned.

use crate::net::Sink;
use std::borrow::Cow;
use unicode_segmentation::UnicodeSegmentation;

/// A builder for HCL text.
#[derive(Debug, Default)]
pub struct Hcl {
    text: Vec<u8>,
    depth: usize,
}

/// The value of an attribute.
#[derive(Debug, Clone, Copy)]
pub enum Value<'v> {
    /// As HCL writes it: `var.office`, `true`
    Expression(&'v str),
    /// A string with exactly this value.
    Text(&'v str),
}

/// Words that are not valid as unquoted keys of an object.
const NO_KEYS: [&str; 9] = [
    "else", "endfor", "endif", "false", "for", "if", "in", "null", "true",
];

/// The end of a block.
const CLOSING: &str = "}\n";

impl Hcl {
    /// A builder that appends to this text.
    pub fn new(text: Vec<u8>) -> Hcl {
        Hcl { text, depth: 0 }
    }

    /// All of the text.
    pub fn into_bytes(self) -> Vec<u8> {
        self.text
    }

    /// Starts a block: `resource "aws_security_group" "web" {`
    pub fn open_block(&mut self, head: &str, labels: &[&str]) {
        self.push_indent();
        self.text.put(head);
        for label in labels {
            self.text.put(" \"");
            self.text.put(label);
            self.text.put("\"");
        }
        self.text.put(" {\n");
        self.depth += 1;
    }

    /// Ends a block.
    pub fn close_block(&mut self) {
        self.depth -= 1;
        self.push_indent();
        self.text.put(CLOSING);
    }

    /// Continues the top-level block at the end of the text.
    pub fn reopen_block(&mut self) {
        debug_assert!(self.text.ends_with(CLOSING.as_bytes()));
        self.text.truncate(self.text.len() - CLOSING.len());
        self.depth += 1;
    }

    /// An empty line.
    pub fn blank_line(&mut self) {
        self.text.put("\n");
    }

    /// A line that is a comment.
    pub fn comment_line(&mut self, words: &str) {
        self.push_indent();
        ["# ", words, "\n"]
            .iter()
            .for_each(|text| self.text.put(text));
    }

    /// A run of attributes.
    pub fn attribute_run(&mut self, run: &[(&str, Value<'_>)]) {
        let width = run
            .iter()
            .map(|(key, _)| count_columns(key))
            .max()
            .unwrap_or(0);
        for (key, value) in run {
            self.push_indent();
            self.text.put(key);
            self.push_blanks(width - count_columns(key));
            self.text.put(" = ");
            match value {
                Value::Expression(expression) => self.text.put(expression),
                Value::Text(text) => push_quoted(&mut self.text, text),
            }
            self.text.put("\n");
        }
    }

    /// The text, for what is laid out already.
    pub fn text(&mut self) -> &mut Vec<u8> {
        &mut self.text
    }

    /// An attribute that is an object: `tags = { … }`
    pub fn object_attribute<'a>(
        &mut self,
        key: &str,
        entries: impl Iterator<Item = (&'a str, Value<'a>)>,
    ) {
        self.push_indent();
        [key, " = {\n"].iter().for_each(|text| self.text.put(text));
        self.depth += 1;
        let written: Vec<(Cow<'_, str>, Value<'_>)> = entries
            .map(|(key, value)| (object_key(key), value))
            .collect();
        let run: Vec<(&str, Value<'_>)> = written
            .iter()
            .map(|(key, value)| (&**key, *value))
            .collect();
        self.attribute_run(&run);
        self.close_block();
    }

    /// An attribute that is an object of lists of expressions, each entry and each item on lines of
    /// its own, so that `terraform fmt` aligns no entry with others: `value = { … }`
    pub fn lists_attribute<'a>(
        &mut self,
        key: &str,
        entries: impl Iterator<Item = (&'a str, Vec<String>)>,
    ) {
        self.push_line(&[key, " = {"]);
        self.depth += 1;
        for (key, items) in entries {
            self.push_line(&[&object_key(key), " = ["]);
            self.depth += 1;
            items.iter().for_each(|item| self.push_line(&[item, ","]));
            self.depth -= 1;
            self.push_line(&["]"]);
        }
        self.close_block();
    }

    fn push_line(&mut self, parts: &[&str]) {
        self.push_indent();
        parts.iter().for_each(|text| self.text.put(text));
        self.text.put("\n");
    }

    fn push_indent(&mut self) {
        self.push_blanks(2 * self.depth);
    }

    fn push_blanks(&mut self, count: usize) {
        const BLANKS: [u8; 32] = [b' '; 32];
        if count <= BLANKS.len() {
            self.text.put_start(&BLANKS, count);
        } else {
            self.text.extend(std::iter::repeat_n(b' ', count));
        }
    }
}

/// The width of a text in `terraform fmt`: one column for each grapheme cluster.
fn count_columns(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.graphemes(true).count()
    }
}

/// The key of an object, quoted unless it is a plain identifier.
fn object_key(key: &str) -> Cow<'_, str> {
    let mut bytes = key.bytes();
    let starts = bytes
        .next()
        .is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
    let plain = starts && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if plain && !NO_KEYS.contains(&key) {
        key.into()
    } else {
        quote_string(key).into()
    }
}

/// A string literal whose value is exactly `text`, without templates.
pub fn quote_string(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len() + 2);
    push_quoted(&mut out, text);
    String::from_utf8(out).expect("a text, escaped")
}

/// Appends a string literal whose value is exactly `text`.
pub fn push_quoted(out: &mut Vec<u8>, text: &str) {
    out.put("\"");
    escape_string(out, |out| out.put(text));
    out.put("\"");
}

/// Appends the escaped contents of a string literal whose value is exactly what `fill` appends.
pub fn escape_string(out: &mut Vec<u8>, fill: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    fill(out);
    let bytes = out[start..].iter();
    if bytes.fold(false, |found, byte| found | SPECIAL[usize::from(*byte)]) {
        let text = String::from_utf8(out.split_off(start)).expect("a text");
        push_escaped(out, &text);
    }
}

/// The bytes that may need escaping in a string.
const SPECIAL: [bool; 256] = {
    let (mut special, mut n) = ([false; 256], 0);
    while n < 256 {
        special[n] =
            !matches!(n as u8, b' '..=b'~') || matches!(n as u8, b'"' | b'\\' | b'$' | b'%');
        n += 1;
    }
    special
};

fn push_escaped(out: &mut Vec<u8>, text: &str) {
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '"' => out.put("\\\""),
            '\\' => out.put("\\\\"),
            '\n' => out.put("\\n"),
            '\r' => out.put("\\r"),
            '\t' => out.put("\\t"),
            '$' | '%' if rest.peek() == Some(&'{') => out.extend([character as u8; 2]),
            control if control.is_control() => out.put(&format!("\\u{:04x}", u32::from(control))),
            other => out.put(other.encode_utf8(&mut [0; 4])),
        }
    }
}
