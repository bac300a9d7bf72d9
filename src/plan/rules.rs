//! Predicts the changes of rules, by merging two lists that are sorted by address.

use super::addresses::RuleAddresses;
use super::before_after::BeforeAfter;
use super::blocks;
use super::change::{RuleChange, RuleOutcome, RulePlace};
use super::defaults;
use super::groups::Groups;
use super::peers::PeerValue;
use super::resource_counts::{Action, ResourceCounts};
use super::texts::{tags_differ, text_differs};
use crate::aws::{Direction, GroupId, ParameterId, Peer, RuleKey, State};
use crate::net::{Traffic, UnknownPorts};
use crate::target::Planning;
use std::cmp::Ordering;

/// The changed rules.
pub fn changed_rules<'d>(
    planning: &Planning,
    old: &'d State,
    new: &'d State,
    groups: &Groups,
    resources: &mut ResourceCounts,
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
        resources,
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

/// Determines the changes of rules, and counts resources.
struct RuleComparison<'j, 'd> {
    planning: &'j Planning,
    old: &'d State,
    new: &'d State,
    groups: &'j Groups,
    resources: &'j mut ResourceCounts,
    changes: Vec<RuleChange>,
}

impl<'d> RuleComparison<'_, 'd> {
    /// Compares two rules with the same address.
    fn judge_same_address(&mut self, was: RulePlace, is: RulePlace) {
        if self.groups.new_of(was.group) != Some(is.group) {
            // rules of two groups with the same mangled name; still one resource
            self.add_change(BeforeAfter::Removed(was), RuleOutcome::Removed);
            self.add_change(BeforeAfter::Added(is), RuleOutcome::Added);
            return self.count_same_address(was, is, Some(Action::Replace));
        }

        let Some(outcome) = self.rule_outcome(was, is) else {
            return;
        };
        self.add_change(BeforeAfter::Both(was, is), outcome);
        let action = match outcome {
            RuleOutcome::Default | RuleOutcome::WithPeer if self.repeats_rule(was, is) => {
                // the blocks that stay are the same resources
                self.changes_repeated(was, is).then_some(Action::Modify)
            }
            RuleOutcome::Default if !self.changes_in_place(is) => Some(Action::Replace),
            RuleOutcome::Text
            | RuleOutcome::Tagged
            | RuleOutcome::Default
            | RuleOutcome::Retargeted
            | RuleOutcome::Halved
            | RuleOutcome::Joined => Some(Action::Modify),
            RuleOutcome::WithGroup
            | RuleOutcome::OwnerDefault
            | RuleOutcome::WithPeer
            | RuleOutcome::PortDefault
            | RuleOutcome::ResourceRenamed => Some(Action::Replace),
            RuleOutcome::Removed | RuleOutcome::Added => return,
        };

        self.count_same_address(was, is, action);
    }

    /// Whether one of two rules with the same address is a resource for each block of a list.
    fn repeats_rule(&self, was: RulePlace, is: RulePlace) -> bool {
        let lists = [self.list_of(self.old, was), self.list_of(self.new, is)];
        self.planning.repeats_rules && lists.iter().any(Option::is_some)
    }

    /// Whether the resources of the blocks that both rules have change in place.
    fn changes_repeated(&self, was: RulePlace, is: RulePlace) -> bool {
        self.has_other_port_default(was, is) || self.label_outcome(was, is).is_some()
    }

    /// Whether a new peer of a rule does not replace it.
    fn changes_in_place(&self, is: RulePlace) -> bool {
        self.planning.changes_peers || !self.is_resource(is)
    }

    /// The list of blocks that a rule is for, if the deployment sets it.
    fn list_of<'s>(&self, state: &'s State, place: RulePlace) -> Option<blocks::BlockList<'s>> {
        let id = state.parameter_of(place.rule_in(state).key.peer)?;
        state.parameter(id).kind.is_list().then_some((state, id))
    }

    /// Counts two rules with the same address: `action` is the change of the resource, or, for
    /// lists, of the resources of the blocks that both have.
    fn count_same_address(&mut self, was: RulePlace, is: RulePlace, action: Option<Action>) {
        if !self.repeats_rule(was, is) {
            return action.into_iter().for_each(|it| self.count_rule(is, it));
        }

        let (old, new) = (self.list_of(self.old, was), self.list_of(self.new, is));
        let counts = blocks::compare_blocks(self.planning, old, new);
        self.resources
            .count_resources(Action::Remove, counts.removed);
        self.resources.count_resources(Action::Add, counts.added);
        if let Some(action) = action {
            self.resources.count_resources(action, counts.kept);
        }
    }

    /// The number of resources of a rule: one for each block of a list.
    fn count_repeated(&self, state: &State, place: RulePlace) -> usize {
        match self.list_of(state, place) {
            Some(list) if self.planning.repeats_rules => blocks::count_blocks(self.planning, list),
            Some(_) | None => 1,
        }
    }

    fn rule_outcome(&self, was: RulePlace, is: RulePlace) -> Option<RuleOutcome> {
        if !self.groups.group_stays(is.group) {
            return Some(RuleOutcome::WithGroup);
        }

        if self.has_other_owner_default(was, is) {
            return Some(RuleOutcome::OwnerDefault);
        }

        // one half of all addresses, or of a rule for all of them
        if self.is_halved(self.old, was) || self.is_halved(self.new, is) {
            return self.label_outcome(was, is);
        }

        let (old, new) = (self.old_value(was), self.new_value(is));
        let is_one_rule = !matches!(new, PeerValue::UnknownBlocks(..));
        let in_place = old.kind() == new.kind() && self.changes_in_place(is);

        match (old != new || !self.peer_stays(new), in_place) {
            (true, true) if is_one_rule => Some(RuleOutcome::Retargeted),
            (true, _) => Some(RuleOutcome::WithPeer),
            (false, _) if !is_one_rule && self.has_other_peer_default(was, is) => {
                Some(RuleOutcome::Default)
            }
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

    /// Whether the output has two halves in place of a rule.
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

        let outcome = match sides {
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

        self.add_change(sides, outcome);
        if let Some(was) = was {
            self.count_old(was);
        }

        if let Some(is) = is {
            self.count_rule(is, Action::Add);
        }
    }

    fn add_change(&mut self, sides: BeforeAfter<RulePlace>, outcome: RuleOutcome) {
        self.changes.push(RuleChange { sides, outcome });
    }

    /// Counts a rule of the new state: as a resource, or as a change of its group.
    fn count_rule(&mut self, is: RulePlace, action: Action) {
        if self.is_resource(is) {
            let number = self.count_repeated(self.new, is);
            self.resources.count_resources(action, number)
        } else {
            self.resources.mark_changed(is.group)
        }
    }

    /// Counts a deleted rule of the old state.
    fn count_old(&mut self, was: RulePlace) {
        let key = &was.rule_in(self.old).key;
        match self.groups.new_of(was.group) {
            _ if (self.planning.is_resource)(self.old.group(was.group), key) => {
                let number = self.count_repeated(self.old, was);
                self.resources.count_resources(Action::Remove, number)
            }
            Some(group) => self.resources.mark_changed(group),
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

    /// Whether the ports of two rules with the same traffic have a parameter with a changed
    /// default.
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
