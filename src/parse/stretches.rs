//! Explains the stretches of a file that are not statements, with the lines around them: one
//! mistake is one problem, even if it affects several lines.

use super::recover;
use super::repair::{LONG, is_statement};
use crate::ast::{FileTree, Statement};
use crate::diagnostic::{Problem, Rewrite, SyntaxProblem};
use crate::source::Span;

/// The maximum number of stretches for which repairs are searched, because each takes many
/// attempts; more than are displayed.
const MOST_REPAIRED: usize = 1_000;

/// A valid or invalid statement, as far as it has been read.
struct Above {
    /// Its text, with the lines that continue it.
    text: String,
    span: Span,
    /// Its problem, by position, if it has one.
    problem: Option<usize>,
    /// The other tool whose statement it is: then lines that are indented below belong to it.
    tool: Option<&'static str>,
}

impl Above {
    /// Extends it by a line that belongs to it.
    fn extended_to(self, span: Span) -> Above {
        Above {
            span: self.span.to(span),
            ..self
        }
    }
}

/// Reports the stretches of a file that are not statements, except those with a forbidden
/// character; names that they probably declare are recorded in the file.
pub fn explain_stretches(
    text: &str,
    bad: &[Span],
    forbidden: Vec<u32>,
    file: &mut FileTree,
) -> Vec<Problem> {
    let (mut problems, mut above): (Vec<Problem>, Option<Above>) = (Vec::new(), None);
    let mut comments: Vec<(u32, u32)> = Vec::new();

    for span in bad {
        let stretch = &text[span.range()];
        if comments.last().is_some_and(|(_, end)| span.start < *end) {
            continue;
        }
        if holds_any(*span, &forbidden) {
            note_broken(file, stretch, *span);
            continue;
        }
        if let Some(end) = recover::comment_end(text, stretch, span.start as usize) {
            comments.push((span.start, end as u32));
        }

        let before = above
            .take()
            .filter(|above| is_below(text, above.span, *span))
            .or_else(|| statement_above(text, file, *span));
        above = Some(match before {
            Some(above) if is_part(text, &above, *span) => {
                note_broken(file, stretch, *span);
                above.extended_to(*span)
            }
            before => explain_stretch(text, *span, before, file, &mut problems),
        });
    }

    if !comments.is_empty() {
        file.statements
            .retain(|statement| !is_in_comment(statement, &comments));
    }

    problems
}

/// Records what a stretch probably declares.
fn note_broken(file: &mut FileTree, stretch: &str, span: Span) {
    file.broken.extend(recover::declared_names(stretch, span));
    file.broken_keywords.extend(recover::keyword(stretch));
}

/// Whether one of the sorted positions is in a span.
fn holds_any(span: Span, places: &[u32]) -> bool {
    let next = places.partition_point(|at| *at < span.start);
    places.get(next).is_some_and(|at| *at < span.end)
}

/// Whether a statement is in one of the sorted comments.
fn is_in_comment(statement: &Statement, comments: &[(u32, u32)]) -> bool {
    let start = statement.span.start;
    let next = comments.partition_point(|(_, end)| *end <= start);
    comments.get(next).is_some_and(|(first, _)| *first <= start)
}

/// Explains one stretch, alone or as the continuation of the text above it.
fn explain_stretch(
    text: &str,
    span: Span,
    above: Option<Above>,
    file: &mut FileTree,
    problems: &mut Vec<Problem>,
) -> Above {
    let stretch = &text[span.range()];
    let is_repaired = problems.len() < MOST_REPAIRED;

    if let Some(joined) = above
        .filter(|_| is_repaired)
        .and_then(|above| join_lines(text, span, above, problems))
    {
        return joined;
    }

    note_broken(file, stretch, span);
    file.is_incomplete |= recover::is_include(stretch);
    problems.push(recover::explain_statement(stretch, span, is_repaired));
    let problem = Some(problems.len() - 1);

    Above {
        text: stretch.to_string(),
        span,
        problem,
        tool: recover::tool_of(stretch),
    }
}

/// Joins a stretch with the statement above it, if together they are one statement, or a list with
/// a missing comma.
fn join_lines(text: &str, span: Span, above: Above, problems: &mut Vec<Problem>) -> Option<Above> {
    let stretch = &text[span.range()];
    if above.text.len() + stretch.len() > LONG {
        return None;
    }

    let broken = format!("{} {stretch}", above.text);
    let listed = format!("{}, {stretch}", above.text);
    let (joined, problem) = if is_statement(&broken) {
        (broken, broken_line(text, span, above.span))
    } else if is_statement(&listed)
        && count_indentation(text, span) > count_indentation(text, above.span)
    {
        (listed, comma_at_end(text, span, &above))
    } else {
        return None;
    };

    Some(Above {
        text: joined,
        span: above.span.to(span),
        problem: Some(replace_problem(problems, above.problem, problem)),
        tool: None,
    })
}

/// The problem of a statement that continues on the next line.
fn broken_line(text: &str, span: Span, above: Span) -> Problem {
    let between = between(above, span);
    let is_blank = text[between.range()].trim().is_empty();
    let edits = is_blank.then(|| (between, " ".to_string()));
    Problem::Syntax(SyntaxProblem::BrokenLine {
        span: span.part(0, first_word_length(&text[span.range()])),
        above: last_word(text, above),
        rewrite: Rewrite {
            edits: edits.into_iter().collect(),
            is_sure: true,
        },
    })
}

/// The problem of a list that continues on the next line without a comma.
fn comma_at_end(text: &str, span: Span, above: &Above) -> Problem {
    let place = last_word(text, above.span);
    Problem::Syntax(SyntaxProblem::MissingComma {
        span: place,
        after: text[place.range()].to_string(),
        rewrite: Rewrite {
            edits: vec![(between(above.span, span).part(0, 0), ",".to_string())],
            // a list, and not a statement that could end here
            is_sure: above.text.contains('='),
        },
    })
}

/// From the end of one stretch to the start of another.
fn between(above: Span, span: Span) -> Span {
    Span {
        start: above.end,
        end: span.start,
        ..span
    }
}

/// Replaces the known problem, or adds a new one, and returns its position.
fn replace_problem(problems: &mut Vec<Problem>, known: Option<usize>, problem: Problem) -> usize {
    let Some(position) = known else {
        problems.push(problem);
        return problems.len() - 1;
    };
    match (&mut problems[position], problem) {
        // further commas of one list: only the first is reported, and its fix adds all of them
        (
            Problem::Syntax(SyntaxProblem::MissingComma { rewrite, .. }),
            Problem::Syntax(SyntaxProblem::MissingComma { rewrite: more, .. }),
        ) => {
            rewrite.edits.extend(more.edits);
        }
        (known, problem) => *known = problem,
    }
    position
}

/// The statement that ends on the line above a stretch.
fn statement_above(text: &str, file: &FileTree, span: Span) -> Option<Above> {
    let after = file
        .statements
        .partition_point(|statement| statement.span.start < span.start);
    let statement = file.statements.get(after.checked_sub(1)?)?;
    let is_short = statement.span.end - statement.span.start < LONG as u32;
    let known = (is_short && is_below(text, statement.span, span)).then_some(statement.span)?;
    Some(Above {
        text: text[known.range()].to_string(),
        span: known,
        problem: None,
        tool: None,
    })
}

/// Whether a stretch starts on the line after another ends.
fn is_below(text: &str, above: Span, span: Span) -> bool {
    if above.end > span.start {
        return false;
    }
    let between = text[above.end as usize..span.start as usize].bytes();
    between.filter(|byte| *byte == b'\n').take(2).count() == 1
}

/// Whether a line belongs to the statement of another tool above it: it is indented, a list item,
/// the end of a block, or another statement of that tool.
fn is_part(text: &str, above: &Above, span: Span) -> bool {
    let line = &text[span.range()];
    let is_item = line.starts_with('-') || line.starts_with(['}', ']', ')']);
    above.tool.is_some()
        && (is_item
            || count_indentation(text, span) > count_indentation(text, above.span)
            || recover::tool_of(line) == above.tool)
}

/// The number of blanks before the first line of a stretch.
fn count_indentation(text: &str, span: Span) -> usize {
    let before = &text[..span.start as usize];
    let line = &text[before.rfind('\n').map_or(0, |end| end + 1)..];
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

fn first_word_length(stretch: &str) -> usize {
    stretch.find(char::is_whitespace).unwrap_or(stretch.len())
}

/// The last word of a stretch.
fn last_word(text: &str, span: Span) -> Span {
    let stretch = text[span.range()].trim_end();
    let start = stretch
        .rfind([' ', '\t', '\n', ','])
        .map_or(0, |end| end + 1);
    span.part(start, stretch.len() - start)
}
