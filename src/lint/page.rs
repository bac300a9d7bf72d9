//! The documentation of lints: for `tierwall explain`, and as a page.

use super::ALL;
use super::definition::Lint;
use std::fmt::Write;

/// How a program is embedded in a text.
type Program = fn(&str) -> String;

/// The documentation of one lint, for a terminal.
pub fn explain_lint(lint: &Lint) -> String {
    format!(
        "{}: {}\n\n{}",
        lint.name,
        lint.title,
        lint_section(lint, indent_program)
    )
}

/// The documentation of one lint, in Markdown.
pub fn in_markdown(lint: &Lint) -> String {
    lint_section(lint, fence_program)
}

/// The whole reference, in Markdown.
pub fn write_page() -> String {
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

fn lint_section(lint: &Lint, program: Program) -> String {
    let (level, text) = (lint.level.keyword(), lint.text);
    let (fires, passes) = (program(lint.fires), program(lint.passes));
    let controls = list_controls(lint);
    format!(
        "Level: {level}\n\n{text}\n\n{controls}This program is reported:\n\n{fires}\n\
         This program is not reported:\n\n{passes}"
    )
}

/// Related controls.
fn list_controls(lint: &Lint) -> String {
    if lint.ids.is_empty() {
        return String::new();
    }
    let controls = lint
        .ids
        .iter()
        .map(|(who, what)| format!("- {who}: {what}\n"));
    format!("Corresponds to:\n\n{}\n", controls.collect::<String>())
}

fn indent_program(program: &str) -> String {
    let line = |line: &str| {
        if line.is_empty() {
            "\n".to_string()
        } else {
            format!("    {line}\n")
        }
    };
    program.lines().map(line).collect()
}

fn fence_program(program: &str) -> String {
    format!("```tier\n{program}```\n")
}

const INTRODUCTION: &str = "\
# Lints

A lint is a named check of a whole program. It judges the meaning of a program and never its
spelling: `0.0.0.0/1` and `128.0.0.0/1` together are the internet. The level of a lint decides how
its findings are reported:

| level | a finding is |
|---|---|
| `allow` | not reported |
| `note` | a note |
| `warn` | a warning |
| `deny` | an error: nothing is written, and the exit code is 1 |

`--deny`, `--warn` and `--allow` change the levels for `tierwall check` and `tierwall build`: of one
lint by its name, of the lints whose own level is `warn` with `warnings`, or of every lint with
`all`. The more specific option wins: `--deny warnings --warn expired` stops a pipeline at every
warning except `expired`.

`@allow(LINT, \"reason\")` on the line before a statement silences the findings of the lint about
that statement. A finding that several statements cause together is silenced if each of them has an
`@allow`, and a finding about the output as a whole by an `@allow` before `stack`. An `@allow` that
silences nothing is reported.

**One exposure finding per sentence.** Several lints find most of what is open to the internet:
`ssh` is an administration port and on the list of Security Hub. The most specific lint reports the
sentence and names the others, each with what it finds in addition. The level of the finding is the
highest of theirs; if another lint has a higher level than the lint that reports, its level is
shown. `@allow` silences only the lint that it names: the remaining findings are then reported by
the most specific of the remaining lints. The order is `open-all-traffic`, `open-wide-range`,
`open-admin-port`, `open-data-store`, `open-plaintext`, `open-high-risk-port`, `role-expectation`,
`icmp-all`, `open-http`, `missing-ipv6`. What several sentences open only together is a separate
finding.

**Open to the internet** means open to at least as many addresses as a /6 of IPv4 or a /12 of IPv6,
in total, of those that IANA lists as globally reachable. A parameter without a value counts with
its default. The contents of external groups and prefix lists are not considered.

`tierwall explain NAME` prints the section of a lint.
";
