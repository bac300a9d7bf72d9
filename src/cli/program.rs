//! A program of the command line: its file, the values of its parameters, and the exit code of its
//! problems.

use super::args::{Exit, ProgramOptions};
use super::terminal::Terminal;
use super::work_tree::WorkTree;
use std::time::{SystemTime, UNIX_EPOCH};
use tierwall::compile::{Compilation, Inputs, compile};
use tierwall::date::Date;
use tierwall::diagnostic::{Level, Problem};
use tierwall::driver::{RunOptions, UnreadFile, drop_shared_values, into_bindings, read_given};
use tierwall::lint::Levels;
use tierwall::project::Named;
use tierwall::report::review::GivenValue;
use tierwall::workspace::ReadError;

/// Compiles a program; an error of reading it is reported.
fn load_program(
    file: &str,
    with: &ProgramOptions,
    terminal: &Terminal,
) -> Result<Compilation, Exit> {
    let given = read_values(with).map_err(|words| terminal.report_failure(&words))?;
    let bindings = into_bindings(given.clone());
    let as_of = with.as_of.unwrap_or_else(today);
    let mut files = WorkTree::new(with.root.clone());
    let inputs = Inputs {
        bindings: &bindings,
        as_of,
        environment: with.chosen_environment(),
    };
    let mut compilation = compile(file, &mut files, &inputs)
        .map_err(|error| report_unread(file, &error, terminal))?;
    drop_shared_values(&mut compilation.problems, &given, false);

    Ok(compilation)
}

/// Reports a program that cannot be read.
pub fn report_unread(file: &str, error: &ReadError, terminal: &Terminal) -> Exit {
    terminal.report_failure(&UnreadFile::new(&Named::new(file), error).to_string())
}

/// Compiles a program and reports its problems; fails if one is an error.
pub fn load_accepted(
    file: &str,
    with: &ProgramOptions,
    terminal: &Terminal,
) -> Result<Compilation, Exit> {
    let mut compilation = load_program(file, with, terminal)?;
    let problems = std::mem::take(&mut compilation.problems).sorted();
    terminal.report_problems(&problems, &compilation.sources);
    match worst_exit(&problems) {
        Exit::Done => Ok(compilation),
        failed @ (Exit::Program | Exit::Usage) => Err(failed),
    }
}

/// The exit code of a command that found these problems.
pub fn worst_exit<'p>(problems: impl IntoIterator<Item = &'p Problem>) -> Exit {
    let mut errors = problems
        .into_iter()
        .filter(|problem| problem.level() == Level::Error)
        .peekable();
    if errors.peek().is_none() {
        Exit::Done
    } else if errors.all(is_about_usage) {
        Exit::Usage
    } else {
        Exit::Program
    }
}

/// Whether the command line or a manifest is wrong, and not a program.
fn is_about_usage(problem: &Problem) -> bool {
    let code = problem.report().code;
    ["E05", "E08"].iter().any(|family| code.starts_with(family))
}

/// The options of a run, from the command line.
pub fn run_options(levels: Levels, with: &ProgramOptions, writes: bool) -> RunOptions {
    RunOptions {
        levels,
        as_of: with.as_of,
        today: today(),
        writes,
    }
}

/// The current day, UTC.
pub fn today() -> Date {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Date::from_unix_days((since.as_secs() / 86_400) as u32)
}

/// The parameter values of the command line.
pub fn read_values(with: &ProgramOptions) -> Result<Vec<GivenValue>, String> {
    read_given(&[with.as_project_values()], &mut WorkTree::new(None))
        .map_err(|unread| unread.to_string())
}
