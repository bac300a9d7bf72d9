//! What is written about lints: for `tierwall explain`, and as a page.

use super::{ALL, Lint};
use std::fmt::Write;

/// How a program stands in a text.
type Program = fn(&str) -> String;

/// All about one lint, for a terminal.
pub fn explained(lint: &Lint) -> String {
    format!(
        "{}: {}\n\n{}",
        lint.name,
        lint.title,
        section(lint, indented)
    )
}

/// All about one lint, in Markdown.
pub fn in_markdown(lint: &Lint) -> String {
    section(lint, fenced)
}

/// The whole reference, in Markdown.
pub fn page() -> String {
    let mut page = INTRODUCTION.to_string();
    page.push_str("\n| lint | level | finds |\n|---|---|---|\n");
    for lint in ALL {
        let _ = writeln!(
            page,
            "| [`{0}`](#{0}) | {1} | {2} |",
            lint.name,
            lint.level.keyword(),
            lint.title
        );
    }

    for lint in ALL {
        let text = in_markdown(lint);
        let _ = write!(
            page,
            "\n## {}\n\nFinds {}.\n\n{}",
            lint.name, lint.title, text
        );
    }

    page
}

fn section(lint: &Lint, program: Program) -> String {
    let (level, text) = (lint.level.keyword(), lint.text);
    let (fires, passes) = (program(lint.fires), program(lint.passes));
    let controls = controls(lint);
    format!(
        "Level: {level}\n\n{text}\n\n{controls}It fires here:\n\n{fires}\nAnd here it does not:\n\n{passes}"
    )
}

/// Controls of others that ask for the same.
fn controls(lint: &Lint) -> String {
    if lint.ids.is_empty() {
        return String::new();
    }
    let controls = lint
        .ids
        .iter()
        .map(|(who, what)| format!("- {who}: {what}\n"));
    format!("Corresponds to:\n\n{}\n", controls.collect::<String>())
}

fn indented(program: &str) -> String {
    let line = |line: &str| {
        if line.is_empty() {
            "\n".to_string()
        } else {
            format!("    {line}\n")
        }
    };
    program.lines().map(line).collect()
}

fn fenced(program: &str) -> String {
    format!("```tier\n{program}```\n")
}

const INTRODUCTION: &str = "\
# Lints

A lint is a named check of a whole program. It judges what a program means and never how it is written: `0.0.0.0/1` and
`128.0.0.0/1` together are the internet. What comes of a finding is a matter of the lint's level:

| level | a finding is |
|---|---|
| `allow` | not told |
| `note` | told |
| `warn` | a warning |
| `deny` | an error: nothing is written, and the exit code is 1 |

`--deny`, `--warn` and `--allow` give `tierwall check` and `tierwall build` other levels: for one lint by its name, for
those whose own level is `warn` by the word `warnings`, or for all by the word `all`. The narrower word wins, so that
`--deny warnings --warn expired` stops a pipeline at every warning but that one.

`@allow(LINT, \"reason\")` on the line before a statement silences what the lint says about that statement. A finding that
several statements cause together is silenced when each of them has its `@allow`, and one about the output as a whole by
an `@allow` before `stack`. An `@allow` that silences nothing is itself reported.

**One finding about exposure for a sentence.** Most of what is open to the internet is found by several lints: `ssh` is a
port for administration and on Security Hub's list. The most specific lint reports the sentence and names the others,
each with what it finds beside that; the level is the highest of theirs. Where one of the others has a higher level than
the lint that reports, that is said too. `@allow` silences the lint that it names and no other: what is left of them is
reported then, by the most specific that is left. The order is `open-all-traffic`, `open-wide-range`, `open-admin-port`,
`open-data-store`, `open-plaintext`, `open-high-risk-port`, `role-expectation`, `icmp-all`, `open-http`, `missing-ipv6`.
What several sentences open only together is a finding of its own.

**Open to the internet** means open to more of its addresses than a sentence means to name: all in all to as many as a
/6 has of IPv4, or to as many as a /12 has of IPv6, of those that IANA lists as globally reachable. A parameter without a
value counts with its default. Other groups and prefix lists are not looked into.

`tierwall explain NAME` prints the section of a lint.
";
