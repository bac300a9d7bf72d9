//! `adopt.tf`: makes Terraform take over what lives, without a change.
//!
//! `import` blocks for what no resource has, `moved` where a group keeps its type under another
//! address, `removed` without destroying where the rules of other resources leave the state
//! (Terraform's documentation: "Import blocks", "Refactor modules", "Remove a resource from state").
//! A plan forgets before it imports, so a rule can be in both.

use super::addresses::{ASSOCIATION, association_names, resource_type, rule_names, snake_case};
use super::hcl::{Hcl, Value, quote_string};
use crate::aws::{GroupId, Reference, SecurityGroup, State};
use crate::inventory::{Holder, Inventory, Origin};
use crate::ledger::{AdoptedGroup, RuleKeys};
use crate::target::adoption::{Adoption, AdoptionFiles};
use crate::target::names::Names;
use std::collections::{BTreeMap, BTreeSet};

/// The name of the file.
const FILE: &str = "adopt.tf";

/// The type of groups.
const GROUP: &str = "aws_security_group";

/// Writes it.
pub fn adopt(adoption: &Adoption<'_>) -> AdoptionFiles {
    let moves = Moves::new(adoption);
    let mut file = AdoptFile {
        hcl: Hcl::default(),
        imports: 0,
    };
    file.hcl
        .comment_line("Written by tierwall import, for Terraform 1.7 or later. Delete it after");
    file.hcl.comment_line("the first apply.");

    for (from, to) in &moves.moved {
        file.write_block("moved", &[("from", from), ("to", to)]);
    }
    for from in &moves.removed {
        file.write_removed(from);
    }
    for (address, id) in &moves.imports {
        file.write_block("import", &[("to", address), ("id", &quote_string(id))]);
    }

    AdoptionFiles {
        imports: file.imports,
        changes: moves.changes(adoption),
        steps: moves.steps(),
        notes: Vec::new(),
        refused: moves.refused,
        files: vec![(FILE.to_string(), file.hcl.into_bytes())],
    }
}

struct AdoptFile {
    hcl: Hcl,
    imports: usize,
}

impl AdoptFile {
    fn write_block(&mut self, kind: &str, attributes: &[(&str, &str)]) {
        self.imports += usize::from(kind == "import");
        self.hcl.blank_line();
        self.hcl.open_block(kind, &[]);
        let run: Vec<(&str, Value<'_>)> = attributes
            .iter()
            .map(|(key, value)| (*key, Value::Expression(value)))
            .collect();
        self.hcl.attribute_run(&run);
        self.hcl.close_block();
    }

    fn write_removed(&mut self, from: &str) {
        self.hcl.blank_line();
        self.hcl.open_block("removed", &[]);
        self.hcl.attribute_run(&[("from", Value::Expression(from))]);
        self.hcl.blank_line();
        self.hcl.open_block("lifecycle", &[]);
        self.hcl
            .attribute_run(&[("destroy", Value::Expression("false"))]);
        self.hcl.close_block();
        self.hcl.close_block();
    }
}

/// What is imported, moved and forgotten.
struct Moves {
    /// Addresses of the output, and the ids of what they get.
    imports: Vec<(String, String)>,
    /// Addresses of groups in the state, and those of the output.
    moved: Vec<(String, String)>,
    /// Resources that leave the state, without keys of instances.
    removed: BTreeSet<String>,
    /// Addresses that the configuration loses.
    deleted: BTreeSet<String>,
    /// Groups in the state with inline rules.
    inline: BTreeSet<String>,
    refused: Vec<String>,
}

impl Moves {
    fn new(adoption: &Adoption<'_>) -> Moves {
        let held = adoption.held.map(HeldResources::new).unwrap_or_default();
        let mut moves = Moves {
            imports: Vec::new(),
            moved: Vec::new(),
            removed: BTreeSet::new(),
            deleted: BTreeSet::new(),
            inline: held.inline.clone(),
            refused: Vec::new(),
        };

        let mut kept = BTreeSet::new();
        for (address, id) in living_addresses(adoption) {
            match held.by_id.get(id.as_str()) {
                Some(old) if *old == address => {
                    kept.insert(address);
                }
                Some(old) if address.starts_with(GROUP) && is_group(old) => {
                    moves.deleted.insert(without_keys(old));
                    moves.moved.push((old.to_string(), address));
                }
                Some(_) | None => moves.imports.push((address, id)),
            }
        }

        for old in held.addresses {
            let is_moved = moves.moved.iter().any(|(from, _)| from == old);
            if !is_moved && !kept.contains(old) {
                let resource = without_keys(old);
                moves.deleted.insert(resource.clone());
                moves.removed.insert(resource);
            }
        }
        moves.refuse_reused();
        moves
    }

    /// Refuses addresses of the output that something else has in the state.
    fn refuse_reused(&mut self) {
        let imported = self.imports.iter().map(|(address, _)| address);
        let moved = self.moved.iter().map(|(_, to)| to);
        let reused = imported.chain(moved);
        let reused = reused.filter(|address| self.deleted.contains(*address));
        self.refused = reused
            .map(|address| {
                format!(
                    "`{address}` is another resource in the state; rename it there first: \
                     `terraform state mv`"
                )
            })
            .collect();
    }

    /// What the plan changes although it takes everything over.
    fn changes(&self, adoption: &Adoption<'_>) -> Vec<String> {
        let mut changes = Vec::new();
        if let Some(held) = adoption.held {
            for (address, attributes) in &held.local_attributes {
                let is_removed = self.removed.contains(&without_keys(address));
                if !is_removed {
                    changes.push(format!(
                        "{address}: {} in the state alone",
                        attributes.join(", ")
                    ));
                }
            }
        }
        changes
    }

    fn steps(&self) -> Vec<String> {
        let mut steps = Vec::new();
        if !self.deleted.is_empty() {
            let deleted: Vec<&str> = self.deleted.iter().map(String::as_str).collect();
            steps.push(format!(
                "delete from the configuration: {}",
                deleted.join(", ")
            ));
        }
        let inline = self.inline.difference(&self.deleted);
        let inline: Vec<&str> = inline.map(String::as_str).collect();
        if !inline.is_empty() {
            steps.push(format!(
                "delete the resources that the new file has too: {}",
                inline.join(", ")
            ));
        }
        steps
    }
}

/// What a state of Terraform has.
#[derive(Default)]
struct HeldResources<'h> {
    /// The address of each id, if one resource is all of it.
    by_id: BTreeMap<&'h str, &'h str>,
    /// The addresses of all groups and rules.
    addresses: BTreeSet<&'h str>,
    /// The groups with inline rules.
    inline: BTreeSet<String>,
}

impl<'h> HeldResources<'h> {
    fn new(held: &'h Inventory) -> HeldResources<'h> {
        let mut found = HeldResources::default();
        for origin in held.groups.iter().chain(&held.associations) {
            found.add(origin);
        }
        for origin in held.rules.iter().flatten() {
            match (origin.holder, &origin.address) {
                (Holder::Inline, Some(address)) => {
                    found.inline.insert(address.to_string());
                }
                (Holder::OldResource | Holder::OwnResource, _) => found.add(origin),
                (Holder::Inline | Holder::Account, _) => {}
            }
        }
        found
    }

    fn add(&mut self, origin: &'h Origin) {
        let Some(address) = origin.address.as_deref() else {
            return;
        };
        self.addresses.insert(address);
        if let (Some(id), true) = (&origin.id, origin.holder == Holder::OwnResource) {
            self.by_id.insert(id, address);
        }
    }
}

/// The addresses of everything that lives, with its id as an import takes it.
fn living_addresses(adoption: &Adoption<'_>) -> Vec<(String, String)> {
    let (state, ledger) = (adoption.state, adoption.ledger);
    let (names, keys) = (rule_names(state), RuleKeys::with_tiers(state));
    let mut found = Vec::new();
    for (id, group) in state.groups_by_id() {
        let Some(adopted) = ledger.groups.get(&group.name) else {
            continue;
        };
        if group.made_elsewhere.is_none() {
            let address = format!("{GROUP}.{}", snake_case(&group.name));
            found.push((address, adopted.id.clone()));
        }
        found.extend(association_imports(state, group, adopted));
        found.extend(rule_imports((&names, &keys), (id, group), adopted));
    }
    found
}

/// AWS provider, `aws_vpc_security_group_vpc_association`: the id is `sg-…,vpc-…`.
fn association_imports(
    state: &State,
    group: &SecurityGroup,
    adopted: &AdoptedGroup,
) -> Vec<(String, String)> {
    let known = group.associations.iter().filter_map(|vpc| match vpc {
        Reference::Id(id) => Some((vpc, id)),
        Reference::Parameter(_) => None,
    });
    let imports = known.filter_map(|(vpc, id)| {
        let name = association_names(state, group, vpc).pop()?;
        Some((
            format!("{ASSOCIATION}.{name}"),
            format!("{},{id}", adopted.id),
        ))
    });
    imports.collect()
}

fn rule_imports(
    (names, keys): (&Names<'_>, &RuleKeys<'_>),
    (id, group): (GroupId, &SecurityGroup),
    adopted: &AdoptedGroup,
) -> Vec<(String, String)> {
    let mut imports = Vec::new();
    let mut key = String::new();
    for rule in &group.rules {
        key.clear();
        keys.push_key(rule, &mut key);
        if let Some(known) = adopted.rules.get(&key) {
            let mut address = format!("{}.", resource_type(rule.key.direction));
            names.push_rule(id, &rule.key, &mut address);
            imports.push((address, known.id.clone()));
        }
    }
    imports
}

/// Whether an address is one of a group.
fn is_group(address: &str) -> bool {
    let resource = without_keys(address);
    let mut parts = resource.rsplit('.').skip(1);
    parts.next() == Some(GROUP)
}

/// An address without the keys of its instances: `module.db["orders"].aws_security_group.this[0]`
/// as `module.db.aws_security_group.this`
fn without_keys(address: &str) -> String {
    let (mut plain, mut is_key, mut is_quoted) = (String::new(), false, false);
    let mut before = ' ';
    for c in address.chars() {
        match c {
            '"' if is_key && before != '\\' => is_quoted = !is_quoted,
            '[' if !is_quoted => is_key = true,
            ']' if !is_quoted => is_key = false,
            _ if !is_key => plain.push(c),
            _ => {}
        }
        before = match (c, before) {
            ('\\', '\\') => ' ',
            _ => c,
        };
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lose_the_keys_of_instances() {
        for (address, plain) in [
            ("aws_security_group.web", "aws_security_group.web"),
            (
                "module.db[\"a].b\\\"[\"].aws_security_group.this[0]",
                "module.db.aws_security_group.this",
            ),
        ] {
            assert_eq!(without_keys(address), plain);
        }
        assert!(is_group("module.db[\"x.y\"].aws_security_group.this[0]"));
        assert!(!is_group("aws_default_security_group.main"));
    }
}
