//! `tierwall check --fix`: applies the fixes that all programs of a run agree on, and writes the
//! files.

use super::args::Exit;
use super::disk::{Destination, error_message, finish_write};
use super::project::Opened;
use super::terminal::Terminal;
use super::work_tree::WorkTree;
use std::collections::BTreeMap;
use tierwall::driver::fix::{Corrections, EditedFile, fix_programs};
use tierwall::driver::{RunOptions, plan_jobs};

/// Fixes the files of programs, and reports the number of fixed problems.
pub fn run(opened: &Opened, options: &RunOptions, terminal: &Terminal) -> Exit {
    let jobs = plan_jobs(&opened.project, options);
    if jobs.iter().any(|job| job.program.file.path == "-") {
        return terminal.report_failure("`--fix` cannot be used with standard input");
    }

    let mut exit = Exit::Done;
    let Corrections { files, refused } =
        fix_programs(&jobs, |program| WorkTree::new(program.root.clone()));

    for name in refused {
        exit = terminal.report_failure(&format!("cannot write `{name}`: it is read-only"));
    }

    match write_files(&files) {
        Ok(()) => terminal.report_fixed(files.values().map(|file| file.fixes).sum(), files.len()),
        Err(words) => exit = terminal.report_failure(&words),
    }

    exit
}

/// Writes files atomically; none if one of them cannot be written.
fn write_files(files: &BTreeMap<String, EditedFile>) -> Result<(), String> {
    let cannot = |file: &EditedFile, why: &str| format!("cannot write `{}`: {why}", file.name);
    let staged = files.iter().map(|(identity, file)| {
        let staged = Destination::new(identity, "", true)
            .and_then(|it| it.stage_edit(&file.read, &file.bytes));
        staged
            .map(|staged| (file, staged))
            .map_err(|why| cannot(file, &why))
    });

    for (file, staged) in staged.collect::<Result<Vec<_>, String>>()? {
        finish_write(staged).map_err(|error| cannot(file, &error_message(&error)))?;
    }

    Ok(())
}
