//! Matches the groups of an old state with those of a new one.

use super::GroupId;
use std::collections::HashMap;

/// The groups of two states, matched.
#[derive(Debug, Clone)]
pub struct GroupMapping {
    /// For each group of the new state, its group in the old one.
    old_of: Vec<Option<GroupId>>,
    /// For each group of the old state, its group in the new one.
    new_of: Vec<Option<GroupId>>,
}

impl GroupMapping {
    /// Matches the names of old groups with the current and earlier names of new ones, the newest
    /// first. A group with the same current name takes precedence over groups that had the name
    /// earlier.
    pub fn follow_names(olds: &[impl AsRef<str>], news: &[Vec<String>]) -> GroupMapping {
        let mut found = GroupMapping {
            old_of: vec![None; news.len()],
            new_of: vec![None; olds.len()],
        };
        let olds = positions_by_name(olds.iter().map(AsRef::as_ref));
        let mut pass = |names: fn(&[String]) -> &[String]| {
            for (n, all) in news.iter().enumerate() {
                for name in names(all) {
                    found.link_groups(olds.get(name.as_str()).copied(), Some(GroupId(n as u32)));
                }
            }
        };

        pass(|names| names.get(..1).unwrap_or_default());
        pass(|names| names.get(1..).unwrap_or_default());

        found
    }

    /// Makes room for so many groups, with nothing matched yet.
    pub fn extend_to(&mut self, olds: usize, news: usize) {
        self.new_of.resize(olds, None);
        self.old_of.resize(news, None);
    }

    /// Matches the remaining groups by the earlier names of the old ones, `earlier`: an old group
    /// that once had the name of a new one is matched with it.
    pub fn add_backward(&mut self, earlier: &[&[String]], news: &[&str]) {
        let news = positions_by_name(news.iter().copied());
        for (n, names) in earlier.iter().enumerate() {
            for name in *names {
                self.link_groups(Some(GroupId(n as u32)), news.get(name.as_str()).copied());
            }
        }
    }

    /// Adds the pairs of another mapping whose groups are not matched yet.
    pub fn complete_from(&mut self, other: &GroupMapping) {
        for (n, old) in other.old_of.iter().enumerate() {
            self.link_groups(*old, Some(GroupId(n as u32)));
        }
    }

    /// The old group of a new one.
    pub fn old_of(&self, new: GroupId) -> Option<GroupId> {
        self.old_of[new.index()]
    }

    /// The new group of an old one.
    pub fn new_of(&self, old: GroupId) -> Option<GroupId> {
        self.new_of[old.index()]
    }

    /// Matches two groups, if neither is matched yet; returns whether it did.
    pub fn pair_groups(&mut self, old: GroupId, new: GroupId) -> bool {
        let is_free = self.new_of[old.index()].is_none() && self.old_of[new.index()].is_none();
        self.link_groups(Some(old), Some(new));
        is_free
    }

    /// Matches two groups, if neither is matched yet.
    fn link_groups(&mut self, old: Option<GroupId>, new: Option<GroupId>) {
        if let (Some(old), Some(new)) = (old, new)
            && self.new_of[old.index()].is_none()
            && self.old_of[new.index()].is_none()
        {
            self.new_of[old.index()] = Some(new);
            self.old_of[new.index()] = Some(old);
        }
    }
}

fn positions_by_name<'n>(names: impl Iterator<Item = &'n str>) -> HashMap<&'n str, GroupId> {
    names
        .enumerate()
        .map(|(n, name)| (name, GroupId(n as u32)))
        .collect()
}
