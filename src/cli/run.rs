//! All programs of a project, side by side; what is wrong with them is told in the order of the
//! manifest.

use super::Exit;
use super::agreement::agree;
use super::job::{Job, Made, Outcome};
use super::program::{today, verdict};
use super::project::Opened;
use super::report::Report;
use super::seen::ReadLog;
use rayon::ThreadPoolBuilder;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZero;
use std::thread::available_parallelism;
use tierwall::date::Date;
use tierwall::diagnostic::{Label, Problem, Report as Told, counted};
use tierwall::lint::Levels;
use tierwall::project::{Build, Declared, Output, Program, Project, SharedModules, clashes, title};
use tierwall::source::{Sources, visible};

/// What a run found.
#[derive(Debug)]
pub struct Run {
    /// The worst that happened.
    pub exit: Exit,
    /// Every output, when nothing happened.
    pub made: Vec<Made>,
}

/// How the command line has it.
#[derive(Debug)]
pub struct RunOptions {
    /// Levels of lints, on top of those of the project.
    pub levels: Levels,
    /// The day that counts as today.
    pub as_of: Option<Date>,
    /// Whether outputs are to be written; else the size of each program without errors is told.
    pub writes: bool,
}

/// The stack of a thread; that of the main thread is as large.
const STACK: usize = 8 << 20;

/// Compiles everything in memory, and reports.
pub fn run(opened: &Opened, manner: &RunOptions, seen: &mut ReadLog, report: &Report) -> Run {
    let jobs = jobs(&opened.project, manner);
    let mut outcomes = outcomes(&jobs);
    agree_on(&mut outcomes);
    let clashes = clashes(&declared(&jobs, &mut outcomes)).sorted();
    let (mut outcomes, mut known) = (outcomes.into_iter(), BTreeSet::new());
    let mut run = Run {
        exit: Exit::Done,
        made: Vec::new(),
    };
    for program in &opened.project.programs {
        let mut outcomes: Vec<Outcome> = outcomes.by_ref().take(program.builds.len()).collect();
        let exit = told(program, &outcomes, opened, &mut known, report);
        if !manner.writes && exit == Exit::Done {
            sizes(&program.file.path, &program.builds, &outcomes, report);
        }
        run.exit = run.exit.max(exit);
        for outcome in &mut outcomes {
            run.made.append(&mut outcome.made);
            seen.append(std::mem::take(&mut outcome.seen));
        }
    }
    report.problems(&clashes, &opened.sources);
    run.exit = run.exit.max(verdict(&clashes));
    run
}

/// What outputs declare that are read together.
fn declared<'p>(jobs: &[Job<'p>], outcomes: &mut [Outcome]) -> Vec<Declared<'p>> {
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

/// What a project comes to, in its order.
pub fn jobs<'p>(project: &'p Project, manner: &RunOptions) -> Vec<Job<'p>> {
    let (today, modules) = (today(), SharedModules::new(project));
    let of_program = |program: &'p Program| {
        let levels = manner.levels.over(&program.lints.over(&project.lints));
        let job = |build: &'p Build| {
            let as_of = manner.as_of.or(build.as_of).unwrap_or(today);
            let shared = modules.outputs_of(build);
            Job {
                program,
                build,
                levels: levels.clone(),
                as_of,
                writes: manner.writes,
                shared,
            }
        };
        program.builds.iter().map(job).collect::<Vec<_>>()
    };
    project.programs.iter().flat_map(of_program).collect()
}

/// What became of each job, in their order, whichever was done first.
fn outcomes(jobs: &[Job<'_>]) -> Vec<Outcome> {
    side_by_side(jobs, Job::run)
}

/// Does something with each, on all cores, and gives what comes of it in their order.
pub fn side_by_side<T: Sync, R: Send>(all: &[T], each: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    let threads = most_threads().min(all.len());
    let pool = (threads > 1).then(|| {
        ThreadPoolBuilder::new()
            .num_threads(threads)
            .stack_size(STACK)
            .build()
    });
    match pool {
        Some(Ok(pool)) => pool.install(|| all.par_iter().map(each).collect()),
        // no thread can be had
        Some(Err(_)) | None => all.iter().map(each).collect(),
    }
}

/// One for each core, or as many as `RAYON_NUM_THREADS` says.
fn most_threads() -> usize {
    let asked = std::env::var("RAYON_NUM_THREADS")
        .ok()
        .and_then(|number| number.parse().ok());
    asked
        .or(available_parallelism().ok())
        .map_or(1, NonZero::get)
}

fn agree_on(outcomes: &mut [Outcome]) {
    let unreadable = outcomes
        .iter()
        .filter(|outcome| outcome.unread.is_some())
        .count();
    agree(
        &mut outcomes.iter_mut().map(Outcome::voice).collect::<Vec<_>>(),
        unreadable,
    );
}

/// Reports the problems of one program, each once: one that only some of its environments have says
/// which, and one at a place that another program had already is `known`.
fn told(
    program: &Program,
    outcomes: &[Outcome],
    opened: &Opened,
    known: &mut BTreeSet<Identity>,
    report: &Report,
) -> Exit {
    let mut exit = unread(outcomes, opened, report);
    let all = |it: &Outcome| {
        it.problems
            .iter()
            .map(|problem| Identity::new(problem, &it.sources))
            .collect::<Vec<_>>()
    };
    let identities: Vec<Vec<Identity>> = outcomes.iter().map(all).collect();
    let mut having: BTreeMap<&Identity, Vec<usize>> = BTreeMap::new();
    for (n, identities) in identities.iter().enumerate() {
        identities
            .iter()
            .for_each(|identity| having.entry(identity).or_default().push(n));
    }
    for (n, (outcome, identities)) in outcomes.iter().zip(&identities).enumerate() {
        let first_here = |(problem, identity): (&Problem, &Identity)| {
            let numbers = having.get(identity).filter(|numbers| numbers[0] == n)?;
            Some(match whose(program, problem, numbers) {
                Some(names) => Problem::InEnvironments {
                    problem: Box::new(problem.clone()),
                    names,
                },
                None => problem.clone(),
            })
        };
        let problems: Vec<Problem> = outcome
            .problems
            .iter()
            .zip(identities)
            .filter_map(first_here)
            .collect();
        exit = exit.max(verdict(&problems));
        let is_new = |problem: &Problem| {
            problem.span().is_none() || known.insert(Identity::new(problem, &outcome.sources))
        };
        report.problems(
            &problems.into_iter().filter(is_new).collect::<Vec<_>>(),
            &outcome.sources,
        );
    }
    exit
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
    fn new(problem: &Problem, sources: &Sources) -> Identity {
        let Told {
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

/// `in production, test`, or nothing for all environments; of what a manifest lists and has no
/// place, whose it is as well: `in shop.tier`, `in shop.tier, test`.
fn whose(program: &Program, problem: &Problem, numbers: &[usize]) -> Option<String> {
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

/// Reports the files that are not there, each once.
fn unread(outcomes: &[Outcome], opened: &Opened, report: &Report) -> Exit {
    let (mut problems, mut exit) = (Vec::new(), Exit::Done);
    let mut unread: Vec<_> = outcomes
        .iter()
        .filter_map(|outcome| outcome.unread.as_ref())
        .collect();
    unread.dedup_by_key(|unread| unread.file.span);
    for unread in unread {
        exit = Exit::Usage;
        match unread.file.span {
            Some(span) => {
                let (path, why) = (unread.file.path.clone(), unread.why.clone());
                problems.push(Problem::ManifestFile { span, path, why });
            }
            None => exit = report.failure(&unread.to_string()),
        }
    }
    report.problems(&problems, &opened.sources);
    exit
}

fn sizes(file: &str, builds: &[Build], outcomes: &[Outcome], report: &Report) {
    for (build, outcome) in builds.iter().zip(outcomes) {
        let Some((tiers, rules)) = outcome.size else {
            continue;
        };
        let environment = build
            .environment
            .as_ref()
            .map_or(String::new(), |name| format!(" ({name})"));
        let (tiers, rules) = (counted(tiers, "tier"), counted(rules, "rule"));
        report.remark(&format!("{}{environment}: {tiers}, {rules}", visible(file)));
    }
}
