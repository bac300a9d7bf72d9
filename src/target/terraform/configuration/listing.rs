//! Which resources there are, in a module and in those that it calls.

use super::fields::{Fields, set_it};
use super::instances::{Called, Expansion};
use super::load::{Configuration, Node, ResourceName, local_module, module_source};
use super::resources::{Resource, ResourceReader};
use super::scope::{Scope, Tried, fail};
use super::value::{InstanceKey, UnknownKind, Val};
use crate::inventory::Remark;
use std::collections::BTreeSet;

/// Resources that are read.
const READ: [&str; 8] = [
    "aws_security_group",
    "aws_default_security_group",
    "aws_security_group_rule",
    "aws_vpc_security_group_ingress_rule",
    "aws_vpc_security_group_egress_rule",
    "aws_vpc_security_group_vpc_association",
    "aws_ec2_managed_prefix_list",
    "aws_vpc",
];

/// Resources that are read with another one.
const READ_WITH: [&str; 3] = [
    "aws_ec2_managed_prefix_list_entry",
    "aws_vpc_ipv4_cidr_block_association",
    "aws_vpc_ipv6_cidr_block_association",
];

/// The start of resources of another provider, which make groups too.
const OTHER_PROVIDER: &str = "awscc_ec2_security_group";

impl<'t> ResourceReader<'_, 't> {
    /// Reads a module and those that it calls.
    pub(super) fn read_module(&mut self, module: usize) -> Tried<()> {
        let mut modules = vec![module];
        let mut resources = Vec::new();
        while let Some(module) = modules.pop() {
            resources.extend(self.list_resources(module)?);
            modules.extend(self.list_modules(module)?);
        }
        for resource in &resources {
            self.note_addition(resource)?;
        }
        resources.iter().try_for_each(|resource| self.add(resource))
    }

    /// The instances of the resources of a module that are read.
    fn list_resources(&mut self, module: usize) -> Tried<Vec<Resource<'t>>> {
        let Some(directory) = self.evaluator.directory(module) else {
            return Ok(Vec::new());
        };
        let mut all = Vec::new();
        for (name, node) in &directory.resources {
            if name.0.starts_with(OTHER_PROVIDER) {
                return fail(
                    node.span(),
                    format!("resources of type `{}` are not read", name.0),
                );
            }
            if READ.contains(&name.0) || READ_WITH.contains(&name.0) {
                self.list_instances(module, *name, *node, &mut all)?;
            }
        }
        for (name, node) in &directory.data {
            if let Some(list) = self.evaluator.managed_list(name.0, node, module) {
                let address = format!("data.{}.{}", name.0, name.1);
                let address = self.evaluator.in_module(module, &address);
                self.add_managed_list(address, list);
            }
        }
        Ok(all)
    }

    fn list_instances(
        &mut self,
        module: usize,
        name: ResourceName<'t>,
        node: Node<'t>,
        all: &mut Vec<Resource<'t>>,
    ) -> Tried<()> {
        let scope = Scope::of_module(module, node.file);
        let text = format!("{}.{}", name.0, name.1);
        let text = self.evaluator.in_module(module, &text);
        let mut push = |key: InstanceKey, scope: Scope<'t>| {
            all.push(Resource {
                module,
                name,
                address: format!("{text}{}", key.in_brackets()),
                key,
                fields: Fields::Block(node, scope),
            });
        };
        if let Some(scope) = self.each_block(node, &scope)? {
            push(InstanceKey::Single, scope);
            return Ok(());
        }
        match &*self.evaluator.expansion(module, name, node, node.span())? {
            Expansion::Single => push(InstanceKey::Single, scope),
            Expansion::Count(count) => {
                for n in 0..*count {
                    let scope = Scope {
                        count: Some(n),
                        ..scope.clone()
                    };
                    push(InstanceKey::Index(n), scope);
                }
            }
            Expansion::Each(entries) => {
                for (key, value) in entries {
                    let each = Some((Val::Text(key.clone()), value.clone()));
                    push(
                        InstanceKey::Name(key.clone()),
                        Scope {
                            each,
                            ..scope.clone()
                        },
                    );
                }
            }
            Expansion::Unknown(undecided) => {
                let message = format!(
                    "it is unknown which `{text}` there are: {}",
                    set_it(&undecided.text)
                );
                return fail(undecided.at, message);
            }
        }
        Ok(())
    }

    /// The scope of a rule for each element of an unknown list, which is its peer.
    fn each_block(&self, node: Node<'t>, scope: &Scope<'t>) -> Tried<Option<Scope<'t>>> {
        let Some(each) = node.attribute("for_each") else {
            return Ok(None);
        };
        let list = self.evaluator.eval(each.expression, scope)?;
        let Some(element) = self.evaluator.each_element(&list) else {
            return Ok(None);
        };
        let scope = Scope {
            each: Some(element),
            ..scope.clone()
        };
        let fields = Fields::Block(node, scope.clone());
        Ok(self.evaluator.is_for_each_block(&fields)?.then_some(scope))
    }

    /// The modules that a module calls; one that is not read is in a remark.
    fn list_modules(&mut self, module: usize) -> Tried<Vec<usize>> {
        let Some(directory) = self.evaluator.directory(module) else {
            return Ok(Vec::new());
        };
        let mut all = Vec::new();
        let from = &self.evaluator.module(module).directory;
        for (name, node) in &directory.calls {
            if !is_relevant(
                self.evaluator.configuration,
                from,
                node,
                &mut BTreeSet::new(),
            ) {
                continue;
            }
            match &*self.evaluator.call(module, name)? {
                Called::Instances(instances, _) => all.extend(instances.values().copied()),
                Called::Undecided(undecided) => {
                    let message = format!(
                        "it is unknown which `module.{name}` there are: {}",
                        set_it(&undecided.text)
                    );
                    return fail(undecided.at, message);
                }
                Called::Elsewhere => self.note_unread(module, name, *node)?,
            }
        }
        Ok(all)
    }

    fn note_unread(&mut self, module: usize, name: &'t str, node: Node<'t>) -> Tried<()> {
        let mut groups = Vec::new();
        for attribute in node.block.body.attributes() {
            if ![
                "source",
                "version",
                "providers",
                "count",
                "for_each",
                "depends_on",
            ]
            .contains(&attribute.key.as_str())
            {
                // what it gets for each of several instances is not worked out
                let scope = Scope::of_module(module, node.file);
                match self.evaluator.eval(&attribute.value, &scope) {
                    Ok(value) => push_ids(&value, &mut groups),
                    Err(failure) if failure.is_final => return Err(failure),
                    Err(_) => {}
                }
            }
        }
        groups.sort();
        groups.dedup();
        let source = node
            .attribute("source")
            .map(|it| it.expression.as_str().unwrap_or("?"));
        self.builder.add_remark(Remark::UnreadModule {
            module: self.evaluator.in_module(module, &format!("module.{name}")),
            written: source.unwrap_or("?").to_string(),
            groups,
            origin: self.evaluator.place(node.span()),
        });
        Ok(())
    }
}

/// Whether a module has resources that are read, or may have some: modules without any are not
/// worked out.
fn is_relevant(
    configuration: &Configuration<'_>,
    from: &str,
    call: &Node<'_>,
    visited: &mut BTreeSet<String>,
) -> bool {
    let name = module_source(call).and_then(|source| local_module(from, source));
    let Some(name) = name.filter(|name| configuration.directories.contains_key(name)) else {
        return true;
    };
    let Some(directory) = configuration.directories.get(&name) else {
        return true;
    };
    if !visited.insert(name.clone()) {
        return true;
    }
    let mut resources = directory.resources.keys();
    let is_read = |(kind, _): &(&str, &str)| {
        READ.contains(kind) || READ_WITH.contains(kind) || kind.starts_with(OTHER_PROVIDER)
    };
    resources.any(is_read)
        || directory
            .calls
            .values()
            .any(|call| is_relevant(configuration, &name, call, visited))
}

/// The known ids of groups in a value.
fn push_ids(value: &Val, ids: &mut Vec<String>) {
    match value {
        Val::Unknown(unknown) => {
            if let UnknownKind::Id(address) = &unknown.kind {
                ids.push(address.to_string());
            }
        }
        Val::Instance(instance) => ids.push(instance.address.to_string()),
        Val::List(items) | Val::Set(items) => items.values.iter().for_each(|it| push_ids(it, ids)),
        Val::Map(entries) => entries.values.values().for_each(|it| push_ids(it, ids)),
        Val::Null | Val::Bool(_) | Val::Number(_) | Val::Text(_) | Val::Template(_) => {}
    }
}
