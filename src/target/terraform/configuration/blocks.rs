//! Blocks in a resource, `dynamic` ones too, and lists of which each element has one.

use super::evaluator::Evaluator;
use super::expression::pairs_of;
use super::fields::{Fields, set_it};
use super::load::Node;
use super::scope::{Scope, Tried, fail};
use super::value::{UnknownKind, Val};

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
