//! Arguments to calls: the only place that reads files, prints, and looks at the clock and the
//! environment.

mod agreement;
mod build;
mod check;
mod diff;
mod files;
mod fix;
mod fmt;
mod git;
mod init;
mod job;
mod lints;
mod output;
mod program;
mod project;
mod questions;
mod quota;
mod report;
mod run;
mod seen;
mod show;
mod sides;
mod unfinished;
mod unified;
mod watch;

use clap::builder::styling::Styles;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use lints::Lints;
use report::MessageFormat;
use std::process::ExitCode;
use tierwall::date::Date;
use tierwall::project::Values;

/// How a command ended; the numbers are part of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 0
    Done = 0,
    /// 1: the program has errors, a denied lint, a stale output, another layout, or a group over
    /// its quota.
    Program = 1,
    /// 2: the command line or the file system was wrong.
    Usage = 2,
}

/// Compile network access rules, written as sentences, into AWS security groups.
#[derive(Parser)]
#[command(name = "tierwall", version, styles = Styles::styled(), after_help = AFTER_HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    color: Colour,
    /// Format of diagnostics; all formats but `human` are for programs
    #[arg(long, global = true, value_enum, default_value_t = MessageFormat::Human, value_name = "FORMAT")]
    message_format: MessageFormat,
    #[arg(long, global = true, value_name = "N", hide_default_value = true, help = MAX_PROBLEMS_HELP)]
    max_problems: Option<usize>,
}

/// Its lines are short enough for a terminal of 80 columns, so that none is broken elsewhere.
const AFTER_HELP: &str = "\
To start: `tierwall init shop.tier`, `tierwall build shop.tier --to terraform`.
Without a FILE, `build`, `check` and `watch` use the programs that
`tierwall.toml` lists, in this directory or above it.

Exit codes:
  0  done
  1  the program has errors, an output is stale, a file is not formatted,
     a group is over its quota, or the answer to a question is no
  2  the command line is invalid, or a file cannot be read or written";

const MAX_PROBLEMS_HELP: &str = "\
Report up to N errors, N warnings and N notes; 0 for all
[default: 500; `sarif`: 5000; `json`: all]";

/// When diagnostics and answers are coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Colour {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    Always,
    Never,
}

#[derive(Subcommand)]
enum Command {
    /// Compile a program or a project to CloudFormation JSON or Terraform HCL
    Build(build::Build),
    /// Check programs or a project, and report every problem
    Check(check::Check),
    /// Format programs, and print the names of the files that changed
    Fmt(fmt::Fmt),
    /// Show the allowed flows: who may connect to whom, on what, by which sentence
    Flows {
        /// The program; `-` is standard input
        file: String,
        /// Output format
        #[arg(long, value_enum, default_value_t = show::Format::Table)]
        format: show::Format,
        #[command(flatten)]
        with: With,
    },
    /// Trace a connection gate by gate, and show what allows or stops it
    Trace(questions::Trace),
    /// Show the chains of flows that lead from one end to another, as an attacker could pivot
    Paths(questions::Paths),
    /// Show a matrix of all ends: who may reach whom, on what
    Matrix {
        /// The program; `-` is standard input
        file: String,
        /// Output format
        #[arg(long, value_enum, default_value_t = questions::Layout::Table)]
        format: questions::Layout,
        #[command(flatten)]
        with: With,
    },
    /// Compare two versions of a program: what the change opens, closes, and does in AWS
    Diff(diff::Diff),
    /// Show how much of the rules quota of AWS each group uses, and which sentences use it
    Quota(quota::Quota),
    /// List the built-in services, or search them by word or port
    Services {
        /// Part of a name or a description, or a port
        word: Option<String>,
    },
    /// Explain an error code or a lint; without an argument, list all of them
    Explain {
        /// A code or a lint: E0201, template-limits; `lints` prints the reference of all lints
        code: Option<String>,
    },
    /// Build again whenever a file of the program or the project is saved
    Watch(watch::Watch),
    /// Write an example program to start from
    Init(init::Init),
    /// Print shell completions
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// What a program is read with.
#[derive(Args, Debug, Clone)]
struct With {
    /// Set the value of a parameter
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = binding)]
    set: Vec<(String, String)>,
    /// Read parameter values from a JSON file: `{"office": "203.0.113.0/24"}`
    #[arg(long, value_name = "FILE")]
    vars: Vec<String>,
    /// The current day, for `until` [default: today, UTC]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    as_of: Option<Date>,
    /// The directory that included files must be in [default: that of the program]
    #[arg(long, value_name = "DIR")]
    root: Option<String>,
}

/// Which project.
#[derive(Args, Debug, Clone)]
struct Listed {
    /// The project manifest [default: the nearest `tierwall.toml` in this directory or above it]
    #[arg(long, value_name = "FILE")]
    manifest: Option<String>,
}

impl With {
    /// The values that it gives.
    fn values(&self) -> Values {
        Values {
            vars: self.vars.iter().map(|file| program::named(file)).collect(),
            set: self.set.clone(),
        }
    }

    /// The option among these that only makes sense for a FILE.
    fn of_a_file(&self) -> Option<&'static str> {
        let given = [
            ("--set", !self.set.is_empty()),
            ("--vars", !self.vars.is_empty()),
            ("--root", self.root.is_some()),
        ];
        given
            .into_iter()
            .find_map(|(option, given)| given.then_some(option))
    }
}

fn binding(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok((name.trim().to_string(), value.trim().to_string()))
}

fn date(text: &str) -> Result<Date, String> {
    text.parse()
        .map_err(|_| "expected a date such as 2026-12-31".to_string())
}

/// Runs the command line.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let is_output = matches!(cli.command, Command::Check(_));
    let most = cli
        .max_problems
        .map(|most| if most == 0 { usize::MAX } else { most });
    let report = report::Report::new(cli.color, cli.message_format, most, is_output);
    let exit = match cli.command {
        Command::Build(build) => build::run(&build, &report),
        Command::Fmt(fmt) => fmt::run(&fmt, &report),
        Command::Check(check) => check::run(&check, &report),
        Command::Watch(watch) => watch::run(&watch, &report),
        Command::Flows { file, format, with } => show::flows(&file, format, &with, &report),
        Command::Trace(trace) => questions::trace(&trace, &report),
        Command::Paths(paths) => questions::paths(&paths, &report),
        Command::Matrix { file, format, with } => questions::matrix(&file, format, &with, &report),
        Command::Diff(diff) => diff::run(&diff, &report),
        Command::Quota(quota) => quota::run(&quota, &report),
        Command::Services { word } => show::services(word.as_deref(), &report),
        Command::Explain { code } => show::explain(code.as_deref(), &report),
        Command::Init(init) => init::run(&init, &report),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "tierwall", &mut script);
            report.print(&script)
        }
    };
    ExitCode::from(report.finish(exit) as u8)
}
