//! `tierwall drift`: what runs against what is written.

use super::args::{Exit, ProgramOptions, parse_binding};
use super::import::read_source_texts;
use super::live::Live;
use super::program::{load_accepted, read_values, today};
use super::terminal::Terminal;
use super::work_tree::WorkTree;
use clap::{Args, ValueEnum};
use tierwall::compile::Inputs;
use tierwall::driver::drift::{compare_estate, note_events};
use tierwall::driver::into_bindings;
use tierwall::import::read_estate;
use tierwall::report::drift;
use tierwall::workspace::Workspace;

/// The arguments of `drift`.
#[derive(Args)]
pub struct DriftArgs {
    /// The program
    file: String,

    /// What runs: answers of `aws`, and the state of Terraform, which knows the ids of groups; `-`
    /// is standard input
    #[arg(required_unless_present = "live")]
    sources: Vec<String>,

    #[command(flatten)]
    live: Live,

    /// What `aws cloudtrail lookup-events` prints, to show who opened a rule and when
    #[arg(long, value_name = "FILE")]
    events: Option<String>,

    /// A tag that the deployment gives each resource by itself
    #[arg(long = "default-tags", value_name = "KEY=VALUE", value_parser = parse_binding)]
    default_tags: Vec<(String, String)>,

    /// Output format
    #[arg(long, value_enum, default_value_t = DriftFormat::Text)]
    format: DriftFormat,

    /// Print only the commands that revoke what was opened; nothing is run
    #[arg(long)]
    fix_commands: bool,

    #[command(flatten)]
    with: ProgramOptions,
}

/// Output formats of `drift`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DriftFormat {
    /// For people
    Text,
    /// For a comment or an issue; `md` for short
    #[value(alias = "md")]
    Markdown,
    /// For programs; documented and stable
    Json,
}

/// Compares, and exits with 1 if there is drift.
pub fn print_drift(args: &DriftArgs, terminal: &Terminal) -> Exit {
    let compilation = match load_accepted(&args.file, &args.with, terminal) {
        Ok(compilation) => compilation,
        Err(exit) => return exit,
    };
    let texts = match read_source_texts(&args.sources, &args.live, terminal) {
        Ok(texts) => texts,
        Err(exit) => return exit,
    };
    let estate = match read_estate(&texts, &[]) {
        Ok(estate) => estate,
        Err((source, error)) => {
            return terminal.report_failure(&format!("cannot read `{source}`: {error}"));
        }
    };

    let given = match read_values(&args.with) {
        Ok(given) => given,
        Err(words) => return terminal.report_failure(&words),
    };
    let bindings = into_bindings(given);
    let inputs = Inputs {
        bindings: &bindings,
        as_of: args.with.as_of.unwrap_or_else(today),
        environment: args.with.chosen_environment(),
    };
    let mut open = || -> Box<dyn Workspace> { Box::new(WorkTree::new(args.with.root.clone())) };
    let tags = &args.default_tags;
    let found = compare_estate(&args.file, &compilation, &estate, tags, &inputs, &mut open);
    let mut found = match found {
        Ok(found) => found,
        Err(why) => return terminal.report_failure(&format!("cannot compare: {why}")),
    };
    if let Some(file) = &args.events {
        let read = WorkTree::new(None).read(file, None);
        let read = read.map_err(|error| error.to_string());
        if let Err(why) = read.and_then(|read| note_events(&mut found, &read.bytes)) {
            return terminal.report_failure(&format!("cannot read `{file}`: {why}"));
        }
    }

    let text = match (args.fix_commands, args.format) {
        (true, _) => drift::drift_commands(&found),
        (false, DriftFormat::Text) => drift::drift_text(&found, terminal.paint()),
        (false, DriftFormat::Markdown) => drift::drift_markdown(&found),
        (false, DriftFormat::Json) => drift::drift_json(&found),
    };
    match terminal.print_bytes(text.as_bytes()) {
        Exit::Done if !found.is_empty() => Exit::Program,
        exit => exit,
    }
}
