//! Counts of resources that are created, updated, replaced and deleted.

use crate::aws::GroupId;
use crate::target::ActionCounts;

/// The counts of the resources of one target.
#[derive(Debug)]
pub struct ResourceCounts {
    counts: ActionCounts,
    /// For each group of the new state: whether one of its inline rules changes.
    touched: Vec<bool>,
}

/// The change of one resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Created.
    Add,
    /// Updated in place.
    Modify,
    /// Replaced at the same address.
    Replace,
    /// Deleted.
    Remove,
}

impl ResourceCounts {
    /// Empty counts.
    pub fn new(groups: usize) -> ResourceCounts {
        ResourceCounts {
            counts: ActionCounts::default(),
            touched: vec![false; groups],
        }
    }

    /// Counts a resource.
    pub fn count_resource(&mut self, action: Action) {
        self.count_resources(action, 1);
    }

    /// Counts several resources.
    pub fn count_resources(&mut self, action: Action, number: usize) {
        let counts = &mut self.counts;
        let count = match action {
            Action::Add => &mut counts.add,
            Action::Modify => &mut counts.modify,
            Action::Replace => &mut counts.replace,
            Action::Remove => &mut counts.remove,
        };
        *count += number;
    }

    /// Records a change of an inline rule of a group.
    pub fn mark_changed(&mut self, group: GroupId) {
        self.touched[group.index()] = true;
    }

    /// Whether an inline rule of a group changes.
    pub fn is_changed(&self, group: GroupId) -> bool {
        self.touched[group.index()]
    }

    /// The counts.
    pub fn counts(&self) -> ActionCounts {
        self.counts
    }
}
