//! Which tier of an old program is which of a new one.

use super::{Policy, TierId};
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
        let old_names: Vec<&str> = old.tiers.iter().map(|tier| tier.name.as_str()).collect();
        let new_names = new.tiers.iter().map(|tier| {
            let names = std::iter::once(&tier.name).chain(&tier.was);
            names.cloned().collect::<Vec<String>>()
        });
        let new_names: Vec<Vec<String>> = new_names.collect();
        let mut mapping = TierMapping::forward(&old_names, &new_names);

        let new_ids = ids_by_name(new.tiers.iter().map(|tier| tier.name.as_str()));
        for (id, tier) in old.tier_ids().zip(&old.tiers) {
            for name in &tier.was {
                mapping.link(Some(id), new_ids.get(name.as_str()).copied());
            }
        }
        mapping
    }

    /// Matches by what the tiers of the old program are called and what those of the new one are
    /// and were, the newest first: one that has the name of an old one is that one, before all that
    /// had it.
    pub fn forward(olds: &[impl AsRef<str>], news: &[Vec<String>]) -> TierMapping {
        let mut mapping = TierMapping {
            old_of: vec![None; news.len()],
            new_of: vec![None; olds.len()],
        };
        let old_ids = ids_by_name(olds.iter().map(AsRef::as_ref));
        let mut link_by = |names: fn(&[String]) -> &[String]| {
            for (id, all) in (0..).map(TierId).zip(news) {
                for name in names(all) {
                    mapping.link(old_ids.get(name.as_str()).copied(), Some(id));
                }
            }
        };

        link_by(|names| names.get(..1).unwrap_or_default());
        link_by(|names| names.get(1..).unwrap_or_default());
        mapping
    }

    /// Adds what another matching says of tiers that nothing is matched with.
    pub fn complete(&mut self, other: &TierMapping) {
        for (id, old) in (0..).map(TierId).zip(&other.old_of) {
            self.link(*old, Some(id));
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
    pub fn pair(&mut self, old: TierId, new: TierId) -> bool {
        let is_free = self.new_of[old.index()].is_none() && self.old_of[new.index()].is_none();
        self.link(Some(old), Some(new));
        is_free
    }

    /// Matches two tiers that nothing is matched with yet.
    fn link(&mut self, old: Option<TierId>, new: Option<TierId>) {
        if let (Some(old), Some(new)) = (old, new)
            && self.new_of[old.index()].is_none()
            && self.old_of[new.index()].is_none()
        {
            self.new_of[old.index()] = Some(new);
            self.old_of[new.index()] = Some(old);
        }
    }
}

fn ids_by_name<'n>(names: impl Iterator<Item = &'n str>) -> HashMap<&'n str, TierId> {
    names.zip((0..).map(TierId)).collect()
}
