//! Defaults of parameters: a deployment that uses them asks AWS for one rule twice exactly where a
//! lint says so.

use crate::compile::{cases, codes, emit, with};
use crate::deployed::parameter;
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
        let mut key = rule.key.clone();
        let (kind, name) = key
            .peer
            .rsplit_once(' ')
            .map_or(("", &*key.peer), |(kind, name)| (kind, name));
        if let Some(value) = defaults.get(name) {
            key.peer = if kind.is_empty() {
                value.clone()
            } else {
                format!("{kind} {value}")
            };
        }
        // ids of groups are unique, whatever the account
        if let Some((_, id)) = key
            .peer
            .strip_prefix("group ")
            .and_then(|group| group.split_once('/'))
        {
            key.peer = format!("group {id}");
        }
        !seen.insert(key)
    });
    let found = codes(text).contains(&"duplicate-default");
    if twice == found {
        Ok(twice)
    } else {
        Err(format!(
            "twice: {twice}, found: {found}, in\n{text}\n{output}"
        ))
    }
}

/// What each variable with a default is by default.
fn defaults(output: &str) -> BTreeMap<String, String> {
    let variables = hcl::read(output)
        .blocks
        .into_iter()
        .filter(|block| block.kind == "variable");
    let default = |block: hcl::Block| match block.body.attributes.get("default") {
        Some(Expression::Text(value)) => Some((parameter(&block.labels[0]), value.clone())),
        Some(other) => panic!("no text: {other:?}"),
        None => None,
    };
    variables.filter_map(default).collect()
}
