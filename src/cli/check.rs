//! `tierwall check`

use super::args::{Exit, ProgramOptions, ProjectOptions};
use super::lints::Lints;
use super::program::run_options;
use super::read_log::ReadLog;
use super::run::run_builds;
use super::terminal::Terminal;
use super::{fix, project};
use clap::Args;

/// The arguments of `check`.
#[derive(Args)]
pub struct Check {
    /// Programs; `-` is standard input [default: everything that `tierwall.toml` lists, in every
    /// environment]
    #[arg(value_name = "FILE")]
    files: Vec<String>,
    /// First apply safe fixes: those with only one possible correction, which opens nothing
    #[arg(long)]
    fix: bool,
    #[command(flatten)]
    listed: ProjectOptions,
    #[command(flatten)]
    with: ProgramOptions,
    #[command(flatten)]
    lints: Lints,
}

/// Runs it.
pub fn run(check: &Check, terminal: &Terminal) -> Exit {
    check_programs(check, terminal).unwrap_or_else(|exit| exit)
}

fn check_programs(check: &Check, terminal: &Terminal) -> Result<Exit, Exit> {
    let levels = check
        .lints
        .parse_levels()
        .map_err(|words| terminal.report_failure(&words))?;

    let (manifest, with, mut log) = (
        check.listed.manifest.as_deref(),
        &check.with,
        ReadLog::default(),
    );

    let opened = match check.files.as_slice() {
        [] => {
            let path = project::require_manifest(manifest, with, terminal)?;
            let opened = project::open_manifest(&path, &mut log, terminal)?;
            project::keep_environment(opened, with, terminal)?
        }
        files => project::open_for_files(files, with, None, manifest, &mut log, terminal)?,
    };

    let options = run_options(levels, with, false);
    if check.fix {
        match fix::run(&opened, &options, terminal) {
            Exit::Done => {}
            failed @ (Exit::Program | Exit::Usage) => return Err(failed),
        }
    }

    Ok(run_builds(&opened, &options, &mut log, terminal).exit)
}
