//! Drift: where an account has what a program deploys, nothing is reported; where it lacks a rule, or
//! has one more, that rule is reported and no other.

use crate::account::Account;
use crate::compile::{cases, with};
use crate::generate::program;
use proptest::prelude::*;
use tierwall::aws::{Peer, State};
use tierwall::drift::{Drift, DriftInput, find_drift};
use tierwall::live::AccountReader;

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn one_changed_rule_is_the_drift(program in program(), chosen in any::<prop::sample::Index>()) {
        let state = with(&program.text(), |_, _, it| it.to_state());
        // rules with values of the deployment are refused before
        let has_unknown_owner = state.groups.iter().any(|group| {
            let owner = group.made_elsewhere.map(Peer::ForeignGroup);
            owner.is_some_and(|owner| state.parameter_of(owner).is_some())
        });
        let unbound = has_unknown_owner || state.rules().any(|rule| {
            state.parameter_of(rule.key.peer).is_some() || rule.key.traffic.unknown_ports().is_some()
        });
        // their ids are known from another answer alone
        let has_lists = state.rules().any(|rule| matches!(rule.key.peer, Peer::PrefixList(_)));
        let unbound = unbound || has_lists;
        // two tiers with one prefix and no tag `Name` are not told apart
        let has_own_prefix = state.own_groups().any(|(_, group)| group.has_own_prefix);
        let unbound = unbound || has_own_prefix;
        let has_unknown_name = state.own_groups().any(|(_, group)| {
            group.group_name.as_ref().is_some_and(|name| !name.is_known())
        });
        let account = Account::deploy(&state);
        if unbound || has_unknown_name || account.rules.is_empty() {
            return Ok(());
        }
        let same = drift(&state, &account);
        prop_assert!(same.is_empty(), "{same:?}");
        prop_assert_eq!(same.rules, account.rules.len());

        let chosen = chosen.index(account.rules.len());
        let removed = Account {
            groups: account.groups.clone(),
            rules: [&account.rules[..chosen], &account.rules[chosen + 1..]].concat(),
        };
        let found = drift(&state, &removed);
        prop_assert!(found.opened.is_empty() && found.missing.is_empty(), "{found:?}");
        prop_assert_eq!(found.closed.len() + found.otherwise.len(), 1, "{:?}", found);

        let mut added = account.rules[chosen].clone();
        added.peer = "192.0.2.77/32".to_string();
        added.id = Some("sgr-0000000000000ffff".to_string());
        if account.rules.iter().any(|rule| (&rule.group, rule.direction, rule.traffic, &rule.peer)
            == (&added.group, added.direction, added.traffic, &added.peer)) {
            return Ok(());
        }
        let more = Account {
            groups: account.groups.clone(),
            rules: [&account.rules[..], &[added]].concat(),
        };
        let found = drift(&state, &more);
        if !account.groups.iter().any(|group| group.id == more.rules[chosen].group) {
            // others put rules on a group that is made elsewhere
            prop_assert!(found.is_empty(), "{found:?}");
            return Ok(());
        }
        prop_assert!(found.closed.is_empty() && found.missing.is_empty(), "{found:?}");
        let opened = found.opened.iter().map(|rule| &rule.id);
        let ids: Vec<_> = opened.chain(found.otherwise.iter().map(|it| &it.id)).collect();
        prop_assert_eq!(ids, [&Some("sgr-0000000000000ffff".to_string())]);
    }
}

fn drift(state: &State, account: &Account) -> Drift {
    let mut reader = AccountReader::new();
    let answers = [account.describe_groups(), account.describe_rules()];
    for answer in &answers {
        reader.read("answer.json", answer).expect("an answer");
    }
    find_drift(&DriftInput {
        written: state,
        ledger: None,
        living: &reader.finish(),
        held: None,
        default_tags: &[],
    })
}
