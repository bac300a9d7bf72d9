//! Templates: what the output for CloudFormation holds, read back, is what the program deploys; in JSON,
//! and in YAML with short tags.

use crate::compile::{cases, emit, with};
use crate::generate::program;
use proptest::prelude::*;
use serde_json::Value;
use std::collections::BTreeSet;
use tierwall::aws::{
    Direction, GroupId, ListReference, ParameterId, Peer, Reference, RuleKey, State,
    TemplateSource, Text, TextPiece, TextRef, aws_list,
};
use tierwall::import::read_source;
use tierwall::inventory::Inventory;
use tierwall::target::find_target;
use tierwall::target::names::push_pascal;

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn a_template_holds_the_groups_and_rules(program in program()) {
        let (state, output) = with(&program.text(), |_, _, it| {
            (it.to_state(), emit(it, "cloudformation"))
        });
        if state.groups.is_empty() {
            return Ok(());
        }
        let wanted = written_words(&state);
        let read = read_source("template.json", &output).map_err(|error| {
            TestCaseError::fail(format!("{error}\n{output}"))
        })?;
        prop_assert!(read.rejected.is_empty(), "{:?}", read.rejected);
        prop_assert_eq!(read_words(&read), wanted.clone(), "{}", output);

        let template: Value = serde_json::from_str(&output).expect("JSON");
        let mut yaml = String::new();
        write_yaml(&template, 0, &mut yaml);
        let read = read_source("template.yaml", &yaml).map_err(|error| {
            TestCaseError::fail(format!("{error}\n{yaml}"))
        })?;
        prop_assert_eq!(read_words(&read), wanted, "{}", yaml);
    }
}

/// What the template must have: groups and rules in words, with the names of logical ids.
fn written_words(state: &State) -> BTreeSet<String> {
    let planning = find_target("cloudformation").and_then(|target| target.planning);
    let planning = planning.expect("it deploys");
    let group_name = |id: GroupId| match state.group(id).made_elsewhere {
        Some(foreign) => reference(state, &state.foreign_group(foreign).reference),
        None => (planning.group_addresses)(state.group(id)).remove(0),
    };
    let mut words = BTreeSet::new();
    for (id, group) in state.groups_by_id() {
        let name = group_name(id);
        if group.made_elsewhere.is_none() {
            words.insert(group_words(state, &name, id, planning.default_description));
        }
        for rule in &group.rules {
            let text = text(state, state.description(rule));
            for key in (planning.written)(group, rule).into_iter().flatten() {
                words.insert(rule_words(state, &name, &key, &text, &group_name));
            }
        }
        if (planning.has_placeholder)(group) {
            words.insert(format!(
                "{name}: Egress icmp 252/86 255.255.255.255/32 \"no outbound traffic\""
            ));
        }
    }
    words
}

fn read_words(read: &Inventory) -> BTreeSet<String> {
    let state = &read.state;
    let group_name = |id: GroupId| match state.group(id).made_elsewhere {
        Some(foreign) => reference(state, &state.foreign_group(foreign).reference),
        None => read.groups[id.index()]
            .address
            .as_deref()
            .unwrap_or_default()
            .to_string(),
    };
    let mut words = BTreeSet::new();
    for (id, group) in state.groups_by_id() {
        let name = group_name(id);
        if group.made_elsewhere.is_none() {
            words.insert(group_words(state, &name, id, ""));
        }
        for rule in &group.rules {
            let text = text(state, state.description(rule));
            words.insert(rule_words(state, &name, &rule.key, &text, &group_name));
        }
    }
    words
}

fn group_words(state: &State, name: &str, id: GroupId, default: &str) -> String {
    let group = state.group(id);
    let description = match group.description.is_empty() {
        true => format!("{default:?}"),
        false => text(state, group.description.view()),
    };
    let mut vpcs: Vec<String> = group
        .associations
        .iter()
        .map(|it| reference(state, it))
        .collect();
    vpcs.sort();
    let tags = group
        .tags
        .iter()
        .map(|(key, value)| format!("{key}={}", text(state, value.view())));
    format!(
        "{name}: {:?} {description} in {} and {vpcs:?}, {:?}",
        group
            .group_name
            .as_ref()
            .map(|name: &Text| text(state, name.view())),
        reference(state, &group.vpc),
        tags.collect::<Vec<_>>(),
    )
}

fn rule_words(
    state: &State,
    group: &str,
    key: &RuleKey,
    text: &str,
    group_name: &dyn Fn(GroupId) -> String,
) -> String {
    let peer = match key.peer {
        Peer::Block(block) => block.to_string(),
        Peer::Group(id) => group_name(id),
        Peer::Parameter(id) => parameter(state, id),
        Peer::ForeignGroup(id) => {
            let foreign = state.foreign_group(id);
            let account = foreign.account.as_deref().unwrap_or_default();
            format!("{account} {}", reference(state, &foreign.reference))
        }
        Peer::PrefixList(id) => match &state.prefix_list(id).reference {
            ListReference::Id(id) => id.clone(),
            ListReference::Aws(name) => pascal(aws_list(name)) + "PrefixListId",
            ListReference::Parameter(id) => parameter(state, *id),
            ListReference::Made(made) => made.aws_name.clone(),
        },
    };
    let direction = match key.direction {
        Direction::Ingress => "Ingress",
        Direction::Egress => "Egress",
    };
    let mut traffic = key.traffic.to_string();
    for name in key
        .traffic
        .unknown_ports()
        .iter()
        .flat_map(|ports| ports.parameters())
    {
        traffic = traffic.replace(name, &named(state, name));
    }
    format!("{group}: {direction} {traffic} {peer} {text}")
}

fn reference(state: &State, reference: &Reference) -> String {
    match reference {
        Reference::Id(id) => id.clone(),
        Reference::Parameter(id) => parameter(state, *id),
    }
}

/// A text with the names of its parameters as logical ids.
fn text(state: &State, text: TextRef<'_>) -> String {
    let pieces = text.pieces().map(|piece| match piece {
        TextPiece::Literal(text) => text.to_string(),
        TextPiece::Parameter(name) => format!("<{}>", named(state, name)),
    });
    format!("{:?}", pieces.collect::<String>())
}

/// A parameter by where its value comes from, or else by its logical id.
fn parameter(state: &State, id: ParameterId) -> String {
    let parameter = state.parameter(id);
    match &parameter.source.cloudformation {
        Some(TemplateSource::Import(name)) => format!("import {}", text(state, name.view())),
        Some(TemplateSource::Ssm(path)) => format!("ssm {path}"),
        None => pascal(&parameter.name),
    }
}

fn named(state: &State, name: &str) -> String {
    let known = state.parameter_named(name);
    known.map_or_else(|| pascal(name), |id| parameter(state, id))
}

fn pascal(name: &str) -> String {
    let mut out = String::new();
    push_pascal(&mut out, name);
    out
}

/// A value as YAML with short tags, its strings in JSON's quotes, which YAML has too.
fn write_yaml(value: &Value, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(map) if map.is_empty() => out.push_str(" {}\n"),
        Value::Object(map) => {
            let function = map.iter().next().filter(|_| map.len() == 1);
            if let Some((name, argument)) = function
                && (name == "Ref" || name.starts_with("Fn::"))
            {
                out.push_str(&format!(" !{}", name.trim_start_matches("Fn::")));
                return write_yaml(argument, depth, out);
            }
            out.push('\n');
            for (key, value) in map {
                out.push_str(&format!("{indent}{}:", Value::from(key.as_str())));
                write_yaml(value, depth + 1, out);
            }
        }
        Value::Array(items) if items.is_empty() => out.push_str(" []\n"),
        Value::Array(items) => {
            out.push('\n');
            for item in items {
                out.push_str(&format!("{indent}-"));
                write_yaml(item, depth + 1, out);
            }
        }
        scalar => out.push_str(&format!(" {scalar}\n")),
    }
}
