//! The values of parameters, merged from all the places that set them.

use crate::diagnostic::{InputProblem, Problem, Problems};
use crate::project::{self, Named, Values};
use crate::report::review::Given;
use crate::workspace::{ReadError, Workspace};
use std::collections::HashSet;
use std::error::Error;
use std::fmt;

/// A file that could not be read.
#[derive(Debug, Clone)]
pub struct Unread {
    /// The file.
    pub file: Named,
    /// The error message.
    pub why: String,
}

impl Unread {
    /// An error of a workspace about a file.
    pub fn new(file: &Named, error: &ReadError) -> Unread {
        Unread {
            file: file.clone(),
            why: error.to_string(),
        }
    }
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot read `{}`: {}", self.file.path, self.why)
    }
}

impl Error for Unread {}

/// Merges values: later ones take precedence, and in one place `set` over files.
pub fn read_given(values: &[Values], workspace: &mut dyn Workspace) -> Result<Vec<Given>, Unread> {
    let mut bindings: Vec<Given> = Vec::new();
    for Values { vars, set } in values {
        let mut here = Vec::new();
        for file in vars {
            here.extend(read_values_file(file, workspace)?);
        }
        let names: HashSet<&String> = here.iter().map(|given| &given.name).collect();
        bindings.retain(|given| !names.contains(&given.name));
        bindings.append(&mut here);

        bindings.retain(|given| !set.iter().any(|(other, _)| *other == given.name));
        bindings.extend(set.iter().cloned().map(|(name, value)| Given {
            name,
            value,
            place: None,
        }));
    }

    Ok(bindings)
}

/// The values in a file, with their lines.
fn read_values_file(file: &Named, workspace: &mut dyn Workspace) -> Result<Vec<Given>, Unread> {
    let bytes = workspace
        .values(&file.path)
        .map_err(|error| Unread::new(file, &error))?;

    let values = project::vars(&bytes).map_err(|why| Unread {
        file: file.clone(),
        why,
    })?;

    let given = values.into_iter().map(|(name, value)| {
        let line = project::vars_line(&bytes, &name);
        Given {
            name,
            value,
            place: Some((file.path.clone(), line)),
        }
    });

    Ok(given.collect())
}

/// Values without their positions.
pub fn into_bindings(given: impl IntoIterator<Item = Given>) -> Vec<(String, String)> {
    given
        .into_iter()
        .map(|Given { name, value, .. }| (name, value))
        .collect()
}

/// Drops problems of values for parameters of other environments, and of files that only these
/// include, where environments share the values: a file of values is theirs, and so is everything in
/// a manifest (`of_a_manifest`).
pub fn drop_shared_values(problems: &mut Problems, given: &[Given], of_a_manifest: bool) {
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
