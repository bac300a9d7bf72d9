//! Diffs of files.

use similar::TextDiff;
use tierwall::source::{visible, visible_lines};

/// The unified diff from one text to another, under the names of their files, for people: control
/// characters are replaced.
pub fn unified_diff(old: &str, new: &str, before: &str, after: &str) -> String {
    let (before, after) = (visible(before), visible(after));
    let diff = TextDiff::from_lines(old, new);
    visible_lines(
        &diff
            .unified_diff()
            .context_radius(3)
            .header(&before, &after)
            .to_string(),
    )
}
