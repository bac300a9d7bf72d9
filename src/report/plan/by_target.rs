//! What the JSON says of targets and of the two sides of a change.

use crate::plan::{BeforeAfter, Planned, Targets};
use serde::{Serialize, Serializer};

/// A value for each target that deploys, by the name of the target.
#[derive(Debug)]
pub(super) struct ByTarget<T>(pub(super) Vec<(Planned, T)>);

impl<T: Serialize> Serialize for ByTarget<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(it, value)| (it.target.name, value)))
    }
}

/// `added`, `removed`, `changed`
pub(super) fn change_word<T>(sides: BeforeAfter<T>) -> &'static str {
    match sides {
        BeforeAfter::Removed(_) => "removed",
        BeforeAfter::Added(_) => "added",
        BeforeAfter::Both(..) => "changed",
    }
}

/// The names of targets.
pub(super) fn target_names(targets: Targets) -> Vec<&'static str> {
    targets.planned_targets().map(|it| it.target.name).collect()
}
