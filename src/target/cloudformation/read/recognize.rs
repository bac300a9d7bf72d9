//! Whether a file is a template, by its content.

use crate::inventory::Source;

/// The sections of a template (CloudFormation user guide, "Template sections"), and of what `aws
/// cloudformation get-template` prints.
const SECTIONS: [&str; 12] = [
    "Conditions",
    "Description",
    "Globals",
    "Hooks",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Rules",
    "StagesAvailable",
    "Transform",
    "ResourceTypes",
];

/// Keys of a file that only a template has.
const DECISIVE: [&str; 3] = ["AWSTemplateFormatVersion", "Resources", "TemplateBody"];

/// Whether a source is a template, or what `aws cloudformation get-template` prints.
///
/// In JSON a template has the key `Resources` among its sections. In YAML it starts with the key of
/// a section, as no program does, and has that of `Resources` at the start of a line.
pub fn is_template(source: &Source<'_>) -> bool {
    let text = source.single_text().unwrap_or_default();
    let text = text.trim_start_matches('\u{feff}').trim_start();
    match text.starts_with('{') {
        true => has_template_keys(text),
        false => has_template_lines(text),
    }
}

fn has_template_lines(text: &str) -> bool {
    let is_content =
        |line: &&str| !line.is_empty() && !line.starts_with(['#', '%']) && !line.starts_with("---");
    let first = text.lines().map(str::trim_end).find(is_content);
    let first = first.and_then(line_key).unwrap_or_default();
    let is_section = SECTIONS.contains(&first) || DECISIVE.contains(&first);
    is_section && text.lines().filter_map(line_key).any(is_content_key)
}

/// Whether a key has the resources of a template.
fn is_content_key(key: &str) -> bool {
    key == "Resources" || key == "TemplateBody"
}

/// The key at the start of a line: `Resources:`, `"Resources":`
fn line_key(line: &str) -> Option<&str> {
    let is_start = |c: char| c.is_ascii_uppercase() || c == '"' || c == '\'';
    let (key, _) = line.strip_prefix(is_start).and(line.split_once(':'))?;
    let key = key.trim_end();
    Some(key.trim_matches(['"', '\'']))
}

/// Whether the keys of an object up to the first that tells are those of a template.
fn has_template_keys(text: &str) -> bool {
    for key in TopKeys::new(text) {
        if DECISIVE.contains(&key) {
            return true;
        }
        if !SECTIONS.contains(&key) {
            return false;
        }
    }
    false
}

/// The keys of an object of JSON, without those of the objects in it.
struct TopKeys<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl<'t> TopKeys<'t> {
    fn new(text: &'t str) -> TopKeys<'t> {
        TopKeys {
            text,
            at: 0,
            depth: 0,
        }
    }

    /// The string that starts at a quote, without its quotes.
    fn string(&mut self, quote: usize) -> &'t str {
        let bytes = self.text.as_bytes();
        let mut end = quote + 1;
        while let Some(byte) = bytes.get(end) {
            match byte {
                b'"' => break,
                b'\\' => end += 2,
                _ => end += 1,
            }
        }
        self.at = end + 1;
        self.text.get(quote + 1..end).unwrap_or_default()
    }
}

impl<'t> Iterator for TopKeys<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        while let Some(byte) = self.text.as_bytes().get(self.at) {
            let here = self.at;
            self.at += 1;
            match byte {
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => self.depth = self.depth.checked_sub(1)?,
                b'"' => {
                    let string = self.string(here);
                    let rest = self.text.get(self.at..).unwrap_or_default();
                    if self.depth == 1 && rest.trim_start().starts_with(':') {
                        return Some(string);
                    }
                }
                _ => {}
            }
        }
        None
    }
}
