//! The examples and their results: the flow table of each with its source, and the output of each
//! target byte for byte.

use crate::common::{examples, package};
use insta::Settings;
use std::fmt::Write;
use tierwall::diagnostic::{Style, render};
use tierwall::lint::Levels;
use tierwall::report::flows;
use tierwall::{groups, target};

/// Snapshots are at the root of the repository, without the name of a module.
fn settings() -> Settings {
    let mut settings = Settings::clone_current();
    settings.set_snapshot_path(package().join("snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

#[test]
fn examples_have_only_the_problems_of_their_snapshots() {
    for example in examples() {
        let compilation = example.compile();
        let (sources, policy) = (&compilation.sources, &compilation.policy);
        let source = std::fs::read_to_string(package().join(&example.path)).unwrap_or_default();
        let mut text = format!("{}\n{}\n", source.trim_end(), "-".repeat(80));
        for (name, value) in &example.bindings {
            let _ = writeln!(text, "{name} = {value}");
        }
        if let Some(environment) = &example.environment {
            let _ = writeln!(text, "--environment {environment}");
        }
        let problems = compilation.judge_at(&Levels::default()).problems.sorted();
        for problem in &problems {
            let _ = writeln!(text, "{}", render(problem, sources, Style::Plain));
        }
        assert!(
            problems
                .iter()
                .all(|p| p.level() != tierwall::diagnostic::Level::Error),
            "{text}"
        );
        text.push_str(&flows::table(policy, sources));
        settings().bind(|| insta::assert_snapshot!(format!("{}.flows", example.name), text));
    }
}

#[test]
fn outputs_match_their_snapshots() {
    for example in examples() {
        let compilation = example.compile();
        let state = groups::lower(&compilation.policy).to_state();
        for target in &target::ALL {
            let out = (target.emit)(&state);
            let name = format!("{}-{}.{}", example.name, target.name, target.extension);
            settings().bind(|| insta::assert_binary_snapshot!(&name, out.clone()));
        }
    }
}
