//! `tierwall build`

use super::files::Written;
use super::job::Made;
use super::project::Opened;
use super::report::Report;
use super::run::{Run, RunOptions, run as run_all};
use super::seen::ReadLog;
use super::{Exit, Lints, Listed, With, output, project};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use std::path::PathBuf;
use tierwall::lint::Levels;
use tierwall::target::{self, Backend};

/// What is built, and where to.
#[derive(Args)]
pub struct What {
    /// The program; `-` is standard input [default: everything that `tierwall.toml` lists]
    #[arg(requires = "to")]
    file: Option<String>,
    /// Output target: cloudformation (cfn) or terraform (tf)
    #[arg(long, value_name = "TARGET", requires = "file",
        value_parser = PossibleValuesParser::new(targets()).try_map(|text| backend(&text)))]
    to: Option<Backend>,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE", requires = "file")]
    output: Option<String>,
    /// Replace existing files even if tierwall did not write them
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    listed: Listed,
    #[command(flatten)]
    with: With,
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
    what: What,
}

fn backend(text: &str) -> Result<Backend, String> {
    let names = || {
        target::ALL
            .map(|backend| format!("{} ({})", backend.name, backend.short))
            .join(", ")
    };
    target::named(text).ok_or_else(|| format!("targets are {}", names()))
}

fn targets() -> Vec<&'static str> {
    target::ALL
        .iter()
        .flat_map(|backend| [backend.name, backend.short])
        .collect()
}

/// What is built, once the command line is known to be right.
pub struct Plan<'w> {
    what: &'w What,
    levels: Levels,
    from: From,
}

/// Where the programs come from.
enum From {
    /// This file of the command line, for this target.
    File(String, Backend),
    /// This manifest.
    Manifest(PathBuf),
}

impl What {
    /// Checks what can be checked before anything is read.
    pub fn plan(&self, report: &Report) -> Result<Plan<'_>, Exit> {
        let levels = self
            .lints
            .levels()
            .map_err(|words| report.failure(&words))?;
        let from = match (&self.file, self.to) {
            (Some(file), Some(to)) => From::File(file.clone(), to),
            (Some(_) | None, _) => From::Manifest(project::listed(
                self.listed.manifest.as_deref(),
                &self.with,
                report,
            )?),
        };
        Ok(Plan {
            what: self,
            levels,
            from,
        })
    }

    /// Whether the program is standard input.
    pub fn is_standard_input(&self) -> bool {
        self.file.as_deref() == Some("-")
    }

    /// The file that a single program is written to; nothing for standard output.
    pub fn output(&self) -> Option<&str> {
        self.output.as_deref().filter(|output| *output != "-")
    }
}

impl Plan<'_> {
    /// Whether it is a manifest that says what is built.
    pub fn is_project(&self) -> bool {
        matches!(self.from, From::Manifest(_))
    }

    /// Compiles everything in memory, and reports.
    pub fn make(&self, seen: &mut ReadLog, report: &Report) -> Result<Vec<Made>, Exit> {
        let opened = self.open(seen, report)?;
        let manner = RunOptions {
            levels: self.levels.clone(),
            as_of: self.what.with.as_of,
            writes: true,
        };
        match run_all(&opened, &manner, seen, report) {
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

    fn open(&self, seen: &mut ReadLog, report: &Report) -> Result<Opened, Exit> {
        let What { with, listed, .. } = self.what;
        match &self.from {
            From::Manifest(path) => project::open(path, seen, report),
            From::File(file, to) => {
                let output = Some((*to, self.what.output().unwrap_or("-")));
                project::of_files(
                    std::slice::from_ref(file),
                    with,
                    output,
                    listed.manifest.as_deref(),
                    seen,
                    report,
                )
            }
        }
    }

    /// Writes what was made.
    pub fn write(
        &self,
        made: &[Made],
        seen: &ReadLog,
        report: &Report,
    ) -> Result<Vec<Written>, Exit> {
        if self.is_project() {
            output::make_directories(made, report)?;
        }
        output::write(made, self.what.force, seen, report)
    }
}

/// Runs it.
pub fn run(build: &Build, report: &Report) -> Exit {
    built(build, report).unwrap_or_else(|exit| exit)
}

fn built(build: &Build, report: &Report) -> Result<Exit, Exit> {
    let plan = build.what.plan(report)?;
    let to_stdout = !plan.is_project() && build.what.output().is_none();
    if build.check && to_stdout {
        return Err(report.failure("`--check` compares with a file: name it with `-o FILE`"));
    }
    let mut seen = ReadLog::default();
    let made = plan.make(&mut seen, report)?;
    match made.as_slice() {
        [made] if to_stdout => return Ok(report.print(&made.bytes)),
        made if build.check => return Ok(output::stale(made, report)),
        _ => {}
    }
    let written = plan.write(&made, &seen, report)?;
    if plan.is_project() {
        report.remark(&output::listing(&made, &written));
    }
    if made.is_empty() {
        report.remark("the manifest lists no outputs, so nothing is written");
    }
    Ok(Exit::Done)
}
