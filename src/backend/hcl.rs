//! HCL in the layout of `terraform fmt`: two blanks a level, the `=` of a run of attributes in one column.

use std::fmt::Write;
use unicode_segmentation::UnicodeSegmentation;

/// Text of HCL as it grows.
#[derive(Debug, Default)]
pub struct Hcl {
    text: String,
    depth: usize,
}

/// Words that HCL reads as something else where the key of an object could stand.
const NO_KEYS: [&str; 9] = ["else", "endfor", "endif", "false", "for", "if", "in", "null", "true"];

impl Hcl {
    /// The text so far, which is forgotten.
    pub fn take(&mut self, into: &mut Vec<u8>) {
        into.extend_from_slice(self.text.as_bytes());
        self.text.clear();
    }

    /// Starts a block: `resource "aws_security_group" "web" {`
    pub fn open(&mut self, head: &str, labels: &[&str]) {
        self.indent();
        self.text.push_str(head);
        for label in labels {
            let _ = write!(self.text, " \"{label}\"");
        }
        self.text.push_str(" {\n");
        self.depth += 1;
    }

    /// Ends a block.
    pub fn close(&mut self) {
        self.depth -= 1;
        self.indent();
        self.text.push_str("}\n");
    }

    /// An empty line.
    pub fn blank(&mut self) {
        self.text.push('\n');
    }

    /// A line that is a comment.
    pub fn comment(&mut self, words: &str) {
        self.indent();
        let _ = writeln!(self.text, "# {words}");
    }

    /// A run of attributes, values as HCL writes them.
    pub fn attributes(&mut self, run: &[(&str, &str)]) {
        let width = run.iter().map(|(key, _)| columns(key)).max().unwrap_or(0);
        for (key, value) in run {
            self.indent();
            self.text.push_str(key);
            self.text.extend(std::iter::repeat_n(' ', width - columns(key)));
            self.text.push_str(" = ");
            self.text.push_str(value);
            self.text.push('\n');
        }
    }

    /// An attribute that is an object of strings: `tags = { … }`
    pub fn object<'a>(&mut self, key: &str, entries: impl Iterator<Item = (&'a str, &'a str)>) {
        self.indent();
        let _ = writeln!(self.text, "{key} = {{");
        self.depth += 1;
        let written: Vec<(String, String)> = entries.map(|(key, value)| (object_key(key), quoted(value))).collect();
        let run: Vec<(&str, &str)> = written.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        self.attributes(&run);
        self.close();
    }

    fn indent(&mut self) {
        self.text.extend(std::iter::repeat_n("  ", self.depth));
    }
}

/// Columns that `terraform fmt` counts for a text: one for each grapheme cluster.
fn columns(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.graphemes(true).count() }
}

/// The key of an object, quoted unless it is a plain identifier.
fn object_key(key: &str) -> String {
    let mut bytes = key.bytes();
    let starts = bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
    let plain = starts && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if plain && !NO_KEYS.contains(&key) { key.to_string() } else { quoted(key) }
}

/// A string literal that means exactly `text`: no template starts in it.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    push_quoted(&mut out, text);
    out
}

/// Appends a string literal that means exactly `text`.
pub fn push_quoted(out: &mut String, text: &str) {
    out.push('"');
    // nearly every string: nothing in it means anything to HCL
    if !text.bytes().any(|b| b < b' ' || b == 0x7f || !b.is_ascii() || b"\"\\$%".contains(&b)) {
        out.push_str(text);
        out.push('"');
        return;
    }
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if rest.peek() == Some(&'{') => out.extend([character, character]),
            control if control.is_control() => drop(write!(out, "\\u{:04x}", u32::from(control))),
            other => out.push(other),
        }
    }
    out.push('"');
}
