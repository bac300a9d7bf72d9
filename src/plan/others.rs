//! What becomes of everything that is neither a group nor a rule.

use super::defaults;
use super::groups::Groups;
use super::tally::{Action, ResourceCounts};
use super::target::Target;
use super::{BeforeAfter, OtherChange};
use crate::groups::{
    Deployment, ListReference, Parameter, PrefixListId, Reference, TierId, aws_list,
};
use crate::target::cloudformation::has_placeholder;
use std::collections::BTreeMap;

/// What does not stay as it is.
pub fn changed(
    target: Target,
    old: &Deployment<'_>,
    new: &Deployment<'_>,
    groups: &Groups,
    tally: &mut ResourceCounts,
) -> Vec<OtherChange> {
    let mut changes = Vec::new();
    let parameters = paired(parameters(target, old), parameters(target, new));
    let same = |was: &&Parameter<'_>, is: &&Parameter<'_>| {
        (was.kind, was.default, was.description) == (is.kind, is.default, is.description)
    };
    changes.extend(
        differing(parameters, same).map(|sides| OtherChange::Parameter(each(sides, |p| p.id))),
    );
    let lists = paired(lists(old), lists(new));
    changes.extend(
        differing(lists, |was, is| was.1 == is.1)
            .map(|sides| OtherChange::List(each(sides, |l| l.0))),
    );
    changes.extend(differing(outputs(target, old, new), |_, _| true).map(OtherChange::Output));
    match target {
        Target::Terraform => changes.extend(locks(old, new, tally).map(OtherChange::Lock)),
        Target::CloudFormation => {
            changes.extend(differing(exports(old, new), |_, _| true).map(OtherChange::Export));
            changes.extend(placeholders(old, new, groups).map(OtherChange::Placeholder));
        }
    }
    changes
}

/// Things of two deployments by what they are called.
type Pairs<T> = Vec<BeforeAfter<T>>;

fn paired<K: Ord, T: Copy>(olds: BTreeMap<K, T>, news: BTreeMap<K, T>) -> Pairs<T> {
    let mut pairs: BTreeMap<K, (Option<T>, Option<T>)> = BTreeMap::new();
    olds.into_iter()
        .for_each(|(name, old)| pairs.entry(name).or_default().0 = Some(old));
    news.into_iter()
        .for_each(|(name, new)| pairs.entry(name).or_default().1 = Some(new));
    pairs
        .into_values()
        .filter_map(|(old, new)| BeforeAfter::from_options(old, new))
        .collect()
}

/// Those that come, go, or are another than before.
fn differing<T: Copy>(
    pairs: Pairs<T>,
    same: impl Fn(&T, &T) -> bool,
) -> impl Iterator<Item = BeforeAfter<T>> {
    pairs.into_iter().filter(move |sides| match sides {
        BeforeAfter::Both(was, is) => !same(was, is),
        BeforeAfter::Removed(_) | BeforeAfter::Added(_) => true,
    })
}

fn each<T, U>(sides: BeforeAfter<T>, of: impl Fn(T) -> U) -> BeforeAfter<U> {
    match sides {
        BeforeAfter::Removed(old) => BeforeAfter::Removed(of(old)),
        BeforeAfter::Added(new) => BeforeAfter::Added(of(new)),
        BeforeAfter::Both(old, new) => BeforeAfter::Both(of(old), of(new)),
    }
}

/// The parameters of an output by name.
fn parameters<'d>(
    target: Target,
    deployment: &'d Deployment<'d>,
) -> BTreeMap<&'d str, &'d Parameter<'d>> {
    let all = deployment
        .parameters
        .iter()
        .filter(|parameter| target.asks_for(parameter));
    all.map(|parameter| (parameter.name, parameter)).collect()
}

/// The lists that AWS manages, and how each is named, by what tells them apart.
fn lists<'d>(deployment: &'d Deployment<'d>) -> BTreeMap<&'d str, (PrefixListId, &'d str)> {
    let lists = deployment
        .lists
        .iter()
        .filter_map(|id| match deployment.list(*id) {
            ListReference::Aws(name) => Some((aws_list(name), (*id, name.as_str()))),
            ListReference::Id(_) | ListReference::Param(_) => None,
        });
    lists.collect()
}

/// The outputs, which are called as the groups are.
fn outputs(target: Target, old: &Deployment<'_>, new: &Deployment<'_>) -> Pairs<TierId> {
    let of = |deployment: &Deployment<'_>| {
        deployment
            .groups
            .iter()
            .map(|group| (target.address(group), group.tier))
            .collect::<BTreeMap<_, _>>()
    };
    paired(of(old), of(new))
}

/// The outputs that other stacks can import.
fn exports(old: &Deployment<'_>, new: &Deployment<'_>) -> Pairs<TierId> {
    let of = |deployment: &Deployment<'_>| {
        let groups = deployment.groups.iter().filter(|_| deployment.exports);
        groups
            .map(|group| (Target::CloudFormation.address(group), group.tier))
            .collect::<BTreeMap<_, _>>()
    };
    paired(of(old), of(new))
}

/// The locked default groups; a resource each, which the provider does not replace but makes anew
/// in another VPC.
fn locks(
    old: &Deployment<'_>,
    new: &Deployment<'_>,
    tally: &mut ResourceCounts,
) -> impl Iterator<Item = BeforeAfter<usize>> {
    let of = |deployment: &Deployment<'_>| {
        let names = deployment.locked.iter().map(|(name, _)| name.clone());
        names.zip(0..).collect::<BTreeMap<String, usize>>()
    };
    let same = |was: &usize, is: &usize| match (&old.locked[*was].1, &new.locked[*is].1) {
        (Reference::Id(was), Reference::Id(is)) => was == is,
        (Reference::Param(was), Reference::Param(is)) => {
            let one = old.parameter_name(*was) == new.parameter_name(*is);
            one && !defaults::differs((old, *was), (new, *is))
        }
        (Reference::Id(_) | Reference::Param(_), _) => false,
    };
    let sides: Pairs<usize> = differing(paired(of(old), of(new)), same).collect();
    for side in &sides {
        tally.count(match side {
            BeforeAfter::Removed(_) => Action::Remove,
            BeforeAfter::Added(_) => Action::Add,
            BeforeAfter::Both(..) => Action::Replace,
        });
    }
    sides.into_iter()
}

/// The rules that admit nothing, of groups that stay.
fn placeholders(
    old: &Deployment<'_>,
    new: &Deployment<'_>,
    groups: &Groups,
) -> impl Iterator<Item = BeforeAfter<TierId>> {
    groups.staying().filter_map(|(was, is)| {
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
