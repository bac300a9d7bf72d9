//! GitHub's workflow commands: an annotation in the files of a pull request for each problem.

use super::place::{Place, is_in_work_tree};
use crate::diagnostic::{Level, Problem, place};
use crate::source::{Sources, visible};
use std::fmt::Write;

/// One problem as a command. GitHub shows columns only of what is on one line.
pub fn github(problem: &Problem, sources: &Sources) -> String {
    let report = problem.report();
    let mut properties = String::new();
    if let Some(span) = problem
        .span()
        .filter(|span| is_in_work_tree(*span, sources))
    {
        let Place { file, start, end } = Place::new(span, sources);
        let _ = write!(
            properties,
            "file={},line={},endLine={},",
            property(file),
            start.line,
            end.line
        );
        if start.line == end.line {
            let _ = write!(properties, "col={},endColumn={},", start.column, end.column);
        }
    }
    let mut text = report.message.clone();
    for (n, label) in report
        .labels
        .iter()
        .enumerate()
        .filter(|(_, label)| !label.words.is_empty())
    {
        let _ = match n {
            0 => write!(text, "\nhere: {}", label.words),
            _ => write!(text, "\n{}: {}", place(sources, label.span), label.words),
        };
    }
    for help in &report.help {
        let _ = write!(text, "\nhelp: {help}");
    }
    command(
        report.level,
        &format!("{properties}title={}", property(report.code)),
        &text,
    )
}

/// What no place of a program is about, but perhaps a file.
pub fn github_notice(words: &str, file: Option<&str>) -> String {
    let file = file.map_or(String::new(), |file| format!("file={},", property(file)));
    command(Level::Error, &format!("{file}title=tierwall"), words)
}

fn command(level: Level, properties: &str, text: &str) -> String {
    let name = match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    format!("::{name} {properties}::{}\n", escaped(text))
}

/// A text as the runner reads it back (its toolkit's `escapeData`).
fn escaped(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A value of a property, which `:` or `,` would end. A log shows it as well, where nothing in it
/// is to act.
fn property(text: &str) -> String {
    escaped(&visible(text))
        .replace(':', "%3A")
        .replace(',', "%2C")
}
