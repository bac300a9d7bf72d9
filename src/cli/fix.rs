//! `tierwall check --fix`: all programs of a run are corrected together in memory until nothing is
//! left to correct, then written.

use super::Exit;
use super::agreement::{ProgramFindings, agree, identity};
use super::files::{Destination, Files, is_read_only, put, words};
use super::job::{Job, Place};
use super::program::Unread;
use super::project::Opened;
use super::report::Report;
use super::run::{RunOptions, jobs};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use tierwall::compile::Compilation;
use tierwall::diagnostic::{Fixed, Level, Problem, apply_safe};
use tierwall::parse::{Read, ReadError, Reader};

/// Corrections can make room for others; more rounds than this would be a correction that undoes
/// another.
const ROUNDS: usize = 20;

/// The files of all programs as they are corrected, by their identities.
type Drafts = BTreeMap<String, EditedFile>;

/// A file, and what is to become of it.
#[derive(Clone)]
struct EditedFile {
    /// As reports show it.
    name: String,
    /// As it was read.
    read: Vec<u8>,
    bytes: Vec<u8>,
    /// How many corrections it has.
    fixes: usize,
    /// What keeps it from being corrected.
    is_read_only: bool,
}

/// Drafts over the files on disk, as one program reads them.
struct Overlay<'d> {
    files: Files,
    drafts: &'d mut Drafts,
}

impl Place for Overlay<'_> {
    fn values(&mut self, path: &Path) -> Result<Vec<u8>, ReadError> {
        self.files.values(path)
    }
}

impl Reader for Overlay<'_> {
    fn read(&mut self, path: &str, from: Option<&str>) -> Result<Read, ReadError> {
        let Read {
            identity,
            name,
            bytes,
        } = self.files.read(path, from)?;
        let is_read_only = || is_read_only(Path::new(&identity)).unwrap_or(false);
        let first = || EditedFile {
            name: name.clone(),
            read: bytes.clone(),
            bytes,
            fixes: 0,
            is_read_only: is_read_only(),
        };
        let bytes = self
            .drafts
            .entry(identity.clone())
            .or_insert_with(first)
            .bytes
            .clone();
        Ok(Read {
            identity,
            name,
            bytes,
        })
    }
}

/// A program with its problems.
struct Judged {
    compilation: Compilation,
    problems: Vec<Problem>,
}

/// Reads all programs and judges them, each time anew; what cannot be read is told by whoever
/// checks it afterwards.
fn judged(jobs: &[Job<'_>], drafts: &mut Drafts) -> Vec<Judged> {
    let mut all: Vec<Judged> = jobs
        .iter()
        .filter_map(|job| judged_one(job, drafts).ok())
        .collect();
    let unreadable = jobs.len() - all.len();
    agree(
        &mut all.iter_mut().map(Judged::voice).collect::<Vec<_>>(),
        unreadable,
    );
    all
}

fn judged_one(job: &Job<'_>, drafts: &mut Drafts) -> Result<Judged, Unread> {
    let mut desk = Overlay {
        files: Files::new(job.program.root.clone()),
        drafts,
    };
    let compilation = job.compiled(&mut desk)?;
    let problems = compilation.judge(&job.levels).problems.sorted();
    Ok(Judged {
        compilation,
        problems,
    })
}

impl Judged {
    fn voice(&mut self) -> ProgramFindings<'_> {
        ProgramFindings {
            sources: &self.compilation.sources,
            problems: &mut self.problems,
        }
    }

    /// Whether it has more errors than before. What nobody looked for before, because other errors
    /// stood in the way, does not count.
    fn is_worse_than(&self, before: &Judged) -> bool {
        let errors = |problems: &[Problem]| {
            problems
                .iter()
                .filter(|it| it.level() == Level::Error)
                .count()
        };
        let read = |judged: &Judged| {
            judged
                .compilation
                .problems
                .clone()
                .into_iter()
                .filter(|it| it.level() == Level::Error)
                .count()
        };
        read(self) > read(before)
            || read(before) == 0 && errors(&self.problems) > errors(&before.problems)
    }

    /// Corrects the drafts of its files, but for those that another program has corrected in this
    /// round: of a file that both read, both say the same.
    fn correct(
        &self,
        drafts: &mut Drafts,
        corrected: &mut BTreeSet<String>,
        refused: &mut BTreeSet<String>,
    ) {
        let sources = &self.compilation.sources;
        for (n, file) in sources.files().iter().enumerate() {
            let identity = identity(file.name());
            // what is no UTF-8 was read with other characters in the place of some of its bytes
            let whole = |draft: &&mut EditedFile| draft.bytes == file.text().as_bytes();
            let Some(draft) = drafts.get_mut(&identity).filter(whole) else {
                continue;
            };
            let here =
                |problem: &&Problem| problem.span().is_some_and(|span| span.file.0 as usize == n);
            let problems: Vec<Problem> = self.problems.iter().filter(here).cloned().collect();
            let Fixed { files, fixes } = apply_safe(&problems, sources);
            let Some(text) = files.into_values().next() else {
                continue;
            };
            if draft.is_read_only {
                refused.insert(draft.name.clone());
            } else if corrected.insert(identity) {
                (draft.bytes, draft.fixes) = (text.into_bytes(), draft.fixes + fixes);
            }
        }
    }
}

/// Corrects the files of programs, and says how many problems that were.
pub fn run(opened: &Opened, manner: &RunOptions, report: &Report) -> Exit {
    let jobs = jobs(&opened.project, manner);
    if jobs.iter().any(|job| job.program.file.path == "-") {
        return report.failure("`--fix` cannot be used with standard input");
    }
    let (mut drafts, mut refused, mut exit) = (Drafts::new(), BTreeSet::new(), Exit::Done);
    correct(&jobs, &mut drafts, &mut refused);
    for name in refused {
        exit = report.failure(&format!("cannot write `{name}`: it is read-only"));
    }
    drafts.retain(|_, draft| draft.fixes > 0);
    match write(&drafts) {
        Ok(()) => report.fixed(drafts.values().map(|draft| draft.fixes).sum(), drafts.len()),
        Err(words) => exit = report.failure(&words),
    }
    exit
}

/// Corrects the drafts until nothing is left.
fn correct(jobs: &[Job<'_>], drafts: &mut Drafts, refused: &mut BTreeSet<String>) {
    let mut before = judged(jobs, drafts);
    for _ in 0..ROUNDS {
        let (old, mut corrected) = (drafts.clone(), BTreeSet::new());
        before
            .iter()
            .for_each(|judged| judged.correct(drafts, &mut corrected, refused));
        if corrected.is_empty() {
            break;
        }
        let next = judged(jobs, drafts);
        if next
            .iter()
            .zip(&before)
            .any(|(next, before)| next.is_worse_than(before))
        {
            *drafts = old;
            break;
        }
        before = next;
    }
}

/// Writes the drafts, each whole; none where one of them cannot be written.
fn write(drafts: &Drafts) -> Result<(), String> {
    let cannot = |draft: &EditedFile, why: &str| format!("cannot write `{}`: {why}", draft.name);
    let staged = drafts.iter().map(|(identity, draft)| {
        let staged = Destination::new(identity, "", true)
            .and_then(|it| it.restage(&draft.read, &draft.bytes));
        staged
            .map(|staged| (draft, staged))
            .map_err(|why| cannot(draft, &why))
    });
    for (draft, staged) in staged.collect::<Result<Vec<_>, String>>()? {
        put(staged).map_err(|error| cannot(draft, &words(&error)))?;
    }
    Ok(())
}
