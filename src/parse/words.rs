//! The words of text that is not a statement.

/// The keywords that start statements.
pub const STARTS: [&str; 13] = [
    "assert",
    "environments",
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
/// The verbs of sentences.
pub const VERBS: [&str; 6] = ["allows", "allow", "accepts", "accept", "sends", "send"];

/// The words of the first line that could be names, with their offsets.
pub fn split_words(text: &str) -> Vec<(usize, &str)> {
    let line = text.lines().next().unwrap_or("");
    let mut at = 0;
    let pieces = line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));

    let placed = pieces.map(|piece| {
        let start = at;
        at += piece.len()
            + line[at + piece.len()..]
                .chars()
                .next()
                .map_or(0, char::len_utf8);
        (start, piece)
    });

    placed
        .filter(|(_, piece)| piece.starts_with(|c: char| c.is_ascii_alphabetic()))
        .collect()
}

/// Whether a stretch has the verb of a sentence.
pub fn has_verb(text: &str) -> bool {
    split_words(text)
        .iter()
        .any(|(_, word)| VERBS.contains(word))
}
