//! Parameters with a changed default. Plans assume a deployment that sets no value; one that sets a
//! value keeps it.

use crate::aws::{ParameterId, State};
use crate::target::Planning;

/// Whether the value may change in a deployment that sets none: it comes from elsewhere, or both
/// programs have a default, and the two differ. If only one has a default, deployments set or will
/// set an unknown value.
pub fn value_differs(
    planning: &Planning,
    (old, was): (&State, ParameterId),
    (new, is): (&State, ParameterId),
) -> bool {
    let [source, now] =
        [old.parameter(was), new.parameter(is)].map(|parameter| (planning.source)(parameter));
    if source.is_some() || now.is_some() {
        return source != now;
    }

    match (&old.parameter(was).default, &new.parameter(is).default) {
        (Some(was), Some(is)) => was != is,
        (Some(_) | None, _) => false,
    }
}
