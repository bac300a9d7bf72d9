//! Functions of texts and numbers.

use super::super::value::{Val, number_text};
use super::called::{Called, expected, wrong_count};
use std::rc::Rc;

/// The longest text that a function makes.
const LONGEST: usize = 1 << 16;

/// The texts of all arguments; `None` where one is unknown.
fn texts(arguments: &[Val]) -> Result<Option<Vec<Rc<str>>>, String> {
    let mut texts = Vec::with_capacity(arguments.len());
    for argument in arguments {
        match (argument.as_text(), argument) {
            (Some(text), _) => texts.push(text),
            (None, Val::Unknown(_) | Val::Template(_)) => return Ok(None),
            (None, other) => return Err(expected("a text", other)),
        }
    }
    Ok(Some(texts))
}

/// The numbers of all arguments; `None` where one is unknown.
fn numbers(arguments: &[Val]) -> Result<Option<Vec<f64>>, String> {
    let mut numbers = Vec::with_capacity(arguments.len());
    for argument in arguments {
        match (argument.as_number(), argument) {
            (Some(number), _) => numbers.push(number),
            (None, Val::Unknown(_) | Val::Template(_)) => return Ok(None),
            (None, other) => return Err(expected("a number", other)),
        }
    }
    Ok(Some(numbers))
}

fn bounded(text: String) -> Called {
    match text.len() > LONGEST {
        true => Err("the text is too long".to_string()),
        false => Ok(Some(Val::text(text))),
    }
}

fn map_text(arguments: &[Val], change: impl Fn(&str) -> String) -> Called {
    match texts(arguments)?.as_deref() {
        None => Ok(None),
        Some([text]) => bounded(change(text)),
        Some(_) => wrong_count(arguments, "a text"),
    }
}

fn map_two(arguments: &[Val], change: impl Fn(&str, &str) -> String) -> Called {
    match texts(arguments)?.as_deref() {
        None => Ok(None),
        Some([text, other]) => bounded(change(text, other)),
        Some(_) => wrong_count(arguments, "two texts"),
    }
}

fn map_number(arguments: &[Val], change: fn(f64) -> f64) -> Called {
    match numbers(arguments)?.as_deref() {
        None => Ok(None),
        Some([number]) => Ok(Some(Val::Number(change(*number)))),
        Some(_) => wrong_count(arguments, "a number"),
    }
}

pub(super) fn abs(arguments: &[Val]) -> Called {
    map_number(arguments, f64::abs)
}

pub(super) fn ceil(arguments: &[Val]) -> Called {
    map_number(arguments, f64::ceil)
}

pub(super) fn floor(arguments: &[Val]) -> Called {
    map_number(arguments, f64::floor)
}

pub(super) fn max(arguments: &[Val]) -> Called {
    let numbers = numbers(arguments)?;
    Ok(numbers
        .and_then(|all| all.into_iter().reduce(f64::max))
        .map(Val::Number))
}

pub(super) fn min(arguments: &[Val]) -> Called {
    let numbers = numbers(arguments)?;
    Ok(numbers
        .and_then(|all| all.into_iter().reduce(f64::min))
        .map(Val::Number))
}

pub(super) fn lower(arguments: &[Val]) -> Called {
    map_text(arguments, str::to_lowercase)
}

pub(super) fn upper(arguments: &[Val]) -> Called {
    map_text(arguments, str::to_uppercase)
}

pub(super) fn title(arguments: &[Val]) -> Called {
    map_text(arguments, |text| {
        let mut before = ' ';
        let titled = text.chars().map(|c| {
            let starts = before.is_whitespace();
            before = c;
            if starts {
                c.to_uppercase().to_string()
            } else {
                c.to_string()
            }
        });
        titled.collect()
    })
}

pub(super) fn trimspace(arguments: &[Val]) -> Called {
    map_text(arguments, |text| text.trim().to_string())
}

pub(super) fn trim(arguments: &[Val]) -> Called {
    map_two(arguments, |text, characters| {
        text.trim_matches(|c| characters.contains(c)).to_string()
    })
}

pub(super) fn trimprefix(arguments: &[Val]) -> Called {
    map_two(arguments, |text, prefix| {
        text.strip_prefix(prefix).unwrap_or(text).to_string()
    })
}

pub(super) fn trimsuffix(arguments: &[Val]) -> Called {
    map_two(arguments, |text, suffix| {
        text.strip_suffix(suffix).unwrap_or(text).to_string()
    })
}

/// A text in slashes is a regular expression, which is not worked out.
pub(super) fn replace(arguments: &[Val]) -> Called {
    let texts = texts(arguments)?;
    let [text, old, new] = match texts.as_deref() {
        None => return Ok(None),
        Some([text, old, new]) => [text, old, new],
        Some(_) => return wrong_count(arguments, "three texts"),
    };
    if old.len() > 1 && old.starts_with('/') && old.ends_with('/') {
        return Ok(None);
    }
    let places = text.matches(&**old).count();
    if text.len().saturating_add(places.saturating_mul(new.len())) > LONGEST {
        return Err("the text is too long".to_string());
    }
    bounded(text.replace(&**old, new))
}

pub(super) fn substr(arguments: &[Val]) -> Called {
    let [text, from, length] = arguments else {
        return wrong_count(arguments, "a text and two numbers");
    };
    let texts = texts(std::slice::from_ref(text))?;
    let numbers = numbers(&[from.clone(), length.clone()])?;
    let (Some([text]), Some([from, length])) = (texts.as_deref(), numbers.as_deref()) else {
        return Ok(None);
    };
    let characters: Vec<char> = text.chars().collect();
    let from = match *from < 0.0 {
        true => (characters.len() as f64 + from).max(0.0),
        false => *from,
    };
    let rest = characters.into_iter().skip(from as usize);
    let most = if *length < 0.0 {
        usize::MAX
    } else {
        *length as usize
    };
    bounded(rest.take(most).collect())
}

pub(super) fn split(arguments: &[Val]) -> Called {
    let texts = texts(arguments)?;
    let [separator, text] = match texts.as_deref() {
        None => return Ok(None),
        Some([separator, text]) => [separator, text],
        Some(_) => return wrong_count(arguments, "a separator and a text"),
    };
    let parts: Vec<Val> = match (text.is_empty(), separator.is_empty()) {
        (true, _) => Vec::new(),
        (false, true) => text.chars().map(|c| Val::text(c.to_string())).collect(),
        (false, false) => text.split(&**separator).map(Val::text).collect(),
    };
    Val::list(parts).map(Some)
}

pub(super) fn join(arguments: &[Val]) -> Called {
    let Some((separator, lists)) = arguments.split_first() else {
        return wrong_count(arguments, "a separator and a list");
    };
    let Some(separator) = separator.as_text() else {
        return Ok(None);
    };
    let mut parts = Vec::new();
    for list in lists {
        let values = match list {
            Val::Unknown(_) => return Ok(None),
            list => list.as_items().ok_or_else(|| expected("a list", list))?,
        };
        for value in values {
            if !parts.is_empty() {
                parts.push(Val::Text(separator.clone()));
            }
            match value {
                Val::Null | Val::List(_) | Val::Set(_) | Val::Map(_) | Val::Instance(_) => {
                    return Err(expected("a list of texts", value));
                }
                part => parts.push(part.clone()),
            }
        }
    }
    let length: usize = parts
        .iter()
        .map(|it| it.as_text().map_or(0, |it| it.len()))
        .sum();
    match length > LONGEST {
        true => Err("the text is too long".to_string()),
        false => Val::template(parts).map(Some),
    }
}

/// `%s`, `%v`, `%d` and `%%`, and numbers with zeros before them; others are not worked out.
pub(super) fn format(arguments: &[Val]) -> Called {
    let Some((pattern, values)) = arguments.split_first() else {
        return wrong_count(arguments, "a pattern");
    };
    let Some(pattern) = pattern.as_text() else {
        return Ok(None);
    };
    let (mut parts, mut values) = (Vec::new(), values.iter());
    let mut rest: &str = &pattern;
    while let Some(at) = rest.find('%') {
        parts.push(Val::text(&rest[..at]));
        rest = &rest[at + 1..];
        let width = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        let (flags, verb) = rest.split_at(width);
        let Some(verb) = verb.chars().next() else {
            return Err("the pattern ends with `%`".to_string());
        };
        rest = &rest[width + verb.len_utf8()..];
        if verb == '%' {
            parts.push(Val::text("%"));
            continue;
        }
        let value = values.next().ok_or("there are more verbs than values")?;
        match formatted(flags, verb, value) {
            Some(part) => parts.push(part),
            None => return Ok(None),
        }
    }
    parts.push(Val::text(rest));
    Val::template(parts).map(Some)
}

/// A value as a verb shows it; `None` where that is not worked out.
fn formatted(flags: &str, verb: char, value: &Val) -> Option<Val> {
    match (flags, verb, value) {
        ("", 's' | 'v', Val::Unknown(_) | Val::Template(_)) => Some(value.clone()),
        ("", 's' | 'v', _) => value.as_text().map(Val::Text),
        ("", 'd', _) => value
            .as_number()
            .map(|it| Val::text(number_text(it.trunc()))),
        (flags, 'd', _) => {
            let (zeros, width) = (flags.starts_with('0'), flags.parse::<usize>().ok()?);
            let number = number_text(value.as_number()?.trunc());
            let shown = match zeros {
                true => format!("{number:0>width$}"),
                false => format!("{number:>width$}"),
            };
            (width < 64 && !number.starts_with('-')).then(|| Val::text(shown))
        }
        _ => None,
    }
}

pub(super) fn tostring(arguments: &[Val]) -> Called {
    let [value] = arguments else {
        return wrong_count(arguments, "a value");
    };
    match value {
        Val::Null | Val::Unknown(_) | Val::Template(_) => Ok(Some(value.clone())),
        other => Ok(Some(Val::Text(
            other.as_text().ok_or_else(|| expected("a text", other))?,
        ))),
    }
}

pub(super) fn tonumber(arguments: &[Val]) -> Called {
    convert(arguments, "a number", |value| {
        value.as_number().map(Val::Number)
    })
}

pub(super) fn tobool(arguments: &[Val]) -> Called {
    convert(arguments, "true or false", |value| {
        value.as_bool().map(Val::Bool)
    })
}

/// A value as one of another type; of a text with unknown parts, nothing is known.
fn convert(arguments: &[Val], wanted: &str, read: impl FnOnce(&Val) -> Option<Val>) -> Called {
    let [value] = arguments else {
        return wrong_count(arguments, "a value");
    };
    match value {
        Val::Null | Val::Unknown(_) => Ok(Some(value.clone())),
        Val::Template(_) => Ok(None),
        other => {
            let converted = read(other).ok_or_else(|| expected(wanted, other))?;
            Ok(Some(converted))
        }
    }
}
