//! Reading: what a source says of a deployment, read, is the deployment.

use crate::account::{Account, AccountGroup, AccountRule};
use crate::compile::{TODAY, cases, emit, with};
use crate::generate::program;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use tierwall::Memory;
use tierwall::aws::{GroupId, ListReference, Peer, Reference, State, Text};
use tierwall::compile::{Inputs, compile};
use tierwall::driver::adopt::{AdoptOptions, adopt_estate};
use tierwall::driver::import::import_inventory;
use tierwall::groups::lower;
use tierwall::import::{Estate, read_source, write_literal};
use tierwall::inventory::Inventory;
use tierwall::live::AccountReader;
use tierwall::target::find_target;

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn answers_about_an_account_hold_its_groups_and_rules(program in program()) {
        let account = with(&program.text(), |_, _, it| Account::deploy(&it.to_state()));
        let (groups, rules) = (account.describe_groups(), account.describe_rules());

        let mut wanted = account.rules.clone();
        wanted.sort();
        prop_assert_eq!(sorted_rules(&read(&[&groups, &rules])), wanted.clone());
        prop_assert_eq!(sorted_rules(&read(&[&rules, &groups])), wanted);
        prop_assert_eq!(groups_of(&read(&[&rules, &groups])), account.groups.clone());

        // without the answer about rules, they have neither ids nor tags, and those of groups
        // that the account does not have are unknown
        let own = |rule: &AccountRule| account.groups.iter().any(|it| it.id == rule.group);
        let rules = account.rules.iter().filter(|rule| own(rule)).cloned();
        let mut plain: Vec<AccountRule> = rules
            .map(|rule| AccountRule { id: None, tags: BTreeMap::new(), ..rule })
            .collect();
        plain.sort();
        prop_assert_eq!(sorted_rules(&read(&[&groups])), plain);
    }
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn an_imported_program_says_what_was_read(program in program()) {
        let account = with(&program.text(), |_, _, it| Account::deploy(&it.to_state()));
        let (groups, rules) = (account.describe_groups(), account.describe_rules());
        let inputs = Inputs::on(TODAY.parse().expect("a date"));
        let imported = import_inventory("imported.tier", "imported", read(&[&groups, &rules]), &inputs);
        prop_assert!(
            imported.differences.is_empty(),
            "{}\n{}",
            imported.differences.join("\n"),
            imported.text
        );
        prop_assert_eq!(imported.rules, account.rules.len());
    }

    #[test]
    fn an_adopted_program_deploys_what_was_read(program in program()) {
        let account = with(&program.text(), |_, _, it| Account::deploy(&it.to_state()));
        let inventory = read(&[&account.describe_groups(), &account.describe_rules()]);
        let associations = inventory.state.associations().count();
        let estate = Estate { inventory, held: None };
        let inputs = Inputs::on(TODAY.parse().expect("a date"));
        let options = AdoptOptions {
            program: "adopted.tier",
            stack: "adopted",
            target: find_target("terraform").expect("a target"),
            default_tags: &[],
        };
        let adopted = adopt_estate(estate, &options, &inputs).map_err(TestCaseError::fail)?;
        let imported = &adopted.imported;
        prop_assert!(
            imported.differences.is_empty(),
            "{}\n{}",
            imported.differences.join("\n"),
            imported.text
        );
        let imports = imported.groups + imported.rules + associations;
        prop_assert_eq!(adopted.imports, imports, "everything that lives is imported");
        prop_assert!(adopted.changes.is_empty(), "{:?}", adopted.changes);

        // the files on a disk mean the same as the program in memory
        let mut files = Memory::new();
        for (name, bytes) in &adopted.files {
            files.insert(name, bytes.clone());
        }
        let compiled = compile("adopted.tier", &mut files, &inputs).expect("a program");
        let output = emit(&lower(&compiled.policy), "terraform");
        let written = adopted.files.iter().find(|(name, _)| name == "adopted.tf");
        let written = written.map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned());
        prop_assert_eq!(Some(output), written);
    }

    #[test]
    fn questions_about_a_source_are_asked_of_its_rules(program in program()) {
        let account = with(&program.text(), |_, _, it| Account::deploy(&it.to_state()));
        let inventory = read(&[&account.describe_groups(), &account.describe_rules()]);
        let literal = write_literal(&inventory).text;
        let written = with(&literal, |_, _, it| it.to_state());
        prop_assert_eq!(rule_words(&written), rule_words(&inventory.state), "{}", literal);
    }
}

/// The rules of a state, without what identifies anything outside.
fn rule_words(state: &State) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for (_, group) in state.groups_by_id() {
        for rule in &group.rules {
            let peer = match rule.key.peer {
                Peer::Block(block) => block.to_string(),
                Peer::Group(id) => state.group(id).name.clone(),
                Peer::ForeignGroup(id) => foreign_id(state, id.index()),
                Peer::PrefixList(id) => format!("{:?}", state.prefix_list(id).reference),
                Peer::Parameter(id) => panic!("nothing is unknown: {:?}", state.parameter(id)),
            };
            let key = rule.key;
            words.insert(format!(
                "{} {:?} {:?} {peer}",
                group.name, key.direction, key.traffic
            ));
        }
    }
    words
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn a_state_of_terraform_holds_the_groups_and_rules(program in program()) {
        let account = with(&program.text(), |_, _, it| Account::deploy(&it.to_state()));
        let inventory = read_source("state.json", &account.terraform_state()).expect("a state");
        let mut wanted = account.known_to_terraform();
        wanted.sort();
        prop_assert_eq!(sorted_rules(&inventory), wanted);
        prop_assert_eq!(groups_of(&inventory), account.groups);
    }
}

fn read(answers: &[&str]) -> Inventory {
    let mut reader = AccountReader::new();
    for answer in answers {
        reader.read("answer.json", answer).expect("an answer");
    }
    let inventory = reader.finish();
    assert!(inventory.rejected.is_empty(), "{:?}", inventory.rejected);
    inventory
}

pub fn groups_of(inventory: &Inventory) -> Vec<AccountGroup> {
    let state = &inventory.state;
    let groups = state.own_groups().map(|(id, group)| AccountGroup {
        id: id_of(inventory, id),
        name: group.group_name.as_ref().map(known).unwrap_or_default(),
        description: known(&group.description),
        vpc: reference(&group.vpc),
        tags: tags(&group.tags),
    });
    let mut groups: Vec<AccountGroup> = groups.collect();
    groups.sort_by(|a, b| a.id.cmp(&b.id));
    groups
}

pub fn sorted_rules(inventory: &Inventory) -> Vec<AccountRule> {
    let state = &inventory.state;
    let mut found = Vec::new();
    for (id, group) in state.groups_by_id() {
        for (rule, origin) in group.rules.iter().zip(&inventory.rules[id.index()]) {
            found.push(AccountRule {
                group: id_of(inventory, id),
                direction: rule.key.direction,
                traffic: rule.key.traffic,
                peer: peer(inventory, rule.key.peer),
                description: state.stored_description(rule).to_string(),
                tags: tags(state.tags(rule)),
                id: origin.id.as_deref().map(str::to_string),
            });
        }
    }
    found.sort();
    found
}

fn id_of(inventory: &Inventory, id: GroupId) -> String {
    let state = &inventory.state;
    match state.group(id).made_elsewhere {
        Some(foreign) => foreign_id(state, foreign.index()),
        None => inventory.groups[id.index()]
            .id
            .as_deref()
            .expect("a group of an account has an id")
            .to_string(),
    }
}

fn foreign_id(state: &State, index: usize) -> String {
    let foreign = &state.foreign_groups[index];
    let id = reference(&foreign.reference);
    match &foreign.account {
        Some(account) => format!("{account}/{id}"),
        None => id,
    }
}

fn peer(inventory: &Inventory, peer: Peer) -> String {
    let state = &inventory.state;
    match peer {
        Peer::Block(block) => block.to_string(),
        Peer::Group(id) => id_of(inventory, id),
        Peer::ForeignGroup(id) => foreign_id(state, id.index()),
        Peer::PrefixList(id) => match &state.prefix_list(id).reference {
            ListReference::Id(id) => id.clone(),
            other => panic!("a list of an account has an id: {other:?}"),
        },
        Peer::Parameter(id) => panic!("nothing is unknown: {:?}", state.parameter(id)),
    }
}

fn reference(reference: &Reference) -> String {
    match reference {
        Reference::Id(id) => id.clone(),
        Reference::Parameter(id) => panic!("nothing is unknown: {id:?}"),
    }
}

fn known(text: &Text) -> String {
    let known = text.view().as_known();
    known.expect("nothing is unknown").to_string()
}

fn tags(tags: &[(String, Text)]) -> BTreeMap<String, String> {
    let tags = tags.iter();
    tags.map(|(key, value)| (key.clone(), known(value)))
        .collect()
}
