//! How many resources come, change, are replaced and go.

use crate::groups::TierId;
use serde::Serialize;

/// `Plan: 3 to add, 1 to change, 0 to destroy`. A replaced resource is one to add and one to
/// destroy; one that only moves is none of the three.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// To add.
    pub add: usize,
    /// To change in place.
    pub change: usize,
    /// To destroy.
    pub destroy: usize,
}

/// The resources of a change set, by its actions (CloudFormation API reference, ResourceChange):
/// `Add`, `Modify` without and with replacement, `Remove`. Where a group is replaced, a change set
/// may call the replacement of a rule that names it `Conditional`, since it does not know the new
/// id yet; it counts as replaced here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ChangeSet {
    /// `Add`
    pub add: usize,
    /// `Modify`, in place.
    pub modify: usize,
    /// `Modify`, with a replacement.
    pub replace: usize,
    /// `Remove`
    pub remove: usize,
}

/// The resources of one target, counted one by one.
#[derive(Debug)]
pub struct ResourceCounts {
    counts: ChangeSet,
    /// For each group of the new deployment: whether a rule that stands in it changes.
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
            counts: ChangeSet::default(),
            touched: vec![false; groups],
        }
    }

    /// Counts a resource.
    pub fn count(&mut self, action: Action) {
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
    pub fn touch(&mut self, tier: TierId) {
        self.touched[tier.index()] = true;
    }

    /// Whether what stands in a group changes.
    pub fn touched(&self, tier: TierId) -> bool {
        self.touched[tier.index()]
    }

    /// As Terraform counts.
    pub fn plan(&self) -> Plan {
        let ChangeSet {
            add,
            modify,
            replace,
            remove,
        } = self.counts;
        Plan {
            add: add + replace,
            change: modify,
            destroy: remove + replace,
        }
    }

    /// As CloudFormation counts.
    pub fn change_set(&self) -> ChangeSet {
        self.counts
    }
}
