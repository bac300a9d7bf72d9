//! Words and texts after the first words of a statement: `also`, `only in`, descriptions.

use super::super::words::STARTS;
use super::phrases::is_like;
use super::position::{Here, Replacement, StatementPart};
use super::tokens::is_name;

/// `tier web also = base`, `tier web is: web-server`
pub(super) fn clause_sign(here: &Here<'_>) -> Option<Replacement> {
    let [word, sign, name, ..] = here.rest else {
        return None;
    };
    let is_clause = here.head == "tier" && here.depth == 0 && here.position() > 1;
    if !is_clause || !is_like("is|also|was", word.text) || !is_like("=|:", sign.text) {
        return None;
    }

    let (count, write) = match name.text {
        text if is_name(text) => (3, format!("{} {text}", word.text)),
        _ => (2, word.text.to_string()),
    };
    Some(Replacement {
        is_plain: false,
        ..Replacement::sure(
            count,
            write,
            "names follow `is`, `also` and `was` without a sign",
        )
    })
}

/// `only on production`, `only production`
pub(super) fn missing_in(here: &Here<'_>) -> Option<Replacement> {
    let [only, word, rest @ ..] = here.rest else {
        return None;
    };
    // in an assertion, `only` has other meanings
    let is_possible = here.head != "assert" && here.depth == 0 && here.before.is_some();
    if only.text != "only" || !is_possible || word.text == "in" {
        return None;
    }

    let (count, name) = match rest.first() {
        Some(name) if is_like("on|at|for|within", word.text) => (3, name),
        _ => (2, word),
    };
    is_name(name.text).then(|| Replacement {
        is_sure: false,
        is_plain: false,
        ..Replacement::sure(
            count,
            format!("only in {}", name.text),
            "environments follow `only in`",
        )
    })
}

/// `"in", "out"`, `"in" inbound "out"`
pub(super) fn second_text(here: &Here<'_>) -> Option<Replacement> {
    let is_text = |at: usize| {
        let token = here.rest.get(at);
        token.is_some_and(|it| it.text.len() > 1 && it.text.starts_with('"'))
    };
    let is_rule =
        here.part == StatementPart::Peers && here.depth == 0 && !STARTS.contains(&here.head);
    let follows_peer = here.before.is_some_and(|it| !is_like("from|to|,", it.text));
    if !is_rule || !follows_peer || !is_text(0) {
        return None;
    }

    let word = |at: usize, words: &str| {
        let token = here.rest.get(at);
        usize::from(token.is_some_and(|it| is_like(words, it.text)))
    };
    let comma = word(1, ",");
    let side = word(1 + comma, "outbound|inbound|egress|ingress|out|in");
    let is_right = comma == 1 && here.rest.get(2).is_some_and(|it| it.text == "outbound");
    let at = 1 + comma + side;

    (is_text(at) && !is_right).then(|| Replacement {
        is_sure: false,
        is_plain: false,
        ..Replacement::sure(
            at + 1,
            format!("{}, outbound {}", here.rest[0].text, here.rest[at].text),
            "a second text describes the outbound rules",
        )
    })
}
