//! Explains text that is not a statement.

use super::foreign::find_foreign;
use super::habits::{find_quoted_ids, find_unmatched, first_tokens};
use super::repair::{self, find_repair, is_statement};
use super::syntax::explain_syntax;
use super::words::{STARTS, VERBS, has_verb, split_words};
use crate::diagnostic::{NameProblem, Problem, Rewrite, SyntaxProblem, describe_aws_id, nearest};
use crate::source::Span;

const DENIALS: [&str; 10] = [
    "deny", "denies", "block", "blocks", "reject", "rejects", "drop", "drops", "forbid", "forbids",
];

/// The most likely problem of `text`, which is at `span`; searches for a repair if `is_repaired`.
pub fn explain_statement(text: &str, span: Span, is_repaired: bool) -> Problem {
    let tries: [fn(&str, Span) -> Option<Problem>; 7] = [
        find_odd_character,
        find_comment,
        find_other_tool,
        find_denial,
        find_unclosed,
        find_unmatched_peer,
        find_quoted_id,
    ];
    let found = tries.iter().find_map(|find| find(text, span));
    found
        .or_else(|| is_repaired.then(|| find_repair(text, span)).flatten())
        .unwrap_or_else(|| explain_syntax(text, span))
}

/// Characters that look like a blank or are invisible: the name of each, and its replacement.
const ODD_CHARACTERS: [(char, &str, &str); 12] = [
    ('\u{a0}', "a no-break space", " "),
    ('\u{202f}', "a narrow no-break space", " "),
    ('\u{2002}', "an en space", " "),
    ('\u{2003}', "an em space", " "),
    ('\u{2007}', "a figure space", " "),
    ('\u{2009}', "a thin space", " "),
    ('\u{3000}', "an ideographic space", " "),
    ('\u{200b}', "a zero-width space", ""),
    ('\u{200c}', "a zero-width non-joiner", ""),
    ('\u{200d}', "a zero-width joiner", ""),
    ('\u{2060}', "a word joiner", ""),
    ('\u{ad}', "a soft hyphen", ""),
];

/// A no-break space between words.
fn find_odd_character(text: &str, span: Span) -> Option<Problem> {
    let mut edits = Vec::new();
    let mut first = None;

    for (at, c) in characters_outside(text) {
        let Some(odd) = ODD_CHARACTERS.iter().find(|(odd, ..)| *odd == c) else {
            continue;
        };
        let place = span.part(at, c.len_utf8());
        edits.push((place, odd.2.to_string()));
        first = first.or(Some((place, odd)));
    }

    let (place, (character, what, write)) = first?;
    let rewrite = Rewrite {
        edits,
        is_sure: !write.is_empty(),
    };

    Some(Problem::Syntax(SyntaxProblem::OddCharacter {
        span: place,
        character: *character,
        what,
        rewrite,
    }))
}

/// The characters of a text outside strings and comments, with their offsets.
fn characters_outside(text: &str) -> impl Iterator<Item = (usize, char)> {
    let (mut string, mut escaped, mut comment) = (false, false, false);
    text.char_indices().filter(move |(_, character)| {
        let was_inside = string || comment;
        match character {
            '\n' => (string, escaped, comment) = (false, false, false),
            _ if comment || std::mem::take(&mut escaped) => {}
            '\\' if string => escaped = true,
            '"' => string = !string,
            '#' if !string => comment = true,
            _ => {}
        }
        !was_inside
    })
}

/// Comment markers of other languages; `LINE_COMMENTS` only at the start of a line.
const COMMENTS: [&str; 2] = ["//", "/*"];
const LINE_COMMENTS: [&str; 5] = ["--", ";", "<!--", "!", "%"];

/// `// the shop`, `/* the shop */`
fn find_comment(text: &str, span: Span) -> Option<Problem> {
    let (at, sign) = comment_start(text)?;
    let line = &text[at..at + text[at..].find('\n').unwrap_or(text.len() - at)];
    let mut edits = vec![(span.part(at, sign.len()), "#".to_string())];
    let closing = line.trim_end();
    let is_closed = sign != "/*" || closing.ends_with("*/") && closing.matches("*/").count() == 1;

    if sign == "/*" && is_closed {
        let end = at + closing.len() - 2;
        let start = text[..end].trim_end().len().max(at + sign.len());
        edits.push((span.part(start, at + closing.len() - start), String::new()));
    }

    let label = "comments start with `#`";
    let rewrite = Rewrite {
        edits: if is_closed { edits } else { Vec::new() },
        is_sure: true,
    };
    let (text, write) = (sign.to_string(), "#".to_string());

    Some(Problem::Syntax(SyntaxProblem::OtherNotation {
        span: span.part(at, sign.len()),
        text,
        write,
        label,
        rewrite,
    }))
}

/// The start of a comment of another language, if the text before it is valid.
fn comment_start(text: &str) -> Option<(usize, &'static str)> {
    let head = LINE_COMMENTS
        .iter()
        .find(|sign| text.starts_with(**sign))
        .map(|sign| (0, *sign));
    let is_blank_before =
        |at: usize| text[..at].is_empty() || text[..at].ends_with([' ', '\t', '\n']);
    let mut inner = characters_outside(text)
        .filter(|(at, c)| *c == '/' && is_blank_before(*at))
        .filter_map(|(at, _)| {
            COMMENTS
                .iter()
                .find(|sign| text[at..].starts_with(**sign))
                .map(|sign| (at, *sign))
        });

    head.or_else(|| inner.next())
        .filter(|(at, _)| is_right_without(text, *at))
}

/// Whether the text before a comment is empty or a statement, alone or together with the following
/// lines.
fn is_right_without(text: &str, comment: usize) -> bool {
    if comment == 0 {
        return true;
    }
    if text.len() > repair::LONG {
        return false;
    }

    let before = &text[..comment];
    let after = text[comment..]
        .find('\n')
        .map_or("", |end| &text[comment + end..]);
    is_statement(before.trim_end()) || is_statement(&format!("{before}{after}"))
}

/// The end of a comment that continues after its lines: `/*` to `*/`.
pub fn comment_end(text: &str, bad: &str, start: usize) -> Option<usize> {
    let (at, sign) = comment_start(bad)?;
    let rest = &text[start + at..];
    (sign == "/*").then(|| {
        rest.find("*/")
            .map_or(text.len(), |end| start + at + end + 2)
    })
}

/// `resource "aws_security_group" "web" {`
fn find_other_tool(text: &str, span: Span) -> Option<Problem> {
    let foreign = find_foreign(text)
        .filter(|foreign| foreign.is_command() || !has_verb(text) && !is_sentence(text))?;
    let word = first_tokens(text).first()?.text.to_string();
    let (tool, help) = (foreign.tool, foreign.write_help(text));
    Some(Problem::Syntax(SyntaxProblem::OtherTool {
        span: span.part(0, word.len()),
        word,
        tool,
        help,
    }))
}

/// Whether the second word is the verb of a sentence, or similar to it.
fn is_sentence(text: &str) -> bool {
    split_words(text)
        .get(1)
        .is_some_and(|(_, word)| nearest(word, VERBS).is_some())
}

/// The tool whose statement a text is; lines that are indented below belong to it.
pub fn tool_of(text: &str) -> Option<&'static str> {
    find_foreign(text).map(|foreign| foreign.tool)
}

/// `web denies ssh from anywhere`
fn find_denial(text: &str, span: Span) -> Option<Problem> {
    let words = split_words(text);
    let mut verbs = words
        .iter()
        .take_while(|(_, word)| !["from", "to"].contains(word) && !VERBS.contains(word));
    let (at, word) = verbs.find(|(_, word)| DENIALS.contains(word))?;
    let is_denial = !STARTS.contains(&words[0].1) && !has_verb(text) && !text.starts_with('@');
    is_denial.then(|| {
        Problem::Syntax(SyntaxProblem::Deny {
            span: span.part(*at, word.len()),
            word: word.to_string(),
        })
    })
}

/// An unclosed string or block.
fn find_unclosed(text: &str, span: Span) -> Option<Problem> {
    match scan_unclosed(text) {
        (Some(string), _) => Some(Problem::Syntax(SyntaxProblem::UnterminatedString {
            span: span.part(string, 1),
        })),
        (None, Some(brace)) => Some(Problem::Syntax(SyntaxProblem::UnclosedBlock {
            span: span.part(brace, 1),
        })),
        (None, None) => None,
    }
}

/// `web allows https from example.com`
fn find_unmatched_peer(text: &str, span: Span) -> Option<Problem> {
    let (token, label, help) = if text.len() > repair::LONG {
        None
    } else {
        find_unmatched(text)
    }?;

    let is_first = is_statement(&format!(
        "{}partner{}",
        &text[..token.start],
        &text[token.end()..]
    ));

    let (place, text) = (
        span.part(token.start, token.text.len()),
        token.text.to_string(),
    );

    is_first.then_some(Problem::Syntax(SyntaxProblem::UnmatchedPeer {
        span: place,
        text,
        label,
        help,
    }))
}

/// `web allows https from "sg-0123456789abcdef0"`
fn find_quoted_id(text: &str, span: Span) -> Option<Problem> {
    // declarations of groups and lists have ids
    let head = split_words(text).first().map_or("", |(_, word)| *word);
    let is_declaration = STARTS.contains(&head) && head != "assert";
    if text.len() > repair::LONG || is_declaration {
        return None;
    }

    let ids = find_quoted_ids(text);
    let first = ids.first()?;
    let (mut named, mut at) = (String::new(), 0);
    for id in &ids {
        named += &text[at..id.start];
        named += "partner";
        at = id.end();
    }
    named += &text[at..];

    let id = first.text.trim_matches('"');
    let (what, help) = describe_aws_id(id)?;
    is_statement(&named).then(|| {
        Problem::Name(NameProblem::IdForName {
            span: span.part(first.start, first.text.len()),
            id: id.to_string(),
            what,
            help,
        })
    })
}

/// The names that an invalid statement probably declares: their uses are not reported as unknown
/// names.
pub fn declared_names(text: &str, span: Span) -> Vec<Span> {
    let words = split_words(text);
    let Some((_, head)) = words.first() else {
        return Vec::new();
    };

    let names = match (STARTS.contains(head), has_verb(text)) {
        (false, true) => return Vec::new(),
        (true, _) => &words[1..],
        (false, false) => &words[..],
    };

    let line = text.lines().next().unwrap_or("");
    let value = line.find(['=', '{']).unwrap_or(line.len());

    names
        .iter()
        .take_while(|(at, _)| *at < value)
        .map(|(at, name)| span.part(*at, name.len()))
        .collect()
}

/// The keyword that an invalid statement probably starts with.
pub fn keyword(text: &str) -> Option<&'static str> {
    let (_, word) = *split_words(text).first().filter(|(at, _)| *at == 0)?;
    let meant = nearest(word, STARTS);
    STARTS
        .into_iter()
        .find(|start| Some(*start) == meant.as_deref())
}

/// Whether an invalid statement is probably an include, so that some declarations are unknown.
pub fn is_include(text: &str) -> bool {
    split_words(text)
        .first()
        .is_some_and(|(at, word)| *at == 0 && ["include", "import", "source"].contains(word))
}

/// Offsets of the first unclosed quote and the first unclosed brace, skipping strings and comments.
fn scan_unclosed(text: &str) -> (Option<usize>, Option<usize>) {
    let (mut string, mut braces) = (None, Vec::new());
    let (mut escaped, mut comment) = (false, false);

    for (at, character) in text.char_indices() {
        match (character, string) {
            ('\n', Some(_)) => return (string, braces.first().copied()),
            ('\n', None) => comment = false,
            _ if comment || std::mem::take(&mut escaped) => {}
            ('\\', Some(_)) => escaped = true,
            ('"', Some(_)) => string = None,
            ('"', None) => string = Some(at),
            ('#', None) => comment = true,
            ('{', None) => braces.push(at),
            ('}', None) => drop(braces.pop()),
            _ => {}
        }
    }

    (string, braces.first().copied())
}

#[cfg(test)]
mod tests {
    use crate::source::{FileId, Span};

    /// The position and the message of the error of a statement.
    fn explained(text: &str) -> String {
        let mut problems = crate::diagnostic::Problems::default();
        problems.push(super::explain_statement(
            text,
            Span {
                file: FileId(0),
                start: 0,
                end: text.len() as u32,
            },
            true,
        ));

        let messages = problems.into_iter().map(|problem| {
            let report = problem.report();
            format!("{}: {}", report.labels[0].span.start, report.message)
        });
        messages.collect()
    }

    #[test]
    fn reports_the_first_mistake() {
        for (text, wanted) in [
            (
                "tier z foo { outbound = closed }",
                "7: expected the end of the line, `is ROLE`, `also`, `was`, a block or a string, \
                 found `foo`",
            ),
            (
                "tier z was q is proxy { outbound = closed }",
                "13: expected the end of the line, a block or a string, found `is`",
            ),
            (
                "tier z { outbound closed }",
                "18: expected `=`, found `closed`",
            ),
            ("tier z { outbound = }", "20: expected a value, found `}`"),
            ("tier z { a = b c = d }", "13: a comma is missing after `b`"),
        ] {
            assert_eq!(explained(text), wanted, "{text}");
        }
    }
}
