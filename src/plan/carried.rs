//! Predicts which groups members must additionally carry, and which they must no longer.

use super::before_after::BeforeAfter;
use super::change::CarriedGroup;
use super::groups::Groups;
use crate::aws::{GroupId, State};
use std::collections::BTreeSet;

/// The groups that members come to carry, or cease to carry, beside that of their tier.
pub fn changed_carried(
    old: &State,
    new: &State,
    groups: &Groups,
) -> impl Iterator<Item = BeforeAfter<CarriedGroup>> {
    let all = |state: &State| -> BTreeSet<CarriedGroup> {
        let groups = state.groups_with_others();
        groups
            .flat_map(|(tier, it)| {
                it.also.iter().map(move |group| CarriedGroup {
                    tier,
                    group: *group,
                })
            })
            .collect()
    };
    let (olds, news) = (all(old), all(new));

    // INVARIANT: of a recreated tier the members are those of the old one, of a recreated group
    // nobody carries the new one yet
    let before = |it: &CarriedGroup| {
        let tier = groups.old_of(it.tier)?;
        let group = groups.kept_from(it.group)?;
        Some(CarriedGroup { tier, group })
    };

    let kept: BTreeSet<CarriedGroup> = news.iter().filter_map(before).collect();
    let is_new = |it: &CarriedGroup| before(it).is_none_or(|was| !olds.contains(&was));
    let added: Vec<_> = news.iter().copied().filter(is_new).collect();
    let removed = olds.into_iter().filter(move |it| !kept.contains(it));

    let added = added.into_iter().map(BeforeAfter::Added);
    added.chain(removed.map(BeforeAfter::Removed))
}

/// The groups that the members of a tier carry, its own first.
pub fn carried_groups(state: &State, tier: GroupId) -> impl Iterator<Item = GroupId> + '_ {
    std::iter::once(tier).chain(state.group(tier).also.iter().copied())
}
