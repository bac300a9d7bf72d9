//! Descriptions of rules: stored in one text, to avoid an allocation for each.

use std::ops::Range;

/// The description of a rule: its range in the descriptions of the state.
#[derive(Debug, Clone, Copy, Default)]
pub struct Description {
    start: u32,
    end: u32,
    /// Where it comes from.
    pub wording: Wording,
}

/// Where a description comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Wording {
    /// Written in the program: it can contain every character that AWS accepts.
    #[default]
    Written,
    /// Likewise, with parameters in it.
    WithParameters,
    /// Generated from names, addresses and numbers.
    Made,
}

/// A builder for the descriptions of all rules.
#[derive(Debug, Default)]
pub struct Descriptions(Vec<u8>);

impl Description {
    /// Whether the rule has no description.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Appends a written description to those of a state.
    pub(super) fn append_to(descriptions: &mut String, text: &str) -> Description {
        let end = |text: &String| {
            u32::try_from(text.len()).expect("descriptions have less than 4 GiB together")
        };
        let start = end(descriptions);
        descriptions.push_str(text);
        Description {
            start,
            end: end(descriptions),
            wording: Wording::Written,
        }
    }

    pub(super) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl Descriptions {
    /// An empty builder, with capacity for so many bytes.
    pub fn with_capacity(bytes: usize) -> Descriptions {
        Descriptions(Vec::with_capacity(bytes))
    }

    /// Adds a description, which `write` appends.
    pub fn push_description(&mut self, write: impl FnOnce(&mut Vec<u8>) -> Wording) -> Description {
        let start = self.end();
        let wording = write(&mut self.0);
        Description {
            start,
            end: self.end(),
            wording,
        }
    }

    fn end(&self) -> u32 {
        u32::try_from(self.0.len()).expect("descriptions have less than 4 GiB together")
    }

    /// The text of all descriptions.
    pub fn finish(self) -> String {
        String::from_utf8(self.0).expect("descriptions are texts")
    }
}
