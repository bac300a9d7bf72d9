//! `tierwall import`: writes what exists as a program.

use super::args::{Exit, parse_binding};
use super::disk::{Destination, Staged, error_message, finish_write};
use super::live::Live;
use super::program::today;
use super::terminal::Terminal;
use super::work_tree::WorkTree;
use clap::Args;
use std::fs;
use std::path::Path;
use tierwall::compile::Inputs;
use tierwall::diagnostic::counted;
use tierwall::driver::adopt::{AdoptOptions, Adopted, adopt_estate};
use tierwall::driver::import::{Imported, import_inventory};
use tierwall::import::{Estate, read_at, read_estate};
use tierwall::target::{self, Target};
use tierwall::workspace::Workspace;

/// The arguments of `import`.
#[derive(Args)]
pub struct Import {
    /// What exists: `terraform show -json`, `terraform.tfstate`, a template of CloudFormation, or
    /// what `aws ec2 describe-security-groups`, `describe-security-group-rules`, `describe-vpcs` and
    /// `describe-managed-prefix-lists` print, in any number of files; or a configuration of
    /// Terraform: a `.tf` file, or a directory of them; `-` is standard input
    #[arg(required_unless_present = "live")]
    sources: Vec<String>,

    #[command(flatten)]
    live: Live,

    /// Set a variable of a configuration, or a parameter of a template; can be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_binding)]
    set: Vec<(String, String)>,

    /// What may be read: local modules must be inside [default: the directory of the source]
    #[arg(long, value_name = "DIR")]
    root: Option<String>,

    /// Write the program into this directory, instead of standard output
    #[arg(short, long, value_name = "DIR")]
    output: Option<String>,

    /// Write what makes this target take over what exists, without a change: the ledger, the
    /// output, and the file of its imports
    #[arg(long, value_name = "TARGET", value_parser = parse_target, requires = "output")]
    adopt: Option<&'static Target>,

    /// The name of the program and its stack
    #[arg(long, value_name = "NAME", default_value = "imported", value_parser = parse_name)]
    name: String,

    /// A tag that the deployment gives each resource by itself, like `default_tags` of a provider;
    /// a state of Terraform tells them
    #[arg(long = "default-tags", value_name = "KEY=VALUE", value_parser = parse_binding,
          requires = "adopt")]
    default_tags: Vec<(String, String)>,

    /// Replace existing files
    #[arg(long, requires = "output")]
    force: bool,
}

/// How many differences are shown.
const MOST_SHOWN: usize = 50;

fn parse_target(name: &str) -> Result<&'static Target, String> {
    let adopting = |target: &&Target| target.adopter.is_some();
    target::find_target(name).filter(adopting).ok_or_else(|| {
        let known = target::by_name().into_iter().filter(adopting);
        let names: Vec<&str> = known.map(|target| target.name).collect();
        format!("expected {}", names.join(" or "))
    })
}

/// A name that a stack can have.
fn parse_name(name: &str) -> Result<String, String> {
    let is_name = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    match is_name {
        true => Ok(name.to_string()),
        false => Err("expected lower-case letters, digits and `-`".to_string()),
    }
}

/// Writes the program of what exists, and says whether it is proved to be equal.
pub fn import_sources(import: &Import, terminal: &Terminal) -> Exit {
    let estate = match read_all(import, terminal) {
        Ok(estate) => estate,
        Err(exit) => return exit,
    };
    let inputs = Inputs::on(today());
    let program = format!("{}.tier", import.name);

    let Some(target) = import.adopt else {
        let imported = import_inventory(&program, &import.name, estate.inventory, &inputs);
        let text = imported.text.as_bytes().to_vec();
        let written = match &import.output {
            None => terminal.print_bytes(&text),
            Some(_) => write_files(import, &[(program, text)], terminal),
        };
        return report_import(&imported, written, terminal);
    };

    let options = AdoptOptions {
        program: &program,
        stack: &import.name,
        target,
        default_tags: &import.default_tags,
    };
    match adopt_estate(estate, &options, &inputs) {
        Err(why) => terminal.report_failure(&format!("cannot take over what exists: {why}")),
        Ok(adopted) => {
            let written = write_files(import, &adopted.files, terminal);
            let exit = report_import(&adopted.imported, written, terminal);
            if exit == Exit::Done {
                report_plan(&adopted, target, terminal);
            }
            exit
        }
    }
}

fn read_all(import: &Import, terminal: &Terminal) -> Result<Estate, Exit> {
    if let ([source], None, false) = (import.sources.as_slice(), import.adopt, import.live.live) {
        let mut files = WorkTree::new(import.root.clone());
        let inventory = read_at(&mut files, source, &import.set).map_err(|error| {
            terminal.report_failure(&format!("cannot read `{source}`: {error}"))
        })?;
        let unused = import.set.iter().map(|(name, _)| name);
        let mut unused = unused.filter(|name| !inventory.applied_bindings.contains(name));
        if let Some(name) = unused.next() {
            let message = format!("`--set {name}`: the source has no parameter `{name}`");
            return Err(terminal.report_failure(&message));
        }
        return Ok(Estate {
            inventory,
            held: None,
        });
    }

    let texts = read_source_texts(&import.sources, &import.live, terminal)?;
    read_estate(&texts, &import.set).map_err(|(source, error)| {
        terminal.report_failure(&format!("cannot read `{source}`: {error}"))
    })
}

/// The texts of sources with their names, and the answers of the account if it is asked.
pub fn read_source_texts(
    sources: &[String],
    live: &Live,
    terminal: &Terminal,
) -> Result<Vec<(String, String)>, Exit> {
    let mut files = WorkTree::new(None);
    let mut texts = Vec::with_capacity(sources.len());
    for source in sources {
        let read = files.read(source, None);
        let text = read
            .map_err(|error| error.to_string())
            .and_then(|read| String::from_utf8(read.bytes).map_err(|error| error.to_string()));
        match text {
            Ok(text) => texts.push((source.clone(), text)),
            Err(why) => {
                return Err(terminal.report_failure(&format!("cannot read `{source}`: {why}")));
            }
        }
    }
    if live.live {
        let answers = live.ask().map_err(|why| terminal.report_failure(&why))?;
        texts.extend(answers);
    }
    Ok(texts)
}

fn report_import(imported: &Imported, written: Exit, terminal: &Terminal) -> Exit {
    for note in &imported.notes {
        terminal.print_remark(note);
    }
    terminal.report_outcome(&describe_import(imported));
    match imported.differences.is_empty() {
        true => written,
        false => Exit::Program,
    }
}

/// Says what the plan of the target will be, and what to do.
fn report_plan(adopted: &Adopted, target: &Target, terminal: &Terminal) {
    for change in &adopted.changes {
        terminal.print_remark(&format!("will change: {change}"));
    }
    for (n, step) in (1..).zip(&adopted.steps) {
        terminal.print_remark(&format!("{n}. {step}"));
    }
    terminal.report_outcome(&format!(
        "{}: {} to import, 0 to add, {} to change, 0 to destroy",
        target
            .planning
            .map_or(target.title, |planning| planning.report),
        adopted.imports,
        adopted.changes.len()
    ));
}

/// Writes files into the directory, all or none.
fn write_files(import: &Import, files: &[(String, Vec<u8>)], terminal: &Terminal) -> Exit {
    let directory = Path::new(import.output.as_deref().unwrap_or("."));
    let failure = |path: &Path, why: &str| {
        terminal.report_failure(&format!("cannot write `{}`: {why}", path.display()))
    };
    if let Err(error) = fs::create_dir_all(directory) {
        return failure(directory, &error_message(&error));
    }

    let mut staged = Vec::new();
    for (name, bytes) in files {
        let path = directory.join(name);
        let path = path.strip_prefix(".").unwrap_or(&path).to_path_buf();
        match stage_file(&path, bytes, import.force) {
            Ok(file) => staged.push((path, file)),
            Err(why) => return failure(&path, &why),
        }
    }
    for (path, file) in staged {
        match finish_write(file) {
            Ok(written) => {
                terminal.print_remark(&format!("{} {}", written.word(), path.display()));
            }
            Err(error) => return failure(&path, &error_message(&error)),
        }
    }
    Exit::Done
}

fn stage_file(path: &Path, bytes: &[u8], force: bool) -> Result<Option<Staged>, String> {
    let destination = Destination::new(&path.to_string_lossy(), "", true)?;
    let staged = destination
        .stage_bytes(bytes)
        .map_err(|error| error_message(&error))?;
    match (staged.is_some() && destination.existing().is_some(), force) {
        (true, false) => Err("it exists; use `--force` to replace it".to_string()),
        (_, _) => Ok(staged),
    }
}

fn describe_import(imported: &Imported) -> String {
    let mut counts = format!(
        "{}, {} as {}",
        counted(imported.groups, "group"),
        counted(imported.rules, "rule"),
        counted(imported.sentences, "sentence"),
    );
    if imported.defaults > 0 {
        let defaults = counted(imported.defaults, "default group");
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
    let differ = counted(imported.differences.len(), "difference");
    format!("{counts}; {differ}:{lines}")
}
