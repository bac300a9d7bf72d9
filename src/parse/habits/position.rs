//! A place in a statement, and what may be found there.

use super::tokens::Token;

/// The part of a statement that a token stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatementPart {
    Names,
    Services,
    Peers,
}

/// A place in a statement.
pub struct Here<'t> {
    pub part: StatementPart,
    /// The first word of the statement.
    pub head: &'t str,
    pub before: Option<Token<'t>>,
    pub rest: &'t [Token<'t>],
    /// All tokens of the statement.
    pub all: &'t [Token<'t>],
    /// How many braces are open.
    pub depth: usize,
}

/// How many tokens are written another way, what to write, why, and whether that is sure.
pub struct Replacement {
    pub count: usize,
    pub write: String,
    pub label: &'static str,
    pub is_sure: bool,
    pub is_plain: bool,
}

impl Here<'_> {
    /// How many tokens stand before this place.
    pub fn position(&self) -> usize {
        self.all.len() - self.rest.len()
    }
}

impl Replacement {
    /// What is foreign wherever it stands, and can mean nothing else.
    pub fn sure(count: usize, write: impl Into<String>, label: &'static str) -> Replacement {
        Replacement {
            count,
            write: write.into(),
            label,
            is_sure: true,
            is_plain: true,
        }
    }
}

/// The part that a statement starts with.
pub fn first_part(head: &str) -> StatementPart {
    if head == "assert" {
        StatementPart::Peers
    } else {
        StatementPart::Names
    }
}

/// The part that follows a word.
pub fn next_part(part: StatementPart, head: &str, word: &str) -> StatementPart {
    match (word, head) {
        ("allows" | "allow" | "on", _) | ("=", "service") => StatementPart::Services,
        // tiers are taken out of tiers: `every tier except web allows …`
        ("except", _) if part == StatementPart::Names => part,
        ("from" | "to" | "reach" | "except", _) | ("=", "network") => StatementPart::Peers,
        _ => part,
    }
}
