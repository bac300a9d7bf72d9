//! `docs/errors.md` against the compiler: every code has a page, each wrong program or manifest
//! gets its code and no other error, each right one gets nothing; and the messages.

use crate::common::{block, package};
use std::collections::BTreeSet;
use std::path::Path;
use tierwall::diagnostic::{self, Explanation, Problem, Style, explanations, render};
use tierwall::lint::{Level, Levels};
use tierwall::project;
use tierwall::source::Sources;

/// Codes that no program written in a text file can cause.
const NOT_BY_TEXT: [&str; 3] = ["E0108", "E0121", "W0401"];

/// Codes of what is found on a disk; `tests/it/projects.rs` and `tests/it/adopting.rs` have them.
const BY_FILES: [&str; 3] = ["E0403", "E0807", "E0810"];

/// A code, and another that every program with it has too.
const ALWAYS_WITH: [(&str, &str); 1] = [("E0308", "E0309")];

/// A file that an explanation shows.
enum Shown<'e> {
    Program(&'e str),
    Manifest(&'e str),
}

/// The block of this kind in an explanation.
fn shown<'e>(explanation: &'e Explanation, kind: &str) -> Option<Shown<'e>> {
    let program = block(explanation, &format!("tier {kind}")).map(Shown::Program);
    program.or_else(|| block(explanation, &format!("toml {kind}")).map(Shown::Manifest))
}

impl Shown<'_> {
    fn text(&self) -> &str {
        match self {
            Shown::Program(text) | Shown::Manifest(text) => text,
        }
    }

    /// Its problems, but for what lints find.
    fn check(&self) -> (Sources, Vec<Problem>) {
        match self {
            Shown::Program(program) => {
                let nothing = Levels {
                    all: Some(Level::Allow),
                    ..Levels::default()
                };
                let (compilation, problems) = crate::common::check(program, &nothing);
                (compilation.sources, problems)
            }
            Shown::Manifest(manifest) => {
                let bytes = manifest.as_bytes().to_vec();
                let (sources, _, problems) = project::read("tierwall.toml", bytes, Path::new(""));
                (sources, problems.sorted())
            }
        }
    }
}

#[test]
fn every_code_has_a_page() {
    let words = std::fs::read_dir(package().join("src/diagnostic/wording")).expect("a folder");
    let words: String = words
        .map(|file| std::fs::read_to_string(file.expect("a file").path()).expect("its text"))
        .collect();
    let starts = words
        .match_indices(['E', 'W'])
        .filter_map(|(at, _)| words.get(at..at + 5));
    let codes: BTreeSet<&str> = starts
        .filter(|code| code[1..].bytes().all(|b| b.is_ascii_digit()))
        .collect();
    let pages: Vec<&str> = explanations()
        .iter()
        .map(|explanation| explanation.code)
        .collect();
    assert!(codes.len() > 50, "the codes are found");
    assert_eq!(
        codes.into_iter().collect::<Vec<_>>(),
        pages,
        "pages in `docs/errors.md`, in the order of the codes"
    );
}

#[test]
fn each_code_is_reported_for_its_program_only() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(package().join("snapshots/errors"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for explanation in explanations() {
        let code = explanation.code;
        match shown(explanation, "wrong") {
            None => assert!(NOT_BY_TEXT.contains(&code), "{code} shows a wrong program"),
            Some(_) if BY_FILES.contains(&code) => {}
            Some(shown) => {
                let (sources, problems) = shown.check();
                let reported: Vec<String> = problems
                    .iter()
                    .map(|p| render(p, &sources, Style::Plain))
                    .collect();
                let text = format!(
                    "{}{}\n{}",
                    shown.text(),
                    "-".repeat(80),
                    reported.join("\n")
                );
                let codes: BTreeSet<&str> = problems.iter().map(|p| p.report().code).collect();
                let expected = ALWAYS_WITH
                    .iter()
                    .filter(|(with, _)| *with == code)
                    .map(|(_, other)| *other);
                assert_eq!(codes, expected.chain([code]).collect(), "{text}");
                settings.bind(|| insta::assert_snapshot!(code, text));
            }
        }
        let right = shown(explanation, "right");
        assert!(
            right.is_some() || NOT_BY_TEXT.contains(&code),
            "{code} shows a right program"
        );
        if let Some(shown) = right {
            let (sources, problems) = shown.check();
            let reported: Vec<String> = problems
                .iter()
                .map(|p| render(p, &sources, Style::Plain))
                .collect();
            assert!(
                reported.is_empty(),
                "{code}\n{}\n{}",
                shown.text(),
                reported.join("\n")
            );
        }
    }
}

#[test]
fn messages_read_alike() {
    for explanation in explanations() {
        let Some(shown) = shown(explanation, "wrong") else {
            continue;
        };
        for problem in shown.check().1 {
            let report = problem.report();
            let first = report.message.chars().next().unwrap_or('A');
            let starts_well = !first.is_uppercase()
                || ["ICMP", "VPC", "AWS", "CloudFormation", "Terraform"]
                    .iter()
                    .any(|w| report.message.starts_with(w));
            assert!(
                starts_well && !report.message.ends_with('.'),
                "{}: {}",
                report.code,
                report.message
            );
            assert!(!report.message.contains(" you "), "{}", report.message);
            assert!(
                report.labels.iter().all(|label| !label.words.is_empty()),
                "{}: a label says nothing",
                report.code
            );
            assert!(
                report.level == diagnostic::Level::Error || report.code.starts_with('W'),
                "{}",
                report.code
            );
        }
    }
}

#[test]
fn an_unspecified_address_needs_a_prefix_length() {
    let programs = [
        "tier x\nx allows https from ADDRESS",
        "tier x { outbound = closed }\nx allows https to ADDRESS",
        "network n = ADDRESS",
        "network n = anywhere except ADDRESS",
        "tier x\nx allows https from anywhere except ADDRESS",
        "vpc v { cidr = ADDRESS }",
        "tier x { addresses = [10.0.0.0/8, ADDRESS] }",
        "param p : KIND = ADDRESS",
        "tier x\nassert ADDRESS cannot reach x",
    ];
    for (address, kind, every) in [
        ("0.0.0.0", "cidr", "0.0.0.0/0"),
        ("::", "cidr-ipv6", "::/0"),
    ] {
        for program in programs {
            let program = program.replace("ADDRESS", address).replace("KIND", kind);
            let problems = Shown::Program(&program).check().1;
            let reports: Vec<_> = problems.iter().map(Problem::report).collect();
            let found: Vec<_> = reports
                .iter()
                .map(|report| (report.code, report.help.concat()))
                .collect();
            assert_eq!(
                found,
                [("E0122", format!("did you mean `anywhere`, or `{every}`?"))],
                "{program}"
            );
            let span = reports[0].labels[0].span;
            assert_eq!(&program[span.start as usize..span.end as usize], address);
        }
        // a default in quotes is a value of the wrong form
        let quoted = format!("param p : {kind} = \"{address}\"");
        let codes: Vec<_> = Shown::Program(&quoted)
            .check()
            .1
            .iter()
            .map(|p| p.report().code)
            .collect();
        assert_eq!(codes, ["E0207"]);
        // with its length it is what it says
        let host = format!(
            "tier x\nx allows proto 2 from {address}/{}",
            if kind == "cidr" { 32 } else { 128 }
        );
        assert!(Shown::Program(&host).check().1.is_empty());
    }
}
