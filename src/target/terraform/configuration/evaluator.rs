//! What references mean: variables, locals, resources, modules. Each is evaluated when it is asked
//! for, once.

use super::instances::{Called, Expansion, Module};
use super::load::{Configuration, Directory, Written};
use super::scope::{Scope, Tried, fail, give_up};
use super::value::{Instance, InstanceKey, Unknown, UnknownKind, Val};
use crate::source::Span;
use hcl_edit::expr::TraversalOperator;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

/// How deep expressions and what they refer to may nest.
const MOST_NESTED: usize = 192;

/// How much may be evaluated, in values.
const MOST_STEPS: usize = 1 << 24;

/// Resources whose `id` names a group or a prefix list.
const IDENTIFIED: [&str; 3] = [
    "aws_security_group",
    "aws_default_security_group",
    "aws_ec2_managed_prefix_list",
];

/// Attributes that are as they are written.
const WRITTEN: [(&str, &str); 4] = [
    ("aws_vpc", "cidr_block"),
    ("aws_subnet", "cidr_block"),
    ("aws_security_group", "vpc_id"),
    ("aws_vpc_ipv4_cidr_block_association", "cidr_block"),
];

/// A default that was taken for the value of a variable.
#[derive(Debug, Clone)]
pub(super) struct Assumption {
    pub(super) value: String,
    pub(super) at: Span,
}

/// What was evaluated: a module, what it is, its name, and whether defaults were assumed.
type Key<'t> = (usize, Kind, &'t str, bool);

/// A block of a module: its module, its type and its name.
type Block<'t> = (usize, &'t str, &'t str);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Variable,
    Local,
    Output,
}

/// Evaluates a configuration.
pub(super) struct Evaluator<'t> {
    pub(super) configuration: &'t Configuration<'t>,
    pub(super) bindings: &'t [(String, String)],
    pub(super) modules: RefCell<Vec<Rc<Module<'t>>>>,
    pub(super) calls: RefCell<HashMap<(usize, &'t str), Rc<Called>>>,
    /// Nothing while one is evaluated.
    pub(super) expansions: RefCell<HashMap<Block<'t>, Option<Rc<Expansion>>>>,
    /// Nothing while it is evaluated.
    known: RefCell<HashMap<Key<'t>, Option<Val>>>,
    pub(super) assumptions: RefCell<BTreeMap<Rc<str>, Assumption>>,
    pub(super) applied: RefCell<Vec<String>>,
    depth: Cell<usize>,
    steps: Cell<usize>,
}

impl<'t> Evaluator<'t> {
    /// An evaluator that has evaluated nothing.
    pub(super) fn new(
        configuration: &'t Configuration<'t>,
        bindings: &'t [(String, String)],
    ) -> Evaluator<'t> {
        let root = Module::root(configuration);
        Evaluator {
            configuration,
            bindings,
            modules: RefCell::new(vec![Rc::new(root)]),
            calls: RefCell::default(),
            expansions: RefCell::default(),
            known: RefCell::default(),
            assumptions: RefCell::default(),
            applied: RefCell::default(),
            depth: Cell::default(),
            steps: Cell::default(),
        }
    }

    /// Goes one level deeper; [`leave`](Evaluator::leave) is for the way back.
    pub(super) fn enter(&self, at: Span) -> Tried<()> {
        self.charge(1, at)?;
        if self.depth.get() == MOST_NESTED {
            return give_up(at, "expressions refer to each other too deeply");
        }
        self.depth.set(self.depth.get() + 1);
        Ok(())
    }

    /// Goes one level back.
    pub(super) fn leave(&self) {
        self.depth.set(self.depth.get().saturating_sub(1));
    }

    /// Counts what is evaluated.
    pub(super) fn charge(&self, values: usize, at: Span) -> Tried<()> {
        let steps = self.steps.get().saturating_add(values);
        self.steps.set(steps);
        match steps > MOST_STEPS {
            true => give_up(at, "the configuration takes too long to evaluate"),
            false => Ok(()),
        }
    }

    pub(super) fn module(&self, number: usize) -> Rc<Module<'t>> {
        self.modules.borrow()[number].clone()
    }

    /// What the directory of a module declares.
    pub(super) fn directory(&self, module: usize) -> Option<&'t Directory<'t>> {
        self.configuration
            .directories
            .get(&self.module(module).directory)
    }

    /// An expression with the module in which it stands: `module.shop.data.aws_vpc.main.id`
    pub(super) fn in_module(&self, module: usize, text: &str) -> String {
        match &*self.module(module).address {
            "" => text.to_string(),
            address => format!("{address}.{text}"),
        }
    }

    /// The default of a variable without a value, where that is assumed.
    pub(super) fn settle(&self, value: Val, scope: &Scope<'t>, at: Span) -> Tried<Val> {
        match &value {
            _ if !scope.assumes => Ok(value),
            Val::Unknown(unknown) => match &unknown.kind {
                UnknownKind::Variable(name, Some(default)) => {
                    self.assume(name, default, at);
                    Ok(default.clone())
                }
                _ => Ok(value),
            },
            Val::Template(pieces) => {
                let parts = pieces.parts.iter().cloned();
                let parts: Tried<Vec<_>> = parts.map(|part| self.settle(part, scope, at)).collect();
                self.made(Val::template(parts?), at)
            }
            _ => Ok(value),
        }
    }

    fn assume(&self, name: &Rc<str>, default: &Val, at: Span) {
        let mut assumptions = self.assumptions.borrow_mut();
        assumptions
            .entry(name.clone())
            .or_insert_with(|| Assumption {
                value: default.render(),
                at,
            });
    }

    /// What a reference starts with, and how many of its steps that are.
    pub(super) fn eval_root(
        &self,
        first: &'t str,
        steps: &[&'t TraversalOperator],
        scope: &Scope<'t>,
        at: Span,
    ) -> Tried<(Val, usize)> {
        let names: Vec<&'t str> = steps.iter().map_while(|step| name_of(step)).collect();
        let value = match (first, names.as_slice()) {
            ("var", [name, ..]) => (self.variable(scope.module, name, scope.assumes, at)?, 1),
            ("local", [name, ..]) => (self.local(name, scope, at)?, 1),
            ("each", ["key", ..]) => (each(scope, at)?.0, 1),
            ("each", ["value", ..]) => (each(scope, at)?.1, 1),
            ("count", ["index", ..]) => match scope.count {
                Some(index) => (Val::Number(index as f64), 1),
                None => return fail(at, "`count.index` stands outside of a `count`"),
            },
            ("module", [name, ..]) => (self.module_value(scope.module, name, at)?, 1),
            ("data", [kind, name, ..]) => (self.data(scope, kind, name), 2),
            ("path" | "terraform" | "self", [name, ..]) => {
                let text = format!("{first}.{name}");
                let text = match first {
                    "terraform" => text,
                    _ => self.in_module(scope.module, &text),
                };
                (Val::unknown(text, UnknownKind::Plain), 1)
            }
            (kind, [name, ..]) => (self.resource(scope.module, kind, name, at)?, 1),
            (_, []) => return fail(at, format!("`{first}` needs a name after it")),
        };
        Ok(value)
    }

    /// Evaluates something once; `None` while it is being evaluated.
    pub(super) fn once(
        &self,
        key: Key<'t>,
        at: Span,
        evaluate: impl FnOnce() -> Tried<Val>,
    ) -> Tried<Val> {
        let found = self.known.borrow().get(&key).cloned();
        match found {
            Some(Some(value)) => return Ok(value),
            Some(None) => {
                let (_, _, name, _) = key;
                return give_up(at, format!("`{name}` refers to itself"));
            }
            None => {}
        }

        self.known.borrow_mut().insert(key, None);
        let value = evaluate();
        let mut known = self.known.borrow_mut();
        match &value {
            Ok(value) => known.insert(key, Some(value.clone())),
            Err(_) => known.remove(&key),
        };
        value
    }

    fn local(&self, name: &'t str, scope: &Scope<'t>, at: Span) -> Tried<Val> {
        let declared = self.directory(scope.module);
        let Some(local) = declared.and_then(|it| it.locals.get(name)) else {
            let text = self.in_module(scope.module, &format!("local.{name}"));
            return Ok(Val::unknown(text, UnknownKind::Plain));
        };
        let key = (scope.module, Kind::Local, name, scope.assumes);
        self.once(key, at, || {
            let inside = Scope {
                assumes: scope.assumes,
                ..Scope::of_module(scope.module, local.file)
            };
            self.eval(local.expression, &inside)
        })
    }

    /// A data source; lists that AWS manages are known by their name.
    fn data(&self, scope: &Scope<'t>, kind: &'t str, name: &'t str) -> Val {
        let address = self.in_module(scope.module, &format!("data.{kind}.{name}"));
        let declared = self.directory(scope.module);
        let node = declared.and_then(|it| it.data.get(&(kind, name)));
        match node {
            Some(node) if self.managed_list(kind, node, scope.module).is_some() => {
                Val::Instance(Rc::new(Instance {
                    module: scope.module,
                    kind: "aws_ec2_managed_prefix_list".into(),
                    name: name.into(),
                    key: InstanceKey::Single,
                    address: address.into(),
                }))
            }
            Some(_) | None => Val::unknown(address, UnknownKind::Plain),
        }
    }

    /// A resource: an instance, a list or a map of them.
    fn resource(&self, module: usize, kind: &'t str, name: &'t str, at: Span) -> Tried<Val> {
        let declared = self.directory(module);
        let text = self.in_module(module, &format!("{kind}.{name}"));
        let Some(node) = declared.and_then(|it| it.resources.get(&(kind, name))) else {
            return Ok(Val::unknown(text, UnknownKind::Plain));
        };

        let instance = |key: InstanceKey| {
            let address = format!("{text}{}", key.in_brackets());
            Val::Instance(Rc::new(Instance {
                module,
                kind: kind.into(),
                name: name.into(),
                key,
                address: address.into(),
            }))
        };
        match &*self.expansion(module, (kind, name), *node, at)? {
            Expansion::Single => Ok(instance(InstanceKey::Single)),
            Expansion::Count(count) => {
                let all = (0..*count).map(|n| instance(InstanceKey::Index(n)));
                self.made(Val::list(all.collect()), at)
            }
            Expansion::Each(entries) => {
                let keys = entries.iter().map(|(key, _)| key);
                let all = keys.map(|key| (key.clone(), instance(InstanceKey::Name(key.clone()))));
                self.made(Val::map(all.collect()), at)
            }
            Expansion::Unknown(_) => Ok(Val::unknown(text, UnknownKind::Plain)),
        }
    }

    /// An attribute of a value.
    pub(super) fn attribute(
        &self,
        value: &Val,
        name: &'t str,
        scope: &Scope<'t>,
        at: Span,
    ) -> Tried<Val> {
        match value {
            Val::Unknown(unknown) => Ok(unknown_attribute(unknown, name)),
            Val::Map(entries) => match entries.values.get(name) {
                Some(value) => Ok(value.clone()),
                None => fail(at, format!("there is no attribute `{name}`")),
            },
            Val::Instance(instance) => self.instance_attribute(instance, name, scope, at),
            other => fail(
                at,
                format!("{} has no attribute `{name}`", other.describe()),
            ),
        }
    }

    fn instance_attribute(
        &self,
        instance: &Rc<Instance>,
        name: &'t str,
        scope: &Scope<'t>,
        at: Span,
    ) -> Tried<Val> {
        if &*instance.kind == "module" {
            return self.output(instance.module, name, scope.assumes, at);
        }
        let text = format!("{}.{name}", instance.address);
        if name == "id" && IDENTIFIED.contains(&&*instance.kind) {
            let address = instance.address.clone();
            return Ok(Val::unknown(text, UnknownKind::Id(address)));
        }
        if WRITTEN.contains(&(&*instance.kind, name))
            && let Some(written) = self.written_attribute(instance, name)
        {
            let inside = Scope {
                file: written.file,
                assumes: scope.assumes,
                ..self.instance_scope(instance, at)?
            };
            return match self.eval(written.expression, &inside)? {
                Val::Null => Ok(Val::unknown(text, UnknownKind::Plain)),
                value => Ok(value),
            };
        }
        Ok(Val::unknown(text, UnknownKind::Plain))
    }

    fn written_attribute(&self, instance: &Instance, name: &str) -> Option<Written<'t>> {
        let declared = self.directory(instance.module)?;
        let mut all = declared.resources.iter();
        let wanted = (&*instance.kind, &*instance.name);
        all.find(|(key, _)| **key == wanted)?.1.attribute(name)
    }

    /// The scope of an instance of a resource.
    fn instance_scope(&self, instance: &Instance, at: Span) -> Tried<Scope<'t>> {
        let scope = Scope::of_module(instance.module, at.file.0 as usize);
        let expansions = self.expansions.borrow();
        let wanted = (instance.module, &*instance.kind, &*instance.name);
        let mut all = expansions.iter();
        let found = all
            .find(|(key, _)| **key == wanted)
            .and_then(|it| it.1.clone());
        Ok(match (&instance.key, found.as_deref()) {
            (InstanceKey::Index(index), _) => Scope {
                count: Some(*index),
                ..scope
            },
            (InstanceKey::Name(key), Some(Expansion::Each(entries))) => {
                let mut entries = entries.iter();
                let value = entries
                    .find(|(other, _)| other == key)
                    .map(|it| it.1.clone());
                Scope {
                    each: Some((Val::Text(key.clone()), value.unwrap_or(Val::Null))),
                    ..scope
                }
            }
            (InstanceKey::Single | InstanceKey::Name(_), _) => scope,
        })
    }
}

/// The name that a step asks for.
fn name_of<'t>(step: &&'t TraversalOperator) -> Option<&'t str> {
    match step {
        TraversalOperator::GetAttr(name) => Some(name.as_str()),
        _ => None,
    }
}

fn each(scope: &Scope<'_>, at: Span) -> Tried<(Val, Val)> {
    match &scope.each {
        Some(each) => Ok(each.clone()),
        None => fail(at, "`each` stands outside of a `for_each`"),
    }
}

/// An attribute of an unknown value; that of a variable with a default has one as well.
fn unknown_attribute(unknown: &Rc<Unknown>, name: &str) -> Val {
    let text = format!("{}.{name}", unknown.text);
    let kind = match &unknown.kind {
        UnknownKind::Element(_) | UnknownKind::FromElement => UnknownKind::FromElement,
        UnknownKind::Variable(_, Some(Val::Map(default))) => {
            UnknownKind::Variable(text.as_str().into(), default.values.get(name).cloned())
        }
        UnknownKind::Variable(..)
        | UnknownKind::Plain
        | UnknownKind::Union(_)
        | UnknownKind::Id(_) => UnknownKind::Plain,
    };
    Val::unknown(text, kind)
}
