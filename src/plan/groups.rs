//! Predicts the changes of groups.

use super::before_after::BeforeAfter;
use super::change::{GroupChange, GroupOutcome, Reason};
use super::defaults;
use super::peers::PeerValue;
use super::resource_counts::{Action, ResourceCounts};
use super::texts::{optional_text_differs, tags_differ, text_differs};
use crate::aws::{GroupId, GroupMapping, Peer, Reference, SecurityGroup, State, TextRef};
use crate::target::Planning;
use std::collections::BTreeMap;

/// The groups of two states, matched.
pub struct Matched<'s> {
    /// The mapping of the programs.
    pub mapping: &'s GroupMapping,
    /// Pairs of an old and a new group that look renamed.
    pub recreated: Vec<(GroupId, GroupId)>,
}

/// The groups of two states, matched for one target.
#[derive(Debug)]
pub struct Groups {
    /// The changed groups.
    pub changes: Vec<GroupChange>,
    /// The mapping of groups.
    links: GroupMapping,
    /// For each group of the new state, its old group at one of its addresses.
    by_address: GroupMapping,
    /// For each group of the new state: whether it replaces a group with another name.
    recreated: Vec<bool>,
    /// For each group of the new state: whether it is the same resource as before.
    stays: Vec<bool>,
}

impl Groups {
    /// Matches groups by their addresses, and the remaining ones by the mapping of the programs.
    pub fn match_groups(
        planning: &Planning,
        old: &State,
        new: &State,
        matched: &Matched<'_>,
    ) -> Groups {
        let by_address = by_address(planning, old, new);
        let mut links = by_address.clone();
        links.complete_from(matched.mapping);
        let mut recreated = vec![false; new.groups.len()];

        for (was, is) in &matched.recreated {
            recreated[is.index()] = links.pair_groups(*was, *is);
        }

        let mut found = Groups {
            changes: Vec::new(),
            links,
            by_address,
            recreated,
            stays: vec![false; new.groups.len()],
        };

        for (is, group) in new.groups_by_id() {
            if group.made_elsewhere.is_some() {
                found.stays[is.index()] = true;
                continue;
            }
            let was = found.links.old_of(is);
            let is_addressed = found.by_address.old_of(is).is_some();
            found.judge(planning, was.map(|was| (old, was)), (new, is), is_addressed);
        }

        let gone = old
            .own_groups()
            .map(|(id, _)| id)
            .filter(|id| found.links.new_of(*id).is_none());

        let deleted = gone.map(|id| GroupChange {
            outcome: GroupOutcome::Deleted,
            sides: BeforeAfter::Removed(id),
        });
        found.changes.extend(deleted);

        found
    }

    fn judge(
        &mut self,
        planning: &Planning,
        was: Option<(&State, GroupId)>,
        (new, is): (&State, GroupId),
        is_addressed: bool,
    ) {
        let (sides, outcome) = match was {
            None => (BeforeAfter::Added(is), Some(GroupOutcome::Created)),
            Some((_, was)) if self.recreated[is.index()] => {
                (BeforeAfter::Both(was, is), Some(GroupOutcome::Recreated))
            }
            Some((old, was)) => {
                let groups = [old.group(was), new.group(is)];
                let mut reasons = replacement_reasons(planning, [old, new], groups);
                if !is_addressed {
                    reasons.insert(0, Reason::Address);
                }
                self.stays[is.index()] = reasons.is_empty();
                (
                    BeforeAfter::Both(was, is),
                    group_outcome(planning, reasons, [old, new], groups),
                )
            }
        };

        self.changes
            .extend(outcome.map(|outcome| GroupChange { outcome, sides }));
    }

    /// The new group of an old one.
    pub fn new_of(&self, old: GroupId) -> Option<GroupId> {
        self.links.new_of(old)
    }

    /// The old group of a new one.
    pub fn old_of(&self, new: GroupId) -> Option<GroupId> {
        self.links.old_of(new)
    }

    /// The old group of a new one; none of one that replaces a group with another name.
    pub fn kept_from(&self, new: GroupId) -> Option<GroupId> {
        let is_kept = !self.recreated[new.index()];
        self.links.old_of(new).filter(|_| is_kept)
    }

    /// The old group at the address of a new one, or at an earlier address of it.
    pub fn moved_from(&self, new: GroupId) -> Option<GroupId> {
        self.by_address.old_of(new)
    }

    /// The peer of a rule of the old state.
    pub fn old_peer<'d>(&self, old: &'d State, peer: Peer) -> PeerValue<'d> {
        PeerValue::with_groups(old, peer, |group| {
            self.new_of(group)
                .map_or(PeerValue::GoneGroup(group), PeerValue::Group)
        })
    }

    /// Whether a group of the new state is the same resource as before.
    pub fn group_stays(&self, new: GroupId) -> bool {
        self.stays[new.index()]
    }

    /// Pairs of the old and the new state of groups that are kept.
    pub fn staying_pairs(&self) -> impl Iterator<Item = (GroupId, GroupId)> {
        let news = (0..self.stays.len())
            .map(|n| GroupId(n as u32))
            .filter(|new| self.group_stays(*new));
        news.filter_map(|new| Some((self.links.old_of(new)?, new)))
    }

    /// Counts them, after it is known in which of them rules change.
    pub fn count_resources(&self, resources: &mut ResourceCounts) {
        for GroupChange { outcome, .. } in &self.changes {
            match outcome {
                GroupOutcome::Replaced { reasons, .. } if reasons.contains(&Reason::Address) => {
                    resources.count_resource(Action::Add);
                    resources.count_resource(Action::Remove);
                }
                GroupOutcome::Recreated => {
                    resources.count_resource(Action::Add);
                    resources.count_resource(Action::Remove);
                }
                GroupOutcome::Replaced { .. } => resources.count_resource(Action::Replace),
                GroupOutcome::Deleted => resources.count_resource(Action::Remove),
                GroupOutcome::Created => resources.count_resource(Action::Add),
                GroupOutcome::Moved { .. } | GroupOutcome::Tagged => {}
            }
        }

        let tagged = self
            .changes
            .iter()
            .filter_map(|change| match change.outcome {
                GroupOutcome::Moved { tags: true } | GroupOutcome::Tagged => change.sides.after(),
                GroupOutcome::Moved { tags: false }
                | GroupOutcome::Replaced { .. }
                | GroupOutcome::Recreated => None,
                GroupOutcome::Deleted | GroupOutcome::Created => None,
            });

        tagged.for_each(|group| resources.mark_changed(group));
        let touched = self
            .staying_pairs()
            .filter(|(_, new)| resources.is_changed(*new))
            .count();
        (0..touched).for_each(|_| resources.count_resource(Action::Modify));
    }
}

/// Matches groups by their addresses in a target.
pub fn by_address(planning: &Planning, old: &State, new: &State) -> GroupMapping {
    let olds: Vec<String> = old
        .own_groups()
        .map(|(_, group)| planning.group_address(group))
        .collect();
    let news: Vec<Vec<String>> = new
        .own_groups()
        .map(|(_, group)| (planning.group_addresses)(group))
        .collect();
    with_foreign(GroupMapping::follow_names(&olds, &news), old, new)
}

/// A matching of the groups that two states make, and the other groups that have rules of both.
pub fn with_foreign(mut mapping: GroupMapping, old: &State, new: &State) -> GroupMapping {
    mapping.extend_to(old.groups.len(), new.groups.len());
    let olds: BTreeMap<_, _> = foreign_groups(old).collect();
    for (peer, is) in foreign_groups(new) {
        if let Some(was) = olds.get(&peer) {
            mapping.pair_groups(*was, is);
        }
    }
    mapping
}

/// The groups that are made elsewhere, by what AWS knows them by.
fn foreign_groups(state: &State) -> impl Iterator<Item = (PeerValue<'_>, GroupId)> {
    let groups = state.groups_by_id().skip(state.own_group_count());
    groups.filter_map(|(id, group)| {
        let peer = Peer::ForeignGroup(group.made_elsewhere?);
        Some((PeerValue::new(state, peer), id))
    })
}

fn group_outcome(
    planning: &Planning,
    reasons: Vec<Reason>,
    [old, new]: [&State; 2],
    groups: [&SecurityGroup; 2],
) -> Option<GroupOutcome> {
    let [was, is] = groups;
    let tags = tags_differ(planning, (old, &was.tags), (new, &is.tags));

    match (reasons.is_empty(), was.name != is.name) {
        (false, _) => Some(GroupOutcome::Replaced {
            refused: is_refused(planning, &reasons, groups),
            reasons,
        }),
        (true, true) => Some(GroupOutcome::Moved { tags }),
        (true, false) => tags.then_some(GroupOutcome::Tagged),
    }
}

/// Whether AWS rejects the new group, because it has the explicit name of the old one, which is
/// deleted afterwards.
///
/// Names are unique in a VPC, whatever their case (EC2 API reference, CreateSecurityGroup). A
/// target that keeps explicit names always refuses to replace a group at its address.
fn is_refused(planning: &Planning, reasons: &[Reason], [was, is]: [&SecurityGroup; 2]) -> bool {
    let same = match (&was.group_name, &is.group_name) {
        (Some(was), Some(is)) => {
            let (was, is) = (was.view().stored(), is.view().stored());
            was.eq_ignore_ascii_case(is)
        }
        (Some(_) | None, _) => false,
    };
    let elsewhere = reasons
        .iter()
        .any(|reason| matches!(reason, Reason::Vpc | Reason::VpcDefault));
    let is_kept = planning.keeps_explicit_names && !reasons.contains(&Reason::Address);
    same && (is_kept || !elsewhere)
}

/// The description that a target gives to a group.
fn group_description<'g>(planning: &Planning, group: &'g SecurityGroup) -> TextRef<'g> {
    match group.description.is_empty() {
        true => TextRef::known(planning.default_description),
        false => group.description.view(),
    }
}

/// The changes of a group that require replacement. A GroupName that the target generates is not in
/// its output, and so does not count.
fn replacement_reasons(
    planning: &Planning,
    [old, new]: [&State; 2],
    [was, is]: [&SecurityGroup; 2],
) -> Vec<Reason> {
    let named = optional_text_differs(planning, (old, &was.group_name), (new, &is.group_name));
    let prefixed = was.group_name.is_none()
        && !named
        && text_differs(
            planning,
            (old, was.name_prefix.view()),
            (new, is.name_prefix.view()),
        );
    let described = text_differs(
        planning,
        (old, group_description(planning, was)),
        (new, group_description(planning, is)),
    );
    let vpc = match (&was.vpc, &is.vpc) {
        (Reference::Id(was), Reference::Id(is)) => (was != is).then_some(Reason::Vpc),
        (Reference::Parameter(was), Reference::Parameter(is))
            if old.parameter(*was).name != new.parameter(*is).name =>
        {
            Some(Reason::VpcPerhaps)
        }
        (Reference::Parameter(was), Reference::Parameter(is)) => {
            let has_source = |state: &State, id| (planning.source)(state.parameter(id)).is_some();
            let reason = match has_source(old, *was) || has_source(new, *is) {
                true => Reason::VpcPerhaps,
                false => Reason::VpcDefault,
            };
            defaults::value_differs(planning, (old, *was), (new, *is)).then_some(reason)
        }
        (Reference::Id(_) | Reference::Parameter(_), _) => Some(Reason::VpcPerhaps),
    };

    let reasons = [
        named.then_some(Reason::Name),
        (prefixed && planning.writes_name_prefixes).then_some(Reason::NamePrefix),
        described.then_some(Reason::Description),
        vpc,
    ];

    reasons.into_iter().flatten().collect()
}
