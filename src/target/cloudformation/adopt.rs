//! `NAME.import.json` and `resources-to-import.json`: an import change set of CloudFormation, which
//! takes over what lives.
//!
//! Each imported resource has a `DeletionPolicy`, and outputs come with an ordinary update after it
//! (CloudFormation user guide, "Import AWS resources into a CloudFormation stack"). Rules that are
//! inline in their group come with the group.

use super::halves::written_keys;
use super::resources::{association_id, group_id, has_placeholder, is_separate, rule_names};
use super::template::emit_import;
use crate::aws::{Direction, Reference, State};
use crate::ledger::RuleKeys;
use crate::target::adoption::{Adoption, AdoptionFiles};
use serde::Serialize;
use std::collections::BTreeMap;

/// The most resources of one change set (CloudFormation API reference, CreateChangeSet:
/// `ResourcesToImport`).
const MOST_IMPORTS: usize = 200;

/// The file of what is imported.
const IDS: &str = "resources-to-import.json";

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ResourceToImport {
    resource_type: &'static str,
    logical_resource_id: String,
    /// The primary identifier of the type in CloudFormation's resource schemas.
    resource_identifier: BTreeMap<&'static str, String>,
}

/// Writes them.
pub fn adopt(adoption: &Adoption<'_>) -> AdoptionFiles {
    let resources = list_resources(adoption);
    let mut files = AdoptionFiles {
        imports: resources.len(),
        ..AdoptionFiles::default()
    };
    if resources.len() > MOST_IMPORTS {
        files.refused.push(format!(
            "a change set imports at most {MOST_IMPORTS} resources, and these are {}; import \
             fewer groups at once",
            resources.len()
        ));
        return files;
    }

    let mut ids = serde_json::to_vec_pretty(&resources).expect("keys are texts");
    ids.push(b'\n');
    let template = format!("{}.import.json", adoption.stem);
    let full = format!("{}.json", adoption.stem);
    let stack = &adoption.state.stack;
    files.steps = vec![
        format!(
            "aws cloudformation create-change-set --stack-name {stack} --change-set-name adopt \
             --change-set-type IMPORT --template-body file://{template} --resources-to-import \
             file://{IDS}"
        ),
        format!(
            "aws cloudformation execute-change-set --stack-name {stack} --change-set-name adopt"
        ),
        format!("aws cloudformation deploy --stack-name {stack} --template-file {full}"),
    ];
    files.notes = list_drift(adoption.state);
    files.files = vec![
        (template, emit_import(adoption.state)),
        (IDS.to_string(), ids),
    ];
    files
}

/// What the template has otherwise than it lives: an import does not compare them, and detecting
/// drift does.
fn list_drift(state: &State) -> Vec<String> {
    let mut notes = Vec::new();
    for (_, group) in state.own_groups() {
        let name = &group.name;
        if has_placeholder(group) {
            notes.push(format!(
                "{name}: the template has a placeholder among the outbound rules, since a group \
                 without any would get those of a new one; it is not in AWS, so CloudFormation \
                 reports drift"
            ));
        }
        let mut outbound = group.rules_in(Direction::Egress).iter();
        if outbound.any(|rule| written_keys(group, rule)[1].is_some()) {
            notes.push(format!(
                "{name}: the template has the rule for all outbound traffic as two halves, so \
                 CloudFormation reports drift"
            ));
        }
    }
    notes
}

fn list_resources(adoption: &Adoption<'_>) -> Vec<ResourceToImport> {
    let (state, ledger) = (adoption.state, adoption.ledger);
    let (names, keys) = (rule_names(state), RuleKeys::with_tiers(state));
    let mut found = Vec::new();
    for (id, group) in state.groups_by_id() {
        let Some(adopted) = ledger.groups.get(&group.name) else {
            continue;
        };
        if group.made_elsewhere.is_none() {
            found.push(resource(
                "AWS::EC2::SecurityGroup",
                group_id(group),
                [("Id", &adopted.id)],
            ));
        }
        for vpc in &group.associations {
            if let Reference::Id(vpc_id) = vpc {
                found.push(resource(
                    "AWS::EC2::SecurityGroupVpcAssociation",
                    association_id(state, group, vpc),
                    [("GroupId", &adopted.id), ("VpcId", vpc_id)],
                ));
            }
        }

        let separate = group.rules.iter();
        for rule in separate.filter(|rule| is_separate(group, &rule.key)) {
            if let Some(known) = adopted.rules.get(&keys.key(rule)) {
                let mut name = String::new();
                names.push_rule(id, &rule.key, &mut name);
                let kind = match rule.key.direction {
                    Direction::Ingress => "AWS::EC2::SecurityGroupIngress",
                    Direction::Egress => "AWS::EC2::SecurityGroupEgress",
                };
                found.push(resource(kind, name, [("Id", &known.id)]));
            }
        }
    }
    found
}

fn resource<const N: usize>(
    resource_type: &'static str,
    logical_resource_id: String,
    identifier: [(&'static str, &String); N],
) -> ResourceToImport {
    let identifier = identifier.map(|(key, value)| (key, value.clone()));
    ResourceToImport {
        resource_type,
        logical_resource_id,
        resource_identifier: identifier.into(),
    }
}

/// Whether CloudFormation generated a GroupName: `STACK-LOGICALID-1A2B3C4D5E6F` (CloudFormation
/// user guide, "Name type"). A template that leaves the name out keeps it.
pub fn is_generated_name(name: &str) -> bool {
    let parts: Vec<&str> = name.rsplitn(3, '-').collect();
    let is_suffix = |text: &str| {
        (12..=13).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    matches!(parts.as_slice(), [suffix, logical, _] if is_suffix(suffix) && !logical.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_names_are_recognized() {
        for (name, is_generated) in [
            ("shop-WebSecurityGroup-1A2B3C4D5E6F", true),
            ("my-shop-Web-ABCDEFGHIJKLM", true),
            ("web-1A2B3C4D5E6F", false),
            ("shop-web-internal", false),
        ] {
            assert_eq!(is_generated_name(name), is_generated, "{name}");
        }
    }
}
