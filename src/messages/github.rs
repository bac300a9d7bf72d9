//! GitHub's workflow commands: an annotation in the files of a pull request for each problem.

use super::place::{SourceRange, is_in_work_tree};
use crate::diagnostic::{Level, Problem, Report, place};
use crate::source::{Sources, Span, visible};
use std::fmt::Write;

/// One problem as a command. GitHub shows columns only for a span on one line.
pub fn github_problem(problem: &Problem, sources: &Sources) -> String {
    let report = problem.report();
    let span = problem
        .span()
        .filter(|span| is_in_work_tree(*span, sources));
    let place = span.map_or(String::new(), |span| write_place(span, sources));
    let code = escape_property(report.code);
    write_command(
        report.level,
        &format!("{place}title={code}"),
        &write_text(&report, sources),
    )
}

/// `file=shop.tier,line=3,endLine=3,col=1,endColumn=4,`
fn write_place(span: Span, sources: &Sources) -> String {
    let SourceRange { file, start, end } = SourceRange::new(span, sources);
    let file = escape_property(file);
    let mut place = format!("file={file},line={},endLine={},", start.line, end.line);
    if start.line == end.line {
        let _ = write!(place, "col={},endColumn={},", start.column, end.column);
    }
    place
}

/// The message, with a line for each label and each help.
fn write_text(report: &Report, sources: &Sources) -> String {
    let mut text = report.message.clone();
    for (n, label) in report.labels.iter().enumerate() {
        if label.words.is_empty() {
            continue;
        }
        let _ = match n {
            0 => write!(text, "\nhere: {}", label.words),
            _ => write!(text, "\n{}: {}", place(sources, label.span), label.words),
        };
    }

    for help in &report.help {
        let _ = write!(text, "\nhelp: {help}");
    }

    text
}

/// A message without a position, optionally about a file.
pub fn github_notice(words: &str, file: Option<&str>) -> String {
    let file = file.map_or(String::new(), |file| {
        format!("file={},", escape_property(file))
    });
    write_command(Level::Error, &format!("{file}title=tierwall"), words)
}

fn write_command(level: Level, properties: &str, text: &str) -> String {
    let name = match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    format!("::{name} {properties}::{}\n", escape_data(text))
}

/// Escapes a message for the runner (`escapeData` of its toolkit).
fn escape_data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Escapes a value of a property, which `:` or `,` would end. It is also shown in a log, so control
/// characters are replaced.
fn escape_property(text: &str) -> String {
    escape_data(&visible(text))
        .replace(':', "%3A")
        .replace(',', "%2C")
}
