//! Two versions of a program: which belong together, and what the change from one to the other is.

use super::job::Job;
use crate::aws::State;
use crate::compile::{Compilation, Inputs, Judged, compile};
use crate::diagnostic::{InputProblem, Level, Problem, Problems};
use crate::groups::Deployment;
use crate::lint::Levels;
use crate::plan::Changes;
use crate::policy::TierMapping;
use crate::report::review::{self, Given, Review, Version};
use crate::workspace::Memory;
use std::error::Error;
use std::fmt;

/// A program of one of two projects.
#[derive(Debug, Clone, Copy)]
pub struct Listed<'j> {
    /// How it is read.
    pub job: &'j Job<'j>,
    /// Whether its project lists it; else it is the other's, and not there.
    pub is_listed: bool,
}

/// The programs of two projects, each with the one that it is compared with. One that only one
/// of them lists stands for itself in the other, and is not there. `are_named`: the only ones of
/// both belong together, whatever they are called.
pub fn pair_jobs<'j>(
    olds: &'j [Job<'j>],
    news: &'j [Job<'j>],
    are_named: bool,
) -> Vec<[Listed<'j>; 2]> {
    if let ([old], [new], true) = (olds, news, are_named) {
        return vec![[as_listed(old), as_listed(new)]];
    }

    let found: Vec<(&'j Job<'j>, Option<&'j Job<'j>>)> = news
        .iter()
        .map(|new| (new, find_old(new, olds, news)))
        .collect();

    let is_known = |old: &Job<'_>| {
        let mut known = found.iter().filter_map(|(_, known)| *known);
        known.any(|known| std::ptr::eq(known, old))
    };
    let gone = olds.iter().filter(|old| !is_known(old));
    let gone: Vec<[Listed<'j>; 2]> = gone.map(|old| [as_listed(old), as_missing(old)]).collect();

    let kept = found.iter().map(|(new, old)| match old {
        Some(old) => [as_listed(old), as_listed(new)],
        None => [as_missing(new), as_listed(new)],
    });
    kept.chain(gone).collect()
}

fn as_listed<'j>(job: &'j Job<'j>) -> Listed<'j> {
    Listed {
        job,
        is_listed: true,
    }
}

fn as_missing<'j>(job: &'j Job<'j>) -> Listed<'j> {
    Listed {
        job,
        is_listed: false,
    }
}

/// The old program that a new one takes the place of: that of its name, else one that is gone and
/// wrote the same outputs.
fn find_old<'j>(new: &Job<'_>, olds: &'j [Job<'j>], news: &[Job<'_>]) -> Option<&'j Job<'j>> {
    let is_kept = |old: &Job<'_>| news.iter().any(|new| has_its_name(old, new));
    let by_name = olds.iter().find(|old| has_its_name(old, new));
    let by_output = || {
        olds.iter()
            .find(|old| !is_kept(old) && writes_its_outputs(old, new))
    };

    by_name.or_else(by_output)
}

fn has_its_name(old: &Job<'_>, new: &Job<'_>) -> bool {
    old.program.file.path == new.program.file.path && old.build.environment == new.build.environment
}

/// What is written to the same file is the same deployment, whatever the program is called.
fn writes_its_outputs(old: &Job<'_>, new: &Job<'_>) -> bool {
    let (old, new) = (&old.build.outputs, &new.build.outputs);
    let is_written = |path: &str| new.iter().any(|output| output.path.path == path);
    old.iter().any(|output| is_written(&output.path.path))
}

/// A version of a program, read to be compared.
#[derive(Debug)]
pub struct Revision {
    /// As reports call it: `main:shop.tier`.
    pub name: String,
    /// Whether there is such a program; one that is not there says nothing.
    pub exists: bool,
    /// What it is.
    pub program: Compilation,
    /// The values of its parameters, their files named as this version names files.
    pub given: Vec<Given>,
    /// What becomes of its lints.
    pub levels: Levels,
}

impl Revision {
    /// The program where it is not: it says nothing, and asks for no values.
    pub fn missing(name: String, job: &Job<'_>) -> Revision {
        let path = &job.program.file.path;
        let mut nothing = Memory::new().with(path, "");
        let program =
            compile(path, &mut nothing, &Inputs::on(job.as_of)).expect("the file is there");

        Revision {
            name,
            exists: false,
            program,
            given: Vec::new(),
            levels: job.levels.clone(),
        }
    }
}

/// Two versions of one program.
#[derive(Debug)]
pub struct Comparison {
    old: Revision,
    new: Revision,
}

/// Why two versions cannot be compared.
#[derive(Debug, Clone)]
pub struct Incomparable {
    /// What is wrong with each: nothing where the other alone has errors.
    pub problems: [Vec<Problem>; 2],
}

impl fmt::Display for Incomparable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&join_errors(self.problems.iter().flatten()))
    }
}

impl Error for Incomparable {}

/// The errors among problems, on a line.
pub(super) fn join_errors<'p>(problems: impl IntoIterator<Item = &'p Problem>) -> String {
    let reports = problems.into_iter().map(Problem::report);
    let errors = reports.filter(|report| report.level == Level::Error);
    let messages: Vec<String> = errors
        .map(|report| format!("{}: {}", report.code, report.message))
        .collect();

    messages.join("; ")
}

impl Comparison {
    /// Of these, in which is told once what both lack.
    pub fn new(mut old: Revision, mut new: Revision) -> Comparison {
        if old.exists && new.exists {
            drop_one_sided_bindings(&mut new.program, &old.program.problems);
            // what neither has is told once
            drop_one_sided_bindings(&mut old.program, &Problems::default());
        }

        // two files are two versions of one stack, where neither names it and so each would be
        // named for its file
        let (was, is) = (&old.program.policy.stack, &mut new.program.policy.stack);
        if was.span.is_none() && is.span.is_none() {
            is.name.clone_from(&was.name);
        }

        Comparison { old, new }
    }

    /// The older one and the newer one.
    pub fn revisions(&self) -> [&Revision; 2] {
        [&self.old, &self.new]
    }

    /// Reviews the change, and hands the review over; fails with what is wrong with either.
    pub fn review_with<T>(&self, then: impl FnOnce(&Review<'_>) -> T) -> Result<T, Incomparable> {
        let revisions = self.revisions();
        let unresolved = revisions.map(|revision| revision.program.problems.clone());

        if unresolved.iter().any(Problems::any_error) {
            let problems = unresolved.map(errors_and_others);
            return Err(Incomparable { problems });
        }

        let [old, new] = revisions.map(|revision| revision.program.judge_at(&revision.levels));
        let (old, new) = match (JudgedProgram::new(old), JudgedProgram::new(new)) {
            (Ok(old), Ok(new)) => (old, new),
            (old, new) => {
                let problems = [old, new].map(|judged| judged.err().unwrap_or_default());
                return Err(Incomparable { problems });
            }
        };

        let (was, is) = (old.as_version(&self.old), new.as_version(&self.new));
        let tier_mapping = TierMapping::new(was.policy, is.policy);
        let changes = Changes::compare_states(&old.state, &new.state, tier_mapping.groups());

        Ok(then(&review::review_versions(
            was,
            is,
            &tier_mapping,
            &changes,
        )))
    }
}

/// All problems of a version that has an error; nothing for one that has none.
fn errors_and_others(problems: Problems) -> Vec<Problem> {
    if problems.any_error() {
        problems.sorted()
    } else {
        Vec::new()
    }
}

/// Forgets that values were given for parameters that only the other program has.
fn drop_one_sided_bindings(program: &mut Compilation, other: &Problems) {
    let others: Vec<String> = other
        .clone()
        .into_iter()
        .filter_map(unknown_binding)
        .collect();
    let stays = |problem: &Problem| {
        unknown_binding(problem.clone()).is_none_or(|name| others.contains(&name))
    };

    let mut kept = Problems::default();
    kept.extend(
        std::mem::take(&mut program.problems)
            .into_iter()
            .filter(stays),
    );
    program.problems = kept;
}

/// The name that a value was given for and no parameter has.
fn unknown_binding(problem: Problem) -> Option<String> {
    match problem {
        Problem::Input(InputProblem::UnknownBinding { name, .. }) => Some(name),
        _ => None,
    }
}

/// What was found out about a program that has a meaning.
struct JudgedProgram<'p> {
    deployment: Deployment<'p>,
    state: State,
    problems: Vec<Problem>,
}

impl<'p> JudgedProgram<'p> {
    /// Fails with the problems of one that has none.
    fn new(judged: Judged<'p>) -> Result<JudgedProgram<'p>, Vec<Problem>> {
        let problems = judged.problems.sorted();
        match judged.deployment {
            Some(deployment) => Ok(JudgedProgram {
                state: deployment.complete_state(judged.outline),
                deployment,
                problems,
            }),
            None => Err(problems),
        }
    }

    fn as_version(&'p self, revision: &'p Revision) -> Version<'p> {
        Version {
            name: &revision.name,
            exists: revision.exists,
            policy: &revision.program.policy,
            sources: &revision.program.sources,
            given: &revision.given,
            deployment: &self.deployment,
            problems: &self.problems,
        }
    }
}
