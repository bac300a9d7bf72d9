//! Items of two states, paired by name.

use super::before_after::BeforeAfter;
use std::collections::BTreeMap;

/// Items of two states, paired by name.
pub type Pairs<T> = Vec<BeforeAfter<T>>;

pub fn pair_by_name<K: Ord, T: Copy>(olds: BTreeMap<K, T>, news: BTreeMap<K, T>) -> Pairs<T> {
    let mut pairs: BTreeMap<K, (Option<T>, Option<T>)> = BTreeMap::new();
    olds.into_iter()
        .for_each(|(name, old)| pairs.entry(name).or_default().0 = Some(old));
    news.into_iter()
        .for_each(|(name, new)| pairs.entry(name).or_default().1 = Some(new));
    pairs
        .into_values()
        .filter_map(|(old, new)| BeforeAfter::from_options(old, new))
        .collect()
}

/// The pairs that are created, deleted or changed.
pub fn differing_pairs<T: Copy>(
    pairs: Pairs<T>,
    same: impl Fn(&T, &T) -> bool,
) -> impl Iterator<Item = BeforeAfter<T>> {
    pairs.into_iter().filter(move |sides| match sides {
        BeforeAfter::Both(was, is) => !same(was, is),
        BeforeAfter::Removed(_) | BeforeAfter::Added(_) => true,
    })
}
