//! An item of two states: in the old one, in the new one, or in both.

/// An item before and after a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BeforeAfter<T> {
    /// Deleted.
    Removed(T),
    /// Created.
    Added(T),
    /// Present in both versions.
    Both(T, T),
}

impl<T: Copy> BeforeAfter<T> {
    /// The item before and after; `None` if it is in neither.
    pub(super) fn from_options(old: Option<T>, new: Option<T>) -> Option<BeforeAfter<T>> {
        match (old, new) {
            (Some(old), Some(new)) => Some(BeforeAfter::Both(old, new)),
            (Some(old), None) => Some(BeforeAfter::Removed(old)),
            (None, Some(new)) => Some(BeforeAfter::Added(new)),
            (None, None) => None,
        }
    }

    /// A value of the new side, or else of the old one.
    pub(crate) fn map_newest<U>(self, old: impl FnOnce(T) -> U, new: impl FnOnce(T) -> U) -> U {
        match self {
            BeforeAfter::Removed(was) => old(was),
            BeforeAfter::Added(is) | BeforeAfter::Both(_, is) => new(is),
        }
    }

    /// The item before.
    pub fn before(self) -> Option<T> {
        match self {
            BeforeAfter::Removed(old) | BeforeAfter::Both(old, _) => Some(old),
            BeforeAfter::Added(_) => None,
        }
    }

    /// The item after.
    pub fn after(self) -> Option<T> {
        match self {
            BeforeAfter::Added(new) | BeforeAfter::Both(_, new) => Some(new),
            BeforeAfter::Removed(_) => None,
        }
    }
}
