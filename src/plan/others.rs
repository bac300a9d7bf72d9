//! Predicts changes of resources other than groups and rules.

use super::associations::changed_associations;
use super::before_after::BeforeAfter;
use super::carried::changed_carried;
use super::change::OtherChange;
use super::defaults;
use super::groups::Groups;
use super::outputs::changed_outputs;
use super::pairs::{Pairs, differing_pairs, pair_by_name};
use super::resource_counts::{Action, ResourceCounts};
use crate::aws::{
    GroupId, Parameter, ParameterId, PrefixListId, Reference, SecurityGroup, State, aws_list,
};
use crate::target::Planning;
use std::collections::BTreeMap;

/// The other changed resources.
pub fn changed_others(
    planning: &Planning,
    old: &State,
    new: &State,
    groups: &Groups,
    resources: &mut ResourceCounts,
) -> Vec<OtherChange> {
    let mut changes = Vec::new();
    let parameters = pair_by_name(
        parameters_by_name(planning, old),
        parameters_by_name(planning, new),
    );
    let same = |(_, was): &(ParameterId, &Parameter), (_, is): &(ParameterId, &Parameter)| {
        (was.kind, &was.default, &was.description) == (is.kind, &is.default, &is.description)
            && (planning.source)(was) == (planning.source)(is)
    };

    changes.extend(
        differing_pairs(parameters, same)
            .map(|sides| OtherChange::Parameter(map_both(sides, |p| p.0))),
    );
    let lists = pair_by_name(lists_by_identity(old), lists_by_identity(new));
    changes.extend(
        differing_pairs(lists, |was, is| was.1 == is.1)
            .map(|sides| OtherChange::List(map_both(sides, |l| l.0))),
    );
    changes.extend(changed_made_lists(old, new, resources).map(OtherChange::MadeList));
    let associations = changed_associations(planning, old, new, groups, resources);
    changes.extend(associations.into_iter().map(OtherChange::Association));
    changes.extend(changed_carried(old, new, groups).map(OtherChange::Carried));
    changes.extend(changed_outputs(planning, old, new, groups));

    if planning.locks_defaults {
        changes.extend(changed_locks(planning, old, new, resources).map(OtherChange::Lock));
    }

    if planning.notes_protection {
        changes
            .extend(changed_protection(old, new, groups, resources).map(OtherChange::Protection));
    }

    let placeholders = changed_placeholders(planning.has_placeholder, old, new, groups);
    changes.extend(placeholders.map(OtherChange::Placeholder));

    changes
}

fn map_both<T, U>(sides: BeforeAfter<T>, of: impl Fn(T) -> U) -> BeforeAfter<U> {
    match sides {
        BeforeAfter::Removed(old) => BeforeAfter::Removed(of(old)),
        BeforeAfter::Added(new) => BeforeAfter::Added(of(new)),
        BeforeAfter::Both(old, new) => BeforeAfter::Both(of(old), of(new)),
    }
}

/// The parameters of an output by name.
fn parameters_by_name<'s>(
    planning: &Planning,
    state: &'s State,
) -> BTreeMap<&'s str, (ParameterId, &'s Parameter)> {
    let all = (0..).map(ParameterId).zip(&state.parameters);
    let asked = all.filter(|(_, parameter)| (planning.asks_for)(parameter));
    asked
        .map(|(id, parameter)| (parameter.name.as_str(), (id, parameter)))
        .collect()
}

/// The AWS-managed lists with their names, by identity.
fn lists_by_identity(state: &State) -> BTreeMap<&str, (PrefixListId, &str)> {
    state
        .lists_by_name()
        .map(|(id, name)| (aws_list(name), (id, name)))
        .collect()
}

/// The lists that the output makes. Everything but the IP version changes in place, and that is
/// part of a list's name (CloudFormation user guide, "AWS::EC2::PrefixList", "Update requires").
fn changed_made_lists(
    old: &State,
    new: &State,
    resources: &mut ResourceCounts,
) -> impl Iterator<Item = BeforeAfter<PrefixListId>> {
    let by_name = |state: &State| {
        let lists = state.made_lists();
        lists
            .map(|(id, _, made)| (made.name.clone(), id))
            .collect::<BTreeMap<_, _>>()
    };
    let same = |was: &PrefixListId, is: &PrefixListId| {
        let (was, is) = (old.prefix_list(*was), new.prefix_list(*is));
        (&was.reference, was.entries) == (&is.reference, is.entries)
    };

    let pairs = pair_by_name(by_name(old), by_name(new));
    let sides: Pairs<PrefixListId> = differing_pairs(pairs, same).collect();
    for side in &sides {
        resources.count_resource(match side {
            BeforeAfter::Removed(_) => Action::Remove,
            BeforeAfter::Added(_) => Action::Add,
            BeforeAfter::Both(..) => Action::Modify,
        });
    }

    sides.into_iter()
}

/// The locked default groups; each is a resource, which the provider recreates if the VPC changes.
fn changed_locks(
    planning: &Planning,
    old: &State,
    new: &State,
    resources: &mut ResourceCounts,
) -> impl Iterator<Item = BeforeAfter<usize>> {
    let of = |state: &State| {
        let names = state
            .locked_defaults
            .iter()
            .map(|locked| locked.name.clone());
        names.zip(0..).collect::<BTreeMap<String, usize>>()
    };

    let vpc = |state: &'_ State, n: &usize| state.locked_defaults[*n].vpc.clone();
    let same = |was: &usize, is: &usize| match (vpc(old, was), vpc(new, is)) {
        (Reference::Id(was), Reference::Id(is)) => was == is,
        (Reference::Parameter(was), Reference::Parameter(is)) => {
            let one = old.parameter(was).name == new.parameter(is).name;
            one && !defaults::value_differs(planning, (old, was), (new, is))
        }
        (Reference::Id(_) | Reference::Parameter(_), _) => false,
    };

    let sides: Pairs<usize> = differing_pairs(pair_by_name(of(old), of(new)), same).collect();
    for side in &sides {
        resources.count_resource(match side {
            BeforeAfter::Removed(_) => Action::Remove,
            BeforeAfter::Added(_) => Action::Add,
            BeforeAfter::Both(..) => Action::Replace,
        });
    }

    sides.into_iter()
}

/// Groups that stay, and become protected or unprotected.
fn changed_protection(
    old: &State,
    new: &State,
    groups: &Groups,
    resources: &mut ResourceCounts,
) -> impl Iterator<Item = BeforeAfter<GroupId>> {
    let mut changes = Vec::new();
    for (was, is) in groups.staying_pairs() {
        let change = match (old.group(was).protect, new.group(is).protect) {
            (true, false) => BeforeAfter::Removed(was),
            (false, true) => BeforeAfter::Added(is),
            (true, true) | (false, false) => continue,
        };
        resources.mark_changed(is);
        changes.push(change);
    }
    changes.into_iter()
}

/// The placeholder rules of groups that are kept.
fn changed_placeholders(
    has_placeholder: fn(&SecurityGroup) -> bool,
    old: &State,
    new: &State,
    groups: &Groups,
) -> impl Iterator<Item = BeforeAfter<GroupId>> {
    groups.staying_pairs().filter_map(move |(was, is)| {
        match (
            has_placeholder(old.group(was)),
            has_placeholder(new.group(is)),
        ) {
            (true, false) => Some(BeforeAfter::Removed(was)),
            (false, true) => Some(BeforeAfter::Added(is)),
            (true, true) | (false, false) => None,
        }
    })
}
