//! Which tier of an old program is which of a new one.

use super::{Policy, TierId};
use std::collections::HashMap;

/// The tiers of two programs, matched.
#[derive(Debug)]
pub struct Succession {
    /// For each tier of the new program, the one of the old that it is.
    old_of: Vec<Option<TierId>>,
    /// For each tier of the old program, the one of the new that it is.
    new_of: Vec<Option<TierId>>,
}

impl Succession {
    /// A tier is the one that has its name; else the one whose name is among its earlier names, the newest first; else
    /// the one that says of itself that it had its name, which is how a renaming looks when it is taken back.
    pub fn of(old: &Policy, new: &Policy) -> Succession {
        let mut found = Succession { old_of: vec![None; new.tiers.len()], new_of: vec![None; old.tiers.len()] };
        let (olds, news) = (by_name(old), by_name(new));
        for (n, tier) in new.tiers.iter().enumerate() {
            found.link(olds.get(tier.name.as_str()).copied(), Some(TierId(n as u32)));
        }
        for (n, tier) in new.tiers.iter().enumerate() {
            for name in &tier.was {
                found.link(olds.get(name.as_str()).copied(), Some(TierId(n as u32)));
            }
        }
        for (n, tier) in old.tiers.iter().enumerate() {
            for name in &tier.was {
                found.link(Some(TierId(n as u32)), news.get(name.as_str()).copied());
            }
        }
        found
    }

    /// The tier of the old program that a tier of the new one is.
    pub fn old_of(&self, new: TierId) -> Option<TierId> {
        self.old_of[new.index()]
    }

    /// The tier of the new program that a tier of the old one is.
    pub fn new_of(&self, old: TierId) -> Option<TierId> {
        self.new_of[old.index()]
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

fn by_name(policy: &Policy) -> HashMap<&str, TierId> {
    policy.tiers.iter().enumerate().map(|(n, tier)| (tier.name.as_str(), TierId(n as u32))).collect()
}
