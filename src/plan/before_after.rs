//! The two sides of a thing that one of two states has, or both.

/// Something that stood there, or comes, or does both and is another than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BeforeAfter<T> {
    /// It goes.
    Removed(T),
    /// It comes.
    Added(T),
    /// It was, and is.
    Both(T, T),
}

impl<T: Copy> BeforeAfter<T> {
    /// The two sides of one thing, of which one at least is there.
    pub(super) fn from_options(old: Option<T>, new: Option<T>) -> Option<BeforeAfter<T>> {
        match (old, new) {
            (Some(old), Some(new)) => Some(BeforeAfter::Both(old, new)),
            (Some(old), None) => Some(BeforeAfter::Removed(old)),
            (None, Some(new)) => Some(BeforeAfter::Added(new)),
            (None, None) => None,
        }
    }

    /// Something of the new side, where there is one, else of the old.
    pub(crate) fn map_newest<U>(self, old: impl FnOnce(T) -> U, new: impl FnOnce(T) -> U) -> U {
        match self {
            BeforeAfter::Removed(was) => old(was),
            BeforeAfter::Added(is) | BeforeAfter::Both(_, is) => new(is),
        }
    }

    /// What it was.
    pub fn was(self) -> Option<T> {
        match self {
            BeforeAfter::Removed(old) | BeforeAfter::Both(old, _) => Some(old),
            BeforeAfter::Added(_) => None,
        }
    }

    /// What it is.
    pub fn is(self) -> Option<T> {
        match self {
            BeforeAfter::Added(new) | BeforeAfter::Both(_, new) => Some(new),
            BeforeAfter::Removed(_) => None,
        }
    }
}
