//! What is wrong with a stretch that is no statement.

use super::grammar::{Grammar, Rule};
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
        (Some((at, word)), _) if !STARTS.contains(&words[0].1) && !verb_in(text) && !text.starts_with('@') => {
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

/// The name that a stretch which is no statement was to declare, at its place: nothing should be said of its
/// uses, since they are not what is wrong.
pub fn declared(text: &str, span: Span) -> Option<Span> {
    let words = words(text);
    let ((0, start), (at, name)) = (words.first()?, words.get(1)?) else { return None };
    STARTS.contains(start).then(|| span.part(*at, name.len()))
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
    unclosed(text).0
}

/// Offset of a brace that nothing closes.
fn open_brace(text: &str) -> Option<usize> {
    unclosed(text).1
}

/// Offsets of the first quote and of the first brace that nothing closes, strings and comments skipped.
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
fn syntax(text: &str, span: Span, first: Option<&(usize, &str)>, second: Option<&(usize, &str)>) -> Problem {
    let Err(error) = Grammar::parse(Rule::alone, text) else {
        let (found, expected) = (describe(text), "one statement a line".to_string());
        return Problem::Syntax { span, found, expected, help: None };
    };
    let at = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    };
    let (start, head) = first.copied().unwrap_or((0, ""));
    if text.starts_with('@') {
        let word = format!("@{head}");
        let meant = Some("@allow(LINT, \"reason\")".to_string()).filter(|_| head != "allow");
        // something else may stand between the two
        let place = aligned(text, span, span.part(0, word.len()));
        if meant.is_some() {
            return Problem::UnknownStatement { span: place, word, meant };
        }
        let (found, expected) =
            ("something else".to_string(), "`@allow(LINT)` or `@allow(LINT, \"reason\")`".to_string());
        return Problem::Syntax { span: place, found, expected, help: None };
    }
    if ["allows", "allow"].contains(&head) {
        let (found, expected) = (format!("`{head}`"), "a tier before it".to_string());
        return Problem::Syntax { span: span.part(start, head.len()), found, expected, help: None };
    }
    let starts = first.is_some() && start == 0;
    if starts && !STARTS.contains(&head) && !verb_in(text) {
        // neither a declaration nor a rule: which of the two was it to be?
        if let Some((at, word)) = second
            && nearest(word, ["allows", "allow"]).is_some()
        {
            let span = span.part(*at, word.len());
            let (found, expected) = (format!("`{word}`"), "`allows`".to_string());
            return Problem::Syntax { span, found, expected, help: None };
        }
        let claims = words(text).iter().any(|(_, word)| ["can", "cannot"].contains(word));
        // an end comes before `can`, and before a comma
        let is_end = text[head.len()..].trim_start().starts_with([',', 'c']);
        let meant = match claims {
            true if is_end || nearest(head, ["assert"]).is_none() => Some(format!("assert {head}")),
            true => Some("assert".to_string()),
            false => nearest(head, STARTS),
        };
        return Problem::UnknownStatement { span: span.part(0, head.len()), word: head.to_string(), meant };
    }
    let (at, expected) = match progress(text) {
        Some(progress) if progress.0 + blanks(&text[progress.0..]) >= at => progress,
        Some(_) | None => (at, expected(&error.variant)),
    };
    let at = at + blanks(&text[at..]);
    let found = describe(&text[at..]);
    let length = token(&text[at..]).len();
    let place =
        if length == 0 { span.part(at.saturating_sub(1).min(text.len() - 1), 1) } else { span.part(at, length) };
    let help = slip(&text[..at], &text[at..]);
    Problem::Syntax { span: aligned(text, span, place), found, expected, help }
}

/// How many blanks a text starts with.
fn blanks(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t']).len()
}

/// Slips that are common enough to be named: what stands before, what stands there, what to type.
const SLIPS: [(&str, &str, &str); 17] = [
    ("", "//", "comments start with `#`"),
    ("", ";", "a statement ends with its line"),
    ("", "\u{201c}", "strings stand in straight quotes: `\"…\"`"),
    ("", "\u{201d}", "strings stand in straight quotes: `\"…\"`"),
    ("", "\u{a0}", "this blank is a no-break space; write an ordinary one"),
    ("tcp", "/", "write `tcp 80`"),
    ("udp", "/", "write `udp 53`"),
    ("tcp", ":", "write `tcp 80`"),
    ("udp", ":", "write `udp 53`"),
    ("", "..", "a range of ports is written `80-90`"),
    ("", "-", "a range of ports is written `80-90`, without blanks"),
    ("from", "\"", "addresses and names stand without quotes"),
    ("to", "\"", "addresses and names stand without quotes"),
    ("", "except", "`except` stands before `until` and before the string"),
    ("", "until", "`until` stands before the string"),
    ("", ":", "a value is given with `=`, a role with `is`"),
    ("", "from", "one statement a line"),
];

fn slip(before: &str, rest: &str) -> Option<&'static str> {
    let before = before.trim_end();
    let known = SLIPS.iter().find(|(left, right, _)| before.ends_with(left) && rest.starts_with(right));
    let digits = rest.starts_with(|c: char| c.is_ascii_digit()) && before.ends_with(|c: char| c.is_ascii_digit());
    let foreign = rest.starts_with(|c: char| c.is_alphabetic() && !c.is_ascii());
    let foreign = foreign.then_some("names are made of the letters a to z, digits, `-` and `_`");
    known
        .map(|(.., help)| *help)
        .or(foreign)
        .or(digits.then_some("ports stand with commas between them: `tcp 80, 443`"))
}

/// The beginnings of statements: what is wanted after each, and what after a comma that follows it.
const BEGINNINGS: [(Rule, &str, &str); 34] = [
    (Rule::rule_subjects, "", "a tier"),
    (Rule::rule_verb, "a service", ""),
    (Rule::rule_services, "`from` or `to`", "a service"),
    (Rule::rule_way, "a peer", ""),
    (Rule::rule_peers, "`except`, `until`, a string or the end of the line", "a peer"),
    (Rule::rule_except, "an address or a network", ""),
    (Rule::rule_excepted, "`until`, a string or the end of the line", "an address or a network"),
    (Rule::rule_until, "a date", ""),
    (Rule::rule_ended, "a string or the end of the line", ""),
    (Rule::assert_word, "the ends of a flow, as in `app can reach db`", ""),
    (Rule::assert_from, "`can reach` or `cannot reach`", "a peer"),
    (Rule::assert_can, "`reach`", ""),
    (Rule::assert_only, "`can reach`", "a peer"),
    (Rule::assert_alone, "`reach`", ""),
    (Rule::role_wanted, "a role, like `web-server`", ""),
    (Rule::was_wanted, "an earlier name", ""),
    (Rule::assert_reach, "a peer", ""),
    (Rule::assert_to, "`on`, `only through` or the end of the line", "a peer"),
    (Rule::assert_on, "a service", ""),
    (Rule::assert_all, "the end of the line", "a service"),
    (Rule::name_wanted, "a name", ""),
    (Rule::equals, "`=`", ""),
    (Rule::network_is, "an address or a network", ""),
    (Rule::network_all, "`except`, a string or the end of the line", "an address or a network"),
    (Rule::service_is, "a service", ""),
    (Rule::service_all, "a string or the end of the line", "a service"),
    (Rule::tiers_is, "a tier", ""),
    (Rule::text_wanted, "a string", ""),
    (Rule::peer_with, "`with`", ""),
    (Rule::param_name, "`:` and a type", ""),
    (Rule::param_type, "a type: vpc, cidr, cidr-ipv6, external or prefix-list", ""),
    (Rule::vpc_block, "a block, like `{ cidr = 10.0.0.0/16 }`", ""),
    (Rule::entries, "`,`, a line break or `}`", "`key = value`"),
    (Rule::entry_key, "`=`", ""),
];

/// Statements longer than this get a plainer message: each beginning reads the statement once more.
const LONG: usize = 64 * 1024;

/// How far the statement goes as one that could still become right, and what it wants there.
fn progress(text: &str) -> Option<(usize, String)> {
    if text.len() > LONG {
        return None;
    }
    // what stands in a block is looked at only where nothing is wrong before it
    let in_block = text.find('{').is_none_or(|at| Grammar::parse(Rule::alone, &format!("{}{{}}", &text[..at])).is_ok());
    let beginnings =
        BEGINNINGS.iter().filter(|(rule, ..)| in_block || ![Rule::entries, Rule::entry_key].contains(rule));
    let ends = beginnings.filter_map(|(rule, wanted, item)| {
        let end = Grammar::parse(*rule, text).ok()?.next()?.as_span().end();
        Some((end, *wanted, *item))
    });
    let equals = Grammar::parse(Rule::entry_equals, text).ok().and_then(|mut pairs| pairs.next());
    let value = equals.filter(|_| in_block).map(|pair| (pair.as_span().end(), "a value", ""));
    let (end, wanted, item) = ends.chain(value).max_by_key(|(end, ..)| *end)?;
    let rest = text[end..].trim_start_matches([' ', '\t']);
    let (end, wanted) = match (rest.strip_prefix(','), item) {
        (None, _) | (Some(_), "") => (end, wanted),
        (Some(after), item) => (text.len() - after.len(), item),
    };
    (!wanted.is_empty()).then(|| (end, wanted.to_string()))
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
        token if token.is_ascii() => format!("`{token}`"),
        token => format!("`{token}` (U+{:04X})", token.chars().next().map_or(0, u32::from)),
    }
}

/// The grammar's expectations in words, for what no beginning tells.
fn expected(error: &ErrorVariant<Rule>) -> String {
    let ErrorVariant::ParsingError { positives, .. } = error else { return "the end of the statement".to_string() };
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
    WORDS.iter().find(|(rule, _)| *rule == token).map_or("", |(_, words)| words)
}

#[cfg(test)]
mod tests {
    use crate::source::{FileId, Span};

    /// Where the error of a statement is, and what it says.
    fn told(text: &str) -> String {
        let mut problems = crate::diagnostic::Problems::default();
        super::explain(text, Span { file: FileId(0), start: 0, end: text.len() as u32 }, &mut problems);
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
            ("tier z { outbound closed }", "18: expected `=`, found `closed`"),
            ("tier z { outbound = }", "20: expected a value, found `}`"),
            ("tier z { a = b c = d }", "15: expected `,`, a line break or `}`, found `c`"),
        ] {
            assert_eq!(told(text), wanted, "{text}");
        }
    }
}
