//! Judges a program by the lints.

use super::candidate::{Candidate, LintReport};
use super::definition::{Judge, Lint, RoleTiers};
use super::level::Level;
use super::levels::Levels;
use super::merge::merge_candidates;
use super::silencer::Silencer;
use super::subject::Subject;
use super::{ALL, exposure, unused_allow};
use crate::analysis::gate::Gates;
use crate::diagnostic::{Finding, Problems};
use crate::groups::Deployment;
use crate::policy::Policy;

/// Evaluates every lint of a program.
pub fn judge(
    policy: &Policy,
    gates: Gates<'_>,
    deployment: &Deployment<'_>,
    levels: &Levels,
) -> Problems {
    let openings = exposure::internet_openings(policy, &gates);
    let subject = Subject {
        policy,
        gates,
        openings,
        deployment,
    };

    let mut silencer = Silencer::new(policy);
    let (mut problems, exposed) = judge_lints(&subject, levels, &mut silencer);

    let unused = unused_allow::unused_annotations(policy, &silencer.used);
    let level = levels.level_of(&unused_allow::LINT);
    problems.extend(silencer.active_problems(&unused_allow::LINT, level, unused));

    let mut all = Problems::default();
    let reports = merge_candidates(policy, exposed).into_iter();
    all.extend(reports.filter_map(LintReport::into_problem));
    all.append(problems);

    all
}

/// What each lint found that is not silenced; what those about exposure found, apart.
fn judge_lints(
    subject: &Subject<'_>,
    levels: &Levels,
    silencer: &mut Silencer<'_>,
) -> (Problems, Vec<Candidate>) {
    let (mut problems, mut exposed) = (Problems::default(), Vec::new());
    for lint in ALL {
        if let Judge::ByRole(judge) = lint.judge {
            let warned = (levels.raised_level_of(lint), RoleTiers::Warned);
            for (level, tiers) in [warned, (levels.level_of(lint), RoleTiers::Others)] {
                if level != Level::Allow || silencer.knows_lint(lint.name) {
                    let mut found = Vec::new();
                    judge(subject, tiers, &mut found);
                    problems.extend(silencer.active_problems(lint, level, found));
                }
            }
            continue;
        }

        let level = levels.level_of(lint);
        // an `@allow` counts as used even if the level of the lint is `allow`
        if level == Level::Allow && !silencer.knows_lint(lint.name) {
            continue;
        }

        match lint.judge {
            Judge::Program(judge) => {
                let mut found = Vec::new();
                judge(subject, &mut found);
                problems.extend(silencer.active_problems(lint, level, found));
            }
            Judge::Exposure(judge) => {
                let mut found = Vec::new();
                judge(subject, &mut found);
                exposed.extend(silencer.active_candidates(lint, level, found));
            }
            Judge::ByRole(_) | Judge::Elsewhere => {}
        }
    }

    (problems, exposed)
}

/// The problems of findings about the program as a whole, which an `@allow` on the stack silences.
pub fn lint_problems(
    policy: &Policy,
    lint: &Lint,
    levels: &Levels,
    found: Vec<Finding>,
) -> Problems {
    let mut problems = Problems::default();
    problems.extend(Silencer::new(policy).active_problems(lint, levels.level_of(lint), found));
    problems
}
