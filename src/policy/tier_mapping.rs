//! Matches the tiers of an old program with those of a new one.

use super::{Policy, Tier, TierId};
use crate::aws::{GroupId, GroupMapping};

/// The matched tiers of two programs; their groups have the same positions.
#[derive(Debug, Clone)]
pub struct TierMapping {
    groups: GroupMapping,
}

impl TierMapping {
    /// A new tier is matched with the old tier of the same name; else with the one that has one of
    /// its earlier names, the newest first; else with an old tier that has its name as an earlier
    /// name, which is how reverting a renaming looks.
    pub fn new(old: &Policy, new: &Policy) -> TierMapping {
        let olds: Vec<&str> = old.tiers.iter().map(|tier| tier.name.as_str()).collect();
        let news: Vec<Vec<String>> = new.tiers.iter().map(all_names).collect();
        let mut groups = GroupMapping::follow_names(&olds, &news);

        let earlier: Vec<&[String]> = old.tiers.iter().map(|tier| tier.was.as_slice()).collect();
        let current: Vec<&str> = new.tiers.iter().map(|tier| tier.name.as_str()).collect();
        groups.add_backward(&earlier, &current);
        TierMapping { groups }
    }

    /// The old tier of a new one.
    pub fn old_of(&self, new: TierId) -> Option<TierId> {
        self.groups.old_of(GroupId(new.0)).map(|old| TierId(old.0))
    }

    /// The new tier of an old one.
    pub fn new_of(&self, old: TierId) -> Option<TierId> {
        self.groups.new_of(GroupId(old.0)).map(|new| TierId(new.0))
    }

    /// The mapping of their groups.
    pub fn groups(&self) -> &GroupMapping {
        &self.groups
    }
}

/// The names of a tier, the newest first.
fn all_names(tier: &Tier) -> Vec<String> {
    [&tier.name].into_iter().chain(&tier.was).cloned().collect()
}
