//! Lints: each has a program in which it fires and one in which it does not; and what they judge is
//! sets.

use crate::common::{as_of, check, package};
use std::collections::BTreeSet;
use tierwall::diagnostic;
use tierwall::lint::{self, Level, Levels, Lint};
use tierwall::target::ALL;
use tierwall::{Memory, Options, Program};

/// The lints that report a program that is built as a template, and all messages.
fn tripped(program: &str, levels: &Levels) -> (BTreeSet<&'static str>, String) {
    let mut files = Memory::new().with("program.tier", program);
    let options = Options::new(as_of()).lints(levels.clone());
    let program = Program::load("program.tier", &mut files, options).expect("the text is there");
    let target = ALL.iter().find(|it| it.limits.is_some());
    let problems = program.check_for(target.expect("a target whose outputs are limited"));

    let reported: Vec<String> = problems.iter().map(|it| program.render(it)).collect();
    (
        problems.iter().map(|p| p.report().code).collect(),
        reported.join("\n"),
    )
}

fn all_warn() -> Levels {
    Levels {
        all: Some(Level::Warn),
        ..Levels::default()
    }
}

fn only(lint: &Lint, level: Level) -> Levels {
    Levels {
        all: Some(Level::Allow),
        named: [(lint.name, level)].into(),
        ..Levels::default()
    }
}

#[test]
fn reports_its_bad_program_and_accepts_its_good_one() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(package().join("snapshots/lints"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for lint in lint::ALL {
        let warned = only(lint, Level::Warn);
        let (found, reported) = tripped(lint.fires, &warned);
        assert_eq!(found, [lint.name].into(), "{}\n{reported}", lint.fires);
        let text = format!("{}{}\n{reported}", lint.fires, "-".repeat(80));
        settings.bind(|| insta::assert_snapshot!(lint.name, text));
        let (found, reported) = tripped(lint.passes, &warned);
        assert!(
            found.is_empty(),
            "{}: {}\n{reported}",
            lint.name,
            lint.passes
        );
        // the good example causes no other warning
        let (found, reported) = tripped(lint.passes, &Levels::default());
        assert!(
            found.is_empty(),
            "{}: {}\n{reported}",
            lint.name,
            lint.passes
        );
    }
}

#[test]
fn levels_decide_how_a_finding_is_reported() {
    for lint in lint::ALL {
        let level = |level| {
            let (compilation, problems) = check(lint.fires, &only(lint, level));
            drop(compilation);
            problems
                .iter()
                .map(|problem| problem.level())
                .collect::<BTreeSet<_>>()
        };
        if lint.name == lint::TEMPLATE_LIMITS.name {
            continue;
        }
        assert!(level(Level::Allow).is_empty(), "{}", lint.name);
        assert_eq!(
            level(Level::Warn),
            [diagnostic::Level::Warning].into(),
            "{}",
            lint.name
        );
        assert_eq!(
            level(Level::Deny),
            [diagnostic::Level::Error].into(),
            "{}",
            lint.name
        );
    }
}

#[test]
fn lints_have_uniform_documentation() {
    let names = lint::lint_names();
    for lint in lint::ALL {
        assert!(
            lint.name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
            "{}",
            lint.name
        );
        assert!(
            names.iter().filter(|name| **name == lint.name).count() == 1,
            "{}",
            lint.name
        );
        for part in ["Checks: ", "\n\nWhy: ", "\n\nInstead: "] {
            assert!(lint.text.contains(part), "{} says {part:?}", lint.name);
        }
        assert!(
            lint.text.lines().all(|line| line.chars().count() <= 120),
            "{}",
            lint.name
        );
        assert!(
            !lint.title.ends_with('.') && lint.text.ends_with('.'),
            "{}",
            lint.name
        );
        let file = format!("src/lint/{}.rs", lint.name.replace('-', "_"));
        assert!(package().join(&file).exists(), "{file}");
    }
}

#[test]
fn the_page_is_generated_from_the_lints() {
    let written = std::fs::read_to_string(package().join("docs/lints.md")).unwrap_or_default();
    assert!(
        written == lint::page::write_page(),
        "`cargo run -- explain lints > docs/lints.md` updates the page"
    );
}

/// Asserts that a lint fires in a program, or that it does not.
fn check_lint(name: &str, program: &str, fires: bool) {
    let lint = lint::ALL
        .iter()
        .find(|lint| lint.name == name)
        .expect("a lint");
    let (found, reported) = tripped(program, &only(lint, Level::Warn));
    assert_eq!(found.contains(name), fires, "{name}\n{program}\n{reported}");
}

#[test]
fn exposure_is_judged_by_sets() {
    for (peers, fires) in [
        ("anywhere", true),
        ("anywhere-ipv4", true),
        ("anywhere-ipv6", true),
        ("0.0.0.0/0", true),
        ("::/0", true),
        ("2000::/3", true),
        ("0.0.0.0/1", true),
        ("128.0.0.0/1", true),
        ("0.0.0.0/1, 128.0.0.0/1", true),
        ("everything", true),
        ("pieces", true),
        ("anywhere except private", true),
        (
            "anywhere except 0.0.0.0/1, 128.0.0.0/2, 192.0.0.0/3, 224.0.0.0/4, ::/0",
            false,
        ),
        ("private", false),
        ("10.0.0.0/8, 172.16.0.0/12, fc00::/7", false),
        ("240.0.0.0/4", false),
        ("17.0.0.0/8", false),
        ("2600:1f00::/24", false),
        ("office-later", false),
        ("all-later", true),
    ] {
        for (service, has) in [
            ("ssh", true),
            ("tcp 20-30", true),
            ("all", true),
            ("tcp", true),
            ("https", false),
        ] {
            let program = format!(
                "network everything = 0.0.0.0/1, 128.0.0.0/1\n\
                 network pieces = 20.0.0.0/8, 21.0.0.0/8, 30.0.0.0/8, 31.0.0.0/8, 32.0.0.0/8\n\
                 param office-later : cidr = 203.0.113.0/24\nparam all-later : cidr = 0.0.0.0/0\n\
                 tier web\nweb allows {service} from {peers}\n"
            );
            check_lint("open-admin-port", &program, fires && has);
        }
    }
}

#[test]
fn sentences_that_open_only_together() {
    let program = "tier web\nweb allows ssh from 20.0.0.0/8, 21.0.0.0/8\nweb allows tcp 20-30 from 30.0.0.0/7\n";
    check_lint("open-admin-port", program, true);
    check_lint("open-admin-port", &program.replace("20-30", "80"), false);
    // each of them has to be allowed
    let one = program.replace("web allows ssh", "@allow(open-admin-port)\nweb allows ssh");
    check_lint("open-admin-port", &one, true);
    let both = one.replace("web allows tcp", "@allow(open-admin-port)\nweb allows tcp");
    check_lint("open-admin-port", &both, false);
    check_lint("unused-allow", &both, false);
}

#[test]
fn an_allow_silences_the_next_statement_alone() {
    let program =
        "tier web\n@allow(open-admin-port, \"a honeypot\")\nweb allows ssh from anywhere\n";
    check_lint("open-admin-port", program, false);
    check_lint("unused-allow", program, false);
    check_lint(
        "open-admin-port",
        &format!("{program}web allows rdp from anywhere\n"),
        true,
    );
    check_lint("unused-allow", &program.replace("ssh", "https"), true);
    let silenced = program
        .replace("ssh", "https")
        .replace("@allow(open", "@allow(unused-allow)\n@allow(open");
    check_lint("unused-allow", &silenced, false);
}

/// How often a lint fires in a program.
fn count(name: &str, program: &str) -> usize {
    check(program, &all_warn())
        .1
        .iter()
        .filter(|problem| problem.report().code == name)
        .count()
}

#[test]
fn rules_that_others_cover() {
    for (sentences, expected) in [
        (
            "app allows ssh from 10.0.0.0/8\napp allows ssh from 10.1.0.0/16",
            1,
        ),
        (
            "app allows ssh from 10.1.0.0/16\napp allows ssh from 10.0.0.0/8",
            1,
        ),
        (
            "app allows ssh from 10.0.0.0/8\napp allows rdp from 10.1.0.0/16",
            0,
        ),
        (
            "app allows ssh from 10.0.0.0/9, 10.128.0.0/9\napp allows ssh from 10.0.0.0/8",
            1,
        ),
        (
            "app allows ssh from 10.0.0.0/9, 10.128.0.0/10\napp allows ssh from 10.0.0.0/8",
            1,
        ),
        (
            "app allows ssh from 10.0.0.0/9\napp allows tcp 20-30 from 10.128.0.0/9\napp allows tcp 22-23 from 10.0.0.0/8",
            1,
        ),
        (
            "app allows tcp 1-10 from 10.0.0.0/8\napp allows tcp 11-20 from 10.0.0.0/8\napp allows tcp 5-15 from 10.0.0.0/8",
            1,
        ),
        (
            "app allows tcp 1-10 from 10.0.0.0/8\napp allows tcp 12-20 from 10.0.0.0/8\napp allows tcp 5-15 from 10.0.0.0/8",
            0,
        ),
        (
            "app allows all from office\napp allows icmp echo-request, udp 53, proto 50 from office",
            1,
        ),
        ("app allows ssh, tcp 20-30 from office", 1),
        // a tier is covered where its addresses are
        (
            "app allows ssh from known\napp allows ssh from 10.9.0.0/16",
            0,
        ),
        (
            "app allows ssh from known\napp allows ssh from 10.9.0.0/16, ::/0",
            1,
        ),
        (
            "app allows ssh from known\napp allows ssh from 10.9.0.0/24",
            0,
        ),
        (
            "app allows ssh from unknown\napp allows ssh from 10.0.0.0/8",
            0,
        ),
        (
            "app allows ssh from unknown\napp allows ssh from anywhere-ipv4",
            0,
        ),
        (
            "app allows ssh from unknown\napp allows ssh from anywhere",
            1,
        ),
        (
            "app allows ssh from partner\napp allows ssh from anywhere",
            1,
        ),
        (
            "app allows ssh from list\napp allows ssh from anywhere-ipv4",
            1,
        ),
        (
            "app allows ssh from list\napp allows ssh from anywhere-ipv6",
            0,
        ),
        (
            "app allows ssh from later\napp allows ssh from anywhere-ipv4",
            1,
        ),
        ("app allows ssh from later, partner, list", 0),
        // both gates of a sentence have to be covered
        ("app allows ssh from shut\napp allows ssh from anywhere", 0),
        (
            "app allows ssh from shut\napp allows ssh from anywhere\nshut allows all to anywhere",
            1,
        ),
        // what covers must not be covered by what it covers
        (
            "app allows tcp 80-85 from 10.0.0.0/8\napp allows tcp 80-90 from 10.0.0.0/9\napp allows tcp 80-86 from 10.128.0.0/9\n\
             app allows tcp 86-95 from 10.0.0.0/10\napp allows tcp 86-95 from 10.64.0.0/10",
            1,
        ),
    ] {
        let program = format!(
            "network office = 203.0.113.0/24\nexternal partner = \"sg-0123456789abcdef0\"\n\
             prefix-list list = \"pl-0123456789abcdef0\"\nparam later : cidr\n\
             tier app\ntier known {{ addresses = 10.9.0.0/17 }}\ntier unknown\ntier shut {{ outbound = closed }}\n{sentences}\n"
        );
        assert_eq!(
            count("shadowed-rule", &program),
            expected,
            "{sentences}\n{}",
            tripped(&program, &all_warn()).1
        );
    }
}

#[test]
fn repeated_rules() {
    for (sentences, expected) in [
        ("app allows ssh from web\nweb allows ssh to app", 1),
        ("app allows ssh from web\napp allows ssh from web", 1),
        ("app allows ssh from web\napp allows rdp from web", 0),
        ("app allows ssh from web\nweb allows ssh from app", 0),
        ("app allows ssh, tcp 22 from web", 1),
        ("app allows ssh from 10.0.0.0/8, ten", 1),
        (
            "app allows ssh from 10.0.0.0/8\napp allows ssh from ten\napp allows ssh from ten",
            2,
        ),
        ("app allows ssh from shut\nshut allows ssh to app", 1),
    ] {
        let program = format!(
            "network ten = 10.0.0.0/8\ntier app\ntier web\ntier shut {{ outbound = closed }}\n{sentences}\n"
        );
        assert_eq!(
            count("duplicate-rule", &program),
            expected,
            "{sentences}\n{}",
            tripped(&program, &all_warn()).1
        );
        assert_eq!(count("shadowed-rule", &program), 0, "{sentences}");
    }
}

#[test]
fn rules_count_against_the_quota() {
    for (sentences, expected) in [
        (
            "app allows ssh from 10.0.0.0/24, 10.1.0.0/24, 10.2.0.0/24",
            0,
        ),
        (
            "app allows ssh from 10.0.0.0/24, 10.1.0.0/24, 10.2.0.0/24, 10.3.0.0/24",
            1,
        ),
        (
            "app allows ssh from 10.0.0.0/24, 10.1.0.0/24, 2001:db8:1::/48, 2001:db8:2::/48",
            0,
        ),
        (
            "app allows ssh from 10.0.0.0/24, 10.1.0.0/24, 10.2.0.0/24, web",
            1,
        ),
        ("app allows ssh, rdp, https, http from web", 2),
        ("app allows ssh from three, 10.0.0.0/24", 1),
        (
            "shut allows ssh to 10.0.0.0/24, 10.1.0.0/24, 10.2.0.0/24, 10.3.0.0/24",
            1,
        ),
        (
            "app allows ssh to 10.0.0.0/24, 10.1.0.0/24, 10.2.0.0/24, 10.3.0.0/24",
            0,
        ),
    ] {
        let program = format!(
            "stack s {{ rule-quota = 3 }}\nprefix-list three = \"pl-0123456789abcdef0\" {{ entries = 3 }}\n\
             tier app\ntier web\ntier shut {{ outbound = closed }}\n{sentences}\n"
        );
        assert_eq!(
            count("quota", &program),
            expected,
            "{sentences}\n{}",
            tripped(&program, &all_warn()).1
        );
    }
}

/// The levels and labels that a lint has in a program, by the levels of a run.
fn reported(name: &str, program: &str, levels: &Levels) -> Vec<(diagnostic::Level, String)> {
    let problems = check(program, levels).1;
    let reports = problems
        .iter()
        .map(|problem| problem.report())
        .filter(|report| report.code == name);
    reports
        .map(|report| (report.level, report.labels[0].words.clone()))
        .collect()
}

#[test]
fn past_and_near_last_days() {
    // today is 2026-01-15
    for (day, lint, words) in [
        ("2026-01-14", "expired", Some("today is 2026-01-15")),
        ("2026-01-15", "expired", None),
        ("2026-01-15", "expiring", Some("today is its last day")),
        ("2026-01-16", "expiring", Some("1 day left")),
        ("2026-01-17", "expiring", Some("2 days left")),
        ("2026-01-29", "expiring", Some("14 days left")),
        ("2026-01-30", "expiring", None),
        ("2026-01-14", "expiring", None),
    ] {
        let program = format!("tier web\nweb allows https from 10.0.0.0/8 until {day}\n");
        let found = reported(lint, &program, &Levels::default());
        let found: Vec<&str> = found.iter().map(|(_, words)| words.as_str()).collect();
        assert_eq!(found, words.into_iter().collect::<Vec<_>>(), "{lint} {day}");
    }
}

#[test]
fn the_sentence_that_passes_the_quota_is_named() {
    let program = "stack s { rule-quota = 3 }\ntier app\n\
                   app allows tcp 1, 3, 5 from 10.0.0.0/24\napp allows tcp 7 from 10.0.1.0/24\n";
    assert_eq!(
        reported("quota", program, &Levels::default()),
        [(
            diagnostic::Level::Error,
            "exceeds the quota with 1 rule".to_string()
        )]
    );
}

#[test]
fn levels_of_groups_of_lints() {
    let denied = Levels {
        warnings: Some(Level::Deny),
        ..Levels::default()
    };
    // a note is no warning, and what is allowed is none either
    let soon = "tier web\nweb allows https from 10.0.0.0/8 until 2026-01-16\n";
    assert_eq!(
        reported("expiring", soon, &denied)[0].0,
        diagnostic::Level::Note
    );
    assert!(
        reported(
            "open-http",
            "tier web\nweb allows http from anywhere\n",
            &denied
        )
        .is_empty()
    );
    assert_eq!(
        reported(
            "open-admin-port",
            "tier web\nweb allows ssh from anywhere\n",
            &denied
        )[0]
        .0,
        diagnostic::Level::Error
    );
    // the narrower word wins
    let ssh = "tier web\nweb allows ssh from anywhere\n";
    let but_warnings = Levels {
        all: Some(Level::Deny),
        warnings: Some(Level::Allow),
        ..Levels::default()
    };
    assert!(reported("open-admin-port", ssh, &but_warnings).is_empty());
    assert_eq!(
        reported("expiring", soon, &but_warnings)[0].0,
        diagnostic::Level::Error
    );
    let only_warnings = Levels {
        all: Some(Level::Allow),
        warnings: Some(Level::Deny),
        ..Levels::default()
    };
    assert_eq!(
        reported("open-admin-port", ssh, &only_warnings)[0].0,
        diagnostic::Level::Error
    );
    let named = Levels {
        named: [("open-admin-port", Level::Allow)].into(),
        ..denied
    };
    assert!(
        reported(
            "open-admin-port",
            "tier web\nweb allows ssh from anywhere\n",
            &named
        )
        .is_empty()
    );
}

#[test]
fn an_allow_of_a_lint_at_level_allow_is_used() {
    let program = "tier web\n@allow(open-http)\nweb allows http from anywhere\n";
    assert!(reported("unused-allow", program, &Levels::default()).is_empty());
    assert_eq!(
        reported(
            "unused-allow",
            &program.replace("http from", "https from"),
            &Levels::default()
        )
        .len(),
        1
    );
}

#[test]
fn a_quota_is_about_its_tier() {
    let program = "stack s { rule-quota = 1 }\n@allow(quota, \"raised\")\ntier app\napp allows tcp 1, 3 from 10.0.0.0/24\n";
    assert!(reported("quota", program, &Levels::default()).is_empty());
    assert!(reported("unused-allow", program, &Levels::default()).is_empty());
}

#[test]
fn reports_a_part_of_a_sentence_as_a_part() {
    let words = |name: &str, sentences: &str| {
        let program = format!("tier a {{ outbound = closed }}\n{sentences}\n");
        reported(name, &program, &Levels::default())
            .into_iter()
            .map(|(_, words)| words)
            .collect::<Vec<_>>()
    };
    let part = words(
        "not-filtered",
        "a allows dns to 169.254.169.253, 10.0.5.0/24",
    );
    assert_eq!(part, ["part of this has no effect"]);
    assert_eq!(
        words("not-filtered", "a allows dns to 169.254.169.253"),
        ["has no effect"]
    );
    assert_eq!(
        words("not-filtered", "a allows udp 67, tcp 443 from 10.0.0.0/8"),
        ["part of this has no effect"]
    );
    let wide = "a allows ssh from 10.0.0.0/8\n";
    assert_eq!(
        words(
            "shadowed-rule",
            &format!("{wide}a allows ssh from 10.1.0.0/16")
        ),
        ["has no effect"]
    );
    assert_eq!(
        words(
            "shadowed-rule",
            &format!("{wide}a allows ssh, http from 10.1.0.0/16")
        ),
        ["part of this has no effect"]
    );
}
