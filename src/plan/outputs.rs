//! Predicts changes of outputs and of their exports.

use super::before_after::BeforeAfter;
use super::carried::carried_groups;
use super::change::OtherChange;
use super::groups::Groups;
use super::pairs::{Pairs, differing_pairs, pair_by_name};
use super::texts::optional_text_differs;
use crate::aws::{GroupId, SecurityGroup, State};
use crate::target::Planning;
use std::collections::BTreeMap;

/// The outputs and exports that appear, disappear or change their value. The value of one with ids
/// of groups changes if it has other groups, or the same in another order.
pub fn changed_outputs(
    planning: &Planning,
    old: &State,
    new: &State,
    groups: &Groups,
) -> Vec<OtherChange> {
    let mut changes = Vec::new();
    let outputs = paired_groups(old, new, |_, group| Some(planning.group_address(group)));
    changes.extend(differing_pairs(outputs, |_, _| true).map(OtherChange::Output));

    let same = |was: &GroupId, is: &GroupId| carry_same_groups([old, new], groups, *was, *is);
    let lists = paired_groups(old, new, |_, group| list_output(planning, group));
    changes.extend(differing_pairs(lists, same).map(OtherChange::ListOutput));
    changes.extend(changed_map(planning, old, new, groups).map(OtherChange::MapOutput));

    changes.extend(changed_exports(planning, old, new).map(OtherChange::Export));
    let exported = |state: &State, group: &SecurityGroup| {
        let is_exported = (planning.exports_lists)(state);
        list_output(planning, group).filter(|_| is_exported)
    };
    let exports = paired_groups(old, new, exported);
    changes.extend(differing_pairs(exports, same).map(OtherChange::ListExport));

    changes
}

/// The groups of two states that have something by a name, paired by that name.
fn paired_groups(
    old: &State,
    new: &State,
    name: impl Fn(&State, &SecurityGroup) -> Option<String>,
) -> Pairs<GroupId> {
    let named = |state: &State| -> BTreeMap<String, GroupId> {
        let groups = state.own_groups();
        groups
            .filter_map(|(id, group)| Some((name(state, group)?, id)))
            .collect()
    };
    pair_by_name(named(old), named(new))
}

/// The output with the ids of the groups that members carry, if there is one.
fn list_output(planning: &Planning, group: &SecurityGroup) -> Option<String> {
    (!group.also.is_empty()).then(|| (planning.list_output)(group))
}

/// Whether the members of two groups carry groups at the same addresses, in the same order.
fn carry_same_groups([old, new]: [&State; 2], groups: &Groups, was: GroupId, is: GroupId) -> bool {
    let now = carried_groups(new, is).map(|group| groups.moved_from(group));
    carried_groups(old, was).map(Some).eq(now)
}

/// The output with the groups of every tier: it has an entry for each, by the name of the tier.
fn changed_map(
    planning: &Planning,
    old: &State,
    new: &State,
    groups: &Groups,
) -> Option<BeforeAfter<()>> {
    planning.map_output?;
    let has_map = |state: &State| state.groups_with_others().next().map(|_| ());
    let sides = BeforeAfter::from_options(has_map(old), has_map(new))?;

    let entries = paired_groups(old, new, |_, group| Some(group.name.clone()));
    let same = |was: &GroupId, is: &GroupId| carry_same_groups([old, new], groups, *was, *is);
    let is_same = differing_pairs(entries, same).next().is_none();
    let is_kept = matches!(sides, BeforeAfter::Both(..));
    (!(is_kept && is_same)).then_some(sides)
}

/// The exports of the ids of groups, which other stacks can import.
fn changed_exports(
    planning: &Planning,
    old: &State,
    new: &State,
) -> impl Iterator<Item = BeforeAfter<GroupId>> {
    let exported = |state: &State, group: &SecurityGroup| {
        (planning.export)(state, group).map(|_| planning.group_address(group))
    };
    let same = move |was: &GroupId, is: &GroupId| {
        let was = (planning.export)(old, old.group(*was));
        let is = (planning.export)(new, new.group(*is));
        !optional_text_differs(planning, (old, &was), (new, &is))
    };
    differing_pairs(paired_groups(old, new, exported), same)
}
