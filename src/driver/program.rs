//! A program, for library users: loaded once, then checked, built and compared.

use super::compare::{Comparison, Incomparable, Revision, join_errors};
use super::job::{BuiltOutput, Job, Outcome};
use crate::compile::{Compilation, Environment, Inputs, compile};
use crate::date::Date;
use crate::diagnostic::{Level, Problem, Style, render};
use crate::lint::Levels;
use crate::policy::Policy;
use crate::project::{self, Build, Named, Output};
use crate::report::review::{self, GivenValue, Links, Review};
use crate::source::Sources;
use crate::target::Target;
use crate::workspace::{ReadError, Workspace};
use std::error::Error;
use std::fmt;

/// Options for loading a program.
#[derive(Debug, Clone)]
pub struct Options {
    as_of: Date,
    values: Vec<(String, String)>,
    levels: Levels,
    environment: Option<String>,
}

impl Options {
    /// Options with the current day, for `until`: the library has no clock.
    pub fn new(as_of: Date) -> Options {
        Options {
            as_of,
            values: Vec::new(),
            levels: Levels::default(),
            environment: None,
        }
    }

    /// Likewise, on another day.
    pub fn on(mut self, as_of: Date) -> Options {
        self.as_of = as_of;
        self
    }

    /// Likewise, with a value for a parameter: `param office : cidr`.
    pub fn set(mut self, name: impl Into<String>, value: impl Into<String>) -> Options {
        self.values.push((name.into(), value.into()));
        self
    }

    /// Likewise, for one of the environments that the program declares:
    /// `environments production, staging`.
    pub fn environment(mut self, name: impl Into<String>) -> Options {
        self.environment = Some(name.into());
        self
    }

    fn inputs(&self) -> Inputs<'_> {
        let environment = self.environment.as_ref().map(|name| Environment {
            name,
            is_optional: false,
        });

        Inputs {
            bindings: &self.values,
            as_of: self.as_of,
            environment,
        }
    }

    /// Likewise, with these levels of lints.
    pub fn lints(mut self, levels: Levels) -> Options {
        self.levels = levels;
        self
    }
}

/// A program that was read and resolved.
#[derive(Debug)]
pub struct Program {
    entry: String,
    compilation: Compilation,
    options: Options,
}

/// Why there is no output: the problems of the program, at least one of which is an error.
#[derive(Debug, Clone)]
pub struct Rejected {
    /// All of them, by position.
    pub problems: Vec<Problem>,
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&join_errors(&self.problems))
    }
}

impl Error for Rejected {}

/// The difference between two versions of a program.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Change {
    /// Whether neither connections nor resources in AWS change.
    pub is_empty: bool,
    /// Whether traffic passes that did not pass before.
    pub opens: bool,
    /// Whether traffic that passed before does not pass any more.
    pub closes: bool,
    /// Whether something is opened from or to the internet.
    pub opens_internet: bool,
    /// Whether AWS replaces a security group.
    pub replaces_group: bool,
    /// Whether AWS deletes a security group.
    pub deletes_group: bool,
    /// The review for people, as `tierwall diff` prints it.
    pub text: String,
    /// The review for a comment on a pull request, not shortened.
    pub markdown: String,
    /// The review for programs: `docs/diff.md`.
    pub json: String,
}

impl Program {
    /// Reads and resolves the program that starts with the file `entry`. Its problems are returned
    /// by [`check`](Program::check); this fails only if that file cannot be read.
    pub fn load(
        entry: &str,
        workspace: &mut dyn Workspace,
        options: Options,
    ) -> Result<Program, ReadError> {
        let compilation = compile(entry, workspace, &options.inputs())?;
        Ok(Program {
            entry: entry.to_string(),
            compilation,
            options,
        })
    }

    /// Its problems, by position: errors, failing assertions, findings of lints.
    pub fn check(&self) -> Vec<Problem> {
        self.judge_for(None).problems
    }

    /// Its problems for a target: also what that target does not support, and limits that are
    /// exceeded.
    pub fn check_for(&self, target: &'static Target) -> Vec<Problem> {
        self.judge_for(Some(target)).problems
    }

    /// Its output for a target; fails if one of its problems is an error.
    pub fn build(&self, target: &'static Target) -> Result<Vec<u8>, Rejected> {
        let Outcome {
            problems, mut made, ..
        } = self.judge_for(Some(target));

        let is_error = |problem: &Problem| problem.level() == Level::Error;
        match made.pop().filter(|_| !problems.iter().any(is_error)) {
            Some(BuiltOutput { bytes, .. }) => Ok(bytes),
            None => Err(Rejected { problems }),
        }
    }

    /// What the change from one version of a program to another opens and closes, and what AWS will
    /// do. Fails with the problems of both if one has errors.
    pub fn compare(old: Program, new: Program) -> Result<Change, Incomparable> {
        Comparison::new(old.into_revision(), new.into_revision()).review_with(summarize_change)
    }

    /// Its files, which the spans of its problems refer to.
    pub fn sources(&self) -> &Sources {
        &self.compilation.sources
    }

    /// Its policy; complete if no problem is an error.
    pub fn policy(&self) -> &Policy {
        &self.compilation.policy
    }

    /// The compiled program, for the stages of the compiler.
    pub fn into_compilation(self) -> Compilation {
        self.compilation
    }

    /// One of its problems as text, with the source lines.
    pub fn render(&self, problem: &Problem) -> String {
        render(problem, self.sources(), Style::Plain)
    }

    fn judge_for(&self, target: Option<&'static Target>) -> Outcome {
        let output = |target| Output {
            target,
            path: Named::new("-"),
        };

        let build = Build {
            outputs: target.map(output).into_iter().collect(),
            ..Build::default()
        };

        let program = project::Program {
            file: Named::new(&self.entry),
            root: None,
            lints: Levels::default(),
            builds: Vec::new(),
        };

        let job = Job {
            program: &program,
            build: &build,
            levels: self.options.levels.clone(),
            as_of: self.options.as_of,
            writes: true,
            shared: Vec::new(),
        };

        job.judge_compilation(&self.compilation)
    }

    fn into_revision(self) -> Revision {
        let given = self
            .options
            .values
            .into_iter()
            .map(|(name, value)| GivenValue {
                name,
                value,
                place: None,
            });

        Revision {
            name: self.entry,
            exists: true,
            given: given.collect(),
            program: self.compilation,
            levels: self.options.levels,
        }
    }
}

fn summarize_change(review: &Review<'_>) -> Change {
    let markdown = review::review_markdown(review, &Links::default());
    Change {
        is_empty: review.is_empty(),
        opens: !review.document.gained.is_empty(),
        closes: !review.document.lost.is_empty(),
        opens_internet: review.document.internet,
        replaces_group: review.replaces_group(),
        deletes_group: review.deletes_group(),
        text: review::review_text(review),
        markdown: markdown.text_within(usize::MAX).to_string(),
        json: review::review_json(review),
    }
}
