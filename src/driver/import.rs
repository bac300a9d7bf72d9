//! Writes what exists as a program, and proves that it says the same.

use crate::aws::{GroupId, ListReference, Peer, Reference, Rule, SecurityGroup, State, Text};
use crate::compile::{Compilation, Inputs, compile};
use crate::diagnostic::{Level, Problem};
use crate::fmt;
use crate::groups::lower;
use crate::import::{DEFAULT_DESCRIPTION, Texts, write_natural};
use crate::inventory::{Inventory, Remark};
use crate::parse;
use crate::source::Sources;
use crate::workspace::Memory;
use std::collections::BTreeMap;
use std::fmt::Display;

/// A program of what exists.
#[derive(Debug)]
pub struct Imported {
    /// The program, formatted.
    pub text: String,
    /// How many groups it has.
    pub groups: usize,
    /// How many rules.
    pub rules: usize,
    /// How many sentences they are.
    pub sentences: usize,
    /// How many default groups are left out, because they are as AWS made them.
    pub defaults: usize,
    /// What is worth knowing of what was read.
    pub notes: Vec<String>,
    /// What the program says otherwise than what was read; nothing if they are equal, which is then
    /// proved.
    pub differences: Vec<String>,
}

/// Writes an inventory as the program `name` of a stack, and holds every group and rule of that
/// against what was read, in both directions.
pub fn import_inventory(
    name: &str,
    stack: &str,
    inventory: Inventory,
    inputs: &Inputs<'_>,
) -> Imported {
    let (inventory, defaults) = inventory.with_defaults_elsewhere();
    let (text, sentences) = write_natural(&inventory, stack, Texts::InProgram);
    let text = format_text(name, &text);
    let state = &inventory.state;
    Imported {
        notes: describe_notes(&inventory),
        differences: prove(name, &text, &[], state, inputs).differences,
        groups: state.own_group_count(),
        rules: state.rule_count(),
        sentences,
        defaults,
        text,
    }
}

/// A program, and what it says otherwise than what was read.
pub(super) struct Proof {
    pub(super) compilation: Compilation,
    pub(super) differences: Vec<String>,
}

/// Compiles a program with files beside it, and holds it against what was read.
pub(super) fn prove(
    name: &str,
    text: &str,
    beside: &[(&str, &str)],
    read: &State,
    inputs: &Inputs<'_>,
) -> Proof {
    let mut files = Memory::new().with(name, text);
    for (name, text) in beside {
        files.insert(name, *text);
    }
    let compilation = compile(name, &mut files, inputs).expect("the file is there");
    Proof {
        differences: find_differences(read, &compilation),
        compilation,
    }
}

/// What is worth knowing of what was read.
pub(super) fn describe_notes(inventory: &Inventory) -> Vec<String> {
    inventory.remarks.iter().map(Remark::to_string).collect()
}

pub(super) fn format_text(name: &str, text: &str) -> String {
    let (sources, program, problems) = parse::parse_text(name, text);
    match (sources.entry(), program.files.first()) {
        (Some(file), Some(tree)) if problems.is_empty() => fmt::format(file.text(), tree),
        (_, _) => text.to_string(),
    }
}

/// What a program says otherwise than a state: its errors, or groups and rules of one of them.
fn find_differences(read: &State, compilation: &Compilation) -> Vec<String> {
    let problems = compilation.problems.clone().sorted();
    let errors = problems.iter().filter(|it| it.level() == Level::Error);
    let errors: Vec<String> = errors
        .map(|problem| describe_error(problem, &compilation.sources))
        .collect();
    if !errors.is_empty() {
        return errors;
    }

    let written = lower(&compilation.policy).to_state();
    let (read, written) = (list_facts(read), list_facts(&written));
    let missing = read
        .iter()
        .filter(|(key, fact)| written.get(*key) != Some(fact));
    let missing = missing.map(|(key, fact)| match written.get(key) {
        Some(other) => format!("{key}: {fact} was read, {other} is written"),
        None => format!("{key}: was read, and is not written"),
    });
    let added = written.keys().filter(|key| !read.contains_key(*key));
    let added = added.map(|key| format!("{key}: is written, and was not read"));
    missing.chain(added).collect()
}

fn describe_error(problem: &Problem, sources: &Sources) -> String {
    let report = problem.report();
    let line = problem
        .span()
        .map(|span| sources.file(span.file).line_column(span.start).0);
    let text = line.and_then(|line| Some(sources.entry()?.line(line).trim().to_string()));
    format!("{}: `{}`", report.message, text.unwrap_or_default())
}

/// What a state holds: each group and each rule, by what identifies it, with the rest of it.
fn list_facts(state: &State) -> BTreeMap<String, String> {
    let mut facts = BTreeMap::new();
    for (id, group) in state.groups_by_id() {
        let name = group_words(state, id);
        if group.made_elsewhere.is_none() {
            facts.insert(format!("group {name}"), describe_group(state, group));
        }
        for rule in &group.rules {
            let direction = rule.key.direction.words();
            let (traffic, peer) = (rule.key.traffic, peer_words(state, rule.key.peer));
            let key = format!("{name}: {direction} {traffic:?} {peer}");
            facts.insert(key, describe_rule(state, rule));
        }
    }
    facts
}

fn describe_group(state: &State, group: &SecurityGroup) -> String {
    let associated = group.associations.iter();
    let associated: Vec<&str> = associated.map(|vpc| state.reference_name(vpc)).collect();
    let name = match group.has_own_prefix {
        true => format!("name-prefix {:?}", group.name_prefix),
        false => format!("name {:?}", group.group_name),
    };
    format!(
        "{name}, description {:?}, vpc {}, associated {associated:?}, tags {}",
        written_description(group),
        state.reference_name(&group.vpc),
        tag_words(&group.tags),
    )
}

/// The description that the group gets: the default of Terraform where none is written.
fn written_description(group: &SecurityGroup) -> Text {
    match group.description.is_empty() {
        true => Text::known(DEFAULT_DESCRIPTION),
        false => group.description.clone(),
    }
}

fn describe_rule(state: &State, rule: &Rule) -> String {
    let description = state.description(rule).as_written();
    format!(
        "description {description:?}, tags {}",
        tag_words(state.tags(rule))
    )
}

fn tag_words(tags: &[(String, Text)]) -> String {
    let tags = tags
        .iter()
        .map(|(key, value)| format!("{key}={}", value.view().as_written()));
    list_words(tags)
}

fn list_words(items: impl Iterator<Item = impl Display>) -> String {
    let items: Vec<String> = items.map(|item| item.to_string()).collect();
    format!("[{}]", items.join(", "))
}

fn group_words(state: &State, id: GroupId) -> String {
    let group = state.group(id);
    match group.made_elsewhere {
        Some(foreign) => peer_words(state, Peer::ForeignGroup(foreign)),
        None => group.name.clone(),
    }
}

fn peer_words(state: &State, peer: Peer) -> String {
    match peer {
        Peer::Block(block) => block.to_string(),
        Peer::Parameter(id) => format!("parameter {}", state.parameter(id).name),
        Peer::Group(id) => format!("group {}", group_words(state, id)),
        Peer::ForeignGroup(id) => {
            let foreign = state.foreign_group(id);
            let account = foreign.account.as_deref().unwrap_or_default();
            match &foreign.reference {
                Reference::Id(id) => format!("{account}{id}"),
                Reference::Parameter(id) => format!("parameter {}", state.parameter(*id).name),
            }
        }
        Peer::PrefixList(id) => match &state.prefix_list(id).reference {
            ListReference::Id(id) => id.clone(),
            ListReference::Aws(name) => crate::aws::aws_list(name).to_string(),
            ListReference::Parameter(id) => format!("parameter {}", state.parameter(*id).name),
            ListReference::Made(made) => list_words(made.blocks.iter()),
        },
    }
}
