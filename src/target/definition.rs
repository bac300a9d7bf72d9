//! The definition of a target: the columns of the table of targets.

use super::adoption::Adopter;
use super::claims::{Claim, NamedState};
use super::planning::Planning;
use crate::aws::State;
use crate::diagnostic::Problems;
use crate::inventory::{Inventory, Source, SourceError};
use crate::policy::{OutputRules, Policy};

/// A target of `build`.
#[derive(Debug)]
pub struct Target {
    /// `cloudformation`
    pub name: &'static str,
    /// `cfn`; `None` for a target with a short name.
    pub short: Option<&'static str>,
    /// `CloudFormation`: its name in text.
    pub title: &'static str,
    /// The extension of its files, without the dot.
    pub extension: &'static str,
    /// A text near the start of every output, by which tierwall recognizes its own files.
    pub mark: &'static str,
    /// Writes the output.
    pub emit: fn(&State) -> Vec<u8>,
    /// The addresses that no other output of this target in the directory may declare.
    pub addresses: fn(&State) -> Vec<String>,
    /// What to do if two outputs in one directory declare some of them.
    pub separate_help: fn(&[String]) -> Vec<&'static str>,
    /// Reports what it does not support.
    pub unsupported: fn(&Policy) -> Problems,
    /// The limits of an output, if it has any.
    pub limits: Option<Limits>,
    /// Its requirements for names and texts.
    pub rules: OutputRules,
    /// The names in the output, which must be unique.
    pub claims: fn(NamedState<'_>) -> Vec<Claim>,
    /// Reports earlier names that conflict with other names.
    pub check_moves: fn(NamedState<'_>) -> Problems,
    /// Read what its tool deploys, or says of a deployment.
    pub readers: &'static [SourceReader],
    /// How it reads a directory as one source; `None` for a target that does not.
    pub directory: Option<SourceDirectory>,
    /// Takes over groups and rules that live; `None` for a target that cannot.
    pub adopter: Option<Adopter>,
    /// How it deploys; `None` for a target that deploys nothing.
    pub planning: Option<Planning>,
}

impl PartialEq for Target {
    fn eq(&self, other: &Target) -> bool {
        self.name == other.name
    }
}

/// How one kind of source is read.
#[derive(Debug, Clone, Copy)]
pub struct SourceReader {
    /// Whether a source is of this kind.
    pub recognizes: fn(&Source<'_>) -> bool,
    /// Reads it.
    pub read: fn(&Source<'_>) -> Result<Inventory, SourceError>,
}

/// How a directory is read as one source.
#[derive(Debug, Clone, Copy)]
pub struct SourceDirectory {
    /// Whether a file in it is part of the source, by its name.
    pub is_part: fn(&str) -> bool,
    /// The other directories that its files need, and that are not among them.
    pub wanted: fn(&Source<'_>) -> Vec<WantedDirectory>,
}

/// A directory that a file of a source needs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WantedDirectory {
    /// The position of that file in the source.
    pub from: usize,
    /// The path from the directory of that file: `./modules/db`
    pub path: String,
    /// Its name in reports: `infra/modules/db`
    pub name: String,
}

/// The limits of outputs, and their documentation.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Measures an output of so many bytes.
    pub measure: fn(&State, usize) -> Vec<Measure>,
    /// An output that exceeds them, in one line.
    pub title: &'static str,
    /// What they are, why, and what to do, in Markdown.
    pub text: &'static str,
    /// What to do, in one line.
    pub help: &'static str,
}

/// One measure of an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measure {
    /// `resources`
    pub what: &'static str,
    /// The count.
    pub count: usize,
    /// The limit.
    pub limit: usize,
}
