//! Writes what exists as a program with its ledger, and as the files that make a target take it
//! over without a change.

use super::import::{Imported, Proof, describe_notes, format_text, prove};
use crate::aws::{State, Text};
use crate::compile::Inputs;
use crate::groups::lower;
use crate::import::{Estate, Texts, write_natural};
use crate::inventory::{Inventory, Origin};
use crate::ledger::{AdoptedGroup, AdoptedRule, Ledger, RuleKeys, ledger_path};
use crate::target::{Adoption, Target};
use std::collections::BTreeMap;

/// How many groups or rules a message names.
const MOST_NAMED: usize = 5;

/// What an adoption is for.
#[derive(Debug, Clone, Copy)]
pub struct AdoptOptions<'a> {
    /// The file of the program; its stem names the others.
    pub program: &'a str,
    /// The name of the stack.
    pub stack: &'a str,
    /// The tool that takes over.
    pub target: &'a Target,
    /// The tags that its deployment gives each resource by itself.
    pub default_tags: &'a [(String, String)],
}

/// A program of what exists, with everything that takes it over.
#[derive(Debug)]
pub struct Adopted {
    /// The program, and the proof that it says what was read.
    pub imported: Imported,
    /// Files to write, by name: program, ledger, output, and those of the target.
    pub files: Vec<(String, Vec<u8>)>,
    /// How many imports the plan has.
    pub imports: usize,
    /// What the plan changes all the same, each with its reason.
    pub changes: Vec<String>,
    /// What to do, one step after another.
    pub steps: Vec<String>,
}

/// Writes an estate as a program that takes it over. Fails, with the reason, where that cannot be
/// done without a change in AWS.
pub fn adopt_estate(
    estate: Estate,
    options: &AdoptOptions<'_>,
    inputs: &Inputs<'_>,
) -> Result<Adopted, String> {
    let Some(adopter) = options.target.adopter else {
        return Err(format!(
            "{} cannot take over groups that exist",
            options.target.title
        ));
    };
    let default_tags = default_tags(&estate.inventory, options.default_tags);
    let (mut inventory, defaults) = estate.inventory.with_defaults_elsewhere();
    let held = estate.held.map(|held| held.with_defaults_elsewhere().0);
    require_ids(&inventory)?;
    let untagged = list_untagged_rules(&inventory.state, &default_tags);
    strip_tags(&mut inventory.state, &default_tags);
    drop_generated_names(&mut inventory.state, adopter.is_generated_name);

    let ledger = write_ledger(&inventory);
    let (text, sentences) = write_natural(&inventory, options.stack, Texts::InLedger);
    let text = format_text(options.program, &text);
    let ledger_path = ledger_path(options.program, None).ok_or("a program ends in `.tier`")?;
    let ledger_text = ledger.to_text();
    let beside = [(ledger_path.as_str(), ledger_text.as_str())];
    let Proof {
        compilation,
        differences,
    } = prove(options.program, &text, &beside, &inventory.state, inputs);

    let mut adopted = Adopted {
        files: Vec::new(),
        imports: 0,
        changes: untagged,
        steps: Vec::new(),
        imported: Imported {
            notes: describe_notes(&inventory),
            differences,
            groups: inventory.state.own_group_count(),
            rules: inventory.state.rule_count(),
            sentences,
            defaults,
            text,
        },
    };
    if !adopted.imported.differences.is_empty() {
        return Ok(adopted);
    }

    let state = lower(&compilation.policy).to_state();
    let stem = options.program.trim_end_matches(".tier");
    let made = (adopter.write)(&Adoption {
        stem,
        state: &state,
        ledger: &ledger,
        held: held.as_ref(),
    });
    if !made.refused.is_empty() {
        return Err(made.refused.join("; "));
    }

    let output = format!("{stem}.{}", options.target.extension);
    let program = adopted.imported.text.clone().into_bytes();
    adopted.files = vec![
        (options.program.to_string(), program),
        (ledger_path, ledger_text.into_bytes()),
        (output, (options.target.emit)(&state)),
    ];
    adopted.files.extend(made.files);
    adopted.imports = made.imports;
    adopted.imported.notes.extend(made.notes);
    adopted.changes.splice(0..0, made.changes);
    adopted.steps = made.steps;
    Ok(adopted)
}

/// The default tags of the sources, and those that were given.
fn default_tags(inventory: &Inventory, given: &[(String, String)]) -> Vec<(String, String)> {
    let mut tags = inventory.default_tags.clone();
    tags.extend(given.iter().cloned());
    tags.into_iter().collect()
}

/// Refuses groups and rules whose ids are not known: they cannot be imported.
fn require_ids(inventory: &Inventory) -> Result<(), String> {
    let groups = inventory.state.own_groups();
    let groups = groups.filter(|(id, _)| inventory.groups[id.index()].id.is_none());
    let groups: Vec<String> = groups.map(|(_, group)| group.name.clone()).collect();
    if !groups.is_empty() {
        return Err(format!(
            "no ids of groups are known: {}; give the state of Terraform, or the answer of `aws ec2 \
             describe-security-groups`",
            name_some(&groups)
        ));
    }

    let places = inventory.rules.iter().flatten();
    let missing: Vec<String> = places
        .filter(|origin| origin.id.is_none())
        .map(|origin| Origin::place(origin).unwrap_or("a rule").to_string())
        .collect();
    match missing.is_empty() {
        true => Ok(()),
        false => Err(format!(
            "no ids of rules are known: {}; give the answer of `aws ec2 \
             describe-security-group-rules` as another source",
            name_some(&missing)
        )),
    }
}

/// Some names, and how many more there are.
fn name_some(names: &[String]) -> String {
    let shown = names[..names.len().min(MOST_NAMED)].join(", ");
    match names.len().saturating_sub(MOST_NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// Rules that lack a default tag: a deployment with default tags adds it.
fn list_untagged_rules(state: &State, default_tags: &[(String, String)]) -> Vec<String> {
    let keys = RuleKeys::with_tiers(state);
    let mut untagged = Vec::new();
    for (id, group) in state.groups_by_id() {
        for rule in &group.rules {
            let tags = state.tags(rule);
            let has = |(key, value): &(String, String)| {
                let is_it =
                    |(own, text): &(String, Text)| own == key && *text == Text::literal(value);
                tags.iter().any(is_it)
            };
            if !default_tags.iter().all(has) {
                untagged.push(format!(
                    "{}: {}: it gets the default tags of the provider; a provider without them \
                     (`alias`) changes nothing",
                    keys.group(id),
                    keys.key(rule)
                ));
            }
        }
    }
    untagged
}

/// Takes away the tags that no program writes: those that the deployment adds by itself, and those
/// of AWS, whose keys start with `aws:` (EC2 user guide, "Tag restrictions").
fn strip_tags(state: &mut State, default_tags: &[(String, String)]) {
    let is_default = |key: &str, value: &Text| {
        let mut defaults = default_tags.iter();
        defaults.any(|(name, text)| name == key && *value == Text::literal(text))
    };
    let is_written =
        |(key, value): &(String, Text)| !key.starts_with("aws:") && !is_default(key, value);
    for group in &mut state.groups {
        group.tags.retain(is_written);
    }
    for tags in &mut state.rule_tags {
        tags.retain(is_written);
    }
}

/// Takes away names that the tool generated, and keeps.
fn drop_generated_names(state: &mut State, is_generated: fn(&str) -> bool) {
    for group in &mut state.groups {
        let name = group.group_name.as_ref();
        if name
            .and_then(|name| name.view().as_known())
            .is_some_and(is_generated)
        {
            group.group_name = None;
        }
    }
}

fn write_ledger(inventory: &Inventory) -> Ledger {
    let state = &inventory.state;
    let keys = RuleKeys::with_tiers(state);
    let mut ledger = Ledger::default();

    for (id, group) in state.groups_by_id() {
        let (origin, places) = (&inventory.groups[id.index()], &inventory.rules[id.index()]);
        let rules = group.rules.iter().zip(places);
        let rules = rules.map(|(rule, origin)| {
            let rule_entry = AdoptedRule {
                id: origin.id.as_deref().unwrap_or_default().to_string(),
                description: state.stored_description(rule).to_string(),
                tags: known_tags(state.tags(rule)),
            };
            (keys.key(rule), rule_entry)
        });
        let own = group.made_elsewhere.is_none();
        let id = origin.id.as_deref().unwrap_or(&group.name);
        let adopted = AdoptedGroup {
            id: id.to_string(),
            name: match (own && !group.has_own_prefix, &group.group_name) {
                (true, Some(name)) => Some(known(name)),
                (_, _) => None,
            },
            name_prefix: (own && group.has_own_prefix).then(|| known(&group.name_prefix)),
            description: own.then(|| known(&group.description)),
            tags: known_tags(&group.tags),
            rules: rules.collect(),
        };
        ledger.groups.insert(group.name.clone(), adopted);
    }
    ledger
}

/// A text that lives, in which nothing is a parameter.
fn known(text: &Text) -> String {
    text.view().as_known().unwrap_or_default().to_string()
}

fn known_tags(tags: &[(String, Text)]) -> BTreeMap<String, String> {
    let tags = tags.iter();
    tags.map(|(key, value)| (key.clone(), known(value)))
        .collect()
}
