//! Which instances of blocks there are.

use super::load::{Configuration, Node};
use super::scope::Scope;
use super::value::{InstanceKey, Val};
use crate::source::Span;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The instances of a block.
#[derive(Debug)]
pub(super) enum Expansion {
    Single,
    Count(usize),
    /// The keys and values of `for_each`.
    Each(Vec<(Rc<str>, Val)>),
    /// It is unknown which there are: the expression says it.
    Unknown(Undecided),
}

/// An expression that decides which instances there are, and is unknown.
#[derive(Debug, Clone)]
pub(super) struct Undecided {
    pub(super) text: String,
    pub(super) at: Span,
}

/// An instance of a module.
pub(super) struct Module<'t> {
    /// `module.shop["a"]`; empty for the root module.
    pub(super) address: Rc<str>,
    /// Its directory.
    pub(super) directory: String,
    /// The block that calls it, and where its arguments are evaluated.
    pub(super) call: Option<(Node<'t>, Scope<'t>)>,
    pub(super) depth: usize,
}

/// What a call of a module means.
#[derive(Debug)]
pub(super) enum Called {
    /// The instances, by key.
    Instances(BTreeMap<InstanceKey, usize>, Shape),
    /// It is unknown which there are.
    Undecided(Undecided),
    /// It is downloaded, and is not in the files.
    Elsewhere,
}

/// How the instances of a module are asked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    Single,
    List,
    Map,
}

impl<'t> Module<'t> {
    /// The root module.
    pub(super) fn root(configuration: &Configuration<'t>) -> Module<'t> {
        Module {
            address: "".into(),
            directory: configuration.root.clone(),
            call: None,
            depth: 0,
        }
    }
}
