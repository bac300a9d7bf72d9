//! Predicts the changes of rules, by merging two lists that are sorted by address.

use super::before_after::BeforeAfter;
use super::change::{RuleChange, RuleOutcome, RulePlace};
use super::defaults;
use super::groups::Groups;
use super::peers::PeerValue;
use super::tally::{Action, ResourceCounts};
use super::texts::{tags_differ, text_differs};
use crate::aws::{Direction, GroupId, ParameterId, Peer, RuleKey, State};
use crate::hash::{hash, hash_bytes};
use crate::net::{Sink, Traffic, UnknownPorts};
use crate::target::Planning;
use crate::target::names::Names;
use std::cmp::Ordering;
use std::ops::Range;

/// The changed rules.
pub fn changed_rules<'d>(
    planning: &Planning,
    old: &'d State,
    new: &'d State,
    groups: &Groups,
    tally: &mut ResourceCounts,
) -> Vec<RuleChange> {
    let (olds, news) = (
        RuleAddresses::new(planning, old),
        RuleAddresses::new(planning, new),
    );
    let mut matched = olds.match_with(&news);

    if planning.moves_rules {
        matched.follow_moves(&olds, &news);
    }

    let mut judge = RuleComparison {
        planning,
        old,
        new,
        groups,
        tally,
        changes: Vec::new(),
    };

    matched
        .both
        .iter()
        .for_each(|(was, is)| judge.judge_same_address(*was, *is));

    judge.judge_other_addresses(
        olds.places_at(&matched.old_only),
        news.places_at(&matched.new_only),
    );
    judge.changes
}

/// The rules of a state in an order of their addresses, which is the same for any two states.
struct RuleAddresses<'d> {
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
    fn new(planning: &Planning, state: &'d State) -> Self {
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
                        // no address has a blank, so that this is none
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

    fn places_at(&self, positions: &[usize]) -> Vec<RulePlace> {
        positions
            .iter()
            .map(|position| self.entries[*position].place)
            .collect()
    }

    /// Merges two sorted lists.
    fn match_with(&self, news: &RuleAddresses<'_>) -> PositionPairs {
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
struct PositionPairs {
    both: Vec<(RulePlace, RulePlace)>,
    old_only: Vec<usize>,
    new_only: Vec<usize>,
}

impl PositionPairs {
    /// Matches by `moved`: a rule is the one at the newest of its earlier addresses.
    fn follow_moves(&mut self, olds: &RuleAddresses<'_>, news: &RuleAddresses<'_>) {
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

/// Determines the changes of rules, and counts resources.
struct RuleComparison<'j, 'd> {
    planning: &'j Planning,
    old: &'d State,
    new: &'d State,
    groups: &'j Groups,
    tally: &'j mut ResourceCounts,
    changes: Vec<RuleChange>,
}

impl<'d> RuleComparison<'_, 'd> {
    /// Compares two rules with the same address.
    fn judge_same_address(&mut self, was: RulePlace, is: RulePlace) {
        if self.groups.new_of(was.group) != Some(is.group) {
            // rules of two groups with the same mangled name; still one resource
            self.add_change(BeforeAfter::Removed(was), RuleOutcome::Removed);
            self.add_change(BeforeAfter::Added(is), RuleOutcome::Added);
            return self.count_rule(is, Action::Replace);
        }

        let Some(fate) = self.rule_outcome(was, is) else {
            return;
        };
        self.add_change(BeforeAfter::Both(was, is), fate);
        let action = match fate {
            RuleOutcome::Text
            | RuleOutcome::Tagged
            | RuleOutcome::Default
            | RuleOutcome::Retargeted
            | RuleOutcome::Halved
            | RuleOutcome::Joined => Action::Modify,
            RuleOutcome::WithGroup
            | RuleOutcome::OwnerDefault
            | RuleOutcome::WithPeer
            | RuleOutcome::PortDefault
            | RuleOutcome::ResourceRenamed => Action::Replace,
            RuleOutcome::Removed | RuleOutcome::Added => return,
        };

        self.count_rule(is, action);
    }

    fn rule_outcome(&self, was: RulePlace, is: RulePlace) -> Option<RuleOutcome> {
        if !self.groups.group_stays(is.group) {
            return Some(RuleOutcome::WithGroup);
        }

        if self.has_other_owner_default(was, is) {
            return Some(RuleOutcome::OwnerDefault);
        }

        // one half of all addresses, be it of a rule for all of them
        if self.is_halved(self.old, was) || self.is_halved(self.new, is) {
            return self.label_outcome(was, is);
        }

        let (old, new) = (self.old_value(was), self.new_value(is));
        let is_changed_in_place = self.planning.changes_peers || !self.is_resource(is);
        let is_one_rule = !matches!(new, PeerValue::UnknownBlocks(..));
        let in_place = old.kind() == new.kind() && is_one_rule && is_changed_in_place;

        match (old != new || !self.peer_stays(new), in_place) {
            (true, true) => Some(RuleOutcome::Retargeted),
            (true, false) => Some(RuleOutcome::WithPeer),
            (false, true)
                if self.has_other_peer_default(was, is) || self.has_other_port_default(was, is) =>
            {
                Some(RuleOutcome::Default)
            }
            (false, false) if self.has_other_peer_default(was, is) => Some(RuleOutcome::WithPeer),
            (false, false) if self.has_other_port_default(was, is) => {
                Some(RuleOutcome::PortDefault)
            }
            (false, _) => self.label_outcome(was, is),
        }
    }

    /// The outcome for a rule of which nothing changes but its description or its tags.
    fn label_outcome(&self, was: RulePlace, is: RulePlace) -> Option<RuleOutcome> {
        if self.has_other_text(was, is) {
            return Some(RuleOutcome::Text);
        }
        let has_other_tags = self.planning.writes_rule_tags && self.has_other_tags(was, is);
        has_other_tags.then_some(RuleOutcome::Tagged)
    }

    fn has_other_tags(&self, was: RulePlace, is: RulePlace) -> bool {
        let old = self.old.tags(was.rule_in(self.old));
        let new = self.new.tags(is.rule_in(self.new));
        tags_differ(self.planning, (self.old, old), (self.new, new))
    }

    fn has_other_text(&self, was: RulePlace, is: RulePlace) -> bool {
        let old = self.old.description(was.rule_in(self.old));
        let new = self.new.description(is.rule_in(self.new));
        text_differs(self.planning, (self.old, old), (self.new, new))
    }

    /// Whether others stand in the output for a rule.
    fn is_halved(&self, state: &State, place: RulePlace) -> bool {
        let (group, rule) = (state.group(place.group), place.rule_in(state));
        (self.planning.written)(group, rule) != [Some(rule.key), None]
    }

    /// Compares rules whose addresses only one state has: some have another address in the other
    /// state.
    fn judge_other_addresses(&mut self, olds: Vec<RulePlace>, news: Vec<RulePlace>) {
        let mut olds: Vec<(Option<Identity<'d>>, RulePlace)> = olds
            .into_iter()
            .map(|was| (self.old_identity(was), was))
            .collect();

        let mut news: Vec<(Option<Identity<'d>>, RulePlace)> = news
            .into_iter()
            .map(|is| (Some(self.new_identity(is)), is))
            .collect();
        olds.sort_unstable();
        olds.dedup();
        news.sort_unstable();
        news.dedup();
        let (mut olds, mut news) = (olds.into_iter().peekable(), news.into_iter().peekable());

        loop {
            let order = match (olds.peek(), news.peek()) {
                (None, None) => return,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some((was, _)), Some((is, _))) => was.cmp(is),
            };
            let was = olds.next_if(|_| order.is_le()).map(|(_, place)| place);
            let is = news.next_if(|_| order.is_ge()).map(|(_, place)| place);
            self.judge_moved_rule(was, is);
        }
    }

    /// Compares one rule with two addresses, or a rule that only one state has.
    fn judge_moved_rule(&mut self, was: Option<RulePlace>, is: Option<RulePlace>) {
        let Some(sides) = BeforeAfter::from_options(was, is) else {
            return;
        };

        let fate = match sides {
            BeforeAfter::Removed(_) => RuleOutcome::Removed,
            BeforeAfter::Added(_) => RuleOutcome::Added,
            BeforeAfter::Both(_, is) if !self.groups.group_stays(is.group) => {
                RuleOutcome::WithGroup
            }
            BeforeAfter::Both(_, is) if !self.peer_stays(self.new_value(is)) => {
                RuleOutcome::WithPeer
            }
            BeforeAfter::Both(was, is) => {
                match (self.is_halved(self.old, was), self.is_halved(self.new, is)) {
                    (false, true) => RuleOutcome::Halved,
                    (true, false) => RuleOutcome::Joined,
                    (_, _) => RuleOutcome::ResourceRenamed,
                }
            }
        };

        self.add_change(sides, fate);
        if let Some(was) = was {
            self.count_old(was);
        }

        if let Some(is) = is {
            self.count_rule(is, Action::Add);
        }
    }

    fn add_change(&mut self, sides: BeforeAfter<RulePlace>, fate: RuleOutcome) {
        self.changes.push(RuleChange { sides, fate });
    }

    /// Counts a rule of the new state: as a resource, or as a change of its group.
    fn count_rule(&mut self, is: RulePlace, action: Action) {
        if self.is_resource(is) {
            self.tally.count_resource(action)
        } else {
            self.tally.mark_changed(is.group)
        }
    }

    /// Counts a deleted rule of the old state.
    fn count_old(&mut self, was: RulePlace) {
        let key = &was.rule_in(self.old).key;
        match self.groups.new_of(was.group) {
            _ if (self.planning.is_resource)(self.old.group(was.group), key) => {
                self.tally.count_resource(Action::Remove)
            }
            Some(group) => self.tally.mark_changed(group),
            None => {}
        }
    }

    /// Whether the peers of two rules are one parameter with a changed default.
    fn has_other_peer_default(&self, was: RulePlace, is: RulePlace) -> bool {
        let was = self.old.parameter_of(was.rule_in(self.old).key.peer);
        let is = self.new.parameter_of(is.rule_in(self.new).key.peer);
        self.value_differs(was, is)
    }

    /// Whether both rules have a parameter whose value may change.
    fn value_differs(&self, was: Option<ParameterId>, is: Option<ParameterId>) -> bool {
        was.zip(is).is_some_and(|(was, is)| {
            defaults::value_differs(self.planning, (self.old, was), (self.new, is))
        })
    }

    /// Whether the ports of two rules with the same traffic have a parameter with a changed default.
    fn has_other_port_default(&self, was: RulePlace, is: RulePlace) -> bool {
        let (was, is) = (was.rule_in(self.old), is.rule_in(self.new));
        let ports = is.key.traffic.unknown_ports();
        let same = ports.filter(|_| was.key.traffic == is.key.traffic);
        let mut names = same.into_iter().flat_map(UnknownPorts::parameters);
        names.any(|name| {
            self.value_differs(
                self.old.parameter_named(name),
                self.new.parameter_named(name),
            )
        })
    }

    /// Whether the groups of two rules are one parameter, whose default is another.
    fn has_other_owner_default(&self, was: RulePlace, is: RulePlace) -> bool {
        let parameter = |state: &State, place: RulePlace| {
            let foreign = state.group(place.group).made_elsewhere?;
            state.parameter_of(Peer::ForeignGroup(foreign))
        };
        self.value_differs(parameter(self.old, was), parameter(self.new, is))
    }

    fn is_resource(&self, is: RulePlace) -> bool {
        let group = self.new.group(is.group);
        (self.planning.is_resource)(group, &is.rule_in(self.new).key)
    }

    fn old_value(&self, was: RulePlace) -> PeerValue<'d> {
        self.groups
            .old_peer(self.old, was.rule_in(self.old).key.peer)
    }

    fn new_value(&self, is: RulePlace) -> PeerValue<'d> {
        PeerValue::new(self.new, is.rule_in(self.new).key.peer)
    }

    /// Whether a peer that is a group is the same resource as before.
    fn peer_stays(&self, peer: PeerValue<'_>) -> bool {
        match peer {
            PeerValue::Group(group) => self.groups.group_stays(group),
            PeerValue::GoneGroup(_) => false,
            PeerValue::Block(_)
            | PeerValue::Unknown(..)
            | PeerValue::UnknownBlocks(..)
            | PeerValue::ListId(_)
            | PeerValue::AwsList(_)
            | PeerValue::MadeList(_) => true,
            PeerValue::UnknownList(_)
            | PeerValue::ForeignGroup(..)
            | PeerValue::UnknownGroup(_) => true,
        }
    }

    fn old_identity(&self, was: RulePlace) -> Option<Identity<'d>> {
        let RuleKey {
            direction, traffic, ..
        } = was.rule_in(self.old).key;
        let group = self.groups.new_of(was.group)?;
        Some((group, direction, traffic, self.old_value(was)))
    }

    fn new_identity(&self, is: RulePlace) -> Identity<'d> {
        let RuleKey {
            direction, traffic, ..
        } = is.rule_in(self.new).key;
        (is.group, direction, traffic, self.new_value(is))
    }
}

/// The identity of a rule in AWS, independent of the state.
type Identity<'d> = (GroupId, Direction, Traffic, PeerValue<'d>);
