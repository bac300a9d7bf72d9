//! Gives the groups and rules of a state the names and texts of a ledger.

use super::contents::{AdoptedGroup, Ledger};
use super::key::RuleKeys;
use crate::aws::{GroupId, SecurityGroup, State, Text};
use std::collections::BTreeMap;

impl Ledger {
    /// Writes names, descriptions and tags of the ledger into a state, word for word. What the
    /// ledger does not have stays as it is.
    pub fn apply(&self, state: &mut State) {
        let found: Vec<Option<(&str, &AdoptedGroup)>> =
            state.groups.iter().map(|group| self.find(group)).collect();
        let texts = Ledger::find_rules(state, &found);

        for (group, found) in state.groups.iter_mut().zip(&found) {
            if let Some((_, adopted)) = found {
                adopted.fill(group);
            }
        }
        for ((group, position), description, tags) in texts {
            state.adopt_rule(group, position, description, known_tags(tags));
        }
    }

    /// What it has of a group, with the name that it knows it by: its name, or else the newest
    /// earlier one that is listed.
    fn find(&self, group: &SecurityGroup) -> Option<(&str, &AdoptedGroup)> {
        let names = std::iter::once(&group.name).chain(&group.was);
        let mut found = names.filter_map(|name| self.groups.get_key_value(name));
        found.next().map(|(name, adopted)| (name.as_str(), adopted))
    }

    /// The place, the description and the tags of each rule that the ledger has.
    fn find_rules<'l>(
        state: &State,
        found: &[Option<(&'l str, &'l AdoptedGroup)>],
    ) -> Vec<RuleText<'l>> {
        let names = state.groups.iter().zip(found);
        let names = names.map(|(group, found)| found.map_or(group.name.as_str(), |it| it.0));
        let keys = RuleKeys::new(state, names.collect());

        let (mut texts, mut key) = (Vec::new(), String::new());
        for ((id, group), found) in state.groups_by_id().zip(found) {
            let Some((_, adopted)) = found else { continue };
            for (position, rule) in group.rules.iter().enumerate() {
                key.clear();
                keys.push_key(rule, &mut key);
                if let Some(rule) = adopted.rules.get(&key) {
                    texts.push(((id, position), rule.description.as_str(), &rule.tags));
                }
            }
        }
        texts
    }
}

/// The place of a rule, its description and its tags.
type RuleText<'l> = ((GroupId, usize), &'l str, &'l BTreeMap<String, String>);

impl AdoptedGroup {
    fn fill(&self, group: &mut SecurityGroup) {
        let Some(description) = &self.description else {
            return;
        };
        group.group_name = self.name.as_deref().map(Text::literal);
        if let Some(prefix) = &self.name_prefix {
            group.has_own_prefix = true;
            group.name_prefix = Text::literal(prefix);
        }
        group.description = Text::literal(description);
        group.tags = known_tags(&self.tags);
    }
}

fn known_tags(tags: &BTreeMap<String, String>) -> Vec<(String, Text)> {
    let tags = tags.iter();
    tags.map(|(key, value)| (key.clone(), Text::literal(value)))
        .collect()
}
