//! A position in a statement, and the replacements that are possible there.

use super::tokens::Token;

/// The part of a statement that a token is in.
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

/// A replacement: the number of tokens, the new text, the reason, and whether it is certain.
pub struct Replacement {
    pub count: usize,
    pub write: String,
    pub label: &'static str,
    pub is_sure: bool,
    pub is_plain: bool,
}

impl Here<'_> {
    /// Whether ports are expected here: `tcp` or `udp` is before it.
    pub fn follows_transport(&self) -> bool {
        let is_transport = |before: Token<'_>| ["tcp", "udp"].contains(&before.text);
        self.part == StatementPart::Services && self.before.is_some_and(is_transport)
    }

    /// The number of tokens before this position.
    pub fn position(&self) -> usize {
        self.all.len() - self.rest.len()
    }
}

impl Replacement {
    /// A replacement that is certain, and foreign at any position.
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
        ("allows" | "allow" | "accepts" | "accept" | "sends" | "send" | "on", _)
        | ("=", "service") => StatementPart::Services,
        // tiers are taken out of tiers: `every tier except web allows …`
        ("except", _) if part == StatementPart::Names => part,
        ("from" | "to" | "reach" | "except", _) | ("=", "network") => StatementPart::Peers,
        _ => part,
    }
}

/// The part of a statement after its first tokens.
pub fn part_after(tokens: &[Token<'_>]) -> StatementPart {
    let head = tokens.first().map_or("", |token| token.text);
    let words = tokens.iter().map(|token| token.text);
    words.fold(first_part(head), |part, word| next_part(part, head, word))
}
