//! Which living group is the group of which tier.

use super::input::DriftInput;
use crate::aws::{GroupId, Reference, SecurityGroup};
use crate::inventory::{Inventory, without_unique_suffix};
use crate::target::{self, Planning};
use std::collections::BTreeMap;

/// The tag with which CloudFormation names the resource of a group (CloudFormation user guide,
/// "Resource tag").
const LOGICAL_ID: &str = "aws:cloudformation:logical-id";

/// For each living group, the group of the program that it is.
///
/// A group that could be several is none of them until the others are taken.
pub(super) fn match_groups(input: &DriftInput<'_>) -> Vec<Option<GroupId>> {
    let mut matched = vec![None; input.living.state.groups.len()];
    let mut open: Vec<(GroupId, &SecurityGroup)> = input.written.groups_by_id().collect();
    loop {
        let before = open.len();
        open.retain(|(id, group)| match find_living(input, group, &matched) {
            Some(position) => {
                matched[position] = Some(*id);
                false
            }
            None => true,
        });
        if open.len() == before {
            return matched;
        }
    }
}

/// The only living group that fits: by id, or by what the deployment calls it, its name and its tag.
fn find_living(
    input: &DriftInput<'_>,
    group: &SecurityGroup,
    matched: &[Option<GroupId>],
) -> Option<usize> {
    if let Some(id) = known_id(input, group) {
        let mut positions = 0..input.living.groups.len();
        return positions.find(|position| input.living_id(*position) == Some(id));
    }

    let living = &input.living.state.groups;
    let fits: [fn(&SecurityGroup, &SecurityGroup) -> bool; 3] =
        [has_logical_id, has_its_name, has_its_tag];
    let is_free =
        |position: &usize| matched[*position].is_none() && is_in_its_vpc(group, &living[*position]);
    let mut candidates: Vec<usize> = (0..living.len()).filter(is_free).collect();
    let mut has_fit = false;
    for fit in fits {
        let fitting = candidates.iter().copied();
        let fitting: Vec<usize> = fitting.filter(|it| fit(group, &living[*it])).collect();
        if !fitting.is_empty() {
            candidates = fitting;
            has_fit = true;
        }
    }
    match candidates.as_slice() {
        [only] if has_fit => Some(*only),
        _ => None,
    }
}

/// The id of a group in the ledger or in a state, or that of one that is made elsewhere.
fn known_id<'i>(input: &DriftInput<'i>, group: &'i SecurityGroup) -> Option<&'i str> {
    if let Some(foreign) = group.made_elsewhere {
        return match &input.written.foreign_group(foreign).reference {
            Reference::Id(id) => Some(id),
            Reference::Parameter(_) => None,
        };
    }
    let names = std::iter::once(&group.name).chain(&group.was);
    let adopted = |name: &String| input.ledger?.groups.get(name);
    if let Some(adopted) = names.filter_map(adopted).next() {
        return Some(&adopted.id);
    }
    let addresses = input.held.map(addresses_of).unwrap_or_default();
    let planning = planning("terraform")?;
    let names = (planning.group_addresses)(group);
    let mut found = names.iter().filter_map(|name| {
        let address = format!("aws_security_group.{name}");
        let is_it = |known: &&&str| **known == address || known.ends_with(&format!(".{address}"));
        let known = addresses.keys().find(is_it)?;
        addresses.get(known).copied()
    });
    found.next()
}

/// The ids of groups by their addresses in a state.
fn addresses_of(held: &Inventory) -> BTreeMap<&str, &str> {
    let places = held.groups.iter();
    let places =
        places.filter_map(|origin| Some((origin.address.as_deref()?, origin.id.as_deref()?)));
    places.collect()
}

/// How a target deploys.
pub(super) fn planning(target: &str) -> Option<Planning> {
    target::find_target(target)?.planning
}

fn is_in_its_vpc(written: &SecurityGroup, living: &SecurityGroup) -> bool {
    match &written.vpc {
        Reference::Id(_) => written.vpc == living.vpc,
        Reference::Parameter(_) => true,
    }
}

/// Whether a group is the resource of a template.
fn has_logical_id(written: &SecurityGroup, living: &SecurityGroup) -> bool {
    let logical_id = tag(living, LOGICAL_ID);
    let addresses = planning("cloudformation").map(|planning| (planning.group_addresses)(written));
    let addresses = addresses.unwrap_or_default();
    logical_id.is_some_and(|id| addresses.iter().any(|address| address == id))
}

/// Whether a group has the GroupName of the program, or one that Terraform generated for it.
fn has_its_name(written: &SecurityGroup, living: &SecurityGroup) -> bool {
    let name = living
        .group_name
        .as_ref()
        .and_then(|it| it.view().as_known());
    let Some(name) = name else { return false };
    let known = written.group_name.as_ref().map(|it| it.view().as_known());
    match known {
        Some(written) => written == Some(name),
        None => {
            let prefix = written.name_prefix.view().as_known();
            let generated = without_unique_suffix(name);
            prefix.is_some_and(|prefix| generated != name && name.starts_with(prefix))
                && prefix.map(str::len) == Some(name.len() - 26)
        }
    }
}

/// Whether a group has the tag `Name` of the program.
fn has_its_tag(written: &SecurityGroup, living: &SecurityGroup) -> bool {
    let name = tag(written, "Name");
    name.is_some() && name == tag(living, "Name")
}

pub(super) fn tag<'g>(group: &'g SecurityGroup, key: &str) -> Option<&'g str> {
    let mut tags = group.tags.iter();
    let (_, value) = tags.find(|(own, _)| own == key)?;
    value.view().as_known()
}
