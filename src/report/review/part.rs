//! The position of a review among those of several environments.

/// The position of a review among those of several environments.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// Whether another part is about one of its environments too.
    pub is_split: bool,
    /// Whether an earlier part is.
    pub is_later: bool,
    /// The counts of whole plans, where those of this part are not all.
    pub counts: Option<Vec<String>>,
}
