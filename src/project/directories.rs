//! Outputs in one directory that are read together, as Terraform reads the files of a module.

use super::{Build, Output, Program, Project};
use crate::diagnostic::{ManifestProblem, Problems};
use crate::source::lexical;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

/// A directory, and the target whose outputs in it are read together.
type Module = (&'static str, PathBuf);

/// The directories in which several outputs of a project are read together.
#[derive(Debug, Default)]
pub struct SharedModules(BTreeSet<Module>);

/// What one output of a shared directory declares.
#[derive(Debug)]
pub struct Declared<'p> {
    /// The output.
    pub output: &'p Output,
    /// Its program and environment, as messages name them.
    pub program: String,
    /// The addresses that no other output of the directory may declare.
    pub addresses: Vec<String>,
}

impl SharedModules {
    /// The shared modules of a project.
    pub fn new(project: &Project) -> SharedModules {
        let builds = project.programs.iter().flat_map(|program| &program.builds);
        let mut counts: BTreeMap<Module, usize> = BTreeMap::new();
        for module in builds.flat_map(|build| &build.outputs).filter_map(module) {
            *counts.entry(module).or_default() += 1;
        }
        SharedModules(
            counts
                .into_iter()
                .filter(|(_, count)| *count > 1)
                .map(|(module, _)| module)
                .collect(),
        )
    }

    /// The outputs of a build that are in one of them.
    pub fn outputs_of<'p>(&self, build: &'p Build) -> Vec<&'p Output> {
        let is_shared =
            |output: &&Output| module(output).is_some_and(|module| self.0.contains(&module));
        build.outputs.iter().filter(is_shared).collect()
    }
}

/// The module of an output; files with another extension belong to none.
fn module(output: &Output) -> Option<Module> {
    let path = lexical(Path::new(&output.path.path));
    let is_read = path
        .extension()
        .is_some_and(|extension| extension == output.target.extension);
    let directory = path.parent().map(Path::to_path_buf)?;
    is_read.then_some((output.target.name, directory))
}

/// A program and one of its environments: `shop.tier`, `shop.tier (staging)`, in backticks.
pub fn title(program: &Program, build: &Build) -> String {
    let environment = build
        .environment
        .as_ref()
        .map_or(String::new(), |name| format!(" ({name})"));
    format!("`{}`{environment}", program.file.path)
}

/// Reports addresses that two outputs of one directory both declare, once for each pair.
pub fn report_clashes(declared: &[Declared<'_>]) -> Problems {
    let mut firsts: HashMap<Module, HashMap<&str, usize>> = HashMap::new();
    let mut shared: BTreeMap<(usize, usize), Vec<String>> = BTreeMap::new();

    for (
        n,
        Declared {
            output, addresses, ..
        },
    ) in declared.iter().enumerate()
    {
        let Some(module) = module(output) else {
            continue;
        };
        let firsts = firsts.entry(module).or_default();
        for address in addresses {
            let first = *firsts.entry(address).or_insert(n);
            if first != n {
                shared.entry((n, first)).or_default().push(address.clone());
            }
        }
    }

    let mut problems = Problems::default();
    for ((later, first), addresses) in shared {
        let [one, other] = [first, later].map(|n| &declared[n]);
        let (Some(first), Some(span)) = (one.output.path.span, other.output.path.span) else {
            continue;
        };
        let programs = [one.program.clone(), other.program.clone()];

        problems.push(ManifestProblem::SharedDirectory {
            span,
            first,
            programs,
            directory: directory(other.output),
            help: (other.output.target.separate_help)(&addresses),
            addresses,
        });
    }

    problems
}

/// The directory of an output, as messages name it.
fn directory(output: &Output) -> String {
    let parent = Path::new(&output.path.path)
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    parent.unwrap_or(Path::new(".")).display().to_string()
}
