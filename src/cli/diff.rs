//! `tierwall diff`

use super::files::Files;
use super::git::{Commit, Committed, Range, head};
use super::program::{bindings, today, unread, verdict};
use super::report::Report;
use super::{Exit, With};
use clap::{Args, ValueEnum};
use std::path::Path;
use tierwall::check::lint::Levels;
use tierwall::compile::{Compilation, Judged, compile};
use tierwall::diagnostic::Problem;
use tierwall::groups::Deployment;
use tierwall::parse::{self, ReadError, Reader};
use tierwall::review::{self, Document, Links, Side, Version};

/// The arguments of `diff`.
#[derive(Args)]
pub struct Diff {
    /// The old program and the new one; with `--git` the one program
    #[arg(required = true, num_args = 1..=2, value_names = ["OLD", "NEW"])]
    files: Vec<String>,
    /// Compare the program with what it is in a commit: `main`, `main...` (where this branch left main), `v1..v2`
    #[arg(long, value_name = "REV")]
    git: Option<String>,
    /// How to show it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// End with 1 where the change does this; `wider,replace` for several
    #[arg(long, value_enum, value_delimiter = ',', value_name = "CHANGE")]
    deny: Vec<Denied>,
    /// Link lines in Markdown: an address with `{rev}`, `{file}` and `{line}` in it
    #[arg(long, value_name = "ADDRESS")]
    link: Option<String>,
    #[command(flatten)]
    with: With,
}

/// How a review is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For a comment on a pull request; `md` for short
    #[value(alias = "md")]
    Markdown,
    /// For programs; documented and stable
    Json,
}

/// What a change may not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Denied {
    /// Let through what did not pass
    Wider,
    /// Open something from or to the internet
    Internet,
    /// Replace a security group
    Replace,
    /// Change anything: a connection, or what AWS holds
    Any,
}

/// One of the two programs, and where it is read.
struct Origin<'a> {
    /// As the command line names it.
    file: &'a str,
    /// Nothing for the work tree.
    commit: Option<&'a Commit>,
    /// Whether it may be missing: compared with a commit, a program can be new, or gone.
    may_be_missing: bool,
}

/// Runs it.
pub fn run(diff: &Diff, report: &Report) -> Exit {
    match compared(diff, report) {
        Ok(exit) | Err(exit) => exit,
    }
}

fn compared(diff: &Diff, report: &Report) -> Result<Exit, Exit> {
    let failed = |why: String| report.failure(&why);
    let range = diff.git.as_deref().map(Range::parse).transpose().map_err(failed)?;
    let origins = origins(diff, range.as_ref()).map_err(failed)?;
    let [old, new] = [0, 1].map(|n| stands(&origins[n], diff, report));
    // what is wrong with either is told before it ends here
    let (old, new) = (old?, new?);
    let (names, judged) =
        (origins.each_ref().map(Origin::name), [old.judge(&Levels::default()), new.judge(&Levels::default())]);
    let [Some(before), Some(after)] = judged.map(Standing::of) else { return Err(Exit::Program) };
    let document = review::review(before.version(&names[0], &old), after.version(&names[1], &new));
    Ok(match report.print(shown(&document, diff, &origins).as_bytes()) {
        Exit::Done => denied(&document, &diff.deny, report),
        failed @ (Exit::Program | Exit::Usage) => failed,
    })
}

/// The two programs, as the command line says.
fn origins<'a>(diff: &'a Diff, range: Option<&'a Range>) -> Result<[Origin<'a>; 2], String> {
    match (range, diff.files.as_slice()) {
        (None, [old, new]) => Ok([old, new].map(|file| Origin { file, commit: None, may_be_missing: false })),
        (Some(range), [file]) => {
            let commits = [Some(&range.old), range.new.as_ref()];
            Ok(commits.map(|commit| Origin { file, commit, may_be_missing: true }))
        }
        (None, _) => Err("name two programs to compare, or one and a commit: `--git main`".to_string()),
        (Some(_), _) => Err("`--git` compares one program with itself in a commit; name one file".to_string()),
    }
}

impl Origin<'_> {
    fn name(&self) -> String {
        let mark = self.commit.map(Commit::mark).unwrap_or_default();
        format!("{mark}{}", self.file)
    }

    fn link(&self) -> Side {
        let commit = self.commit.cloned().or_else(head);
        let revision = commit.map(|commit| commit.id).unwrap_or_default();
        Side { revision, prefix: self.commit.map(Commit::mark).unwrap_or_default() }
    }
}

/// A program that has a meaning; else its problems are reported.
fn stands(origin: &Origin<'_>, diff: &Diff, report: &Report) -> Result<Compilation, Exit> {
    let bindings = bindings(&diff.with).map_err(|words| report.failure(&words))?;
    let as_of = diff.with.as_of.unwrap_or_else(today);
    let root = diff.with.root.clone();
    let mut reader: Box<dyn Reader> = match origin.commit {
        Some(commit) => Box::new(Committed::new(commit, root.as_deref()).map_err(|why| report.failure(&why))?),
        None if origin.may_be_missing && !Path::new(origin.file).exists() => Box::new(Missing),
        None => Box::new(Files::new(root)),
    };
    let compiled = compile(origin.file, reader.as_mut(), &bindings, as_of);
    let program = compiled.map_err(|error| unread(origin.file, error, report))?;
    let problems = program.problems.clone().sorted();
    match verdict(&problems) {
        Exit::Done => Ok(program),
        failed @ (Exit::Program | Exit::Usage) => {
            report.problems(&problems, &program.sources);
            Err(failed)
        }
    }
}

/// A program that is not there: an empty one.
struct Missing;

impl Reader for Missing {
    fn read(&mut self, path: &str, _from: Option<&str>) -> Result<parse::Read, ReadError> {
        Ok(parse::Read { identity: path.to_string(), name: path.to_string(), bytes: Vec::new() })
    }
}

/// What was found out about a program.
struct Standing<'p> {
    deployment: Deployment<'p>,
    problems: Vec<Problem>,
}

impl<'p> Standing<'p> {
    fn of(judged: Judged<'p>) -> Option<Standing<'p>> {
        Some(Standing { deployment: judged.deployment?, problems: judged.problems.sorted() })
    }

    fn version(&'p self, name: &'p str, program: &'p Compilation) -> Version<'p> {
        let Compilation { policy, sources, .. } = program;
        Version { name, policy, sources, deployment: &self.deployment, problems: &self.problems }
    }
}

fn shown(document: &Document<'_>, diff: &Diff, origins: &[Origin<'_>; 2]) -> String {
    match diff.format {
        Format::Text => review::text(document),
        Format::Markdown => {
            let sides = origins.each_ref().map(Origin::link);
            review::markdown(document, &Links { template: diff.link.clone(), sides })
        }
        Format::Json => review::json(document),
    }
}

/// Ends with 1 where the change does what it may not.
fn denied(document: &Document<'_>, denied: &[Denied], report: &Report) -> Exit {
    let mut exit = Exit::Done;
    for what in denied {
        let (does, words) = match what {
            Denied::Wider => (!document.gained.is_empty(), "the change lets through what did not pass"),
            Denied::Internet => (document.internet, "the change opens something from or to the internet"),
            Denied::Replace => (false, "the change replaces a security group"),
            Denied::Any => (document.verdict != "equal", "the change is not without effect"),
        };
        if does {
            let name = what.to_possible_value().map(|value| value.get_name().to_string()).unwrap_or_default();
            report.say(&format!("denied: {words} (`--deny {name}`)\n"));
            exit = Exit::Program;
        }
    }
    exit
}
