//! Lists in findings.

use crate::diagnostic;

/// The first few, and the number of others.
pub(super) fn list_first(all: Vec<String>) -> String {
    diagnostic::listed(&all, 4)
}

/// Likewise, of names in backticks.
pub(super) fn quote_names<'n>(names: impl Iterator<Item = &'n str>) -> String {
    list_first(names.map(|name| format!("`{name}`")).collect())
}
