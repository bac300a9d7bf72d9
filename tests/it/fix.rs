//! Corrections: each removes what it is for, those that are safe change nothing that was written to
//! be deployed, and `check --fix` writes them whole or not at all.

use crate::common::{check, wrong_programs};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use tierwall::diagnostic::{self, Problem, Safety, apply_edits, apply_safe};
use tierwall::lint::{Level, Levels};
use tierwall::source::FileId;
use tierwall::target;

fn all_warn() -> Levels {
    Levels {
        all: Some(Level::Warn),
        ..Levels::default()
    }
}

/// How often each code is reported.
fn codes(problems: &[Problem]) -> BTreeMap<&'static str, usize> {
    let mut codes = BTreeMap::new();
    problems
        .iter()
        .for_each(|problem| *codes.entry(problem.report().code).or_insert(0) += 1);
    codes
}

fn errors(problems: &[Problem]) -> usize {
    problems
        .iter()
        .filter(|problem| problem.level() == diagnostic::Level::Error)
        .count()
}

/// What both targets deploy; nothing for a program with errors.
fn outputs(program: &str) -> Vec<String> {
    let (compilation, _) = check(program, &all_warn());
    let Some(deployment) = compilation.judge_at(&all_warn()).deployment else {
        return Vec::new();
    };
    let state = deployment.to_state();
    let written = target::ALL
        .iter()
        .map(|target| String::from_utf8_lossy(&(target.emit)(&state)).into_owned());
    written.collect()
}

/// What the pages of codes and lints show, and a sentence of which nothing would be missed.
fn programs() -> Vec<(&'static str, &'static str)> {
    let again = "tier web, app\nweb allows http, https from app\nweb allows https from app\nweb allows http from app\n";
    let mut programs = wrong_programs();
    programs.push(("duplicate-rule", again));
    // a quote that the character before it would take
    programs.push(("E0104", "tier web \"a\\\n"));
    programs
}

#[test]
fn each_correction_removes_its_problem_and_matches_its_help() {
    let mut seen = BTreeMap::new();
    for (shows, program) in programs() {
        let (compilation, problems) = check(program, &all_warn());
        for problem in &problems {
            let report = problem.report();
            for fix in problem.fixes(&compilation.sources) {
                let reported = report.help.iter().any(|help| {
                    help.contains(&fix.title)
                        || fix.edits.iter().all(|edit| help.contains(edit.text.trim()))
                });
                assert!(
                    reported,
                    "{shows}: {fix:?} is not what {:?} says",
                    report.help
                );
                let files = apply_edits(fix.edits.clone(), &compilation.sources);
                let (_, after) = check(&files[&FileId(0)], &all_warn());
                let count =
                    |problems: &[Problem]| codes(problems).get(report.code).copied().unwrap_or(0);
                assert!(
                    count(&after) < count(&problems),
                    "{shows}: {fix:?}\n{}",
                    files[&FileId(0)]
                );
                *seen.entry((report.code, fix.safety)).or_insert(0) += 1;
                if fix.safety == Safety::Safe {
                    assert!(errors(&after) <= errors(&problems), "{shows}: {fix:?}");
                }
            }
        }
    }
    let safe: Vec<&str> = seen
        .keys()
        .filter(|(_, safety)| *safety == Safety::Safe)
        .map(|(code, _)| *code)
        .collect();
    assert_eq!(
        safe,
        ["E0111", "E0123", "E0125", "duplicate-rule", "unused-allow"],
        "what is safe is listed in docs/messages.md"
    );
    assert!(seen.len() > 20, "{seen:?}");
}

#[test]
fn safe_corrections_of_a_program_without_errors_change_no_output() {
    let mut some = 0;
    for (shows, program) in programs() {
        let (compilation, problems) = check(program, &all_warn());
        let fixed = apply_safe(&problems, &compilation.sources);
        if errors(&problems) == 0
            && let Some(text) = fixed.files.get(&FileId(0))
        {
            some += 1;
            assert!(!outputs(program).is_empty());
            assert_eq!(outputs(text), outputs(program), "{shows}:\n{text}");
        }
    }
    assert!(some > 1);
}

/// A program with its safe corrections, until there are none.
fn safely(program: &str) -> String {
    let (compilation, problems) = check(program, &all_warn());
    let fixed = apply_safe(&problems, &compilation.sources)
        .files
        .remove(&FileId(0));
    fixed.map_or_else(|| program.to_string(), |text| safely(&text))
}

#[test]
fn deletes_a_sentence_only_if_nothing_depends_on_it() {
    let tiers = "tier web, app\n";
    // whole, with its annotation and its line; the comment stays
    let reported = format!(
        "{tiers}web allows http, https from app\n@allow(icmp-all)\n  web allows https from app # why\n# on\n"
    );
    assert_eq!(
        safely(&reported),
        format!("{tiers}web allows http, https from app\n# why\n# on\n")
    );
    // at the end of a file without a line break, and across lines
    assert_eq!(
        safely(&format!(
            "{tiers}web allows ssh from app\nweb allows ssh from app"
        )),
        format!("{tiers}web allows ssh from app\n")
    );
    let both = format!("{tiers}web, app allow ssh from app\n");
    assert_eq!(
        safely(&format!("{both}web,\n  app allow ssh from app\ntier db\n")),
        format!("{both}tier db\n")
    );
    for kept in [
        // a part of it is new
        "web allows http from app\nweb allows http, https from app\n",
        // it outlives the other
        "web allows http from app until 2026-12-31\nweb allows http from app\n",
        // its text is the one that the rule carries
        "web allows http from app\nweb allows http from app \"health checks\"\n",
        // a comment would go with it
        "web, app allow ssh from app\nweb, # the front\n  app allow ssh from app\n",
        // reported twice in one sentence
        "web allows http, tcp 80 from app\n",
    ] {
        let program = format!("{tiers}{kept}");
        assert_eq!(safely(&program), program);
        assert!(
            codes(&check(&program, &all_warn()).1).contains_key("duplicate-rule"),
            "{program}"
        );
    }
    // with another value it would be no duplicate
    let bound = "# tierwall check --set office=203.0.113.0/24\nparam office : cidr\ntier web\nweb allows https from 203.0.113.0/24\nweb allows https from office\n";
    assert!(codes(&check(bound, &all_warn()).1).contains_key("duplicate-rule"));
    assert_eq!(safely(bound), bound);
}

/// The fixes of the errors of one line: their titles.
fn titles(line: &str) -> Vec<String> {
    let program = format!("tier a, b, db\n{line}\n");
    let (compilation, problems) = check(&program, &all_warn());
    let errors = problems
        .iter()
        .filter(|problem| problem.level() == diagnostic::Level::Error);
    errors
        .flat_map(|problem| problem.fixes(&compilation.sources))
        .map(|fix| fix.title)
        .collect()
}

#[test]
fn never_corrects_a_block_to_every_address_without_review() {
    for (wrong, right) in [
        ("203.0.113.7/16", "203.0.0.0/16"),
        ("10.0.0.1/8", "10.0.0.0/8"),
        ("2001:db8::1/32", "2001:db8::/32"),
        ("fd00::1/8", "fd00::/8"),
        // for review
        ("203.0.113.7/0", "203.0.113.7/0"),
        ("203.0.113.7/15", "203.0.113.7/15"),
        ("10.0.0.1/7", "10.0.0.1/7"),
        ("2001:db8::1/31", "2001:db8::1/31"),
    ] {
        let program = |block| format!("network n = {block}\ntier web\nweb allows https from n\n");
        assert_eq!(safely(&program(wrong)), program(right));
    }
}

#[test]
fn suggests_only_valid_blocks() {
    for (written, fixes) in [
        ("::ffff:1.2.3.4/120", vec!["write `1.2.3.0/24`"]),
        ("::ffff:1.2.3.4", vec!["write `1.2.3.4`"]),
        ("::ffff:10.0.0.1/96", vec![]),
        ("::ffff:10.0.0.1/8", vec![]),
        ("10.0.0.1/255.255.0.0", vec!["write `10.0.0.0/16`"]),
        ("10.0.0.1/0.0.0.0", vec![]),
    ] {
        assert_eq!(
            titles(&format!("a allows https from {written}")),
            fixes,
            "{written}"
        );
    }
}

#[test]
fn a_claim_is_completed_and_its_verb_is_corrected() {
    for (line, fixes) in [
        ("assrt a can reach b", ["write `assert`"]),
        ("a can reach b", ["write `assert a`"]),
        ("only a can reach b", ["write `assert only`"]),
        ("assrt can reach b", ["write `assert assrt`"]),
        ("asset, a cannot reach b", ["write `assert asset`"]),
    ] {
        assert_eq!(titles(line), fixes, "{line}");
    }
}

#[test]
fn adds_the_sentence_that_an_assertion_needs() {
    for (more, assertion, fix) in [
        (
            "",
            "internet can reach a on ping",
            "a allows ping from anywhere",
        ),
        ("", "b can reach a on mysql", "a allows mysql from b"),
        (
            "",
            "b can reach a on tcp 22, 3306",
            "a allows tcp 22 from b",
        ),
        // the rest passes already
        (
            "a allows icmp 8 from anywhere",
            "internet can reach a on ping",
            "a allows icmpv6 128/0 from anywhere",
        ),
        (
            "a allows tcp 53 from b",
            "b can reach a on dns",
            "a allows udp 53 from b",
        ),
    ] {
        let program = format!("stack s {{ ip = dual }}\ntier a, b\n{more}\nassert {assertion}\n");
        let (compilation, problems) = check(&program, &all_warn());
        let missing = problems
            .iter()
            .find(|problem| problem.report().code == "E0702")
            .expect("an E0702");
        let [one] = missing
            .fixes(&compilation.sources)
            .try_into()
            .expect("one fix");
        assert_eq!(one.title, format!("add `{fix}`"), "{assertion}");
        let text = &apply_edits(one.edits, &compilation.sources)[&FileId(0)];
        let left = check(text, &all_warn()).1;
        assert!(
            fix == "a allows tcp 22 from b" || !codes(&left).contains_key("E0702"),
            "{text}"
        );
    }
}

struct Scratch(tempfile::TempDir);

impl Scratch {
    fn new(files: &[(&str, &str)]) -> Scratch {
        let scratch = Scratch(tempfile::tempdir().expect("a temporary directory"));
        for (name, text) in files {
            let path = scratch.0.path().join(name);
            fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).expect("a directory");
            fs::write(path, text).expect("a file");
        }
        scratch
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.path().join(name)).expect("a file")
    }

    fn fix(&self, arguments: &[&str]) -> Output {
        self.check(&[&["--fix"], arguments].concat())
    }

    fn check(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_tierwall"))
            .args(["check", "--as-of", "2026-01-15"])
            .args(arguments)
            .current_dir(self.0.path())
            .output()
            .expect("tierwall starts")
    }
}

fn reported(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn fix_corrects_all_files_and_reports_remaining_problems() {
    let scratch = Scratch::new(&[
        (
            "a.tier",
            "include \"lib/n.tier\"\r\ntier web # é\r\nweb allows https from office, 10.0.0.1/8\r\nweb allows ssh from ofice\r\n",
        ),
        (
            "b.tier",
            "\u{feff}include \"lib/n.tier\"\ntier db\n@allow(open-http)\ndb allows mysql from office\n",
        ),
        ("lib/n.tier", "network office = 203.0.113.1/24 # ours\n"),
    ]);
    let output = scratch.fix(&["a.tier", "b.tier"]);
    assert_eq!(output.status.code(), Some(1));
    let reported = reported(&output);
    assert!(
        reported
            .starts_with("fixed 3 problems in 3 files\nerror[E0201]: there is no peer `ofice`\n"),
        "{reported}"
    );
    assert!(
        reported.ends_with("1 error\nb.tier: 1 tier, 3 rules\n"),
        "{reported}"
    );
    assert_eq!(
        scratch.read("a.tier"),
        "include \"lib/n.tier\"\r\ntier web # é\r\nweb allows https from office, 10.0.0.0/8\r\nweb allows ssh from ofice\r\n"
    );
    assert_eq!(
        scratch.read("b.tier"),
        "\u{feff}include \"lib/n.tier\"\ntier db\ndb allows mysql from office\n"
    );
    assert_eq!(
        scratch.read("lib/n.tier"),
        "network office = 203.0.113.0/24 # ours\n"
    );
    let again = scratch.fix(&["a.tier", "b.tier", "--message-format", "json"]);
    let last = String::from_utf8_lossy(&again.stdout)
        .lines()
        .last()
        .unwrap_or_default()
        .to_string();
    assert_eq!(
        last,
        "{\"format\":1,\"type\":\"summary\",\"errors\":1,\"warnings\":0,\"notes\":0,\"failures\":0,\"fixed\":0}"
    );
    let entries = fs::read_dir(scratch.0.path()).expect("a directory").count();
    assert_eq!(entries, 3, "nothing else is left there");
}

#[test]
fn applies_corrections_that_others_make_possible() {
    // the second is removed because the first is: an `@allow` for a removed statement silences
    // nothing
    let scratch = Scratch::new(&[(
        "a.tier",
        "tier web, app\nweb allows ssh from app\n@allow(duplicate-rule)\n@allow(open-http)\nweb allows ssh from app\nweb allows ssh from 10.0.0.9/8\n",
    )]);
    let output = scratch.fix(&["a.tier"]);
    assert!(
        reported(&output).starts_with("fixed 2 problems in 1 file\n"),
        "{}",
        reported(&output)
    );
    assert_eq!(
        scratch.read("a.tier"),
        "tier web, app\nweb allows ssh from app\n@allow(duplicate-rule)\nweb allows ssh from app\nweb allows ssh from 10.0.0.0/8\n"
    );
}

#[test]
fn leaves_read_only_files_alone() {
    let broken = "tier web\nweb allows https from 10.0.0.1/8\n";
    let scratch = Scratch::new(&[
        ("a.tier", broken),
        ("calm.tier", "tier web\nweb allows https from anywhere\n"),
    ]);
    let output = scratch.fix(&["a.tier", "-"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        (reported(&output).as_str(), scratch.read("a.tier").as_str()),
        (
            "error: `--fix` cannot be used with standard input\n",
            broken
        )
    );
    let path = scratch.0.path().join("a.tier");
    let mut permissions = fs::metadata(&path).expect("a file").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).expect("permissions");
    let output = scratch.fix(&["a.tier"]);
    assert_eq!(
        (output.status.code(), scratch.read("a.tier").as_str()),
        (Some(2), broken)
    );
    assert_eq!(
        reported(&output),
        "error: cannot write `a.tier`: it is read-only\nfixed nothing\n"
    );
    let modified = || {
        fs::metadata(scratch.0.path().join("calm.tier"))
            .and_then(|it| it.modified())
            .expect("a time")
    };
    let before = modified();
    assert_eq!(
        reported(&scratch.fix(&["calm.tier"])),
        "fixed nothing\ncalm.tier: 1 tier, 4 rules\n"
    );
    assert_eq!(modified(), before);
    // bytes that are no characters would not come back
    let bytes = b"tier web # \xff\nweb allows https from 10.0.0.1/8\n";
    fs::write(scratch.0.path().join("bytes.tier"), bytes).expect("a file");
    scratch.fix(&["bytes.tier"]);
    assert_eq!(
        fs::read(scratch.0.path().join("bytes.tier")).expect("a file"),
        bytes
    );
}

#[cfg(unix)]
#[test]
fn keeps_links_and_permissions() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let scratch = Scratch::new(&[("real.tier", "tier web\nweb allows https from 10.0.0.1/8\n")]);
    let path = |name: &str| scratch.0.path().join(name);
    fs::set_permissions(path("real.tier"), fs::Permissions::from_mode(0o640)).expect("permissions");
    symlink("real.tier", path("link.tier")).expect("a link");
    assert_eq!(scratch.fix(&["link.tier"]).status.code(), Some(0));
    assert!(
        fs::symlink_metadata(path("link.tier"))
            .expect("a link")
            .is_symlink()
    );
    assert_eq!(
        fs::metadata(path("real.tier"))
            .expect("a file")
            .permissions()
            .mode()
            & 0o777,
        0o640
    );
    assert_eq!(
        scratch.read("real.tier"),
        "tier web\nweb allows https from 10.0.0.0/8\n"
    );
}

/// What `check` says in a line each, and that `--fix` changes none of these files.
fn stays(files: &[(&str, &str)], arguments: &[&str]) -> String {
    let scratch = Scratch::new(files);
    let short = scratch.check(&[arguments, &["--message-format", "short"]].concat());
    scratch.fix(arguments);
    files
        .iter()
        .for_each(|(name, text)| assert_eq!(scratch.read(name), *text, "{name}"));
    String::from_utf8_lossy(&short.stdout).into_owned()
}

const PROD: &str = "[[program]]\nfile = \"a.tier\"\n[program.environments.dev]\n\
                    [program.environments.prod]\nset = { office = \"0.0.0.0/0\" }\n";

#[test]
fn an_allow_is_used_if_one_environment_needs_it() {
    let program = "param office : cidr\ntier web\n@allow(open-admin-port, \"prod only\")\nweb allows ssh from office\n";
    assert_eq!(
        stays(
            &[("tierwall.toml", PROD), ("a.tier", program)],
            &["--allow", "open-high-risk-port"]
        ),
        ""
    );
    // in dev alone it is of no use, and of two that say so a reviewer decides
    let scratch = Scratch::new(&[
        ("tierwall.toml", &PROD.replace("0.0.0.0/0", "10.0.0.0/8")),
        ("a.tier", program),
    ]);
    let json =
        String::from_utf8_lossy(&scratch.check(&["--message-format", "json"]).stdout).into_owned();
    assert!(
        json.contains("unused-allow") && json.contains("\"review\"") && !json.contains("\"safe\""),
        "{json}"
    );
    assert!(!json.contains("in dev"), "{json}");
}

#[test]
fn an_allow_is_used_if_one_program_needs_it() {
    let common = "tier web\nnetwork office = 10.0.0.0/8\n@allow(shadowed-rule, \"b is wider\")\nweb allows http from office\n";
    let wider = "include \"a.tier\"\nweb allows http from anywhere\n";
    assert_eq!(
        stays(
            &[("a.tier", common), ("b.tier", wider)],
            &["./a.tier", "b.tier"]
        ),
        ""
    );
    // in a sentence that is repeated in one program only, and in one that another program cannot
    // tell
    let twice = "tier web\nweb allows http from 10.0.0.0/8\nweb allows http from 10.0.0.0/8\n";
    let other = "include \"a.tier\"\n";
    stays(
        &[("a.tier", twice), ("b.tier", other)],
        &["a.tier", "b.tier"],
    );
    let unread = "[[program]]\nfile = \"a.tier\"\n[[program]]\nfile = \"gone.tier\"\n";
    stays(&[("tierwall.toml", unread), ("a.tier", twice)], &[]);
    // by itself it is corrected
    let scratch = Scratch::new(&[("a.tier", twice)]);
    assert!(reported(&scratch.fix(&["a.tier"])).starts_with("fixed 1 problem in 1 file\n"));
}

#[test]
fn an_allow_for_a_day_or_a_margin_is_not_judged() {
    let program = "stack s { rule-quota = 3 }\n@allow(quota)\ntier web\n\
                   @allow(expiring)\n@allow(expired)\nweb allows http from 10.0.0.0/8 until 2026-12-31\n";
    assert_eq!(stays(&[("a.tier", program)], &["a.tier"]), "");
}

#[test]
fn a_problem_in_a_file_of_two_programs_is_reported_once() {
    let main = "include \"common.tier\"\n";
    let common = "tier web\nweb allows ssh from anywhere\n";
    let scratch = Scratch::new(&[
        ("m1.tier", main),
        ("m2.tier", main),
        ("common.tier", common),
    ]);
    for format in ["short", "json", "github", "sarif"] {
        let output = scratch.check(&["m1.tier", "m2.tier", "--message-format", format]);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let id = if format == "sarif" {
            "\"ruleId\": \"open-admin-port\""
        } else {
            "open-admin-port"
        };
        let lines = text.lines().filter(|line| line.contains(id)).count();
        assert_eq!(lines, 1, "{format}: {text}");
        assert!(
            format != "json" || text.contains("\"warnings\":1"),
            "{text}"
        );
    }
    // two programs with the same text have the same problems, each of its own
    let scratch = Scratch::new(&[("m1.tier", common), ("m2.tier", common)]);
    let output = scratch.check(&["m1.tier", "m2.tier", "--message-format", "short"]);
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 2);
}
