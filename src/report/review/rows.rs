//! Rows of connections in reports: the same change of several endpoints is one row.

use super::document::ChangeLine;
use crate::report::citation::Citation;
use crate::report::fold::{fold_rows, join_names};

/// The maximum number of endpoints in a row; public ones are all named.
const NAMES: usize = 8;

/// Connections with the same change: from each sender to each receiver.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Row {
    from: Vec<String>,
    to: Vec<String>,
    /// The traffic, as text.
    pub on: String,
    /// Whether they are from or to the internet.
    pub internet: bool,
    /// Whether it is from or to addresses of the internet, however few.
    pub is_public: bool,
    /// The sentences that allow them, and changed lines.
    pub because: Vec<String>,
}

impl Row {
    /// The senders: `web`; of many, the first ones and their number.
    pub fn from(&self) -> String {
        self.join_ends(&self.from)
    }

    /// Likewise, the receivers.
    pub fn to(&self) -> String {
        self.join_ends(&self.to)
    }

    fn join_ends(&self, all: &[String]) -> String {
        let is_tier =
            |name: &String| !name.contains([' ', '/', '(']) && !name.starts_with("anywhere");
        let noun = if all.iter().all(is_tier) {
            "tiers"
        } else {
            "endpoints"
        };
        // endpoints gained from or to the internet are all named
        join_names(all, if self.is_public { usize::MAX } else { NAMES }, noun)
    }
}

/// How to write citations.
pub(super) struct Cited<'c> {
    /// The maximum number of sentences in a row.
    pub most: usize,
    /// Writes a sentence.
    pub sentence: &'c dyn Fn(&Citation<'_>) -> String,
    /// Writes a changed line.
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

/// The changed lines and the sentences of a change, as text, and the number of further sentences.
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
