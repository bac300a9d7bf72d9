//! The two sides of a comparison: which programs each has, and where they are read.

use super::files::Files;
use super::git::{Commit, Committed, Range, head};
use super::job::{Job, Place};
use super::program::Unread;
use super::project::{self, Opened};
use super::report::Report;
use super::seen::ReadLog;
use super::{Exit, With};
use std::path::Path;
use tierwall::compile::{Compilation, compile};
use tierwall::parse::{Read, ReadError, Reader};
use tierwall::project::Program;
use tierwall::report::review::{Given, LinkBase};

/// The two sides of a comparison: the old one and the new one.
pub struct Comparison<'c> {
    /// What each lists.
    pub opened: [Opened; 2],
    /// Where each is read; nothing for the work tree.
    pub commits: [Option<&'c Commit>; 2],
}

/// A program as one side has it.
pub struct Origin<'j> {
    /// How it is read.
    pub job: &'j Job<'j>,
    /// Where from; nothing for the work tree.
    pub commit: Option<&'j Commit>,
    /// Whether its side lists it; else it is another's, and not there.
    pub listed: bool,
}

/// The programs of both sides, as the command line says.
pub fn sides<'c>(
    files: &[String],
    manifest: Option<&str>,
    with: &With,
    range: Option<&'c Range>,
    report: &Report,
) -> Result<Comparison<'c>, Exit> {
    let of_files = |file: &String| {
        project::of_files(
            std::slice::from_ref(file),
            with,
            None,
            manifest,
            &mut ReadLog::default(),
            report,
        )
    };
    match (range, files) {
        (None, [old, new]) if old == "-" && new == "-" => {
            Err(report.failure("only one of the two programs can be standard input"))
        }
        (None, [old, new]) => {
            let opened = [of_files(old)?, of_files(new)?];
            Ok(Comparison {
                opened,
                commits: [None, None],
            })
        }
        (Some(range), files) => {
            let commits = [Some(&range.old), range.new.as_ref()];
            let side = |file: Option<&String>, commit: Option<&Commit>| match (file, commit) {
                (Some(file), _) => of_files(file),
                (None, None) => project::open(
                    &project::listed(manifest, with, report)?,
                    &mut ReadLog::default(),
                    report,
                ),
                (None, Some(commit)) => {
                    project::committed(&project::listed(manifest, with, report)?, commit, report)
                }
            };
            Ok(Comparison {
                opened: [
                    side(files.first(), commits[0])?,
                    side(files.last(), commits[1])?,
                ],
                commits,
            })
        }
        (None, _) => Err(report.failure_with_help(
            "name two programs to compare",
            &[
                "`tierwall diff OLD NEW`; `tierwall diff --git main FILE` compares a program with \
               a commit",
            ],
        )),
    }
}

/// The programs of both sides, each with the one that it is compared with. One that only one side
/// lists stands for itself on the other, and is not there. `are_named`: the command line names
/// both.
pub fn pairs<'j>(
    olds: &'j [Job<'j>],
    news: &'j [Job<'j>],
    commits: [Option<&'j Commit>; 2],
    are_named: bool,
) -> Vec<[Origin<'j>; 2]> {
    let pair = |old: (&'j Job<'j>, bool), new: (&'j Job<'j>, bool)| {
        let [a, b] = commits;
        [
            Origin {
                job: old.0,
                commit: a,
                listed: old.1,
            },
            Origin {
                job: new.0,
                commit: b,
                listed: new.1,
            },
        ]
    };
    if let ([old], [new], true) = (olds, news, are_named) {
        return vec![pair((old, true), (new, true))];
    }
    let has_its_name = |old: &&Job<'_>, new: &Job<'_>| {
        old.program.file.path == new.program.file.path
            && old.build.environment == new.build.environment
    };
    // what is written to the same file is the same deployment, whatever the program is called
    let writes_its_outputs = |old: &&Job<'_>, new: &Job<'_>| {
        let outputs = |job: &Job<'_>| {
            job.build
                .outputs
                .iter()
                .map(|it| it.path.path.clone())
                .collect::<Vec<_>>()
        };
        let other = outputs(new);
        outputs(old).iter().any(|path| other.contains(path))
    };
    let is_kept = |old: &&Job<'_>| news.iter().any(|new| has_its_name(old, new));
    let old_of = |new: &Job<'_>| {
        let by_name = olds.iter().find(|old| has_its_name(old, new));
        by_name.or_else(|| {
            olds.iter()
                .find(|old| !is_kept(old) && writes_its_outputs(old, new))
        })
    };
    let found: Vec<(&'j Job<'j>, Option<&'j Job<'j>>)> =
        news.iter().map(|new| (new, old_of(new))).collect();
    let gone = olds.iter().filter(|old| {
        !found
            .iter()
            .any(|(_, known)| known.is_some_and(|it| std::ptr::eq(it, *old)))
    });
    let gone: Vec<&'j Job<'j>> = gone.collect();
    let kept = found.iter().map(|(new, old)| match old {
        Some(old) => pair((*old, true), (*new, true)),
        None => pair((*new, false), (*new, true)),
    });
    kept.chain(gone.into_iter().map(|old| pair((old, true), (old, false))))
        .collect()
}

impl Origin<'_> {
    /// `shop.tier`, `main:shop.tier (production)`
    pub fn name(&self) -> String {
        let mark = self.commit.map(Commit::mark).unwrap_or_default();
        let environment = self
            .job
            .build
            .environment
            .as_ref()
            .map_or(String::new(), |name| format!(" ({name})"));
        format!("{mark}{}{environment}", self.job.program.file.path)
    }

    /// How its lines are linked to.
    pub fn link(&self) -> LinkBase {
        let prefix = self.commit.map(Commit::mark).unwrap_or_default();
        match self.commit.cloned().or_else(head) {
            Some(commit) => LinkBase {
                directory: commit.directory().to_string(),
                revision: commit.id,
                prefix,
            },
            None => LinkBase {
                prefix,
                ..LinkBase::default()
            },
        }
    }

    fn read(&self, place: &mut dyn Place) -> Result<Compiled, Unread> {
        let mut given = self.job.given(place)?;
        let program = self.job.compiled_with(given.clone(), place)?;
        let mark = self.commit.map(Commit::mark).unwrap_or_default();
        given
            .iter_mut()
            .flat_map(|given| &mut given.place)
            .for_each(|(file, _)| file.insert_str(0, &mark));
        Ok(Compiled { program, given })
    }

    /// The program where it is not: it says nothing, and asks for no values.
    pub fn empty(&self) -> Compiled {
        let program = compile(
            &self.job.program.file.path,
            &mut Missing,
            &[],
            self.job.as_of,
        )
        .expect("nothing is read");
        Compiled {
            program,
            given: Vec::new(),
        }
    }

    /// Reads the program; nothing where it is not, and that is no mistake: compared with that
    /// `of_a_commit`, a program can be new, or gone.
    pub fn compiled(&self, of_a_commit: bool) -> Result<Option<Compiled>, String> {
        let Program { file, root, .. } = self.job.program;
        let place: Option<Box<dyn Place>> = match self.commit {
            _ if !self.listed => None,
            Some(commit) => match Committed::open(commit, &file.path, root.as_deref())? {
                Some(place) => Some(Box::new(place)),
                None => None,
            },
            None if of_a_commit && !Path::new(&file.path).exists() => None,
            None => Some(Box::new(Files::new(root.clone()))),
        };
        place
            .map(|mut place| {
                self.read(place.as_mut())
                    .map_err(|unread| unread.to_string())
            })
            .transpose()
    }
}

/// A program, and the values that it was compiled with.
pub struct Compiled {
    /// The program.
    pub program: Compilation,
    /// The values, their files named as this side names files.
    pub given: Vec<Given>,
}

/// Where a program is not: there it is empty.
struct Missing;

impl Reader for Missing {
    fn read(&mut self, path: &str, _from: Option<&str>) -> Result<Read, ReadError> {
        Ok(Read {
            identity: path.to_string(),
            name: path.to_string(),
            bytes: Vec::new(),
        })
    }
}
