//! What becomes of the rules: two lists in the order of their addresses, walked at once.

use super::defaults;
use super::groups::Groups;
use super::peers::Value;
use super::tally::{Action, ResourceCounts};
use super::target::Target;
use super::{BeforeAfter, RuleChange, RuleOutcome, RulePlace};
use crate::groups::{Deployment, Direction, Names, TierId, Traffic};
use crate::hash::hash;
use std::cmp::Ordering;
use std::ops::Range;

/// The rules that do not stay as they are.
pub fn changed<'d>(
    target: Target,
    old: &'d Deployment<'d>,
    new: &'d Deployment<'d>,
    groups: &Groups,
    tally: &mut ResourceCounts,
) -> Vec<RuleChange> {
    let (olds, news) = (
        Addresses::from_blocks(target, old),
        Addresses::from_blocks(target, new),
    );
    let mut matched = olds.matched(&news);
    if target == Target::Terraform {
        matched.follow_moves(&olds, &news);
    }
    let mut judge = Judge {
        target,
        old,
        new,
        groups,
        tally,
        texts: Default::default(),
        changes: Vec::new(),
    };
    matched
        .both
        .iter()
        .for_each(|(was, is)| judge.addressed(*was, *is));
    judge.unaddressed(
        olds.places(&matched.old_only),
        news.places(&matched.new_only),
    );
    judge.changes
}

/// The rules of a deployment in an order of their addresses, which is the same for any two
/// deployments.
struct Addresses<'d> {
    deployment: &'d Deployment<'d>,
    names: Names<'d>,
    text: String,
    entries: Vec<Entry>,
}

/// A rule at its address.
struct Entry {
    /// Numbers are compared sooner than addresses, which begin alike.
    hash: u64,
    address: Range<usize>,
    place: RulePlace,
}

/// The address of a rule with its type, in the order of `Addresses`: the two sides are types of
/// their own.
type Key<'a> = (u64, &'a str, Direction);

impl<'d> Addresses<'d> {
    fn from_blocks(target: Target, deployment: &'d Deployment<'d>) -> Self {
        let mut list = Addresses {
            deployment,
            names: target.names(deployment),
            text: String::new(),
            entries: Vec::new(),
        };
        let mut name = String::new();
        for group in &deployment.groups {
            let address = target.address(group);
            for direction in Direction::ALL {
                for (position, rule) in group.rules(direction).iter().enumerate() {
                    name.clear();
                    if target.separate(rule) {
                        list.names.rule(group.tier, direction, rule, &mut name);
                    } else {
                        // no address has a blank, so that this is none
                        name.push_str(&address);
                        name.push(' ');
                        list.names.within(direction, rule, &mut name);
                    }
                    let place = RulePlace {
                        tier: group.tier,
                        direction,
                        position: position as u32,
                    };
                    list.push(&name, place);
                }
            }
        }
        let Addresses { text, entries, .. } = &mut list;
        entries.sort_unstable_by(|one, other| one.key(text).cmp(&other.key(text)));
        list
    }

    fn push(&mut self, name: &str, place: RulePlace) {
        let start = self.text.len();
        self.text.push_str(name);
        self.entries.push(Entry {
            hash: hash(name),
            address: start..self.text.len(),
            place,
        });
    }

    fn key(&self, position: usize) -> Option<Key<'_>> {
        self.entries
            .get(position)
            .map(|entry| entry.key(&self.text))
    }

    fn places(&self, positions: &[usize]) -> Vec<RulePlace> {
        positions
            .iter()
            .map(|position| self.entries[*position].place)
            .collect()
    }

    /// Walks two lists at once.
    fn matched(&self, news: &Addresses<'_>) -> Matched {
        let (mut found, mut old, mut new) = (Matched::default(), 0, 0);
        loop {
            let order = match (self.key(old), news.key(new)) {
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

impl Entry {
    fn key<'a>(&self, text: &'a str) -> Key<'a> {
        (self.hash, &text[self.address.clone()], self.place.direction)
    }
}

/// Rules whose addresses are equal, and positions of the others.
#[derive(Default)]
struct Matched {
    both: Vec<(RulePlace, RulePlace)>,
    old_only: Vec<usize>,
    new_only: Vec<usize>,
}

impl Matched {
    /// Matches what `moved` says: a rule is the one that has the newest of its earlier addresses.
    fn follow_moves(&mut self, olds: &Addresses<'_>, news: &Addresses<'_>) {
        let Matched {
            both,
            old_only,
            new_only,
        } = self;
        let mut taken = vec![false; old_only.len()];
        new_only.retain(|new| {
            let place = news.entries[*new].place;
            let chain = news
                .names
                .chain(place.tier, place.direction, place.rule(news.deployment));
            let found = chain.iter().rev().skip(1).find_map(|name| {
                let key = Some((hash(name), name.as_str(), place.direction));
                let found = old_only
                    .binary_search_by(|old| olds.key(*old).cmp(&key))
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

/// Says what becomes of rules, and counts it.
struct Judge<'j, 'd> {
    target: Target,
    old: &'d Deployment<'d>,
    new: &'d Deployment<'d>,
    groups: &'j Groups,
    tally: &'j mut ResourceCounts,
    texts: [String; 2],
    changes: Vec<RuleChange>,
}

impl<'d> Judge<'_, 'd> {
    /// Two rules with one address.
    fn addressed(&mut self, was: RulePlace, is: RulePlace) {
        if self.groups.new_of(was.tier) != Some(is.tier) {
            // one mangled name of rules of two groups; the resource is one all the same
            self.tell(BeforeAfter::Removed(was), RuleOutcome::Removed);
            self.tell(BeforeAfter::Added(is), RuleOutcome::Added);
            return self.count(is, Action::Replace);
        }
        let Some(fate) = self.fate(was, is) else {
            return;
        };
        self.tell(BeforeAfter::Both(was, is), fate);
        let action = match fate {
            RuleOutcome::Text | RuleOutcome::Default | RuleOutcome::Retargeted => Action::Modify,
            RuleOutcome::WithGroup | RuleOutcome::WithPeer | RuleOutcome::ResourceRenamed => {
                Action::Replace
            }
            RuleOutcome::Removed | RuleOutcome::Added => return,
        };
        self.count(is, action);
    }

    fn fate(&mut self, was: RulePlace, is: RulePlace) -> Option<RuleOutcome> {
        if !self.groups.stays(is.tier) {
            return Some(RuleOutcome::WithGroup);
        }
        let rule = is.rule(self.new);
        let (old, new) = (self.old_value(was), self.new_value(is));
        let in_place = old.kind() == new.kind()
            && !(self.target == Target::CloudFormation && self.separate(is));
        match (old != new || !self.peer_stays(new), in_place) {
            (true, true) => Some(RuleOutcome::Retargeted),
            (true, false) => Some(RuleOutcome::WithPeer),
            (false, true) if self.has_other_default(was, is) => Some(RuleOutcome::Default),
            (false, false) if self.has_other_default(was, is) => Some(RuleOutcome::WithPeer),
            (false, _) => {
                self.texts.iter_mut().for_each(String::clear);
                self.old.describe(was.rule(self.old), &mut self.texts[0]);
                self.new.describe(rule, &mut self.texts[1]);
                (self.texts[0] != self.texts[1]).then_some(RuleOutcome::Text)
            }
        }
    }

    /// Rules whose addresses the other deployment does not have: some are rules that it has under
    /// other addresses.
    fn unaddressed(&mut self, olds: Vec<RulePlace>, news: Vec<RulePlace>) {
        let mut olds: Vec<(Option<Identity<'d>>, RulePlace)> = olds
            .into_iter()
            .map(|was| (self.old_identity(was), was))
            .collect();
        let mut news: Vec<(Option<Identity<'d>>, RulePlace)> = news
            .into_iter()
            .map(|is| (Some(self.new_identity(is)), is))
            .collect();
        olds.sort_unstable();
        news.sort_unstable();
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
            self.apart(was, is);
        }
    }

    /// One rule under two addresses, or a rule that only one deployment has.
    fn apart(&mut self, was: Option<RulePlace>, is: Option<RulePlace>) {
        let Some(sides) = BeforeAfter::from_options(was, is) else {
            return;
        };
        let fate = match sides {
            BeforeAfter::Removed(_) => RuleOutcome::Removed,
            BeforeAfter::Added(_) => RuleOutcome::Added,
            BeforeAfter::Both(_, is) if !self.groups.stays(is.tier) => RuleOutcome::WithGroup,
            BeforeAfter::Both(_, is) if !self.peer_stays(self.new_value(is)) => {
                RuleOutcome::WithPeer
            }
            BeforeAfter::Both(..) => RuleOutcome::ResourceRenamed,
        };
        self.tell(sides, fate);
        if let Some(was) = was {
            self.count_old(was);
        }
        if let Some(is) = is {
            self.count(is, Action::Add);
        }
    }

    fn tell(&mut self, sides: BeforeAfter<RulePlace>, fate: RuleOutcome) {
        self.changes.push(RuleChange { sides, fate });
    }

    /// Counts a rule of the new deployment: as a resource, or as a change of its group.
    fn count(&mut self, is: RulePlace, action: Action) {
        if self.separate(is) {
            self.tally.count(action)
        } else {
            self.tally.touch(is.tier)
        }
    }

    /// Counts a rule of the old deployment that goes.
    fn count_old(&mut self, was: RulePlace) {
        match self.groups.new_of(was.tier) {
            _ if self.target.separate(was.rule(self.old)) => self.tally.count(Action::Remove),
            Some(tier) => self.tally.touch(tier),
            None => {}
        }
    }

    /// Whether two rules name one parameter, whose default is another.
    fn has_other_default(&self, was: RulePlace, is: RulePlace) -> bool {
        let was = defaults::named_by(self.old, was.rule(self.old).peer);
        let is = defaults::named_by(self.new, is.rule(self.new).peer);
        was.zip(is)
            .is_some_and(|(was, is)| defaults::differs((self.old, was), (self.new, is)))
    }

    fn separate(&self, is: RulePlace) -> bool {
        self.target.separate(is.rule(self.new))
    }

    fn old_value(&self, was: RulePlace) -> Value<'d> {
        Value::old(self.old, self.groups, was.rule(self.old).peer)
    }

    fn new_value(&self, is: RulePlace) -> Value<'d> {
        Value::new(self.new, is.rule(self.new).peer)
    }

    /// Whether a peer, if it is a tier, has the group that it had.
    fn peer_stays(&self, peer: Value<'_>) -> bool {
        match peer {
            Value::Tier(tier) => self.groups.stays(tier),
            Value::GoneTier(_) => false,
            Value::Block(_) | Value::Unknown(..) | Value::ListId(_) | Value::AwsList(_) => true,
            Value::UnknownList(_) | Value::Group(..) | Value::UnknownGroup(_) => true,
        }
    }

    fn old_identity(&self, was: RulePlace) -> Option<Identity<'d>> {
        let tier = self.groups.new_of(was.tier)?;
        Some((
            tier,
            was.direction,
            was.rule(self.old).traffic,
            self.old_value(was),
        ))
    }

    fn new_identity(&self, is: RulePlace) -> Identity<'d> {
        (
            is.tier,
            is.direction,
            is.rule(self.new).traffic,
            self.new_value(is),
        )
    }
}

/// What a rule is in AWS, in terms that both programs share.
type Identity<'d> = (TierId, Direction, Traffic, Value<'d>);
