//! What becomes of the groups.

use super::before_after::BeforeAfter;
use super::change::{GroupChange, GroupOutcome, Reason};
use super::defaults;
use super::tally::{Action, ResourceCounts};
use crate::aws::{GroupId, GroupMapping, Reference, SecurityGroup, State};
use crate::target::Planning;

/// The groups of two states, matched.
pub struct Matched<'s> {
    /// As the programs say.
    pub mapping: &'s GroupMapping,
    /// Those that look renamed: an old one, and a new one.
    pub recreated: Vec<(GroupId, GroupId)>,
}

/// The groups of two states, as one target matches them.
#[derive(Debug)]
pub struct Groups {
    /// Those that do not stay as they are.
    pub changes: Vec<GroupChange>,
    /// Which group is which.
    links: GroupMapping,
    /// For each group of the new state: whether it takes the place of one that has another
    /// name.
    recreated: Vec<bool>,
    /// For each group of the new state: whether it is the very group that stands there.
    stays: Vec<bool>,
}

impl Groups {
    /// Matches groups by their addresses; what that leaves over, by what the programs say.
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
            recreated,
            stays: vec![false; new.groups.len()],
        };

        for (is, _) in new.groups_by_id() {
            let was = found.links.old_of(is);
            let is_addressed = by_address.old_of(is).is_some();
            found.judge(planning, was.map(|was| (old, was)), (new, is), is_addressed);
        }

        let gone = old
            .groups_by_id()
            .map(|(id, _)| id)
            .filter(|id| found.links.new_of(*id).is_none());

        let deleted = gone.map(|id| GroupChange {
            fate: GroupOutcome::Deleted,
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
        let (sides, fate) = match was {
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
                    group_outcome(planning, reasons, groups),
                )
            }
        };

        self.changes
            .extend(fate.map(|fate| GroupChange { fate, sides }));
    }

    /// The group of the new state that one of the old is.
    pub fn new_of(&self, old: GroupId) -> Option<GroupId> {
        self.links.new_of(old)
    }

    /// Whether a group of the new state is the very group that stands there.
    pub fn group_stays(&self, new: GroupId) -> bool {
        self.stays[new.index()]
    }

    /// Pairs of a group and what it has become, which are the same group.
    pub fn staying_pairs(&self) -> impl Iterator<Item = (GroupId, GroupId)> {
        let news = (0..self.stays.len())
            .map(|n| GroupId(n as u32))
            .filter(|new| self.group_stays(*new));
        news.filter_map(|new| Some((self.links.old_of(new)?, new)))
    }

    /// Counts them, once it is known in which of them rules change.
    pub fn count_resources(&self, tally: &mut ResourceCounts) {
        for GroupChange { fate, .. } in &self.changes {
            match fate {
                GroupOutcome::Replaced { reasons, .. } if reasons.contains(&Reason::Address) => {
                    tally.count_resource(Action::Add);
                    tally.count_resource(Action::Remove);
                }
                GroupOutcome::Recreated => {
                    tally.count_resource(Action::Add);
                    tally.count_resource(Action::Remove);
                }
                GroupOutcome::Replaced { .. } => tally.count_resource(Action::Replace),
                GroupOutcome::Deleted => tally.count_resource(Action::Remove),
                GroupOutcome::Created => tally.count_resource(Action::Add),
                GroupOutcome::Moved { .. } | GroupOutcome::Tagged => {}
            }
        }

        let tagged = self.changes.iter().filter_map(|change| match change.fate {
            GroupOutcome::Moved { tags: true } | GroupOutcome::Tagged => change.sides.is(),
            GroupOutcome::Moved { tags: false }
            | GroupOutcome::Replaced { .. }
            | GroupOutcome::Recreated => None,
            GroupOutcome::Deleted | GroupOutcome::Created => None,
        });

        tagged.for_each(|group| tally.mark_changed(group));
        let touched = self
            .staying_pairs()
            .filter(|(_, new)| tally.is_changed(*new))
            .count();
        (0..touched).for_each(|_| tally.count_resource(Action::Modify));
    }
}

/// Which group is which by the addresses that a target gives to them.
pub fn by_address(planning: &Planning, old: &State, new: &State) -> GroupMapping {
    let olds: Vec<String> = old
        .groups
        .iter()
        .map(|group| planning.group_address(group))
        .collect();
    let news: Vec<Vec<String>> = new
        .groups
        .iter()
        .map(|group| (planning.group_addresses)(group))
        .collect();
    GroupMapping::follow_names(&olds, &news)
}

fn group_outcome(
    planning: &Planning,
    reasons: Vec<Reason>,
    groups: [&SecurityGroup; 2],
) -> Option<GroupOutcome> {
    let [was, is] = groups;
    let tags = was.tags != is.tags;

    match (reasons.is_empty(), was.name != is.name) {
        (false, _) => Some(GroupOutcome::Replaced {
            refused: is_refused(planning, &reasons, groups),
            reasons,
        }),
        (true, true) => Some(GroupOutcome::Moved { tags }),
        (true, false) => tags.then_some(GroupOutcome::Tagged),
    }
}

/// Whether AWS refuses the new group, since it has the explicit name of the old one, which goes
/// after it is there.
///
/// Names are unique in a VPC, whatever their case (EC2 API reference, CreateSecurityGroup).
/// A target that keeps explicit names refuses to replace a group at its address in any case.
fn is_refused(planning: &Planning, reasons: &[Reason], [was, is]: [&SecurityGroup; 2]) -> bool {
    let same = match (&was.group_name, &is.group_name) {
        (Some(was), Some(is)) => was.eq_ignore_ascii_case(is),
        (Some(_) | None, _) => false,
    };
    let elsewhere = reasons
        .iter()
        .any(|reason| matches!(reason, Reason::Vpc | Reason::VpcDefault));
    let is_kept = planning.keeps_explicit_names && !reasons.contains(&Reason::Address);
    same && (is_kept || !elsewhere)
}

/// The description that a target gives to a group.
fn described_by<'g>(planning: &Planning, group: &'g SecurityGroup) -> &'g str {
    match group.description.as_str() {
        "" => planning.default_description,
        written => written,
    }
}

/// What changes of a group that AWS cannot change. A GroupName that a target makes up by itself is
/// made of nothing that its output says.
fn replacement_reasons(
    planning: &Planning,
    [old, new]: [&State; 2],
    [was, is]: [&SecurityGroup; 2],
) -> Vec<Reason> {
    let named = was.group_name != is.group_name;
    let prefixed = was.group_name.is_none() && !named && was.name_prefix != is.name_prefix;
    let described = described_by(planning, was) != described_by(planning, is);
    let vpc = match (&was.vpc, &is.vpc) {
        (Reference::Id(was), Reference::Id(is)) => (was != is).then_some(Reason::Vpc),
        (Reference::Parameter(was), Reference::Parameter(is))
            if old.parameter(*was).name != new.parameter(*is).name =>
        {
            Some(Reason::VpcPerhaps)
        }
        (Reference::Parameter(was), Reference::Parameter(is)) => {
            defaults::default_differs((old, *was), (new, *is)).then_some(Reason::VpcDefault)
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
