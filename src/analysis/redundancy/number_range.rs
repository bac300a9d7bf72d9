//! The numbers that a rule admits as one range.

use crate::net::{Protocol, Traffic};
use std::cmp::Reverse;

/// The protocol of a rule, and its first and its last number: of ports, types and codes, or
/// protocols. A wider range sorts before those with the same start.
pub(super) type NumberRange = (Protocol, u16, Reverse<u16>);

/// The numbers of a rule as one range.
pub(super) fn number_range(traffic: Traffic) -> NumberRange {
    let (from, to) = traffic.stretch();
    (traffic.protocol(), from, Reverse(to))
}

/// Whether one piece of traffic has all of another, whatever is set at deployment.
pub(super) fn is_wider(outer: Traffic, inner: Traffic) -> bool {
    if outer.unknown_ports().is_some() {
        return outer == inner;
    }
    let (a, from, Reverse(to)) = number_range(outer);
    let (b, first, Reverse(last)) = number_range(inner);
    a == Protocol::All || a == b && from <= first && last <= to
}

/// Whether two pieces of traffic may have anything in common.
pub(super) fn traffic_overlaps(one: Traffic, other: Traffic) -> bool {
    let (a, from, Reverse(to)) = number_range(one);
    let (b, first, Reverse(last)) = number_range(other);
    a == Protocol::All || b == Protocol::All || a == b && from <= last && first <= to
}
