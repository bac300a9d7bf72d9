//! The statement that a finding is about.

use crate::diagnostic::TextChange;
use crate::policy::{Annotation, Policy};
use crate::source::{FileId, Span};

/// The annotations of the statement that a place is in, with their positions among all, which are
/// in the order of their statements.
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

/// Whether what is true of a place in this run is true in every other: included files stand in
/// other programs too, and other values of parameters make other networks.
pub(super) fn holds_always(policy: &Policy, place: Span) -> bool {
    place.file == FileId(0) && policy.params.iter().all(|param| !param.bound)
}
