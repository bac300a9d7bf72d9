//! The stretches of a file that are no statements, each with the lines around it: one mistake is
//! one problem, however many lines it spoils.

use super::recover;
use super::repair::{LONG, is_statement};
use crate::ast::{File, Statement};
use crate::diagnostic::{Problem, Rewrite};
use crate::source::Span;

/// A repair is looked for in so many stretches of a file, since each takes many tries: more
/// problems than are shown.
const MOST_REPAIRED: usize = 1_000;

/// A statement, or what was to be one, as far as it was read.
struct Above {
    /// Its text, with that of the lines that go on with it.
    text: String,
    span: Span,
    /// Its problem, by position, if it has one.
    problem: Option<usize>,
    /// The other tool that it is a statement of: then the lines that are indented below it belong
    /// to it.
    tool: Option<&'static str>,
}

/// What is wrong with the stretches of a file that are no statements, those with a forbidden
/// character left out; what they were to declare is noted in the file.
pub fn explain(text: &str, bad: &[Span], forbidden: Vec<u32>, file: &mut File) -> Vec<Problem> {
    let (mut problems, mut above): (Vec<Problem>, Option<Above>) = (Vec::new(), None);
    let (mut commented, mut comments) = (0, Vec::new());
    let is_forbidden = |span: &Span| {
        let next = forbidden.partition_point(|at| *at < span.start);
        forbidden.get(next).is_some_and(|at| *at < span.end)
    };
    for span in bad.iter() {
        let stretch = &text[span.range()];
        if span.start < commented {
            continue;
        }
        if is_forbidden(span) {
            file.broken.extend(recover::declared(stretch, *span));
            continue;
        }
        if let Some(end) = recover::comment_end(text, stretch, span.start as usize) {
            commented = end as u32;
            comments.push((span.start, commented));
        }
        let before = above
            .take()
            .filter(|above| is_below(text, above.span, *span));
        let before = before.or_else(|| statement_above(text, file, *span));
        above = Some(match before {
            Some(above) if is_part(text, &above, *span) => {
                file.broken.extend(recover::declared(stretch, *span));
                Above {
                    span: above.span.to(*span),
                    ..above
                }
            }
            before => explained(text, *span, before, file, &mut problems),
        });
    }
    let in_comment = |statement: &Statement| {
        let next = comments.partition_point(|(_, end)| *end <= statement.span.start);
        comments
            .get(next)
            .is_some_and(|(start, _)| *start <= statement.span.start)
    };
    if !comments.is_empty() {
        file.statements.retain(|statement| !in_comment(statement));
    }
    problems
}

/// Explains one stretch, by itself or as the rest of what stands above it.
fn explained(
    text: &str,
    span: Span,
    above: Option<Above>,
    file: &mut File,
    problems: &mut Vec<Problem>,
) -> Above {
    let stretch = &text[span.range()];
    let is_repaired = problems.len() < MOST_REPAIRED;
    if let Some(joined) = above
        .filter(|_| is_repaired)
        .and_then(|above| continued(text, span, above, problems))
    {
        return joined;
    }
    file.broken.extend(recover::declared(stretch, span));
    file.is_incomplete |= recover::includes(stretch);
    problems.push(recover::explain(stretch, span, is_repaired));
    let problem = Some(problems.len() - 1);
    Above {
        text: stretch.to_string(),
        span,
        problem,
        tool: recover::tool(stretch),
    }
}

/// The statement above a stretch together with it, where the two are one that was broken, or lack a
/// comma.
fn continued(text: &str, span: Span, above: Above, problems: &mut Vec<Problem>) -> Option<Above> {
    let stretch = &text[span.range()];
    if above.text.len() + stretch.len() > LONG {
        return None;
    }
    let (broken, listed) = (
        format!("{} {stretch}", above.text),
        format!("{}, {stretch}", above.text),
    );
    let between = Span {
        start: above.span.end,
        end: span.start,
        ..span
    };
    let is_blank = text[between.range()].trim().is_empty();
    let (joined, problem) = if is_statement(&broken) {
        let edits = is_blank.then(|| (between, " ".to_string()));
        let rewrite = Rewrite {
            edits: edits.into_iter().collect(),
            is_sure: true,
        };
        let place = span.part(0, first_word(stretch));
        (
            broken,
            Problem::BrokenLine {
                span: place,
                above: last_word(text, above.span),
                rewrite,
            },
        )
    } else if is_statement(&listed) && indentation(text, span) > indentation(text, above.span) {
        let place = last_word(text, above.span);
        // a list, and no statement that could have ended
        let is_sure = above.text.contains('=');
        let rewrite = Rewrite {
            edits: vec![(between.part(0, 0), ",".to_string())],
            is_sure,
        };
        (
            listed,
            Problem::MissingComma {
                span: place,
                after: text[place.range()].to_string(),
                rewrite,
            },
        )
    } else {
        return None;
    };
    let position = match above.problem {
        // more commas of one list: the first is enough, and with all of them it is corrected
        Some(position) => match (&mut problems[position], problem) {
            (
                Problem::MissingComma { rewrite, .. },
                Problem::MissingComma { rewrite: more, .. },
            ) => {
                rewrite.edits.extend(more.edits);
                position
            }
            (known, problem) => {
                *known = problem;
                position
            }
        },
        None => {
            problems.push(problem);
            problems.len() - 1
        }
    };
    Some(Above {
        text: joined,
        span: above.span.to(span),
        problem: Some(position),
        tool: None,
    })
}

/// The statement that ends on the line above a stretch.
fn statement_above(text: &str, file: &File, span: Span) -> Option<Above> {
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
    let breaks = |between: &str| {
        between
            .bytes()
            .filter(|byte| *byte == b'\n')
            .take(2)
            .count()
    };
    above.end <= span.start && breaks(&text[above.end as usize..span.start as usize]) == 1
}

/// Whether a line belongs to the statement of another tool above it: it is indented, an item of a
/// list, the end of a block, or one more statement of that tool.
fn is_part(text: &str, above: &Above, span: Span) -> bool {
    let line = &text[span.range()];
    let is_item = line.starts_with('-') || line.starts_with(['}', ']', ')']);
    let is_like = || {
        is_item
            || indentation(text, span) > indentation(text, above.span)
            || recover::tool(line) == above.tool
    };
    above.tool.is_some() && is_like()
}

/// How many blanks stand before the first line of a stretch.
fn indentation(text: &str, span: Span) -> usize {
    let before = &text[..span.start as usize];
    let line = &text[before.rfind('\n').map_or(0, |end| end + 1)..];
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

fn first_word(stretch: &str) -> usize {
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
