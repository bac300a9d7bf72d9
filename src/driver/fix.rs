//! Corrections: all programs of a run are corrected together in memory until nothing is left to
//! correct.

use super::consensus::{ProgramFindings, reach_consensus};
use super::job::Job;
use super::values::Unread;
use crate::compile::Compilation;
use crate::diagnostic::{Fixed, Level, Problem, apply_safe};
use crate::project::Program;
use crate::source::FileKind;
use crate::workspace::{Listing, Read, ReadError, Workspace};
use std::collections::{BTreeMap, BTreeSet};

/// Corrections can make room for others; more rounds than this would be a correction that undoes
/// another.
const ROUNDS: usize = 20;

/// What corrections come to.
#[derive(Debug, Default)]
pub struct Corrections {
    /// The files that change, by their identities.
    pub files: BTreeMap<String, EditedFile>,
    /// The names of files that would change and are read-only.
    pub refused: BTreeSet<String>,
}

/// A file, and what is to become of it.
#[derive(Debug, Clone)]
pub struct EditedFile {
    /// As reports show it.
    pub name: String,
    /// As it was read.
    pub read: Vec<u8>,
    /// As it is to be.
    pub bytes: Vec<u8>,
    /// How many corrections it has.
    pub fixes: usize,
    /// What keeps it from being corrected.
    is_read_only: bool,
}

/// The files of all programs as they are corrected, by their identities.
type Drafts = BTreeMap<String, EditedFile>;

/// Corrects the files of programs until nothing is left; `open` gives the files of each.
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

/// Drafts over the files of a workspace, as one program reads them.
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

    fn values(&mut self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.files.values(path)
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

/// Reads all programs and judges them, each time anew; what cannot be read is told by whoever
/// checks it afterwards.
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
) -> Result<JudgedJob, Unread> {
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

    /// Whether it has more errors than before. What nobody looked for before, because other errors
    /// stood in the way, does not count.
    fn is_worse_than(&self, before: &JudgedJob) -> bool {
        let (read, read_before) = (self.errors_as_read(), before.errors_as_read());

        read > read_before
            || read_before == 0 && count_errors(&self.problems) > count_errors(&before.problems)
    }

    /// The errors that are found before it is judged.
    fn errors_as_read(&self) -> usize {
        count_errors(&self.compilation.problems.clone().sorted())
    }

    /// Corrects the drafts of its files, but for those that another program has corrected in this
    /// round: of a file that both read, both say the same.
    fn correct_files(
        &self,
        drafts: &mut Drafts,
        corrected: &mut BTreeSet<String>,
        refused: &mut BTreeSet<String>,
    ) {
        let sources = &self.compilation.sources;
        for (n, file) in sources.files().iter().enumerate() {
            // what is no UTF-8 was read with other characters in the place of some of its bytes
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
