//! Compares two versions of a program, and pairs the programs of two projects.

use super::job::Job;
use crate::aws::State;
use crate::compile::{Compilation, Inputs, Judged, compile};
use crate::diagnostic::{InputProblem, Level, Problem, Problems};
use crate::groups::Deployment;
use crate::lint::Levels;
use crate::plan::Changes;
use crate::policy::TierMapping;
use crate::report::review::{self, GivenValue, Review, Version};
use crate::workspace::Memory;
use std::error::Error;
use std::fmt;

/// A program of one of two projects that are compared.
#[derive(Debug, Clone, Copy)]
pub struct PairedJob<'j> {
    /// How it is read.
    pub job: &'j Job<'j>,
    /// Whether its project lists it; otherwise only the other project does.
    pub is_listed: bool,
}

/// Pairs the programs of two projects. A program that only one of them lists is paired with itself,
/// as not listed. With `are_named`, the command line names one program of each, and these are a
/// pair whatever their names are.
pub fn pair_jobs<'j>(
    olds: &'j [Job<'j>],
    news: &'j [Job<'j>],
    are_named: bool,
) -> Vec<[PairedJob<'j>; 2]> {
    if let ([old], [new], true) = (olds, news, are_named) {
        return vec![[as_listed(old), as_listed(new)]];
    }

    let found: Vec<(&'j Job<'j>, Vec<&'j Job<'j>>)> = news
        .iter()
        .map(|new| (new, find_olds(new, olds, news)))
        .collect();

    let is_known = |old: &Job<'_>| {
        let mut known = found.iter().flat_map(|(_, known)| known);
        known.any(|known| std::ptr::eq(*known, old))
    };
    let gone = olds.iter().filter(|old| !is_known(old));
    let gone: Vec<[PairedJob<'j>; 2]> = gone.map(|old| [as_listed(old), as_missing(old)]).collect();

    let kept = found.iter().flat_map(|(new, olds)| match olds.as_slice() {
        [] => vec![[as_missing(new), as_listed(new)]],
        olds => olds
            .iter()
            .map(|old| [as_listed(old), as_listed(new)])
            .collect(),
    });
    kept.chain(gone).collect()
}

fn as_listed<'j>(job: &'j Job<'j>) -> PairedJob<'j> {
    PairedJob {
        job,
        is_listed: true,
    }
}

fn as_missing<'j>(job: &'j Job<'j>) -> PairedJob<'j> {
    PairedJob {
        job,
        is_listed: false,
    }
}

/// The old program that a new one replaces: the one with the same name; or else the one that had no
/// environments yet, or those of all environments that it had; or else a deleted one with the same
/// outputs.
fn find_olds<'j>(new: &Job<'_>, olds: &'j [Job<'j>], news: &[Job<'_>]) -> Vec<&'j Job<'j>> {
    let is_kept = |old: &Job<'_>| news.iter().any(|new| has_its_name(old, new));
    if let Some(by_name) = olds.iter().find(|old| has_its_name(old, new)) {
        return vec![by_name];
    }

    let by_file: Vec<&'j Job<'j>> = olds
        .iter()
        .filter(|old| has_its_file(old, new) && has_environment(old) != has_environment(new))
        .collect();
    if !by_file.is_empty() {
        return by_file;
    }

    let by_output = olds
        .iter()
        .find(|old| !is_kept(old) && writes_its_outputs(old, new));
    by_output.into_iter().collect()
}

fn has_its_name(old: &Job<'_>, new: &Job<'_>) -> bool {
    has_its_file(old, new) && old.build.environment == new.build.environment
}

fn has_its_file(old: &Job<'_>, new: &Job<'_>) -> bool {
    old.program.file.path == new.program.file.path
}

fn has_environment(job: &Job<'_>) -> bool {
    job.build.environment.is_some()
}

/// Whether both write the same files, and so are the same deployment, whatever their names are.
fn writes_its_outputs(old: &Job<'_>, new: &Job<'_>) -> bool {
    let (old, new) = (&old.build.outputs, &new.build.outputs);
    let is_written = |path: &str| new.iter().any(|output| output.path.path == path);
    old.iter().any(|output| is_written(&output.path.path))
}

/// A version of a program, read to be compared.
#[derive(Debug)]
pub struct Revision {
    /// Its name in reports: `main:shop.tier`.
    pub name: String,
    /// Whether the program exists in this version; otherwise it is empty.
    pub exists: bool,
    /// The compiled program.
    pub program: Compilation,
    /// The values of its parameters, with file names of this version.
    pub given: Vec<GivenValue>,
    /// The levels of its lints.
    pub levels: Levels,
}

impl Revision {
    /// A program that does not exist: empty, and without parameters.
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
    /// The problems of each version; empty for one without errors.
    pub problems: [Vec<Problem>; 2],
}

impl fmt::Display for Incomparable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&join_errors(self.problems.iter().flatten()))
    }
}

impl Error for Incomparable {}

/// The errors among problems, each on its own line.
pub(super) fn join_errors<'p>(problems: impl IntoIterator<Item = &'p Problem>) -> String {
    let reports = problems.into_iter().map(Problem::report);
    let errors = reports.filter(|report| report.level == Level::Error);
    let messages: Vec<String> = errors
        .map(|report| format!("{}: {}", report.code, report.message))
        .collect();

    messages.join("; ")
}

impl Comparison {
    /// A comparison of these versions; problems that both have are reported once.
    pub fn new(mut old: Revision, mut new: Revision) -> Comparison {
        if old.exists && new.exists {
            drop_one_sided_bindings(&mut new.program, &old.program.problems);
            // a parameter that neither version has is reported once
            drop_one_sided_bindings(&mut old.program, &Problems::default());

            let declares = [&old, &new].map(|it| !it.program.environments.is_empty());
            match declares {
                [false, true] => drop_unknown_choice(&mut old.program),
                [true, false] => drop_unknown_choice(&mut new.program),
                [true, true] | [false, false] => {}
            }
        }

        // two files are versions of one stack; unless they name it, each would be named after its
        // file
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

    /// Reviews the change, and passes the review to `then`; fails with the problems of both
    /// versions if one has errors.
    pub fn review_with<T>(&self, then: impl FnOnce(&Review<'_>) -> T) -> Result<T, Incomparable> {
        let judged = self.judge()?;
        let changes = judged.predict_changes();
        Ok(then(&judged.review_changes(&changes)))
    }

    /// Compares the rules and the problems of the two versions; fails if one has errors.
    fn judge(&self) -> Result<JudgedComparison<'_>, Incomparable> {
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

        let policies = revisions.map(|revision| &revision.program.policy);
        Ok(JudgedComparison {
            comparison: self,
            tier_mapping: TierMapping::new(policies[0], policies[1]),
            old,
            new,
        })
    }
}

/// Reviews several changes, such as that of one program in its environments, and passes all
/// reviews to `then`; those of versions with errors are problems.
pub fn review_together<T>(
    comparisons: &[Comparison],
    then: impl FnOnce(Vec<Result<Review<'_>, Incomparable>>) -> T,
) -> T {
    let judged: Vec<_> = comparisons.iter().map(Comparison::judge).collect();
    let changes: Vec<_> = judged
        .iter()
        .map(|judged| judged.as_ref().map(JudgedComparison::predict_changes))
        .collect();

    let reviews = judged.iter().zip(&changes).map(|both| match both {
        (Ok(judged), Ok(changes)) => Ok(judged.review_changes(changes)),
        (_, Err(error)) => Err((*error).clone()),
        (Err(error), _) => Err(error.clone()),
    });
    then(reviews.collect())
}

/// Two judged versions of a program, without errors.
struct JudgedComparison<'c> {
    comparison: &'c Comparison,
    tier_mapping: TierMapping,
    old: JudgedProgram<'c>,
    new: JudgedProgram<'c>,
}

impl JudgedComparison<'_> {
    /// What AWS will do; nothing where a version says what exists, which no output deploys.
    fn predict_changes(&self) -> Changes<'_> {
        let versions = [
            self.old.as_version(&self.comparison.old),
            self.new.as_version(&self.comparison.new),
        ];
        if versions.iter().any(Version::is_source) {
            let same = TierMapping::new(versions[0].policy, versions[0].policy);
            return Changes::compare_states(&self.old.state, &self.old.state, same.groups());
        }
        let groups = self.tier_mapping.groups();
        Changes::compare_states(&self.old.state, &self.new.state, groups)
    }

    fn review_changes<'j>(&'j self, changes: &'j Changes<'j>) -> Review<'j> {
        let was = self.old.as_version(&self.comparison.old);
        let is = self.new.as_version(&self.comparison.new);
        review::review_versions(was, is, &self.tier_mapping, changes)
    }
}

/// All problems of a version that has an error; empty otherwise.
fn errors_and_others(problems: Problems) -> Vec<Problem> {
    if problems.any_error() {
        problems.sorted()
    } else {
        Vec::new()
    }
}

/// Drops problems about values for parameters that only the other program has.
fn drop_one_sided_bindings(program: &mut Compilation, other: &Problems) {
    let others: Vec<String> = other
        .clone()
        .into_iter()
        .filter_map(unknown_binding)
        .collect();
    let stays = |problem: &Problem| {
        unknown_binding(problem.clone()).is_none_or(|name| others.contains(&name))
    };

    program.problems.retain(stays);
}

/// Drops the problem that a program does not have the chosen environment: one that declares none is
/// the same program in each that the other version declares.
fn drop_unknown_choice(program: &mut Compilation) {
    let is_choice =
        |problem: &Problem| matches!(problem, Problem::Input(InputProblem::UnknownChoice { .. }));
    program.problems.retain(|problem| !is_choice(problem));
}

/// The name of a value without a parameter.
fn unknown_binding(problem: Problem) -> Option<String> {
    match problem {
        Problem::Input(
            InputProblem::UnknownBinding { name, .. } | InputProblem::OtherEnvironment { name, .. },
        ) => Some(name),
        _ => None,
    }
}

/// A judged program without errors.
struct JudgedProgram<'p> {
    deployment: Deployment<'p>,
    state: State,
    problems: Vec<Problem>,
}

impl<'p> JudgedProgram<'p> {
    /// Fails with the problems if there is an error.
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
