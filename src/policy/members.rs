//! Which groups the members of each tier carry: `tier ci also management`.

use super::TierId;

/// The groups that members carry besides that of their own tier. Empty, and free to query, if no
/// tier has `also`.
#[derive(Debug, Default)]
pub struct Members {
    /// For each tier, the other groups that its members carry, sorted.
    groups: Vec<Vec<TierId>>,
    /// For each group, the other tiers whose members carry it, sorted.
    carriers: Vec<Vec<TierId>>,
}

impl Members {
    /// From the groups that the members of each tier carry besides its own, sorted.
    pub(crate) fn new(groups: Vec<Vec<TierId>>) -> Members {
        let mut carriers = vec![Vec::new(); groups.len()];
        for (tier, groups) in (0..).map(TierId).zip(&groups) {
            for group in groups {
                carriers[group.index()].push(tier);
            }
        }
        Members { groups, carriers }
    }

    /// Whether the members of each tier carry the group of that tier alone.
    pub fn carry_one_group(&self) -> bool {
        self.groups.is_empty()
    }

    /// The groups that the members of a tier carry besides its own, sorted.
    pub fn other_groups(&self, tier: TierId) -> &[TierId] {
        self.groups.get(tier.index()).map_or(&[], Vec::as_slice)
    }

    /// All groups that the members of a tier carry, its own first.
    pub fn groups_of(&self, tier: TierId) -> impl Iterator<Item = TierId> + '_ {
        std::iter::once(tier).chain(self.other_groups(tier).iter().copied())
    }

    /// The other tiers whose members carry the group of a tier, sorted.
    pub fn other_carriers(&self, group: TierId) -> &[TierId] {
        self.carriers.get(group.index()).map_or(&[], Vec::as_slice)
    }

    /// All tiers whose members carry the group of a tier, itself first.
    pub fn carriers_of(&self, group: TierId) -> impl Iterator<Item = TierId> + '_ {
        std::iter::once(group).chain(self.other_carriers(group).iter().copied())
    }
}
