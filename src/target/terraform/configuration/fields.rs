//! Attributes of a resource, of a block in it, and of an element of an attribute.

use super::evaluator::Evaluator;
use super::load::Node;
use super::scope::{Scope, Tried, fail};
use super::value::{UnknownKind, Val, is_made_of_own};
use crate::inventory::{PeerEntry, Value, Words};
use crate::net::Family;
use crate::source::Span;
use std::collections::BTreeMap;
use std::rc::Rc;

/// What has attributes.
#[derive(Debug, Clone)]
pub(super) enum Fields<'t> {
    /// A block of the configuration.
    Block(Node<'t>, Scope<'t>),
    /// An object: `ingress = [{ … }]`
    Object(Val, Span),
}

impl Fields<'_> {
    /// Where they are.
    pub(super) fn span(&self) -> Span {
        match self {
            Fields::Block(node, _) => node.span(),
            Fields::Object(_, at) => *at,
        }
    }
}

impl<'t> Evaluator<'t> {
    /// The value of an attribute, and its place; null where there is none.
    pub(super) fn field(&self, fields: &Fields<'t>, name: &str) -> Tried<(Val, Span)> {
        match fields {
            Fields::Block(node, scope) => match node.attribute(name) {
                Some(written) => {
                    let inside = Scope {
                        file: written.file,
                        ..scope.clone()
                    };
                    Ok((self.eval(written.expression, &inside)?, written.span()))
                }
                None => Ok((Val::Null, node.span())),
            },
            Fields::Object(value, at) => {
                let found = value.as_map().and_then(|map| map.get(name));
                Ok((found.cloned().unwrap_or(Val::Null), *at))
            }
        }
    }

    /// An attribute as a value; `None` for a null.
    pub(super) fn field_value(
        &self,
        fields: &Fields<'t>,
        name: &str,
    ) -> Tried<Option<Value<'static>>> {
        let (value, at) = self.field(fields, name)?;
        if name.ends_with("_id") && name != "vpc_id" {
            refuse_own(&value, name, at)?;
        }
        to_value(&value).map_or_else(|| not_plain(&value, name, at), Ok)
    }

    /// An attribute as text of known and unknown pieces; `None` for a null.
    pub(super) fn field_words(
        &self,
        fields: &Fields<'t>,
        name: &str,
    ) -> Tried<Option<Words<'static>>> {
        let (value, at) = self.field(fields, name)?;
        match &value {
            Val::Null => Ok(None),
            value => match to_words(value) {
                Some(words) => Ok(Some(words)),
                None => not_plain(value, name, at),
            },
        }
    }

    /// An attribute that must be known: variables without a value have their default.
    pub(super) fn field_known(&self, fields: &Fields<'t>, name: &str) -> Tried<Val> {
        let (value, at) = match fields {
            Fields::Block(node, scope) => {
                let assuming = Fields::Block(*node, scope.assuming());
                let (value, at) = self.field(fields, name)?;
                match value.is_known() {
                    true => (value, at),
                    false => self.field(&assuming, name)?,
                }
            }
            Fields::Object(..) => self.field(fields, name)?,
        };
        let scope = Scope::of_module(0, at.file.0 as usize).assuming();
        let value = self.settle(value, &scope, at)?;
        match value.is_known() {
            true => Ok(value),
            false => fail(
                at,
                format!(
                    "`{name}` decides which rules there are, and is unknown: {}",
                    set_it(&value.render())
                ),
            ),
        }
    }

    /// An attribute that is a list of ids; an unknown list is one unknown id.
    pub(super) fn field_ids(&self, fields: &Fields<'t>, name: &str) -> Tried<Vec<Value<'static>>> {
        let (value, at) = self.field(fields, name)?;
        let mut ids = Vec::new();
        self.push_ids(&value, name, at, &mut ids)?;
        Ok(ids)
    }

    fn push_ids(
        &self,
        value: &Val,
        name: &str,
        at: Span,
        ids: &mut Vec<Value<'static>>,
    ) -> Tried<()> {
        match value {
            Val::Null => Ok(()),
            Val::Unknown(unknown) => {
                if let UnknownKind::Union(parts) = &unknown.kind {
                    let mut parts = parts.iter();
                    return parts.try_for_each(|part| self.push_ids(part, name, at, ids));
                }
                refuse_own(value, name, at)?;
                ids.extend(to_value(value).flatten());
                Ok(())
            }
            Val::List(items) | Val::Set(items) => {
                for item in items.values.iter().filter(|item| !is_empty(item)) {
                    refuse_own(item, name, at)?;
                    match (to_value(item), item) {
                        (Some(Some(id)), _) => ids.push(id),
                        (_, Val::List(_) | Val::Set(_)) => self.push_ids(item, name, at, ids)?,
                        (Some(None) | None, _) => return not_plain(item, name, at),
                    }
                }
                Ok(())
            }
            other => fail(
                at,
                format!("`{name}`: expected a list, found {}", other.describe()),
            ),
        }
    }

    /// An attribute that is a list of blocks of addresses.
    pub(super) fn field_blocks(
        &self,
        fields: &Fields<'t>,
        name: &str,
        family: Family,
    ) -> Tried<Vec<PeerEntry<'static>>> {
        let (value, at) = self.field(fields, name)?;
        let mut blocks = Vec::new();
        self.push_blocks(&value, (name, family), at, &mut blocks)?;
        Ok(blocks)
    }

    fn push_blocks(
        &self,
        value: &Val,
        (name, family): (&str, Family),
        at: Span,
        blocks: &mut Vec<PeerEntry<'static>>,
    ) -> Tried<()> {
        match value {
            Val::Null => Ok(()),
            Val::Unknown(unknown) => {
                if let UnknownKind::Union(parts) = &unknown.kind {
                    let mut parts = parts.iter();
                    let push = |part| self.push_blocks(part, (name, family), at, blocks);
                    return parts.try_for_each(push);
                }
                let text = unknown.text.to_string();
                blocks.push(PeerEntry::Blocks(text.into(), family));
                Ok(())
            }
            Val::List(items) | Val::Set(items) => {
                for item in items.values.iter().filter(|item| !is_empty(item)) {
                    match block_peer(item, family) {
                        Some(peer) => blocks.push(peer),
                        None => return not_plain(item, name, at),
                    }
                }
                Ok(())
            }
            other => fail(
                at,
                format!("`{name}`: expected a list, found {}", other.describe()),
            ),
        }
    }

    /// Tags by key; the expression of those that are unknown.
    pub(super) fn field_tags(
        &self,
        fields: &Fields<'t>,
        name: &str,
    ) -> Tried<Result<BTreeMap<Rc<str>, Words<'static>>, String>> {
        let (value, at) = self.field(fields, name)?;
        let entries = match &value {
            Val::Null => return Ok(Ok(BTreeMap::new())),
            Val::Unknown(unknown) => return Ok(Err(unknown.text.to_string())),
            Val::Map(entries) => &entries.values,
            other => {
                return fail(
                    at,
                    format!("`{name}`: expected a map, found {}", other.describe()),
                );
            }
        };
        let mut tags = BTreeMap::new();
        for (key, value) in entries
            .iter()
            .filter(|(_, value)| !matches!(value, Val::Null))
        {
            match to_words(value) {
                Some(words) => tags.insert(key.clone(), words),
                None => return not_plain(value, name, at),
            };
        }
        Ok(Ok(tags))
    }
}

/// What to do about an expression that decides what there is.
pub(super) fn set_it(text: &str) -> String {
    match text.strip_prefix("var.") {
        Some(name)
            if name
                .chars()
                .all(|c| c.is_alphanumeric() || c == '_' || c == '-') =>
        {
            format!("`{text}`; set it: `--set {name}=…`")
        }
        Some(_) | None => format!("`{text}`"),
    }
}

/// Whether a value is an empty text, which AWS has nowhere: `compact` leaves it out.
fn is_empty(value: &Val) -> bool {
    matches!(value, Val::Text(text) if text.is_empty())
}

/// Refuses an expression that may be a group of the configuration: which one is unknown.
fn refuse_own(value: &Val, name: &str, at: Span) -> Tried<()> {
    let text = match value {
        Val::Unknown(unknown) if !matches!(unknown.kind, UnknownKind::Id(_)) => {
            unknown.text.to_string()
        }
        Val::Template(_) => value.render(),
        _ => return Ok(()),
    };
    match is_made_of_own(&text) {
        true => fail(
            at,
            format!("`{name}`: it is unknown which group this is: `{text}`"),
        ),
        false => Ok(()),
    }
}

fn not_plain<T>(value: &Val, name: &str, at: Span) -> Tried<T> {
    fail(
        at,
        format!(
            "`{name}`: expected a text or a number, found {}",
            value.describe()
        ),
    )
}

/// A value as readers write it: nothing for a null; `None` for one that is no text.
fn to_value(value: &Val) -> Option<Option<Value<'static>>> {
    if let Some(text) = value.as_text() {
        return Some(Some(Value::known(text.to_string())));
    }
    match value {
        Val::Null => Some(None),
        Val::Unknown(unknown) => Some(Some(match &unknown.kind {
            UnknownKind::Id(address) => Value::known(address.to_string()),
            _ => Value::expression(unknown.text.to_string()),
        })),
        Val::Template(_) => Some(Some(Value::expression(value.render()))),
        _ => None,
    }
}

/// A block, or the blocks of a list of which the value is each element.
pub(super) fn block_peer(value: &Val, family: Family) -> Option<PeerEntry<'static>> {
    if let Val::Unknown(unknown) = value
        && let UnknownKind::Element(list) = &unknown.kind
    {
        return Some(PeerEntry::Blocks(list.to_string().into(), family));
    }
    Some(PeerEntry::Block(to_value(value)??, family))
}

/// A text of known and unknown pieces; `None` for a value that is no text.
fn to_words(value: &Val) -> Option<Words<'static>> {
    if let Some(text) = value.as_text() {
        return Some(Words::known(text.to_string()));
    }
    let piece = |part: &Val| match part {
        Val::Unknown(unknown) => Some(Value::expression(unknown.text.to_string())),
        other => Some(Value::known(other.as_text()?.to_string())),
    };
    match value {
        Val::Unknown(_) => Some(Words::Pieces(vec![piece(value)?])),
        Val::Template(pieces) => {
            let pieces: Option<Vec<_>> = pieces.parts.iter().map(piece).collect();
            Some(Words::Pieces(pieces?))
        }
        _ => None,
    }
}
