//! What a state and a configuration have in common: how resources become entries.

use crate::aws::Direction;
use crate::inventory::{InventoryBuilder, Origin, PeerEntry, RuleEntry, Value, Words};

/// The description of a group that has none: the default of the provider (its documentation of
/// aws_security_group).
pub const DEFAULT_DESCRIPTION: &str = "Managed by Terraform";

/// Labels that say nothing: then the name of the module does.
const PLAIN_LABELS: [&str; 6] = ["this", "default", "main", "sg", "security_group", "group"];

/// Rules of the same traffic: `ingress { … }` of a group, or an `aws_security_group_rule`.
#[derive(Debug, Clone)]
pub struct RulesEntry<'a> {
    /// The group that has them.
    pub group: Value<'a>,
    pub direction: Direction,
    pub protocol: Value<'a>,
    pub from: Option<Value<'a>>,
    pub to: Option<Value<'a>>,
    /// Who is at the other end of each.
    pub peers: Vec<PeerEntry<'a>>,
    pub description: Option<Words<'a>>,
}

impl RulesEntry<'_> {
    /// Adds a rule for each peer.
    pub fn add_to(self, builder: &mut InventoryBuilder, origin: &Origin) {
        for peer in self.peers {
            builder.add_rule(RuleEntry {
                group: self.group.clone(),
                direction: self.direction,
                protocol: self.protocol.clone(),
                from: self.from.clone(),
                to: self.to.clone(),
                peer,
                description: self.description.clone(),
                tags: Vec::new(),
                origin: origin.clone(),
            });
        }
    }
}

/// A group by its id; one of another account as `444455556666/sg-0123456789abcdef0`.
pub fn group_peer(id: Value<'_>) -> PeerEntry<'_> {
    match id {
        Value::Known(id) => match id.split_once('/') {
            Some((account, id)) => PeerEntry::Group(
                Value::known(id.to_string()),
                Some(account.to_string().into()),
            ),
            None => PeerEntry::Group(Value::Known(id), None),
        },
        unknown @ Value::Expression(_) => PeerEntry::Group(unknown, None),
    }
}

/// What a group is called in its configuration: its label, with the key of its instance; that of
/// the module where the label says nothing.
pub fn group_labels(module: &str, name: &str, index: Option<&str>) -> Vec<String> {
    let key = index.map(|index| index.trim_matches('"'));
    let label = match key {
        Some("0") | None => name.to_string(),
        Some(key) => format!("{name}-{key}"),
    };
    let modules: String = module.split("module.").collect::<Vec<_>>().join("");
    let modules = modules.trim_end_matches('.');
    match (modules.is_empty(), PLAIN_LABELS.contains(&name)) {
        (true, _) => vec![label],
        (false, true) => vec![modules.to_string(), format!("{modules}-{label}")],
        (false, false) => vec![label.clone(), format!("{modules}-{label}")],
    }
}
