//! `tierwall check --fix`: what all programs of a run agree on is corrected, and written.

use super::args::Exit;
use super::disk::{Destination, put, words};
use super::project::Opened;
use super::terminal::Terminal;
use super::work_tree::WorkTree;
use std::collections::BTreeMap;
use tierwall::driver::fix::{Corrections, EditedFile, fix};
use tierwall::driver::{RunOptions, jobs};

/// Corrects the files of programs, and says how many problems that were.
pub fn run(opened: &Opened, options: &RunOptions, terminal: &Terminal) -> Exit {
    let jobs = jobs(&opened.project, options);
    if jobs.iter().any(|job| job.program.file.path == "-") {
        return terminal.failure("`--fix` cannot be used with standard input");
    }

    let mut exit = Exit::Done;
    let Corrections { files, refused } = fix(&jobs, |program| WorkTree::new(program.root.clone()));

    for name in refused {
        exit = terminal.failure(&format!("cannot write `{name}`: it is read-only"));
    }

    match write(&files) {
        Ok(()) => terminal.fixed(files.values().map(|file| file.fixes).sum(), files.len()),
        Err(words) => exit = terminal.failure(&words),
    }

    exit
}

/// Writes files, each whole; none where one of them cannot be written.
fn write(files: &BTreeMap<String, EditedFile>) -> Result<(), String> {
    let cannot = |file: &EditedFile, why: &str| format!("cannot write `{}`: {why}", file.name);
    let staged = files.iter().map(|(identity, file)| {
        let staged =
            Destination::new(identity, "", true).and_then(|it| it.restage(&file.read, &file.bytes));
        staged
            .map(|staged| (file, staged))
            .map_err(|why| cannot(file, &why))
    });

    for (file, staged) in staged.collect::<Result<Vec<_>, String>>()? {
        put(staged).map_err(|error| cannot(file, &words(&error)))?;
    }

    Ok(())
}
