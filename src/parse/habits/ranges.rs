//! Ranges of ports as other tools write them, and with names: `app-port..9000`, `>1024`.

use super::notations::RANGE_SIGNS;
use super::phrases::{RANGE, is_like, is_number};
use super::position::{Here, Replacement, StatementPart};
use super::tokens::is_name;

/// Words between the ends of a range.
const RANGE_WORDS: &str = "to|through|thru";
const BLANKS: &str = "a range that begins with a name has blanks around its `-`";
const TWO_ENDS: &str = "a range has two ends";

/// `app-port- 9000`, `8000- last-port`, `app-port:9000`, `app-port to 9000`, after `tcp` or after
/// another port of it: `tcp 80, app-port- 9000`
pub(super) fn named_range(here: &Here<'_>) -> Option<Replacement> {
    if !here.follows_transport() && !continues_ports(here) {
        return None;
    }

    let (count, from, to) = split_range(here)?;
    let is_named = is_name(from) || is_name(to);
    if !is_named || !is_end(from) || !is_end(to) {
        return None;
    }

    let (write, label) = if is_name(from) {
        (format!("{from} - {to}"), BLANKS)
    } else {
        (format!("{from}-{to}"), RANGE)
    };

    Some(Replacement {
        is_plain: count == 1,
        ..Replacement::sure(count, write, label)
    })
}

/// Whether a further port of a list is expected: `tcp 80, …`
fn continues_ports(here: &Here<'_>) -> bool {
    let mut earlier = here.all[..here.position()].iter().rev();
    let has_comma = earlier.next().is_some_and(|before| before.text == ",");
    let mut ports = earlier.skip_while(|it| it.text == "," || is_number(it.text));
    let is_transport = ports
        .next()
        .is_some_and(|it| ["tcp", "udp"].contains(&it.text));
    here.part == StatementPart::Services && has_comma && is_transport
}

/// The number of tokens of a range that is not written as here, and its ends.
fn split_range<'t>(here: &Here<'t>) -> Option<(usize, &'t str, &'t str)> {
    let first = here.rest[0].text;
    // a name has hyphens of its own
    let other_signs = || RANGE_SIGNS.iter().filter(|sign| **sign != "-");
    if let Some((from, to)) = other_signs().find_map(|sign| split_ends(first, sign)) {
        return Some((1, from, to));
    }

    let second = here.rest.get(1)?.text;
    let before = RANGE_SIGNS.iter().find_map(|sign| first.strip_suffix(sign));
    if let Some(from) = before {
        return Some((2, from, second));
    }
    let after = RANGE_SIGNS
        .iter()
        .find_map(|sign| second.strip_prefix(sign));
    if let Some(to) = after.filter(|to| !to.is_empty()) {
        return Some((2, first, to));
    }

    let third = here.rest.get(2)?.text;
    let is_sign = RANGE_SIGNS.contains(&second) && (is_number(first) || second != "-");
    // `tcp app-port to office` is no range, and `tcp app-port to last-port from office` is
    let goes_on = here.rest[3..]
        .iter()
        .any(|it| ["from", "to"].contains(&it.text));
    let is_range = is_number(third) || goes_on && here.follows_transport();
    let is_word = is_like(RANGE_WORDS, second) && is_range;
    (is_sign || is_word).then_some((3, first, third))
}

/// The two ends around a sign, neither of them empty.
fn split_ends<'t>(text: &'t str, sign: &str) -> Option<(&'t str, &'t str)> {
    text.split_once(sign)
        .filter(|(from, to)| !from.is_empty() && !to.is_empty())
}

/// Whether a text can be an end of a range.
fn is_end(text: &str) -> bool {
    is_number(text) || is_like("NAME", text)
}

/// A comparison, as a sign and as in access lists, and the ports that it means.
type Comparison = (&'static str, fn(u16) -> Option<(u16, u16)>);

const COMPARISONS: [Comparison; 5] = [
    (">=|=>|ge", |port| Some((port, u16::MAX))),
    ("<=|=<|le", |port| Some((0, port))),
    (">|gt", |port| Some((port.checked_add(1)?, u16::MAX))),
    ("<|lt", |port| Some((0, port.checked_sub(1)?))),
    ("-", |port| Some((0, port))),
];

/// `>1024`, `gt 1024`, `443-`
pub(super) fn half_range(here: &Here<'_>) -> Option<Replacement> {
    let is_item = here.before.is_some_and(|before| before.text == ",");
    if here.part != StatementPart::Services || !(here.follows_transport() || is_item) {
        return None;
    }

    let (count, (from, to)) = match open_range(here.rest[0].text) {
        Some(range) => (1, range),
        None => (2, compared_range(here)?),
    };

    Some(Replacement {
        is_sure: false,
        is_plain: false,
        ..Replacement::sure(count, format!("{from}-{to}"), TWO_ENDS)
    })
}

/// `443-`, `443+`, `>443`
fn open_range(typed: &str) -> Option<(u16, u16)> {
    let number = typed.strip_suffix(['-', '+', ':']);
    if let Some(port) = number.filter(|number| is_number(number)) {
        return Some((port.parse().ok()?, u16::MAX));
    }

    let number = typed.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    let sign = &typed[..typed.len() - number.len()];
    compare(sign, number)
}

/// `> 443`, `gt 443`
fn compared_range(here: &Here<'_>) -> Option<(u16, u16)> {
    compare(here.rest[0].text, here.rest.get(1)?.text)
}

fn compare(sign: &str, number: &str) -> Option<(u16, u16)> {
    if sign.is_empty() || !is_number(number) {
        return None;
    }
    let (_, ports) = COMPARISONS.iter().find(|(words, _)| is_like(words, sign))?;
    ports(number.parse().ok()?)
}
