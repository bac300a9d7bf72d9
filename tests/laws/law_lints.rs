//! Lints about exposure: what a sentence opens is reported once, and nothing that a lint finds by
//! itself is lost.

use crate::compile::{cases, compilation, is_valid, policy};
use crate::generate::program;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use tierwall::analysis::diff::{Diff, Effect};
use tierwall::compile::Compilation;
use tierwall::diagnostic::{self, Finding, Problem};
use tierwall::lint::{ALL, Judge, Level, Levels};
use tierwall::policy::TierMapping;
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

/// The sentences that a lint says open nothing at all.
fn idle_sentences(compilation: &Compilation, lint: &'static str) -> Vec<Span> {
    let judged = compilation.judge_at(&levels(&[(lint, Level::Warn)]));
    let findings = judged
        .problems
        .into_iter()
        .filter_map(|problem| match problem {
            Problem::Lint(finding) => Some(*finding),
            _ => None,
        });
    let policy = &compilation.policy;
    let flows_of = |span: Span| {
        let flows = policy.flows.iter();
        flows
            .filter(|flow| policy.sentence(flow.sentence).span == span)
            .count()
    };
    let causes = findings.flat_map(|finding| {
        // of a sentence with several flows, `half-open` may report some
        let is_whole = lint != "half-open" || flows_of(finding.causes[0]) == 1;
        let is_idle = is_whole && (lint == "half-open" || !finding.corrections.is_empty());
        finding.causes.into_iter().filter(move |_| is_idle)
    });
    causes.collect()
}

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn an_opening_is_reported_once_with_every_lint(
        program in program(),
        seed: u64,
    ) {
        let compilation = compilation(&program.text());
        let lints: Vec<&str> = ALL
            .iter()
            .filter(|lint| matches!(lint.judge, Judge::Exposure(_)))
            .map(|lint| lint.name)
            .collect();
        let chosen = |n: usize| LEVELS[(seed >> (2 * n)) as usize % LEVELS.len()];
        let mut alone: BTreeMap<Causes, BTreeMap<String, diagnostic::Level>> = BTreeMap::new();
        for (n, lint) in lints.iter().enumerate() {
            let (level, found_as) = chosen(n);
            for finding in open(&compilation, &levels(&[(lint, level)])) {
                prop_assert!(named(&finding).is_empty(), "{finding:#?}");
                alone
                    .entry(finding.causes)
                    .or_default()
                    .insert(lint.to_string(), found_as);
            }
        }

        let all: Vec<_> = lints
            .iter()
            .enumerate()
            .map(|(n, lint)| (*lint, chosen(n).0))
            .collect();
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

    #[test]
    fn redundant_sentences_open_nothing(program in program()) {
        let text = program.text();
        let compilation = compilation(&text);
        for lint in ["redundant-outbound", "half-open"] {
            for sentence in idle_sentences(&compilation, lint) {
                let mut without = text.clone();
                let place = sentence.start as usize..sentence.end as usize;
                let blank = " ".repeat(place.len());
                without.replace_range(place, &blank);
                if is_valid(&without) {
                    let policy = policy(&without);
                    let mapping = TierMapping::new(&policy, &compilation.policy);
                    let diff = Diff::compare_policies(&policy, &compilation.policy, &mapping);
                    prop_assert_eq!(
                        diff.verdict(),
                        Effect::Equal,
                        "{} {:?}\n{}",
                        lint,
                        sentence,
                        text
                    );
                }
            }
        }
    }
}
