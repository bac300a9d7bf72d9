//! Runs the stages before the targets, from a path to groups.

use crate::analysis::assertions;
use crate::analysis::gate::Gates;
use crate::ast::ProgramTree;
use crate::aws::State;
use crate::catalogue::catalogue;
use crate::date::Date;
use crate::diagnostic::{InputProblem, Problems};
use crate::groups::{Deployment, lower};
use crate::import::TranslatingWorkspace;
use crate::ledger::{Ledger, ledger_path};
use crate::lint::{self, Levels};
use crate::parse::{self, Question};
use crate::policy::{Assertion, OutputRules, Policy};
use crate::resolve::{Settings, choose_environment, resolve};
use crate::source::{FileId, Sources};
use crate::target::{self, NamedState};
use crate::workspace::{ReadError, Workspace};
use std::error::Error;
use std::fmt;

pub use crate::resolve::Environment;

/// A program after the stages up to its policy.
#[derive(Debug)]
pub struct Compilation {
    /// Its files.
    pub sources: Sources,
    /// Its policy; complete if no problem is an error.
    pub policy: Policy,
    /// Its problems.
    pub problems: Problems,
    /// The environments that it declares, in source order.
    pub environments: Vec<String>,
}

/// A program whose assertions and lints have been evaluated.
#[derive(Debug)]
pub struct Judged<'p> {
    /// Its groups and their rules; `None` if errors leave it without a policy.
    pub deployment: Option<Deployment<'p>>,
    /// The outline of their state, a by-product; empty if there are no groups.
    pub outline: State,
    /// All its problems.
    pub problems: Problems,
}

impl Compilation {
    /// Proves the assertions of the program and runs every lint, unless names in its outputs are in
    /// error.
    pub fn judge_at(&self, levels: &Levels) -> Judged<'_> {
        let mut problems = self.problems.clone();
        if problems.any_error() {
            return Judged {
                deployment: None,
                outline: State::default(),
                problems,
            };
        }

        let deployment = lower(&self.policy);
        let outline = deployment.state_outline();
        problems.append(target::check_claims(NamedState {
            deployment: &deployment,
            state: &outline,
        }));
        problems.append(target::check_rule_tags(&deployment));

        if problems.any_error() {
            return Judged {
                deployment: None,
                outline: State::default(),
                problems,
            };
        }

        let gates = Gates::new(&self.policy);
        problems.append(assertions::judge_assertions(&self.policy, &gates));
        problems.append(lint::judge(&self.policy, gates, &deployment, levels));

        Judged {
            deployment: Some(deployment),
            outline,
            problems,
        }
    }
}

/// What a program is compiled with, besides its files.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'i> {
    /// Values of parameters, by name.
    pub bindings: &'i [(String, String)],
    /// The day that counts as today.
    pub as_of: Date,
    /// The environment that it is compiled for, if one is chosen.
    pub environment: Option<Environment<'i>>,
}

impl Inputs<'_> {
    /// No values, and no environment.
    pub fn on(as_of: Date) -> Inputs<'static> {
        Inputs {
            bindings: &[],
            as_of,
            environment: None,
        }
    }

    fn environment_name(&self) -> Option<&str> {
        self.environment.map(|environment| environment.name)
    }
}

/// Reads and resolves a program. Fails only when the entry file cannot be read.
pub fn compile(
    entry: &str,
    workspace: &mut dyn Workspace,
    inputs: &Inputs<'_>,
) -> Result<Compilation, ReadError> {
    let read = read_program(entry, workspace, inputs)?;
    Ok(resolve_program(entry, read, inputs))
}

/// The files of a program, parsed.
struct ParsedProgram {
    sources: Sources,
    program: ProgramTree,
    problems: Problems,
    /// The bindings, without those that a source had a use for.
    bindings: Vec<(String, String)>,
    ledger: Option<Ledger>,
}

/// Parses a program with all of its files; a file that says what exists is translated.
fn read_program(
    entry: &str,
    workspace: &mut dyn Workspace,
    inputs: &Inputs<'_>,
) -> Result<ParsedProgram, ReadError> {
    let mut workspace = TranslatingWorkspace::new(workspace, inputs.bindings);
    let (mut sources, program, mut problems) =
        parse::parse_program(entry, &mut workspace, inputs.environment_name())?;
    let ledger = read_ledger(entry, &mut workspace, inputs, &mut problems);
    let found = workspace.finish(&mut sources);
    for message in found.remarks {
        problems.push(InputProblem::SourceRemark { message });
    }
    let applied = found.applied_bindings;
    let bindings = inputs.bindings.iter();
    let bindings = bindings.filter(|(name, _)| !applied.contains(name));
    Ok(ParsedProgram {
        sources,
        program,
        problems,
        bindings: bindings.cloned().collect(),
        ledger,
    })
}

/// The ledger beside a program, if it has one.
fn read_ledger(
    entry: &str,
    workspace: &mut dyn Workspace,
    inputs: &Inputs<'_>,
    problems: &mut Problems,
) -> Option<Ledger> {
    let path = ledger_path(entry, inputs.environment_name())?;
    let why = match workspace.read_optional(&path) {
        Ok(None) => return None,
        Ok(Some(bytes)) => match Ledger::read(&bytes) {
            Ok(ledger) => return Some(ledger),
            Err(error) => error.to_string(),
        },
        Err(error) => error.to_string(),
    };
    problems.push(InputProblem::UnreadableLedger { path, why });
    None
}

fn resolve_program(entry: &str, parsed: ParsedProgram, inputs: &Inputs<'_>) -> Compilation {
    let ParsedProgram {
        sources,
        mut program,
        mut problems,
        bindings,
        ledger,
    } = parsed;
    let (environments, found) = choose_environment(&sources, &mut program, inputs.environment);
    problems.append(found);

    let (stack_name, lints) = (stack_name(entry), lint::lint_names());
    let settings = Settings {
        bindings: &bindings,
        as_of: inputs.as_of,
        catalogue: catalogue(),
        lints: &lints,
        stack_name: &stack_name,
        outputs: &output_rules(),
    };

    let (mut policy, found) = resolve(&sources, &program, &settings);
    policy.ledger = ledger;
    problems.append(found);

    Compilation {
        sources,
        policy,
        problems,
        environments,
    }
}

/// The rules of every target for the names and texts of a program.
pub fn output_rules() -> Vec<OutputRules> {
    target::ALL.iter().map(|target| target.rules).collect()
}

/// A program, and a question about it.
#[derive(Debug)]
pub struct Asked {
    /// The program.
    pub compilation: Compilation,
    /// The question; `None` if it has an error.
    pub question: Option<Assertion>,
    /// The file of the question, to distinguish its problems from those of the program.
    pub file: FileId,
}

/// Why a question could not be asked.
#[derive(Debug)]
pub enum AskError {
    /// The entry file cannot be read.
    Read(ReadError),
    /// The options are not a question; the message.
    Question(String),
}

impl fmt::Display for AskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AskError::Read(error) => error.fmt(f),
            AskError::Question(why) => f.write_str(why),
        }
    }
}

impl Error for AskError {}

/// Reads and resolves a program together with a question about it.
pub fn ask_question(
    entry: &str,
    workspace: &mut dyn Workspace,
    inputs: &Inputs<'_>,
    question: &Question<'_>,
) -> Result<Asked, AskError> {
    let mut parsed = read_program(entry, workspace, inputs).map_err(AskError::Read)?;
    let file = question
        .add_to_program(
            &mut parsed.sources,
            &mut parsed.program,
            &mut parsed.problems,
        )
        .map_err(AskError::Question)?;
    let mut compilation = resolve_program(entry, parsed, inputs);

    let question = compilation
        .policy
        .assertions
        .pop_if(|assertion| assertion.span.file == file);

    Ok(Asked {
        compilation,
        question,
        file,
    })
}

/// The default name of a stack: the stem of the file of its program, as a name.
fn stack_name(entry: &str) -> String {
    let file = entry.rsplit(['/', '\\']).next().unwrap_or(entry);
    let stem = file.strip_suffix(".tier").unwrap_or(file);
    let plain: String = stem
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '_' {
                c
            } else {
                '-'
            }
        })
        .take(100)
        .collect();

    let name = plain.trim_matches('-');
    if name.is_empty() {
        "stack".to_string()
    } else {
        name.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::stack_name;

    #[test]
    fn a_stack_is_named_for_its_file() {
        for (entry, name) in [
            ("a/shop.tier", "shop"),
            ("-", "stack"),
            ("my shop.tier", "my-shop"),
            ("é.tier", "stack"),
        ] {
            assert_eq!(stack_name(entry), name);
        }
    }
}
