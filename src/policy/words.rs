//! Words of the program in descriptions of rules: services and peers as written.

use foldhash::HashMap;
use std::num::NonZeroU32;

/// A word of [`Words`]: its position, counted from 1, so that `Option<WordId>` has the same size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WordId(NonZeroU32);

/// Interned words.
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
        self.texts.push(word.into());
        let id = WordId(NonZeroU32::try_from(self.texts.len() as u32).expect("one was pushed"));
        self.ids.insert(word.into(), id);
        id
    }

    /// The word with this id.
    pub fn text(&self, id: WordId) -> &str {
        &self.texts[id.0.get() as usize - 1]
    }
}
