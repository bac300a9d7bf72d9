//! Functions of lists, sets and maps.

use super::super::value::Val;
use super::called::{Called, expected, wrong_count};
use std::collections::BTreeMap;
use std::rc::Rc;

/// The most numbers of a `range`, as Terraform has it (documentation of `range`: "an artificial
/// limit on the number of values").
const MOST_NUMBERS: usize = 1024;

/// The most tuples of a `setproduct`.
const MOST_TUPLES: usize = 1 << 16;

/// The values of a list or a set; `None` of an unknown one.
fn items(value: &Val) -> Result<Option<&[Val]>, String> {
    match value {
        Val::List(_) | Val::Set(_) => Ok(value.as_items()),
        Val::Unknown(_) => Ok(None),
        other => Err(expected("a list", other)),
    }
}

/// The entries of a map; `None` of an unknown one.
fn entries(value: &Val) -> Result<Option<&BTreeMap<Rc<str>, Val>>, String> {
    match value {
        Val::Map(_) => Ok(value.as_map()),
        Val::Unknown(_) => Ok(None),
        other => Err(expected("a map", other)),
    }
}

fn known(values: &[Val]) -> Option<&[Val]> {
    values.iter().all(Val::is_known).then_some(values)
}

/// Values of which it is known whether they are equal.
fn distinct_values(values: &[Val]) -> Option<&[Val]> {
    values.iter().all(Val::is_distinct).then_some(values)
}

pub(super) fn same(arguments: &[Val]) -> Called {
    match arguments {
        [value] => Ok(Some(value.clone())),
        _ => wrong_count(arguments, "a value"),
    }
}

pub(super) fn length(arguments: &[Val]) -> Called {
    let [value] = arguments else {
        return wrong_count(arguments, "a list, a map or a text");
    };
    let count = match value {
        Val::List(items) | Val::Set(items) => items.values.len(),
        Val::Map(entries) => entries.values.len(),
        Val::Text(text) => text.chars().count(),
        Val::Unknown(_) | Val::Template(_) | Val::Instance(_) => return Ok(None),
        Val::Null | Val::Bool(_) | Val::Number(_) => {
            return Err(expected("a list, a map or a text", value));
        }
    };
    Ok(Some(Val::Number(count as f64)))
}

pub(super) fn concat(arguments: &[Val]) -> Called {
    let mut all = Vec::new();
    for argument in arguments {
        match items(argument)? {
            Some(values) => all.extend(values.iter().cloned()),
            None => return Ok(None),
        }
    }
    Val::list(all).map(Some)
}

pub(super) fn flatten(arguments: &[Val]) -> Called {
    let [list] = arguments else {
        return wrong_count(arguments, "a list");
    };
    let mut all = Vec::new();
    match push_flat(list, &mut all) {
        true => Val::list(all).map(Some),
        false => Ok(None),
    }
}

/// Adds the values of a list and of its lists; fails at an unknown one, which may be a list.
fn push_flat(value: &Val, all: &mut Vec<Val>) -> bool {
    match value {
        Val::List(items) | Val::Set(items) => {
            items.values.iter().all(|value| push_flat(value, all))
        }
        Val::Unknown(unknown) => {
            // an id is no list
            let is_id = matches!(unknown.kind, super::super::value::UnknownKind::Id(_));
            if is_id {
                all.push(value.clone());
            }
            is_id
        }
        other => {
            all.push(other.clone());
            true
        }
    }
}

pub(super) fn distinct(arguments: &[Val]) -> Called {
    let [list] = arguments else {
        return wrong_count(arguments, "a list");
    };
    let Some(values) = items(list)?.and_then(distinct_values) else {
        return Ok(None);
    };
    let mut seen = std::collections::HashSet::new();
    let first = values.iter().filter(|value| seen.insert(exact_text(value)));
    Val::list(first.cloned().collect()).map(Some)
}

/// A text that is equal for equal values alone.
fn exact_text(value: &Val) -> String {
    match value {
        Val::Text(text) => format!("t{text}"),
        Val::Unknown(unknown) => format!("u{}", unknown.text),
        other => format!("v{other:?}"),
    }
}

pub(super) fn compact(arguments: &[Val]) -> Called {
    let [list] = arguments else {
        return wrong_count(arguments, "a list");
    };
    let Some(values) = items(list)?.and_then(distinct_values) else {
        return Ok(None);
    };
    let is_empty = |value: &&Val| match value {
        Val::Null => true,
        Val::Text(text) => text.is_empty(),
        _ => false,
    };
    let kept = values.iter().filter(|value| !is_empty(value));
    Val::list(kept.cloned().collect()).map(Some)
}

pub(super) fn toset(arguments: &[Val]) -> Called {
    let [list] = arguments else {
        return wrong_count(arguments, "a list");
    };
    match items(list)?.and_then(distinct_values) {
        Some(values) => Val::set(values.to_vec()).map(Some),
        None => Ok(None),
    }
}

pub(super) fn setunion(arguments: &[Val]) -> Called {
    let mut all = Vec::new();
    for argument in arguments {
        match items(argument)?.and_then(distinct_values) {
            Some(values) => all.extend(values.iter().cloned()),
            None => return Ok(None),
        }
    }
    Val::set(all).map(Some)
}

pub(super) fn tolist(arguments: &[Val]) -> Called {
    let [list] = arguments else {
        return wrong_count(arguments, "a list");
    };
    match items(list)? {
        Some(values) => Val::list(values.to_vec()).map(Some),
        None => Ok(None),
    }
}

pub(super) fn tomap(arguments: &[Val]) -> Called {
    let [map] = arguments else {
        return wrong_count(arguments, "a map");
    };
    Ok(entries(map)?.map(|_| map.clone()))
}

pub(super) fn sort(arguments: &[Val]) -> Called {
    let [list] = arguments else {
        return wrong_count(arguments, "a list");
    };
    let Some(values) = items(list)?.and_then(known) else {
        return Ok(None);
    };
    let mut texts: Vec<Rc<str>> = values.iter().filter_map(Val::as_text).collect();
    if texts.len() < values.len() {
        return Err("expected a list of texts".to_string());
    }
    texts.sort();
    Val::list(texts.into_iter().map(Val::Text).collect()).map(Some)
}

pub(super) fn reverse(arguments: &[Val]) -> Called {
    let [list] = arguments else {
        return wrong_count(arguments, "a list");
    };
    match items(list)? {
        Some(values) => Val::list(values.iter().rev().cloned().collect()).map(Some),
        None => Ok(None),
    }
}

pub(super) fn slice(arguments: &[Val]) -> Called {
    let [list, from, to] = arguments else {
        return wrong_count(arguments, "a list and two numbers");
    };
    let (Some(values), Some(from), Some(to)) = (items(list)?, position(from)?, position(to)?)
    else {
        return Ok(None);
    };
    let part = values.get(from..to);
    let part = part.ok_or_else(|| format!("there are {} values", values.len()))?;
    Val::list(part.to_vec()).map(Some)
}

pub(super) fn chunklist(arguments: &[Val]) -> Called {
    let [list, size] = arguments else {
        return wrong_count(arguments, "a list and a number");
    };
    let (Some(values), Some(size)) = (items(list)?, position(size)?) else {
        return Ok(None);
    };
    let chunks = values.chunks(size.max(1));
    let chunks: Result<Vec<_>, _> = chunks.map(|chunk| Val::list(chunk.to_vec())).collect();
    Val::list(chunks?).map(Some)
}

/// A number that counts; `None` of an unknown one.
fn position(value: &Val) -> Result<Option<usize>, String> {
    match value.as_number() {
        Some(number) if number >= 0.0 && number.fract() == 0.0 && number < 1e9 => {
            Ok(Some(number as usize))
        }
        None if value.is_unknown() => Ok(None),
        _ => Err(expected("a number from 0", value)),
    }
}

pub(super) fn element(arguments: &[Val]) -> Called {
    let [list, index] = arguments else {
        return wrong_count(arguments, "a list and a number");
    };
    let (Some(values), Some(index)) = (items(list)?, position(index)?) else {
        return Ok(None);
    };
    match values.len() {
        0 => Err("the list is empty".to_string()),
        length => Ok(Some(values[index % length].clone())),
    }
}

pub(super) fn index(arguments: &[Val]) -> Called {
    let [list, wanted] = arguments else {
        return wrong_count(arguments, "a list and a value");
    };
    let Some(values) = items(list)?.and_then(known).filter(|_| wanted.is_known()) else {
        return Ok(None);
    };
    let found = values.iter().position(|value| value.is_same(wanted));
    let found = found.ok_or("the value is not in the list")?;
    Ok(Some(Val::Number(found as f64)))
}

pub(super) fn contains(arguments: &[Val]) -> Called {
    let [list, wanted] = arguments else {
        return wrong_count(arguments, "a list and a value");
    };
    let Some(values) = items(list)?.filter(|_| wanted.is_known()) else {
        return Ok(None);
    };
    let is_wanted = |value: &Val| match (value.as_text(), wanted.as_text()) {
        (Some(value), Some(wanted)) => value == wanted,
        _ => value.is_known() && value.is_same(wanted),
    };
    match values.iter().any(is_wanted) {
        true => Ok(Some(Val::Bool(true))),
        false => Ok(known(values).map(|_| Val::Bool(false))),
    }
}

pub(super) fn one(arguments: &[Val]) -> Called {
    let [list] = arguments else {
        return wrong_count(arguments, "a list");
    };
    match items(list)? {
        None => Ok(None),
        Some([]) => Ok(Some(Val::Null)),
        Some([value]) => Ok(Some(value.clone())),
        Some(several) => Err(format!(
            "expected at most one value, found {}",
            several.len()
        )),
    }
}

pub(super) fn coalesce(arguments: &[Val]) -> Called {
    for argument in arguments {
        match argument {
            Val::Null => {}
            Val::Text(text) if text.is_empty() => {}
            value @ Val::Unknown(_) if value.is_distinct() => return Ok(Some(value.clone())),
            Val::Unknown(_) | Val::Template(_) => return Ok(None),
            other => return Ok(Some(other.clone())),
        }
    }
    Err("no argument has a value".to_string())
}

pub(super) fn alltrue(arguments: &[Val]) -> Called {
    fold_bools(arguments, false)
}

pub(super) fn anytrue(arguments: &[Val]) -> Called {
    fold_bools(arguments, true)
}

/// Whether one of a list is `decisive`, which then is the result.
fn fold_bools(arguments: &[Val], decisive: bool) -> Called {
    let [list] = arguments else {
        return wrong_count(arguments, "a list");
    };
    let Some(values) = items(list)? else {
        return Ok(None);
    };
    if values.iter().any(|value| value.as_bool() == Some(decisive)) {
        return Ok(Some(Val::Bool(decisive)));
    }
    Ok(known(values).map(|_| Val::Bool(!decisive)))
}

pub(super) fn keys(arguments: &[Val]) -> Called {
    let [map] = arguments else {
        return wrong_count(arguments, "a map");
    };
    match entries(map)? {
        Some(entries) => Val::list(entries.keys().cloned().map(Val::Text).collect()).map(Some),
        None => Ok(None),
    }
}

pub(super) fn values(arguments: &[Val]) -> Called {
    let [map] = arguments else {
        return wrong_count(arguments, "a map");
    };
    match entries(map)? {
        Some(entries) => Val::list(entries.values().cloned().collect()).map(Some),
        None => Ok(None),
    }
}

pub(super) fn merge(arguments: &[Val]) -> Called {
    let mut merged = BTreeMap::new();
    for argument in arguments.iter().filter(|it| !matches!(it, Val::Null)) {
        match entries(argument)? {
            Some(entries) => {
                merged.extend(entries.iter().map(|(key, it)| (key.clone(), it.clone())));
            }
            None => return Ok(None),
        }
    }
    Val::map(merged).map(Some)
}

pub(super) fn lookup(arguments: &[Val]) -> Called {
    let (map, key, default) = match arguments {
        [map, key] => (map, key, None),
        [map, key, default] => (map, key, Some(default)),
        _ => return wrong_count(arguments, "a map, a key and a default"),
    };
    let (Some(entries), Some(key)) = (entries(map)?, key.as_text()) else {
        return Ok(None);
    };
    match entries.get(&key).or(default) {
        Some(value) => Ok(Some(value.clone())),
        None => Err(format!("the map has no `{key}`")),
    }
}

pub(super) fn zipmap(arguments: &[Val]) -> Called {
    let [keys, values] = arguments else {
        return wrong_count(arguments, "two lists");
    };
    let (Some(keys), Some(values)) = (items(keys)?, items(values)?) else {
        return Ok(None);
    };
    if keys.len() != values.len() {
        return Err(format!(
            "there are {} keys, and {} values",
            keys.len(),
            values.len()
        ));
    }
    let mut zipped = BTreeMap::new();
    for (key, value) in keys.iter().zip(values) {
        let Some(key) = key.as_text() else {
            return Ok(None);
        };
        zipped.insert(key, value.clone());
    }
    Val::map(zipped).map(Some)
}

pub(super) fn range(arguments: &[Val]) -> Called {
    if arguments.iter().any(Val::is_unknown) {
        return Ok(None);
    }
    let numbers: Vec<f64> = arguments.iter().filter_map(Val::as_number).collect();
    let (from, to, step) = match numbers.as_slice() {
        [to] => (0.0, *to, 1.0),
        [from, to] if from > to => (*from, *to, -1.0),
        [from, to] => (*from, *to, 1.0),
        [from, to, step] => (*from, *to, *step),
        _ => return wrong_count(arguments, "one to three numbers"),
    };
    let is_inside = |number: f64| if step > 0.0 { number < to } else { number > to };
    if step == 0.0 {
        return Err("the step is 0".to_string());
    }

    let mut values = Vec::new();
    let mut next = from;
    while is_inside(next) {
        if values.len() == MOST_NUMBERS {
            return Err(format!("more than {MOST_NUMBERS} numbers"));
        }
        values.push(Val::Number(next));
        next += step;
    }
    Val::list(values).map(Some)
}

pub(super) fn setproduct(arguments: &[Val]) -> Called {
    let mut tuples: Vec<Vec<Val>> = vec![Vec::new()];
    for argument in arguments {
        let Some(values) = items(argument)? else {
            return Ok(None);
        };
        if tuples.len().saturating_mul(values.len()) > MOST_TUPLES {
            return Err(format!("more than {MOST_TUPLES} combinations"));
        }
        let longer = tuples.iter().flat_map(|tuple| {
            values.iter().map(move |value| {
                let mut tuple = tuple.clone();
                tuple.push(value.clone());
                tuple
            })
        });
        tuples = longer.collect();
    }
    let tuples: Result<Vec<_>, _> = tuples.into_iter().map(Val::list).collect();
    Val::list(tuples?).map(Some)
}
