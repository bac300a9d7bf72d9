//! `tierwall check`

use super::args::{Exit, Listed, With};
use super::lints::Lints;
use super::program::options;
use super::read_log::ReadLog;
use super::run::run as run_all;
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
    listed: Listed,
    #[command(flatten)]
    with: With,
    #[command(flatten)]
    lints: Lints,
}

/// Runs it.
pub fn run(check: &Check, terminal: &Terminal) -> Exit {
    checked(check, terminal).unwrap_or_else(|exit| exit)
}

fn checked(check: &Check, terminal: &Terminal) -> Result<Exit, Exit> {
    let levels = check
        .lints
        .levels()
        .map_err(|words| terminal.failure(&words))?;

    let (manifest, with, mut log) = (
        check.listed.manifest.as_deref(),
        &check.with,
        ReadLog::default(),
    );

    let opened = match check.files.as_slice() {
        [] => project::open(
            &project::listed(manifest, with, terminal)?,
            &mut log,
            terminal,
        )?,
        files => project::of_files(files, with, None, manifest, &mut log, terminal)?,
    };

    let options = options(levels, with, false);
    if check.fix {
        match fix::run(&opened, &options, terminal) {
            Exit::Done => {}
            failed @ (Exit::Program | Exit::Usage) => return Err(failed),
        }
    }

    Ok(run_all(&opened, &options, &mut log, terminal).exit)
}
