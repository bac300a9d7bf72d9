//! Lints about exposure: what a sentence opens is reported once, and nothing that a lint finds by
//! itself is lost.

use crate::compile::{cases, compilation};
use crate::generate::program;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use tierwall::compile::Compilation;
use tierwall::diagnostic::{self, Finding, Problem};
use tierwall::lint::{ALL, Judge, Level, Levels};
use tierwall::source::Span;

/// The statements that cause a finding together.
type Causes = Vec<Span>;

/// The levels that make a finding.
const LEVELS: [(Level, diagnostic::Level); 3] = [
    (Level::Note, diagnostic::Level::Note),
    (Level::Warn, diagnostic::Level::Warning),
    (Level::Deny, diagnostic::Level::Error),
];

/// Levels for some lints; nothing is reported by the others.
fn levels(named: &[(&'static str, Level)]) -> Levels {
    Levels {
        all: Some(Level::Allow),
        named: named.iter().copied().collect(),
        ..Levels::default()
    }
}

/// What is found that is open to the internet.
fn open(compilation: &Compilation, levels: &Levels) -> Vec<Finding> {
    let problems = compilation.judge_at(levels).problems.into_iter();
    let findings = problems.filter_map(|problem| match problem {
        Problem::Lint(finding) => Some(*finding),
        _ => None,
    });
    findings
        .filter(|finding| finding.message.contains("internet"))
        .collect()
}

/// The lints that a finding names beside the one that reports it.
fn named(finding: &Finding) -> BTreeSet<String> {
    let help = finding
        .help
        .iter()
        .find_map(|help| help.strip_prefix("also reported by "));
    let words = help.unwrap_or_default().split('`').skip(1).step_by(2);
    words.map(str::to_string).collect()
}

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn what_a_sentence_opens_is_reported_once_with_all_who_find_it(program in program(), seed: u64) {
        let compilation = compilation(&program.text());
        let lints: Vec<&str> =
            ALL.iter().filter(|lint| matches!(lint.judge, Judge::Exposure(_))).map(|lint| lint.name).collect();
        let chosen = |n: usize| LEVELS[(seed >> (2 * n)) as usize % LEVELS.len()];
        let mut alone: BTreeMap<Causes, BTreeMap<String, diagnostic::Level>> = BTreeMap::new();
        for (n, lint) in lints.iter().enumerate() {
            let (level, found_as) = chosen(n);
            for finding in open(&compilation, &levels(&[(lint, level)])) {
                prop_assert!(named(&finding).is_empty(), "{finding:#?}");
                alone.entry(finding.causes).or_default().insert(lint.to_string(), found_as);
            }
        }

        let all: Vec<_> = lints.iter().enumerate().map(|(n, lint)| (*lint, chosen(n).0)).collect();
        let reported = open(&compilation, &levels(&all));
        prop_assert_eq!(reported.len(), alone.len());
        for finding in reported {
            let mut lints = named(&finding);
            lints.insert(finding.lint.to_string());
            let expected = &alone[&finding.causes];
            prop_assert_eq!(&lints, &expected.keys().cloned().collect::<BTreeSet<_>>());
            // the worst comes first in their order
            prop_assert_eq!(Some(&finding.level), expected.values().min());
        }
    }
}
