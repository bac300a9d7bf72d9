//! The estates that the compiler is measured with are as documented.

#[path = "../../benches/estate/mod.rs"]
mod estate;

use crate::common::as_of;
use estate::{ENTRY, Estate, Files, Mix, Peers};
use tierwall::compile::{Compilation, Environment, Inputs, compile};
use tierwall::lint::Levels;
use tierwall::{fmt, parse};

/// One of each kind, with this many rules.
fn estates(rules: usize) -> impl Iterator<Item = Estate> {
    let kinds = [
        (Mix::Dense, Peers::Addresses),
        (Mix::Dense, Peers::Groups),
        (Mix::Flat, Peers::Addresses),
        (Mix::Flat, Peers::Groups),
        (Mix::Region, Peers::Addresses),
        (Mix::Ports, Peers::Addresses),
        (Mix::Every, Peers::Addresses),
        (Mix::Also, Peers::Addresses),
        (Mix::OnlyIn, Peers::Addresses),
        (Mix::PortParams, Peers::Addresses),
        (Mix::Mixed, Peers::Addresses),
    ];
    kinds.into_iter().map(move |(mix, peers)| Estate {
        rules,
        mix,
        peers,
        ..Estate::default()
    })
}

fn compiled(estate: &Estate) -> Compilation {
    let inputs = Inputs {
        environment: Some(Environment {
            name: "production",
            is_optional: true,
        }),
        ..Inputs::on(as_of())
    };
    compile(ENTRY, &mut estate.files(), &inputs).unwrap_or_else(|error| panic!("{error:?}"))
}

/// That nothing is found, and how many rules sentences ask for.
fn rules_without_a_problem(estate: &Estate) -> usize {
    let compilation = compiled(estate);
    let judged = compilation.judge_at(&Levels::default());
    let problems: Vec<String> = judged
        .problems
        .sorted()
        .iter()
        .map(|it| it.report().message.clone())
        .collect();
    assert_eq!(problems, Vec::<String>::new(), "{estate:?}");
    let deployment = judged.deployment.expect("there is no error");
    let rules = deployment
        .groups
        .iter()
        .flat_map(|group| group.ingress.iter().chain(&group.egress));
    rules
        .filter(|rule| deployment.first_sentence(rule).is_some())
        .count()
}

#[test]
fn an_estate_has_the_requested_rules_and_no_problem() {
    for rules in [0, 1, 19, 61, 240, 479, 1000] {
        for estate in estates(rules) {
            assert_eq!(rules_without_a_problem(&estate), rules, "{estate:?}");
        }
    }
}

#[test]
fn an_estate_is_the_same_in_any_number_of_files() {
    for estate in estates(500) {
        let several = Estate {
            files: 4,
            ..estate.clone()
        };
        assert_eq!(several.files().0.len(), 4);
        assert_eq!(rules_without_a_problem(&several), 500, "{several:?}");
        let [one, four] = [&estate, &several].map(|estate| {
            let mut lines: Vec<String> = estate
                .files()
                .0
                .iter()
                .flat_map(|(_, text)| text.lines().map(str::to_string))
                .collect();
            lines.retain(|line| !line.is_empty() && !line.starts_with("include"));
            lines
        });
        assert_eq!(one, four);
    }
}

#[test]
fn assertions_hold() {
    for estate in estates(1000) {
        let asserted = Estate {
            assertions: 30,
            ..estate
        };
        assert_eq!(compiled(&asserted).policy.assertions.len(), 30);
        assert_eq!(rules_without_a_problem(&asserted), 1000);
    }
}

#[test]
fn equal_seeds_generate_equal_estates() {
    for estate in estates(500) {
        assert_eq!(estate.files(), estate.files());
        let other = Estate {
            seed: 2,
            ..estate.clone()
        }
        .files();
        // what names tiers alone has nothing to draw
        assert_eq!(
            estate.files() == other,
            matches!(estate.peers, Peers::Groups),
            "{estate:?}"
        );
    }
}

#[test]
fn an_edit_changes_a_few_sentences_and_breaks_no_assertion() {
    for estate in estates(2000) {
        let estate = Estate {
            assertions: 30,
            ..estate
        };
        let edited = Estate {
            edited: true,
            ..estate.clone()
        };
        assert!(rules_without_a_problem(&edited) > 1900);
        let lines = |estate: &Estate| -> Vec<String> {
            let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
            estate.files().0[0].1.lines().map(words).collect()
        };
        let (before, after) = (lines(&estate), lines(&edited));
        let gone = before.iter().filter(|line| !after.contains(line)).count();
        let come = after.iter().filter(|line| !before.contains(line)).count();
        assert_eq!((gone, come), (6, 6), "{estate:?}");
    }
}

#[test]
fn an_estate_is_formatted() {
    let kinds = estates(500).chain(estates(500).map(|estate| Estate {
        assertions: 30,
        files: 3,
        ..estate
    }));
    for estate in kinds {
        let Files(files) = estate.files();
        for (name, text) in files {
            let (_, program, problems) = parse::parse_text(&name, &text);
            assert!(problems.is_empty());
            assert_eq!(
                fmt::format(&text, &program.files[0]),
                text,
                "{name} of {estate:?}"
            );
        }
    }
}
