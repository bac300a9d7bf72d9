//! All programs of a project: what is wrong with them is told once, in the order of the manifest.

use super::consensus::reach_consensus;
use super::job::{Job, Made, Outcome, RunOptions, plan_jobs};
use super::values::Unread;
use crate::diagnostic::{Label, Problem, Report};
use crate::project::{Build, Declared, Output, Program, Project, clashes, title};
use crate::source::Sources;
use crate::workspace::Workspace;
use std::collections::{BTreeMap, BTreeSet};

/// What became of a project.
#[derive(Debug)]
pub struct Built<'p> {
    /// Its programs, in their order.
    pub programs: Vec<BuiltProgram<'p>>,
    /// Outputs that cannot stand in one directory.
    pub clashes: Vec<Problem>,
}

/// What became of a program.
#[derive(Debug)]
pub struct BuiltProgram<'p> {
    /// The program.
    pub program: &'p Program,
    /// The files that could not be read, each once.
    pub unread: Vec<Unread>,
    /// What became of it with each of its sets of values.
    pub builds: Vec<Finished>,
}

/// What became of a program with one set of values.
#[derive(Debug)]
pub struct Finished {
    /// `production`
    pub environment: Option<String>,
    /// The files of the program.
    pub sources: Sources,
    /// What is wrong with it and is not told of another build already.
    pub problems: Vec<Problem>,
    /// What is wrong with it, and with a program before it at the same place.
    pub repeated: Vec<Problem>,
    /// Its outputs, when nothing is wrong with it.
    pub made: Vec<Made>,
    /// How many tiers and rules it has; `None` when it has errors.
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

    settle_outcomes(project, &jobs, outcomes)
}

/// What the outcomes of all jobs of a project come to, which stand in the order of the jobs.
pub fn settle_outcomes<'p>(
    project: &'p Project,
    jobs: &[Job<'p>],
    mut outcomes: Vec<Outcome>,
) -> Built<'p> {
    agree_on(&mut outcomes);
    let clashes = clashes(&declare_outputs(jobs, &mut outcomes)).sorted();

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

fn agree_on(outcomes: &mut [Outcome]) {
    let unreadable = outcomes
        .iter()
        .filter(|outcome| outcome.unread.is_some())
        .count();
    let mut findings: Vec<_> = outcomes.iter_mut().map(Outcome::findings).collect();

    reach_consensus(&mut findings, unreadable);
}

/// What outputs declare that are read together.
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

/// The problems of one program, each once: one that only some of its environments have says which,
/// and one at a place that another program had already is `known`.
fn gather_program<'p>(
    program: &'p Program,
    outcomes: Vec<Outcome>,
    known: &mut BTreeSet<Identity>,
) -> BuiltProgram<'p> {
    let unread = outcomes.iter().filter_map(|outcome| outcome.unread.clone());
    let mut unread: Vec<Unread> = unread.collect();
    unread.dedup_by_key(|unread| unread.file.span);

    let first = first_of_each(program, &outcomes);
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
    known: &mut BTreeSet<Identity>,
) -> Finished {
    let sources = outcome.sources;
    let is_new = |problem: &Problem| {
        problem.span().is_none() || known.insert(Identity::new(problem, &sources))
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

/// For each build of a program, the problems that no earlier one has, and whose they are.
fn first_of_each(program: &Program, outcomes: &[Outcome]) -> Vec<Vec<Problem>> {
    let identities: Vec<Vec<Identity>> = outcomes.iter().map(Identity::of_outcome).collect();
    let mut having: BTreeMap<&Identity, Vec<usize>> = BTreeMap::new();

    for (n, identities) in identities.iter().enumerate() {
        for identity in identities {
            having.entry(identity).or_default().push(n);
        }
    }

    let first = |n: usize| {
        let problems = outcomes[n].problems.iter().zip(&identities[n]);
        problems
            .filter(|(_, identity)| having[identity][0] == n)
            .map(|(problem, identity)| in_environments(program, problem, &having[identity]))
            .collect()
    };

    (0..outcomes.len()).map(first).collect()
}

/// A problem with the names of the builds that have it, where not all do.
fn in_environments(program: &Program, problem: &Problem, numbers: &[usize]) -> Problem {
    match name_environments(program, problem, numbers) {
        Some(names) => Problem::InEnvironments {
            problem: Box::new(problem.clone()),
            names,
        },
        None => problem.clone(),
    }
}

/// `in production, test`, or nothing for all environments; of what a manifest lists and has no
/// place, whose it is as well: `in shop.tier`, `in shop.tier, test`.
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

/// What a problem says, and where: how those of two environments, or of two programs with one
/// include, are the same.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Identity {
    code: &'static str,
    message: String,
    labels: Vec<(String, u32, u32, String)>,
    help: Vec<String>,
}

impl Identity {
    fn of_outcome(outcome: &Outcome) -> Vec<Identity> {
        let problems = outcome.problems.iter();
        problems
            .map(|problem| Identity::new(problem, &outcome.sources))
            .collect()
    }

    fn new(problem: &Problem, sources: &Sources) -> Identity {
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

        Identity {
            code,
            message,
            labels: labels.into_iter().map(label).collect(),
            help,
        }
    }
}
