//! Which tier of an old program is which of a new one.

use super::{Policy, Tier, TierId};
use std::collections::HashMap;

/// The tiers of two programs, matched.
#[derive(Debug, Clone)]
pub struct TierMapping {
    /// For each tier of the new program, the one of the old that it is.
    old_of: Vec<Option<TierId>>,
    /// For each tier of the old program, the one of the new that it is.
    new_of: Vec<Option<TierId>>,
}

impl TierMapping {
    /// A tier is the one that has its name; else the one whose name is among its earlier names, the
    /// newest first; else the one that says of itself that it had its name, which is how a renaming
    /// looks when it is taken back.
    pub fn new(old: &Policy, new: &Policy) -> TierMapping {
        let olds: Vec<&str> = old.tiers.iter().map(|tier| tier.name.as_str()).collect();
        let mut found =
            TierMapping::from_names(&olds, &new.tiers.iter().map(all_names).collect::<Vec<_>>());
        let news = tiers_by_name(new.tiers.iter().map(|tier| tier.name.as_str()));
        for (n, tier) in old.tiers.iter().enumerate() {
            for name in &tier.was {
                found.link_free(Some(TierId(n as u32)), news.get(name.as_str()).copied());
            }
        }
        found
    }

    /// Matches by what the tiers of the old program are called and what those of the new one are
    /// and were, the newest first: one that has the name of an old one is that one, before all that
    /// had it.
    pub fn from_names(olds: &[impl AsRef<str>], news: &[Vec<String>]) -> TierMapping {
        let mut found = TierMapping {
            old_of: vec![None; news.len()],
            new_of: vec![None; olds.len()],
        };
        let olds = tiers_by_name(olds.iter().map(AsRef::as_ref));
        for is_earlier in [false, true] {
            for (n, names) in news.iter().enumerate() {
                let new = Some(TierId(n as u32));
                let (current, earlier) = names.split_at(names.len().min(1));
                for name in if is_earlier { earlier } else { current } {
                    found.link_free(olds.get(name.as_str()).copied(), new);
                }
            }
        }
        found
    }

    /// Adds what another matching says of tiers that nothing is matched with.
    pub fn complete_from(&mut self, other: &TierMapping) {
        for (n, old) in other.old_of.iter().enumerate() {
            self.link_free(*old, Some(TierId(n as u32)));
        }
    }

    /// The tier of the old program that a tier of the new one is.
    pub fn old_of(&self, new: TierId) -> Option<TierId> {
        self.old_of[new.index()]
    }

    /// The tier of the new program that a tier of the old one is.
    pub fn new_of(&self, old: TierId) -> Option<TierId> {
        self.new_of[old.index()]
    }

    /// Matches two tiers, if nothing is matched with either; says whether it does.
    pub fn link_tiers(&mut self, old: TierId, new: TierId) -> bool {
        let is_free = self.new_of[old.index()].is_none() && self.old_of[new.index()].is_none();
        self.link_free(Some(old), Some(new));
        is_free
    }

    /// Matches two tiers that nothing is matched with yet.
    fn link_free(&mut self, old: Option<TierId>, new: Option<TierId>) {
        if let (Some(old), Some(new)) = (old, new)
            && self.new_of[old.index()].is_none()
            && self.old_of[new.index()].is_none()
        {
            self.new_of[old.index()] = Some(new);
            self.old_of[new.index()] = Some(old);
        }
    }
}

/// The names of a tier, the newest first.
fn all_names(tier: &Tier) -> Vec<String> {
    [&tier.name].into_iter().chain(&tier.was).cloned().collect()
}

fn tiers_by_name<'n>(names: impl Iterator<Item = &'n str>) -> HashMap<&'n str, TierId> {
    names
        .enumerate()
        .map(|(n, name)| (name, TierId(n as u32)))
        .collect()
}
