//! What becomes of the groups.

use super::defaults;
use super::tally::{Action, ResourceCounts};
use super::target::Target;
use super::{BeforeAfter, GroupChange, GroupOutcome, Reason, Tiers};
use crate::groups::{Deployment, Group, Reference, TierId};
use crate::policy::TierMapping;

/// The groups of two deployments, as one target matches them.
#[derive(Debug)]
pub struct Groups {
    /// Those that do not stay as they are.
    pub changes: Vec<GroupChange>,
    /// Which tier is which.
    links: TierMapping,
    /// For each group of the new deployment: whether it takes the place of one that has another
    /// name.
    recreated: Vec<bool>,
    /// For each group of the new deployment: whether it is the very group that stands there.
    stays: Vec<bool>,
}

impl Groups {
    /// Matches groups by their addresses; what that leaves over, by what the programs say.
    pub fn between(
        target: Target,
        old: &Deployment<'_>,
        new: &Deployment<'_>,
        tiers: &Tiers<'_>,
    ) -> Groups {
        let by_address = by_address(target, old, new);
        let mut links = by_address.clone();
        links.complete_from(tiers.tier_mapping);
        let mut recreated = vec![false; new.groups.len()];
        for (was, is) in &tiers.recreated {
            recreated[is.index()] = links.link_tiers(*was, *is);
        }
        let mut found = Groups {
            changes: Vec::new(),
            links,
            recreated,
            stays: vec![false; new.groups.len()],
        };
        for group in &new.groups {
            let (was, addressed) = (
                found.links.old_of(group.tier),
                by_address.old_of(group.tier).is_some(),
            );
            found.judge(
                target,
                was.map(|was| (old, old.group(was), addressed)),
                new,
                group,
            );
        }
        let gone = old
            .groups
            .iter()
            .filter(|group| found.links.new_of(group.tier).is_none());
        let deleted = gone.map(|group| GroupChange {
            fate: GroupOutcome::Deleted,
            sides: BeforeAfter::Removed(group.tier),
        });
        found.changes.extend(deleted);
        found
    }

    fn judge(
        &mut self,
        target: Target,
        was: Option<(&Deployment<'_>, &Group<'_>, bool)>,
        new: &Deployment<'_>,
        group: &Group<'_>,
    ) {
        let (sides, fate) = match was {
            None => (BeforeAfter::Added(group.tier), Some(GroupOutcome::Created)),
            Some((_, was, _)) if self.recreated[group.tier.index()] => (
                BeforeAfter::Both(was.tier, group.tier),
                Some(GroupOutcome::Recreated),
            ),
            Some((old, was, addressed)) => {
                let mut reasons = reasons(target, (old, was), (new, group));
                if !addressed {
                    reasons.insert(0, Reason::Address);
                }
                self.stays[group.tier.index()] = reasons.is_empty();
                (
                    BeforeAfter::Both(was.tier, group.tier),
                    fate(target, reasons, was, group),
                )
            }
        };
        self.changes
            .extend(fate.map(|fate| GroupChange { fate, sides }));
    }

    /// The tier of the new deployment that one of the old is.
    pub fn new_of(&self, old: TierId) -> Option<TierId> {
        self.links.new_of(old)
    }

    /// Whether the group of a tier of the new deployment is the very group that stands there.
    pub fn stays(&self, new: TierId) -> bool {
        self.stays[new.index()]
    }

    /// Pairs of a tier and what it has become, whose group is the same.
    pub fn staying(&self) -> impl Iterator<Item = (TierId, TierId)> {
        let news = (0..self.stays.len())
            .map(|n| TierId(n as u32))
            .filter(|new| self.stays(*new));
        news.filter_map(|new| Some((self.links.old_of(new)?, new)))
    }

    /// Counts them, once it is known in which of them rules change.
    pub fn count(&self, tally: &mut ResourceCounts) {
        for GroupChange { fate, .. } in &self.changes {
            match fate {
                GroupOutcome::Replaced { reasons, .. } if reasons.contains(&Reason::Address) => {
                    tally.count(Action::Add);
                    tally.count(Action::Remove);
                }
                GroupOutcome::Recreated => {
                    tally.count(Action::Add);
                    tally.count(Action::Remove);
                }
                GroupOutcome::Replaced { .. } => tally.count(Action::Replace),
                GroupOutcome::Deleted => tally.count(Action::Remove),
                GroupOutcome::Created => tally.count(Action::Add),
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
        tagged.for_each(|tier| tally.touch(tier));
        let touched = self
            .staying()
            .filter(|(_, new)| tally.touched(*new))
            .count();
        (0..touched).for_each(|_| tally.count(Action::Modify));
    }
}

/// Which tier is which by the addresses that a target gives to their groups.
pub fn by_address(target: Target, old: &Deployment<'_>, new: &Deployment<'_>) -> TierMapping {
    let olds: Vec<String> = old
        .groups
        .iter()
        .map(|group| target.address(group))
        .collect();
    let news: Vec<Vec<String>> = new
        .groups
        .iter()
        .map(|group| target.addresses(group))
        .collect();
    TierMapping::from_names(&olds, &news)
}

fn fate(
    target: Target,
    reasons: Vec<Reason>,
    was: &Group<'_>,
    is: &Group<'_>,
) -> Option<GroupOutcome> {
    let tags = was.tags != is.tags;
    match (reasons.is_empty(), was.name != is.name) {
        (false, _) => Some(GroupOutcome::Replaced {
            refused: refused(target, &reasons, was, is),
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
/// CloudFormation replaces nothing that has a name of its own and keeps it (CloudFormation user
/// guide, "Name type").
fn refused(target: Target, reasons: &[Reason], was: &Group<'_>, is: &Group<'_>) -> bool {
    let same = match (was.group_name, is.group_name) {
        (Some(was), Some(is)) => was.eq_ignore_ascii_case(is),
        (Some(_) | None, _) => false,
    };
    let elsewhere = reasons
        .iter()
        .any(|reason| matches!(reason, Reason::Vpc | Reason::VpcDefault));
    same && match target {
        Target::Terraform => !elsewhere,
        Target::CloudFormation => !reasons.contains(&Reason::Address) || !elsewhere,
    }
}

/// A deployment and one of its groups.
type Of<'a, 'd> = (&'a Deployment<'d>, &'a Group<'d>);

/// What changes of a group that AWS cannot change. A GroupName that CloudFormation makes up is made
/// of the logical id, and of nothing that the template says.
fn reasons(target: Target, (old, was): Of<'_, '_>, (new, is): Of<'_, '_>) -> Vec<Reason> {
    let named = was.group_name != is.group_name;
    let prefixed = was.group_name.is_none() && !named && was.name_prefix != is.name_prefix;
    let vpc = match (&was.vpc, &is.vpc) {
        (Reference::Id(was), Reference::Id(is)) => (was != is).then_some(Reason::Vpc),
        (Reference::Param(was), Reference::Param(is))
            if old.parameter_name(*was) != new.parameter_name(*is) =>
        {
            Some(Reason::VpcPerhaps)
        }
        (Reference::Param(was), Reference::Param(is)) => {
            defaults::differs((old, *was), (new, *is)).then_some(Reason::VpcDefault)
        }
        (Reference::Id(_) | Reference::Param(_), _) => Some(Reason::VpcPerhaps),
    };
    let reasons = [
        named.then_some(Reason::Name),
        (prefixed && target == Target::Terraform).then_some(Reason::NamePrefix),
        (was.description != is.description).then_some(Reason::Description),
        vpc,
    ];
    reasons.into_iter().flatten().collect()
}
