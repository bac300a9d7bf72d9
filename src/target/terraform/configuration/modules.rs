//! Modules: their inputs and outputs, and the values of the variables of the root module.

use super::evaluator::{Evaluator, Kind};
use super::instances::{Called, Expansion, Module, Shape};
use super::load::{Node, local_module, module_source};
use super::scope::{Scope, Tried, fail, give_up};
use super::types::{convert, parse_given};
use super::value::{Instance, InstanceKey, UnknownKind, Val};
use crate::source::Span;
use std::collections::BTreeMap;
use std::rc::Rc;

/// How deep modules may be in modules.
const MOST_NESTED: usize = 16;

/// The most instances of modules.
const MOST_MODULES: usize = 1 << 12;

impl<'t> Evaluator<'t> {
    /// The instances of a module that a block calls.
    pub(super) fn call(&self, module: usize, name: &'t str) -> Tried<Rc<Called>> {
        let found = self.calls.borrow().get(&(module, name)).cloned();
        if let Some(called) = found {
            return Ok(called);
        }
        let declared = self.directory(module);
        let node = declared.and_then(|it| it.calls.get(name));
        let called = match node {
            Some(node) => self.instantiate(module, name, *node)?,
            None => Called::Elsewhere,
        };
        let called = Rc::new(called);
        self.calls
            .borrow_mut()
            .insert((module, name), called.clone());
        Ok(called)
    }

    fn instantiate(&self, module: usize, name: &'t str, node: Node<'t>) -> Tried<Called> {
        let parent = self.module(module);
        let Some(source) = module_source(&node) else {
            return fail(
                node.span(),
                format!("module `{name}` has no `source` that is a text"),
            );
        };
        let Some(directory) = local_module(&parent.directory, source) else {
            return Ok(Called::Elsewhere);
        };
        if !self.configuration.directories.contains_key(&directory) {
            return fail(
                node.span(),
                format!("there is no configuration in `{directory}`"),
            );
        }
        if parent.depth == MOST_NESTED {
            return give_up(
                node.span(),
                format!("module `{name}` is called by itself, or modules nest too deeply"),
            );
        }

        let scope = Scope::of_module(module, node.file);
        let (shape, scopes) = match self.expand(node, &scope)? {
            Expansion::Single => (Shape::Single, vec![(InstanceKey::Single, scope)]),
            Expansion::Count(count) => {
                let counted = (0..count).map(|n| {
                    let scope = Scope {
                        count: Some(n),
                        ..scope.clone()
                    };
                    (InstanceKey::Index(n), scope)
                });
                (Shape::List, counted.collect())
            }
            Expansion::Each(entries) => {
                let each = entries.into_iter().map(|(key, value)| {
                    let each = Some((Val::Text(key.clone()), value));
                    (
                        InstanceKey::Name(key),
                        Scope {
                            each,
                            ..scope.clone()
                        },
                    )
                });
                (Shape::Map, each.collect())
            }
            Expansion::Unknown(undecided) => return Ok(Called::Undecided(undecided)),
        };
        self.add_instances(module, name, node, &directory, scopes)
            .map(|instances| Called::Instances(instances, shape))
    }

    fn add_instances(
        &self,
        module: usize,
        name: &str,
        node: Node<'t>,
        directory: &str,
        scopes: Vec<(InstanceKey, Scope<'t>)>,
    ) -> Tried<BTreeMap<InstanceKey, usize>> {
        let depth = self.module(module).depth + 1;
        let mut instances = BTreeMap::new();
        for (key, scope) in scopes {
            let call = format!("module.{name}{}", key.in_brackets());
            let address = self.in_module(module, &call);
            let mut modules = self.modules.borrow_mut();
            if modules.len() == MOST_MODULES {
                return give_up(node.span(), format!("more than {MOST_MODULES} modules"));
            }
            instances.insert(key, modules.len());
            modules.push(Rc::new(Module {
                address: address.into(),
                directory: directory.to_string(),
                call: Some((node, scope)),
                depth,
            }));
        }
        Ok(instances)
    }

    /// `module.shop`: one that can be asked for its outputs, a list or a map of them.
    pub(super) fn module_value(&self, module: usize, name: &'t str, at: Span) -> Tried<Val> {
        let text = self.in_module(module, &format!("module.{name}"));
        let called = self.call(module, name)?;
        let Called::Instances(instances, shape) = &*called else {
            return Ok(Val::unknown(text, UnknownKind::Plain));
        };
        let instance = |(key, number): (&InstanceKey, &usize)| {
            Val::Instance(Rc::new(Instance {
                module: *number,
                kind: "module".into(),
                name: name.into(),
                key: key.clone(),
                address: format!("{text}{}", key.in_brackets()).into(),
            }))
        };
        let mut all = instances.iter();
        match shape {
            Shape::Single => Ok(all.next().map_or(Val::Null, instance)),
            Shape::List => self.made(Val::list(all.map(instance).collect()), at),
            Shape::Map => {
                let entries = all.filter_map(|(key, number)| match key {
                    InstanceKey::Name(name) => Some((name.clone(), instance((key, number)))),
                    InstanceKey::Single | InstanceKey::Index(_) => None,
                });
                self.made(Val::map(entries.collect()), at)
            }
        }
    }

    /// An output of a module.
    pub(super) fn output(
        &self,
        module: usize,
        name: &'t str,
        assumes: bool,
        at: Span,
    ) -> Tried<Val> {
        let declared = self.directory(module);
        let node = declared.and_then(|it| it.outputs.get(name));
        let Some(value) = node.and_then(|node| node.attribute("value")) else {
            let address = &self.module(module).address;
            return fail(at, format!("`{address}` has no output `{name}`"));
        };
        self.once((module, Kind::Output, name, assumes), at, || {
            let scope = Scope {
                assumes,
                ..Scope::of_module(module, value.file)
            };
            self.eval(value.expression, &scope)
        })
    }

    /// The value of a variable.
    pub(super) fn variable(
        &self,
        module: usize,
        name: &'t str,
        assumes: bool,
        at: Span,
    ) -> Tried<Val> {
        let declared = self.directory(module);
        let Some(node) = declared.and_then(|it| it.variables.get(name)) else {
            let text = self.in_module(module, &format!("var.{name}"));
            return Ok(Val::unknown(text, UnknownKind::Plain));
        };
        let key = (module, Kind::Variable, name, assumes);
        self.once(key, at, || match &self.module(module).call {
            None => self.root_variable(name, *node),
            Some((call, scope)) => {
                let given = call.attribute(name);
                let value = match given {
                    Some(given) => {
                        let scope = Scope {
                            assumes,
                            ..scope.clone()
                        };
                        let value = self.eval(given.expression, &scope)?;
                        self.typed(*node, value, module, given.span())?
                    }
                    None => Val::Null,
                };
                match (&value, given.is_some() && is_nullable(*node)) {
                    (Val::Null, false) => self.default_of(*node, name, module),
                    (_, _) => Ok(value),
                }
            }
        })
    }

    /// The value of a variable without an argument: its default.
    fn default_of(&self, node: Node<'t>, name: &str, module: usize) -> Tried<Val> {
        match self.default(node, module)? {
            Some(default) => Ok(default),
            None => {
                let text = self.in_module(module, &format!("var.{name}"));
                Ok(Val::unknown(text, UnknownKind::Plain))
            }
        }
    }

    /// The default of a variable, in its type.
    pub(super) fn default(&self, node: Node<'t>, module: usize) -> Tried<Option<Val>> {
        let Some(default) = node.attribute("default") else {
            return Ok(None);
        };
        let scope = Scope::of_module(module, node.file);
        let value = self.eval(default.expression, &scope)?;
        self.typed(node, value, module, default.span()).map(Some)
    }

    fn typed(&self, node: Node<'t>, value: Val, module: usize, at: Span) -> Tried<Val> {
        let Some(wanted) = node.attribute("type") else {
            return Ok(value);
        };
        self.charge(value.weight(), at)?;
        let defaults = |expression| self.eval(expression, &Scope::of_module(module, node.file));
        convert(value, wanted.expression, &defaults, at)
    }

    /// The value that a variable of the root module is given, or else none.
    fn root_variable(&self, name: &'t str, node: Node<'t>) -> Tried<Val> {
        let is_named = |given: &str| given == name || given == name.replace('_', "-");
        let mut bindings = self.bindings.iter();
        if let Some((given, value)) = bindings.find(|(given, _)| is_named(given)) {
            self.applied.borrow_mut().push(given.clone());
            let wanted = node.attribute("type").map(|wanted| wanted.expression);
            let value = self.made(parse_given(value, wanted), node.span())?;
            return self.typed(node, value, 0, node.span());
        }
        if let Some(given) = self.configuration.values.get(name) {
            let value = self.eval(given.expression, &Scope::of_module(0, given.file))?;
            return self.typed(node, value, 0, given.span());
        }
        let default = self.default(node, 0)?;
        let text = format!("var.{name}");
        let kind = UnknownKind::Variable(text.as_str().into(), default);
        Ok(Val::unknown(text, kind))
    }
}

/// Whether a variable may be null; the default counts for a null otherwise.
fn is_nullable(node: Node<'_>) -> bool {
    let written = node.attribute("nullable");
    written.is_none_or(|it| it.expression.as_bool() != Some(false))
}
