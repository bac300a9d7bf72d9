//! Interned values, by number.

use std::collections::HashMap;
use std::hash::Hash;

/// Distinct values, numbered in the order of insertion.
#[derive(Debug)]
pub(super) struct Interned<T> {
    values: Vec<T>,
    ids: HashMap<T, u32>,
}

impl<T> Default for Interned<T> {
    fn default() -> Self {
        Interned {
            values: Vec::new(),
            ids: HashMap::new(),
        }
    }
}

impl<T: Clone + Eq + Hash> Interned<T> {
    /// The number of a value.
    pub(super) fn intern_value(&mut self, value: T) -> u32 {
        let next = self.values.len() as u32;
        *self.ids.entry(value).or_insert_with_key(|value| {
            self.values.push(value.clone());
            next
        })
    }

    /// The value with a number.
    pub(super) fn get(&self, id: u32) -> &T {
        &self.values[id as usize]
    }

    /// All values, by number.
    pub(super) fn values(&self) -> &[T] {
        &self.values
    }

    /// The number of values.
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }
}
