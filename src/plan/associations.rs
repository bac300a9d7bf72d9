//! Predicts changes of the associations of groups with other VPCs.
//!
//! AWS can change neither the group nor the VPC of one: the AWS provider and CloudFormation replace
//! it (CloudFormation user guide, "AWS::EC2::SecurityGroupVpcAssociation", "Update requires").

use super::before_after::BeforeAfter;
use super::change::Association;
use super::defaults;
use super::groups::Groups;
use super::resource_counts::{Action, ResourceCounts};
use crate::aws::{Reference, State};
use crate::target::Planning;
use std::collections::BTreeMap;

/// The associations that are made, ended or replaced.
pub fn changed_associations(
    planning: &Planning,
    old: &State,
    new: &State,
    groups: &Groups,
    resources: &mut ResourceCounts,
) -> Vec<BeforeAfter<Association>> {
    let mut gone: BTreeMap<String, Association> = BTreeMap::new();
    for association in all_associations(old) {
        let mut addresses = addresses(planning, old, association);
        gone.insert(addresses.swap_remove(0), association);
    }

    let mut changes = Vec::new();
    for is in all_associations(new) {
        let mut addresses = addresses(planning, new, is).into_iter();
        match addresses.find_map(|address| gone.remove(&address)) {
            None => changes.push(BeforeAfter::Added(is)),
            Some(was) => {
                let stays =
                    groups.group_stays(is.group) && is_same_vpc(planning, (old, was), (new, is));
                changes.extend((!stays).then_some(BeforeAfter::Both(was, is)));
            }
        }
    }
    changes.extend(gone.into_values().map(BeforeAfter::Removed));

    for change in &changes {
        resources.count_resource(match change {
            BeforeAfter::Removed(_) => Action::Remove,
            BeforeAfter::Added(_) => Action::Add,
            BeforeAfter::Both(..) => Action::Replace,
        });
    }
    changes
}

fn all_associations(state: &State) -> impl Iterator<Item = Association> + '_ {
    state.groups_by_id().flat_map(|(group, filled)| {
        (0..filled.associations.len()).map(move |position| Association { group, position })
    })
}

/// The current and earlier addresses of an association, the newest first.
fn addresses(planning: &Planning, state: &State, association: Association) -> Vec<String> {
    let group = state.group(association.group);
    (planning.association_addresses)(state, group, association.vpc_in(state))
}

/// Whether an association is with the VPC that it was with before.
fn is_same_vpc(
    planning: &Planning,
    (old, was): (&State, Association),
    (new, is): (&State, Association),
) -> bool {
    match (was.vpc_in(old), is.vpc_in(new)) {
        (Reference::Id(was), Reference::Id(is)) => was == is,
        (Reference::Parameter(was), Reference::Parameter(is)) => {
            !defaults::value_differs(planning, (old, *was), (new, *is))
        }
        (Reference::Id(_) | Reference::Parameter(_), _) => false,
    }
}
