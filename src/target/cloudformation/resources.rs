//! The resources, parameters and outputs of a template, and their logical ids.

use crate::aws::{
    Direction, GroupId, MadeList, Parameter, Peer, PrefixListId, Reference, RuleKey, SecurityGroup,
    State, Text, aws_list,
};
use crate::target::names::{NameStyle, Names, Renaming, push_pascal};

/// Whether a rule is a resource of its own: it names a tier, or its group is made elsewhere.
pub fn is_separate(group: &SecurityGroup, key: &RuleKey) -> bool {
    match key.peer {
        Peer::Group(_) => true,
        Peer::Block(_) | Peer::Parameter(_) | Peer::PrefixList(_) | Peer::ForeignGroup(_) => {
            group.made_elsewhere.is_some()
        }
    }
}

/// Whether a template has a parameter: some are imported, and a template cannot lock a default
/// group.
pub fn asks_for(parameter: &Parameter) -> bool {
    !parameter.only_for_locks && parameter.source.import().is_none()
}

/// Whether a group needs the placeholder rule, because it has no other inline outbound rule.
pub fn has_placeholder(group: &SecurityGroup) -> bool {
    let mut outbound = group.rules_in(Direction::Egress).iter();
    group.made_elsewhere.is_none() && outbound.all(|rule| is_separate(group, &rule.key))
}

/// The parameters that a template uses.
pub fn used_parameters(state: &State) -> impl Iterator<Item = &Parameter> {
    state
        .parameters
        .iter()
        .filter(|parameter| asks_for(parameter))
}

/// The logical ids of the rules that are resources of their own.
pub fn rule_names(state: &State) -> Names<'_> {
    let own_groups = state.own_groups().map(|(_, group)| group);
    let mut others: Vec<String> = own_groups.map(group_id).collect();
    others.extend(used_parameters(state).map(parameter_id));
    others.extend(list_parameters(state).map(|(_, id)| id));
    others.extend(state.made_lists().map(|(_, _, made)| made_list_id(made)));
    others.extend(association_ids(state).map(|(_, id)| id));
    Names::new(
        state,
        NameStyle::Pascal,
        Renaming::Oldest,
        is_separate,
        &others,
    )
}

/// A group's logical id. Made with the oldest name of the tier, so that a rename moves nothing.
pub fn group_id(group: &SecurityGroup) -> String {
    pascal_case(group.oldest_name()) + GROUP
}

/// The logical id of the association of a group with another VPC, made as that of the group.
pub fn association_id(state: &State, group: &SecurityGroup, vpc: &Reference) -> String {
    let vpc = pascal_case(state.reference_name(vpc));
    [&pascal_case(group.oldest_name()), "In", &vpc, "Association"].concat()
}

/// The logical ids of all associations, with their groups.
pub fn association_ids(state: &State) -> impl Iterator<Item = (GroupId, String)> {
    let all = state.associations();
    all.map(|(id, group, vpc)| (id, association_id(state, group, vpc)))
}

/// The output with a group's id.
pub fn output_name(group: &SecurityGroup) -> String {
    group_id(group) + "Id"
}

/// The output with the ids of all groups that the members of a group carry.
pub fn list_output_name(group: &SecurityGroup) -> String {
    output_name(group) + "s"
}

/// The name under which other stacks can import a group's id, if they can.
pub fn export_name(state: &State, group: &SecurityGroup) -> Option<Text> {
    let made_up = || {
        let mut name = Text::default();
        name.push_parameter("AWS::StackName");
        name.push_literal(&["-", &output_name(group)].concat());
        name
    };
    let written = group.export.clone();
    written.or_else(|| state.exports.then(made_up))
}

/// GroupDescription of a group that the program gives none: a template must have one
/// (CloudFormation user guide, AWS::EC2::SecurityGroup).
pub const DEFAULT_DESCRIPTION: &str = "Managed by CloudFormation";

/// The end of the logical id of a group.
pub const GROUP: &str = "SecurityGroup";

/// The logical id of a parameter of the program.
pub fn parameter_id(parameter: &Parameter) -> String {
    pascal_case(&parameter.name)
}

/// CloudFormation cannot look a prefix list up, so the template asks for the ids of those that are
/// known by their names.
pub fn list_parameters(state: &State) -> impl Iterator<Item = (PrefixListId, String)> {
    state
        .lists_by_name()
        .map(|(id, name)| (id, list_parameter(name)))
}

/// The logical id of the parameter for a list of AWS.
pub fn list_parameter(name: &str) -> String {
    pascal_case(aws_list(name)) + "PrefixListId"
}

/// The logical id of a list that the template makes.
pub fn made_list_id(made: &MadeList) -> String {
    pascal_case(&made.name) + "PrefixList"
}

/// A name of the program in a logical id.
pub fn pascal_case(name: &str) -> String {
    let mut out = String::new();
    push_pascal(&mut out, name);
    out
}
