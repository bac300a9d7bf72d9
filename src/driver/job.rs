//! One program with one set of values: all its outputs are made in memory before anybody writes
//! them.

use super::consensus::ProgramFindings;
use super::values::{self, Unread};
use crate::aws::State;
use crate::compile::{Compilation, Environment, Inputs, Judged, compile};
use crate::date::Date;
use crate::diagnostic::{Problem, Problems};
use crate::lint::{self, Levels};
use crate::policy::Policy;
use crate::project::{Build, Output, Program, Project, SharedModules};
use crate::report::review::Given;
use crate::source::Sources;
use crate::target::{self, Target};
use crate::workspace::Workspace;

/// How a project is built.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// Levels of lints, on top of those of the project.
    pub levels: Levels,
    /// The day that counts as today, whatever the project says.
    pub as_of: Option<Date>,
    /// The day that it is.
    pub today: Date,
    /// Whether outputs are to be written; else the size of each program without errors is told.
    pub writes: bool,
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
#[derive(Debug, Default)]
pub struct Outcome {
    /// The files of the program.
    pub sources: Sources,
    /// How many environments the program declares.
    pub environments: usize,
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
}

/// An output that was made.
#[derive(Debug)]
pub struct Made {
    /// Its target.
    pub target: &'static Target,
    /// Where it belongs.
    pub path: String,
    /// All of it.
    pub bytes: Vec<u8>,
}

/// What a project comes to, in its order.
pub fn plan_jobs<'p>(project: &'p Project, options: &RunOptions) -> Vec<Job<'p>> {
    let modules = SharedModules::new(project);
    let of_program = |program: &'p Program| {
        let levels = options
            .levels
            .override_levels(&program.lints.override_levels(&project.lints));
        let job = |build: &'p Build| Job {
            program,
            build,
            levels: levels.clone(),
            as_of: options.as_of.or(build.as_of).unwrap_or(options.today),
            writes: options.writes,
            shared: modules.outputs_of(build),
        };
        program.builds.iter().map(job).collect::<Vec<_>>()
    };

    project.programs.iter().flat_map(of_program).collect()
}

impl Outcome {
    /// What it says of its files, to be held against what others say of them.
    pub fn findings(&mut self) -> ProgramFindings<'_> {
        ProgramFindings {
            sources: &self.sources,
            environments: self.environments,
            problems: &mut self.problems,
        }
    }
}

impl Job<'_> {
    /// Does it.
    pub fn run_in(&self, workspace: &mut dyn Workspace) -> Outcome {
        match self.compile_in(workspace) {
            Ok(compilation) => {
                let outcome = self.judge_compilation(&compilation);
                Outcome {
                    environments: compilation.environments.len(),
                    sources: compilation.sources,
                    ..outcome
                }
            }
            Err(unread) => Outcome {
                unread: Some(unread),
                ..Outcome::default()
            },
        }
    }

    /// Reads the program.
    pub fn compile_in(&self, workspace: &mut dyn Workspace) -> Result<Compilation, Unread> {
        let given = self.read_given(workspace)?;
        self.compile_with(given, workspace)
    }

    /// The values of its parameters.
    pub fn read_given(&self, workspace: &mut dyn Workspace) -> Result<Vec<Given>, Unread> {
        values::read_given(&self.build.values, workspace)
    }

    /// Reads the program, with these values.
    pub fn compile_with(
        &self,
        given: Vec<Given>,
        workspace: &mut dyn Workspace,
    ) -> Result<Compilation, Unread> {
        let (bindings, file) = (values::into_bindings(given), &self.program.file);
        let inputs = Inputs {
            bindings: &bindings,
            as_of: self.as_of,
            environment: self.environment(),
        };
        compile(&file.path, workspace, &inputs).map_err(|error| Unread::new(file, &error))
    }

    /// The environment that the program is compiled for.
    fn environment(&self) -> Option<Environment<'_>> {
        let name = self.build.environment.as_deref()?;
        let is_optional = !self.build.is_chosen;
        Some(Environment { name, is_optional })
    }

    /// Finds what is wrong with the program, and makes its outputs. Its files are left with it.
    pub fn judge_compilation(&self, compilation: &Compilation) -> Outcome {
        let policy = &compilation.policy;
        let Judged {
            deployment,
            outline,
            mut problems,
        } = compilation.judge_at(&self.levels);

        for target in self.targets() {
            problems.append((target.unsupported)(policy));
        }

        let size = deployment
            .as_ref()
            .map(|deployment| (policy.tiers.len(), deployment.rule_count()));

        let (mut made, mut addresses) = (Vec::new(), Vec::new());
        if let Some(deployment) = deployment.filter(|_| !problems.any_error())
            && (self.outputs_to_make().next().is_some() || !self.shared.is_empty())
        {
            let state = deployment.complete_state(outline);
            made = self.make_outputs(policy, &state, &mut problems);
            let declared = |output: &&Output| (output.target.addresses)(&state);
            addresses = self.shared.iter().map(declared).collect();
        }

        Outcome {
            problems: problems.sorted(),
            made,
            addresses,
            size,
            ..Outcome::default()
        }
    }

    /// The targets of its outputs, each once.
    fn targets(&self) -> impl Iterator<Item = &'static Target> {
        let is_wanted = |target: &&Target| {
            let mut outputs = self.build.outputs.iter();
            outputs.any(|output| output.target == *target)
        };
        target::ALL.iter().filter(is_wanted)
    }

    /// Its outputs that are written, or whose size a lint asks for.
    fn outputs_to_make(&self) -> impl Iterator<Item = &Output> {
        let is_wanted = |output: &&Output| self.writes || output.target.measures.is_some();
        self.build.outputs.iter().filter(is_wanted)
    }

    /// Makes the outputs, and finds what their targets would refuse in them.
    fn make_outputs(&self, policy: &Policy, state: &State, problems: &mut Problems) -> Vec<Made> {
        let outputs = self.outputs_to_make();
        let mut made: Vec<Made> = outputs.map(|output| make_output(output, state)).collect();

        for target in self.targets() {
            if let Some(first) = made.iter().find(|made| made.target == target) {
                problems.append(exceeded_limits(policy, state, first, &self.levels));
            }
        }

        if !self.writes {
            made.clear();
        }

        made
    }
}

fn make_output(output: &Output, state: &State) -> Made {
    Made {
        target: output.target,
        path: output.path.path.clone(),
        bytes: (output.target.emit)(state),
    }
}

/// What its target would refuse in an output of that size.
fn exceeded_limits(policy: &Policy, state: &State, made: &Made, levels: &Levels) -> Problems {
    let Some(measures) = made.target.measures else {
        return Problems::default();
    };
    let found = lint::template_limits(made.target.title, &measures(state, made.bytes.len()));
    lint::lint_problems(policy, &lint::TEMPLATE_LIMITS, levels, found)
}
