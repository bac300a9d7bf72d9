//! Configurations: what the output for Terraform says is what was lowered, and a configuration in
//! any style reads as the deployment that it makes.

use crate::account::Account;
use crate::compile::{cases, with};
use crate::generate::program;
use crate::law_reading::{groups_of, sorted_rules};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use tierwall::aws::{
    GroupId, ListReference, ParamKind, Parameter, ParameterId, Peer, Reference, Rule,
    SecurityGroup, State, Text, aws_list,
};
use tierwall::import::read_source;
use tierwall::net::Traffic;
use tierwall::target::find_target;

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn an_output_for_terraform_holds_what_was_lowered(program in program()) {
        with(&program.text(), |_, _, deployment| {
            let state = deployment.to_state();
            let target = find_target("terraform").expect("a target");
            let output = String::from_utf8((target.emit)(&state)).expect("a text");
            let inventory = read_source("main.tf", &output)
                .unwrap_or_else(|error| panic!("{error}\n{output}"));
            let read = inventory.state;
            assert_eq!(lowercase(facts(&read)), lowercase(facts(&state)), "{output}");
            assert_parameters(&read, &state);
        });
    }

    #[test]
    fn a_configuration_reads_as_the_state_of_its_deployment(program in program()) {
        let account = with(&program.text(), |_, _, it| Account::deploy(&it.to_state()));
        let configuration = account.terraform_configuration();
        let inventory = read_source("main.tf", &configuration)
            .unwrap_or_else(|error| panic!("{error}\n{configuration}"));
        let state = read_source("state.json", &account.terraform_state()).expect("a state");
        prop_assert_eq!(
            addressed_rules(&inventory.state),
            addressed_rules(&state.state),
            "{}", configuration
        );
        prop_assert_eq!(inventory.state.own_group_count(), groups_of(&state).len());
        prop_assert_eq!(inventory.state.rule_count(), sorted_rules(&state).len());
    }
}

/// The rules of a state, by the names of its groups, which a state and a configuration have alike.
fn addressed_rules(state: &State) -> BTreeSet<String> {
    let mut rules = BTreeSet::new();
    for (id, group) in state.groups_by_id() {
        if group.made_elsewhere.is_none() {
            let name = group.group_name.as_ref().map(words);
            rules.insert(format!(
                "{} {name:?} {:?}",
                group.name,
                words(&group.description)
            ));
        }
        for rule in &group.rules {
            let owner = owner_words(state, id);
            rules.insert(format!("{owner} {}", rule_words(state, rule)));
        }
    }
    rules
}

/// Names of parameters are read in lower case.
fn lowercase(facts: BTreeSet<String>) -> BTreeSet<String> {
    facts.iter().map(|fact| fact.to_lowercase()).collect()
}

/// Every group and every rule, with all that is said of it.
fn facts(state: &State) -> BTreeSet<String> {
    // a default group that is locked is a group without rules
    let locked = state.locked_defaults.iter().map(|locked| {
        let vpc = reference_words(state, &locked.vpc);
        format!("default \"default VPC security group\" in {vpc} and [] []")
    });
    let mut facts: BTreeSet<String> = locked.collect();
    for (id, group) in state.groups_by_id() {
        let owner = owner_words(state, id);
        if group.made_elsewhere.is_none() {
            facts.insert(group_words(state, group));
        }
        for rule in &group.rules {
            facts.insert(format!("{owner} {}", rule_words(state, rule)));
        }
    }
    facts
}

fn group_words(state: &State, group: &SecurityGroup) -> String {
    let mut associated: Vec<String> = group
        .associations
        .iter()
        .map(|it| reference_words(state, it))
        .collect();
    associated.sort();
    let description = match group.description.is_empty() {
        true => "Managed by Terraform".to_string(),
        false => words(&group.description),
    };
    format!(
        "{} {description:?} in {} and {associated:?} {:?}",
        aws_name(group),
        reference_words(state, &group.vpc),
        tag_words(&group.tags)
    )
}

/// What identifies a group in AWS, or the start of it.
fn aws_name(group: &SecurityGroup) -> String {
    match &group.group_name {
        Some(name) => words(name),
        None => format!("{}*", words(&group.name_prefix)),
    }
}

fn owner_words(state: &State, id: GroupId) -> String {
    let group = state.group(id);
    match group.made_elsewhere {
        Some(foreign) => peer_words(state, Peer::ForeignGroup(foreign)),
        None => format!("group {}", aws_name(group)),
    }
}

fn rule_words(state: &State, rule: &Rule) -> String {
    let key = &rule.key;
    format!(
        "{:?} {} {} {:?} {:?}",
        key.direction,
        traffic_words(key.traffic),
        peer_words(state, key.peer),
        state.description(rule).as_written().replace('_', "-"),
        tag_words(state.tags(rule)),
    )
}

fn traffic_words(traffic: Traffic) -> String {
    let ports = traffic
        .unknown_ports()
        .map(|ports| format!("{:?}", ports.ends()));
    let ports = ports.map(|ports| ports.replace('_', "-"));
    match ports {
        Some(ports) => format!("{} {ports}", traffic.protocol()),
        None => format!("{traffic:?}"),
    }
}

fn peer_words(state: &State, peer: Peer) -> String {
    match peer {
        Peer::Block(block) => block.to_string(),
        Peer::Group(id) => owner_words(state, id),
        Peer::Parameter(id) => parameter_words(state, id),
        Peer::ForeignGroup(id) => {
            let foreign = state.foreign_group(id);
            let account = foreign.account.as_deref().unwrap_or_default();
            format!("{account}/{}", reference_words(state, &foreign.reference))
        }
        Peer::PrefixList(id) => {
            let list = state.prefix_list(id);
            match &list.reference {
                ListReference::Id(id) => id.clone(),
                ListReference::Aws(name) => format!("list {}", aws_list(name)),
                ListReference::Parameter(id) => parameter_words(state, *id),
                ListReference::Made(made) => format!(
                    "{} {:?} {:?} {:?} {:?}",
                    made.aws_name,
                    made.blocks,
                    list.family,
                    list.entries.unwrap_or(made.blocks.len() as u32),
                    tag_words(&made.tags)
                ),
            }
        }
    }
}

fn reference_words(state: &State, reference: &Reference) -> String {
    match reference {
        Reference::Id(id) => id.clone(),
        Reference::Parameter(id) => parameter_words(state, *id),
    }
}

/// The type of a parameter, and the expression that refers to it.
fn parameter_words(state: &State, id: ParameterId) -> String {
    let parameter = state.parameter(id);
    format!("{:?} {}", parameter.kind, expression_of(parameter))
}

fn expression_of(parameter: &Parameter) -> String {
    match &parameter.source.terraform {
        Some(expression) => expression.split_whitespace().collect::<Vec<_>>().join(" "),
        None => format!("var.{}", parameter.name.replace('-', "_")).to_lowercase(),
    }
}

/// Holds the parameters that were read against those that were written.
fn assert_parameters(read: &State, written: &State) {
    let written: BTreeMap<String, &Parameter> = written
        .parameters
        .iter()
        .map(|it| (expression_of(it), it))
        .collect();
    for parameter in &read.parameters {
        let expression = expression_of(parameter);
        let wanted = written[&expression];
        assert_eq!(parameter.kind, wanted.kind, "{expression}");
        if wanted.source.terraform.is_none() {
            assert_eq!(
                default_words(parameter),
                default_words(wanted),
                "{expression}"
            );
            if wanted.description.is_some() {
                assert_eq!(parameter.description, wanted.description, "{expression}");
            }
        }
    }
}

fn default_words(parameter: &Parameter) -> BTreeSet<String> {
    let default = parameter.default.iter();
    match parameter.kind {
        ParamKind::String => default.cloned().collect(),
        _ => default
            .flat_map(|it| it.split(','))
            .map(str::to_string)
            .collect(),
    }
}

fn words(text: &Text) -> String {
    text.view().as_written().replace('_', "-")
}

fn tag_words(tags: &[(String, Text)]) -> Vec<(String, String)> {
    tags.iter()
        .map(|(key, value)| (key.clone(), words(value)))
        .collect()
}
