//! Defaults of parameters: a deployment that uses them asks AWS for one rule twice, or for one VPC of a
//! group, exactly where a lint says so.

use crate::compile::{cases, codes, emit, with};
use crate::deployed::{Key, Port, parameter};
use crate::generate::program;
use crate::hcl::{self, Expression};
use crate::read_terraform;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

proptest! {
    #![proptest_config(cases(384))]

    #[test]
    fn a_rule_that_defaults_make_twice_is_an_error(program in program()) {
        duplicated(&program.text()).map_err(TestCaseError::fail)?;
    }
}

/// Holds the law against a program; gives whether its defaults make a rule twice.
pub fn duplicated(text: &str) -> Result<bool, String> {
    let output = with(text, |_, _, deployment| emit(deployment, "terraform"));
    let defaults = defaults(&output);
    let rules = read_terraform::read(&output).deployed.rules;
    let mut seen = BTreeSet::new();
    let twice = rules.iter().any(|rule| {
        let key = rule.key.clone();
        let group = by_default(&key.group, &defaults).remove(0);
        let ports = key.ports.clone().map(|(from, to)| {
            let port_by_default = |port: Port| match &port {
                Port::Parameter(name) => match defaults.get(name.as_str()) {
                    Some(values) => Port::Number(values[0].parse().expect("a port")),
                    None => port,
                },
                Port::Number(_) => port,
            };
            (port_by_default(from), port_by_default(to))
        });
        let peers = by_default(&key.peer, &defaults);
        peers.into_iter().any(|peer| {
            let (group, ports) = (group.clone(), ports.clone());
            let key = key.clone();
            !seen.insert(Key {
                group,
                peer,
                ports,
                ..key
            })
        })
    });
    let twice = twice || has_vpc_twice(&output, &defaults);
    let found = codes(text).contains(&"duplicate-default");
    if twice == found {
        Ok(twice)
    } else {
        Err(format!(
            "twice: {twice}, found: {found}, in\n{text}\n{output}"
        ))
    }
}

/// What a group or a peer of a key is by default. Ids of groups are unique, so theirs go without
/// the account.
fn by_default(name: &str, defaults: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let (kind, parameter) = name.rsplit_once(' ').unwrap_or(("", name));
    if let Some(values) = defaults.get(parameter) {
        let values = values.iter();
        let values = values.map(|value| format!("{kind} {value}"));
        return values.map(|value| value.trim_start().to_string()).collect();
    }
    let group = name.strip_prefix("group ");
    match group.and_then(|group| group.split_once('/')) {
        Some((_, id)) => vec![format!("group {id}")],
        None => vec![name.to_string()],
    }
}

/// Whether a group is in one VPC twice by default: made there, or associated with it.
fn has_vpc_twice(output: &str, defaults: &BTreeMap<String, Vec<String>>) -> bool {
    let value = |value: &Expression| match value {
        Expression::Reference(name) => {
            let variable = name.strip_prefix("var.").map(parameter);
            let default = variable.and_then(|name| defaults.get(&name));
            default.map_or(name.clone(), |values| values[0].clone())
        }
        Expression::Text(id) => id.clone(),
        other => panic!("no reference: {other:?}"),
    };
    let place = |block: &hcl::Block| {
        let attributes = &block.body.attributes;
        let group = match block.labels.first()?.as_str() {
            "aws_security_group" => format!("aws_security_group.{}.id", block.labels[1]),
            "aws_vpc_security_group_vpc_association" => value(&attributes["security_group_id"]),
            _ => return None,
        };
        Some((group, value(&attributes["vpc_id"])))
    };
    let blocks = hcl::read(output).blocks;
    let mut seen = BTreeSet::new();
    blocks.iter().filter_map(place).any(|it| !seen.insert(it))
}

/// What each variable with a default is by default: one value, or those of a list.
fn defaults(output: &str) -> BTreeMap<String, Vec<String>> {
    let variables = hcl::read(output)
        .blocks
        .into_iter()
        .filter(|block| block.kind == "variable");
    let text = |value: &Expression| match value {
        Expression::Text(value) => value.clone(),
        Expression::Number(value) => value.to_string(),
        other => panic!("no text: {other:?}"),
    };
    let default = |block: hcl::Block| {
        let values = match block.body.attributes.get("default")? {
            Expression::List(values) => values.iter().map(text).collect(),
            value => vec![text(value)],
        };
        Some((parameter(&block.labels[0]), values))
    };
    variables.filter_map(default).collect()
}
