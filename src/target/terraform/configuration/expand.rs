//! `count` and `for_each`: how many instances a block has.

use super::evaluator::Evaluator;
use super::expression::pairs_of;
use super::instances::{Expansion, Undecided};
use super::load::{Node, ResourceName, Written};
use super::scope::{Scope, Tried, fail, give_up};
use super::value::{Val, number_text};
use crate::source::Span;
use std::rc::Rc;

/// The most instances of one block.
const MOST_INSTANCES: usize = 1 << 16;

impl<'t> Evaluator<'t> {
    /// The instances of a resource; variables without a value have their default.
    pub(super) fn expansion(
        &self,
        module: usize,
        name: ResourceName<'t>,
        node: Node<'t>,
        at: Span,
    ) -> Tried<Rc<Expansion>> {
        let key = (module, name.0, name.1);
        let found = self.expansions.borrow().get(&key).cloned();
        match found {
            Some(Some(expansion)) => return Ok(expansion),
            Some(None) => {
                let message = format!(
                    "how many `{}.{}` there are depends on itself",
                    name.0, name.1
                );
                return give_up(at, message);
            }
            None => {}
        }

        self.expansions.borrow_mut().insert(key, None);
        let expansion = self.expand(node, &Scope::of_module(module, node.file));
        let mut expansions = self.expansions.borrow_mut();
        match expansion {
            Ok(expansion) => {
                let expansion = Rc::new(expansion);
                expansions.insert(key, Some(expansion.clone()));
                Ok(expansion)
            }
            Err(failure) => {
                expansions.remove(&key);
                Err(failure)
            }
        }
    }

    /// The instances of a block by its `count` or its `for_each`.
    pub(super) fn expand(&self, node: Node<'t>, scope: &Scope<'t>) -> Tried<Expansion> {
        match (node.attribute("count"), node.attribute("for_each")) {
            (None, None) => Ok(Expansion::Single),
            (Some(_), Some(each)) => fail(each.span(), "a block has `count` or `for_each`"),
            (Some(count), None) => self.expand_count(count, scope),
            (None, Some(each)) => self.expand_each(each, scope),
        }
    }

    fn expand_count(&self, count: Written<'t>, scope: &Scope<'t>) -> Tried<Expansion> {
        let value = self.eval_assumed(count.expression, scope)?;
        match (value.as_number(), &value) {
            (Some(number), _) if number.fract() == 0.0 && number >= 0.0 => {
                match number < MOST_INSTANCES as f64 {
                    true => Ok(Expansion::Count(number as usize)),
                    false => give_up(
                        count.span(),
                        format!("more than {MOST_INSTANCES} instances"),
                    ),
                }
            }
            (Some(number), _) => fail(count.span(), format!("`count` is {}", number_text(number))),
            (None, Val::Unknown(_) | Val::Template(_)) => Ok(Expansion::Unknown(Undecided {
                text: value.render(),
                at: count.span(),
            })),
            (None, other) => fail(
                count.span(),
                format!("expected a number, found {}", other.describe()),
            ),
        }
    }

    fn expand_each(&self, each: Written<'t>, scope: &Scope<'t>) -> Tried<Expansion> {
        let value = self.eval_assumed(each.expression, scope)?;
        let pairs = match &value {
            Val::Unknown(_) => {
                return Ok(Expansion::Unknown(Undecided {
                    text: value.render(),
                    at: each.span(),
                }));
            }
            Val::Set(_) | Val::Map(_) => pairs_of(&value).unwrap_or_default(),
            other => {
                let message = format!(
                    "`for_each` needs a map, or a set of texts, and has {}: `toset(…)`",
                    other.describe()
                );
                return fail(each.span(), message);
            }
        };
        let mut entries = Vec::with_capacity(pairs.len());
        for (key, value) in pairs {
            match key.as_text() {
                Some(key) => entries.push((key, value)),
                None => return fail(each.span(), "`for_each` needs a set of known texts"),
            }
        }
        Ok(Expansion::Each(entries))
    }

    /// A value that decides what there is: where it is unknown, variables without a value have
    /// their default.
    pub(super) fn eval_assumed(
        &self,
        expression: &'t hcl_edit::expr::Expression,
        scope: &Scope<'t>,
    ) -> Tried<Val> {
        let value = self.eval(expression, scope)?;
        match &value {
            Val::Unknown(_) | Val::Template(_) => self.eval_settled(expression, &scope.assuming()),
            _ => Ok(value),
        }
    }
}
