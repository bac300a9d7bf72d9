//! Names and texts of others are shown and never obeyed: by a terminal, by the runner of GitHub's
//! workflows, by Markdown.

use crate::common::command::{Run, Scratch};
use crate::common::repository::Repository;
use tierwall::source::is_unseen;

/// Programs with text that could act on a terminal, a workflow or a comment.
const PROGRAMS: [&str; 9] = [
    "web allows https from any\u{1b}[31mwhere \"x\u{1b}]0;title\u{7}\"\n",
    "tier \u{1b}[2Jx\n",
    "tier web # \u{202e}cisab si\u{2066} ti\n",
    "tier web # one\u{2028}web allows all from anywhere\n",
    "tier web # \u{61c}\r\rtier app\n",
    "stack shop { region = \"\\u{1b}[31m\\n::error::obeyed\\u{202e}\" }\n",
    "include \"\\u{1b}[31m\\n::error::obeyed.tier\"\n",
    "prefix-list s3 = \"com.amazonaws.\\u{1b}[1m\\n::error::obeyed\"\n",
    "tier web { name = \"a\\n::error::obeyed\\u{9b}31m\", tags = { \"k\\u{200f}\" = \"\\u{2066}\" } }\n",
];

/// A name of a file that would, too.
const NAME: &str = "x\u{1b}[31m\n::error::obeyed\u{202e}`<!--.tier";

fn assert_inert(run: &Run, what: &str) {
    for text in [run.out(), run.err()] {
        let acting = text
            .chars()
            .find(|c| is_unseen(*c) && *c != '\n' && *c != '\t');
        assert_eq!(acting, None, "{what}: {text:?}");
        assert!(
            !text
                .lines()
                .any(|line| line.trim_start().starts_with("::error::obeyed")),
            "{what}: {text:?}"
        );
    }
}

#[test]
fn escapes_texts_of_a_program_for_terminals() {
    for program in PROGRAMS {
        let scratch = Scratch::new();
        scratch.write("shop.tier", program);
        for format in ["human", "short", "github"] {
            let run = scratch.run(&[
                "check",
                "shop.tier",
                "--message-format",
                format,
                "--as-of",
                "2026-01-15",
            ]);
            run.exits(1);
            assert_inert(&run, &format!("{format} of {program:?}"));
        }
    }
}

#[test]
fn escapes_file_names_for_terminals() {
    let scratch = Scratch::new();
    scratch.write(
        NAME,
        "tier web\nweb allows https from anywhere\nweb allows ssh from internal\n",
    );
    scratch.write("fine.tier", "tier web\nweb allows https from anywhere\n");
    for format in ["human", "short"] {
        assert_inert(
            scratch
                .run(&["check", NAME, "--message-format", format])
                .exits(1),
            format,
        );
        assert_inert(
            scratch
                .run(&["check", "no\nsuch\u{1b}.tier", "--message-format", format])
                .exits(2),
            format,
        );
        assert_inert(
            scratch
                .run(&["build", NAME, "--to", "tf", "--message-format", format])
                .exits(1),
            format,
        );
    }
    scratch.write(NAME, "tier web\nweb allows https from anywhere\n");
    assert_inert(scratch.run(&["check", NAME]).exits(0), "a sound program");
    scratch.write("::error::obeyed.tier", "web allows https from internal\n");
    for format in ["human", "short"] {
        let run = scratch.run(&["check", "::error::obeyed.tier", "--message-format", format]);
        assert_inert(run.exits(1), format);
    }
}

#[test]
fn each_problem_is_one_command_of_github() {
    for program in PROGRAMS {
        let scratch = Scratch::new();
        scratch.write(NAME, program);
        let reported = scratch
            .run(&["check", NAME, "--message-format", "github"])
            .out();
        assert!(!reported.is_empty());
        for line in reported.lines() {
            let (properties, message) = line
                .strip_prefix("::error ")
                .and_then(|rest| rest.split_once("::"))
                .expect("a command");
            assert!(
                properties.contains("title=E") && !message.is_empty(),
                "{line}"
            );
        }
    }
}

#[test]
fn a_comment_on_a_pull_request_shows_texts_as_they_are() {
    let repository = Repository::new();
    let hostile = "@all (see #1) ![x](y) _a_ *b* $${c} {{d}}";
    repository.files.write("shop.tier", "tier web\n");
    repository
        .shell("git add . && git commit --quiet -m one")
        .exits(0);
    repository.files.write(
        "shop.tier",
        format!("tier web\nweb allows https from anywhere \"{hostile}\" # <!-- ` -->\n"),
    );
    let run = repository
        .files
        .run(&["diff", "--git", "main", "shop.tier", "--format", "markdown"]);
    let reported = run.out();
    let shown = format!("`web allows https from anywhere \"{hostile}\"`");
    let rows: Vec<&str> = reported
        .lines()
        .filter(|line| line.contains("@all"))
        .collect();
    assert!(!rows.is_empty(), "{reported}{}", run.err());
    for row in rows {
        // the description of a rule is in a code block, below
        assert!(row.contains(&shown) || !row.starts_with('|'), "{row}");
    }
    assert_inert(&run, "a comment");
}

#[test]
fn escapes_descriptions_for_spreadsheets() {
    let scratch = Scratch::new();
    scratch.write(
        "shop.tier",
        "tier web\nweb allows icmpv6 128/0, all from anywhere \"=HYPERLINK(1)\"\n",
    );
    let run = scratch.run(&["flows", "shop.tier", "--format", "csv"]);
    let lines = run.exits(0).out();
    assert!(lines.contains(",'=HYPERLINK(1),"), "{lines}");
    assert!(lines.contains(",web,-1,"), "{lines}");
}

#[test]
fn escapes_stale_outputs_for_terminals() {
    let scratch = Scratch::new();
    scratch.write("shop.tier", "tier web\n");
    let stale = "# Generated by tierwall\n\u{1b}]0;title\u{7}\n\n::error::obeyed\n\u{202e}\r\n";
    scratch.write("shop.tf", stale);
    let run = scratch.run(&[
        "build",
        "shop.tier",
        "--to",
        "tf",
        "-o",
        "shop.tf",
        "--check",
    ]);
    assert_inert(run.exits(1), "a stale output");
}
