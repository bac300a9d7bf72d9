//! Rules that others with the same peer cover.

use super::gate_rule::GateRule;
use super::number_range::{NumberRange, number_range};
use crate::net::{Family, Protocol, TrafficSet};
use std::cmp::Reverse;

/// The rules with one peer that the others and a background cover. The numbers of a rule are one
/// range, so that only neighbours in sort order need to be compared.
pub(super) fn covered_rules(
    rules: &[GateRule],
    own: &[usize],
    background: &TrafficSet,
    family: Family,
) -> Vec<usize> {
    let range = |n: &usize| (number_range(rules[*n].traffic), *n);
    let mut order: Vec<(NumberRange, usize)> = own.iter().map(range).collect();
    order.sort_unstable();

    let are_apart = |pair: &[(NumberRange, usize)]| {
        let ((a, _, Reverse(last)), (b, first, _)) = (pair[0].0, pair[1].0);
        a != Protocol::All && (a != b || last < first)
    };

    if background.is_empty() && order.windows(2).all(are_apart) {
        return Vec::new();
    }

    let set = |n: usize| TrafficSet::new(rules[n].traffic, family);
    let (mut covered, kept) = covered_by_one(order, set);
    covered.extend(covered_by_neighbours(&kept, background, set));

    covered
}

/// The rules that the widest one before them covers alone, and the remaining ones.
fn covered_by_one(
    order: Vec<(NumberRange, usize)>,
    set: impl Fn(usize) -> TrafficSet,
) -> (Vec<usize>, Vec<usize>) {
    let (mut covered, mut kept): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
    for (_, n) in order {
        let one = set(n);
        if one.is_empty() {
            continue;
        }
        let widest = kept.last();
        if widest.is_some_and(|widest| set(*widest).covers(&one)) {
            covered.push(n);
        } else {
            kept.push(n);
        }
    }

    (covered, kept)
}

/// The rules that their neighbours and a background cover together. A covered rule does not count
/// as a neighbour.
fn covered_by_neighbours(
    rules: &[usize],
    background: &TrafficSet,
    set: impl Fn(usize) -> TrafficSet,
) -> Vec<usize> {
    let mut covered = Vec::new();
    let mut before: Option<TrafficSet> = None;

    for (n, rule) in rules.iter().enumerate() {
        let one = set(*rule);
        let after = rules.get(n + 1).map(|next| set(*next));
        let around = [Some(background), before.as_ref(), after.as_ref()];
        let around = TrafficSet::union_of(around.into_iter().flatten());
        if around.covers(&one) {
            covered.push(*rule);
        } else {
            before = Some(one);
        }
    }

    covered
}
