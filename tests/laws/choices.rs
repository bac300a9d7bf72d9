//! Decisions, read off numbers that proptest draws.
//!
//! A generated program is built by plain code that asks [`Choices`] at each turn. The first option
//! is the simplest, and is what an exhausted stream gives, so that proptest shrinks a program by
//! shortening its numbers and moving them toward zero.

use proptest::prelude::*;

/// A stream of decisions.
#[derive(Debug)]
pub struct Choices<'n> {
    numbers: &'n [u16],
}

/// Numbers for at most `most` decisions.
pub fn numbers(most: usize) -> impl Strategy<Value = Vec<u16>> {
    prop::collection::vec(any::<u16>(), most / 2..=most)
}

/// Several streams, one for each thing to build, so that dropping one leaves the others as they
/// are.
pub fn streams(
    count: std::ops::RangeInclusive<usize>,
    most: usize,
) -> impl Strategy<Value = Vec<Vec<u16>>> {
    prop::collection::vec(numbers(most), count)
}

impl<'n> Choices<'n> {
    /// Decisions from these numbers.
    pub fn new(numbers: &'n [u16]) -> Self {
        Choices { numbers }
    }

    /// A number below `count`; 0 when the stream is exhausted.
    pub fn pick(&mut self, count: usize) -> usize {
        let Some((first, rest)) = self.numbers.split_first() else {
            return 0;
        };
        self.numbers = rest;
        (usize::from(*first) * count) >> 16
    }

    /// True once in `count` times; false when the stream is exhausted.
    pub fn once_in(&mut self, count: usize) -> bool {
        self.pick(count) == count - 1
    }

    /// One of these.
    pub fn of<T: Clone>(&mut self, pool: &[T]) -> T {
        pool[self.pick(pool.len())].clone()
    }

    /// From one to `most` of these, none twice.
    pub fn some<T: Clone + PartialEq>(&mut self, pool: &[T], most: usize) -> Vec<T> {
        let mut chosen: Vec<T> = Vec::new();
        for _ in 0..=self.pick(most) {
            let one = self.of(pool);
            if !chosen.contains(&one) {
                chosen.push(one);
            }
        }
        chosen
    }

    /// These in another order; as they are when the stream is exhausted.
    pub fn shuffled<T: Clone>(&mut self, items: &[T]) -> Vec<T> {
        let mut rest = items.to_vec();
        let mut out = Vec::with_capacity(rest.len());
        while !rest.is_empty() {
            out.push(rest.remove(self.pick(rest.len())));
        }
        out
    }
}
