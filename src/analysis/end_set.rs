//! Sets of endpoints, without a list of them.

/// All members of some classes except the exceptions of rules, and some of these exceptions.
#[derive(Debug)]
pub struct EndSet<'s> {
    /// The members of the classes, sorted.
    pub(super) classes: Vec<&'s [u32]>,
    /// The exceptions, sorted.
    pub(super) exceptions: &'s [u32],
    /// The exceptions that are in the set, sorted.
    pub(super) extra: Vec<u32>,
    /// How many exceptions of its classes are not in the set.
    pub(super) absent: usize,
}

impl<'s> EndSet<'s> {
    /// A set without any class and without any exception.
    pub(super) fn without(exceptions: &'s [u32]) -> EndSet<'s> {
        EndSet {
            classes: Vec::new(),
            exceptions,
            extra: Vec::new(),
            absent: 0,
        }
    }

    /// The number of its endpoints.
    pub fn len(&self) -> usize {
        self.classes.iter().map(|class| class.len()).sum::<usize>() + self.extra.len() - self.absent
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// At most `count` of them, those with the lowest positions, sorted.
    pub fn first_positions(&self, count: usize) -> Vec<usize> {
        let is_exception = |end: &u32| self.exceptions.binary_search(end).is_ok();
        let classes = self
            .classes
            .iter()
            .flat_map(|class| class.iter().filter(|end| !is_exception(end)).take(count));
        let mut first: Vec<usize> = classes
            .chain(self.extra.iter().take(count))
            .map(|end| *end as usize)
            .collect();
        first.sort_unstable();
        first.truncate(count);
        first
    }
}
