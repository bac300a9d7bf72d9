//! One program with one set of values: all its outputs are made in memory before anybody writes
//! them.

use super::agreement::ProgramFindings;
use super::files::Files;
use super::program::{Unread, given, pairs};
use super::seen::ReadLog;
use std::path::Path;
use tierwall::aws::State;
use tierwall::compile::{Compilation, Judged, compile};
use tierwall::date::Date;
use tierwall::diagnostic::{Problem, Problems};
use tierwall::lint::{self, Levels};
use tierwall::parse::{ReadError, Reader};
use tierwall::policy::Policy;
use tierwall::project::{Build, Output, Program};
use tierwall::report::review::Given;
use tierwall::source::Sources;
use tierwall::target::{self, Target};

/// Where programs are read, and the values of their parameters.
pub trait Place: Reader {
    /// What is in a file of values.
    fn values(&mut self, path: &Path) -> Result<Vec<u8>, ReadError>;
}

impl Place for Files {
    fn values(&mut self, path: &Path) -> Result<Vec<u8>, ReadError> {
        self.seen.read(path)
    }
}

/// What is to be built.
#[derive(Debug)]
pub struct Job<'p> {
    /// The program.
    pub program: &'p Program,
    /// Its values and outputs.
    pub build: &'p Build,
    /// What becomes of its lints.
    pub levels: Levels,
    /// The day that counts as today.
    pub as_of: Date,
    /// Whether its outputs are to be written; else only what a lint asks for is made, and nothing
    /// is kept.
    pub writes: bool,
    /// Those of its outputs that are read together with outputs of other jobs.
    pub shared: Vec<&'p Output>,
}

/// What became of it.
#[derive(Debug)]
pub struct Outcome {
    /// The files of the program.
    pub sources: Sources,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
    /// Its outputs, when nothing is wrong with it.
    pub made: Vec<Made>,
    /// For each of the job's outputs that are read together with others, what it declares.
    pub addresses: Vec<Vec<String>>,
    /// How many tiers and rules it has; `None` when it has errors.
    pub size: Option<(usize, usize)>,
    /// A file that could not be read, and why.
    pub unread: Option<Unread>,
    /// All files that were read.
    pub seen: ReadLog,
}

/// An output that was made.
#[derive(Debug)]
pub struct Made {
    /// Its target.
    pub backend: &'static Target,
    /// Where it belongs.
    pub path: String,
    /// All of it.
    pub bytes: Vec<u8>,
}

impl Outcome {
    /// What it says of its files, to be held against what others say of them.
    pub fn voice(&mut self) -> ProgramFindings<'_> {
        ProgramFindings {
            sources: &self.sources,
            problems: &mut self.problems,
        }
    }
}

impl Job<'_> {
    /// Does it.
    pub fn run(&self) -> Outcome {
        let mut files = Files::new(self.program.root.clone());
        let mut outcome = match self.compiled(&mut files) {
            Ok(compilation) => self.judged(compilation),
            Err(unread) => Outcome {
                sources: Sources::default(),
                problems: Vec::new(),
                made: Vec::new(),
                addresses: Vec::new(),
                size: None,
                unread: Some(unread),
                seen: ReadLog::default(),
            },
        };
        outcome.seen = files.seen;
        outcome
    }

    /// Reads the program from a place.
    pub fn compiled(&self, place: &mut dyn Place) -> Result<Compilation, Unread> {
        let given = self.given(place)?;
        self.compiled_with(given, place)
    }

    /// The values of its parameters.
    pub fn given(&self, place: &mut dyn Place) -> Result<Vec<Given>, Unread> {
        given(&self.build.values, &mut |path| place.values(path))
    }

    /// Reads the program from a place, with these values.
    pub fn compiled_with(
        &self,
        given: Vec<Given>,
        place: &mut dyn Place,
    ) -> Result<Compilation, Unread> {
        let (bindings, file) = (pairs(given), &self.program.file);
        compile(&file.path, place, &bindings, self.as_of).map_err(|error| Unread::new(file, error))
    }

    fn judged(&self, compilation: Compilation) -> Outcome {
        let policy = &compilation.policy;
        let Judged {
            deployment,
            outline,
            mut problems,
        } = compilation.judge(&self.levels);
        let outputs = &self.build.outputs;
        for target in &target::ALL {
            if outputs.iter().any(|output| output.backend == target) {
                problems.append((target.unsupported)(policy));
            }
        }
        let size = deployment
            .as_ref()
            .map(|deployment| (policy.tiers.len(), deployment.rule_count()));
        let (mut made, mut addresses) = (Vec::new(), Vec::new());
        if let Some(deployment) = deployment.filter(|_| !problems.any_error()) {
            let wanted: Vec<&Output> = outputs
                .iter()
                .filter(|output| self.writes || output.backend.measures.is_some())
                .collect();
            let state = if wanted.is_empty() && self.shared.is_empty() {
                State::default()
            } else {
                deployment.complete(outline)
            };
            made = wanted.iter().map(|output| make(output, &state)).collect();
            problems.append(limits(policy, &state, &made, &self.levels));
            if !self.writes {
                made.clear();
            }
            addresses = self
                .shared
                .iter()
                .map(|output| (output.backend.addresses)(&state))
                .collect();
        }
        let sources = compilation.sources;
        Outcome {
            sources,
            problems: problems.sorted(),
            made,
            addresses,
            size,
            unread: None,
            seen: ReadLog::default(),
        }
    }
}

fn make(output: &Output, state: &State) -> Made {
    Made {
        backend: output.backend,
        path: output.path.path.clone(),
        bytes: (output.backend.emit)(state),
    }
}

/// What a target would refuse in an output of that size: of its first output.
fn limits(policy: &Policy, state: &State, made: &[Made], levels: &Levels) -> Problems {
    let mut problems = Problems::default();
    for target in &target::ALL {
        let first = made.iter().find(|made| made.backend == target);
        let (Some(measures), Some(made)) = (target.measures, first) else {
            continue;
        };
        let found = lint::template_limits(target.title, &measures(state, made.bytes.len()));
        problems.append(lint::told(policy, &lint::TEMPLATE_LIMITS, levels, found));
    }
    problems
}
