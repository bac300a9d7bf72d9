//! The tags of rules: those of all sentences that produce a rule, united by key.

use super::{Deployment, Rule, SentenceId};
use crate::aws::{TagsId, Text};
use std::collections::BTreeMap;

impl Deployment<'_> {
    /// The tags of a rule by key: those of its sentences. Where they give a key several values, the
    /// one that sorts first counts, whatever the order of the sentences.
    pub fn rule_tags(&self, rule: &Rule) -> Vec<(String, Text)> {
        self.unite_tags(&self.tagged_sentences(rule))
    }

    /// The tags that a rule would have without one of its sentences.
    pub fn rule_tags_without(&self, rule: &Rule, sentence: SentenceId) -> Vec<(String, Text)> {
        let mut sentences = self.tagged_sentences(rule);
        sentences.retain(|id| *id != sentence);
        self.unite_tags(&sentences)
    }

    /// The sentences of a rule that have tags, in source order, without duplicates.
    fn tagged_sentences(&self, rule: &Rule) -> Vec<SentenceId> {
        let tags = &self.policy.sentence_tags;
        if tags.is_empty() {
            return Vec::new();
        }
        let mut sentences = self.rule_sentences(rule);
        sentences.retain(|id| !tags.of_sentence(*id).is_empty());
        sentences
    }

    fn unite_tags(&self, sentences: &[SentenceId]) -> Vec<(String, Text)> {
        let mut united: BTreeMap<&str, &Text> = BTreeMap::new();
        let tags = &self.policy.sentence_tags;
        for (key, value) in sentences.iter().flat_map(|id| tags.of_sentence(*id)) {
            let kept = united.entry(key).or_insert(value);
            if value.view().as_written() < kept.view().as_written() {
                *kept = value;
            }
        }
        united
            .into_iter()
            .map(|(key, value)| (key.to_string(), value.clone()))
            .collect()
    }
}

/// The tags of the rules of a deployment; rules of the same sentences share them.
#[derive(Default)]
pub(super) struct TagLists {
    lists: Vec<Vec<(String, Text)>>,
    ids: BTreeMap<Vec<SentenceId>, TagsId>,
}

impl TagLists {
    /// The id of the tags of a rule; `None` if it has none.
    pub(super) fn add_rule(&mut self, deployment: &Deployment<'_>, rule: &Rule) -> Option<TagsId> {
        let sentences = deployment.tagged_sentences(rule);
        if sentences.is_empty() {
            return None;
        }
        if let Some(id) = self.ids.get(&sentences) {
            return Some(*id);
        }

        let id = TagsId::from_index(self.lists.len());
        self.lists.push(deployment.unite_tags(&sentences));
        self.ids.insert(sentences, id);
        Some(id)
    }

    /// All of them, by id.
    pub(super) fn finish(self) -> Vec<Vec<(String, Text)>> {
        self.lists
    }
}
