//! `tierwall check`

use super::report::Report;
use super::run::{RunOptions, run as run_all};
use super::seen::ReadLog;
use super::{Exit, Lints, Listed, With, fix, project};
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
    listed: Listed,
    #[command(flatten)]
    with: With,
    #[command(flatten)]
    lints: Lints,
}

/// Runs it.
pub fn run(check: &Check, report: &Report) -> Exit {
    checked(check, report).unwrap_or_else(|exit| exit)
}

fn checked(check: &Check, report: &Report) -> Result<Exit, Exit> {
    let levels = check
        .lints
        .levels()
        .map_err(|words| report.failure(&words))?;
    let (manifest, with, mut seen) = (
        check.listed.manifest.as_deref(),
        &check.with,
        ReadLog::default(),
    );
    let opened = match check.files.as_slice() {
        [] => project::open(&project::listed(manifest, with, report)?, &mut seen, report)?,
        files => project::of_files(files, with, None, manifest, &mut seen, report)?,
    };
    let manner = RunOptions {
        levels,
        as_of: with.as_of,
        writes: false,
    };
    if check.fix {
        match fix::run(&opened, &manner, report) {
            Exit::Done => {}
            failed @ (Exit::Program | Exit::Usage) => return Err(failed),
        }
    }
    Ok(run_all(&opened, &manner, &mut seen, report).exit)
}
