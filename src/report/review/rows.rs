//! Connections as reports lay them out: what several ends have alike is one row.

use super::document::ChangeLine;
use crate::report::citation::Citation;
use crate::report::fold::{fold_rows, join_names};

/// Ends that a row names where they are many; of what is public, all.
const NAMES: usize = 8;

/// Connections of which the same is to be said: from each sender to each receiver.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Row {
    from: Vec<String>,
    to: Vec<String>,
    /// What passes, in words.
    pub on: String,
    /// What there is to know of them at a glance.
    pub internet: bool,
    /// Whether it is from or to addresses of the internet, however few.
    pub is_public: bool,
    /// Why they pass.
    pub because: Vec<String>,
}

impl Row {
    /// `web`; of many that are alike the first, and how many there are.
    pub fn from(&self) -> String {
        self.join_ends(&self.from)
    }

    /// Likewise.
    pub fn to(&self) -> String {
        self.join_ends(&self.to)
    }

    fn join_ends(&self, all: &[String]) -> String {
        let is_tier =
            |name: &String| !name.contains([' ', '/', '(']) && !name.starts_with("anywhere");
        let noun = if all.iter().all(is_tier) {
            "tiers"
        } else {
            "ends"
        };
        // what is gained from or to the internet is named in full
        join_names(all, if self.is_public { usize::MAX } else { NAMES }, noun)
    }
}

/// How citations are written.
pub(super) struct Cited<'c> {
    /// Not more sentences than so many for a row.
    pub most: usize,
    /// A sentence.
    pub sentence: &'c dyn Fn(&Citation<'_>) -> String,
    /// A line that changed.
    pub line: &'c dyn Fn(&super::changed::ChangedLine) -> String,
}

/// The rows of some connections, in their order.
pub(super) fn change_rows<'l>(
    changes: impl Iterator<Item = &'l ChangeLine<'l>>,
    cited: &Cited<'_>,
) -> Vec<Row> {
    let row = |change: &ChangeLine<'_>| Row {
        from: vec![change.from.to_string()],
        to: vec![change.to.to_string()],
        on: change.on.clone(),
        internet: change.internet,
        is_public: change.is_public(),
        because: list_causes(change, cited),
    };

    let rows = changes.map(row).collect();
    fold_rows(fold_rows(rows, |row| &mut row.to), |row| &mut row.from)
}

/// What changed and what lets a change through, in words, and how many more sentences do.
fn list_causes(change: &ChangeLine<'_>, cited: &Cited<'_>) -> Vec<String> {
    let changed = change.changed.iter().map(cited.line);
    let mut sentences: Vec<String> = change
        .open_words
        .iter()
        .cloned()
        .chain(change.sentences.iter().map(cited.sentence))
        .collect();

    if sentences.len() > cited.most + 1 {
        let more = sentences.len() - cited.most;
        sentences.truncate(cited.most);
        sentences.push(format!("and {more} more"));
    }

    changed.chain(sentences).collect()
}
