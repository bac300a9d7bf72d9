//! Sentences with the preposition of another verb.

use crate::ast;
use crate::diagnostic::SyntaxProblem;
use crate::source::Span;

/// `web accepts https to lb`: reports a way that the verb does not have, and gives the sentence that
/// of its verb. `at` is where the way stands in the text of the statement.
pub(super) fn wrong_way(
    rule: &mut ast::Rule,
    span: Span,
    text: &str,
    at: usize,
) -> Option<SyntaxProblem> {
    let (own, verb, way, wrong, other) = match rule.verb {
        ast::Verb::Allows => return None,
        ast::Verb::Accepts => (ast::Way::From, "accepts", "from", "to", "sends"),
        ast::Verb::Sends => (ast::Way::To, "sends", "to", "from", "accepts"),
    };
    if rule.way == own {
        return None;
    }
    rule.way = own;

    let subjects = rule.subjects.last()?.span().end - span.start;
    let peers = rule.peers.last()?.span().end - span.start;
    let (subjects, after) = text[..at].split_at(subjects as usize);
    let services = after.trim_start().split_once([' ', '\t'])?.1;
    let peers = &text[at + wrong.len()..peers as usize];
    let (verb, other) = match rule.subjects.items.len() {
        1 => (verb, other),
        _ => (&verb[..verb.len() - 1], &other[..other.len() - 1]),
    };

    Some(SyntaxProblem::WrongWay {
        span: span.part(at, wrong.len()),
        verb,
        way,
        meant: join_words([subjects, verb, services, way, peers]),
        other: join_words([subjects, other, services, wrong, peers]),
    })
}

/// Texts with one space between their words.
fn join_words(texts: [&str; 5]) -> String {
    let words = texts.into_iter().flat_map(str::split_whitespace);
    words.collect::<Vec<_>>().join(" ")
}
