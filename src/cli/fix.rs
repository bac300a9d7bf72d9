//! `tierwall check --fix`: programs are corrected in memory until nothing is left to correct, then written.

use super::files::{Destination, Files, words};
use super::program::{bindings, today};
use super::report::Report;
use super::{Exit, With};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use tierwall::check::lint::Levels;
use tierwall::compile::{Compilation, compile};
use tierwall::date::Date;
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

impl Reader for Drafts {
    fn read(&mut self, path: &str, from: Option<&str>) -> Result<Read, ReadError> {
        let Read { identity, name, bytes } = self.files.read(path, from)?;
        let first = || Draft { identity: identity.clone(), bytes, changed: false };
        let bytes = self.drafts.entry(name.clone()).or_insert_with(first).bytes.clone();
        Ok(Read { identity, name, bytes })
    }
}

/// How a program is read and judged, each time.
struct Judge<'a> {
    file: &'a str,
    bindings: &'a [(String, String)],
    as_of: Date,
    levels: &'a Levels,
}

/// A program with its problems.
struct Judged {
    compilation: Compilation,
    problems: Vec<Problem>,
}

impl Judge<'_> {
    fn judge(&self, drafts: &mut Drafts) -> Result<Judged, ReadError> {
        let compilation = compile(self.file, drafts, self.bindings, self.as_of)?;
        let problems = compilation.judge(self.levels).problems.sorted();
        Ok(Judged { compilation, problems })
    }
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
pub fn run(files: &[String], with: &With, levels: &Levels, report: &Report) -> Exit {
    if files.iter().any(|file| file == "-") {
        return report.failure("`--fix` writes to files, and `-` is none");
    }
    // what cannot be read is told by whoever checks it afterwards
    let Ok(bindings) = bindings(with) else { return Exit::Done };
    let as_of = with.as_of.unwrap_or_else(today);
    let (mut problems, mut changed, mut worst) = (0, BTreeSet::new(), Exit::Done);
    for file in files {
        let judge = Judge { file, bindings: &bindings, as_of, levels };
        let mut drafts = Drafts { files: Files::new(with.root.clone()), drafts: BTreeMap::new() };
        let Ok(fixes) = correct(&judge, &mut drafts) else { continue };
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
fn correct(judge: &Judge<'_>, drafts: &mut Drafts) -> Result<usize, ReadError> {
    let mut done = 0;
    let mut judged = judge.judge(drafts)?;
    for _ in 0..ROUNDS {
        let sources = &judged.compilation.sources;
        let Fixed { files, fixes } = apply_safe(&judged.problems, sources);
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
        let next = judge.judge(drafts)?;
        if next.is_worse_than(&judged) {
            for (name, bytes, changed) in undo {
                let draft = drafts.drafts.get_mut(&name).expect("what was changed is there");
                (draft.bytes, draft.changed) = (bytes, changed);
            }
            break;
        }
        done += fixes;
        judged = next;
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
        let written = destination.write(|out| out.write_all(&draft.bytes));
        written.map_err(|error| format!("cannot write `{name}`: {}", words(&error)))?;
    }
    Ok(changed().map(|(_, draft)| draft.identity.clone()).collect())
}
