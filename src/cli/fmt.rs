//! `tierwall fmt`

use super::args::Exit;
use super::disk::{Destination, error_message, finish_write, is_read_only};
use super::program::{report_unread, worst_exit};
use super::shell::shell_quoted;
use super::terminal::Terminal;
use super::text_diff;
use super::work_tree::WorkTree;
use clap::Args;
use std::path::Path;
use tierwall::fmt::format;
use tierwall::parse;
use tierwall::workspace::Workspace;

/// The arguments of `fmt`.
#[derive(Args)]
pub struct Fmt {
    /// Programs, or directories with `.tier` files; `-` formats standard input to standard
    /// output
    #[arg(value_name = "FILE", default_value = ".")]
    files: Vec<String>,
    /// Write nothing; print a diff for each file that is not formatted, and exit with 1
    #[arg(long)]
    check: bool,
}

/// Runs it.
pub fn run(fmt: &Fmt, terminal: &Terminal) -> Exit {
    let mut worst = Exit::Done;
    for path in &fmt.files {
        let found = WorkTree::new(None).list(path);
        found
            .files
            .iter()
            .for_each(|file| worst = worst.max(format_file(file, fmt.check, terminal)));
        for (directory, error) in &found.unreadable {
            let failed = terminal.report_failure(&format!("cannot read `{directory}`: {error}"));
            worst = worst.max(failed);
        }
    }

    worst
}

/// Formats one file by itself.
fn format_file(path: &str, check: bool, terminal: &Terminal) -> Exit {
    let read = match WorkTree::new(None).read(path, None) {
        Ok(read) => read,
        Err(error) => return report_unread(path, &error, terminal),
    };
    let (sources, program, problems) = parse::alone(read);
    let problems = problems.sorted();
    terminal.report_problems(&problems, &sources);

    let (Exit::Done, [file]) = (worst_exit(&problems), program.files.as_slice()) else {
        return worst_exit(&problems);
    };
    let (name, old) = (sources.file(file.id).name(), sources.file(file.id).text());
    let new = format(old, file);

    match (check, path) {
        (true, _) if old == new => Exit::Done,
        (true, _) => {
            let words = match path {
                "-" => format!("`{name}` is not formatted"),
                _ => format!("`{name}` is not formatted; run `{}`", format_command(path)),
            };
            terminal.outcome_of_files(&words, &[(name, words.clone())]);
            Exit::Program.max(
                terminal.print_bytes(text_diff::unified_diff(old, &new, name, name).as_bytes()),
            )
        }
        (false, "-") => terminal.print_bytes(new.as_bytes()),
        (false, _) if old == new => Exit::Done,
        (false, _) => replace_file(path, old, &new, terminal),
    }
}

/// The command that formats a file.
fn format_command(path: &str) -> String {
    format!("tierwall fmt {}", shell_quoted(path))
}

/// Replaces a file that was read as `old`, and prints its name.
fn replace_file(path: &str, old: &str, new: &str, terminal: &Terminal) -> Exit {
    let written = || {
        if is_read_only(Path::new(path)).map_err(|error| error_message(&error))? {
            return Err("it is read-only".to_string());
        }
        let staged =
            Destination::new(path, "", true)?.stage_edit(old.as_bytes(), new.as_bytes())?;
        finish_write(staged).map_err(|error| error_message(&error))
    };
    match written() {
        Ok(_) => terminal.print_bytes(format!("{path}\n").as_bytes()),
        Err(why) => terminal.report_failure(&format!("cannot write `{path}`: {why}")),
    }
}
