//! Names that a target would reject.

use super::ALL;
use super::claims::{Claim, NamedState};
use super::definition::Target;
use crate::aws::MOST_TAGS;
use crate::diagnostic::{MeaningProblem, Problem, Problems};
use crate::groups::{Deployment, Rule, SentenceId};
use std::collections::BTreeSet;

/// Reports names that a target would reject: one of two resources, and one that an earlier name of
/// a tier would produce again.
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

/// Reports rules to which several sentences together give more tags than AWS accepts, each at its
/// last sentence.
pub fn check_rule_tags(deployment: &Deployment<'_>) -> Problems {
    let mut problems = Problems::default();
    let policy = deployment.policy();
    let lists = policy.sentence_tags.lists();
    let keys: BTreeSet<&String> = lists
        .flat_map(|(_, tags)| tags.iter().map(|(key, _)| key))
        .collect();
    if keys.len() <= MOST_TAGS {
        return problems;
    }

    let groups = deployment.groups.iter();
    let rules = groups.flat_map(|group| group.ingress.iter().chain(&group.egress));
    let has_many = |rule: &&Rule| deployment.rule_tags(rule).len() > MOST_TAGS;
    let sentences = rules
        .filter(has_many)
        .filter_map(|rule| deployment.rule_sentences(rule).pop());

    for sentence in sentences.collect::<BTreeSet<SentenceId>>() {
        problems.push(MeaningProblem::BadTag {
            span: policy.sentence(sentence).span,
            why: "a rule has at most 50 tags, those of all its sentences together",
        });
    }
    problems
}
