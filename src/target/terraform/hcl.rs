//! HCL in the layout of `terraform fmt`: two blanks a level, the `=` of a run of attributes in one
//! column.

use crate::net::Sink;
use unicode_segmentation::UnicodeSegmentation;

/// Text of HCL as it grows.
#[derive(Debug, Default)]
pub struct Hcl {
    text: Vec<u8>,
    depth: usize,
}

/// Words that HCL reads as something else where the key of an object could stand.
const NO_KEYS: [&str; 9] = [
    "else", "endfor", "endif", "false", "for", "if", "in", "null", "true",
];

impl Hcl {
    /// Text that is appended to this.
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
        self.text.put("}\n");
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

    /// A run of attributes, values as HCL writes them.
    pub fn attribute_run(&mut self, run: &[(&str, &str)]) {
        let width = run
            .iter()
            .map(|(key, _)| count_columns(key))
            .max()
            .unwrap_or(0);
        for (key, value) in run {
            self.push_indent();
            self.text.put(key);
            self.text
                .extend(std::iter::repeat_n(b' ', width - count_columns(key)));
            self.text.put(" = ");
            self.text.put(value);
            self.text.put("\n");
        }
    }

    /// The text, for what is laid out already.
    pub fn text(&mut self) -> &mut Vec<u8> {
        &mut self.text
    }

    /// An attribute that is an object of strings: `tags = { … }`
    pub fn object_attribute<'a>(
        &mut self,
        key: &str,
        entries: impl Iterator<Item = (&'a str, &'a str)>,
    ) {
        self.push_indent();
        [key, " = {\n"].iter().for_each(|text| self.text.put(text));
        self.depth += 1;
        let written: Vec<(String, String)> = entries
            .map(|(key, value)| (object_key(key), quote_string(value)))
            .collect();
        let run: Vec<(&str, &str)> = written
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
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
        self.text.extend(std::iter::repeat_n(b' ', 2 * self.depth));
    }
}

/// Columns that `terraform fmt` counts for a text: one for each grapheme cluster.
fn count_columns(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.graphemes(true).count()
    }
}

/// The key of an object, quoted unless it is a plain identifier.
fn object_key(key: &str) -> String {
    let mut bytes = key.bytes();
    let starts = bytes
        .next()
        .is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
    let plain = starts && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if plain && !NO_KEYS.contains(&key) {
        key.to_string()
    } else {
        quote_string(key)
    }
}

/// A string literal that means exactly `text`: no template starts in it.
pub fn quote_string(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len() + 2);
    push_quoted(&mut out, text);
    String::from_utf8(out).expect("a text, escaped")
}

/// Appends a string literal that means exactly `text`.
pub fn push_quoted(out: &mut Vec<u8>, text: &str) {
    out.put("\"");
    escape_string(out, |out| out.put(text));
    out.put("\"");
}

/// Appends what stands in a string literal that means exactly what `fill` appends.
pub fn escape_string(out: &mut Vec<u8>, fill: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    fill(out);
    let bytes = out[start..].iter();
    if bytes.fold(false, |found, byte| found | SPECIAL[usize::from(*byte)]) {
        let text = String::from_utf8(out.split_off(start)).expect("a text");
        push_escaped(out, &text);
    }
}

/// The bytes that do not stand for themselves in every string.
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
