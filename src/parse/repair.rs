//! Repairs of text that is not a statement: replacing foreign syntax, adding commas, reordering
//! words. A repair is suggested if the result is a valid statement.

use super::beginnings::furthest_beginning;
use super::grammar::{Grammar, Rule};
use super::habits::{Habit, StatementPart, find_habits, part_after, split_tokens};
use super::order::reorder_sentence;
use crate::diagnostic::{Problem, Rewrite, SyntaxProblem};
use crate::source::Span;
use pest::Parser;

/// Longer statements are not repaired: each attempt parses them again.
pub const LONG: usize = 4 * 1024;
/// The maximum number of commas that are added to a statement.
const MOST_COMMAS: usize = 8;

/// Whether a text is one statement.
pub fn is_statement(text: &str) -> bool {
    Grammar::parse(Rule::alone, text).is_ok()
}

/// A piece of a statement that is replaced.
struct TextEdit {
    start: usize,
    end: usize,
    write: String,
}

/// The repair of text that is not a statement, if there is one.
pub fn find_repair(text: &str, span: Span) -> Option<Problem> {
    if text.len() > LONG {
        return None;
    }

    let habits = find_habits(text);
    let mut edits: Vec<TextEdit> = habits.iter().map(edit_for).collect();
    let written = apply_edits(text, &edits);

    if let Some(habit) = habits.first().filter(|_| is_statement(&written)) {
        return Some(report_habits(text, span, habit, &habits, &edits));
    }

    if let Some(commas) = find_missing_commas(&written) {
        let places: Vec<usize> = commas.iter().map(|at| place_before(&edits, *at)).collect();
        edits.extend(places.iter().map(|at| TextEdit {
            start: *at,
            end: *at,
            write: ",".to_string(),
        }));

        edits.sort_by_key(|edit| edit.start);
        return Some(match habits.first() {
            Some(habit) if places.first().is_none_or(|comma| habit.start < *comma) => {
                report_habits(text, span, habit, &habits, &edits)
            }
            Some(_) | None => report_missing_comma(text, span, *places.first()?, &edits),
        });
    }

    if let Some(problem) = find_prose(text, span) {
        return Some(problem);
    }

    if let Some(order) = reorder_sentence(&written).filter(|order| is_statement(&order.sentence)) {
        let end = split_tokens(text.lines().next()?).last()?.end();
        return Some(Problem::Syntax(SyntaxProblem::WordOrder {
            span: span.part(0, end),
            sentence: order.sentence,
            lacks: order.lacks,
        }));
    }

    None
}

/// `web allows https "why" from anywhere`
fn find_prose(text: &str, span: Span) -> Option<Problem> {
    let line = text.lines().next()?;
    let tokens = split_tokens(line);
    let at = tokens
        .iter()
        .position(|token| token.text.starts_with('"'))?;
    let (string, next, last) = (tokens[at], tokens.get(at + 1)?, tokens.last()?);

    // no blank stays before a comma
    let before = match next.text {
        "," => tokens[..at].last()?.end(),
        _ => string.start,
    };
    let written = format!(
        "{}{} {}",
        &line[..before],
        &line[next.start..last.end()],
        string.text
    );

    let edits = [
        TextEdit {
            start: before,
            end: next.start,
            write: String::new(),
        },
        TextEdit {
            start: last.end(),
            end: last.end(),
            write: format!(" {}", string.text),
        },
    ];

    is_statement(&written).then(|| {
        Problem::Syntax(SyntaxProblem::OtherNotation {
            span: span.part(string.start, string.text.len()),
            text: string.text.to_string(),
            write: written,
            label: "a description stands at the end",
            rewrite: make_rewrite(span, &edits, true),
        })
    })
}

/// Syntax that is foreign at any position, even if replacing it does not make a valid statement.
pub fn find_plain_habit(text: &str, span: Span, before: usize) -> Option<Problem> {
    let habits = if text.len() > LONG {
        Vec::new()
    } else {
        find_habits(text)
    };
    let habit = habits
        .into_iter()
        .find(|habit| habit.is_plain)
        .filter(|habit| habit.start <= before)?;
    Some(report_habits(text, span, &habit, &[], &[]))
}

fn edit_for(habit: &Habit) -> TextEdit {
    TextEdit {
        start: habit.start,
        end: habit.end,
        write: habit.write.clone(),
    }
}

fn report_habits(
    text: &str,
    span: Span,
    first: &Habit,
    all: &[Habit],
    edits: &[TextEdit],
) -> Problem {
    let typed = text[first.start..first.end].trim_start();
    let (at, typed) = (first.end - typed.len(), typed.trim_end());

    Problem::Syntax(SyntaxProblem::OtherNotation {
        span: span.part(at, typed.len()),
        text: typed.to_string(),
        write: first.write.trim().to_string(),
        label: first.label,
        rewrite: make_rewrite(span, edits, all.iter().all(|habit| habit.is_sure)),
    })
}

fn report_missing_comma(text: &str, span: Span, at: usize, edits: &[TextEdit]) -> Problem {
    let last = split_tokens(&text[..at])
        .last()
        .map_or((0, at), |token| (token.start, token.end()));
    let after = text[last.0..last.1].to_string();
    let rewrite = make_rewrite(span, edits, false);
    Problem::Syntax(SyntaxProblem::MissingComma {
        span: span.part(last.0, last.1 - last.0),
        after,
        rewrite,
    })
}

fn make_rewrite(span: Span, edits: &[TextEdit], is_sure: bool) -> Rewrite {
    let edits = edits.iter().map(|edit| {
        (
            span.part(edit.start, edit.end - edit.start),
            edit.write.clone(),
        )
    });
    Rewrite {
        edits: edits.collect(),
        is_sure,
    }
}

fn apply_edits(text: &str, edits: &[TextEdit]) -> String {
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for edit in edits {
        out.push_str(&text[at..edit.start]);
        out.push_str(&edit.write);
        at = edit.end;
    }
    out.push_str(&text[at..]);
    out
}

/// Maps an offset after edits to the offset before them.
fn place_before(edits: &[TextEdit], at: usize) -> usize {
    let mut delta = 0_isize;
    for edit in edits {
        let end = edit.start as isize + delta + edit.write.len() as isize;
        if at as isize >= end {
            delta += edit.write.len() as isize - (edit.end - edit.start) as isize;
        }
    }
    (at as isize - delta).max(0) as usize
}

/// Words that cannot be followed by an item of a list.
const NO_ITEMS: [&str; 47] = [
    "allow",
    "allows",
    "accept",
    "accepts",
    "send",
    "sends",
    "from",
    "to",
    "except",
    "until",
    "can",
    "cannot",
    "reach",
    "on",
    "only",
    "through",
    "is",
    "was",
    "with",
    "in",
    "outbound",
    "addresses",
    "name",
    "description",
    "tags",
    "cidr",
    "id",
    "open",
    "closed",
    "via",
    "over",
    "port",
    "ports",
    "and",
    "or",
    "not",
    "at",
    "by",
    "for",
    "as",
    "also",
    "if",
    "unless",
    "when",
    "between",
    "of",
    "then",
];

/// The offsets of missing commas, in the original text.
fn find_missing_commas(text: &str) -> Option<Vec<usize>> {
    let (mut with, mut places) = (text.to_string(), Vec::new());
    while places.len() < MOST_COMMAS {
        let at = furthest_beginning(&with)?;
        let next = split_tokens(&with[at..]).first().copied()?;
        let is_item = next.start > 0 && !NO_ITEMS.contains(&next.text);

        let starts_item = next
            .text
            .starts_with(|c: char| c.is_ascii_alphanumeric() || c == ':');

        if !is_item || !starts_item || with[..at].ends_with(',') || is_unfinished(&with[..at]) {
            return None;
        }

        places.push(at - places.len());
        with.insert(at, ',');

        if is_statement(&with) {
            return Some(places);
        }
    }

    None
}

/// Words of services that what follows belongs to: a comma after `tcp` would open all of TCP.
const UNFINISHED: [&str; 6] = ["all", "tcp", "udp", "icmp", "icmpv6", "proto"];

/// Whether a text ends with `every`, or with the first word of a service that has more of them.
fn is_unfinished(text: &str) -> bool {
    let tokens = split_tokens(text);
    let last = tokens.last().map_or("", |last| last.text);
    let is_service = || part_after(&tokens) == StatementPart::Services;
    last == "every" || UNFINISHED.contains(&last) && is_service()
}
