//! Parses the command line and runs the command.

use super::args::{Colour, ProgramOptions};
use super::terminal::{MessageFormat, Terminal};
use super::{build, check, diff, drift, fmt, import, init, questions, quota, show, watch};
use clap::builder::styling::Styles;
use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use std::process::ExitCode;
use tierwall::target;

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
    #[arg(long, global = true, value_enum, default_value_t = MessageFormat::Human,
        value_name = "FORMAT")]
    message_format: MessageFormat,
    #[arg(long, global = true, value_name = "N", hide_default_value = true,
        help = MAX_PROBLEMS_HELP)]
    max_problems: Option<usize>,
}

/// Its lines fit a terminal of 80 columns, so that clap does not wrap them.
const AFTER_HELP: &str = "\
To start: `tierwall init shop.tier`, `tierwall build shop.tier --to terraform`.
Without a FILE, `build`, `check` and `watch` use the programs that
`tierwall.toml` lists, in this directory or above it.

Exit codes:
  0  done
  1  the program has errors, an output is stale, a file is not formatted,
     a group is over its quota, a change is denied, or the answer to a
     question is no
  2  the command line is invalid, or a file cannot be read or written
  130  a signal interrupted it while writing";

const MAX_PROBLEMS_HELP: &str = "\
Report up to N errors, N warnings and N notes; 0 for all
[default: 500; `sarif`: 5000; `json`: all]";

#[derive(Subcommand)]
enum Command {
    #[command(about = format!("Compile a program or a project to {}", target::list_titles()))]
    Build(build::Build),
    /// Check programs or a project, and report every problem
    Check(check::Check),
    /// Format programs, and print the names of the files that changed
    Fmt(fmt::Fmt),
    /// Show the allowed flows: who may connect to whom, on what, by which sentence
    Flows {
        /// The program, or a source: the state of Terraform, a template, or answers of `aws`; `-` is standard input
        file: String,
        /// Output format
        #[arg(long, value_enum, default_value_t = show::FlowsFormat::Table)]
        format: show::FlowsFormat,
        #[command(flatten)]
        with: ProgramOptions,
    },
    /// Trace a connection gate by gate, and show what allows or stops it
    Trace(questions::Trace),
    /// Show the chains of flows that lead from one endpoint to another, as an attacker could pivot
    Paths(questions::Paths),
    /// Show a matrix of all endpoints: who may reach whom, on what
    Matrix {
        /// The program, or a source: the state of Terraform, a template, or answers of `aws`; `-` is standard input
        file: String,
        /// Output format
        #[arg(long, value_enum, default_value_t = questions::Layout::Table)]
        format: questions::Layout,
        #[command(flatten)]
        with: ProgramOptions,
    },
    /// Compare what runs in AWS with a program: what was opened, closed or reworded behind its back
    Drift(drift::DriftArgs),
    /// Compare two versions of a program: what the change opens, closes, and does in AWS
    Diff(diff::Diff),
    /// Write what exists as a program, and prove that it says the same: from Terraform's state or
    /// from what the `aws` command prints
    Import(import::Import),
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
    #[command(mut_arg("file", |file| file.help(watch::FILE_HELP)))]
    Watch(watch::Watch),
    /// Write an example program to start from
    Init(init::Init),
    /// Print shell completions
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// Runs the command line.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let is_output = matches!(cli.command, Command::Check(_));
    let most = cli
        .max_problems
        .map(|most| if most == 0 { usize::MAX } else { most });
    let terminal = Terminal::new(cli.color, cli.message_format, most, is_output);

    let exit = match cli.command {
        Command::Build(build) => build::run(&build, &terminal),
        Command::Fmt(fmt) => fmt::run(&fmt, &terminal),
        Command::Check(check) => check::run(&check, &terminal),
        Command::Watch(watch) => watch::run(&watch, &terminal),
        Command::Flows { file, format, with } => show::show_flows(&file, format, &with, &terminal),
        Command::Trace(trace) => questions::answer_trace(&trace, &terminal),
        Command::Paths(paths) => questions::answer_paths(&paths, &terminal),
        Command::Matrix { file, format, with } => {
            questions::print_matrix(&file, format, &with, &terminal)
        }
        Command::Diff(diff) => diff::run(&diff, &terminal),
        Command::Drift(args) => drift::print_drift(&args, &terminal),
        Command::Import(import) => import::import_sources(&import, &terminal),
        Command::Quota(quota) => quota::run(&quota, &terminal),
        Command::Services { word } => show::show_services(word.as_deref(), &terminal),
        Command::Explain { code } => show::explain_code(code.as_deref(), &terminal),
        Command::Init(init) => init::run(&init, &terminal),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "tierwall", &mut script);
            terminal.print_bytes(&script)
        }
    };

    ExitCode::from(terminal.finish_output(exit) as u8)
}
