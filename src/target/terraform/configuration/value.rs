//! Values of expressions, as far as they are known.

use crate::hash;
use crate::source::beginning;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A value of Terraform's language, or what is known of it.
#[derive(Debug, Clone)]
pub(super) enum Val {
    Null,
    Bool(bool),
    Number(f64),
    Text(Rc<str>),
    /// A text of which parts are unknown: `"shop-${var.environment}"`
    Template(Rc<Pieces>),
    /// A list or a tuple.
    List(Rc<Items>),
    /// A set, in order.
    Set(Rc<Items>),
    /// A map or an object.
    Map(Rc<Entries>),
    /// A resource with its attributes: `aws_security_group.web`
    Instance(Rc<Instance>),
    Unknown(Rc<Unknown>),
}

/// Values, and how many a walk through all of them visits.
#[derive(Debug)]
pub(super) struct Items {
    pub(super) values: Vec<Val>,
    weight: usize,
}

/// Values by key, and how many a walk through all of them visits.
#[derive(Debug)]
pub(super) struct Entries {
    pub(super) values: BTreeMap<Rc<str>, Val>,
    weight: usize,
}

/// The parts of a text.
#[derive(Debug)]
pub(super) struct Pieces {
    pub(super) parts: Vec<Val>,
    weight: usize,
}

/// An instance of a resource.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Instance {
    /// The number of its module.
    pub(super) module: usize,
    /// `aws_security_group`
    pub(super) kind: Rc<str>,
    /// `web`
    pub(super) name: Rc<str>,
    /// The key of `for_each`, or the index of `count`.
    pub(super) key: InstanceKey,
    /// `module.shop["a"].aws_security_group.web[0]`
    pub(super) address: Rc<str>,
}

/// Which instance of a block is meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum InstanceKey {
    Single,
    Index(usize),
    Name(Rc<str>),
}

impl InstanceKey {
    /// `[0]`, `["a"]`, nothing for a single one.
    pub(super) fn in_brackets(&self) -> String {
        match self {
            InstanceKey::Single => String::new(),
            InstanceKey::Index(index) => format!("[{index}]"),
            InstanceKey::Name(name) => format!("[{name:?}]"),
        }
    }
}

/// A value that the configuration does not have.
#[derive(Debug)]
pub(super) struct Unknown {
    /// The expression, with what is known in it: equal for equal values alone.
    pub(super) text: Rc<str>,
    pub(super) kind: UnknownKind,
}

/// What is known of an unknown value.
#[derive(Debug)]
pub(super) enum UnknownKind {
    Plain,
    /// A variable of the root module, with its default.
    Variable(Rc<str>, Option<Val>),
    /// The id of a group or a prefix list of the configuration, by its address.
    Id(Rc<str>),
    /// A list with all elements of these, some of which are unknown: `concat([…], var.x)`
    Union(Vec<Val>),
    /// Each element of a list that an expression gives.
    Element(Rc<str>),
    /// What depends on one.
    FromElement,
}

/// The most values that a value may have, so that a walk through it ends.
const MOST_VALUES: usize = 1 << 20;

/// The longest text of an unknown value; that of a longer one is cut, and has a hash.
const LONGEST: usize = 300;

const TOO_LARGE: &str = "the value is too large";

impl Val {
    pub(super) fn text(text: impl AsRef<str>) -> Val {
        Val::Text(text.as_ref().into())
    }

    /// A list; an error where it is too large.
    pub(super) fn list(values: Vec<Val>) -> Result<Val, String> {
        let weight = sum_weights(values.iter())?;
        Ok(Val::List(Rc::new(Items { values, weight })))
    }

    /// A set of known values: in order, each once.
    pub(super) fn set(mut values: Vec<Val>) -> Result<Val, String> {
        values.sort_by_cached_key(Val::sort_key);
        values.dedup_by(|a, b| a.is_same(b));
        let weight = sum_weights(values.iter())?;
        Ok(Val::Set(Rc::new(Items { values, weight })))
    }

    /// A map; an error where it is too large.
    pub(super) fn map(values: BTreeMap<Rc<str>, Val>) -> Result<Val, String> {
        let weight = sum_weights(values.values())?;
        let keys: usize = values.keys().map(|key| key.len() / 16).sum();
        match weight + keys > MOST_VALUES {
            true => Err(TOO_LARGE.to_string()),
            false => Ok(Val::Map(Rc::new(Entries { values, weight }))),
        }
    }

    /// A text of parts; a known one where all are known.
    pub(super) fn template(parts: Vec<Val>) -> Result<Val, String> {
        let weight = sum_weights(parts.iter())?;
        let mut joined: Vec<Val> = Vec::with_capacity(parts.len());
        for part in parts {
            match (joined.last_mut(), part.as_text()) {
                (Some(Val::Text(last)), Some(text)) => *last = format!("{last}{text}").into(),
                (_, Some(text)) => joined.push(Val::Text(text)),
                (_, None) => match part {
                    Val::Template(inner) => joined.extend(inner.parts.iter().cloned()),
                    other => joined.push(other),
                },
            }
        }
        Ok(match joined.as_slice() {
            [] => Val::text(""),
            [Val::Text(text)] => Val::Text(text.clone()),
            [single @ Val::Unknown(_)] => single.clone(),
            _ => Val::Template(Rc::new(Pieces {
                parts: joined,
                weight,
            })),
        })
    }

    /// An unknown value of an expression.
    pub(super) fn unknown(text: impl AsRef<str>, kind: UnknownKind) -> Val {
        Val::Unknown(Rc::new(Unknown {
            text: shorten(text.as_ref()).into(),
            kind,
        }))
    }

    /// An unknown value of an expression in which these values stand.
    pub(super) fn unknown_from(text: impl AsRef<str>, from: &[&Val]) -> Val {
        let kind = match from.iter().any(|it| it.depends_on_element()) {
            true => UnknownKind::FromElement,
            false => UnknownKind::Plain,
        };
        Val::unknown(text, kind)
    }

    /// How many values a walk through it visits.
    pub(super) fn weight(&self) -> usize {
        match self {
            Val::Null | Val::Bool(_) | Val::Number(_) | Val::Instance(_) | Val::Unknown(_) => 1,
            Val::Text(text) => 1 + text.len() / 16,
            Val::Template(pieces) => 1 + pieces.weight,
            Val::List(items) | Val::Set(items) => 1 + items.weight,
            Val::Map(entries) => 1 + entries.weight,
        }
    }

    /// Whether it holds each element of a list, or what depends on one.
    pub(super) fn depends_on_element(&self) -> bool {
        match self {
            Val::Null | Val::Bool(_) | Val::Number(_) | Val::Text(_) | Val::Instance(_) => false,
            Val::Template(pieces) => pieces.parts.iter().any(Val::depends_on_element),
            Val::List(items) | Val::Set(items) => items.values.iter().any(Val::depends_on_element),
            Val::Map(entries) => entries.values.values().any(Val::depends_on_element),
            Val::Unknown(unknown) => matches!(
                unknown.kind,
                UnknownKind::Element(_) | UnknownKind::FromElement
            ),
        }
    }

    /// Whether it is equal to another value exactly if both are written alike: known, or the id of
    /// something that the configuration makes.
    pub(super) fn is_distinct(&self) -> bool {
        match self {
            Val::Unknown(unknown) => matches!(unknown.kind, UnknownKind::Id(_)),
            other => other.is_known(),
        }
    }

    /// Whether nothing of it is known.
    pub(super) fn is_unknown(&self) -> bool {
        matches!(self, Val::Unknown(_))
    }

    /// Whether all of it is known.
    pub(super) fn is_known(&self) -> bool {
        match self {
            Val::Null | Val::Bool(_) | Val::Number(_) | Val::Text(_) => true,
            Val::Template(_) | Val::Instance(_) | Val::Unknown(_) => false,
            Val::List(items) | Val::Set(items) => items.values.iter().all(Val::is_known),
            Val::Map(entries) => entries.values.values().all(Val::is_known),
        }
    }

    /// A known number, text or truth value as text, as Terraform converts it.
    pub(super) fn as_text(&self) -> Option<Rc<str>> {
        match self {
            Val::Text(text) => Some(text.clone()),
            Val::Number(number) => Some(number_text(*number).into()),
            Val::Bool(value) => Some(value.to_string().into()),
            Val::Null
            | Val::Template(_)
            | Val::List(_)
            | Val::Set(_)
            | Val::Map(_)
            | Val::Instance(_)
            | Val::Unknown(_) => None,
        }
    }

    /// A known number, or a text that is one.
    pub(super) fn as_number(&self) -> Option<f64> {
        match self {
            Val::Number(number) => Some(*number),
            Val::Text(text) => text.parse().ok().filter(|number: &f64| number.is_finite()),
            _ => None,
        }
    }

    /// A known truth value, or a text that is one.
    pub(super) fn as_bool(&self) -> Option<bool> {
        match self {
            Val::Bool(value) => Some(*value),
            Val::Text(text) if &**text == "true" => Some(true),
            Val::Text(text) if &**text == "false" => Some(false),
            _ => None,
        }
    }

    /// The values of a list or a set.
    pub(super) fn as_items(&self) -> Option<&[Val]> {
        match self {
            Val::List(items) | Val::Set(items) => Some(&items.values),
            _ => None,
        }
    }

    /// The entries of a map.
    pub(super) fn as_map(&self) -> Option<&BTreeMap<Rc<str>, Val>> {
        match self {
            Val::Map(entries) => Some(&entries.values),
            _ => None,
        }
    }

    /// Whether two known values are equal.
    pub(super) fn is_same(&self, other: &Val) -> bool {
        match (self, other) {
            (Val::Null, Val::Null) => true,
            (Val::Bool(a), Val::Bool(b)) => a == b,
            (Val::Number(a), Val::Number(b)) => a == b,
            (Val::Text(a), Val::Text(b)) => a == b,
            (Val::List(a) | Val::Set(a), Val::List(b) | Val::Set(b)) => {
                let pairs = a.values.iter().zip(&b.values);
                a.values.len() == b.values.len() && pairs.into_iter().all(|(a, b)| a.is_same(b))
            }
            (Val::Map(a), Val::Map(b)) => {
                let pairs = a.values.iter().zip(&b.values);
                a.values.len() == b.values.len()
                    && pairs
                        .into_iter()
                        .all(|((a_key, a), (b_key, b))| a_key == b_key && a.is_same(b))
            }
            (Val::Unknown(a), Val::Unknown(b)) => a.text == b.text,
            _ => false,
        }
    }

    /// What sets are sorted by.
    fn sort_key(&self) -> String {
        match self {
            Val::Text(text) => text.to_string(),
            other => other.render(),
        }
    }

    /// What kind of value it is, in words.
    pub(super) fn describe(&self) -> &'static str {
        match self {
            Val::Null => "null",
            Val::Bool(_) => "true or false",
            Val::Number(_) => "a number",
            Val::Text(_) | Val::Template(_) => "a text",
            Val::List(_) => "a list",
            Val::Set(_) => "a set",
            Val::Map(_) => "a map",
            Val::Instance(_) => "a resource",
            Val::Unknown(_) => "an unknown value",
        }
    }

    /// The value as an expression; a long one is cut, and has a hash.
    pub(super) fn render(&self) -> String {
        let mut out = String::new();
        self.push_to(&mut out);
        shorten(&out)
    }

    fn push_to(&self, out: &mut String) {
        let join = |out: &mut String, values: &[Val]| {
            for (n, value) in values.iter().enumerate() {
                out.push_str(if n == 0 { "" } else { ", " });
                value.push_to(out);
            }
        };
        match self {
            Val::Null => out.push_str("null"),
            Val::Bool(value) => out.push_str(&value.to_string()),
            Val::Number(number) => out.push_str(&number_text(*number)),
            Val::Text(text) => out.push_str(&format!("{text:?}")),
            Val::Template(pieces) => push_template(&pieces.parts, out),
            Val::List(items) => {
                out.push('[');
                join(out, &items.values);
                out.push(']');
            }
            Val::Set(items) => {
                out.push_str("toset([");
                join(out, &items.values);
                out.push_str("])");
            }
            Val::Map(entries) if entries.values.is_empty() => out.push_str("{}"),
            Val::Map(entries) => {
                out.push_str("{ ");
                for (key, value) in &entries.values {
                    out.push_str(&format!("{key:?} = "));
                    value.push_to(out);
                    out.push_str(", ");
                }
                out.push('}');
            }
            Val::Instance(instance) => out.push_str(&instance.address),
            Val::Unknown(unknown) => out.push_str(&unknown.text),
        }
    }
}

fn push_template(parts: &[Val], out: &mut String) {
    out.push('"');
    for part in parts {
        match part {
            Val::Text(text) => out.push_str(&text.escape_debug().to_string()),
            other => {
                out.push_str("${");
                other.push_to(out);
                out.push('}');
            }
        }
    }
    out.push('"');
}

fn sum_weights<'v>(values: impl Iterator<Item = &'v Val>) -> Result<usize, String> {
    let mut sum: usize = 0;
    for value in values {
        sum = sum.saturating_add(value.weight());
        if sum > MOST_VALUES {
            return Err(TOO_LARGE.to_string());
        }
    }
    Ok(sum)
}

/// A text that is not too long for a name; a hash tells longer ones apart.
fn shorten(text: &str) -> String {
    if text.len() <= LONGEST {
        return text.to_string();
    }
    // what it names is still known
    let named = match names_own(text) {
        true => " with aws_security_group.",
        false => "",
    };
    let start = beginning(text, LONGEST / 2);
    format!("{start}… #{:016x}{named}", hash::hash(text))
}

/// Whether an expression is made of a group or a prefix list of the configuration, and is not just
/// a reference.
pub(super) fn is_made_of_own(text: &str) -> bool {
    let is_reference = |c: char| c.is_alphanumeric() || "_-.[]\"*".contains(c);
    names_own(text) && !text.chars().all(is_reference)
}

/// Whether an expression names a group or a prefix list that is no data source.
fn names_own(text: &str) -> bool {
    let kinds = [
        "aws_security_group.",
        "aws_default_security_group.",
        "aws_ec2_managed_prefix_list.",
    ];
    kinds.iter().any(|kind| {
        let mut places = text.match_indices(kind);
        places.any(|(at, _)| !text[..at].ends_with("data."))
    })
}

/// A number as Terraform writes it: `443`, `0.5`
pub(super) fn number_text(number: f64) -> String {
    match number.fract() == 0.0 && number.abs() < 1e15 {
        true => format!("{}", number as i64),
        false => number.to_string(),
    }
}
