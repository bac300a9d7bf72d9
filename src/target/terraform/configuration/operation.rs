//! Operators.

use super::value::Val;
use hcl_edit::expr::{BinaryOperator, UnaryOperator};

/// `-x`, `!x`
pub(super) fn unary(operator: UnaryOperator, value: &Val) -> Result<Val, String> {
    let known = match operator {
        UnaryOperator::Neg => value.as_number().map(|number| Val::Number(-number)),
        UnaryOperator::Not => value.as_bool().map(|value| Val::Bool(!value)),
    };
    match (known, value) {
        (Some(value), _) => Ok(value),
        (None, Val::Unknown(_) | Val::Template(_)) => {
            let text = format!("{}{}", operator.as_str(), value.render());
            Ok(Val::unknown_from(text, &[value]))
        }
        (None, other) => Err(format!("`{}` of {}", operator.as_str(), other.describe())),
    }
}

/// `a + b`, `a == b`, `a && b`
pub(super) fn binary(operator: BinaryOperator, left: &Val, right: &Val) -> Result<Val, String> {
    let known = match operator {
        BinaryOperator::Eq => equal(left, right).map(Val::Bool),
        BinaryOperator::NotEq => equal(left, right).map(|equal| Val::Bool(!equal)),
        BinaryOperator::And => decide(left, right, false),
        BinaryOperator::Or => decide(left, right, true),
        BinaryOperator::LessEq => compare(left, right, |a, b| a <= b),
        BinaryOperator::GreaterEq => compare(left, right, |a, b| a >= b),
        BinaryOperator::Less => compare(left, right, |a, b| a < b),
        BinaryOperator::Greater => compare(left, right, |a, b| a > b),
        BinaryOperator::Plus => calculate(left, right, |a, b| a + b),
        BinaryOperator::Minus => calculate(left, right, |a, b| a - b),
        BinaryOperator::Mul => calculate(left, right, |a, b| a * b),
        BinaryOperator::Div => calculate(left, right, |a, b| a / b),
        BinaryOperator::Mod => calculate(left, right, |a, b| a % b),
    };
    let is_open = |value: &Val| !value.is_known();
    let is_equality = matches!(operator, BinaryOperator::Eq | BinaryOperator::NotEq);
    let is_wrong = !is_equality && (is_composed(left) || is_composed(right));
    match known.filter(|_| !is_wrong) {
        Some(value) => Ok(value),
        None if !is_wrong && (is_open(left) || is_open(right)) => {
            let text = format!("{} {} {}", left.render(), operator.as_str(), right.render());
            Ok(Val::unknown_from(text, &[left, right]))
        }
        None => Err(format!(
            "`{}` of {} and {}",
            operator.as_str(),
            left.describe(),
            right.describe()
        )),
    }
}

/// Whether a value is no number, and no truth value.
fn is_composed(value: &Val) -> bool {
    match value {
        Val::Null | Val::List(_) | Val::Set(_) | Val::Map(_) | Val::Instance(_) => true,
        Val::Bool(_) | Val::Number(_) | Val::Text(_) | Val::Template(_) | Val::Unknown(_) => false,
    }
}

/// Whether two values are equal; `None` where that is unknown.
///
/// An id of something that the configuration makes is never null.
fn equal(left: &Val, right: &Val) -> Option<bool> {
    use super::value::UnknownKind;
    match (left, right) {
        (Val::Unknown(one), Val::Null) | (Val::Null, Val::Unknown(one)) => {
            matches!(one.kind, UnknownKind::Id(_)).then_some(false)
        }
        (Val::Template(_), Val::Null) | (Val::Null, Val::Template(_)) => Some(false),
        (one, other) if one.is_known() && other.is_known() => Some(one.is_same(other)),
        _ => None,
    }
}

/// `&&` and `||`: one side that is `decisive` decides, whatever the other is.
fn decide(left: &Val, right: &Val, decisive: bool) -> Option<Val> {
    match (left.as_bool(), right.as_bool()) {
        (Some(one), _) if one == decisive => Some(Val::Bool(decisive)),
        (_, Some(other)) if other == decisive => Some(Val::Bool(decisive)),
        (Some(_), Some(_)) => Some(Val::Bool(!decisive)),
        (Some(_) | None, None) | (None, Some(_)) => None,
    }
}

fn compare(left: &Val, right: &Val, holds: fn(f64, f64) -> bool) -> Option<Val> {
    let (left, right) = (left.as_number()?, right.as_number()?);
    Some(Val::Bool(holds(left, right)))
}

fn calculate(left: &Val, right: &Val, result: fn(f64, f64) -> f64) -> Option<Val> {
    let number = result(left.as_number()?, right.as_number()?);
    number.is_finite().then_some(Val::Number(number))
}
