//! Descriptions of rules: all in one text, so that none takes memory of its own.

use std::ops::Range;

/// The description of a rule: its place among all of its state.
#[derive(Debug, Clone, Copy, Default)]
pub struct Description {
    start: u32,
    end: u32,
    /// Who worded it.
    pub wording: Wording,
}

/// Who worded a description.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Wording {
    /// Somebody wrote it: it can hold every character that AWS takes.
    #[default]
    Written,
    /// It is made of names, addresses and numbers.
    Made,
}

/// The descriptions of all rules, one after another, as they grow.
#[derive(Debug, Default)]
pub struct Descriptions(Vec<u8>);

impl Description {
    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    pub(super) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl Descriptions {
    /// None yet, with room for so many bytes.
    pub fn with_capacity(bytes: usize) -> Descriptions {
        Descriptions(Vec::with_capacity(bytes))
    }

    /// Adds one, which `write` appends.
    pub fn push_description(
        &mut self,
        wording: Wording,
        write: impl FnOnce(&mut Vec<u8>),
    ) -> Description {
        let start = self.end();
        write(&mut self.0);
        Description {
            start,
            end: self.end(),
            wording,
        }
    }

    fn end(&self) -> u32 {
        u32::try_from(self.0.len()).expect("descriptions have less than 4 GiB together")
    }

    /// All of them.
    pub fn finish(self) -> String {
        String::from_utf8(self.0).expect("descriptions are texts")
    }
}
