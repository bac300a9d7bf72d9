//! Results of functions.

use super::super::value::Val;

/// The value of a call; `None` where it depends on what is unknown. An error is its message.
pub(super) type Called = Result<Option<Val>, String>;

/// The wrong number of arguments.
pub(super) fn wrong_count(arguments: &[Val], wanted: &str) -> Called {
    let found = arguments.len();
    Err(format!("expected {wanted}, found {found}"))
}

/// Something else than was expected.
pub(super) fn expected(what: &str, found: &Val) -> String {
    format!("expected {what}, found {}", found.describe())
}
