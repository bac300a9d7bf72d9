//! Words and signs of other tools, and what is written here instead: `tcp/443`, `8000:9000`,
//! `${office}`, `and`.
//!
//! A table of phrases, and a few notations that need reading. They are asked only of a stretch that
//! is no statement, so a name that looks like one of them keeps its meaning.

mod notations;
mod phrases;
mod position;
mod signs;
mod tokens;
mod unmatched;

pub use tokens::{Token, first_tokens, is_name, tokens};
pub use unmatched::unmatched;

use notations::{address, netmask, port, reference, service_and_port};
use phrases::{negation, phrase};
use position::{Found, Here, first_part, next_part};
use signs::{
    bracket, colon, comma, ending, equals, key, keyword, path, peering, quoted, separator, sign,
    unquoted_id,
};

/// A stretch that is written another way here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Habit {
    /// Where it starts in the statement.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// What to write.
    pub write: String,
    /// Why, in a few words.
    pub label: &'static str,
    /// Whether nothing else can have been meant, and it opens no more than what was written.
    pub is_sure: bool,
    /// Whether it is foreign wherever it stands, so that it needs no whole statement to be seen.
    pub is_plain: bool,
}

const RULES: [fn(&Here<'_>) -> Option<Found>; 20] = [
    negation,
    unquoted_id,
    peering,
    equals,
    sign,
    colon,
    phrase,
    port,
    service_and_port,
    address,
    netmask,
    reference,
    path,
    quoted,
    comma,
    ending,
    key,
    separator,
    bracket,
    keyword,
];

/// Everything in a statement that is written another way here, from its start to its end.
pub fn habits(text: &str) -> Vec<Habit> {
    let tokens = tokens(text);
    let head = tokens.first().map_or("", |token| token.text);
    let (mut part, mut depth, mut at) = (first_part(head), 0_usize, 0);
    let mut habits = Vec::new();
    while at < tokens.len() {
        let before = at.checked_sub(1).map(|before| tokens[before]);
        let here = Here {
            part,
            head,
            before,
            rest: &tokens[at..],
            all: &tokens,
            depth,
        };
        let count = match RULES.iter().find_map(|rule| rule(&here)) {
            Some(found) => {
                let habit = habit(&here, found, &mut at);
                part = next_part(part, head, habit.write.trim());
                habits.push(habit);
                continue;
            }
            None => 1,
        };
        let word = tokens[at].text;
        depth = match word {
            "{" => depth + 1,
            "}" => depth.saturating_sub(1),
            _ => depth,
        };
        part = next_part(part, head, word);
        at += count;
    }
    habits
}

/// Takes what was found; a comma in the place of a word stands at the end of the word before it.
fn habit(here: &Here<'_>, found: Found, at: &mut usize) -> Habit {
    let (first, last) = (here.rest[0], here.rest[found.count - 1]);
    *at += found.count;
    let is_closing = found.write.is_empty() && ["]", ")", "}", ","].contains(&last.text);
    let start = match here.before {
        Some(before) if found.write == "," || is_closing => before.end(),
        Some(_) | None => first.start,
    };
    // the blank behind a word goes with it
    let next = here
        .rest
        .get(found.count)
        .filter(|_| found.write.is_empty() && !is_closing);
    let end = next.map_or(last.end(), |next| next.start);
    let Found {
        write,
        label,
        is_sure,
        is_plain,
        ..
    } = found;
    Habit {
        start,
        end,
        write,
        label,
        is_sure,
        is_plain,
    }
}
