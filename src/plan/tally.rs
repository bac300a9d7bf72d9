//! How many resources come, change, are replaced and go.

use crate::aws::GroupId;
use crate::target::ActionCounts;

/// The resources of one target, counted one by one.
#[derive(Debug)]
pub struct ResourceCounts {
    counts: ActionCounts,
    /// For each group of the new state: whether a rule that stands in it changes.
    touched: Vec<bool>,
}

/// What becomes of one resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It comes.
    Add,
    /// It changes in place.
    Modify,
    /// Another with its address takes its place.
    Replace,
    /// It goes.
    Remove,
}

impl ResourceCounts {
    /// Nothing yet.
    pub fn new(groups: usize) -> ResourceCounts {
        ResourceCounts {
            counts: ActionCounts::default(),
            touched: vec![false; groups],
        }
    }

    /// Counts a resource.
    pub fn count_resource(&mut self, action: Action) {
        let counts = &mut self.counts;
        let count = match action {
            Action::Add => &mut counts.add,
            Action::Modify => &mut counts.modify,
            Action::Replace => &mut counts.replace,
            Action::Remove => &mut counts.remove,
        };
        *count += 1;
    }

    /// Notes that what stands in a group changes.
    pub fn mark_changed(&mut self, group: GroupId) {
        self.touched[group.index()] = true;
    }

    /// Whether what stands in a group changes.
    pub fn is_changed(&self, group: GroupId) -> bool {
        self.touched[group.index()]
    }

    /// What was counted.
    pub fn counts(&self) -> ActionCounts {
        self.counts
    }
}
