//! A program as the command line names it: its file, and what gives its parameters values.

use super::files::{Files, read_file};
use super::report::Report;
use super::{Exit, With};
use std::collections::HashSet;
use std::fmt;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};
use tierwall::compile::{Compilation, compile};
use tierwall::date::Date;
use tierwall::diagnostic::{Level, Problem};
use tierwall::parse::ReadError;
use tierwall::project::{self, Named, Values};
use tierwall::report::review::Given;

/// Why something that was to be read could not be.
#[derive(Debug)]
pub struct Unread {
    /// What.
    pub file: Named,
    /// Why, in words.
    pub why: String,
}

impl Unread {
    /// What a reader said of a file.
    pub fn new(file: &Named, error: ReadError) -> Unread {
        let why = match error {
            ReadError::Failed(why) => why,
            ReadError::Outside(root) => format!("it is outside `{root}`"),
        };
        Unread {
            file: file.clone(),
            why,
        }
    }
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot read `{}`: {}", self.file.path, self.why)
    }
}

/// Compiles a program; what keeps it from being read is reported.
fn load(file: &str, with: &With, report: &Report) -> Result<Compilation, Exit> {
    let bindings = bindings(with).map_err(|words| report.failure(&words))?;
    let as_of = with.as_of.unwrap_or_else(today);
    let mut files = Files::new(with.root.clone());
    compile(file, &mut files, &bindings, as_of).map_err(|error| unread(file, error, report))
}

/// Reports a program that cannot be read.
pub fn unread(file: &str, error: ReadError, report: &Report) -> Exit {
    report.failure(&Unread::new(&named(file), error).to_string())
}

/// A path of the command line.
pub fn named(path: &str) -> Named {
    Named {
        path: path.to_string(),
        span: None,
    }
}

/// Compiles a program and reports its problems; one with an error goes no further.
pub fn accepted(file: &str, with: &With, report: &Report) -> Result<Compilation, Exit> {
    let mut compilation = load(file, with, report)?;
    let problems = std::mem::take(&mut compilation.problems).sorted();
    report.problems(&problems, &compilation.sources);
    match verdict(&problems) {
        Exit::Done => Ok(compilation),
        failed @ (Exit::Program | Exit::Usage) => Err(failed),
    }
}

/// How a command ends that found these problems.
pub fn verdict(problems: &[Problem]) -> Exit {
    let mut errors = problems
        .iter()
        .filter(|p| p.level() == Level::Error)
        .peekable();
    if errors.peek().is_none() {
        Exit::Done
    } else if errors.all(|problem| {
        ["E05", "E08"]
            .iter()
            .any(|family| problem.report().code.starts_with(family))
    }) {
        Exit::Usage
    } else {
        Exit::Program
    }
}

/// The day that it is, UTC.
pub fn today() -> Date {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Date::from_unix_days((since.as_secs() / 86_400) as u32)
}

/// The values that the command line gives.
pub fn bindings(with: &With) -> Result<Vec<(String, String)>, String> {
    let given = given(&[with.values()], &mut |path| read_file(path))
        .map_err(|unread| unread.to_string())?;
    Ok(pairs(given))
}

/// Values without their places.
pub fn pairs(given: impl IntoIterator<Item = Given>) -> Vec<(String, String)> {
    given
        .into_iter()
        .map(|Given { name, value, .. }| (name, value))
        .collect()
}

/// What values come to: the later win, and in one place `set` over files.
pub fn given(
    values: &[Values],
    read: &mut dyn FnMut(&Path) -> Result<Vec<u8>, ReadError>,
) -> Result<Vec<Given>, Unread> {
    let mut bindings: Vec<Given> = Vec::new();
    for Values { vars, set } in values {
        let mut here: Vec<Given> = Vec::new();
        for file in vars {
            let bytes = read(Path::new(&file.path)).map_err(|error| Unread::new(file, error))?;
            let values = project::vars(&bytes).map_err(|why| Unread {
                file: file.clone(),
                why,
            })?;
            here.extend(values.into_iter().map(|(name, value)| {
                let line = project::vars_line(&bytes, &name);
                Given {
                    name,
                    value,
                    place: Some((file.path.clone(), line)),
                }
            }));
        }
        let names: HashSet<&String> = here.iter().map(|given| &given.name).collect();
        bindings.retain(|given| !names.contains(&given.name));
        bindings.append(&mut here);
        bindings.retain(|given| !set.iter().any(|(other, _)| *other == given.name));
        let given = |(name, value): (String, String)| Given {
            name,
            value,
            place: None,
        };
        bindings.extend(set.iter().cloned().map(given));
    }
    Ok(bindings)
}
