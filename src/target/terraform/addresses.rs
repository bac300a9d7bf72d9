//! What a module declares, and the addresses of it.

use crate::aws::{
    Direction, GroupId, MadeList, Parameter, PrefixListId, Reference, Rule, RuleKey, SecurityGroup,
    State, aws_list,
};
use crate::target::names::{NameStyle, Names, Renaming, push_snake};

/// The names of the rules' resources.
pub fn rule_names(state: &State) -> Names<'_> {
    Names::new(state, NameStyle::Snake, Renaming::Current, |_, _| true, &[])
}

/// The names of the resource of a group, the oldest first, the current one last.
pub fn group_names(group: &SecurityGroup) -> Vec<String> {
    let earlier = group.was.iter().rev();
    earlier
        .chain([&group.name])
        .map(|name| snake_case(name))
        .collect()
}

/// The type of the resource that associates a group with another VPC.
pub const ASSOCIATION: &str = "aws_vpc_security_group_vpc_association";

/// The names of the resource of an association, as those of its group.
pub fn association_names(state: &State, group: &SecurityGroup, vpc: &Reference) -> Vec<String> {
    let vpc = snake_case(state.reference_name(vpc));
    let groups = group_names(group).into_iter();
    groups.map(|group| format!("{group}_in_{vpc}")).collect()
}

/// The addresses that associations have and had, each once, with their groups.
pub fn association_addresses(state: &State) -> impl Iterator<Item = (GroupId, String)> {
    state.associations().flat_map(|(id, group, vpc)| {
        let mut names = association_names(state, group, vpc);
        names.sort_unstable();
        names.dedup();
        let names = names.into_iter();
        names.map(move |name| (id, format!("{ASSOCIATION}.{name}")))
    })
}

/// What the output declares and the addresses that it moves resources away from. Terraform reads
/// all files of a directory as one module, so no other file there may have any of them.
pub fn module_addresses(state: &State) -> Vec<String> {
    let names = rule_names(state);
    let mut addresses: Vec<String> = state
        .parameters
        .iter()
        .filter(|parameter| is_variable(parameter))
        .map(|parameter| format!("var.{}", snake_case(&parameter.name)))
        .collect();

    if asks_for_region(state) {
        addresses.push(format!("data.aws_region.{}", region_name(state)));
    }

    addresses.extend(lookup_addresses(state).map(|(_, address)| address));
    addresses.extend(made_addresses(state).map(|(_, address)| address));
    addresses.extend(
        state
            .locked_defaults
            .iter()
            .map(|locked| format!("aws_default_security_group.{}", snake_case(&locked.name))),
    );

    addresses.extend(association_addresses(state).map(|(_, address)| address));
    for (id, group) in state.groups_by_id() {
        if group.made_elsewhere.is_none() {
            let names_of_group = group_names(group).into_iter();
            addresses.extend(names_of_group.map(|name| format!("aws_security_group.{name}")));
            addresses.push(format!("output.{}", output_name(group)));
        }
        if !group.also.is_empty() {
            addresses.push(format!("output.{}", list_output_name(group)));
        }
        for Rule { key, .. } in &group.rules {
            addresses.extend(rule_addresses(&names, id, key));
        }
    }

    if state.groups_with_others().next().is_some() {
        addresses.push(format!("output.{MAP_OUTPUT}"));
    }

    addresses.sort_unstable();
    addresses.dedup();

    addresses
}

/// Whether a module has a variable for a parameter.
pub fn is_variable(parameter: &Parameter) -> bool {
    parameter.source.terraform.is_none() && !parameter.only_for_exports
}

/// The addresses that a rule has and had.
fn rule_addresses(names: &Names<'_>, group: GroupId, key: &RuleKey) -> Vec<String> {
    let mut all = names.name_chain(group, key);
    let mut name = String::new();
    names.push_rule(group, key, &mut name);
    all.push(name);
    all.iter()
        .map(|name| rule_address(key.direction, name))
        .collect()
}

/// The address of the rule with this name.
pub fn rule_address(direction: Direction, name: &str) -> String {
    format!("{}.{name}", resource_type(direction))
}

/// The addresses of the data sources that look prefix lists up.
pub fn lookup_addresses(state: &State) -> impl Iterator<Item = (PrefixListId, String)> {
    let address = |name: &str| format!("data.{LOOKUP}.{}", lookup_name(state, name));
    state
        .lists_by_name()
        .map(move |(id, name)| (id, address(name)))
}

/// The addresses of the prefix lists that the output makes.
pub fn made_addresses(state: &State) -> impl Iterator<Item = (PrefixListId, String)> {
    let lists = state.made_lists();
    lists.map(|(id, _, made)| (id, made_address(made)))
}

/// `aws_ec2_managed_prefix_list.offices_ipv4`
pub fn made_address(made: &MadeList) -> String {
    format!("{LOOKUP}.{}", snake_case(&made.name))
}

/// The output with a group's id.
pub fn output_name(group: &SecurityGroup) -> String {
    snake_case(&group.name) + "_security_group_id"
}

/// The output with the ids of all groups that the members of a group carry.
pub fn list_output_name(group: &SecurityGroup) -> String {
    output_name(group) + "s"
}

/// The output with these ids for every tier.
pub const MAP_OUTPUT: &str = "security_group_ids";

/// The data source that looks a prefix list up, and the resource that makes one.
pub const LOOKUP: &str = "aws_ec2_managed_prefix_list";

/// The name of the data source that says which region this is: `tierwall_shop`. It is the stack's
/// own, since others in the module are often called `current`.
pub fn region_name(state: &State) -> String {
    format!("tierwall_{}", snake_case(&state.stack))
}

/// The name of the data source that looks up a list of AWS: `tierwall_shop_s3`
pub fn lookup_name(state: &State, list: &str) -> String {
    format!(
        "tierwall_{}_{}",
        snake_case(&state.stack),
        snake_case(aws_list(list))
    )
}

/// Whether the name of a list that is looked up leaves its region to the deployment.
pub fn asks_for_region(state: &State) -> bool {
    state
        .lists_by_name()
        .any(|(_, name)| name_in_region(name).is_some())
}

/// The type of the resource of a rule.
pub fn resource_type(direction: Direction) -> &'static str {
    match direction {
        Direction::Ingress => "aws_vpc_security_group_ingress_rule",
        Direction::Egress => "aws_vpc_security_group_egress_rule",
    }
}

/// A name of the program as one of Terraform.
pub fn snake_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    push_snake(&mut out, name);
    out
}

/// The list's name without a region, where it is that of the deployment.
pub fn name_in_region(name: &str) -> Option<&str> {
    name.strip_prefix("com.amazonaws.region.")
}
