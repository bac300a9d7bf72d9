//! Words of the program that rules repeat in their descriptions: services and peers as written.

use std::collections::HashMap;

/// A word of [`Words`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WordId(u32);

/// Words, each kept once.
#[derive(Debug, Default)]
pub struct Words {
    ids: HashMap<Box<str>, WordId>,
    texts: Vec<Box<str>>,
}

impl Words {
    /// The id of a word.
    pub fn id(&mut self, word: &str) -> WordId {
        if let Some(id) = self.ids.get(word) {
            return *id;
        }
        let id = WordId(self.texts.len() as u32);
        self.ids.insert(word.into(), id);
        self.texts.push(word.into());
        id
    }

    /// The word with this id.
    pub fn text(&self, id: WordId) -> &str {
        &self.texts[id.0 as usize]
    }
}
