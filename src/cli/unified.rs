//! What would change in a file.

use similar::TextDiff;

/// The unified diff from one text to another, under the names of their files.
pub fn diff(old: &str, new: &str, before: &str, after: &str) -> String {
    TextDiff::from_lines(old, new).unified_diff().context_radius(3).header(before, after).to_string()
}
