//! Builds all programs of a project in parallel; problems are reported in the order of the
//! manifest.

use super::args::Exit;
use super::program::worst_exit;
use super::project::Opened;
use super::read_log::ReadLog;
use super::terminal::Terminal;
use super::work_tree::WorkTree;
use rayon::ThreadPoolBuilder;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use std::num::NonZero;
use std::thread::available_parallelism;
use tierwall::diagnostic::{ManifestProblem, counted};
use tierwall::driver::build::{Built, BuiltProgram, Finished, combine_outcomes};
use tierwall::driver::{BuiltOutput, Job, Outcome, RunOptions, UnreadFile, plan_jobs};
use tierwall::source::visible;

/// What a run found.
#[derive(Debug)]
pub struct Run {
    /// The highest exit code.
    pub exit: Exit,
    /// Every output, if there was no error.
    pub made: Vec<BuiltOutput>,
}

/// The stack size of a thread, the same as that of the main thread.
const STACK: usize = 8 << 20;

/// Compiles everything in memory, and reports problems.
pub fn run_builds(
    opened: &Opened,
    options: &RunOptions,
    log: &mut ReadLog,
    terminal: &Terminal,
) -> Run {
    let jobs = plan_jobs(&opened.project, options);
    let (outcomes, logs): (Vec<Outcome>, Vec<ReadLog>) =
        map_in_parallel(&jobs, from_disk).into_iter().unzip();
    logs.into_iter().for_each(|other| log.append_log(other));

    let mut run = Run {
        exit: Exit::Done,
        made: Vec::new(),
    };
    let Built { programs, clashes } = combine_outcomes(&opened.project, &jobs, outcomes);

    for program in programs {
        let exit = report_program(&program, opened, terminal);
        if !options.writes && exit == Exit::Done {
            report_sizes(&program, terminal);
        }
        run.exit = run.exit.max(exit);
        let made = program.builds.into_iter().flat_map(|build| build.made);
        run.made.extend(made);
    }

    terminal.report_problems(&clashes, &opened.sources);
    run.exit = run.exit.max(worst_exit(&clashes));

    run
}

/// Runs a job on files on the disk, and logs the files that it read.
fn from_disk(job: &Job<'_>) -> (Outcome, ReadLog) {
    let mut files = WorkTree::new(job.program.root.clone());
    (job.run_in(&mut files), files.log)
}

/// Maps all items on all cores, and returns the results in the order of the items.
pub fn map_in_parallel<T: Sync, R: Send>(
    all: &[T],
    each: impl Fn(&T) -> R + Sync + Send,
) -> Vec<R> {
    let threads = most_threads().min(all.len());
    let pool = (threads > 1).then(|| {
        ThreadPoolBuilder::new()
            .num_threads(threads)
            .stack_size(STACK)
            .build()
    });
    match pool {
        Some(Ok(pool)) => pool.install(|| all.par_iter().map(each).collect()),
        // no thread could be started
        Some(Err(_)) | None => all.iter().map(each).collect(),
    }
}

/// The number of cores, or `RAYON_NUM_THREADS`.
fn most_threads() -> usize {
    let asked = std::env::var("RAYON_NUM_THREADS")
        .ok()
        .and_then(|number| number.parse().ok());
    asked
        .or(available_parallelism().ok())
        .map_or(1, NonZero::get)
}

/// Reports the problems of a program.
fn report_program(program: &BuiltProgram<'_>, opened: &Opened, terminal: &Terminal) -> Exit {
    let mut exit = report_unread(&program.unread, opened, terminal);
    for Finished {
        sources,
        problems,
        repeated,
        ..
    } in &program.builds
    {
        exit = exit.max(worst_exit(problems.iter().chain(repeated)));
        terminal.report_problems(problems, sources);
    }

    exit
}

/// Reports files that could not be read.
fn report_unread(files: &[UnreadFile], opened: &Opened, terminal: &Terminal) -> Exit {
    let (mut problems, mut exit) = (Vec::new(), Exit::Done);
    for unread in files {
        exit = Exit::Usage;
        match unread.file.span {
            Some(span) => {
                let (path, why) = (unread.file.path.clone(), unread.why.clone());
                problems.push(ManifestProblem::UnreadableFile { span, path, why }.into());
            }
            None => exit = terminal.report_failure(&unread.to_string()),
        }
    }

    terminal.report_problems(&problems, &opened.sources);
    exit
}

fn report_sizes(program: &BuiltProgram<'_>, terminal: &Terminal) {
    let file = visible(&program.program.file.path);
    for build in &program.builds {
        let Some((tiers, rules)) = build.size else {
            continue;
        };
        let environment = build
            .environment
            .as_ref()
            .map_or(String::new(), |name| format!(" ({name})"));
        let (tiers, rules) = (counted(tiers, "tier"), counted(rules, "rule"));
        terminal.print_remark(&format!("{file}{environment}: {tiers}, {rules}"));
    }
}
