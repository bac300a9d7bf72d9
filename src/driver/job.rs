//! One program in one environment: all its outputs are built in memory before they are written.

use super::consensus::ProgramFindings;
use super::values::{self, UnreadFile};
use crate::aws::State;
use crate::compile::{Compilation, Environment, Inputs, Judged, compile};
use crate::date::Date;
use crate::diagnostic::{Problem, Problems};
use crate::lint::{self, Levels};
use crate::policy::Policy;
use crate::project::{Build, Output, Program, Project, SharedModules};
use crate::report::review::GivenValue;
use crate::source::Sources;
use crate::target::{self, Target};
use crate::workspace::{ReadError, Workspace};

/// How a project is built.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// Levels of lints, on top of those of the project.
    pub levels: Levels,
    /// The day that counts as today, whatever the project says.
    pub as_of: Option<Date>,
    /// The current day.
    pub today: Date,
    /// Whether outputs are written; otherwise the size of each program without errors is reported.
    pub writes: bool,
}

/// A build of one program in one environment.
#[derive(Debug)]
pub struct Job<'p> {
    /// The program.
    pub program: &'p Program,
    /// Its values and outputs.
    pub build: &'p Build,
    /// The levels of its lints.
    pub levels: Levels,
    /// The day that counts as today.
    pub as_of: Date,
    /// Whether its outputs are written; otherwise only those that a lint measures are built, and
    /// then discarded.
    pub writes: bool,
    /// Its outputs that are in one module with outputs of other jobs.
    pub shared: Vec<&'p Output>,
}

/// The result of a job.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The files of the program.
    pub sources: Sources,
    /// How many environments the program declares.
    pub environments: usize,
    /// Its problems.
    pub problems: Vec<Problem>,
    /// Its outputs, if it has no errors.
    pub made: Vec<BuiltOutput>,
    /// The addresses that each of the job's shared outputs declares.
    pub addresses: Vec<Vec<String>>,
    /// The numbers of its tiers and rules; `None` if it has errors.
    pub size: Option<(usize, usize)>,
    /// A file that could not be read, and why.
    pub unread: Option<UnreadFile>,
}

/// An output in memory.
#[derive(Debug)]
pub struct BuiltOutput {
    /// Its target.
    pub target: &'static Target,
    /// Its path.
    pub path: String,
    /// Its contents.
    pub bytes: Vec<u8>,
}

/// The jobs of a project, in the order of the manifest.
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
    /// Its findings, to be compared with those of other programs about the same files.
    pub fn findings(&mut self) -> ProgramFindings<'_> {
        ProgramFindings {
            sources: &self.sources,
            environments: self.environments,
            problems: &mut self.problems,
        }
    }
}

impl Job<'_> {
    /// Runs the job.
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

    /// Compiles the program.
    pub fn compile_in(&self, workspace: &mut dyn Workspace) -> Result<Compilation, UnreadFile> {
        let given = self.read_given(workspace)?;
        self.compile_with(given, workspace)
    }

    /// The values of its parameters.
    pub fn read_given(&self, workspace: &mut dyn Workspace) -> Result<Vec<GivenValue>, UnreadFile> {
        values::read_given(&self.build.values, workspace)
    }

    /// Compiles the program with these values.
    pub fn compile_with(
        &self,
        given: Vec<GivenValue>,
        workspace: &mut dyn Workspace,
    ) -> Result<Compilation, UnreadFile> {
        let (bindings, file) = (values::into_bindings(given.clone()), &self.program.file);
        let inputs = Inputs {
            bindings: &bindings,
            as_of: self.as_of,
            environment: self.environment(),
        };
        let mut compilation = compile(&file.path, workspace, &inputs)
            .map_err(|error| UnreadFile::new(file, &error))?;
        if self.targets().next().is_some() && compilation.sources.is_translated() {
            let why = "it says what exists, and is no program: `tierwall import` writes it as one";
            return Err(UnreadFile::new(file, &ReadError::Failed(why.to_string())));
        }
        let is_listed = file.span.is_some();
        values::drop_shared_values(&mut compilation.problems, &given, is_listed);
        if is_listed {
            values::note_listed(&mut compilation.problems);
        }

        Ok(compilation)
    }

    /// The environment that the program is compiled for.
    fn environment(&self) -> Option<Environment<'_>> {
        let name = self.build.environment.as_deref()?;
        let is_optional = !self.build.is_chosen;
        Some(Environment { name, is_optional })
    }

    /// Judges the program and builds its outputs. Its files stay in the compilation.
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

    /// Its outputs that are written, or that a lint measures.
    fn outputs_to_make(&self) -> impl Iterator<Item = &Output> {
        let is_wanted = |output: &&Output| self.writes || output.target.limits.is_some();
        self.build.outputs.iter().filter(is_wanted)
    }

    /// Builds the outputs, and finds limits of their targets that they exceed.
    fn make_outputs(
        &self,
        policy: &Policy,
        state: &State,
        problems: &mut Problems,
    ) -> Vec<BuiltOutput> {
        let outputs = self.outputs_to_make();
        let mut made: Vec<BuiltOutput> = outputs.map(|output| make_output(output, state)).collect();

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

fn make_output(output: &Output, state: &State) -> BuiltOutput {
    BuiltOutput {
        target: output.target,
        path: output.path.path.clone(),
        bytes: (output.target.emit)(state),
    }
}

/// The limits of its target that an output exceeds.
fn exceeded_limits(
    policy: &Policy,
    state: &State,
    made: &BuiltOutput,
    levels: &Levels,
) -> Problems {
    let Some(limits) = &made.target.limits else {
        return Problems::default();
    };
    let measures = (limits.measure)(state, made.bytes.len());
    let found = lint::template_limits(made.target.title, limits, &measures);
    lint::lint_problems(policy, &lint::TEMPLATE_LIMITS, levels, found)
}
