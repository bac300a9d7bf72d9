//! Words and signs of other tools, and what is written here instead: `tcp/443`, `8000:9000`,
//! `${office}`, `and`.
//!
//! A table of phrases, and functions for notations. They are applied only to text that is not a
//! statement, so a name that looks like one of them keeps its meaning.

mod entries;
mod lists;
mod notations;
mod phrases;
mod position;
mod protocols;
mod ranges;
mod signs;
mod texts;
mod tokens;
mod unmatched;

pub use position::{StatementPart, part_after};
pub use tokens::{Token, first_tokens, is_name, split_tokens};
pub use unmatched::{find_quoted_ids, find_unmatched};

use entries::{bare_blocks, bare_entries, list_item, missing_equals, missing_type, source_call};
use lists::bare_list;
use notations::{
    address_range, netmask_notation, port_notation, reference_notation, service_and_port,
    terraform_declaration,
};
use phrases::{article, known_phrase, negated_assertion, negated_peer};
use position::{Here, Replacement, first_part, next_part};
use protocols::{icmp_code, protocol_name};
use ranges::{half_range, named_range};
use signs::{
    entry_sign, list_separator, missing_sign, peering_word, spare_bracket, spare_colon,
    spare_comma, spare_equals, statement_end, unquoted_account, unquoted_id, unquoted_path,
    uppercase_keyword, wrong_quotes,
};
use texts::{clause_sign, missing_in, second_text};

/// A part of a text in the syntax of another tool, and its replacement.
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
    /// Whether there is no other meaning, and it opens no more than what was written.
    pub is_sure: bool,
    /// Whether it is foreign at any position, so that it is recognized without a valid statement
    /// around it.
    pub is_plain: bool,
}

const RULES: [fn(&Here<'_>) -> Option<Replacement>; 38] = [
    list_item,
    terraform_declaration,
    clause_sign,
    missing_in,
    second_text,
    negated_assertion,
    missing_type,
    unquoted_id,
    unquoted_account,
    peering_word,
    bare_blocks,
    spare_equals,
    missing_sign,
    spare_colon,
    article,
    negated_peer,
    protocol_name,
    icmp_code,
    named_range,
    half_range,
    known_phrase,
    port_notation,
    service_and_port,
    address_range,
    netmask_notation,
    reference_notation,
    unquoted_path,
    wrong_quotes,
    spare_comma,
    statement_end,
    bare_entries,
    missing_equals,
    source_call,
    entry_sign,
    list_separator,
    spare_bracket,
    bare_list,
    uppercase_keyword,
];

/// All parts of a statement in the syntax of other tools, in order.
pub fn find_habits(text: &str) -> Vec<Habit> {
    let tokens = split_tokens(text);
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
                let free = habits.last().map_or(0, |last: &Habit| last.end);
                let habit = place_habit(&here, found, free, &mut at);
                part = next_part(part, head, habit.write.trim());
                depth += usize::from(habit.write.ends_with('{'));
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

/// Converts a replacement to a habit; a comma that replaces a word is put directly after the word
/// before it. The habit before ends at `free`: no two overlap.
fn place_habit(here: &Here<'_>, found: Replacement, free: usize, at: &mut usize) -> Habit {
    let (first, last) = (here.rest[0], here.rest[found.count - 1]);
    *at += found.count;
    let is_closing = found.write.is_empty() && ["]", ")", "}", ","].contains(&last.text);

    let start = match here.before {
        Some(before) if found.write == "," || is_closing => before.end().max(free),
        Some(_) | None => first.start,
    };

    // the blank after a removed word is removed with it
    let next = here
        .rest
        .get(found.count)
        .filter(|_| found.write.is_empty() && !is_closing);
    let end = next.map_or(last.end(), |next| next.start);
    let Replacement {
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
