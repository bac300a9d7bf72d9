//! Writes outputs, all or none, or compares them with the existing files.

use super::args::Exit;
use super::disk::{Destination, Written, error_message, finish_write};
use super::read_log::ReadLog;
use super::run::map_in_parallel;
use super::terminal::Terminal;
use super::text_diff;
use std::collections::BTreeMap;
use std::path::Path;
use tierwall::driver::BuiltOutput;

/// Writes outputs. All of them are written to temporary files before the first is renamed, and none
/// replaces a file that the run has read.
pub fn write_outputs(
    made: &[BuiltOutput],
    force: bool,
    log: &ReadLog,
    terminal: &Terminal,
) -> Result<Vec<Written>, Exit> {
    let failure = |made: &BuiltOutput, why: &str| {
        terminal.report_failure(&format!("cannot write `{}`: {why}", made.path))
    };
    let (read, mut known) = (log.canonical_paths(), BTreeMap::new());
    let mut destination = |made: &BuiltOutput| {
        let destination = Destination::new(&made.path, made.target.mark, force)?;
        let Some(path) = destination.existing() else {
            return Ok(destination);
        };

        if read.contains(path) {
            return Err("it is an input of the build".to_string());
        }

        match known.insert(path.to_path_buf(), made.path.clone()) {
            Some(other) => Err(format!("it is the same file as `{other}`")),
            None => Ok(destination),
        }
    };

    let destinations: Vec<Result<Destination, String>> =
        made.iter().map(&mut destination).collect();
    let both: Vec<_> = made.iter().zip(destinations).collect();

    // most of the time is spent waiting for the disk
    let staged = map_in_parallel(&both, |(made, destination)| match destination {
        Ok(destination) => destination
            .stage_bytes(&made.bytes)
            .map_err(|error| error_message(&error)),
        Err(why) => Err(why.clone()),
    });

    // every output that cannot be written is reported
    let staged = made
        .iter()
        .zip(staged)
        .map(|(made, staged)| staged.map_err(|why| failure(made, &why)));

    let staged = staged
        .collect::<Vec<_>>()
        .into_iter()
        .collect::<Result<Vec<_>, Exit>>()?;
    let put = |(made, staged)| {
        finish_write(staged).map_err(|error| failure(made, &error_message(&error)))
    };

    made.iter().zip(staged).map(put).collect()
}

/// Creates the directories of outputs.
pub fn make_directories(made: &[BuiltOutput], terminal: &Terminal) -> Result<(), Exit> {
    for made in made {
        let directory = Path::new(&made.path).parent().unwrap_or(Path::new(""));
        std::fs::create_dir_all(directory).map_err(|error| {
            terminal.report_failure(&format!(
                "cannot create `{}`: {}",
                directory.display(),
                error_message(&error)
            ))
        })?;
    }
    Ok(())
}

/// A line for each output: whether it was written.
pub fn list_outputs(made: &[BuiltOutput], written: &[Written]) -> String {
    let lines = made
        .iter()
        .zip(written)
        .map(|(made, written)| format!("{:>9} {}", written.word(), made.path));
    lines.collect::<Vec<_>>().join("\n")
}

/// Prints how existing files differ from outputs, and lists the stale ones. `command` updates them.
pub fn report_stale_outputs(made: &[BuiltOutput], command: &str, terminal: &Terminal) -> Exit {
    let (mut stale, mut exit) = (Vec::new(), Exit::Done);
    for made in made {
        let read = Destination::new(&made.path, made.target.mark, true).and_then(|destination| {
            destination
                .read_current()
                .map_err(|error| error_message(&error))
        });
        match read {
            Err(why) => {
                exit = terminal.report_failure(&format!("cannot read `{}`: {why}", made.path))
            }
            Ok(Some(old)) if old == made.bytes => {}
            Ok(old) => {
                stale.push((
                    made.path.as_str(),
                    format!("`{}` is stale; run `{command}`", made.path),
                ));
                exit = exit.max(terminal.print_bytes(show_difference(made, old).as_bytes()));
            }
        }
    }

    let count = made.len();
    let names: Vec<String> = stale.iter().map(|(path, _)| format!("`{path}`")).collect();
    let words = match stale.as_slice() {
        [] => return exit,
        [(_, words)] if count == 1 => words.clone(),
        [(path, _)] => format!("1 of {count} outputs is stale: `{path}`; run `{command}`"),
        some => format!(
            "{} of {count} outputs are stale: {}; run `{command}`",
            some.len(),
            names.join(", ")
        ),
    };

    terminal.outcome_of_files(&words, &stale);
    exit.max(Exit::Program)
}

fn show_difference(made: &BuiltOutput, old: Option<Vec<u8>>) -> String {
    let before = if old.is_some() {
        &made.path
    } else {
        "/dev/null"
    };
    let (old, new) = (
        old.unwrap_or_default(),
        String::from_utf8_lossy(&made.bytes),
    );
    text_diff::unified_diff(&String::from_utf8_lossy(&old), &new, before, &made.path)
}
