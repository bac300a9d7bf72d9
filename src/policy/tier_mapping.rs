//! Which tier of an old program is which of a new one.

use super::{Policy, Tier, TierId};
use crate::aws::{GroupId, GroupMapping};

/// The tiers of two programs, matched: as their groups are, which have the same positions.
#[derive(Debug, Clone)]
pub struct TierMapping {
    groups: GroupMapping,
}

impl TierMapping {
    /// A tier is the one that has its name; else the one whose name is among its earlier names, the
    /// newest first; else the one that says of itself that it had its name, which is how a renaming
    /// looks when it is taken back.
    pub fn new(old: &Policy, new: &Policy) -> TierMapping {
        let olds: Vec<&str> = old.tiers.iter().map(|tier| tier.name.as_str()).collect();
        let news: Vec<Vec<String>> = new.tiers.iter().map(all_names).collect();
        let mut groups = GroupMapping::follow_names(&olds, &news);

        let earlier: Vec<&[String]> = old.tiers.iter().map(|tier| tier.was.as_slice()).collect();
        let current: Vec<&str> = new.tiers.iter().map(|tier| tier.name.as_str()).collect();
        groups.add_backward(&earlier, &current);
        TierMapping { groups }
    }

    /// The tier of the old program that a tier of the new one is.
    pub fn old_of(&self, new: TierId) -> Option<TierId> {
        self.groups.old_of(GroupId(new.0)).map(|old| TierId(old.0))
    }

    /// The tier of the new program that a tier of the old one is.
    pub fn new_of(&self, old: TierId) -> Option<TierId> {
        self.groups.new_of(GroupId(old.0)).map(|new| TierId(new.0))
    }

    /// The same of their groups.
    pub fn groups(&self) -> &GroupMapping {
        &self.groups
    }
}

/// The names of a tier, the newest first.
fn all_names(tier: &Tier) -> Vec<String> {
    [&tier.name].into_iter().chain(&tier.was).cloned().collect()
}
