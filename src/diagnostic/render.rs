//! Problems as text for a person. The only file that names codespan.

use super::place;
use super::problem::Problem;
use super::report::{self, Level};
use crate::source::{File, FileId, Sources, Span, beginning, visible};
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
    let view = View {
        sources,
        parts: line_parts(&report.labels, sources),
        first: report.labels.first().map(|label| label.span),
    };
    let mut out = emit_diagnostic(&view, &make_diagnostic(&view, &report), style);
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// Converts a problem for the renderer; labels that are not drawn become notes.
fn make_diagnostic(view: &View<'_>, report: &report::Report) -> Diagnostic<FileId> {
    let severity = match report.level {
        Level::Error => Severity::Error,
        Level::Warning => Severity::Warning,
        Level::Note => Severity::Note,
    };

    let (mut labels, mut notes) = (Vec::new(), Vec::new());
    for (n, label) in report.labels.iter().enumerate() {
        if !view.draws_label(label) {
            let place = place(view.sources, label.span);
            notes.push(format!("{place}: {}", label.words));
            continue;
        }

        let make = match n {
            0 => Label::primary,
            _ => Label::secondary,
        };
        let range = view.visible_range(label.span);
        labels.push(make(label.span.file, range).with_message(&label.words));
    }

    notes.extend(report.help.iter().map(|help| format!("help: {help}")));

    Diagnostic::new(severity)
        .with_code(report.code)
        .with_message(&report.message)
        .with_labels(labels)
        .with_notes(notes)
}

fn emit_diagnostic(view: &View<'_>, diagnostic: &Diagnostic<FileId>, style: Style) -> String {
    let config = Config {
        start_context_lines: 1,
        end_context_lines: 1,
        ..Config::default()
    };

    let mut out = String::new();
    let result = match style {
        Style::Plain => term::emit_to_string(&mut out, &config, view, diagnostic),
        Style::Coloured => {
            let mut ansi = codespan_reporting::term::termcolor::Ansi::new(Vec::new());
            let result = term::emit_to_write_style(&mut ansi, &config, view, diagnostic);
            out.push_str(&String::from_utf8_lossy(&ansi.into_inner()));
            result
        }
    };

    result.expect("spans lie in the files they were read from, and a string takes everything");
    out
}

/// A longer line is drawn in part, so that the size of a report is not quadratic in the size of the
/// file.
const LONG_LINE: usize = 400;
/// How many bytes of such a line are drawn before its first label.
const BEFORE: usize = 100;

/// The drawn parts of the files.
struct View<'a> {
    sources: &'a Sources,
    parts: Vec<LinePart>,
    /// What the problem is about: its place has the name of the file.
    first: Option<Span>,
}

/// The part of a long line that is drawn.
struct LinePart {
    file: FileId,
    line: usize,
    range: Range<usize>,
}

/// The parts around the first label of each long line.
fn line_parts(labels: &[report::Label], sources: &Sources) -> Vec<LinePart> {
    let mut parts: Vec<LinePart> = Vec::new();
    for report::Label { span, .. } in labels {
        let file = sources.file(span.file);
        let line = line_index(file, span.start as usize);
        let whole = line_range(file, line);

        if whole.len() > LONG_LINE
            && !parts
                .iter()
                .any(|part| (part.file, part.line) == (span.file, line))
        {
            let start = whole
                .start
                .max((span.start as usize).saturating_sub(BEFORE));
            parts.push(LinePart {
                file: span.file,
                line,
                range: cut_line(file, start, whole.end),
            });
        }
    }

    parts
}

/// The part of a long line that is drawn from here, in whole characters.
fn cut_line(file: &File, start: usize, end: usize) -> Range<usize> {
    let start = beginning(file.text(), start).len();
    start..start + beginning(&file.text()[start..end], LONG_LINE).len()
}

fn line_index(file: &File, byte: usize) -> usize {
    file.line_starts()
        .partition_point(|start| *start as usize <= byte)
        - 1
}

fn line_range(file: &File, line: usize) -> Range<usize> {
    let starts = file.line_starts();
    starts[line] as usize
        ..starts
            .get(line + 1)
            .map_or(file.text().len(), |end| *end as usize)
}

impl View<'_> {
    /// The part of a span that is shown: at most its first line, and at most the drawn part of
    /// that.
    fn visible_range(&self, span: Span) -> Range<usize> {
        let text = self.sources.text(span);
        let first = text
            .find('\n')
            .map_or(text.len(), |end| text[..end].trim_end().len());
        let start = span.start as usize;
        let drawn = self
            .drawn_line(span.file, line_index(self.sources.file(span.file), start))
            .end;
        start..(start + first).min(drawn.max(start))
    }

    /// Whether a label is in the drawn part of its line.
    fn draws_label(&self, label: &report::Label) -> bool {
        let start = label.span.start as usize;
        let line = self.drawn_line(
            label.span.file,
            line_index(self.sources.file(label.span.file), start),
        );
        (line.start..=line.end).contains(&start)
    }

    /// The drawn part of a line.
    fn drawn_line(&self, id: FileId, line: usize) -> Range<usize> {
        let file = self.sources.file(id);
        let whole = line_range(file, line);

        if whole.len() <= LONG_LINE {
            return whole;
        }

        let known = self
            .parts
            .iter()
            .find(|part| (part.file, part.line) == (id, line));

        known.map_or_else(
            || cut_line(file, whole.start, whole.end),
            |part| part.range.clone(),
        )
    }
}

struct FileLabel<'a>(Cow<'a, str>);

impl fmt::Display for FileLabel<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'a> Files<'a> for View<'a> {
    type FileId = FileId;
    type Name = FileLabel<'a>;
    type Source = &'a str;

    fn name(&'a self, id: FileId) -> Result<FileLabel<'a>, files::Error> {
        let file = self.sources.file(id);
        let first = self.first.filter(|span| span.file == id);
        let name = first.map_or(file.name(), |span| file.shown_name(span.start));
        Ok(FileLabel(visible(name)))
    }

    fn source(&'a self, id: FileId) -> Result<&'a str, files::Error> {
        Ok(self.sources.file(id).drawn())
    }

    fn line_index(&'a self, id: FileId, byte: usize) -> Result<usize, files::Error> {
        Ok(line_index(self.sources.file(id), byte))
    }

    fn line_range(&'a self, id: FileId, line: usize) -> Result<Range<usize>, files::Error> {
        let lines = self.sources.file(id).line_starts().len();
        if line < lines {
            Ok(self.drawn_line(id, line))
        } else {
            Err(files::Error::LineTooLarge {
                given: line,
                max: lines - 1,
            })
        }
    }

    fn line_number(&'a self, id: FileId, line: usize) -> Result<usize, files::Error> {
        Ok(self.sources.file(id).shown_line(line + 1))
    }

    fn column_number(&'a self, id: FileId, _: usize, byte: usize) -> Result<usize, files::Error> {
        Ok(self.sources.file(id).line_column(byte as u32).1)
    }
}
