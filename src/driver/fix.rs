//! Fixes: the files of all programs of a run are fixed in memory until no safe fix is left.

use super::consensus::{ProgramFindings, reach_consensus};
use super::job::Job;
use super::values::UnreadFile;
use crate::compile::Compilation;
use crate::diagnostic::{Fixed, Level, Problem, apply_safe};
use crate::project::Program;
use crate::source::FileKind;
use crate::workspace::{Directory, Listing, Read, ReadError, Workspace};
use std::collections::{BTreeMap, BTreeSet};

/// A fix can make others possible; more rounds than this would mean that two fixes undo each other.
const ROUNDS: usize = 20;

/// The result of fixing.
#[derive(Debug, Default)]
pub struct Corrections {
    /// The files that change, by their identities.
    pub files: BTreeMap<String, EditedFile>,
    /// The names of read-only files that would change.
    pub refused: BTreeSet<String>,
}

/// A file with its fixed text.
#[derive(Debug, Clone)]
pub struct EditedFile {
    /// Its name in reports.
    pub name: String,
    /// The bytes that were read.
    pub read: Vec<u8>,
    /// The new bytes.
    pub bytes: Vec<u8>,
    /// The number of fixes in it.
    pub fixes: usize,
    /// Whether it is read-only, and so must not be fixed.
    is_read_only: bool,
}

/// The fixed files of all programs, by their identities.
type Drafts = BTreeMap<String, EditedFile>;

/// Fixes the files of programs until no safe fix is left; `open` returns the files of each.
pub fn fix_programs<W: Workspace>(
    jobs: &[Job<'_>],
    mut open: impl FnMut(&Program) -> W,
) -> Corrections {
    let (mut drafts, mut refused) = (Drafts::new(), BTreeSet::new());
    let mut before = judge_all(jobs, &mut open, &mut drafts);

    for _ in 0..ROUNDS {
        let (old, mut corrected) = (drafts.clone(), BTreeSet::new());
        for program in &before {
            program.correct_files(&mut drafts, &mut corrected, &mut refused);
        }
        if corrected.is_empty() {
            break;
        }

        let next = judge_all(jobs, &mut open, &mut drafts);
        let mut both = next.iter().zip(&before);
        if both.any(|(next, before)| next.is_worse_than(before)) {
            drafts = old;
            break;
        }
        before = next;
    }

    drafts.retain(|_, draft| draft.fixes > 0);
    Corrections {
        files: drafts,
        refused,
    }
}

/// The files of a workspace with fixed files in place of the originals, as one program reads them.
struct Overlay<'d, W> {
    files: W,
    drafts: &'d mut Drafts,
}

impl<W: Workspace> Workspace for Overlay<'_, W> {
    fn kind(&self) -> FileKind {
        self.files.kind()
    }

    fn read(&mut self, path: &str, from: Option<&str>) -> Result<Read, ReadError> {
        let Read {
            identity,
            name,
            bytes,
        } = self.files.read(path, from)?;

        let first = || EditedFile {
            name: name.clone(),
            read: bytes.clone(),
            bytes,
            fixes: 0,
            is_read_only: self.files.is_read_only(&identity),
        };

        let draft = self.drafts.entry(identity.clone()).or_insert_with(first);

        Ok(Read {
            bytes: draft.bytes.clone(),
            identity,
            name,
        })
    }

    fn read_directory(
        &mut self,
        path: &str,
        from: Option<&str>,
        is_wanted: fn(&str) -> bool,
    ) -> Result<Option<Directory>, ReadError> {
        self.files.read_directory(path, from, is_wanted)
    }

    fn values(&mut self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.files.values(path)
    }

    fn read_optional(&mut self, path: &str) -> Result<Option<Vec<u8>>, ReadError> {
        self.files.read_optional(path)
    }

    fn list(&mut self, path: &str) -> Listing {
        self.files.list(path)
    }

    fn is_read_only(&self, identity: &str) -> bool {
        self.files.is_read_only(identity)
    }
}

/// A program with its problems.
struct JudgedJob {
    compilation: Compilation,
    problems: Vec<Problem>,
}

/// Reads and judges all programs; files that cannot be read are reported by the check that follows.
fn judge_all<W: Workspace>(
    jobs: &[Job<'_>],
    open: &mut impl FnMut(&Program) -> W,
    drafts: &mut Drafts,
) -> Vec<JudgedJob> {
    let mut all: Vec<JudgedJob> = jobs
        .iter()
        .filter_map(|job| judge_job(job, open(job.program), drafts).ok())
        .collect();
    let unreadable = jobs.len() - all.len();
    let mut findings: Vec<_> = all.iter_mut().map(JudgedJob::findings).collect();

    reach_consensus(&mut findings, unreadable);
    all
}

fn judge_job<W: Workspace>(
    job: &Job<'_>,
    files: W,
    drafts: &mut Drafts,
) -> Result<JudgedJob, UnreadFile> {
    let compilation = job.compile_in(&mut Overlay { files, drafts })?;
    let problems = compilation.judge_at(&job.levels).problems.sorted();
    Ok(JudgedJob {
        compilation,
        problems,
    })
}

impl JudgedJob {
    fn findings(&mut self) -> ProgramFindings<'_> {
        ProgramFindings {
            sources: &self.compilation.sources,
            environments: self.compilation.environments.len(),
            problems: &mut self.problems,
        }
    }

    /// Whether it has more errors than before. Errors of stages that did not run before, because of
    /// other errors, do not count.
    fn is_worse_than(&self, before: &JudgedJob) -> bool {
        let (read, read_before) = (self.errors_as_read(), before.errors_as_read());

        read > read_before
            || read_before == 0 && count_errors(&self.problems) > count_errors(&before.problems)
    }

    /// The number of errors before assertions and lints.
    fn errors_as_read(&self) -> usize {
        count_errors(&self.compilation.problems.clone().sorted())
    }

    /// Fixes its files, except those that another program has fixed in this round: both report the
    /// same problems in a file that both read.
    fn correct_files(
        &self,
        drafts: &mut Drafts,
        corrected: &mut BTreeSet<String>,
        refused: &mut BTreeSet<String>,
    ) {
        let sources = &self.compilation.sources;
        for (n, file) in sources.files().iter().enumerate() {
            // in a file that is not UTF-8, invalid bytes were replaced when it was read
            let whole = |draft: &&mut EditedFile| draft.bytes == file.text().as_bytes();
            let Some(draft) = drafts.get_mut(file.identity()).filter(whole) else {
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
            } else if corrected.insert(file.identity().to_string()) {
                (draft.bytes, draft.fixes) = (text.into_bytes(), draft.fixes + fixes);
            }
        }
    }
}

fn count_errors(problems: &[Problem]) -> usize {
    let errors = problems
        .iter()
        .filter(|problem| problem.level() == Level::Error);
    errors.count()
}
