//! What a target would refuse of names.

use super::ALL;
use super::claims::{Claim, NamedState};
use super::definition::Target;
use crate::diagnostic::{MeaningProblem, Problem, Problems};

/// Reports names that a target would refuse: one for two resources, and one that an earlier name of
/// a tier makes a second time.
pub fn check_claims(named: NamedState<'_>) -> Problems {
    let mut problems = Problems::default();
    for target in &ALL {
        if problems.is_empty() {
            problems.extend(repeated_claims(target, (target.claims)(named)));
        }
    }
    for target in &ALL {
        if problems.is_empty() {
            problems.extend((target.check_moves)(named));
        }
    }
    problems
}

/// Reports duplicate names.
fn repeated_claims(target: &Target, mut claims: Vec<Claim>) -> Vec<Problem> {
    claims.sort();
    let same = |pair: &&[Claim]| pair[0].0 == pair[1].0;
    let problem = |pair: &[Claim]| {
        let (span, first, name) = (pair[1].1, pair[0].1, pair[0].0.clone());
        Problem::Meaning(MeaningProblem::OneName {
            span,
            name,
            first,
            target: target.title,
        })
    };
    claims.windows(2).filter(same).map(problem).collect()
}
