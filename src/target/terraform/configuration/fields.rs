//! Attributes of a resource, of a block in it, and of an element of an attribute.

use super::evaluator::Evaluator;
use super::expression::pairs_of;
use super::load::Node;
use super::scope::{Scope, Tried, fail};
use super::value::{UnknownKind, Val};
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

/// Attributes that cannot be different for each element of an unknown list.
const FIXED: [&str; 13] = [
    "type",
    "security_group_id",
    "protocol",
    "ip_protocol",
    "from_port",
    "to_port",
    "self",
    "security_groups",
    "source_security_group_id",
    "referenced_security_group_id",
    "prefix_list_id",
    "prefix_list_ids",
    "vpc_id",
];

/// Attributes that have blocks of addresses.
const BLOCKS: [&str; 4] = ["cidr_blocks", "ipv6_cidr_blocks", "cidr_ipv4", "cidr_ipv6"];

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
                    value.render()
                ),
            ),
        }
    }

    /// An attribute that is a list of ids; an unknown list is one unknown id.
    pub(super) fn field_ids(&self, fields: &Fields<'t>, name: &str) -> Tried<Vec<Value<'static>>> {
        let (value, at) = self.field(fields, name)?;
        match &value {
            Val::Null => Ok(Vec::new()),
            Val::Unknown(_) => Ok(to_value(&value).flatten().into_iter().collect()),
            Val::List(items) | Val::Set(items) => {
                let ids = items.values.iter().map(|item| match to_value(item) {
                    Some(Some(id)) => Ok(id),
                    Some(None) | None => not_plain(item, name, at),
                });
                ids.collect()
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
        match &value {
            Val::Null => Ok(Vec::new()),
            Val::Unknown(unknown) => {
                let text = unknown.text.to_string();
                Ok(vec![PeerEntry::Blocks(text.into(), family)])
            }
            Val::List(items) | Val::Set(items) => {
                let blocks = items.values.iter();
                let blocks = blocks.map(|item| match block_peer(item, family) {
                    Some(peer) => Ok(peer),
                    None => not_plain(item, name, at),
                });
                blocks.collect()
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

    /// The blocks of a kind, `dynamic` ones and those of an attribute of that name included.
    pub(super) fn blocks(&self, fields: &Fields<'t>, name: &str) -> Tried<Vec<Fields<'t>>> {
        let Fields::Block(node, scope) = fields else {
            return Ok(Vec::new());
        };
        let mut all = Vec::new();
        for inner in node.inner(name) {
            match inner.block.ident.as_str() == name {
                true => all.push(Fields::Block(inner, scope.clone())),
                false => all.extend(self.dynamic_blocks(inner, name, scope)?),
            }
        }
        let (value, at) = self.field(fields, name)?;
        match &value {
            Val::Null => {}
            Val::List(items) | Val::Set(items) => {
                for item in &items.values {
                    if item.as_map().is_none() {
                        return fail(
                            at,
                            format!("`{name}`: expected objects, found {}", item.describe()),
                        );
                    }
                    all.push(Fields::Object(item.clone(), at));
                }
            }
            Val::Unknown(unknown) => {
                let message = format!("it is unknown which `{name}` there are: {}", unknown.text);
                return fail(at, message);
            }
            other => {
                return fail(
                    at,
                    format!("`{name}`: expected a list, found {}", other.describe()),
                );
            }
        }
        Ok(all)
    }

    /// `dynamic "ingress" { for_each = …, content { … } }`
    fn dynamic_blocks(
        &self,
        dynamic: Node<'t>,
        name: &str,
        scope: &Scope<'t>,
    ) -> Tried<Vec<Fields<'t>>> {
        let (Some(each), Some(content)) = (
            dynamic.attribute("for_each"),
            dynamic.inner("content").next(),
        ) else {
            return fail(dynamic.span(), "`dynamic` needs `for_each` and `content`");
        };
        let label = dynamic
            .block
            .labels
            .first()
            .map_or("", |label| label.as_str());
        let iterator = match dynamic.attribute("iterator").map(|it| it.expression) {
            Some(hcl_edit::expr::Expression::Variable(name)) => name.as_str(),
            Some(_) | None => label,
        };
        let with = |key: Val, value: Val| {
            let entries = [("key".into(), key), ("value".into(), value)];
            let named = self.made(Val::map(entries.into()), each.span())?;
            Ok(Fields::Block(content, scope.with(iterator, named)))
        };

        let strict = self.eval(each.expression, scope)?;
        if let Some((key, value)) = self.each_element(&strict) {
            let fields = with(key, value)?;
            if self.is_for_each_block(&fields)? {
                return Ok(vec![fields]);
            }
        }
        let value = self.eval_assumed(each.expression, scope)?;
        match pairs_of(&value) {
            Some(pairs) => pairs
                .into_iter()
                .map(|(key, value)| with(key, value))
                .collect(),
            None if value.is_unknown() => fail(
                each.span(),
                format!(
                    "it is unknown which `{name}` there are: {}",
                    set_it(&value.render())
                ),
            ),
            None => fail(
                each.span(),
                format!("expected a list or a map, found {}", value.describe()),
            ),
        }
    }

    /// What stands for the key and the value of each element of a list that is unknown.
    pub(super) fn each_element(&self, list: &Val) -> Option<(Val, Val)> {
        let Val::Unknown(unknown) = list else {
            return None;
        };
        let wrapped = ["toset(", "tolist(", "distinct("];
        let mut plain: &str = &unknown.text;
        while let Some(inner) = wrapped.iter().find_map(|start| plain.strip_prefix(start)) {
            plain = inner.strip_suffix(')')?;
        }
        let is_reference = plain
            .chars()
            .all(|c| c.is_alphanumeric() || "_-.[]\"*".contains(c));
        if !is_reference || self.is_map(plain) {
            return None;
        }
        let text = format!("each of {plain}");
        let value = Val::unknown(&text, UnknownKind::Element(plain.into()));
        let key = match plain == &*unknown.text && !self.is_set(plain) {
            true => Val::unknown(format!("key of {text}"), UnknownKind::FromElement),
            false => value.clone(),
        };
        Some((key, value))
    }

    /// Whether a variable of the root module has this type.
    fn has_type(&self, reference: &str, kinds: &[&str]) -> bool {
        let name = reference.strip_prefix("var.");
        let declared = self.configuration.directories.get(&self.configuration.root);
        let node = name.and_then(|name| declared?.variables.get(name));
        let wanted = node.and_then(|node| node.attribute("type"));
        match wanted.map(|wanted| wanted.expression) {
            Some(hcl_edit::expr::Expression::FuncCall(call)) => {
                kinds.contains(&call.name.name.as_str())
            }
            Some(_) | None => false,
        }
    }

    fn is_map(&self, reference: &str) -> bool {
        self.has_type(reference, &["map", "object"])
    }

    fn is_set(&self, reference: &str) -> bool {
        self.has_type(reference, &["set"])
    }

    /// Whether nothing but the blocks of addresses is different for each element of an unknown
    /// list: then the list is their peer.
    pub(super) fn is_for_each_block(&self, fields: &Fields<'t>) -> Tried<bool> {
        for name in FIXED {
            if self.field(fields, name)?.0.depends_on_element() {
                return Ok(false);
            }
        }
        let mut is_used = false;
        for name in BLOCKS {
            let (value, _) = self.field(fields, name)?;
            let items = match &value {
                Val::List(items) | Val::Set(items) => items.values.as_slice(),
                single => std::slice::from_ref(single),
            };
            for item in items.iter().filter(|item| item.depends_on_element()) {
                match item {
                    Val::Unknown(unknown) if matches!(unknown.kind, UnknownKind::Element(_)) => {
                        is_used = true;
                    }
                    _ => return Ok(false),
                }
            }
        }
        Ok(is_used)
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
