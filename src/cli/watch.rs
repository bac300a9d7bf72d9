//! `tierwall watch`: builds again whenever something that the last build read has changed.
//!
//! Directories are watched, because editors replace files instead of writing to them. An event only
//! wakes the loop, which reads the files again to see whether any has changed, so that neither
//! outputs nor an editor's temporary files start a build.

use super::args::Exit;
use super::build::{BuildArgs, BuildPlan};
use super::disk::Written;
use super::output;
use super::read_log::ReadLog;
use super::terminal::Terminal;
use clap::Args;
use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use tierwall::diagnostic::counted;
use tierwall::driver::BuiltOutput;

/// The arguments of `watch`.
#[derive(Args)]
pub struct Watch {
    #[command(flatten)]
    what: BuildArgs,
}

/// The help of FILE: unlike for `build`, it cannot be standard input.
pub const FILE_HELP: &str = "The program [default: everything that `tierwall.toml` lists]";

/// Events of the loop.
enum Wake {
    /// Something may have changed.
    Changed,
    /// The loop should end.
    Stop,
}

/// Time without events before a build: editors save in several steps.
const QUIET: Duration = Duration::from_millis(100);

/// Maximum time to wait, if other files in the directory change all the time.
const LONG: Duration = Duration::from_secs(1);

/// Runs it until it is interrupted.
pub fn run(watch: &Watch, terminal: &Terminal) -> Exit {
    watch_outputs(watch, terminal).unwrap_or_else(|exit| exit)
}

fn watch_outputs(watch: &Watch, terminal: &Terminal) -> Result<Exit, Exit> {
    let plan = watch.what.plan(terminal)?;
    if !plan.is_project() && watch.what.output().is_none() {
        return Err(terminal.report_failure("`watch` writes to a file: name it with `-o FILE`"));
    }

    if watch.what.is_standard_input() {
        return Err(terminal.report_failure("standard input cannot be watched: name a FILE"));
    }

    let (sender, wakes) = channel();
    let stop = sender.clone();
    let changed = move |event: notify::Result<Event>| {
        if event.is_ok_and(|event| may_be_a_change(&event.kind)) {
            let _ = sender.send(Wake::Changed);
        }
    };

    let failed = |error: &dyn std::fmt::Display| {
        terminal.report_failure(&format!("cannot watch files: {error}"))
    };
    ctrlc::set_handler(move || drop(stop.send(Wake::Stop))).map_err(|error| failed(&error))?;
    let watcher = notify::recommended_watcher(changed).map_err(|error| failed(&error))?;

    let mut watched = WatchedFiles {
        watcher,
        directories: BTreeSet::new(),
    };

    loop {
        let mut log = ReadLog::default();
        build_once(&plan, &mut log, terminal);

        loop {
            watched.follow_log(&log).map_err(|error| failed(&error))?;
            let wake = if log.has_changed() {
                wait_until_settled(&wakes)
            } else {
                wait_for_wake(&wakes)
            };

            match wake {
                Wake::Changed if log.has_changed() => break,
                Wake::Changed => {}
                Wake::Stop => return Ok(Exit::Done),
            }
        }
    }
}

/// Whether the event can be a change; reading a file is none.
fn may_be_a_change(kind: &EventKind) -> bool {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        EventKind::Any
        | EventKind::Create(_)
        | EventKind::Modify(_)
        | EventKind::Remove(_)
        | EventKind::Other => true,
    }
}

/// Waits for an event, and then until events stop.
fn wait_for_wake(wakes: &Receiver<Wake>) -> Wake {
    match wakes.recv() {
        Ok(Wake::Changed) => wait_until_settled(wakes),
        Ok(Wake::Stop) | Err(_) => Wake::Stop,
    }
}

/// Waits until events stop, or for the maximum time: a file that is being saved may be incomplete
/// or empty.
fn wait_until_settled(wakes: &Receiver<Wake>) -> Wake {
    let start = Instant::now();
    while start.elapsed() < LONG {
        match wakes.recv_timeout(QUIET) {
            Ok(Wake::Changed) => {}
            Ok(Wake::Stop) => return Wake::Stop,
            Err(_) => break,
        }
    }
    Wake::Changed
}

/// Runs one build, and prints what it wrote and a summary.
fn build_once(plan: &BuildPlan<'_>, log: &mut ReadLog, terminal: &Terminal) {
    let made = plan.make_outputs(log, terminal);
    terminal.report_omitted();
    let written = made.and_then(|made| {
        plan.write_outputs(&made, log, terminal)
            .map(|written| (made, written))
    });
    let files = counted(log.len(), "file");

    let line = match written {
        Ok((made, written)) => {
            let outputs = made.len();
            let (made, written) = keep_changed(made, written);
            terminal.print_remark(&output::list_outputs(&made, &written));
            format!(
                "{}; watching {files}",
                summarize_build(written.len(), outputs)
            )
        }
        Err(_) => format!("not built; watching {files}"),
    };

    terminal.print_remark(&line);
}

/// How many outputs were written.
fn summarize_build(written: usize, outputs: usize) -> String {
    let of_them = counted(outputs, "output");
    match (written, outputs) {
        (_, 0) => "no outputs to write".to_string(),
        (0, 1) => "the output is up to date".to_string(),
        (0, _) => format!("all {of_them} are up to date"),
        (some, _) => format!("{some} of {of_them} written"),
    }
}

/// The outputs that changed.
fn keep_changed(made: Vec<BuiltOutput>, written: Vec<Written>) -> (Vec<BuiltOutput>, Vec<Written>) {
    made.into_iter()
        .zip(written)
        .filter(|(_, written)| *written == Written::New)
        .unzip()
}

/// The directories that are watched.
struct WatchedFiles {
    watcher: RecommendedWatcher,
    directories: BTreeSet<PathBuf>,
}

impl WatchedFiles {
    /// Watches the directories of the current files instead of the earlier ones. A directory that
    /// was deleted and created again needs a new watch, so all watches are renewed.
    fn follow_log(&mut self, log: &ReadLog) -> notify::Result<()> {
        let directories = log.directories();
        for gone in self.directories.difference(&directories) {
            let _ = self.watcher.unwatch(gone);
        }

        let mut result = Ok(());
        let mut any = false;

        for directory in &directories {
            match self.watcher.watch(directory, RecursiveMode::NonRecursive) {
                Ok(()) => any = true,
                Err(error) => result = Err(error),
            }
        }

        self.directories = directories;
        if any { Ok(()) } else { result }
    }
}

#[cfg(test)]
mod tests {
    use super::summarize_build;

    #[test]
    fn reports_that_outputs_are_up_to_date() {
        for (written, outputs, words) in [
            (0, 0, "no outputs to write"),
            (0, 1, "the output is up to date"),
            (0, 2, "all 2 outputs are up to date"),
            (1, 1, "1 of 1 output written"),
            (1, 2, "1 of 2 outputs written"),
        ] {
            assert_eq!(summarize_build(written, outputs), words);
        }
    }
}
