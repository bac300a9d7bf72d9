//! The command line of tierwall.

#[allow(
    clippy::disallowed_methods,
    reason = "the command line is where input and output are"
)]
mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
