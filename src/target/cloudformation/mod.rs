//! CloudFormation JSON.
//!
//! Rules that name a tier of the stack are resources of their own, always, so that no cycle can
//! arise; all others are inline in their group.

mod adopt;
mod claims;
mod expression;
mod halves;
mod limits;
mod literals;
mod parameters;
mod properties;
mod read;
mod resources;
mod template;
mod unsupported;

pub use limits::LIMITS;

use super::adoption::Adopter;
use super::definition::{SourceReader, Target};
use super::planning::{Column, Planning};
use crate::aws::{Parameter, TemplateSource};
use crate::diagnostic::Problems;
use crate::policy::{OutputRules, ParameterNames, ReplacedText};
use resources::{
    DEFAULT_DESCRIPTION, GROUP, asks_for, association_id, export_name, group_id, has_placeholder,
    is_separate, list_output_name, list_parameter, output_name, pascal_case, rule_names,
};

/// The target.
pub const TARGET: Target = Target {
    name: "cloudformation",
    short: Some("cfn"),
    title: TITLE,
    extension: "json",
    mark: MARK,
    emit: template::emit,
    addresses: |_| Vec::new(),
    separate_help: |_| Vec::new(),
    unsupported: |policy| unsupported::unsupported(policy, TITLE),
    limits: Some(LIMITS),
    rules: OutputRules {
        replaced_text: Some(ReplacedText {
            start: "{{resolve:",
            what: "a dynamic reference",
            why: "CloudFormation replaces it with a parameter or a secret",
        }),
        parameter_names: Some(ParameterNames {
            parameter: pascal_case,
            group: |name| pascal_case(name) + GROUP,
            list: list_parameter,
        }),
        ..OutputRules::NONE
    },
    claims: claims::claims,
    check_moves: |_| Problems::default(),
    readers: &[SourceReader {
        recognizes: read::is_template,
        read: read::read_template,
    }],
    directory: None,
    adopter: Some(Adopter {
        write: adopt::adopt,
        is_generated_name: adopt::is_generated_name,
    }),
    planning: Some(PLANNING),
};

/// Rules that name a tier are resources, all others are inline in their group; names of tiers are
/// the oldest.
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
    source: written_source,
    group_addresses: |group| vec![group_id(group)],
    association_addresses: |state, group, vpc| vec![association_id(state, group, vpc)],
    output: output_name,
    list_output: list_output_name,
    map_output: None,
    moves_rules: false,
    changes_peers: false,
    repeats_rules: false,
    resizes_lists: false,
    writes_name_prefixes: false,
    writes_rule_tags: false,
    default_description: DEFAULT_DESCRIPTION,
    keeps_explicit_names: true,
    locks_defaults: false,
    export: export_name,
    exports_lists: |state| state.exports,
    notes_protection: true,
    replaces_protected: "CloudFormation keeps the old group, because it is protected",
    deletes_protected: "CloudFormation keeps it in AWS, because it is protected",
    has_placeholder,
    written: halves::written_keys,
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

/// `import network-VpcId`, `ssm /edge/lb-sg`
fn written_source(parameter: &Parameter) -> Option<String> {
    parameter
        .source
        .cloudformation
        .as_ref()
        .map(|source| match source {
            TemplateSource::Import(name) => format!("import {}", name.view()),
            TemplateSource::Ssm(path) => format!("ssm {path}"),
        })
}

/// The name as people write it.
const TITLE: &str = "CloudFormation";

const MARK: &str = "\"GeneratedBy\": \"tierwall\"";
