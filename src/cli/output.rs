//! Outputs that were made: they are written all together, or held against the files that are there.

use super::Exit;
use super::files::{Destination, Written, words};
use super::job::Made;
use super::report::Report;
use super::unified;
use std::path::Path;

/// Writes outputs. Nothing is written before all destinations are known to take it.
pub fn write(made: &[Made], force: bool, report: &Report) -> Result<Vec<Written>, Exit> {
    let failure = |made: &Made, why: String| report.failure(&format!("cannot write `{}`: {why}", made.path));
    let destination = |made: &Made| Destination::new(&made.path, made.backend.mark, force);
    let (mut destinations, mut exit) = (Vec::new(), Exit::Done);
    for made in made {
        match destination(made) {
            Ok(destination) => destinations.push(destination),
            Err(why) => exit = failure(made, why),
        }
    }
    if exit != Exit::Done {
        return Err(exit);
    }
    let write = |(made, destination): (&Made, Destination)| {
        destination.write(&made.bytes).map_err(|error| failure(made, words(&error)))
    };
    made.iter().zip(destinations).map(write).collect()
}

/// Makes the directories of outputs.
pub fn make_directories(made: &[Made], report: &Report) -> Result<(), Exit> {
    for made in made {
        let directory = Path::new(&made.path).parent().unwrap_or(Path::new(""));
        std::fs::create_dir_all(directory)
            .map_err(|error| report.failure(&format!("cannot make `{}`: {}", directory.display(), words(&error))))?;
    }
    Ok(())
}

/// What became of each output, a line each.
pub fn listing(made: &[Made], written: &[Written]) -> String {
    let lines = made.iter().zip(written).map(|(made, written)| format!("{:>9} {}", written.word(), made.path));
    lines.collect::<Vec<_>>().join("\n")
}

/// Shows how the files that are there differ from outputs, and names those that do.
pub fn stale(made: &[Made], report: &Report) -> Exit {
    let (mut stale, mut exit) = (Vec::new(), Exit::Done);
    for made in made {
        let read = Destination::new(&made.path, made.backend.mark, true)
            .and_then(|destination| destination.current().map_err(|error| words(&error)));
        match read {
            Err(why) => exit = report.failure(&format!("cannot read `{}`: {why}", made.path)),
            Ok(Some(old)) if old == made.bytes => {}
            Ok(old) => {
                stale.push((made.path.as_str(), format!("`{}` is stale; build it anew", made.path)));
                exit = exit.max(report.print(difference(made, old).as_bytes()));
            }
        }
    }
    let count = made.len();
    let names: Vec<String> = stale.iter().map(|(path, _)| format!("`{path}`")).collect();
    let words = match stale.as_slice() {
        [] => return exit,
        [(_, words)] if count == 1 => words.clone(),
        [(path, _)] => format!("1 of {count} outputs is stale: `{path}`; build it anew"),
        some => format!("{} of {count} outputs are stale: {}; build them anew", some.len(), names.join(", ")),
    };
    report.outcome_of_files(&words, &stale);
    exit.max(Exit::Program)
}

fn difference(made: &Made, old: Option<Vec<u8>>) -> String {
    let before = if old.is_some() { &made.path } else { "/dev/null" };
    let (old, new) = (old.unwrap_or_default(), String::from_utf8_lossy(&made.bytes));
    unified::diff(&String::from_utf8_lossy(&old), &new, before, &made.path)
}
