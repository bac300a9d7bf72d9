//! Problems as JSON, an object a line, format 1. A field may be added; any other change has a new
//! `format`.

use super::Notice;
use super::place::{Point, SourceRange};
use crate::diagnostic::{Edit, Fix, Level, Problem, Safety, counted};
use crate::source::{FileKind, Sources, Span};
use serde::Serialize;

const FORMAT: u32 = 1;

#[derive(Serialize)]
struct JsonLine<'m> {
    format: u32,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(flatten)]
    body: Body<'m>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Body<'m> {
    Problem(ProblemLine<'m>),
    Notice {
        level: &'static str,
        message: &'m str,
        #[serde(skip_serializing_if = "Option::is_none")]
        file: Option<&'m str>,
    },
    Summary(&'m Totals),
}

#[derive(Serialize)]
struct ProblemLine<'m> {
    code: &'static str,
    level: &'static str,
    message: &'m str,
    spans: Vec<SpanLine<'m>>,
    help: &'m [String],
    fixes: Vec<FixLine<'m>>,
    explain: String,
}

#[derive(Serialize)]
struct SpanLine<'m> {
    primary: bool,
    /// `None` for options of the command line.
    file: Option<&'m str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    options: Option<&'m str>,
    start: Point,
    end: Point,
    label: &'m str,
    text: &'m str,
}

#[derive(Serialize)]
struct FixLine<'m> {
    title: &'m str,
    safety: &'static str,
    edits: Vec<EditLine<'m>>,
}

#[derive(Serialize)]
struct EditLine<'m> {
    file: &'m str,
    start: Point,
    end: Point,
    text: &'m str,
}

/// The counts of a whole run.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Totals {
    /// Problems that are errors.
    pub errors: usize,
    /// Problems that are warnings.
    pub warnings: usize,
    /// Problems that are notes.
    pub notes: usize,
    /// Errors of the command line or the file system.
    pub failures: usize,
    /// Problems that `--fix` fixed.
    pub fixed: usize,
    /// Problems beyond the limit, which are only counted.
    #[serde(skip_serializing_if = "is_zero")]
    pub omitted: usize,
}

impl Totals {
    /// Counts a problem, and returns the count of its level.
    pub fn count_problem(&mut self, level: Level) -> usize {
        let count = match level {
            Level::Error => &mut self.errors,
            Level::Warning => &mut self.warnings,
            Level::Note => &mut self.notes,
        };
        *count += 1;
        *count
    }

    /// The remark about omitted problems, for a limit per level, as a line: `and 7 errors, 1 note
    /// more; …`.
    pub fn omitted_words(&self, most: usize) -> Option<String> {
        let counts = [
            (Level::Error, self.errors),
            (Level::Warning, self.warnings),
            (Level::Note, self.notes),
        ];

        let beyond = counts.into_iter().filter(|(_, count)| *count > most);
        let parts: Vec<String> = beyond
            .map(|(level, count)| counted(count - most, level.word()))
            .collect();

        (!parts.is_empty()).then(|| {
            format!(
                "and {} more; `--max-problems 0` reports all\n",
                parts.join(", ")
            )
        })
    }
}

/// One problem, with all its data.
pub fn json_problem(problem: &Problem, sources: &Sources) -> String {
    let report = problem.report();
    let fixes = problem.fixes(sources);
    let spans = report.labels.iter().enumerate();

    let body = Body::Problem(ProblemLine {
        code: report.code,
        level: report.level.word(),
        message: &report.message,
        spans: spans
            .map(|(n, label)| span_line(n == 0, label.span, &label.words, sources))
            .collect(),
        help: &report.help,
        fixes: fixes.iter().map(|it| fix_line(it, sources)).collect(),
        explain: format!("tierwall explain {}", report.code),
    });

    write_line("problem", body)
}

/// A message without a position, optionally about a file.
pub fn json_notice(notice: Notice, words: &str, file: Option<&str>) -> String {
    let kind = match notice {
        Notice::Failure => "failure",
        Notice::Outcome => "outcome",
    };
    write_line(
        kind,
        Body::Notice {
            level: Level::Error.word(),
            message: words,
            file,
        },
    )
}

/// The last line of a run.
pub fn json_summary(totals: &Totals) -> String {
    write_line("summary", Body::Summary(totals))
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

fn write_line(kind: &'static str, body: Body<'_>) -> String {
    let line = JsonLine {
        format: FORMAT,
        kind,
        body,
    };
    serde_json::to_string(&line).expect("strings and numbers are JSON") + "\n"
}

fn span_line<'m>(primary: bool, span: Span, label: &'m str, sources: &'m Sources) -> SpanLine<'m> {
    let SourceRange { file, start, end } = SourceRange::new(span, sources);
    let (file, options) = match sources.file(span.file).kind() {
        FileKind::Work | FileKind::Version | FileKind::Translated => (Some(file), None),
        FileKind::Options => (None, Some(file)),
    };

    SpanLine {
        primary,
        file,
        options,
        start,
        end,
        label,
        text: sources.text(span),
    }
}

fn fix_line<'m>(fix: &'m Fix, sources: &'m Sources) -> FixLine<'m> {
    let edits = fix.edits.iter().map(|edit| {
        let Edit { span, text } = edit;
        let SourceRange { file, start, end } = SourceRange::new(*span, sources);
        EditLine {
            file,
            start,
            end,
            text,
        }
    });

    FixLine {
        title: &fix.title,
        safety: safety_word(fix.safety),
        edits: edits.collect(),
    }
}

/// The safety of a fix, as a word.
pub fn safety_word(safety: Safety) -> &'static str {
    match safety {
        Safety::Safe => "safe",
        Safety::Review => "review",
    }
}
