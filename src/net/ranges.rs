//! Sets of numbers as sorted, disjoint, non-adjacent ranges.

use std::collections::BTreeSet;
use std::fmt::Debug;

/// A number that ranges are made of.
pub trait Bound: Copy + Ord + std::hash::Hash + Debug {
    /// The smallest.
    const MIN: Self;
    /// The largest.
    const MAX: Self;
    /// The next one; `None` after the largest.
    fn next(self) -> Option<Self>;
    /// The one before; `None` before the smallest.
    fn previous(self) -> Option<Self>;
}

macro_rules! bound {
    ($($number:ty),*) => {$(
        impl Bound for $number {
            const MIN: Self = <$number>::MIN;
            const MAX: Self = <$number>::MAX;
            fn next(self) -> Option<Self> { self.checked_add(1) }
            fn previous(self) -> Option<Self> { self.checked_sub(1) }
        }
    )*};
}
bound!(u8, u16, u32, u128);

/// A set of numbers.
///
/// INVARIANT: each range is `(first, last)`, both in the set and `first <= last`; the ranges are
/// sorted, and between any two of them at least one number is missing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Ranges<T>(Vec<(T, T)>);

impl<T> Default for Ranges<T> {
    fn default() -> Self {
        Ranges(Vec::new())
    }
}

impl<T: Bound> Ranges<T> {
    /// The set of these ranges, which may be adjacent, overlap and be in any order.
    pub fn from_unsorted(mut ranges: Vec<(T, T)>) -> Self {
        ranges.sort_unstable();
        let mut out: Vec<(T, T)> = Vec::with_capacity(ranges.len());
        for (first, last) in ranges {
            match out.last_mut() {
                Some(open) if open.1.next().is_none_or(|after| first <= after) => {
                    open.1 = open.1.max(last);
                }
                Some(_) | None => out.push((first, last)),
            }
        }
        Ranges(out)
    }

    /// Every number.
    pub fn all() -> Self {
        Ranges(vec![(T::MIN, T::MAX)])
    }

    /// Its ranges, sorted.
    pub fn ranges(&self) -> &[(T, T)] {
        &self.0
    }

    /// Whether no number is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it contains a number from `first` to `last`.
    pub fn meets(&self, first: T, last: T) -> bool {
        let after = self.0.partition_point(|(_, end)| *end < first);
        self.0.get(after).is_some_and(|(start, _)| *start <= last)
    }

    /// Whether this number is in it.
    pub fn contains(&self, number: T) -> bool {
        let after = self.0.partition_point(|range| range.0 <= number);
        after > 0 && number <= self.0[after - 1].1
    }

    /// The union.
    pub fn union(&self, other: &Self) -> Self {
        Ranges::from_unsorted([&self.0[..], &other.0[..]].concat())
    }

    /// The intersection.
    pub fn intersection(&self, other: &Self) -> Self {
        let mut out = Vec::new();
        let (mut a, mut b) = (0, 0);
        while let (Some(x), Some(y)) = (self.0.get(a), other.0.get(b)) {
            let (first, last) = (x.0.max(y.0), x.1.min(y.1));
            if first <= last {
                out.push((first, last));
            }
            if x.1 < y.1 { a += 1 } else { b += 1 }
        }
        Ranges(out)
    }

    /// The difference: this set without the other.
    pub fn difference(&self, other: &Self) -> Self {
        self.intersection(&other.complement())
    }

    /// Its ranges that are completely in `other`.
    pub fn contained_in(&self, other: &Self) -> Self {
        let lies_inside = |range: &&(T, T)| other.covers(&Ranges(vec![**range]));
        Ranges(self.0.iter().filter(lies_inside).copied().collect())
    }

    /// Its ranges, each widened to the nearest of these cuts, which are sorted; a cut is the first
    /// number after it.
    pub fn widen_to_cuts(&self, cuts: &[T]) -> Self {
        let wide = |(first, last): &(T, T)| {
            let before = cuts
                .partition_point(|cut| cut <= first)
                .checked_sub(1)
                .map(|n| cuts[n]);
            let after = cuts
                .get(cuts.partition_point(|cut| cut <= last))
                .and_then(|cut| cut.previous());
            (before.unwrap_or(T::MIN), after.unwrap_or(T::MAX))
        };
        Ranges::from_unsorted(self.0.iter().map(wide).collect())
    }

    /// The union of these.
    pub fn union_of<'r>(sets: impl Iterator<Item = &'r Self>) -> Self
    where
        T: 'r,
    {
        Ranges::from_unsorted(sets.flat_map(Ranges::ranges).copied().collect())
    }

    /// The numbers that are in sets with at least this total weight.
    pub fn with_weight<'r>(sets: impl Iterator<Item = (&'r Self, u128)>, least: u128) -> Self
    where
        T: 'r,
    {
        // where sets begin and end
        let mut edges: Vec<(T, bool, u128)> = Vec::new();
        for (set, weight) in sets {
            for (first, last) in &set.0 {
                edges.push((*first, true, weight));
                edges.extend(last.next().map(|after| (after, false, weight)));
            }
        }

        edges.sort_unstable();

        let (mut heavy, mut sum, mut since) = (Vec::new(), 0u128, None);
        for here in edges.chunk_by(|a, b| a.0 == b.0) {
            let weight_of = |begins: bool| -> u128 {
                let edges = here.iter().filter(|(_, begin, _)| *begin == begins);
                edges.map(|(.., weight)| weight).sum()
            };
            sum = sum + weight_of(true) - weight_of(false);

            match (since, sum >= least) {
                (None, true) => since = Some(here[0].0),
                (Some(first), false) => {
                    heavy.extend(here[0].0.previous().map(|last| (first, last)));
                    since = None;
                }
                (None, false) | (Some(_), true) => {}
            }
        }

        heavy.extend(since.map(|first| (first, T::MAX)));
        Ranges::from_unsorted(heavy)
    }

    /// Cuts the union of some sets into pieces that each set contains completely or not at all, and
    /// passes each in order to `visit`, with the positions of the sets that contain it.
    pub fn cut_among<'r>(
        sets: impl Iterator<Item = &'r Self>,
        mut piece: impl FnMut(Self, Vec<u32>),
    ) where
        T: 'r,
    {
        // the begin of a set, and the number after its end
        let mut edges: Vec<(T, u32, bool)> = Vec::new();
        for (set, n) in sets.zip(0..) {
            for (first, last) in &set.0 {
                edges.push((*first, n, true));
                edges.extend(last.next().map(|after| (after, n, false)));
            }
        }

        edges.sort_unstable();

        let mut holding: BTreeSet<u32> = BTreeSet::new();
        let mut edges = edges.chunk_by(|a, b| a.0 == b.0).peekable();

        while let Some(here) = edges.next() {
            for (_, set, begins) in here {
                if *begins {
                    holding.insert(*set);
                } else {
                    holding.remove(set);
                }
            }

            let next = edges.peek();
            let last = next.map_or(Some(T::MAX), |next| next[0].0.previous());

            if let (false, Some(last)) = (holding.is_empty(), last) {
                let range = Ranges(vec![(here[0].0, last)]);
                piece(range, holding.iter().copied().collect());
            }
        }
    }

    /// The complement.
    pub fn complement(&self) -> Self {
        let mut out = Vec::with_capacity(self.0.len() + 1);
        let mut start = Some(T::MIN);
        for (first, last) in &self.0 {
            if let (Some(start), Some(before)) = (start, first.previous())
                && start <= before
            {
                out.push((start, before));
            }
            start = last.next();
        }
        out.extend(start.map(|start| (start, T::MAX)));
        Ranges(out)
    }

    /// Whether every number of `other` is in this one.
    pub fn covers(&self, other: &Self) -> bool {
        other.difference(self).is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The model: one bool for each of the 256 numbers of a small universe.
    fn model(set: &Ranges<u8>) -> Vec<bool> {
        (0..=255)
            .map(|n| set.ranges().iter().any(|(a, b)| (*a..=*b).contains(&n)))
            .collect()
    }

    fn zip(a: &Ranges<u8>, b: &Ranges<u8>, f: fn(bool, bool) -> bool) -> Vec<bool> {
        model(a)
            .into_iter()
            .zip(model(b))
            .map(|(x, y)| f(x, y))
            .collect()
    }

    fn normal(set: &Ranges<u8>) -> bool {
        set.0.iter().all(|(a, b)| a <= b)
            && set
                .0
                .windows(2)
                .all(|w| w[0].1.next().is_some_and(|n| n < w[1].0))
    }

    prop_compose! {
        fn set()(raw in prop::collection::vec((any::<u8>(), any::<u8>()), 0..8)) -> Ranges<u8> {
            Ranges::from_unsorted(raw.into_iter().map(|(a, b)| (a.min(b), a.max(b))).collect())
        }
    }

    proptest! {
        #[test]
        fn operations_agree_with_the_model(a in set(), b in set(), n: u8) {
            prop_assert_eq!(model(&a.union(&b)), zip(&a, &b, |x, y| x || y));
            prop_assert_eq!(model(&a.intersection(&b)), zip(&a, &b, |x, y| x && y));
            prop_assert_eq!(model(&a.difference(&b)), zip(&a, &b, |x, y| x && !y));
            prop_assert_eq!(a.contains(n), model(&a)[n as usize]);

            for m in 0..=255 {
                let (first, last) = (n.min(m), n.max(m));
                let met = model(&a)[usize::from(first)..=usize::from(last)].contains(&true);
                prop_assert_eq!(a.meets(first, last), met, "{}-{}", first, last);
            }

            prop_assert_eq!(
                a.covers(&b),
                zip(&a, &b, |x, y| x || !y).into_iter().all(|z| z)
            );
            let inside = a
                .ranges()
                .iter()
                .filter(|(from, to)| (*from..=*to).all(|n| b.contains(n)));
            prop_assert_eq!(
                a.contained_in(&b).ranges().to_vec(),
                inside.copied().collect::<Vec<_>>()
            );
            prop_assert_eq!(a.is_empty(), !model(&a).contains(&true));

            for made in [
                a.union(&b),
                a.intersection(&b),
                a.difference(&b),
                a.complement(),
            ] {
                prop_assert!(normal(&made), "{:?}", made);
            }

            prop_assert_eq!(a.complement().complement(), a);
        }

        #[test]
        fn widened_ranges_end_at_cuts(
            a in set(),
            cuts in prop::collection::btree_set(any::<u8>(), 0..8),
        ) {
            let sorted: Vec<u8> = cuts.into_iter().collect();
            let wide = model(&a.widen_to_cuts(&sorted));
            // numbers without a cut between them are in it together
            let stretch = |n: u8| sorted.partition_point(|cut| *cut <= n);
            for n in 0..=255 {
                let any = (0..=255).any(|other| stretch(other) == stretch(n) && a.contains(other));
                prop_assert_eq!(wide[n as usize], any, "{}", n);
            }
        }
    }

    #[test]
    fn numbers_have_neighbours_except_the_ends() {
        assert_eq!(
            (
                u8::MIN.previous(),
                7u8.previous(),
                u8::MAX.next(),
                7u8.next()
            ),
            (None, Some(6), None, Some(8))
        );
        assert_eq!(Ranges::<u8>::all().ranges(), [(0, 255)]);
        assert_eq!(Ranges::<u8>::all().complement(), Ranges::default());
    }
}
