//! The groups that members carry in one version and not in the other, and whose declarations say so.

use crate::analysis::diff::{Change, End, Ends};
use crate::policy::{Declared, Peer, Policy, TierId};
use std::collections::{BTreeMap, BTreeSet};

/// A declaration, by its kind and its name.
pub(super) type Key<'p> = (Declared, &'p str);

/// The groups that the members of tiers of one version carry, against the other version.
pub(super) struct CarriedGroups<'p> {
    passes: &'p Policy,
    other: &'p Policy,
    /// The tiers that both versions have, by that of the one.
    others: BTreeMap<TierId, TierId>,
    /// The same by their names.
    names: BTreeMap<&'p str, &'p str>,
}

impl<'p> CarriedGroups<'p> {
    /// Of the new version, against the old one.
    pub(super) fn of_new(ends: &Ends, old: &'p Policy, new: &'p Policy) -> CarriedGroups<'p> {
        CarriedGroups::new(ends, new, old, |end| [end.new, end.old])
    }

    /// Of the old version, against the new one.
    pub(super) fn of_old(ends: &Ends, old: &'p Policy, new: &'p Policy) -> CarriedGroups<'p> {
        CarriedGroups::new(ends, old, new, |end| [end.old, end.new])
    }

    fn new(
        ends: &Ends,
        passes: &'p Policy,
        other: &'p Policy,
        sides: fn(&End) -> [Option<Peer>; 2],
    ) -> CarriedGroups<'p> {
        let tiers = ends.tiers().filter_map(|id| {
            let [is, was] = sides(ends.get(id)).map(|peer| peer.and_then(Peer::tier));
            is.zip(was)
        });
        let others: BTreeMap<TierId, TierId> = tiers.collect();

        let names = others.iter().map(|(is, was)| {
            let names = (&passes.tier(*is).name, &other.tier(*was).name);
            (names.0.as_str(), names.1.as_str())
        });
        CarriedGroups {
            names: names.collect(),
            others,
            passes,
            other,
        }
    }

    /// The key of a declaration in the other version: a tier may have another name there.
    pub(super) fn key_in_other(&self, (what, name): Key<'p>) -> Key<'p> {
        match what {
            Declared::Tier => (what, self.names.get(name).copied().unwrap_or(name)),
            _ => (what, name),
        }
    }

    /// The tiers by whose own `also` members carry a group by which they take part in a change, and
    /// which they do not carry in the other version.
    pub(super) fn new_carriers(&self, change: &Change) -> BTreeSet<&'p str> {
        let carried = change.causes.carried.iter();
        let tiers = carried.flat_map(|(tier, group)| self.carriers_on_the_way(*tier, *group));
        tiers
            .map(|tier| self.passes.tier(tier).name.as_str())
            .collect()
    }

    /// The tiers between a tier and a group that its members carry, whose own `also` is new.
    fn carriers_on_the_way(
        &self,
        tier: TierId,
        group: TierId,
    ) -> impl Iterator<Item = TierId> + '_ {
        let members = &self.passes.members;
        let leads_there = move |tier: TierId| members.other_groups(tier).contains(&group);
        // not because a group that its members carry anyway now leads there
        let by_itself = move |tier: TierId| {
            let mut groups = members.other_groups(tier).iter();
            !groups.any(|between| leads_there(*between) && self.was_carried(tier, *between))
        };

        members.groups_of(tier).filter(move |tier| {
            leads_there(*tier) && !self.was_carried(*tier, group) && by_itself(*tier)
        })
    }

    /// Whether the members of a tier carry a group in the other version too.
    fn was_carried(&self, tier: TierId, group: TierId) -> bool {
        let other = |tier: TierId| self.others.get(&tier);
        let (Some(tier), Some(group)) = (other(tier), other(group)) else {
            return false;
        };
        self.other.members.other_groups(*tier).contains(group)
    }
}
