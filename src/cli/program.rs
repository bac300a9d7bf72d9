//! A program as the command line names it: its file, and what gives its parameters values.

use super::files::{self, Files};
use super::report::Report;
use super::{Exit, With};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use std::fmt;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};
use tierwall::compile::{Compilation, compile};
use tierwall::date::Date;
use tierwall::diagnostic::{Level, Problem};
use tierwall::parse::ReadError;

/// Compiles a program; what keeps it from being read is reported.
pub fn load(file: &str, with: &With, report: &Report) -> Result<Compilation, Exit> {
    let bindings = bindings(with).map_err(|words| report.failure(&words))?;
    let as_of = with.as_of.unwrap_or_else(today);
    let mut files = Files::new(with.root.clone());
    compile(file, &mut files, &bindings, as_of).map_err(|error| unread(file, error, report))
}

/// Reports a program that cannot be read.
pub fn unread(file: &str, error: ReadError, report: &Report) -> Exit {
    let why = match error {
        ReadError::Failed(why) => why,
        ReadError::Outside(root) => format!("it is outside `{root}`"),
    };
    report.failure(&format!("cannot read `{file}`: {why}"))
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
    let mut errors = problems.iter().filter(|p| p.level() == Level::Error).peekable();
    if errors.peek().is_none() {
        Exit::Done
    } else if errors.all(|problem| problem.report().code.starts_with("E05")) {
        Exit::Usage
    } else {
        Exit::Program
    }
}

/// The day that it is, UTC.
pub fn today() -> Date {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Date::from_unix_days((since.as_secs() / 86_400) as u32)
}

/// `--vars` files first, then `--set`, which wins.
pub fn bindings(with: &With) -> Result<Vec<(String, String)>, String> {
    let mut bindings: Vec<(String, String)> = Vec::new();
    for file in &with.vars {
        let said = |why: String| format!("cannot read `{file}`: {why}");
        let bytes = files::read_file(Path::new(file)).map_err(|error| match error {
            ReadError::Failed(why) | ReadError::Outside(why) => said(why),
        })?;
        let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
        let Entries(entries) =
            serde_json::from_slice(text).map_err(|error| said(format!("it is no JSON object: {error}")))?;
        for (name, value) in entries {
            let serde_json::Value::String(value) = value else {
                return Err(said(format!("the value of `{name}` is no string")));
            };
            bindings.push((name, value));
        }
    }
    bindings.retain(|(name, _)| !with.set.iter().any(|(set, _)| set == name));
    bindings.extend(with.set.iter().cloned());
    Ok(bindings)
}

/// The entries of a JSON object, a key that stands twice kept twice.
struct Entries(Vec<(String, serde_json::Value)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Entries;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of strings")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Object)
    }
}
