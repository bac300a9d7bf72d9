//! Which group of an old state is which of a new one.

use super::GroupId;
use std::collections::HashMap;

/// The groups of two states, matched.
#[derive(Debug, Clone)]
pub struct GroupMapping {
    /// For each group of the new state, the one of the old that it is.
    old_of: Vec<Option<GroupId>>,
    /// For each group of the old state, the one of the new that it is.
    new_of: Vec<Option<GroupId>>,
}

impl GroupMapping {
    /// Matches by what the groups of the old state are called and what those of the new one are and
    /// were, the newest first: one that has the name of an old one is that one, before all that had
    /// it.
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

    /// Adds what the earlier names of old groups say, `earlier`, of groups that nothing is matched
    /// with: one that says of itself that it had the name of a new one is that one.
    pub fn add_backward(&mut self, earlier: &[&[String]], news: &[&str]) {
        let news = positions_by_name(news.iter().copied());
        for (n, names) in earlier.iter().enumerate() {
            for name in *names {
                self.link_groups(Some(GroupId(n as u32)), news.get(name.as_str()).copied());
            }
        }
    }

    /// Adds what another matching says of groups that nothing is matched with.
    pub fn complete_from(&mut self, other: &GroupMapping) {
        for (n, old) in other.old_of.iter().enumerate() {
            self.link_groups(*old, Some(GroupId(n as u32)));
        }
    }

    /// The group of the old state that a group of the new one is.
    pub fn old_of(&self, new: GroupId) -> Option<GroupId> {
        self.old_of[new.index()]
    }

    /// The group of the new state that a group of the old one is.
    pub fn new_of(&self, old: GroupId) -> Option<GroupId> {
        self.new_of[old.index()]
    }

    /// Matches two groups, if nothing is matched with either; says whether it does.
    pub fn pair_groups(&mut self, old: GroupId, new: GroupId) -> bool {
        let is_free = self.new_of[old.index()].is_none() && self.old_of[new.index()].is_none();
        self.link_groups(Some(old), Some(new));
        is_free
    }

    /// Matches two groups that nothing is matched with yet.
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
