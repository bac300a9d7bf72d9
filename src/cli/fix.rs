//! `tierwall check --fix`: programs are corrected in memory until nothing is left to correct, then written.

use super::Exit;
use super::files::{Destination, Files, words};
use super::job::{Job, Place};
use super::program::Unread;
use super::project::Opened;
use super::report::Report;
use super::run::{Manner, jobs};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use tierwall::compile::Compilation;
use tierwall::diagnostic::{Fixed, Level, Problem, apply_safe};
use tierwall::parse::{Read, ReadError, Reader};

/// Corrections can make room for others; more rounds than this would be a correction that undoes another.
const ROUNDS: usize = 20;

/// Files as they are corrected, over those on disk.
struct Drafts {
    files: Files,
    /// By the name that reports show.
    drafts: BTreeMap<String, Draft>,
}

/// A file, and what is to become of it.
struct Draft {
    identity: String,
    bytes: Vec<u8>,
    changed: bool,
}

impl Place for Drafts {
    fn values(&mut self, path: &Path) -> Result<Vec<u8>, ReadError> {
        self.files.values(path)
    }
}

impl Reader for Drafts {
    fn read(&mut self, path: &str, from: Option<&str>) -> Result<Read, ReadError> {
        let Read { identity, name, bytes } = self.files.read(path, from)?;
        let first = || Draft { identity: identity.clone(), bytes, changed: false };
        let bytes = self.drafts.entry(name.clone()).or_insert_with(first).bytes.clone();
        Ok(Read { identity, name, bytes })
    }
}

/// A program with its problems.
struct Judged {
    compilation: Compilation,
    problems: Vec<Problem>,
}

/// Reads a program and judges it, each time anew.
fn judged(job: &Job<'_>, drafts: &mut Drafts) -> Result<Judged, Unread> {
    let compilation = job.compiled(drafts)?;
    let problems = compilation.judge(&job.levels).problems.sorted();
    Ok(Judged { compilation, problems })
}

impl Judged {
    /// Whether it has more errors than before. What nobody looked for before, because other errors stood in the way,
    /// does not count.
    fn is_worse_than(&self, before: &Judged) -> bool {
        let errors = |problems: &[Problem]| problems.iter().filter(|it| it.level() == Level::Error).count();
        let read = |judged: &Judged| {
            judged.compilation.problems.clone().into_iter().filter(|it| it.level() == Level::Error).count()
        };
        read(self) > read(before) || read(before) == 0 && errors(&self.problems) > errors(&before.problems)
    }
}

/// Corrects the files of programs, and says how many problems that were.
pub fn run(opened: &Opened, manner: &Manner, report: &Report) -> Exit {
    let jobs = jobs(&opened.project, manner);
    if jobs.iter().any(|job| job.program.file.path == "-") {
        return report.failure("`--fix` writes to files, and `-` is none");
    }
    let (mut problems, mut changed, mut worst) = (0, BTreeSet::new(), Exit::Done);
    for job in &jobs {
        let mut drafts = Drafts { files: Files::new(job.program.root.clone()), drafts: BTreeMap::new() };
        // what cannot be read is told by whoever checks it afterwards
        let Ok(fixes) = correct(job, &mut drafts) else { continue };
        match write(&drafts) {
            Ok(written) => {
                problems += fixes;
                changed.extend(written);
            }
            Err(words) => worst = report.failure(&words),
        }
    }
    report.fixed(problems, changed.len());
    worst
}

/// Corrects the drafts of a program until nothing is left, and says how many corrections that were.
fn correct(job: &Job<'_>, drafts: &mut Drafts) -> Result<usize, Unread> {
    let mut done = 0;
    let mut before = judged(job, drafts)?;
    for _ in 0..ROUNDS {
        let sources = &before.compilation.sources;
        let Fixed { files, fixes } = apply_safe(&before.problems, sources);
        let mut undo = Vec::new();
        for (file, text) in files {
            let file = sources.file(file);
            // what is no UTF-8 was read with other characters in the place of some of its bytes
            let whole = |draft: &&mut Draft| draft.bytes == file.text().as_bytes();
            if let Some(draft) = drafts.drafts.get_mut(file.name()).filter(whole) {
                let old = std::mem::replace(&mut draft.bytes, text.into_bytes());
                undo.push((file.name().to_string(), old, std::mem::replace(&mut draft.changed, true)));
            }
        }
        if undo.is_empty() {
            break;
        }
        let next = judged(job, drafts)?;
        if next.is_worse_than(&before) {
            for (name, bytes, changed) in undo {
                let draft = drafts.drafts.get_mut(&name).expect("what was changed is there");
                (draft.bytes, draft.changed) = (bytes, changed);
            }
            break;
        }
        done += fixes;
        before = next;
    }
    Ok(done)
}

/// Writes the drafts that changed, each whole, and gives their identities.
fn write(drafts: &Drafts) -> Result<Vec<String>, String> {
    let changed = || drafts.drafts.iter().filter(|(_, draft)| draft.changed);
    let mut destinations = Vec::new();
    for (name, draft) in changed() {
        let cannot = |why: String| format!("cannot write `{name}`: {why}");
        let path = Path::new(&draft.identity);
        let kind = std::fs::metadata(path).map_err(|error| cannot(words(&error)))?;
        if kind.permissions().readonly() {
            return Err(cannot("it is read-only".to_string()));
        }
        destinations.push((name, draft, Destination::new(&draft.identity, "", true).map_err(cannot)?));
    }
    for (name, draft, destination) in destinations {
        let written = destination.write(&draft.bytes);
        written.map_err(|error| format!("cannot write `{name}`: {}", words(&error)))?;
    }
    Ok(changed().map(|(_, draft)| draft.identity.clone()).collect())
}
