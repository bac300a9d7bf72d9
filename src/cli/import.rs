//! `tierwall import`: writes what exists as a program.

use super::args::Exit;
use super::program::today;
use super::terminal::Terminal;
use super::work_tree::WorkTree;
use clap::Args;
use tierwall::compile::Inputs;
use tierwall::driver::import::{Imported, import_inventory};
use tierwall::import::read_sources;
use tierwall::workspace::Workspace;

/// The arguments of `import`.
#[derive(Args)]
pub struct Import {
    /// What exists: `terraform show -json`, `terraform.tfstate`, or what `aws ec2
    /// describe-security-groups`, `describe-security-group-rules`, `describe-vpcs` and
    /// `describe-managed-prefix-lists` print, in any number of files; `-` is standard input
    #[arg(required = true)]
    sources: Vec<String>,
}

/// How many differences are shown.
const MOST_SHOWN: usize = 50;

/// The name of the program in messages.
const PROGRAM: &str = "imported.tier";

/// Prints the program of what exists, and whether it is proved to be equal.
pub fn import_sources(import: &Import, terminal: &Terminal) -> Exit {
    let mut files = WorkTree::new(None);
    let mut texts = Vec::with_capacity(import.sources.len());
    for source in &import.sources {
        let read = files.read(source, None);
        let text = read
            .map_err(|error| error.to_string())
            .and_then(|read| String::from_utf8(read.bytes).map_err(|error| error.to_string()));
        match text {
            Ok(text) => texts.push((source.as_str(), text)),
            Err(why) => {
                return terminal.report_failure(&format!("cannot read `{source}`: {why}"));
            }
        }
    }

    let inventory = match read_sources(&texts) {
        Ok(inventory) => inventory,
        Err((source, error)) => {
            return terminal.report_failure(&format!("cannot read `{source}`: {error}"));
        }
    };
    let imported = import_inventory(PROGRAM, inventory, &Inputs::on(today()));
    let printed = terminal.print_bytes(imported.text.as_bytes());
    for note in &imported.notes {
        terminal.print_remark(note);
    }
    terminal.report_outcome(&describe_import(&imported));
    match imported.differences.is_empty() {
        true => printed,
        false => Exit::Program,
    }
}

fn describe_import(imported: &Imported) -> String {
    let mut counts = format!(
        "{}, {} as {}",
        count(imported.groups, "group"),
        count(imported.rules, "rule"),
        count(imported.sentences, "sentence"),
    );
    if imported.defaults > 0 {
        let defaults = count(imported.defaults, "default group");
        counts.push_str(&format!("; {defaults} as AWS made them left out"));
    }
    if imported.differences.is_empty() {
        return format!("{counts}; equal: proved");
    }

    let differences = imported.differences.iter().zip(1..).take(MOST_SHOWN);
    let lines = differences.map(|(difference, n)| format!("\n  {n}. {difference}"));
    let mut lines: String = lines.collect();
    if let Some(others) = imported.differences.len().checked_sub(MOST_SHOWN + 1) {
        lines.push_str(&format!("\n  and {} more", others + 1));
    }
    let differ = count(imported.differences.len(), "difference");
    format!("{counts}; {differ}:{lines}")
}

fn count(number: usize, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    }
}
