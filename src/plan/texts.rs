//! Texts with parameters in them, before and after a change.

use super::defaults::value_differs;
use crate::aws::{State, Text, TextRef};
use crate::target::Planning;

/// Whether a text differs in a deployment that sets no value: with the defaults of the parameters
/// in it. A parameter that has a default in only one program does not count, since deployments set
/// an unknown value.
pub fn text_differs(
    planning: &Planning,
    (old, was): (&State, TextRef<'_>),
    (new, is): (&State, TextRef<'_>),
) -> bool {
    if was.as_known().is_some() && is.as_known().is_some() {
        return was != is;
    }

    let may_change = |name: &str| {
        let both = old.parameter_named(name).zip(new.parameter_named(name));
        both.is_some_and(|(was, is)| value_differs(planning, (old, was), (new, is)))
    };
    if is.parameters().any(may_change) {
        return true;
    }

    let has_default = |state: &State, name: &str| {
        let is_missing = state.parameter_named(name).is_none();
        is_missing || state.default_named(name).is_some()
    };
    let in_both = |name: &str| has_default(old, name) && has_default(new, name);
    was.with_defaults(old, in_both) != is.with_defaults(new, in_both)
}

/// Whether one of two texts that may be missing differs, or only one is missing.
pub fn optional_text_differs(
    planning: &Planning,
    (old, was): (&State, &Option<Text>),
    (new, is): (&State, &Option<Text>),
) -> bool {
    match (was, is) {
        (Some(was), Some(is)) => text_differs(planning, (old, was.view()), (new, is.view())),
        (None, None) => false,
        (Some(_) | None, _) => true,
    }
}

/// Whether a tag has another value, is new, or is deleted.
pub fn tags_differ(
    planning: &Planning,
    (old, was): (&State, &[(String, Text)]),
    (new, is): (&State, &[(String, Text)]),
) -> bool {
    let differs = |((key, was), (other, is)): (&(String, Text), &(String, Text))| {
        key != other || text_differs(planning, (old, was.view()), (new, is.view()))
    };
    was.len() != is.len() || was.iter().zip(is).any(differs)
}
