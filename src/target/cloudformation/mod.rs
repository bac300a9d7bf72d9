//! CloudFormation JSON.
//!
//! Rules that name a tier of the stack are resources of their own, always, so that no cycle can
//! arise; all others stand in their group.

mod claims;
mod parameters;
mod template;
mod unsupported;

use super::names::{NameStyle, Names, Renaming, push_pascal};
use super::{Column, Measure, Planning, Target};
use crate::aws::{
    Direction, Parameter, Peer, PrefixListId, RuleKey, SecurityGroup, State, aws_list,
};
use crate::diagnostic::Problems;
use crate::policy::{OutputRules, ParameterNames};

/// The target.
pub const TARGET: Target = Target {
    name: "cloudformation",
    short: Some("cfn"),
    title: "CloudFormation",
    extension: "json",
    mark: MARK,
    emit: template::emit,
    addresses: |_| Vec::new(),
    unsupported: unsupported::unsupported,
    measures: Some(template_limits),
    rules: OutputRules {
        replaced_text: Some("{{resolve:"),
        parameter_names: Some(ParameterNames {
            parameter: pascal_case,
            group: |name| pascal_case(name) + GROUP,
            list: list_parameter,
        }),
        ..OutputRules::NONE
    },
    claims: claims::claims,
    check_moves: |_| Problems::default(),
    planning: Some(PLANNING),
};

/// Rules that name a tier are resources, all others stand in their group; names of tiers are the
/// oldest.
///
/// CloudFormation replaces nothing that has a name of its own and keeps it (CloudFormation user
/// guide, "Name type"). Its columns are the actions of a change set (CloudFormation API reference,
/// ResourceChange): `Add`, `Modify` without and with replacement, `Remove`. Where a group is
/// replaced, a change set may call the replacement of a rule that names it `Conditional`, since it
/// does not know the new id yet; it counts as replaced.
const PLANNING: Planning = Planning {
    names: rule_names,
    is_resource: is_separate,
    asks_for,
    group_addresses: |group| vec![group_id(group)],
    output: output_name,
    moves_rules: false,
    changes_peers: false,
    writes_name_prefixes: false,
    keeps_explicit_names: true,
    locks_defaults: false,
    has_exports: true,
    has_placeholder,
    report: "change set of CloudFormation",
    columns: &[
        Column {
            name: "add",
            count: |counts| counts.add,
        },
        Column {
            name: "modify",
            count: |counts| counts.modify,
        },
        Column {
            name: "replace",
            count: |counts| counts.replace,
        },
        Column {
            name: "remove",
            count: |counts| counts.remove,
        },
    ],
};

/// What a logical id of a group ends in.
const GROUP: &str = "SecurityGroup";

const MARK: &str = "\"GeneratedBy\": \"tierwall\"";

/// The logical ids of the rules that are resources of their own.
pub fn rule_names(state: &State) -> Names<'_> {
    let mut others: Vec<String> = state.groups.iter().map(group_id).collect();
    others.extend(used_parameters(state).map(parameter_id));
    others.extend(list_parameters(state).map(|(_, id)| id));
    Names::new(
        state,
        NameStyle::Pascal,
        Renaming::Oldest,
        is_separate,
        &others,
    )
}

/// Whether a rule is a resource of its own.
pub fn is_separate(key: &RuleKey) -> bool {
    match key.peer {
        Peer::Group(_) => true,
        Peer::Block(_) | Peer::Parameter(_) | Peer::PrefixList(_) | Peer::ForeignGroup(_) => false,
    }
}

/// Whether a group holds the rule that admits nothing, since no other outbound rule stands in it.
pub fn has_placeholder(group: &SecurityGroup) -> bool {
    let mut outbound = group.rules_in(Direction::Egress).iter();
    outbound.all(|rule| is_separate(&rule.key))
}

/// Whether a template asks for a parameter; it has no way to lock a default group.
pub fn asks_for(parameter: &Parameter) -> bool {
    !parameter.only_for_locks
}

/// The parameters that a template uses.
pub fn used_parameters(state: &State) -> impl Iterator<Item = &Parameter> {
    state
        .parameters
        .iter()
        .filter(|parameter| asks_for(parameter))
}

/// What CloudFormation limits of a template (CloudFormation user guide, "quotas").
fn template_limits(state: &State, bytes: usize) -> Vec<Measure> {
    let groups = state.groups.len();
    let outputs = groups + state.groups_with_others().count();
    let rules = state.rules().filter(|rule| is_separate(&rule.key)).count();
    let parameters = used_parameters(state).count() + state.lists_by_name().count();
    let measure = |what, count, limit| Measure { what, count, limit };
    vec![
        measure("resources", groups + rules, 500),
        measure("parameters", parameters, 200),
        measure("outputs", outputs, 200),
        measure("bytes", bytes, 1_000_000),
    ]
}

fn pascal_case(name: &str) -> String {
    let mut out = String::new();
    push_pascal(&mut out, name);
    out
}

/// A group's logical id. Made with the oldest name of the tier, so that a rename moves nothing.
pub fn group_id(group: &SecurityGroup) -> String {
    pascal_case(group.oldest_name()) + GROUP
}

/// The output with a group's id.
pub fn output_name(group: &SecurityGroup) -> String {
    group_id(group) + "Id"
}

/// The output with the ids of all groups that the members of a group carry.
pub fn list_output_name(group: &SecurityGroup) -> String {
    output_name(group) + "s"
}

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
fn list_parameter(name: &str) -> String {
    pascal_case(aws_list(name)) + "PrefixListId"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_measured_against_the_quotas_of_cloudformation() {
        let limits = [
            ("resources", 0, 500),
            ("parameters", 0, 200),
            ("outputs", 0, 200),
            ("bytes", 1_234, 1_000_000),
        ];
        let found = template_limits(&State::default(), 1_234);
        assert_eq!(
            found,
            limits.map(|(what, count, limit)| Measure { what, count, limit })
        );
    }
}
