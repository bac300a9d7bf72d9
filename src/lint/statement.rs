//! The statement that a finding is about.

use crate::diagnostic::TextChange;
use crate::policy::{Annotation, Policy};
use crate::source::{FileId, Span};

/// The annotations of the statement at a position, with their indices; annotations are in the order
/// of their statements.
pub(super) fn annotations_around(
    policy: &Policy,
    place: Span,
) -> impl Iterator<Item = (usize, &Annotation)> {
    let before = |it: &Annotation| (it.statement.file, it.statement.end) < (place.file, place.end);
    let first = policy.annotations.partition_point(before);
    let all = policy.annotations.iter().enumerate().skip(first);
    all.take_while(move |(_, annotation)| annotation.statement.holds(place))
}

/// The edit that deletes a statement, and its annotations with it.
pub(super) fn delete_statement(policy: &Policy, statement: Span) -> TextChange {
    let mut gone = vec![statement];
    gone.extend(annotations_around(policy, statement).map(|(_, annotation)| annotation.span));
    TextChange::Remove(gone)
}

/// Whether a fact about a position holds in every run: included files can be part of other
/// programs, and values of parameters change networks.
pub(super) fn holds_always(policy: &Policy, place: Span) -> bool {
    place.file == FileId(0) && policy.params.iter().all(|param| !param.bound)
}
