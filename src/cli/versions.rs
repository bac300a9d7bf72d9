//! The two versions of a comparison: which programs each has, and where they are read.

use super::args::{Exit, ProgramOptions};
use super::committed_files::CommittedFiles;
use super::git::{Commit, CommitRange, head_commit};
use super::project::{self, Opened};
use super::read_log::ReadLog;
use super::terminal::Terminal;
use super::work_tree::WorkTree;
use std::path::Path;
use tierwall::diagnostic::Problem;
use tierwall::driver::compare::{PairedJob, Revision, pair_jobs};
use tierwall::driver::{Job, UnreadFile};
use tierwall::project::Program;
use tierwall::report::review::{EnvironmentName, LinkBase};
use tierwall::workspace::Workspace;

/// The two versions that are compared: the old one and the new one.
pub struct ComparedVersions<'c> {
    /// The project of each.
    pub opened: [Opened; 2],
    /// The commit of each; `None` for the work tree.
    pub commits: [Option<&'c Commit>; 2],
}

/// A program of one version.
pub struct Origin<'j> {
    /// How it is read.
    pub job: &'j Job<'j>,
    /// Its commit; `None` for the work tree.
    pub commit: Option<&'j Commit>,
    /// Whether its version lists it; otherwise only the other version has it.
    pub is_listed: bool,
}

/// Opens the programs of both versions, as the command line names them.
pub fn open_versions<'c>(
    files: &[String],
    manifest: Option<&str>,
    with: &ProgramOptions,
    range: Option<&'c CommitRange>,
    terminal: &Terminal,
) -> Result<ComparedVersions<'c>, Exit> {
    let of_files = |file: &String| {
        project::open_for_files(
            std::slice::from_ref(file),
            with,
            None,
            manifest,
            &mut ReadLog::default(),
            terminal,
        )
    };

    match (range, files) {
        (None, [old, new]) if old == "-" && new == "-" => {
            Err(terminal.report_failure("only one of the two programs can be standard input"))
        }
        (None, [old, new]) => {
            let opened = [of_files(old)?, of_files(new)?];
            Ok(ComparedVersions {
                opened,
                commits: [None, None],
            })
        }
        (Some(range), files) => {
            let commits = [Some(&range.old), range.new.as_ref()];
            let side = |file: Option<&String>, commit| match file {
                Some(file) => of_files(file),
                None => open_listed(manifest, with, commit, terminal),
            };
            let mut opened = [
                side(files.first(), commits[0])?,
                side(files.last(), commits[1])?,
            ];
            if files.is_empty() {
                project::keep_environment_of_either(&mut opened, with, terminal)?;
            }
            Ok(ComparedVersions { opened, commits })
        }
        (None, _) => Err(terminal.report_failure_with_help(
            "name two programs to compare",
            &[
                "`tierwall diff OLD NEW`; `tierwall diff --git main FILE` compares a program with \
               a commit",
            ],
        )),
    }
}

/// The project of the manifest: as it is in a commit, or in the work tree.
fn open_listed(
    manifest: Option<&str>,
    with: &ProgramOptions,
    commit: Option<&Commit>,
    terminal: &Terminal,
) -> Result<Opened, Exit> {
    let path = project::require_manifest(manifest, with, terminal)?;
    match commit {
        Some(commit) => project::open_committed(&path, commit, terminal),
        None => project::open_manifest(&path, &mut ReadLog::default(), terminal),
    }
}

/// Pairs the programs of both versions.
pub fn pair_origins<'j>(
    olds: &'j [Job<'j>],
    news: &'j [Job<'j>],
    commits: [Option<&'j Commit>; 2],
    are_named: bool,
) -> Vec<[Origin<'j>; 2]> {
    let [old_commit, new_commit] = commits;
    let origin = |PairedJob { job, is_listed }: PairedJob<'j>, commit| Origin {
        job,
        commit,
        is_listed,
    };

    let pairs = pair_jobs(olds, news, are_named).into_iter();
    pairs
        .map(|[old, new]| [origin(old, old_commit), origin(new, new_commit)])
        .collect()
}

impl Origin<'_> {
    /// `shop.tier`, `main:shop.tier (production)`
    pub fn name(&self) -> String {
        let EnvironmentName { title, environment } = self.environment_name();
        let environment = environment.map_or(String::new(), |name| format!(" ({name})"));
        format!("{title}{environment}")
    }

    /// `shop.tier`
    pub fn file(&self) -> &str {
        &self.job.program.file.path
    }

    /// Its name, in its parts.
    pub fn environment_name(&self) -> EnvironmentName {
        let mark = self.commit.map(Commit::name_prefix).unwrap_or_default();
        EnvironmentName {
            title: format!("{mark}{}", self.job.program.file.path),
            environment: self.job.build.environment.clone(),
        }
    }

    /// A problem of the program; one without a position names the version: `(in main:shop.tier)`.
    pub fn name_version(&self, problem: Problem) -> Problem {
        if problem.span().is_some() {
            return problem;
        }

        let mark = self.commit.map(Commit::name_prefix).unwrap_or_default();
        let build = &self.job.build;
        let listed = build.environment.as_ref().filter(|_| !build.is_chosen);
        let environment = listed.map_or(String::new(), |name| format!(", {name}"));
        Problem::InEnvironments {
            problem: Box::new(problem),
            names: format!("in {mark}{}{environment}", self.job.program.file.path),
        }
    }

    /// What links to its lines contain.
    pub fn link_base(&self) -> LinkBase {
        let prefix = self.commit.map(Commit::name_prefix).unwrap_or_default();
        match self.commit.cloned().or_else(head_commit) {
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

    /// Reads the program; `None` if it does not exist and that is allowed: in a comparison with a
    /// commit (`of_a_commit`), a program can be new or deleted.
    pub fn read_revision(&self, of_a_commit: bool) -> Result<Option<Revision>, String> {
        let Program { file, root, .. } = self.job.program;
        let files: Option<Box<dyn Workspace>> = match self.commit {
            _ if !self.is_listed => None,
            Some(commit) => {
                match CommittedFiles::open_at_commit(commit, &file.path, root.as_deref())? {
                    Some(files) => Some(Box::new(files)),
                    None => None,
                }
            }
            None if of_a_commit && !Path::new(&file.path).exists() => None,
            None => Some(Box::new(WorkTree::new(root.clone()))),
        };

        let read = files.map(|mut files| self.compile_revision(files.as_mut()));
        read.transpose().map_err(|unread| unread.to_string())
    }

    fn compile_revision(&self, files: &mut dyn Workspace) -> Result<Revision, UnreadFile> {
        let mut given = self.job.read_given(files)?;
        let program = self.job.compile_with(given.clone(), files)?;

        let mark = self.commit.map(Commit::name_prefix).unwrap_or_default();
        given
            .iter_mut()
            .flat_map(|given| &mut given.place)
            .for_each(|(file, _)| file.insert_str(0, &mark));

        Ok(Revision {
            name: self.name(),
            exists: true,
            program,
            given,
            levels: self.job.levels.clone(),
        })
    }
}
