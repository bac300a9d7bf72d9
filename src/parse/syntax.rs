//! Explains a syntax error: the position after the longest valid prefix, and what is expected
//! there.

use super::beginnings::find_progress;
use super::grammar::{Grammar, Rule};
use super::habits::is_name;
use super::repair::{find_plain_habit, is_statement};
use super::slips::{
    describe_token, explain_part_environment, explain_service, find_slip, missing_piece, token_at,
};
use super::words::{STARTS, VERBS, has_verb, split_words};
use crate::diagnostic::{Problem, Rewrite, SyntaxProblem, nearest};
use crate::source::Span;
use pest::Parser;
use pest::error::{Error, ErrorVariant, InputLocation};
use std::borrow::Cow;

/// The syntax error of a text.
pub fn explain_syntax(text: &str, span: Span) -> Problem {
    let words = split_words(text);
    if text.starts_with('@') {
        return explain_annotation(text, span, words.first().map_or("", |(_, word)| word));
    }

    let starts_with_word = words.first().is_some_and(|(at, _)| *at == 0);
    match words.first() {
        Some((at, head)) if VERBS.contains(head) => {
            let (found, expected) = (format!("`{head}`"), "a tier before it".to_string());
            let help = Some(Cow::Borrowed(
                "a sentence starts with the tier that it applies to: `web allows https from \
                 anywhere`",
            ));

            Problem::Syntax(SyntaxProblem::Unexpected {
                span: span.part(*at, head.len()),
                found,
                expected,
                help,
                meant: None,
            })
        }
        Some((_, head)) if starts_with_word && !STARTS.contains(head) && !has_verb(text) => {
            find_plain_habit(text, span, 0).unwrap_or_else(|| explain_start(text, span, &words))
        }
        Some(_) | None => explain_stumble(text, span),
    }
}

/// `@alow(icmp-all)`, `@allow icmp-all`
fn explain_annotation(text: &str, span: Span, head: &str) -> Problem {
    let word = format!("@{head}");
    // there can be other characters between the two
    let place = align_span(text, span, span.part(0, word.len()));

    if head != "allow" {
        let meant = Some("@allow(LINT, \"reason\")".to_string());
        return Problem::Syntax(SyntaxProblem::UnknownStatement {
            span: place,
            word,
            meant,
        });
    }

    if let Some(problem) = words_after_annotation(text, span) {
        return problem;
    }

    allow_without_parentheses(text, span).unwrap_or_else(|| {
        Problem::Syntax(SyntaxProblem::Unexpected {
            span: place,
            found: "invalid value".to_string(),
            expected: "`@allow(LINT)` or `@allow(LINT, \"reason\")`".to_string(),
            help: None,
            meant: None,
        })
    })
}

/// `@allow(icmp-all) only in production`
fn words_after_annotation(text: &str, span: Span) -> Option<Problem> {
    let annotation = Grammar::parse(Rule::annotation, text).ok()?.next()?;
    let end = annotation.as_span().end();
    let at = end + count_blanks(&text[end..]);
    let typed = token_at(&text[at..]);
    let help = "an annotation applies wherever its statement does, which is on the next line";

    (!typed.is_empty()).then(|| {
        Problem::Syntax(SyntaxProblem::Unexpected {
            span: align_span(text, span, span.part(at, typed.len())),
            found: describe_token(&text[at..]),
            expected: "the end of the line".to_string(),
            help: Some(Cow::Borrowed(help)),
            meant: None,
        })
    })
}

/// `@allow icmp-all`, `@allow: icmp-all`
fn allow_without_parentheses(text: &str, span: Span) -> Option<Problem> {
    let line = text.lines().next()?;
    let lint = line.strip_prefix("@allow")?.trim();
    let lint = lint.trim_matches([':', '=', '"', '(', ')', ' ', '[', ']']);

    if !is_name(lint) {
        return None;
    }

    let length = line.trim_end().len();
    let (span, write) = (span.part(0, length), format!("@allow({lint})"));
    let rewrite = Rewrite {
        edits: vec![(span, write.clone())],
        is_sure: true,
    };

    Some(Problem::Syntax(SyntaxProblem::OtherNotation {
        span,
        text: text[..length].to_string(),
        write,
        label: "the lint stands in parentheses",
        rewrite,
    }))
}

/// Explains a line without a keyword that is not a sentence either.
fn explain_start(text: &str, span: Span, words: &[(usize, &str)]) -> Problem {
    let head = words[0].1;
    if let Some((at, word)) = words.get(1)
        && let Some(verb) = nearest(word, VERBS)
    {
        let span = span.part(*at, word.len());
        let verb = match verb.as_str() {
            "accepts" | "accept" => "accepts",
            "sends" | "send" => "sends",
            _ => "allows",
        };
        let (found, expected) = (format!("`{word}`"), format!("`{verb}`"));
        return Problem::Syntax(SyntaxProblem::Unexpected {
            span,
            found,
            expected,
            help: None,
            meant: Some(verb.to_string()),
        });
    }

    let claims = words
        .iter()
        .any(|(_, word)| ["can", "cannot"].contains(word));
    // an endpoint is before `can`, or before a comma
    let is_end = text[head.len()..].trim_start().starts_with([',', 'c']);
    let meant = match claims {
        true if is_end || nearest(head, ["assert"]).is_none() => Some(format!("assert {head}")),
        true => Some("assert".to_string()),
        false => nearest(head, STARTS).or_else(|| add_keyword(text, head)),
    };

    Problem::Syntax(SyntaxProblem::UnknownStatement {
        span: span.part(0, head.len()),
        word: head.to_string(),
        meant,
    })
}

/// Declarations without their keyword: text that identifies each, and the keyword.
const WITHOUT_KEYWORD: [(&[&str], &str); 8] = [
    (&["= tcp", "= udp", "= icmp", "= proto", "= all"], "service"),
    (&["= \"sg-"], "external"),
    (&["= \"pl-", "= \"com.amazonaws."], "prefix-list"),
    (&[" cidr =", "{ cidr", "{cidr"], "vpc"),
    (&[":"], "param"),
    (&[" is ", "{"], "tier"),
    (
        &[
            "= 1", "= 2", "= 3", "= 4", "= 5", "= 6", "= 7", "= 8", "= 9", "= f",
        ],
        "network",
    ),
    (&["="], "tiers"),
];

/// `network office` of `office = 203.0.113.0/24`
fn add_keyword(text: &str, head: &str) -> Option<String> {
    let line = text.lines().next()?;
    let (_, keyword) = WITHOUT_KEYWORD.iter().find(|(signs, keyword)| {
        signs.iter().any(|sign| line.contains(sign)) && is_statement(&format!("{keyword} {text}"))
    })?;
    Some(format!("{keyword} {head}"))
}

/// The position of the syntax error of a statement, and what is expected there.
fn explain_stumble(text: &str, span: Span) -> Problem {
    let Err(error) = Grammar::parse(Rule::alone, text) else {
        let (found, expected) = (
            describe_token(text),
            "write one statement per line".to_string(),
        );
        return Problem::Syntax(SyntaxProblem::Unexpected {
            span,
            found,
            expected,
            help: None,
            meant: None,
        });
    };

    let (at, expected) = find_stumble(text, &error);
    let at = at + count_blanks(&text[at..]);

    if let Some(problem) = find_plain_habit(text, span, at) {
        return problem;
    }

    let length = token_at(&text[at..]).len();
    let place = if length == 0 {
        span.part(at.saturating_sub(1).min(text.len() - 1), 1)
    } else {
        span.part(at, length)
    };

    let (before, rest) = (&text[..at], &text[at..]);
    if let Some(problem) = explain_part_environment(before, rest, span) {
        return problem;
    }
    if let Some(problem) = explain_service(before, rest, span.part(at, length)) {
        return problem;
    }

    let help = find_slip(before, rest).map(Cow::Borrowed);
    let meant = match help {
        None => meant_keyword(token_at(rest), &expected),
        Some(_) => None,
    };
    let help = help.or_else(|| missing_piece(before, rest, &expected));

    Problem::Syntax(SyntaxProblem::Unexpected {
        span: align_span(text, span, place),
        found: describe_token(&text[at..]),
        expected,
        help,
        meant,
    })
}

/// The keyword that a token is a misspelling of, among those that are expected in its place.
fn meant_keyword(token: &str, expected: &str) -> Option<String> {
    let keywords = expected.split('`').skip(1).step_by(2);
    let words = keywords.filter(|keyword| is_name(keyword));
    nearest(token, words)
}

/// The end of the longest valid prefix of a statement, or else the position of the grammar's error;
/// and what is expected there.
fn find_stumble(text: &str, error: &Error<Rule>) -> (usize, String) {
    let at = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    };
    match find_progress(text) {
        Some(progress) if progress.0 + count_blanks(&text[progress.0..]) >= at => progress,
        Some(_) | None if at == 0 => (at, "a statement".to_string()),
        Some(_) | None => (at, list_expected(&error.variant)),
    }
}

/// How many blanks a text starts with.
fn count_blanks(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t']).len()
}

/// `place` widened to whole characters of `text`.
fn align_span(text: &str, span: Span, place: Span) -> Span {
    let mut start = (place.start - span.start) as usize;
    let mut end = (place.end - span.start) as usize;
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    span.part(start, end - start)
}

/// The expectations of the grammar as text, if no prefix rule has a better one.
fn list_expected(error: &ErrorVariant<Rule>) -> String {
    let ErrorVariant::ParsingError { positives, .. } = error else {
        return "the end of the statement".to_string();
    };
    let mut words: Vec<&str> = Vec::new();

    for positive in positives {
        let word = rule_words(*positive);
        if !word.is_empty() && !words.contains(&word) {
            words.push(word);
        }
    }

    words.truncate(6);
    match words.split_last() {
        None => "the end of the statement".to_string(),
        Some((last, [])) => last.to_string(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
    }
}

/// Names of grammar rules in messages; other rules are not shown.
const WORDS: [(Rule, &str); 32] = [
    (Rule::string, "a string"),
    (Rule::block, "a block"),
    (Rule::tags, "a block"),
    (Rule::entry, "`key = value`"),
    (Rule::tag, "`key = value`"),
    (Rule::list, "a list"),
    (Rule::signed, "a number"),
    (Rule::address, "an address"),
    (Rule::plain, "a name"),
    (Rule::subject, "a name"),
    (Rule::end_name, "the name of a peer"),
    (Rule::in_vpc, "`vpc NAME`"),
    (Rule::itself, "`itself`"),
    (Rule::service_name, "a service"),
    (Rule::all, "`all`"),
    (Rule::tcp, "`tcp`"),
    (Rule::udp, "`udp`"),
    (Rule::port, "a port"),
    (Rule::icmp, "`icmp`"),
    (Rule::icmp_name, "an ICMP type"),
    (Rule::icmp_number, "an ICMP type"),
    (Rule::proto, "`proto NUMBER`"),
    (Rule::way, "`from` or `to`"),
    (Rule::except, "`except`"),
    (Rule::until, "`until`"),
    (Rule::date, "a date"),
    (Rule::default, "a value"),
    (Rule::also, "`also`"),
    (Rule::was, "`was`"),
    (Rule::role, "`is ROLE`"),
    (Rule::account, "`in account`"),
    (Rule::EOI, "the end of the line"),
];

fn rule_words(token: Rule) -> &'static str {
    WORDS
        .iter()
        .find(|(rule, _)| *rule == token)
        .map_or("", |(_, words)| words)
}
