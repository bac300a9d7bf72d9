//! Texts that an output repeats a hundred thousand times.

use super::text::Sink;
use std::borrow::Cow;

/// A text that has at most `N` bytes as a rule: then it is copied with all `N`, which is a few
/// moves, where a copy of any other size is a call.
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

    /// Appends the text.
    pub fn push(&self, out: &mut impl Sink) {
        if self.text.len() <= N {
            out.put_start(&self.start, self.text.len());
        } else {
            out.put(&self.text);
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_every_length_are_appended_whole() {
        for text in ["", "a", "abc", "abcd", "abcde", "naïve", "longer than that"] {
            let (mut bytes, mut string) = (b"before ".to_vec(), "before ".to_string());
            let short = ShortText::<4>::new(text.to_string());
            short.push(&mut bytes);
            short.push(&mut string);
            assert_eq!(string, format!("before {text}"));
            assert_eq!(bytes, string.as_bytes());
            assert_eq!(short.as_str(), text);
        }
    }
}
