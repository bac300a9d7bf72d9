//! Where an expression is evaluated, and why it cannot be.

use super::value::Val;
use crate::source::Span;
use std::rc::Rc;

/// Where an expression is evaluated.
#[derive(Debug, Clone)]
pub(super) struct Scope<'t> {
    /// The number of its module.
    pub(super) module: usize,
    /// The file that has it.
    pub(super) file: usize,
    /// Whether variables without a value have their default.
    pub(super) assumes: bool,
    /// `each.key` and `each.value`
    pub(super) each: Option<(Val, Val)>,
    /// `count.index`
    pub(super) count: Option<usize>,
    /// Names of loops and of iterators of blocks, the innermost first.
    pub(super) names: Option<Rc<Named<'t>>>,
}

/// A name of a loop.
#[derive(Debug)]
pub(super) struct Named<'t> {
    name: &'t str,
    value: Val,
    outer: Option<Rc<Named<'t>>>,
}

impl<'t> Scope<'t> {
    /// The scope of a module, in one of its files.
    pub(super) fn of_module(module: usize, file: usize) -> Scope<'t> {
        Scope {
            module,
            file,
            assumes: false,
            each: None,
            count: None,
            names: None,
        }
    }

    /// The same in which variables without a value have their default.
    pub(super) fn assuming(&self) -> Scope<'t> {
        Scope {
            assumes: true,
            ..self.clone()
        }
    }

    /// The same with one more name.
    pub(super) fn with(&self, name: &'t str, value: Val) -> Scope<'t> {
        Scope {
            names: Some(Rc::new(Named {
                name,
                value,
                outer: self.names.clone(),
            })),
            ..self.clone()
        }
    }

    /// The value of a name.
    pub(super) fn find(&self, name: &str) -> Option<&Val> {
        self.names().find(|it| it.0 == name).map(|it| it.1)
    }

    /// The names with their values, the innermost first.
    fn names(&self) -> impl Iterator<Item = (&'t str, &Val)> {
        let first = self.names.as_deref();
        let all = std::iter::successors(first, |named| named.outer.as_deref());
        all.map(|named| (named.name, &named.value))
    }

    /// What an expression means here that means something else elsewhere: the names in it, with
    /// their values.
    pub(super) fn describe_names(&self, text: &str) -> String {
        let mut parts: Vec<String> = self
            .names()
            .filter(|(name, _)| text.contains(name))
            .map(|(name, value)| format!("{name} = {}", value.render()))
            .collect();
        if let (Some((key, value)), true) = (&self.each, text.contains("each")) {
            parts.push(format!("each = {}: {}", key.render(), value.render()));
        }
        if let (Some(index), true) = (self.count, text.contains("count")) {
            parts.push(format!("count.index = {index}"));
        }
        match parts.is_empty() {
            true => String::new(),
            false => format!(" with {}", parts.join(", ")),
        }
    }
}

/// Why an expression has no value.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    pub(super) message: String,
    pub(super) at: Span,
    /// Whether `try` does not hide it: the configuration is too much, or without end.
    pub(super) is_final: bool,
}

/// A result, or why there is none.
pub(super) type Tried<T> = Result<T, Box<Failure>>;

/// A failure at a place.
pub(super) fn fail<T>(at: Span, message: impl Into<String>) -> Tried<T> {
    Err(Box::new(Failure {
        message: message.into(),
        at,
        is_final: false,
    }))
}

/// One that `try` does not hide.
pub(super) fn give_up<T>(at: Span, message: impl Into<String>) -> Tried<T> {
    Err(Box::new(Failure {
        message: message.into(),
        at,
        is_final: true,
    }))
}
