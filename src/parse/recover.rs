//! What is wrong with a stretch that is no statement.

use super::build::{Grammar, Rule};
use crate::diagnostic::{Problem, Problems, nearest};
use crate::source::Span;
use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};

const STARTS: [&str; 12] = [
    "assert",
    "external",
    "include",
    "network",
    "param",
    "peer",
    "prefix-list",
    "service",
    "stack",
    "tier",
    "tiers",
    "vpc",
];
const DENIALS: [&str; 10] =
    ["deny", "denies", "block", "blocks", "reject", "rejects", "drop", "drops", "forbid", "forbids"];

/// Reports the one thing that is most likely wrong with `text`, which stands at `span`.
pub fn explain(text: &str, span: Span, problems: &mut Problems) {
    let words = words(text);
    let mut verbs = words.iter().take_while(|(_, word)| !["from", "to", "allows", "allow"].contains(word));
    let denial = verbs.find(|(_, word)| DENIALS.contains(word));
    let problem = match (denial, words.first()) {
        (Some((at, word)), _) if !STARTS.contains(&words[0].1) && !verb_in(text) => {
            Problem::Deny { span: span.part(*at, word.len()), word: word.to_string() }
        }
        _ if open_string(text).is_some() => {
            Problem::UnterminatedString { span: span.part(open_string(text).unwrap_or(0), 1) }
        }
        _ if open_brace(text).is_some() => Problem::UnclosedBlock { span: span.part(open_brace(text).unwrap_or(0), 1) },
        (_, first) => syntax(text, span, first, words.get(1)),
    };
    problems.push(problem);
}

/// The words of the first line that could be names, with their offsets.
fn words(text: &str) -> Vec<(usize, &str)> {
    let line = text.lines().next().unwrap_or("");
    let mut at = 0;
    let pieces = line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
    let placed = pieces.map(|piece| {
        let start = at;
        at += piece.len() + line[at + piece.len()..].chars().next().map_or(0, char::len_utf8);
        (start, piece)
    });
    placed.filter(|(_, piece)| piece.starts_with(|c: char| c.is_ascii_alphabetic())).collect()
}

/// Offset of a quote that opens a string which its line does not close.
fn open_string(text: &str) -> Option<usize> {
    let mut open = None;
    let mut escaped = false;
    let mut comment = false;
    for (at, character) in text.char_indices() {
        match character {
            '\n' if open.is_some() => return open,
            '\n' => comment = false,
            _ if comment || std::mem::take(&mut escaped) => {}
            '\\' if open.is_some() => escaped = true,
            '"' => open = if open.is_some() { None } else { Some(at) },
            '#' if open.is_none() => comment = true,
            _ => {}
        }
    }
    open
}

/// Offset of a brace that nothing closes.
fn open_brace(text: &str) -> Option<usize> {
    let mut open = Vec::new();
    for (at, character) in text.char_indices() {
        match character {
            '{' => open.push(at),
            '}' => drop(open.pop()),
            _ => {}
        }
    }
    open.first().copied()
}

/// What the grammar stumbled over.
fn syntax(text: &str, span: Span, first: Option<&(usize, &str)>, second: Option<&(usize, &str)>) -> Problem {
    let Err(error) = Grammar::parse(Rule::alone, text) else {
        let (found, expected) = (describe(text), "one statement a line".to_string());
        return Problem::Syntax { span, found, expected };
    };
    let at = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    };
    let head = first.map_or("", |(_, word)| word);
    let starts = first.is_some_and(|(start, _)| *start == 0);
    if starts && !STARTS.contains(&head) && !verb_in(text) {
        // neither a declaration nor a rule: which of the two was it to be?
        if let Some((at, word)) = second
            && nearest(word, ["allows", "allow"]).is_some()
        {
            let span = span.part(*at, word.len());
            return Problem::Syntax { span, found: format!("`{word}`"), expected: "`allows`".to_string() };
        }
        let meant = nearest(head, STARTS);
        return Problem::UnknownStatement { span: span.part(0, head.len()), word: head.to_string(), meant };
    }
    let rest = &text[at..];
    let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let at = at + blank;
    let found = describe(&text[at..]);
    let length = token(&text[at..]).len();
    let place =
        if length == 0 { span.part(at.saturating_sub(1).min(text.len() - 1), 1) } else { span.part(at, length) };
    let place = aligned(text, span, place);
    let expected = match error.variant {
        ErrorVariant::ParsingError { positives, .. } => expected(&positives, text, at),
        ErrorVariant::CustomError { message } => message,
    };
    Problem::Syntax { span: place, found, expected }
}

/// `place` widened to whole characters of `text`.
fn aligned(text: &str, span: Span, place: Span) -> Span {
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

fn verb_in(text: &str) -> bool {
    words(text).iter().any(|(_, word)| ["allows", "allow"].contains(word))
}

/// The token at the start of `rest`: a word, or one character.
fn token(rest: &str) -> &str {
    let word = |c: char| c.is_ascii_alphanumeric() || "-_./:".contains(c);
    let length = rest.find(|c: char| !word(c)).unwrap_or(rest.len());
    match (length, rest.chars().next()) {
        (_, None | Some('\n' | '\r' | '#')) => "",
        (0, Some(other)) => &rest[..other.len_utf8()],
        (length, Some(_)) => &rest[..length.min(60)],
    }
}

fn describe(rest: &str) -> String {
    match token(rest) {
        "" => "the end of the line".to_string(),
        ";" => "`;`, which ends nothing here: a statement ends with its line".to_string(),
        token => format!("`{token}`"),
    }
}

/// The grammar's expectations in words, the likeliest first.
fn expected(positives: &[Rule], text: &str, at: usize) -> String {
    let mut words: Vec<&str> = Vec::new();
    for positive in positives {
        let word = name(*positive);
        if !word.is_empty() && !words.contains(&word) {
            words.push(word);
        }
    }
    // literal words of the grammar are no rules, so pest does not list them: say them by what came before
    let before = text[..at].trim_end();
    let last = before.rsplit([' ', '\t']).next().unwrap_or("");
    let literal = match last {
        "assert" => "the ends of a flow, as in `app can reach db`",
        "reach" => "a peer",
        "peer" | "tier" | "stack" | "vpc" | "param" | "network" | "service" | "tiers" | "external" | "prefix-list" => {
            "a name"
        }
        _ => "",
    };
    if !literal.is_empty() {
        return literal.to_string();
    }
    words.truncate(6);
    match words.split_last() {
        None => continuation(text).to_string(),
        Some((last, [])) => last.to_string(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
    }
}

/// What a statement of this kind goes on with, when the grammar names no token.
fn continuation(text: &str) -> &'static str {
    match words(text).first() {
        Some((0, "assert")) => "`assert A can reach B`, `assert A cannot reach B` or `assert only A can reach B`",
        Some((0, "param")) => "`param NAME : TYPE`",
        Some((0, "peer")) => "`peer A with B`",
        Some((0, "network")) => "`network NAME = ADDRESS, …`",
        Some((0, "service")) => "`service NAME = tcp 80, …`",
        Some((0, "external")) => "`external NAME = \"sg-…\"`",
        Some((0, "prefix-list")) => "`prefix-list NAME = \"pl-…\"`",
        Some((0, "tiers")) => "`tiers NAME = TIER, …`",
        Some((0, "vpc")) => "`vpc NAME { … }`",
        Some((0, "include")) => "a path in quotes",
        _ => "the end of the statement",
    }
}

/// A rule of the grammar as a reader would call it; empty for those that say nothing to one.
fn name(token: Rule) -> &'static str {
    match token {
        Rule::string => "a string",
        Rule::block | Rule::tags => "a block",
        Rule::entry | Rule::tag => "`key = value`",
        Rule::list => "a list",
        Rule::number => "a number",
        Rule::address => "an address",
        Rule::plain | Rule::subject => "a name",
        Rule::end_name => "the name of a peer",
        Rule::in_vpc => "`vpc NAME`",
        Rule::itself => "`itself`",
        Rule::service_name => "a service",
        Rule::all => "`all`",
        Rule::transport | Rule::transport_word => "`tcp` or `udp`",
        Rule::port => "a port",
        Rule::icmp | Rule::icmp_word => "`icmp`",
        Rule::default => "a value",
        Rule::icmp_name | Rule::icmp_number => "an ICMP type",
        Rule::proto => "`proto NUMBER`",
        Rule::way => "`from` or `to`",
        Rule::except => "`except`",
        Rule::until => "`until`",
        Rule::date => "a date",
        Rule::on => "`on`",
        Rule::through => "`only through`",
        Rule::was => "`was`",
        Rule::role => "`is ROLE`",
        Rule::account => "`in account`",
        Rule::reached => "a peer",
        Rule::EOI => "the end of the statement",
        Rule::comment
        | Rule::file
        | Rule::alone
        | Rule::line
        | Rule::eol
        | Rule::item
        | Rule::bad
        | Rule::bad_block
        | Rule::bad_comma
        | Rule::start
        | Rule::rule
        | Rule::verb
        | Rule::assertion
        | Rule::only
        | Rule::cannot
        | Rule::can
        | Rule::reach
        | Rule::annotation
        | Rule::stack
        | Rule::include
        | Rule::param
        | Rule::vpc
        | Rule::peering
        | Rule::network
        | Rule::external
        | Rule::prefix_list
        | Rule::service
        | Rule::tier
        | Rule::tiers
        | Rule::extras
        | Rule::separator
        | Rule::scalar
        | Rule::services
        | Rule::service_item
        | Rule::peers
        | Rule::peer
        | Rule::nets
        | Rule::net
        | Rule::ends
        | Rule::names
        | Rule::name
        | Rule::comma
        | Rule::eq
        | Rule::boundary
        | Rule::sp
        | Rule::ws
        | Rule::gap
        | Rule::nl => "",
    }
}
