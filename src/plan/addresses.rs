//! The rules of two states by their addresses in an output, by which a target identifies resources.

use super::change::RulePlace;
use crate::aws::{Direction, State};
use crate::hash::{hash, hash_bytes};
use crate::net::Sink;
use crate::target::Planning;
use crate::target::names::Names;
use std::cmp::Ordering;
use std::ops::Range;

/// The rules of a state in an order of their addresses, which is the same for any two states.
pub struct RuleAddresses<'d> {
    state: &'d State,
    names: Names<'d>,
    text: Vec<u8>,
    entries: Vec<AddressEntry>,
}

/// A rule at its address.
struct AddressEntry {
    /// The hash of the address: comparing numbers is faster than comparing addresses with common
    /// prefixes.
    hash: u64,
    address: Range<usize>,
    direction: Direction,
    place: RulePlace,
}

/// The address of a rule with its type, in the order of `Addresses`: the two directions are
/// different types.
type Key<'a> = (u64, &'a [u8], Direction);

impl<'d> RuleAddresses<'d> {
    pub fn new(planning: &Planning, state: &'d State) -> Self {
        let mut list = RuleAddresses {
            state,
            names: (planning.names)(state),
            text: Vec::new(),
            entries: Vec::with_capacity(state.rule_count()),
        };

        for (id, group) in state.groups_by_id() {
            let address = planning.group_address(group);
            for (position, rule) in group.rules.iter().enumerate() {
                let place = RulePlace {
                    group: id,
                    position: position as u32,
                };
                for key in (planning.written)(group, rule).into_iter().flatten() {
                    let start = list.text.len();
                    if (planning.is_resource)(group, &key) {
                        list.names.push_rule(id, &key, &mut list.text);
                    } else {
                        // no address has a blank, so this is not an address
                        list.text.put(&address);
                        list.text.put(" ");
                        list.names.push_within_group(&key, &mut list.text);
                    }
                    list.push_rule(start, key.direction, place);
                }
            }
        }

        let RuleAddresses { text, entries, .. } = &mut list;
        entries.sort_unstable_by(|one, other| {
            let hashes = one.hash.cmp(&other.hash);
            hashes.then_with(|| one.key_in(text).cmp(&other.key_in(text)))
        });

        list
    }

    /// Adds a rule whose address ends the text.
    fn push_rule(&mut self, start: usize, direction: Direction, place: RulePlace) {
        self.entries.push(AddressEntry {
            hash: hash_bytes(&self.text[start..]),
            address: start..self.text.len(),
            direction,
            place,
        });
    }

    fn key_at(&self, position: usize) -> Option<Key<'_>> {
        self.entries
            .get(position)
            .map(|entry| entry.key_in(&self.text))
    }

    pub fn places_at(&self, positions: &[usize]) -> Vec<RulePlace> {
        positions
            .iter()
            .map(|position| self.entries[*position].place)
            .collect()
    }

    /// Merges two sorted lists.
    pub fn match_with(&self, news: &RuleAddresses<'_>) -> PositionPairs {
        let (mut found, mut old, mut new) = (PositionPairs::default(), 0, 0);
        loop {
            let order = match (self.key_at(old), news.key_at(new)) {
                (None, None) => return found,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(was), Some(is)) => was.cmp(&is),
            };

            match order {
                Ordering::Less => found.old_only.push(old),
                Ordering::Greater => found.new_only.push(new),
                Ordering::Equal => found
                    .both
                    .push((self.entries[old].place, news.entries[new].place)),
            }

            old += usize::from(order.is_le());
            new += usize::from(order.is_ge());
        }
    }
}

impl AddressEntry {
    fn key_in<'a>(&self, text: &'a [u8]) -> Key<'a> {
        (self.hash, &text[self.address.clone()], self.direction)
    }
}

/// Rules whose addresses are equal, and positions of the others.
#[derive(Default)]
pub struct PositionPairs {
    pub both: Vec<(RulePlace, RulePlace)>,
    pub old_only: Vec<usize>,
    pub new_only: Vec<usize>,
}

impl PositionPairs {
    /// Matches by `moved`: a rule is the one at the newest of its earlier addresses.
    pub fn follow_moves(&mut self, olds: &RuleAddresses<'_>, news: &RuleAddresses<'_>) {
        let PositionPairs {
            both,
            old_only,
            new_only,
        } = self;

        let mut taken = vec![false; old_only.len()];
        new_only.retain(|new| {
            let place = news.entries[*new].place;
            let key = &place.rule_in(news.state).key;
            let chain = news.names.name_chain(place.group, key);

            let found = chain.iter().rev().skip(1).find_map(|name| {
                let address = Some((hash(name), name.as_bytes(), key.direction));
                let found = old_only
                    .binary_search_by(|old| olds.key_at(*old).cmp(&address))
                    .ok()?;
                (!taken[found]).then_some(found)
            });

            let Some(found) = found else { return true };
            taken[found] = true;
            both.push((olds.entries[old_only[found]].place, place));

            false
        });

        let mut taken = taken.into_iter();
        old_only.retain(|_| taken.next() == Some(false));
    }
}
