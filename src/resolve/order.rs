//! Sorts definitions by dependency.

use super::scope::Scope;
use crate::ast;
use crate::diagnostic::{NameKind, NameProblem};

/// A topological order of `0..count`, and the pairs (a, b) where a cycle was cut: a depends on b,
/// and b on a. Not recursive, so that a long chain does not overflow the stack.
pub fn sort_by_dependency(
    count: usize,
    depends: impl Fn(usize) -> Vec<usize>,
) -> (Vec<usize>, Vec<(usize, usize)>) {
    let mut state = vec![VisitState::New; count];
    let (mut sorted, mut cut) = (Vec::with_capacity(count), Vec::new());

    for root in 0..count {
        if state[root] != VisitState::New {
            continue;
        }

        state[root] = VisitState::Open;
        let mut path = vec![(root, depends(root).into_iter())];

        while let Some((node, rest)) = path.last_mut() {
            let node = *node;
            match rest.next() {
                Some(next) if state[next] == VisitState::New => {
                    state[next] = VisitState::Open;
                    path.push((next, depends(next).into_iter()));
                }
                Some(next) if state[next] == VisitState::Open => cut.push((node, next)),
                Some(_) => {}
                None => {
                    state[node] = VisitState::Done;
                    sorted.push(node);
                    path.pop();
                }
            }
        }
    }

    (sorted, cut)
}

/// The state of a definition in the depth-first search.
#[derive(Clone, Copy, PartialEq)]
enum VisitState {
    New,
    /// On the current path.
    Open,
    Done,
}

/// Reports each pair at which a cycle of definitions was cut, with the names of positions.
pub fn report_cycles(
    scope: &mut Scope<'_>,
    kind: NameKind,
    cut: Vec<(usize, usize)>,
    name: impl Fn(usize) -> ast::Name,
) {
    for (from, to) in cut {
        let text = scope.text(name(to)).to_string();
        scope.problems.push(NameProblem::Cycle {
            span: name(to).span,
            kind,
            name: text,
            through: name(from).span,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::sort_by_dependency;

    #[test]
    fn dependencies_come_first() {
        let edges = [vec![1, 2], vec![2], vec![], vec![3]];
        let (sorted, cut) = sort_by_dependency(4, |n| edges[n].clone());
        assert_eq!(sorted, [2, 1, 0, 3]);
        assert_eq!(cut, [(3, 3)]);
    }

    #[test]
    fn a_long_chain_does_not_overflow_the_stack() {
        let (sorted, cut) =
            sort_by_dependency(1_000_000, |n| if n == 0 { vec![] } else { vec![n - 1] });
        assert_eq!((sorted.len(), cut.len()), (1_000_000, 0));
        assert_eq!(
            sort_by_dependency(1_000_000, |n| vec![(n + 1) % 1_000_000]).1,
            [(999_999, 0)]
        );
    }
}
