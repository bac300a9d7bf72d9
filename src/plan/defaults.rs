//! Parameters whose default is another than before. What is counted of them is what happens to a
//! deployment that gives them no value; one that gives its own keeps it.

use crate::aws::{ParameterId, State};

/// Whether a deployment that gives no value gets another value than before: both programs have a
/// default, and the two differ. Where only one has a default, deployments gave or will give a
/// value, which nobody knows.
pub fn default_differs(
    (old, was): (&State, ParameterId),
    (new, is): (&State, ParameterId),
) -> bool {
    match (&old.parameter(was).default, &new.parameter(is).default) {
        (Some(was), Some(is)) => was != is,
        (Some(_) | None, _) => false,
    }
}
