//! What is wrong with a stretch that is no statement.

use super::beginnings::progress;
use super::foreign::foreign;
use super::grammar::{Grammar, Rule};
use super::habits::{first_tokens, is_name, unmatched};
use super::repair::{self, is_statement, plain_habit, repair};
use crate::diagnostic::{Problem, Rewrite, nearest};
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
const DENIALS: [&str; 10] = [
    "deny", "denies", "block", "blocks", "reject", "rejects", "drop", "drops", "forbid", "forbids",
];

/// The one thing that is most likely wrong with `text`, which stands at `span`; a repair is looked
/// for where that is not too much.
pub fn explain(text: &str, span: Span, is_repaired: bool) -> Problem {
    let tries: [fn(&str, Span) -> Option<Problem>; 6] = [
        odd_character,
        comment,
        other_tool,
        denial,
        unclosed_part,
        unmatched_peer,
    ];
    let found = tries.iter().find_map(|explain| explain(text, span));
    let repaired = || {
        if is_repaired {
            repair(text, span)
        } else {
            None
        }
    };
    found
        .or_else(repaired)
        .unwrap_or_else(|| syntax(text, span))
}

/// Characters that look like a blank or like nothing: what each is, and what to write.
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
fn odd_character(text: &str, span: Span) -> Option<Problem> {
    let odd = |c: char| ODD_CHARACTERS.iter().find(|(odd, ..)| *odd == c);
    let mut found = outside(text)
        .filter_map(|(at, c)| odd(c).map(|odd| (at, odd)))
        .peekable();
    let (at, (character, what, write)) = *found.peek()?;
    let place = |at: usize, c: char| span.part(at, c.len_utf8());
    let edits = found
        .map(|(at, (c, _, write))| (place(at, *c), write.to_string()))
        .collect();
    let rewrite = Rewrite {
        edits,
        is_sure: !write.is_empty(),
    };
    Some(Problem::OddCharacter {
        span: place(at, *character),
        character: *character,
        what,
        rewrite,
    })
}

/// The characters of a text that stand in no string and no comment, with their offsets.
fn outside(text: &str) -> impl Iterator<Item = (usize, char)> {
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

/// How comments start elsewhere; those of the second kind do so only where a line starts.
const COMMENTS: [&str; 2] = ["//", "/*"];
const LINE_COMMENTS: [&str; 5] = ["--", ";", "<!--", "!", "%"];

/// `// the shop`, `/* the shop */`
fn comment(text: &str, span: Span) -> Option<Problem> {
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
    Some(Problem::OtherNotation {
        span: span.part(at, sign.len()),
        text,
        write,
        label,
        rewrite,
    })
}

/// Where a comment of another language starts, before which nothing is wrong.
fn comment_start(text: &str) -> Option<(usize, &'static str)> {
    let head = LINE_COMMENTS
        .iter()
        .find(|sign| text.starts_with(**sign))
        .map(|sign| (0, *sign));
    let is_blank_before =
        |at: usize| text[..at].is_empty() || text[..at].ends_with([' ', '\t', '\n']);
    let mut inner = outside(text)
        .filter(|(at, c)| *c == '/' && is_blank_before(*at))
        .filter_map(|(at, _)| {
            COMMENTS
                .iter()
                .find(|sign| text[at..].starts_with(**sign))
                .map(|sign| (at, *sign))
        });
    let is_good_before = |at: usize| {
        let without = || {
            format!(
                "{}{}",
                &text[..at],
                text[at..].find('\n').map_or("", |end| &text[at + end..])
            )
        };
        at == 0
            || text.len() <= repair::LONG
                && (is_statement(text[..at].trim_end()) || is_statement(&without()))
    };
    head.or_else(|| inner.next())
        .filter(|(at, _)| is_good_before(*at))
}

/// Where the comment ends that a text starts and its lines do not close: `/*` to `*/`.
pub fn comment_end(text: &str, bad: &str, start: usize) -> Option<usize> {
    let (at, sign) = comment_start(bad)?;
    let rest = &text[start + at..];
    (sign == "/*").then(|| {
        rest.find("*/")
            .map_or(text.len(), |end| start + at + end + 2)
    })
}

/// `resource "aws_security_group" "web" {`
fn other_tool(text: &str, span: Span) -> Option<Problem> {
    let is_sentence = || {
        words(text)
            .get(1)
            .is_some_and(|(_, word)| nearest(word, ["allows", "allow"]).is_some())
    };
    let foreign =
        foreign(text).filter(|foreign| foreign.is_command() || !verb_in(text) && !is_sentence())?;
    let word = first_tokens(text).first()?.text.to_string();
    let (tool, help) = (foreign.tool, foreign.help(text));
    Some(Problem::OtherTool {
        span: span.part(0, word.len()),
        word,
        tool,
        help,
    })
}

/// The tool that a stretch is a statement of, to which the lines belong that are indented below it.
pub fn tool(text: &str) -> Option<&'static str> {
    foreign(text).map(|foreign| foreign.tool)
}

/// `web denies ssh from anywhere`
fn denial(text: &str, span: Span) -> Option<Problem> {
    let words = words(text);
    let mut verbs = words
        .iter()
        .take_while(|(_, word)| !["from", "to", "allows", "allow"].contains(word));
    let (at, word) = verbs.find(|(_, word)| DENIALS.contains(word))?;
    let is_denial = !STARTS.contains(&words[0].1) && !verb_in(text) && !text.starts_with('@');
    is_denial.then(|| Problem::Deny {
        span: span.part(*at, word.len()),
        word: word.to_string(),
    })
}

/// A string or a block that nothing closes.
fn unclosed_part(text: &str, span: Span) -> Option<Problem> {
    match unclosed(text) {
        (Some(string), _) => Some(Problem::UnterminatedString {
            span: span.part(string, 1),
        }),
        (None, Some(brace)) => Some(Problem::UnclosedBlock {
            span: span.part(brace, 1),
        }),
        (None, None) => None,
    }
}

/// `web allows https from example.com`
fn unmatched_peer(text: &str, span: Span) -> Option<Problem> {
    let (token, label, help) = if text.len() > repair::LONG {
        None
    } else {
        unmatched(text)
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
    is_first.then_some(Problem::UnmatchedPeer {
        span: place,
        text,
        label,
        help,
    })
}

/// The names that a stretch which is no statement was to declare, at their places: nothing should
/// be said of their uses, since they are not what is wrong.
pub fn declared(text: &str, span: Span) -> Vec<Span> {
    let words = words(text);
    let Some((_, head)) = words.first() else {
        return Vec::new();
    };
    let names = match (STARTS.contains(head), verb_in(text)) {
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

/// Whether a stretch was to include a file, so that nobody knows what is declared.
pub fn includes(text: &str) -> bool {
    words(text)
        .first()
        .is_some_and(|(at, word)| *at == 0 && ["include", "import", "source"].contains(word))
}

/// The words of the first line that could be names, with their offsets.
fn words(text: &str) -> Vec<(usize, &str)> {
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

/// Offsets of the first quote and of the first brace that nothing closes, strings and comments
/// skipped.
fn unclosed(text: &str) -> (Option<usize>, Option<usize>) {
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

/// What the grammar stumbled over.
fn syntax(text: &str, span: Span) -> Problem {
    let words = words(text);
    if text.starts_with('@') {
        return annotation(text, span, words.first().map_or("", |(_, word)| word));
    }
    let starts_with_word = words.first().is_some_and(|(at, _)| *at == 0);
    match words.first() {
        Some((at, head)) if ["allows", "allow"].contains(head) => {
            let (found, expected) = (format!("`{head}`"), "a tier before it".to_string());
            let help = Some(
                "a sentence starts with the tier that it applies to: `web allows https from \
                 anywhere`",
            );
            Problem::Syntax {
                span: span.part(*at, head.len()),
                found,
                expected,
                help,
            }
        }
        Some((_, head)) if starts_with_word && !STARTS.contains(head) && !verb_in(text) => {
            plain_habit(text, span, 0).unwrap_or_else(|| unknown_start(text, span, &words))
        }
        Some(_) | None => stumble(text, span),
    }
}

/// `@alow(icmp-all)`, `@allow icmp-all`
fn annotation(text: &str, span: Span, head: &str) -> Problem {
    let word = format!("@{head}");
    // something else may stand between the two
    let place = aligned(text, span, span.part(0, word.len()));
    if head != "allow" {
        let meant = Some("@allow(LINT, \"reason\")".to_string());
        return Problem::UnknownStatement {
            span: place,
            word,
            meant,
        };
    }
    let lint = text
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("@allow"))
        .map_or("", str::trim);
    let lint = lint.trim_matches([':', '=', '"', '(', ')', ' ', '[', ']']);
    if is_name(lint) {
        let (length, label) = (
            text.lines().next().map_or(0, |line| line.trim_end().len()),
            "the lint stands in parentheses",
        );
        let (span, write) = (span.part(0, length), format!("@allow({lint})"));
        let rewrite = Rewrite {
            edits: vec![(span, write.clone())],
            is_sure: true,
        };
        return Problem::OtherNotation {
            span,
            text: text[..length].to_string(),
            write,
            label,
            rewrite,
        };
    }
    let (found, expected) = (
        "invalid value".to_string(),
        "`@allow(LINT)` or `@allow(LINT, \"reason\")`".to_string(),
    );
    Problem::Syntax {
        span: place,
        found,
        expected,
        help: None,
    }
}

/// A line that starts with no keyword and is no sentence: which of the two was it to be?
fn unknown_start(text: &str, span: Span, words: &[(usize, &str)]) -> Problem {
    let head = words[0].1;
    if let Some((at, word)) = words.get(1)
        && nearest(word, ["allows", "allow"]).is_some()
    {
        let span = span.part(*at, word.len());
        let (found, expected) = (format!("`{word}`"), "`allows`".to_string());
        return Problem::Syntax {
            span,
            found,
            expected,
            help: Some("write `allows`"),
        };
    }
    let claims = words
        .iter()
        .any(|(_, word)| ["can", "cannot"].contains(word));
    // an end comes before `can`, and before a comma
    let is_end = text[head.len()..].trim_start().starts_with([',', 'c']);
    let meant = match claims {
        true if is_end || nearest(head, ["assert"]).is_none() => Some(format!("assert {head}")),
        true => Some("assert".to_string()),
        false => nearest(head, STARTS).or_else(|| without_keyword(text, head)),
    };
    Problem::UnknownStatement {
        span: span.part(0, head.len()),
        word: head.to_string(),
        meant,
    }
}

/// Declarations without their keyword: what is in each, and the keyword.
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
fn without_keyword(text: &str, head: &str) -> Option<String> {
    let line = text.lines().next()?;
    let is_declaration = |(signs, keyword): &&(&[&str], &str)| {
        signs.iter().any(|sign| line.contains(sign)) && is_statement(&format!("{keyword} {text}"))
    };
    let (_, keyword) = WITHOUT_KEYWORD.iter().find(is_declaration)?;
    Some(format!("{keyword} {head}"))
}

/// The place where a statement goes on as none does, and what it wants there.
fn stumble(text: &str, span: Span) -> Problem {
    let Err(error) = Grammar::parse(Rule::alone, text) else {
        let (found, expected) = (describe(text), "write one statement per line".to_string());
        return Problem::Syntax {
            span,
            found,
            expected,
            help: None,
        };
    };
    let at = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    };
    let (at, expected) = match progress(text) {
        Some(progress) if progress.0 + blanks(&text[progress.0..]) >= at => progress,
        Some(_) | None if at == 0 => (at, "a statement".to_string()),
        Some(_) | None => (at, expected(&error.variant)),
    };
    let at = at + blanks(&text[at..]);
    if let Some(problem) = plain_habit(text, span, at) {
        return problem;
    }
    let found = describe(&text[at..]);
    let length = token(&text[at..]).len();
    let place = if length == 0 {
        span.part(at.saturating_sub(1).min(text.len() - 1), 1)
    } else {
        span.part(at, length)
    };
    let help = slip(&text[..at], &text[at..]);
    Problem::Syntax {
        span: aligned(text, span, place),
        found,
        expected,
        help,
    }
}

/// How many blanks a text starts with.
fn blanks(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t']).len()
}

/// Slips that are common enough to be named: how the statement starts, what stands before, what
/// stands there, what to type.
const SLIPS: [(&str, &str, &str, &str); 23] = [
    (
        "include",
        "",
        ",",
        "each `include` takes one file; write one `include` per file",
    ),
    (
        "param",
        "",
        ",",
        "a parameter has one value; for several addresses, declare a network: `network office = \
         10.0.0.0/8, 172.16.0.0/12`",
    ),
    (
        "param",
        "",
        "=",
        "name the type before the value: `param office : cidr = 203.0.113.0/24`",
    ),
    (
        "service",
        "",
        "except",
        "services have no `except`; list the remaining ports: `tcp 0-79, 81-65535`",
    ),
    (
        "tier",
        "",
        "=",
        "a tier has no value; write its settings in a block: `tier web { outbound = closed }`",
    ),
    (
        "",
        "allows",
        "from",
        "name a service: `web allows https from anywhere`",
    ),
    (
        "",
        "allow",
        "from",
        "name a service: `web allows https from anywhere`",
    ),
    (
        "",
        "allows",
        "to",
        "name a service: `web allows https to anywhere`",
    ),
    (
        "",
        "allow",
        "to",
        "name a service: `web allows https to anywhere`",
    ),
    (
        "",
        "",
        "!",
        "exclude addresses with `except`: `anywhere except 10.0.0.0/8`",
    ),
    (
        "",
        "",
        "\u{2013}",
        "this is a dash; use a hyphen, `-`, in names and ranges",
    ),
    (
        "",
        "",
        "\u{2014}",
        "this is a dash; use a hyphen, `-`, in names and ranges",
    ),
    ("", "", ";", "a statement ends with its line"),
    (
        "",
        "",
        "\u{201c}",
        "use straight quotes for strings: `\"…\"`",
    ),
    (
        "",
        "",
        "\u{201d}",
        "use straight quotes for strings: `\"…\"`",
    ),
    ("", "", "..", "write a range of ports as `80-90`"),
    (
        "",
        "",
        "-",
        "write a range of ports as `80-90`, without spaces",
    ),
    ("", "from", "\"", "write addresses and names without quotes"),
    ("", "to", "\"", "write addresses and names without quotes"),
    (
        "",
        "",
        "except",
        "write `except` before `until` and before the string",
    ),
    ("", "", "until", "write `until` before the string"),
    ("", "", ":", "set a value with `=` and a role with `is`"),
    ("", "", "from", "write one statement per line"),
];

fn slip(before: &str, rest: &str) -> Option<&'static str> {
    let before = before.trim_end();
    let is_slip = |(start, left, right): (&str, &str, &str)| {
        before.starts_with(start) && before.ends_with(left) && rest.starts_with(right)
    };
    let known = SLIPS
        .iter()
        .find(|(start, left, right, _)| is_slip((start, left, right)));
    let foreign = rest.starts_with(|c: char| c.is_alphabetic() && !c.is_ascii());
    let foreign = foreign.then_some("names consist of the letters a to z, digits, `-` and `_`");
    let nothing = before
        .is_empty()
        .then_some("a sentence reads `web allows https from anywhere`");
    known.map(|(.., help)| *help).or(foreign).or(nothing)
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
    words(text)
        .iter()
        .any(|(_, word)| ["allows", "allow"].contains(word))
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
        token if token.is_ascii() => format!("`{token}`"),
        token => format!(
            "`{token}` (U+{:04X})",
            token.chars().next().map_or(0, u32::from)
        ),
    }
}

/// The grammar's expectations in words, for what no beginning tells.
fn expected(error: &ErrorVariant<Rule>) -> String {
    let ErrorVariant::ParsingError { positives, .. } = error else {
        return "the end of the statement".to_string();
    };
    let mut words: Vec<&str> = Vec::new();
    for positive in positives {
        let word = name(*positive);
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

/// Rules of the grammar as a reader would call them; the others say nothing to one.
const WORDS: [(Rule, &str); 31] = [
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
    (Rule::was, "`was`"),
    (Rule::role, "`is ROLE`"),
    (Rule::account, "`in account`"),
    (Rule::EOI, "the end of the line"),
];

fn name(token: Rule) -> &'static str {
    WORDS
        .iter()
        .find(|(rule, _)| *rule == token)
        .map_or("", |(_, words)| words)
}

#[cfg(test)]
mod tests {
    use crate::source::{FileId, Span};

    /// Where the error of a statement is, and what it says.
    fn told(text: &str) -> String {
        let mut problems = crate::diagnostic::Problems::default();
        problems.push(super::explain(
            text,
            Span {
                file: FileId(0),
                start: 0,
                end: text.len() as u32,
            },
            true,
        ));
        let told = problems.into_iter().map(|problem| {
            let report = problem.report();
            format!("{}: {}", report.labels[0].span.start, report.message)
        });
        told.collect()
    }

    #[test]
    fn what_is_wrong_first_is_told() {
        for (text, wanted) in [
            (
                "tier z foo { outbound = closed }",
                "7: expected the end of the line, `is ROLE`, `was`, a block or a string, found `foo`",
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
            assert_eq!(told(text), wanted, "{text}");
        }
    }
}
