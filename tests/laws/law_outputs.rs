//! Predicted changes of outputs are those of the outputs: what only one file has, and what has
//! another value in the other.

use crate::compile::{cases, emit, policy};
use crate::generate::program;
use crate::law_diff::versions;
use crate::{hcl, json};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use tierwall::aws::GroupId;
use tierwall::groups::lower;
use tierwall::plan::{BeforeAfter, Changes, OtherChange, Planned, planned_targets};
use tierwall::policy::TierMapping;

proptest! {
    #![proptest_config(cases(192))]

    #[test]
    fn outputs_are_those_that_differ(one in program(), other in program(), kind in 0..3_u8) {
        let (old, new) = match kind {
            0 => versions(&one, &other, [0, 0], 0),
            1 => (one.text(), without_also(&one.text())),
            _ => (without_also(&one.text()), one.text()),
        };
        foretold(&old, &new)?;
    }
}

/// A program whose members carry the group of their tier alone.
fn without_also(text: &str) -> String {
    let line = |line: &str| match line.split_once(" also ") {
        Some((before, after)) if line.starts_with("tier ") => {
            let rest = after.find(['"', '{']).map_or("", |at| &after[at..]);
            format!("{before} {rest}\n")
        }
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

fn foretold(old: &str, new: &str) -> Result<(), TestCaseError> {
    let (was, is) = (policy(old), policy(new));
    let mapping = TierMapping::new(&was, &is);
    let (was, is) = (lower(&was), lower(&is));
    let states = [was.to_state(), is.to_state()];
    let changes = Changes::compare_states(&states[0], &states[1], mapping.groups());
    for target in planned_targets() {
        let name = target.target.name;
        let [before, after] = [&was, &is].map(|deployment| emit(deployment, name));
        let found = match name {
            "terraform" => differences(&moved(&before, &after), &hcl_outputs(&after)),
            _ => differences(&json_outputs(&before), &json_outputs(&after)),
        };
        let listed = listed(&changes, &target);
        prop_assert_eq!(listed, found, "{} from\n{}\nto\n{}", name, old, new);
    }
    Ok(())
}

/// The values of outputs by their names; of an export, by `export` and the name.
type Outputs = BTreeMap<String, String>;

/// `- name`, `+ name`, `~ name`
fn differences(old: &Outputs, new: &Outputs) -> BTreeSet<String> {
    let gone = old.keys().filter(|name| !new.contains_key(*name));
    let gone = gone.map(|name| format!("- {name}"));
    let others = new.iter().filter_map(|(name, value)| match old.get(name) {
        None => Some(format!("+ {name}")),
        Some(was) => (was != value).then(|| format!("~ {name}")),
    });
    gone.chain(others).collect()
}

/// The outputs of an old file, where groups are at the addresses that a new file moves them to.
fn moved(old: &str, new: &str) -> Outputs {
    let moves: BTreeMap<String, String> = hcl::read(new)
        .blocks
        .into_iter()
        .filter(|block| block.kind == "moved")
        .map(|block| {
            let address = |key: &str| format!("{:?}", block.body.attributes[key]);
            (with_id(&address("from")), with_id(&address("to")))
        })
        .collect();
    let follow = |address: &str| {
        let mut address = address.to_string();
        while let Some(to) = moves.get(&address) {
            address = to.clone();
        }
        address
    };
    let mut outputs = hcl_outputs(old);
    for value in outputs.values_mut() {
        let references: BTreeSet<String> = value
            .split_inclusive(')')
            .filter_map(|part| Some(part[part.find("Reference(")?..].to_string()))
            .collect();
        // a mark keeps what was followed from being followed again
        for reference in references {
            *value = value.replace(&reference, &format!("@{}", follow(&reference)));
        }
        *value = value.replace('@', "");
    }
    outputs
}

/// The reference to the id of what is at an address.
fn with_id(address: &str) -> String {
    address.replace("\")", ".id\")")
}

fn hcl_outputs(text: &str) -> Outputs {
    let blocks = hcl::read(text).blocks.into_iter();
    let outputs = blocks.filter(|block| block.kind == "output");
    outputs
        .map(|block| {
            let value = format!("{:?}", block.body.attributes["value"]);
            (block.labels[0].clone(), value)
        })
        .collect()
}

fn json_outputs(text: &str) -> Outputs {
    let template = json::read(text);
    let outputs = template["Outputs"].as_object().into_iter().flatten();
    let mut found = Outputs::new();
    for (name, output) in outputs {
        let value = output["Value"].to_string();
        // the export of one id is foretold by its own name, which a program can state
        if name.ends_with("Ids") && output.get("Export").is_some() {
            found.insert(format!("export {name}"), value.clone());
        }
        found.insert(name.clone(), value);
    }
    found
}

/// What is foretold of a target.
fn listed(changes: &Changes<'_>, target: &Planned) -> BTreeSet<String> {
    let planning = target.planning;
    let line = |sides, name: &dyn Fn(&tierwall::aws::SecurityGroup) -> String| match sides {
        BeforeAfter::Removed(id) => format!("- {}", name(changes.old.group(id))),
        BeforeAfter::Added(id) => format!("+ {}", name(changes.new.group(id))),
        BeforeAfter::Both(_, id) => format!("~ {}", name(changes.new.group(id))),
    };
    let of_group = |sides: BeforeAfter<GroupId>, list: bool| match list {
        true => line(sides, &planning.list_output),
        false => line(sides, &planning.output),
    };
    let map = planning.map_output.unwrap_or_default();
    let words = |change: &OtherChange| match *change {
        OtherChange::Output(sides) => Some(of_group(sides, false)),
        OtherChange::ListOutput(sides) => Some(of_group(sides, true)),
        OtherChange::ListExport(sides) => {
            let export = |group: &_| format!("export {}", (planning.list_output)(group));
            Some(line(sides, &export))
        }
        OtherChange::MapOutput(BeforeAfter::Removed(())) => Some(format!("- {map}")),
        OtherChange::MapOutput(BeforeAfter::Added(())) => Some(format!("+ {map}")),
        OtherChange::MapOutput(BeforeAfter::Both((), ())) => Some(format!("~ {map}")),
        _ => None,
    };
    let others = changes.others.iter();
    let others = others.filter(|(_, targets)| targets.includes_any(target.alone));
    others.filter_map(|(change, _)| words(change)).collect()
}
