//! Changes of outputs, of exports and of the groups that members carry, as JSON.

use super::by_target::{ByTarget, change_word, target_names};
use crate::aws::{GroupId, SecurityGroup, State};
use crate::plan::{BeforeAfter, CarriedGroup, Changes, Planned, Targets, planned_targets};
use serde::Serialize;

/// The output of a group, or one for every tier.
#[derive(Debug, Serialize)]
pub(super) struct OutputLine<'c> {
    /// Its name in each target.
    #[serde(flatten)]
    names: ByTarget<Option<String>>,
    /// `None` for the one for every tier.
    tier: Option<&'c str>,
    change: &'static str,
    targets: Vec<&'static str>,
}

/// A group that the members of a tier carry beside its own.
#[derive(Debug, Serialize)]
pub(super) struct CarriedLine<'c> {
    tier: &'c str,
    /// The tier whose group it is.
    group: &'c str,
    change: &'static str,
    targets: Vec<&'static str>,
}

impl<'c> OutputLine<'c> {
    /// The output about a group that a target names like this.
    pub(super) fn for_group(
        changes: &'c Changes<'c>,
        sides: BeforeAfter<GroupId>,
        targets: Targets,
        output: fn(&Planned) -> fn(&SecurityGroup) -> String,
    ) -> OutputLine<'c> {
        let name = |it: &Planned| {
            sides.map_newest(
                |group| output(it)(changes.old.group(group)),
                |group| output(it)(changes.new.group(group)),
            )
        };

        OutputLine {
            names: names_in(targets, |it| Some(name(it))),
            tier: Some(changes.group_name(sides)),
            change: change_word(sides),
            targets: target_names(targets),
        }
    }

    /// The output for every tier.
    pub(super) fn for_every_tier(sides: BeforeAfter<()>, targets: Targets) -> OutputLine<'c> {
        OutputLine {
            names: names_in(targets, |it| it.planning.map_output.map(str::to_string)),
            tier: None,
            change: change_word(sides),
            targets: target_names(targets),
        }
    }
}

impl<'c> CarriedLine<'c> {
    pub(super) fn new(
        changes: &'c Changes<'c>,
        sides: BeforeAfter<CarriedGroup>,
        targets: Targets,
    ) -> CarriedLine<'c> {
        let names = |state: &'c State, it: CarriedGroup| {
            [it.tier, it.group].map(|group| state.group(group).name.as_str())
        };
        let [tier, group] =
            sides.map_newest(|was| names(changes.old, was), |is| names(changes.new, is));
        CarriedLine {
            tier,
            group,
            change: change_word(sides),
            targets: target_names(targets),
        }
    }
}

/// The name of an output in each target, in those that have it.
fn names_in(
    targets: Targets,
    name: impl Fn(&Planned) -> Option<String>,
) -> ByTarget<Option<String>> {
    let name_in = |it: Planned| {
        let is_there = targets.includes_any(it.alone);
        (it, name(&it).filter(|_| is_there))
    };
    ByTarget(planned_targets().map(name_in).collect())
}
