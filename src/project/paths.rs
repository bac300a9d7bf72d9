//! Paths that a manifest uses for two things, one of which would overwrite the other.

use super::{Build, Named, Project};
use crate::diagnostic::{ManifestProblem, Problems};
use crate::source::lexical;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What a path is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    Manifest,
    Program,
    Vars,
    Output,
}

impl Use {
    /// Why a path cannot have both uses, as a message; `None` if it can.
    fn conflict_with(self, other: Use) -> Option<&'static str> {
        match (self, other) {
            (Use::Program, Use::Program) => Some("two programs"),
            (Use::Output, Use::Output) => Some("two outputs"),
            (Use::Output, Use::Program) | (Use::Program, Use::Output) => {
                Some("an output and a program")
            }
            (Use::Output, Use::Vars) | (Use::Vars, Use::Output) => {
                Some("an output and a file of values")
            }
            (Use::Output, Use::Manifest) => Some("an output and this manifest"),
            (Use::Program | Use::Vars, Use::Manifest)
            | (Use::Manifest, _)
            | (Use::Vars, Use::Vars | Use::Program)
            | (Use::Program, Use::Vars) => None,
        }
    }
}

/// Reports such conflicts. `manifest` is the path of the manifest itself.
pub fn report_conflicts(project: &Project, manifest: &str) -> Problems {
    let own = Named {
        path: manifest.to_string(),
        span: None,
    };
    let mut uses = vec![(Use::Manifest, &own)];

    for program in &project.programs {
        uses.push((Use::Program, &program.file));
        uses.extend(program.builds.iter().flat_map(build_paths));
    }

    let (mut known, mut problems): (BTreeMap<PathBuf, Vec<_>>, _) =
        (BTreeMap::new(), Problems::default());
    for (used, named) in uses {
        let before = known.entry(lexical(Path::new(&named.path))).or_default();
        let conflict = before
            .iter()
            .find_map(|(other, span)| Some((used.conflict_with(*other)?, *span)));

        if let (Some((uses, first)), Some(span)) = (conflict, named.span) {
            problems.push(ManifestProblem::OnePath {
                span,
                path: named.path.clone(),
                uses,
                first,
            });
        }

        before.push((used, named.span));
    }

    problems
}

/// The files of values and the outputs of a build.
fn build_paths(build: &Build) -> impl Iterator<Item = (Use, &Named)> {
    let vars = build.values.iter().flat_map(|values| &values.vars);
    let outputs = build.outputs.iter().map(|output| &output.path);
    vars.map(|named| (Use::Vars, named))
        .chain(outputs.map(|path| (Use::Output, path)))
}
