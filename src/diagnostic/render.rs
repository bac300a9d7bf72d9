//! Problems as text for a person. The only file that names codespan.

use super::problem::{Level, Problem};
use crate::source::{FileId, Sources, visible};
use codespan_reporting::diagnostic::{Diagnostic, Label, Severity};
use codespan_reporting::files::{self, Files};
use codespan_reporting::term::{self, Config};
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

/// With or without ANSI colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// For files, pipes and tests.
    Plain,
    /// For terminals.
    Coloured,
}

/// One problem, with the lines of source it is about, ready to print.
pub fn render(problem: &Problem, sources: &Sources, style: Style) -> String {
    let report = problem.report();
    let severity = match report.level {
        Level::Error => Severity::Error,
        Level::Warning => Severity::Warning,
        Level::Note => Severity::Note,
    };
    let labels = report.labels.iter().enumerate().map(|(n, label)| {
        let make = if n == 0 { Label::primary } else { Label::secondary };
        make(label.span.file, shown(sources, label.span)).with_message(&label.words)
    });
    let diagnostic = Diagnostic::new(severity)
        .with_code(report.code)
        .with_message(&report.message)
        .with_labels(labels.collect())
        .with_notes(report.help.iter().map(|h| format!("help: {h}")).collect());
    let config = Config { start_context_lines: 1, end_context_lines: 1, ..Config::default() };
    let mut out = String::new();
    let result = match style {
        Style::Plain => term::emit_to_string(&mut out, &config, &View(sources), &diagnostic),
        Style::Coloured => {
            let mut ansi = codespan_reporting::term::termcolor::Ansi::new(Vec::new());
            let result = term::emit_to_write_style(&mut ansi, &config, &View(sources), &diagnostic);
            out.push_str(&String::from_utf8_lossy(&ansi.into_inner()));
            result
        }
    };
    result.expect("spans lie in the files they were read from, and a string takes everything");
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// The stretch of a span that is worth showing: not more than its first line.
fn shown(sources: &Sources, span: crate::source::Span) -> Range<usize> {
    let text = sources.text(span);
    let first = text.find('\n').map_or(text.len(), |end| text[..end].trim_end().len());
    span.start as usize..span.start as usize + first
}

struct View<'a>(&'a Sources);

struct Name<'a>(Cow<'a, str>);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'a> Files<'a> for View<'a> {
    type FileId = FileId;
    type Name = Name<'a>;
    type Source = &'a str;

    fn name(&'a self, id: FileId) -> Result<Name<'a>, files::Error> {
        Ok(Name(visible(self.0.file(id).name())))
    }

    fn source(&'a self, id: FileId) -> Result<&'a str, files::Error> {
        Ok(self.0.file(id).drawn())
    }

    fn line_index(&'a self, id: FileId, byte: usize) -> Result<usize, files::Error> {
        let starts = self.0.file(id).line_starts();
        Ok(starts.partition_point(|start| *start as usize <= byte) - 1)
    }

    fn line_range(&'a self, id: FileId, line: usize) -> Result<Range<usize>, files::Error> {
        let file = self.0.file(id);
        let starts = file.line_starts();
        let given = files::Error::LineTooLarge { given: line, max: starts.len() - 1 };
        let start = *starts.get(line).ok_or(given)? as usize;
        let end = starts.get(line + 1).map_or(file.text().len(), |end| *end as usize);
        Ok(start..end)
    }
}
