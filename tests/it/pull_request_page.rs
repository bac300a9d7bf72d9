//! `docs/pull-requests.md` is a story that a user can type: its commands are run in a repository,
//! its edits applied, and what it shows must be what they print. After a change that is meant,
//! `STORY=write cargo test --test it pull_request_page` updates the outputs.

use crate::common::package;
use crate::common::repository::Repository;
use std::fmt::Write;

/// The commands of the page, their exit codes, and text that they must print.
const STORY: [(&str, i32, &[&str]); 19] = [
    ("tierwall init --project shop.tier", 0, &[]),
    ("tierwall build", 0, &["wrote shop.json", "wrote shop.tf"]),
    ("git add --all", 0, &[]),
    (
        "git commit --quiet --message \"A shop in three tiers\"",
        0,
        &[],
    ),
    ("git switch --quiet --create metrics", 0, &[]),
    ("tierwall fmt --check", 0, &[]),
    (
        "tierwall check --deny warnings",
        1,
        &["accepts tcp 9100 from the internet", "1 error"],
    ),
    (
        "tierwall check --deny warnings --message-format github",
        1,
        &["::error file=shop.tier,line=19,"],
    ),
    (
        "tierwall diff --git main --deny internet",
        1,
        &[
            "wider: ",
            "+ anywhere -> web  tcp 9100  internet",
            "plan: 2 to add, 0 to change, 0 to destroy",
            "denied: ",
        ],
    ),
    ("tierwall check --deny warnings", 0, &[]),
    (
        "tierwall diff --git main --deny internet",
        0,
        &[
            "wider: ",
            "+ office (203.0.113.0/24, 2001:db8:40::/48) -> web  tcp 9100\n",
            "plan: 2 to add, 0 to change, 0 to destroy",
        ],
    ),
    (
        "tierwall build --check >/dev/null",
        1,
        &["outputs are stale: `shop.json`, "],
    ),
    ("tierwall build", 0, &["wrote shop.json", "wrote shop.tf"]),
    ("tierwall build --check", 0, &[]),
    (
        "git commit --quiet --all --message \"Let the office see the metrics\"",
        0,
        &[],
    ),
    (
        "tierwall diff --git main... --format markdown",
        0,
        &["### tierwall: **wider**\n", "| **gained** |"],
    ),
    // and what the page leaves out
    (
        "git diff --exit-code main -- shop.tf shop.json >/dev/null",
        1,
        &[],
    ),
    ("git status --porcelain", 0, &[]),
    (
        "tierwall diff --git main..metrics --deny internet,replace >/dev/null",
        0,
        &[],
    ),
];

/// A command that was run, how it ended, and what it printed.
struct Reported {
    command: String,
    code: i32,
    output: String,
}

fn reported(repository: &Repository, command: &str) -> Reported {
    let run = repository.shell(command);
    Reported {
        command: command.to_string(),
        code: run.code(),
        output: run.out(),
    }
}

/// The page with what its commands print now, in order.
fn replayed(page: &str, repository: &Repository, story: &mut Vec<Reported>) -> String {
    let (mut out, mut lines) = (String::new(), page.lines());
    while let Some(line) = lines.next() {
        let _ = writeln!(out, "{line}");
        let language = line.trim_start_matches('`');
        let fence = &line[..line.len() - language.len()];
        if fence.len() < 3 {
            continue;
        }
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != fence).collect();
        out += &match language {
            "console" => typed(&block, repository, story),
            "diff" => edited(&block, repository),
            _ => block.join("\n") + "\n",
        };
        let _ = writeln!(out, "{fence}");
    }
    out
}

/// The commands of a block, each with what it prints.
fn typed(block: &[&str], repository: &Repository, story: &mut Vec<Reported>) -> String {
    let mut out = String::new();
    for command in block.iter().filter_map(|line| line.strip_prefix("$ ")) {
        let reported = reported(repository, command);
        let _ = write!(out, "$ {command}\n{}", reported.output);
        story.push(reported);
    }
    out
}

/// An edit of the work tree, applied.
fn edited(block: &[&str], repository: &Repository) -> String {
    let edit = block.join("\n") + "\n";
    // where git does not see it
    repository.files.write(".git/edit.diff", &edit);
    repository.does("git apply .git/edit.diff");
    edit
}

#[test]
fn the_page_shows_what_its_commands_print() {
    let path = package().join("docs/pull-requests.md");
    let page = std::fs::read_to_string(&path).expect("a page");
    let (repository, mut story) = (Repository::new(), Vec::new());
    let replayed = replayed(&page, &repository, &mut story);
    let shown = story.len();
    story.extend(
        STORY
            .iter()
            .skip(shown)
            .map(|(command, ..)| reported(&repository, command)),
    );
    for (
        Reported {
            command,
            code,
            output,
        },
        (expected, ends, words),
    ) in story.iter().zip(STORY)
    {
        assert_eq!((command.as_str(), *code), (expected, ends), "{output}");
        for words in words {
            assert!(
                output.contains(words),
                "`{words}` is not what `{command}` prints:\n{output}"
            );
        }
    }
    assert_eq!(story.len(), STORY.len());
    if std::env::var("STORY").is_ok_and(|what| what == "write") {
        std::fs::write(&path, replayed).expect("a page");
    } else {
        assert!(
            page == replayed,
            "`STORY=write cargo test --test it pull_request_page` updates the page:\n{replayed}"
        );
    }
}
