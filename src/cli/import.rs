//! `tierwall import`: writes what exists as a program.

use super::args::{Exit, parse_binding};
use super::program::today;
use super::terminal::Terminal;
use super::work_tree::WorkTree;
use clap::Args;
use std::fmt::Display;
use tierwall::compile::Inputs;
use tierwall::driver::import::{Imported, import_inventory};
use tierwall::import::{read_at, read_sources};
use tierwall::inventory::Inventory;
use tierwall::workspace::Workspace;

/// The arguments of `import`.
#[derive(Args)]
pub struct Import {
    /// What exists: `terraform show -json`, `terraform.tfstate`, or what `aws ec2
    /// describe-security-groups`, `describe-security-group-rules`, `describe-vpcs` and
    /// `describe-managed-prefix-lists` print, in any number of files; or a configuration of
    /// Terraform: a `.tf` file, or a directory of them; `-` is standard input
    #[arg(required = true)]
    sources: Vec<String>,
    /// Set a variable of a configuration
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_binding)]
    set: Vec<(String, String)>,
    /// What may be read: local modules must be inside [default: the directory of the source]
    #[arg(long, value_name = "DIRECTORY")]
    root: Option<String>,
}

/// How many differences are shown.
const MOST_SHOWN: usize = 50;

/// The name of the program in messages.
const PROGRAM: &str = "imported.tier";

/// Prints the program of what exists, and whether it is proved to be equal.
pub fn import_sources(import: &Import, terminal: &Terminal) -> Exit {
    let inventory = match read_inventory(import) {
        Ok(inventory) => inventory,
        Err(why) => return terminal.report_failure(&why),
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

/// What the sources hold together, or why they cannot be read.
fn read_inventory(import: &Import) -> Result<Inventory, String> {
    let mut files = WorkTree::new(import.root.clone());
    let unread = |source: &str, why: &dyn Display| format!("cannot read `{source}`: {why}");
    if let [source] = import.sources.as_slice() {
        let read = read_at(&mut files, source, &import.set);
        return read.map_err(|error| unread(source, &error));
    }

    let mut texts = Vec::with_capacity(import.sources.len());
    for source in &import.sources {
        let read = files.read(source, None);
        let bytes = read.map_err(|error| unread(source, &error))?.bytes;
        let text = String::from_utf8(bytes).map_err(|error| unread(source, &error))?;
        texts.push((source.as_str(), text));
    }
    read_sources(&texts).map_err(|(source, error)| unread(source, &error))
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
