//! Evaluates expressions.
//!
//! What depends on something unknown is unknown: an expression whose text has the values that are
//! known in the place of their names, so that equal texts stand for equal values.

use super::evaluator::Evaluator;
use super::functions;
use super::load::span_in;
use super::operation::{binary, unary};
use super::scope::{Scope, Tried, fail};
use super::value::{UnknownKind, Val};
use crate::source::Span;
use hcl_edit::Span as _;
use hcl_edit::expr::{
    Conditional, Expression, ForExpr, FuncCall, Object, ObjectKey, Traversal, TraversalOperator,
};
use hcl_edit::template::{Element, Template};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Functions whose value is another each time: Terraform documentation of each.
const IMPURE: [&str; 4] = ["bcrypt", "plantimestamp", "timestamp", "uuid"];

/// Functions whose result has the elements of all their arguments.
const UNIONS: [&str; 9] = [
    "compact", "concat", "distinct", "flatten", "reverse", "setunion", "sort", "tolist", "toset",
];

impl<'t> Evaluator<'t> {
    /// The value of an expression.
    pub(super) fn eval(&self, expression: &'t Expression, scope: &Scope<'t>) -> Tried<Val> {
        let at = span_in(scope.file, expression.span());
        self.enter(at)?;
        let value = self.eval_inside(expression, scope, at);
        self.leave();
        value
    }

    /// The value where what is looked into: the default of a variable, if that may be assumed.
    pub(super) fn eval_settled(&self, expression: &'t Expression, scope: &Scope<'t>) -> Tried<Val> {
        let value = self.eval(expression, scope)?;
        let at = span_in(scope.file, expression.span());
        self.settle(value, scope, at)
    }

    fn eval_inside(&self, expression: &'t Expression, scope: &Scope<'t>, at: Span) -> Tried<Val> {
        match expression {
            Expression::Null(_) => Ok(Val::Null),
            Expression::Bool(value) => Ok(Val::Bool(*value.value())),
            Expression::Number(number) => {
                Ok(Val::Number(number.value().as_f64().unwrap_or_default()))
            }
            Expression::String(text) => Ok(Val::text(text.value())),
            Expression::Array(items) => {
                let values: Tried<Vec<_>> =
                    items.iter().map(|item| self.eval(item, scope)).collect();
                self.made(Val::list(values?), at)
            }
            Expression::Object(object) => self.eval_object(object, scope, at),
            Expression::StringTemplate(template) => self.eval_template(template, scope, at),
            Expression::HeredocTemplate(heredoc) => {
                self.eval_template(&heredoc.template, scope, at)
            }
            Expression::Parenthesis(inner) => self.eval(inner.inner(), scope),
            Expression::Variable(name) => match scope.find(name.as_str()) {
                Some(value) => Ok(value.clone()),
                None => fail(at, format!("`{}` alone is no value", name.as_str())),
            },
            Expression::Conditional(conditional) => self.eval_conditional(conditional, scope),
            Expression::FuncCall(call) => self.eval_call(call, scope, at),
            Expression::Traversal(traversal) => self.eval_traversal(traversal, scope, at),
            Expression::UnaryOp(operation) => {
                let value = self.eval_settled(&operation.expr, scope)?;
                self.made(unary(*operation.operator.value(), &value), at)
            }
            Expression::BinaryOp(operation) => {
                let left = self.eval_settled(&operation.lhs_expr, scope)?;
                let right = self.eval_settled(&operation.rhs_expr, scope)?;
                self.charge(left.weight() + right.weight(), at)?;
                self.made(binary(*operation.operator.value(), &left, &right), at)
            }
            Expression::ForExpr(for_expr) => self.eval_for(for_expr, expression, scope),
        }
    }

    /// A value that was made, or why it could not be.
    pub(super) fn made(&self, value: Result<Val, String>, at: Span) -> Tried<Val> {
        match value {
            Ok(value) => Ok(value),
            Err(message) => fail(at, message),
        }
    }

    fn eval_object(&self, object: &'t Object, scope: &Scope<'t>, at: Span) -> Tried<Val> {
        let mut entries = BTreeMap::new();
        for (key, value) in object {
            let key = match key {
                ObjectKey::Ident(name) => Val::text(name.as_str()),
                ObjectKey::Expression(expression) => self.eval_settled(expression, scope)?,
            };
            let value = self.eval(value.expr(), scope)?;
            match key.as_text() {
                Some(key) => entries.insert(key, value),
                None => return Ok(self.unknown_source(at, scope, &[&key, &value])),
            };
        }
        self.made(Val::map(entries), at)
    }

    fn eval_template(&self, template: &'t Template, scope: &Scope<'t>, at: Span) -> Tried<Val> {
        let mut parts = Vec::with_capacity(template.len());
        for element in template {
            match element {
                Element::Literal(text) => parts.push(Val::text(text.value())),
                Element::Interpolation(inside)
                    if !inside.strip.strip_start() && !inside.strip.strip_end() =>
                {
                    let value = self.eval_settled(&inside.expr, scope)?;
                    let is_text = value.as_text().is_some()
                        || matches!(value, Val::Template(_) | Val::Unknown(_));
                    if template.len() == 1 {
                        return Ok(value);
                    } else if !is_text {
                        let at = span_in(scope.file, inside.expr.span());
                        return fail(at, format!("expected a text, found {}", value.describe()));
                    }
                    parts.push(value);
                }
                // loops and conditions in texts are not worked out
                Element::Interpolation(_) | Element::Directive(_) => {
                    return Ok(self.unknown_source(at, scope, &[]));
                }
            }
        }
        self.made(Val::template(parts), at)
    }

    fn eval_conditional(&self, conditional: &'t Conditional, scope: &Scope<'t>) -> Tried<Val> {
        let condition = self.eval_settled(&conditional.cond_expr, &scope.assuming())?;
        match (condition.as_bool(), &condition) {
            (Some(true), _) => self.eval(&conditional.true_expr, scope),
            (Some(false), _) => self.eval(&conditional.false_expr, scope),
            (None, Val::Unknown(_) | Val::Template(_)) => {
                let yes = self.eval(&conditional.true_expr, scope)?;
                let no = self.eval(&conditional.false_expr, scope)?;
                let text = format!(
                    "{} ? {} : {}",
                    condition.render(),
                    yes.render(),
                    no.render()
                );
                Ok(match yes.is_same(&no) {
                    true => yes,
                    false => Val::unknown_from(text, &[&condition, &yes, &no]),
                })
            }
            (None, other) => {
                let at = span_in(scope.file, conditional.cond_expr.span());
                fail(
                    at,
                    format!("expected true or false, found {}", other.describe()),
                )
            }
        }
    }

    fn eval_call(&self, call: &'t FuncCall, scope: &Scope<'t>, at: Span) -> Tried<Val> {
        let name = call.name.name.as_str();
        match (call.name.is_namespaced(), name) {
            (false, "try") => return self.eval_try(call, scope, at),
            (false, "can") => return self.eval_can(call, scope, at),
            (_, _) => {}
        }

        let mut arguments = Vec::with_capacity(call.args.len());
        for argument in call.args.iter() {
            arguments.push(self.eval_settled(argument, scope)?);
        }
        if call.args.expand_final()
            && let Some(last) = arguments.pop()
        {
            match last.as_items() {
                Some(items) => arguments.extend(items.iter().cloned()),
                None if last.is_unknown() => {
                    return Ok(self.unknown_source(at, scope, &[&last]));
                }
                None => return fail(at, format!("expected a list, found {}", last.describe())),
            }
        }
        self.charge(arguments.iter().map(Val::weight).sum(), at)?;

        let called = match call.name.is_namespaced() {
            true => Ok(None),
            false => functions::call(name, &arguments),
        };
        match called {
            Ok(Some(value)) => Ok(value),
            Ok(None) if IMPURE.contains(&name) => {
                let place = format!("{name}() of byte {} of file {}", at.start, at.file.0);
                Ok(Val::unknown_from(
                    place,
                    &arguments.iter().collect::<Vec<_>>(),
                ))
            }
            Ok(None) => Ok(self.unknown_call(call, &arguments, scope)),
            Err(message) => fail(at, message),
        }
    }

    /// A call whose value is unknown.
    fn unknown_call(&self, call: &FuncCall, arguments: &[Val], scope: &Scope<'t>) -> Val {
        let name = call.name.name.as_str();
        let shown: Vec<String> = arguments.iter().map(Val::render).collect();
        let text = format!("{name}({})", shown.join(", "));
        let all: Vec<&Val> = arguments.iter().collect();
        // a function without unknown arguments can depend on where it is called: `file("x")`
        if UNIONS.contains(&name) && !all.iter().any(|it| it.depends_on_element()) {
            return Val::unknown(text, UnknownKind::Union(arguments.to_vec()));
        }
        let text = match arguments.iter().all(Val::is_known) {
            true => self.in_module(scope.module, &text),
            false => text,
        };
        Val::unknown_from(text, &all)
    }

    fn eval_try(&self, call: &'t FuncCall, scope: &Scope<'t>, at: Span) -> Tried<Val> {
        for argument in call.args.iter() {
            match self.eval_settled(argument, scope) {
                Ok(value) => return Ok(value),
                Err(failure) if failure.is_final => return Err(failure),
                Err(_) => {}
            }
        }
        fail(at, "`try`: no argument has a value")
    }

    fn eval_can(&self, call: &'t FuncCall, scope: &Scope<'t>, at: Span) -> Tried<Val> {
        let Some(argument) = call.args.iter().next() else {
            return fail(at, "`can`: expected a value");
        };
        match self.eval_settled(argument, scope) {
            Ok(value) if value.is_unknown() => {
                let text = format!("can({})", value.render());
                Ok(Val::unknown_from(text, &[&value]))
            }
            Ok(_) => Ok(Val::Bool(true)),
            Err(failure) if failure.is_final => Err(failure),
            Err(_) => Ok(Val::Bool(false)),
        }
    }

    fn eval_for(
        &self,
        for_expr: &'t ForExpr,
        whole: &'t Expression,
        scope: &Scope<'t>,
    ) -> Tried<Val> {
        let at = span_in(scope.file, whole.span());
        let collection = self.eval_settled(&for_expr.intro.collection_expr, scope)?;
        let Some(pairs) = pairs_of(&collection) else {
            return match collection {
                Val::Unknown(_) => Ok(self.unknown_source(at, scope, &[&collection])),
                other => {
                    let at = span_in(scope.file, for_expr.intro.collection_expr.span());
                    fail(
                        at,
                        format!("expected a list or a map, found {}", other.describe()),
                    )
                }
            };
        };

        let (mut list, mut map) = (Vec::new(), BTreeMap::<Rc<str>, Vec<Val>>::new());
        for (key, value) in pairs {
            let inner = scope.with(for_expr.intro.value_var.as_str(), value);
            let inner = match &for_expr.intro.key_var {
                Some(name) => inner.with(name.as_str(), key),
                None => inner,
            };
            if let Some(condition) = &for_expr.cond {
                let condition = self.eval_settled(&condition.expr, &inner.assuming())?;
                match condition.as_bool() {
                    Some(true) => {}
                    Some(false) => continue,
                    None => return Ok(self.unknown_source(at, scope, &[&collection, &condition])),
                }
            }
            let value = self.eval(&for_expr.value_expr, &inner)?;
            let Some(key) = &for_expr.key_expr else {
                list.push(value);
                continue;
            };
            let key = self.eval_settled(key, &inner)?;
            match key.as_text() {
                Some(key) => map.entry(key).or_default().push(value),
                None => return Ok(self.unknown_source(at, scope, &[&collection, &key])),
            }
        }

        match (for_expr.key_expr.is_some(), for_expr.grouping) {
            (false, _) => self.made(Val::list(list), at),
            (true, true) => {
                let groups = map.into_iter();
                let groups: Result<_, _> = groups
                    .map(|(key, values)| Ok((key, Val::list(values)?)))
                    .collect();
                self.made(groups.and_then(Val::map), at)
            }
            (true, false) => match map.iter().find(|(_, values)| values.len() > 1) {
                Some((key, _)) => fail(at, format!("two elements have the key `{key}`")),
                None => {
                    let single = map.into_iter();
                    let single = single.filter_map(|(key, mut values)| Some((key, values.pop()?)));
                    self.made(Val::map(single.collect()), at)
                }
            },
        }
    }

    fn eval_traversal(&self, traversal: &'t Traversal, scope: &Scope<'t>, at: Span) -> Tried<Val> {
        let steps: Vec<&'t TraversalOperator> =
            traversal.operators.iter().map(|it| it.value()).collect();
        match &traversal.expr {
            Expression::Variable(name) if scope.find(name.as_str()).is_none() => {
                let (value, used) = self.eval_root(name.as_str(), &steps, scope, at)?;
                self.walk(value, &steps[used..], scope, at)
            }
            other => {
                let value = self.eval(other, scope)?;
                self.walk(value, &steps, scope, at)
            }
        }
    }

    /// Follows the steps of a traversal.
    fn walk(
        &self,
        mut value: Val,
        steps: &[&'t TraversalOperator],
        scope: &Scope<'t>,
        at: Span,
    ) -> Tried<Val> {
        let mut rest = steps;
        while let Some((step, after)) = rest.split_first() {
            self.charge(1, at)?;
            value = self.settle(value, scope, at)?;
            rest = after;
            value = match step {
                TraversalOperator::GetAttr(name) => {
                    self.attribute(&value, name.as_str(), scope, at)?
                }
                TraversalOperator::LegacyIndex(index) => {
                    self.element(&value, &Val::Number(*index.value() as f64), at)?
                }
                TraversalOperator::Index(index) => {
                    let index = self.eval_settled(index, scope)?;
                    self.element(&value, &index, at)?
                }
                TraversalOperator::FullSplat(_) => {
                    rest = &[];
                    self.splat(value, after, scope, at)?
                }
                TraversalOperator::AttrSplat(_) => {
                    // what follows the attributes is asked of the list
                    let is_attribute =
                        |it: &&&TraversalOperator| matches!(it, TraversalOperator::GetAttr(_));
                    let attributes = after.iter().take_while(is_attribute).count();
                    rest = &after[attributes..];
                    self.splat(value, &after[..attributes], scope, at)?
                }
            };
        }
        Ok(value)
    }

    fn splat(
        &self,
        value: Val,
        steps: &[&'t TraversalOperator],
        scope: &Scope<'t>,
        at: Span,
    ) -> Tried<Val> {
        self.enter(at)?;
        let all = self.splat_inside(value, steps, scope, at);
        self.leave();
        all
    }

    fn splat_inside(
        &self,
        value: Val,
        steps: &[&'t TraversalOperator],
        scope: &Scope<'t>,
        at: Span,
    ) -> Tried<Val> {
        match &value {
            Val::Null => self.made(Val::list(Vec::new()), at),
            Val::Unknown(unknown) => {
                let all = Val::unknown_from(format!("{}[*]", unknown.text), &[&value]);
                self.walk(all, steps, scope, at)
            }
            Val::List(items) | Val::Set(items) => {
                let each = items.values.iter().cloned();
                let each: Tried<Vec<_>> = each
                    .map(|value| self.walk(value, steps, scope, at))
                    .collect();
                self.made(Val::list(each?), at)
            }
            _ => {
                let single = self.walk(value, steps, scope, at)?;
                self.made(Val::list(vec![single]), at)
            }
        }
    }

    /// The element of a list or a map.
    fn element(&self, value: &Val, index: &Val, at: Span) -> Tried<Val> {
        if value.is_unknown() || index.is_unknown() || matches!(index, Val::Template(_)) {
            let text = format!("{}[{}]", value.render(), index.render());
            return Ok(Val::unknown_from(text, &[value, index]));
        }
        if let (Some(map), Some(key)) = (value.as_map(), index.as_text()) {
            return match map.get(&key) {
                Some(value) => Ok(value.clone()),
                None => fail(at, format!("there is no element `{key}`")),
            };
        }
        match (value, index.as_number()) {
            (Val::List(items), Some(number)) if number >= 0.0 && number.fract() == 0.0 => {
                match items.values.get(number as usize) {
                    Some(value) => Ok(value.clone()),
                    None => fail(at, format!("there are {} elements", items.values.len())),
                }
            }
            _ => {
                let message = format!("{} has no element {}", value.describe(), index.render());
                fail(at, message)
            }
        }
    }

    /// The source text of an expression that is unknown as a whole.
    pub(super) fn unknown_source(&self, at: Span, scope: &Scope<'t>, from: &[&Val]) -> Val {
        let text = &self.configuration.files[at.file.0 as usize].text[at.range()];
        let words: Vec<&str> = text.split_whitespace().collect();
        let text = words.join(" ");
        let names = scope.describe_names(&text);
        let text = self.in_module(scope.module, &format!("{text}{names}"));
        Val::unknown_from(text, from)
    }
}

/// The keys and values that a loop visits.
pub(super) fn pairs_of(collection: &Val) -> Option<Vec<(Val, Val)>> {
    match collection {
        Val::List(items) => {
            let numbered = items.values.iter().enumerate();
            Some(
                numbered
                    .map(|(n, value)| (Val::Number(n as f64), value.clone()))
                    .collect(),
            )
        }
        Val::Set(items) => Some(
            items
                .values
                .iter()
                .map(|it| (it.clone(), it.clone()))
                .collect(),
        ),
        Val::Map(entries) => {
            let entries = entries.values.iter();
            Some(
                entries
                    .map(|(key, value)| (Val::Text(key.clone()), value.clone()))
                    .collect(),
            )
        }
        _ => None,
    }
}
