//! Parameters with a changed default. Plans assume a deployment that sets no value; one that sets a
//! value keeps it.

use crate::aws::{ParameterId, State};

/// Whether the value changes in a deployment that sets none: both programs have a default, and the
/// two differ. If only one has a default, deployments set or will set an unknown value.
pub fn default_differs(
    (old, was): (&State, ParameterId),
    (new, is): (&State, ParameterId),
) -> bool {
    match (&old.parameter(was).default, &new.parameter(is).default) {
        (Some(was), Some(is)) => was != is,
        (Some(_) | None, _) => false,
    }
}
