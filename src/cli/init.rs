//! `tierwall init`

use super::Exit;
use super::files::words;
use super::report::Report;
use clap::Args;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};

/// The arguments of `init`.
#[derive(Args)]
pub struct Init {
    /// What to start from
    #[arg(long, value_name = "NAME", default_value = TEMPLATES[0].0, value_parser = TEMPLATES.map(|(name, _)| name))]
    template: String,
    /// The file to write; `-` is standard output [default: the template's name with `.tier`]
    path: Option<String>,
}

/// Programs to start from: the examples.
const TEMPLATES: [(&str, &str); 1] = [("three-tier", include_str!("../../examples/three-tier.tier"))];

/// Runs it. A file that is there is never replaced.
pub fn run(init: &Init, report: &Report) -> Exit {
    let text = TEMPLATES.iter().find(|(name, _)| *name == init.template).map_or("", |(_, text)| text);
    let path = init.path.clone().unwrap_or_else(|| format!("{}.tier", init.template));
    if path == "-" {
        return report.print(text.as_bytes());
    }
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path)
        .and_then(|mut file| file.write_all(text.as_bytes()));
    match written {
        Ok(()) => {
            report.say(&format!("wrote {path}; next: tierwall build {path} --to terraform\n"));
            Exit::Done
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => report.failure(&format!("`{path}` is there already")),
        Err(error) => report.failure(&format!("cannot write `{path}`: {}", words(&error))),
    }
}
