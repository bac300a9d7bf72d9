//! Builds all programs of a project. Each problem is reported once, in the order of the manifest.

use super::consensus::reach_consensus;
use super::job::{BuiltOutput, Job, Outcome, RunOptions, plan_jobs};
use super::values::UnreadFile;
use crate::diagnostic::{Label, Problem, Report};
use crate::project::{Build, Declared, Output, Program, Project, report_clashes, title};
use crate::source::Sources;
use crate::workspace::Workspace;
use std::collections::{BTreeMap, BTreeSet};

/// The result of building a project.
#[derive(Debug)]
pub struct Built<'p> {
    /// Its programs, in their order.
    pub programs: Vec<BuiltProgram<'p>>,
    /// Conflicts between outputs in one directory.
    pub clashes: Vec<Problem>,
}

/// The result of building a program.
#[derive(Debug)]
pub struct BuiltProgram<'p> {
    /// The program.
    pub program: &'p Program,
    /// The files that could not be read, each once.
    pub unread: Vec<UnreadFile>,
    /// The result for each environment.
    pub builds: Vec<Finished>,
}

/// The result of building a program in one environment.
#[derive(Debug)]
pub struct Finished {
    /// `production`
    pub environment: Option<String>,
    /// The files of the program.
    pub sources: Sources,
    /// Its problems, without those that another build already has.
    pub problems: Vec<Problem>,
    /// Its problems that an earlier program also has, at the same position.
    pub repeated: Vec<Problem>,
    /// Its outputs, if it has no errors.
    pub made: Vec<BuiltOutput>,
    /// The numbers of its tiers and rules; `None` if it has errors.
    pub size: Option<(usize, usize)>,
}

/// Builds a project, one program after the other; `open` gives the files of each.
pub fn build_project<'p, W: Workspace>(
    project: &'p Project,
    options: &RunOptions,
    mut open: impl FnMut(&Program) -> W,
) -> Built<'p> {
    let jobs = plan_jobs(project, options);
    let run = |job: &Job<'_>| job.run_in(&mut open(job.program));
    let outcomes = jobs.iter().map(run).collect();

    combine_outcomes(project, &jobs, outcomes)
}

/// Combines the outcomes of all jobs of a project, in the order of the jobs.
pub fn combine_outcomes<'p>(
    project: &'p Project,
    jobs: &[Job<'p>],
    mut outcomes: Vec<Outcome>,
) -> Built<'p> {
    apply_consensus(&mut outcomes);
    let clashes = report_clashes(&declare_outputs(jobs, &mut outcomes)).sorted();

    let (mut outcomes, mut known) = (outcomes.into_iter(), BTreeSet::new());
    let of_program = |program: &'p Program| {
        let outcomes = outcomes.by_ref().take(program.builds.len()).collect();
        gather_program(program, outcomes, &mut known)
    };
    Built {
        programs: project.programs.iter().map(of_program).collect(),
        clashes,
    }
}

fn apply_consensus(outcomes: &mut [Outcome]) {
    let unreadable = outcomes
        .iter()
        .filter(|outcome| outcome.unread.is_some())
        .count();
    let mut findings: Vec<_> = outcomes.iter_mut().map(Outcome::findings).collect();

    reach_consensus(&mut findings, unreadable);
}

/// The addresses that outputs of one module declare.
fn declare_outputs<'p>(jobs: &[Job<'p>], outcomes: &mut [Outcome]) -> Vec<Declared<'p>> {
    let of_job = |(job, outcome): (&Job<'p>, &mut Outcome)| {
        let program = title(job.program, job.build);
        let declared = |(output, addresses): (&&'p Output, Vec<String>)| Declared {
            output,
            program: program.clone(),
            addresses,
        };

        job.shared
            .iter()
            .zip(std::mem::take(&mut outcome.addresses))
            .map(declared)
            .collect::<Vec<_>>()
    };

    jobs.iter().zip(outcomes).flat_map(of_job).collect()
}

/// The problems of one program, without duplicates: a problem of only some environments names them,
/// and a problem that an earlier program had at the same position is in `repeated`.
fn gather_program<'p>(
    program: &'p Program,
    outcomes: Vec<Outcome>,
    known: &mut BTreeSet<ProblemIdentity>,
) -> BuiltProgram<'p> {
    let unread = outcomes.iter().filter_map(|outcome| outcome.unread.clone());
    let mut unread: Vec<UnreadFile> = unread.collect();
    unread.dedup_by_key(|unread| unread.file.span);

    let first = drop_repeated_problems(program, &outcomes);
    let builds = program.builds.iter().zip(outcomes).zip(first);
    let finish = |((build, outcome), problems)| finish_build(build, outcome, problems, known);

    BuiltProgram {
        program,
        unread,
        builds: builds.map(finish).collect(),
    }
}

fn finish_build(
    build: &Build,
    outcome: Outcome,
    problems: Vec<Problem>,
    known: &mut BTreeSet<ProblemIdentity>,
) -> Finished {
    let sources = outcome.sources;
    let is_new = |problem: &Problem| {
        problem.span().is_none() || known.insert(ProblemIdentity::new(problem, &sources))
    };
    let (problems, repeated) = problems.into_iter().partition(is_new);

    Finished {
        environment: build.environment.clone(),
        sources,
        problems,
        repeated,
        made: outcome.made,
        size: outcome.size,
    }
}

/// For each build of a program, the problems that no earlier build has, and the builds that have
/// them.
fn drop_repeated_problems(program: &Program, outcomes: &[Outcome]) -> Vec<Vec<Problem>> {
    let identities: Vec<Vec<ProblemIdentity>> =
        outcomes.iter().map(ProblemIdentity::of_outcome).collect();
    let mut having: BTreeMap<&ProblemIdentity, Vec<usize>> = BTreeMap::new();

    for (n, identities) in identities.iter().enumerate() {
        for identity in identities {
            having.entry(identity).or_default().push(n);
        }
    }

    let first = |n: usize| {
        let problems = outcomes[n].problems.iter().zip(&identities[n]);
        problems
            .filter(|(_, identity)| having[identity][0] == n)
            .map(|(problem, identity)| with_environments(program, problem, &having[identity]))
            .collect()
    };

    (0..outcomes.len()).map(first).collect()
}

/// A problem with the names of its environments, unless all have it.
fn with_environments(program: &Program, problem: &Problem, numbers: &[usize]) -> Problem {
    match name_environments(program, problem, numbers) {
        Some(names) => Problem::InEnvironments {
            problem: Box::new(problem.clone()),
            names,
        },
        None => problem.clone(),
    }
}

/// `in production, test`, or `None` for all environments; a problem of a manifest without a
/// position also names the program: `in shop.tier`, `in shop.tier, test`.
fn name_environments(program: &Program, problem: &Problem, numbers: &[usize]) -> Option<String> {
    let builds = &program.builds;
    let mut some: Vec<&str> = numbers
        .iter()
        .filter_map(|n| builds[*n].environment.as_deref())
        .collect();
    some.dedup();

    if some.len() == builds.len() {
        some.clear();
    }

    if problem.span().is_none() && program.file.span.is_some() {
        some.insert(0, &program.file.path);
    }

    (!some.is_empty()).then(|| format!("in {}", some.join(", ")))
}

/// The message and the position of a problem, by which problems of two environments, or of two
/// programs with the same include, are compared.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct ProblemIdentity {
    code: &'static str,
    message: String,
    labels: Vec<(String, u32, u32, String)>,
    help: Vec<String>,
}

impl ProblemIdentity {
    fn of_outcome(outcome: &Outcome) -> Vec<ProblemIdentity> {
        let problems = outcome.problems.iter();
        problems
            .map(|problem| ProblemIdentity::new(problem, &outcome.sources))
            .collect()
    }

    fn new(problem: &Problem, sources: &Sources) -> ProblemIdentity {
        let Report {
            code,
            message,
            labels,
            help,
            ..
        } = problem.report();

        let label = |Label { span, words }| {
            (
                sources.file(span.file).name().to_string(),
                span.start,
                span.end,
                words,
            )
        };

        ProblemIdentity {
            code,
            message,
            labels: labels.into_iter().map(label).collect(),
            help,
        }
    }
}
