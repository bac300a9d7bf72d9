//! One program with one set of values: all its outputs are made in memory before anybody writes
//! them.

use super::consensus::ProgramFindings;
use super::values::{self, Unread};
use crate::compile::{Compilation, Judged, compile};
use crate::date::Date;
use crate::diagnostic::{Problem, Problems};
use crate::groups::Deployment;
use crate::lint::{self, Levels, unsupported};
use crate::policy::Policy;
use crate::project::{Build, Output, Program, Project, SharedModules};
use crate::report::review::Given;
use crate::source::Sources;
use crate::target::{Backend, cloudformation};
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
    pub backend: Backend,
    /// Where it belongs.
    pub path: String,
    /// All of it.
    pub bytes: Vec<u8>,
}

/// What a project comes to, in its order.
pub fn jobs<'p>(project: &'p Project, options: &RunOptions) -> Vec<Job<'p>> {
    let modules = SharedModules::new(project);
    let of_program = |program: &'p Program| {
        let levels = options.levels.over(&program.lints.over(&project.lints));
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
            problems: &mut self.problems,
        }
    }
}

impl Job<'_> {
    /// Does it.
    pub fn run(&self, workspace: &mut dyn Workspace) -> Outcome {
        match self.compile(workspace) {
            Ok(compilation) => {
                let outcome = self.judge(&compilation);
                Outcome {
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
    pub fn compile(&self, workspace: &mut dyn Workspace) -> Result<Compilation, Unread> {
        let given = self.given(workspace)?;
        self.compile_with(given, workspace)
    }

    /// The values of its parameters.
    pub fn given(&self, workspace: &mut dyn Workspace) -> Result<Vec<Given>, Unread> {
        values::given(&self.build.values, workspace)
    }

    /// Reads the program, with these values.
    pub fn compile_with(
        &self,
        given: Vec<Given>,
        workspace: &mut dyn Workspace,
    ) -> Result<Compilation, Unread> {
        let (bindings, file) = (values::pairs(given), &self.program.file);
        compile(&file.path, workspace, &bindings, self.as_of)
            .map_err(|error| Unread::new(file, &error))
    }

    /// Finds what is wrong with the program, and makes its outputs. Its files are left with it.
    pub fn judge(&self, compilation: &Compilation) -> Outcome {
        let policy = &compilation.policy;
        let Judged {
            deployment,
            mut problems,
        } = compilation.judge(&self.levels);
        let outputs = &self.build.outputs;
        if outputs.iter().any(|output| is_template(&output.backend)) {
            problems.append(unsupported::cloudformation(policy));
        }
        let size = deployment
            .as_ref()
            .map(|deployment| (policy.tiers.len(), deployment.rule_count()));

        let (mut made, mut addresses) = (Vec::new(), Vec::new());
        if let Some(deployment) = deployment.filter(|_| !problems.any_error()) {
            made = self.make(policy, &deployment, &mut problems);
            let declared = |output: &&Output| (output.backend.addresses)(&deployment);
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

    /// Makes the outputs, and finds what their targets would refuse in them.
    fn make(
        &self,
        policy: &Policy,
        deployment: &Deployment<'_>,
        problems: &mut Problems,
    ) -> Vec<Made> {
        let is_wanted = |output: &&Output| self.writes || is_template(&output.backend);
        let wanted = self.build.outputs.iter().filter(is_wanted);
        let mut made: Vec<Made> = wanted.map(|output| make(output, deployment)).collect();
        if let Some(made) = made.iter().find(|made| is_template(&made.backend)) {
            problems.append(limits(policy, deployment, made.bytes.len(), &self.levels));
        }

        if !self.writes {
            made.clear();
        }
        made
    }
}

fn is_template(backend: &Backend) -> bool {
    backend.name == cloudformation::BACKEND.name
}

fn make(output: &Output, deployment: &Deployment<'_>) -> Made {
    Made {
        backend: output.backend,
        path: output.path.path.clone(),
        bytes: (output.backend.emit)(deployment),
    }
}

/// What CloudFormation would refuse in a template of that size.
fn limits(policy: &Policy, deployment: &Deployment<'_>, bytes: usize, levels: &Levels) -> Problems {
    let [resources, parameters, outputs] = cloudformation::counts(deployment);
    let template = lint::Template {
        resources,
        parameters,
        outputs,
        bytes,
    };
    lint::problems(
        policy,
        &lint::TEMPLATE_LIMITS,
        levels,
        lint::template_limits(template),
    )
}
