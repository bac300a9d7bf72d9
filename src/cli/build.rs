//! `tierwall build`

use super::args::{Exit, ProgramOptions, ProjectOptions};
use super::disk::Written;
use super::lints::Lints;
use super::program::run_options;
use super::project::Opened;
use super::read_log::ReadLog;
use super::run::{Run, run_builds};
use super::shell::shell_quoted;
use super::terminal::Terminal;
use super::{output, project};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use std::path::PathBuf;
use tierwall::driver::BuiltOutput;
use tierwall::lint::Levels;
use tierwall::project::MANIFEST;
use tierwall::target::{self, Target};

/// What is built, and where it is written.
#[derive(Args)]
pub struct BuildArgs {
    /// The program; `-` is standard input [default: everything that `tierwall.toml` lists]
    #[arg(requires = "to")]
    file: Option<String>,
    #[arg(long, value_name = "TARGET", requires = "file",
        help = format!("Output target: {}", target::list_targets("or")),
        value_parser = PossibleValuesParser::new(target_names()).map(parse_target))]
    to: Option<&'static Target>,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE", requires = "file")]
    output: Option<String>,
    /// Replace existing files even if tierwall did not write them
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    listed: ProjectOptions,
    #[command(flatten)]
    with: ProgramOptions,
    #[command(flatten)]
    lints: Lints,
}

/// The arguments of `build`.
#[derive(Args)]
pub struct Build {
    /// Write nothing; if an output is stale, print a diff and exit with 1
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    what: BuildArgs,
}

fn parse_target(name: String) -> &'static Target {
    target::find_target(&name).expect("only names of targets come through the parser")
}

/// The names that `--to` accepts.
fn target_names() -> Vec<&'static str> {
    let names = |target: &Target| [target.name].into_iter().chain(target.short);
    target::by_name().into_iter().flat_map(names).collect()
}

/// What is built, after the command line has been validated.
pub struct BuildPlan<'w> {
    what: &'w BuildArgs,
    levels: Levels,
    from: ProgramSource,
}

/// Where the programs come from.
enum ProgramSource {
    /// This file of the command line, for this target.
    File(String, &'static Target),
    /// This manifest.
    Manifest(PathBuf),
}

impl BuildArgs {
    /// Validates the arguments, before any file is read.
    pub fn plan(&self, terminal: &Terminal) -> Result<BuildPlan<'_>, Exit> {
        let levels = self
            .lints
            .parse_levels()
            .map_err(|words| terminal.report_failure(&words))?;

        let from = match (&self.file, self.to) {
            (Some(file), Some(to)) => ProgramSource::File(file.clone(), to),
            (Some(_) | None, _) => ProgramSource::Manifest(project::require_manifest(
                self.listed.manifest.as_deref(),
                &self.with,
                terminal,
            )?),
        };

        Ok(BuildPlan {
            what: self,
            levels,
            from,
        })
    }

    /// Whether the program is standard input.
    pub fn is_standard_input(&self) -> bool {
        self.file.as_deref() == Some("-")
    }

    /// The command that writes what this checks.
    fn write_command(&self) -> String {
        let (file, target) = (self.file.iter(), self.to.map(|target| target.name));
        let manifest = self.listed.manifest.as_deref();
        let options = [
            ("--to", target),
            ("-o", self.output.as_deref()),
            ("--manifest", manifest.filter(|path| *path != MANIFEST)),
        ];

        let file = file.map(|file| format!(" {}", shell_quoted(file)));
        let given = options
            .iter()
            .filter_map(|(option, value)| Some(format!(" {option} {}", shell_quoted((*value)?))));
        file.chain(given)
            .chain(self.with.written_options())
            .fold("tierwall build".to_string(), |command, part| {
                command + &part
            })
    }

    /// The file that a single program is written to; `None` for standard output.
    pub fn output(&self) -> Option<&str> {
        self.output.as_deref().filter(|output| *output != "-")
    }
}

impl BuildPlan<'_> {
    /// Whether a manifest lists what is built.
    pub fn is_project(&self) -> bool {
        matches!(self.from, ProgramSource::Manifest(_))
    }

    /// Compiles everything in memory, and reports problems.
    pub fn make_outputs(
        &self,
        log: &mut ReadLog,
        terminal: &Terminal,
    ) -> Result<Vec<BuiltOutput>, Exit> {
        let opened = self.open_project(log, terminal)?;
        let options = run_options(self.levels.clone(), &self.what.with, true);
        match run_builds(&opened, &options, log, terminal) {
            Run {
                exit: Exit::Done,
                made,
            } => Ok(made),
            Run {
                exit: failed @ (Exit::Program | Exit::Usage),
                made: _,
            } => Err(failed),
        }
    }

    fn open_project(&self, log: &mut ReadLog, terminal: &Terminal) -> Result<Opened, Exit> {
        let BuildArgs { with, listed, .. } = self.what;
        match &self.from {
            ProgramSource::Manifest(path) => {
                let opened = project::open_manifest(path, log, terminal)?;
                project::keep_environment(opened, with, terminal)
            }
            ProgramSource::File(file, to) => {
                let output = Some((*to, self.what.output().unwrap_or("-")));
                project::open_for_files(
                    std::slice::from_ref(file),
                    with,
                    output,
                    listed.manifest.as_deref(),
                    log,
                    terminal,
                )
            }
        }
    }

    /// Writes the outputs.
    pub fn write_outputs(
        &self,
        made: &[BuiltOutput],
        log: &ReadLog,
        terminal: &Terminal,
    ) -> Result<Vec<Written>, Exit> {
        if self.is_project() {
            output::make_directories(made, terminal)?;
        }
        output::write_outputs(made, self.what.force, log, terminal)
    }
}

/// Runs it.
pub fn run(build: &Build, terminal: &Terminal) -> Exit {
    build_outputs(build, terminal).unwrap_or_else(|exit| exit)
}

fn build_outputs(build: &Build, terminal: &Terminal) -> Result<Exit, Exit> {
    let plan = build.what.plan(terminal)?;
    let to_stdout = !plan.is_project() && build.what.output().is_none();

    if build.check && to_stdout {
        return Err(
            terminal.report_failure("`--check` compares with a file: name it with `-o FILE`")
        );
    }

    let mut log = ReadLog::default();
    let made = plan.make_outputs(&mut log, terminal)?;

    match made.as_slice() {
        [made] if to_stdout => return Ok(terminal.print_bytes(&made.bytes)),
        made if build.check => {
            let command = build.what.write_command();
            return Ok(output::report_stale_outputs(made, &command, terminal));
        }
        _ => {}
    }

    let written = plan.write_outputs(&made, &log, terminal)?;
    if plan.is_project() {
        terminal.print_remark(&output::list_outputs(&made, &written));
    }

    if made.is_empty() {
        terminal.print_remark("the manifest lists no outputs, so nothing is written");
    }

    Ok(Exit::Done)
}
