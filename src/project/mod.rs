//! A project: the programs that `tierwall.toml` lists, with their values, outputs and levels of
//! lints.
//!
//! ManifestReader a manifest does not access the file system: paths are returned as they are to be opened,
//! and opening them finds out whether they exist.

mod directories;
mod entry;
mod manifest;
mod paths;
mod vars;

pub use directories::{Declared, SharedModules, report_clashes, title};
pub use manifest::read;
pub use vars::{line_of_value, parse_values};

use crate::date::Date;
use crate::lint::Levels;
use crate::source::Span;
use crate::target::Target;

/// The file name of a manifest.
pub const MANIFEST: &str = "tierwall.toml";

/// All that is built together.
#[derive(Debug, Default)]
pub struct Project {
    /// `[lints]`: levels for every program.
    pub lints: Levels,
    /// `[[program]]`, in the order of the manifest.
    pub programs: Vec<Program>,
}

/// `[[program]]`
#[derive(Debug)]
pub struct Program {
    /// `file = "shop.tier"`
    pub file: Named,
    /// `root = "."`: the directory that included files must be in; by default that of the program.
    pub root: Option<String>,
    /// `[program.lints]`, which override those of the project.
    pub lints: Levels,
    /// Its builds: one for each environment, or a single one.
    pub builds: Vec<Build>,
}

/// One way to build a program.
#[derive(Debug, Default)]
pub struct Build {
    /// `[program.environments.production]`; `None` for a program without environments.
    pub environment: Option<String>,
    /// Whether the command line chose the environment: then the program has to declare it.
    pub is_chosen: bool,
    /// Values of parameters; later ones take precedence.
    pub values: Vec<Values>,
    /// `as-of = 2026-01-15`: the day that counts as today.
    pub as_of: Option<Date>,
    /// `outputs = { terraform = "shop.tf" }`
    pub outputs: Vec<Output>,
}

impl Project {
    /// Leaves the builds of one environment. A program that lists none is built for it all the
    /// same. Whether any build is left.
    pub fn keep_environment(&mut self, name: &str) -> bool {
        for program in &mut self.programs {
            for build in &mut program.builds {
                if build.environment.is_none() {
                    build.environment = Some(name.to_string());
                }
            }
            let is_kept = |build: &Build| build.environment.as_deref() == Some(name);
            program.builds.retain(is_kept);
        }

        self.programs.retain(|program| !program.builds.is_empty());
        !self.programs.is_empty()
    }

    /// The environments that programs list, each once, in the order of the manifest.
    pub fn list_environments(&self) -> Vec<&str> {
        let builds = self.programs.iter().flat_map(|program| &program.builds);
        let mut names: Vec<&str> = Vec::new();
        for name in builds.filter_map(|build| build.environment.as_deref()) {
            if !names.contains(&name) {
                names.push(name);
            }
        }

        names
    }
}

/// Values of parameters from one place.
#[derive(Debug, Clone, Default)]
pub struct Values {
    /// `vars = "production.json"`
    pub vars: Vec<Named>,
    /// `set = { office = "203.0.113.0/24" }`, which takes precedence over the files.
    pub set: Vec<(String, String)>,
}

/// `terraform = "shop.tf"`
#[derive(Debug)]
pub struct Output {
    /// Its target.
    pub target: &'static Target,
    /// Its path.
    pub path: Named,
}

/// A path, as it is to be opened and as reports show it.
#[derive(Debug, Clone)]
pub struct Named {
    /// The path.
    pub path: String,
    /// Where the manifest names it; `None` for one that the command line names.
    pub span: Option<Span>,
}

impl Named {
    /// A path that no manifest names.
    pub fn new(path: &str) -> Named {
        Named {
            path: path.to_string(),
            span: None,
        }
    }
}
