//! The values of parameters, merged from all the places that set them.

use crate::diagnostic::{InputProblem, Problem, Problems};
use crate::project::{self, Named, Values};
use crate::report::review::GivenValue;
use crate::workspace::{ReadError, Workspace};
use std::collections::HashSet;
use std::error::Error;
use std::fmt;

/// A file that could not be read.
#[derive(Debug, Clone)]
pub struct UnreadFile {
    /// The file.
    pub file: Named,
    /// The error message.
    pub why: String,
}

impl UnreadFile {
    /// An error of a workspace about a file.
    pub fn new(file: &Named, error: &ReadError) -> UnreadFile {
        UnreadFile {
            file: file.clone(),
            why: error.to_string(),
        }
    }
}

impl fmt::Display for UnreadFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot read `{}`: {}", self.file.path, self.why)
    }
}

impl Error for UnreadFile {}

/// Merges values: later ones take precedence, and in one place `set` over files.
pub fn read_given(
    values: &[Values],
    workspace: &mut dyn Workspace,
) -> Result<Vec<GivenValue>, UnreadFile> {
    let mut bindings: Vec<GivenValue> = Vec::new();
    for Values { vars, set } in values {
        let mut here = Vec::new();
        for file in vars {
            here.extend(read_values_file(file, workspace)?);
        }
        let names: HashSet<&String> = here.iter().map(|given| &given.name).collect();
        bindings.retain(|given| !names.contains(&given.name));
        bindings.append(&mut here);

        bindings.retain(|given| !set.iter().any(|(other, _)| *other == given.name));
        bindings.extend(set.iter().cloned().map(|(name, value)| GivenValue {
            name,
            value,
            place: None,
        }));
    }

    Ok(bindings)
}

/// The values in a file, with their lines.
fn read_values_file(
    file: &Named,
    workspace: &mut dyn Workspace,
) -> Result<Vec<GivenValue>, UnreadFile> {
    let bytes = workspace
        .values(&file.path)
        .map_err(|error| UnreadFile::new(file, &error))?;

    let values = project::parse_values(&bytes).map_err(|why| UnreadFile {
        file: file.clone(),
        why,
    })?;

    let given = values.into_iter().map(|(name, value)| {
        let line = project::line_of_value(&bytes, &name);
        GivenValue {
            name,
            value,
            place: Some((file.path.clone(), line)),
        }
    });

    Ok(given.collect())
}

/// Values without their positions.
pub fn into_bindings(given: impl IntoIterator<Item = GivenValue>) -> Vec<(String, String)> {
    given
        .into_iter()
        .map(|GivenValue { name, value, .. }| (name, value))
        .collect()
}

/// Notes that a manifest lists the program, where environments can be listed too.
pub fn note_listed(problems: &mut Problems) {
    for problem in problems.iter_mut() {
        if let Problem::Input(InputProblem::NoEnvironment { is_listed, .. }) = problem {
            *is_listed = true;
        }
    }
}

/// Drops problems of values for parameters of other environments, and of files that only these
/// include, where environments share the values: a file of values is theirs, and so is everything in
/// a manifest (`of_a_manifest`).
pub fn drop_shared_values(problems: &mut Problems, given: &[GivenValue], of_a_manifest: bool) {
    let is_in_file = |name: &str| {
        let mut given = given.iter();
        given.any(|given| given.name == name && given.place.is_some())
    };

    problems.retain(|problem| match problem {
        Problem::Input(InputProblem::UnknownBinding { unread, .. }) if unread.is_empty() => true,
        Problem::Input(
            InputProblem::OtherEnvironment { name, .. } | InputProblem::UnknownBinding { name, .. },
        ) => !of_a_manifest && !is_in_file(name),
        _ => true,
    });
}
