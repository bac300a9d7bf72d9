//! The tags of sentences, which few have.

use super::SentenceId;
use crate::aws::Text;

/// The tags of sentences: `web allows https from anywhere { tags = { owner = "edge" } }`. Empty,
/// and free to query, if no sentence has any.
#[derive(Debug, Default)]
pub struct SentenceTags {
    /// By sentence, in their order; the tags of each by key.
    lists: Vec<(SentenceId, Vec<(String, Text)>)>,
}

impl SentenceTags {
    /// Adds the tags of a sentence that comes after all others, by key.
    pub(crate) fn push_tags(&mut self, sentence: SentenceId, tags: Vec<(String, Text)>) {
        self.lists.push((sentence, tags));
    }

    /// Whether no sentence has any.
    pub fn is_empty(&self) -> bool {
        self.lists.is_empty()
    }

    /// The tags of a sentence, by key.
    pub fn of_sentence(&self, sentence: SentenceId) -> &[(String, Text)] {
        let found = self.lists.binary_search_by_key(&sentence, |(id, _)| *id);
        found.map_or(&[], |position| &self.lists[position].1)
    }

    /// The sentences that have some, in source order, each with its tags.
    pub fn lists(&self) -> impl Iterator<Item = (SentenceId, &[(String, Text)])> {
        self.lists.iter().map(|(id, tags)| (*id, tags.as_slice()))
    }
}
