//! Many ends at once, without a list of them.

/// All members of some classes but those that rules single out, and some of these.
#[derive(Debug)]
pub struct Crowd<'s> {
    /// The members of the classes, sorted.
    pub(super) classes: Vec<&'s [u32]>,
    /// Those who are singled out, sorted.
    pub(super) singled: &'s [u32],
    /// Those of them who belong to it, sorted.
    pub(super) besides: Vec<u32>,
    /// How many of the classes do not.
    pub(super) without: usize,
}

impl<'s> Crowd<'s> {
    /// A crowd without any class, and without any of those that are singled out.
    pub(super) fn but(singled: &'s [u32]) -> Crowd<'s> {
        Crowd { classes: Vec::new(), singled, besides: Vec::new(), without: 0 }
    }

    /// How many they are.
    pub fn len(&self) -> usize {
        self.classes.iter().map(|class| class.len()).sum::<usize>() + self.besides.len() - self.without
    }

    /// Whether nobody is in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// At most so many of them, those with the lowest positions, sorted.
    pub fn first(&self, count: usize) -> Vec<usize> {
        let is_singled = |end: &u32| self.singled.binary_search(end).is_ok();
        let classes = self.classes.iter().flat_map(|class| class.iter().filter(|end| !is_singled(end)).take(count));
        let mut first: Vec<usize> = classes.chain(self.besides.iter().take(count)).map(|end| *end as usize).collect();
        first.sort_unstable();
        first.truncate(count);
        first
    }
}
