//! Short texts that an output repeats very often.

use std::borrow::Cow;

/// A text of usually at most `N` bytes. Such a text is copied as an array of `N` bytes, which takes
/// a few moves; a copy of variable size is a function call.
#[derive(Debug, Clone)]
pub struct ShortText<const N: usize> {
    text: Cow<'static, str>,
    start: [u8; N],
}

impl<const N: usize> ShortText<N> {
    /// A text of an output.
    pub fn new(text: String) -> ShortText<N> {
        let start = first_bytes(text.as_bytes());
        ShortText {
            text: Cow::Owned(text),
            start,
        }
    }

    /// A text of a table.
    pub const fn from_static(text: &'static str) -> ShortText<N> {
        ShortText {
            text: Cow::Borrowed(text),
            start: first_bytes(text.as_bytes()),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// All `N` bytes with the length of the text, if it has no more.
    pub(super) fn padded(&self) -> Option<(&[u8; N], usize)> {
        let length = self.text.len();
        (length <= N).then_some((&self.start, length))
    }
}

/// The first bytes of a text, zeros after its end.
const fn first_bytes<const N: usize>(text: &[u8]) -> [u8; N] {
    let mut start = [0; N];
    let length = if text.len() < N { text.len() } else { N };
    let (first, _) = text.split_at(length);
    start.split_at_mut(length).0.copy_from_slice(first);
    start
}
