//! Arguments and exit codes that commands share.

use super::shell::shell_quoted;
use clap::{Args, ValueEnum};
use tierwall::compile::Environment;
use tierwall::date::Date;
use tierwall::project::{Named, Values};

/// How a command ended; the numbers are part of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 0
    Done = 0,
    /// 1: the program has errors or a denied lint, an output is stale, a file is not formatted, a
    /// group is over its quota, a change is denied, or the answer to a question is no.
    Program = 1,
    /// 2: the command line is invalid, or a file cannot be read or written.
    Usage = 2,
}

/// When diagnostics and answers are coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    Always,
    Never,
}

/// How a program is read.
#[derive(Args, Debug, Clone)]
pub struct ProgramOptions {
    /// Set the value of a parameter; can be repeated
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = parse_binding)]
    pub set: Vec<(String, String)>,
    /// Read parameter values from a JSON file: `{"office": "203.0.113.0/24"}`; can be repeated
    #[arg(long, value_name = "FILE")]
    pub vars: Vec<String>,
    /// The environment, for a program that declares `environments`; of a project, only this one
    #[arg(long, value_name = "NAME")]
    pub environment: Option<String>,
    /// The current day, for `until` [default: today, UTC]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = parse_date)]
    pub as_of: Option<Date>,
    /// The directory that included files must be in [default: that of the program]
    #[arg(long, value_name = "DIR")]
    pub root: Option<String>,
}

/// The project to use.
#[derive(Args, Debug, Clone)]
pub struct ProjectOptions {
    /// The project manifest [default: the nearest `tierwall.toml` in this directory or above it]
    #[arg(long, value_name = "FILE")]
    pub manifest: Option<String>,
}

impl ProgramOptions {
    /// The parameter values that these options set.
    pub fn as_project_values(&self) -> Values {
        Values {
            vars: self.vars.iter().map(|file| Named::new(file)).collect(),
            set: self.set.clone(),
        }
    }

    /// The environment that it names.
    pub fn chosen_environment(&self) -> Option<Environment<'_>> {
        self.environment.as_ref().map(|name| Environment {
            name,
            is_optional: false,
        })
    }

    /// These options as they are written on a command line, each after a space.
    pub fn written_options(&self) -> impl Iterator<Item = String> {
        let set = self.set.iter().map(|(name, value)| {
            let binding = format!("{name}={value}");
            format!(" --set {}", shell_quoted(&binding))
        });
        let vars = self.vars.iter();
        let vars = vars.map(|file| format!(" --vars {}", shell_quoted(file)));
        let as_of = self.as_of.iter().map(|day| format!(" --as-of {day}"));
        let root = self.root.iter();
        let root = root.map(|directory| format!(" --root {}", shell_quoted(directory)));
        let environment = self.environment.iter();
        let environment = environment.map(|name| format!(" --environment {}", shell_quoted(name)));
        set.chain(vars).chain(environment).chain(as_of).chain(root)
    }

    /// The option among these that only makes sense for a FILE.
    pub fn single_file_option(&self) -> Option<&'static str> {
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

pub fn parse_binding(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok((name.trim().to_string(), value.trim().to_string()))
}

fn parse_date(text: &str) -> Result<Date, String> {
    text.parse()
        .map_err(|_| "expected a date such as 2026-12-31".to_string())
}
