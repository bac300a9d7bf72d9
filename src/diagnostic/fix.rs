//! Corrections as data: what an editor offers, and `tierwall check --fix` applies.

use super::correction::{Correction, Safety, TextChange};
use super::problem::Problem;
use crate::source::{File, FileId, FileKind, Sources, Span};
use std::collections::BTreeMap;

/// A correction that can be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// Its title.
    pub title: String,
    /// Its safety.
    pub safety: Safety,
    /// The edits, which are applied together.
    pub edits: Vec<Edit>,
}

/// A span, and its new text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The span; empty for an insertion.
    pub span: Span,
    /// The new text; empty for a deletion.
    pub text: String,
}

/// Files with fixes applied.
#[derive(Debug, Default)]
pub struct Fixed {
    /// The new text of each file that changes.
    pub files: BTreeMap<FileId, String>,
    /// How many fixes were applied.
    pub fixes: usize,
}

impl Correction {
    /// The correction as edits of these files.
    fn write_fix(self, sources: &Sources) -> Fix {
        let mut safety = self.safety;
        let edits = match self.change {
            TextChange::Replace(span, text) => vec![Edit { span, text }],
            TextChange::Rewrite(edits) => edits
                .into_iter()
                .map(|(span, text)| Edit { span, text })
                .collect(),
            TextChange::Remove(spans) => {
                // a comment between the lines of a statement would be removed with it
                let texts = || spans.iter().map(|span| sources.text(*span));
                if texts().any(|text| text.contains('\n') && text.contains('#')) {
                    safety = Safety::Review;
                }

                spans
                    .into_iter()
                    .map(|span| remove_lines(sources, span))
                    .collect()
            }
            TextChange::EndLine(span, text) => vec![end_line(sources, span, text)],
            TextChange::Append(span, line) => {
                vec![append_line(sources.file(span.file), span, &line)]
            }
        };

        Fix {
            title: self.title,
            safety,
            edits,
        }
    }
}

impl Problem {
    /// Its corrections as edits, the likeliest first; empty if the file cannot be edited.
    pub fn fixes(&self, sources: &Sources) -> Vec<Fix> {
        self.corrections()
            .into_iter()
            .map(|correction| correction.write_fix(sources))
            .filter(|fix| is_editable(fix, sources))
            .collect()
    }
}

/// Applies the safe fixes of problems, in their order; one that overlaps another is skipped.
pub fn apply_safe(problems: &[Problem], sources: &Sources) -> Fixed {
    let mut taken: Vec<Edit> = Vec::new();
    let mut fixes = 0;

    for problem in problems {
        let mut safe = problem
            .fixes(sources)
            .into_iter()
            .filter(|fix| fix.safety == Safety::Safe);

        if let Some(fix) = safe
            .next()
            .filter(|fix| !fix.edits.iter().any(|edit| overlaps_any(&taken, edit)))
        {
            taken.extend(fix.edits);
            fixes += 1;
        }
    }

    Fixed {
        files: apply_edits(taken, sources),
        fixes,
    }
}

/// Applies edits, which do not overlap, and returns the changed files.
pub fn apply_edits(mut edits: Vec<Edit>, sources: &Sources) -> BTreeMap<FileId, String> {
    let mut files: BTreeMap<FileId, String> = BTreeMap::new();
    edits.sort_unstable_by_key(|edit| (edit.span.file, edit.span.start));
    for edit in edits.into_iter().rev() {
        let text = files
            .entry(edit.span.file)
            .or_insert_with(|| sources.file(edit.span.file).text().to_string());
        text.replace_range(edit.span.range(), &edit.text);
    }
    files
}

/// Whether a fix changes only files that can be edited.
fn is_editable(fix: &Fix, sources: &Sources) -> bool {
    fix.edits
        .iter()
        .all(|edit| sources.file(edit.span.file).kind() == FileKind::Work)
}

fn remove_lines(sources: &Sources, span: Span) -> Edit {
    Edit {
        span: whole_lines(sources.file(span.file), span),
        text: String::new(),
    }
}

/// Appends a text to the line of a span.
fn end_line(sources: &Sources, span: Span, text: &str) -> Edit {
    let end = end_of_line(sources, span);
    let before = &sources.file(end.file).text()[..end.start as usize];
    let escapes = before.len() - before.trim_end_matches('\\').len();
    // an odd number of backslashes would escape the text
    let escaped = if escapes % 2 == 1 { "\\" } else { "" };
    Edit {
        span: end,
        text: format!("{escaped}{text}"),
    }
}

fn overlaps_any(taken: &[Edit], edit: &Edit) -> bool {
    let (a, touches) = (edit.span, |b: Span| {
        edit.span.start <= b.end && b.start <= edit.span.end
    });
    taken
        .iter()
        .any(|other| other.span.file == a.file && touches(other.span))
}

/// The whole lines of a statement, without a comment after it.
fn whole_lines(file: &File, span: Span) -> Span {
    let text = file.text();
    let before = &text[..span.start as usize];
    let blank = before.len() - before.trim_end_matches([' ', '\t']).len();
    let rest = &text[span.end as usize..];
    let after = rest.len() - rest.trim_start_matches([' ', '\t', '\r']).len();
    let end = span.end as usize + after;

    let end = if text[end..].starts_with('\n') {
        end + 1
    } else {
        end
    };

    Span {
        start: span.start - blank as u32,
        end: end as u32,
        ..span
    }
}

/// The end of the line of a span, before trailing blanks.
fn end_of_line(sources: &Sources, span: Span) -> Span {
    let rest = &sources.file(span.file).text()[span.start as usize..];
    let line = rest.split('\n').next().unwrap_or(rest).trim_end();
    span.part(line.len(), 0)
}

/// Appends a line to a file, with the line breaks of the file.
fn append_line(file: &File, span: Span, line: &str) -> Edit {
    let (text, end) = (file.text(), file.text().len() as u32);
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let before = if text.is_empty() || text.ends_with('\n') {
        ""
    } else {
        newline
    };

    Edit {
        span: Span {
            start: end,
            end,
            ..span
        },
        text: format!("{before}{line}{newline}"),
    }
}
