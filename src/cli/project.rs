//! The programs of a command: those of the manifest, or those that the command line names.

use super::args::{Exit, ProgramOptions};
use super::git::Commit;
use super::read_log::ReadLog;
use super::terminal::Terminal;
use std::fs;
use std::path::{Path, PathBuf};
use tierwall::diagnostic::{Problem, Problems, listed};
use tierwall::lint::Levels;
use tierwall::project::{self, Build, MANIFEST, Named, Output, Program, Project};
use tierwall::source::{FileId, FileKind, Sources};
use tierwall::target::Target;

/// A project, and the manifest that its spans are in.
#[derive(Debug, Default)]
pub struct Opened {
    /// The manifest.
    pub sources: Sources,
    /// What it lists.
    pub project: Project,
}

/// The manifest that the command line names, or the nearest: in the working directory, or one above
/// it.
pub fn find_manifest(manifest: Option<&str>) -> Option<PathBuf> {
    if let Some(manifest) = manifest {
        return Some(PathBuf::from(manifest));
    }
    let depth = std::env::current_dir().map_or(0, |directory| directory.ancestors().count());
    let above = |n: usize| {
        std::iter::repeat_n("..", n)
            .collect::<PathBuf>()
            .join(MANIFEST)
    };
    (0..depth).map(above).find(|path| path.is_file())
}

/// Reads a manifest; fails after reporting its problems if one is an error.
pub fn open_manifest(path: &Path, log: &mut ReadLog, terminal: &Terminal) -> Result<Opened, Exit> {
    let name = path.to_string_lossy();
    let bytes = log
        .read_file(path)
        .map_err(|error| terminal.report_failure(&format!("cannot read `{name}`: {error}")))?;
    let directory = path.parent().unwrap_or(Path::new(""));
    let (sources, project, problems) = project::read(&name, bytes, directory);
    report_refused(problems, &sources, terminal)?;
    Ok(Opened { sources, project })
}

/// Likewise, the manifest in a commit; a missing one lists no programs.
pub fn open_committed(path: &Path, commit: &Commit, terminal: &Terminal) -> Result<Opened, Exit> {
    let name = path.to_string_lossy();
    let Some(bytes) = commit
        .read_path(&name)
        .map_err(|why| terminal.report_failure(&why))?
    else {
        return Ok(Opened::default());
    };
    let directory = path.parent().unwrap_or(Path::new(""));
    let (mut sources, project, problems) =
        project::read(&format!("{}{name}", commit.name_prefix()), bytes, directory);
    sources.mark(FileId(0), FileKind::Version);
    report_refused(problems, &sources, terminal)?;
    Ok(Opened { sources, project })
}

fn report_refused(problems: Problems, sources: &Sources, terminal: &Terminal) -> Result<(), Exit> {
    let problems: Vec<Problem> = problems.sorted();
    terminal.report_problems(&problems, sources);
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Exit::Usage)
    }
}

/// The manifest of a command that names no file.
pub fn require_manifest(
    manifest: Option<&str>,
    with: &ProgramOptions,
    terminal: &Terminal,
) -> Result<PathBuf, Exit> {
    let Some(path) = find_manifest(manifest) else {
        return Err(terminal.report_failure_with_help(
            &format!(
                "no FILE is given, and there is no `{MANIFEST}` in this directory or above it"
            ),
            &[
                "`tierwall build FILE --to terraform` builds one program, \
                 `tierwall check FILE` checks it",
                &format!("`tierwall init --project` writes a `{MANIFEST}`"),
            ],
        ));
    };

    match with.single_file_option() {
        Some(option) => Err(terminal.report_failure(&format!(
            "`{option}` requires a FILE; for the programs of `{}`, set it there",
            path.display()
        ))),
        None => Ok(path),
    }
}

/// Leaves the builds of the environment that the command line names, if it names one.
pub fn keep_environment(
    opened: Opened,
    with: &ProgramOptions,
    terminal: &Terminal,
) -> Result<Opened, Exit> {
    let mut opened = [opened];
    keep_environment_of_either(&mut opened, with, terminal)?;
    let [opened] = opened;
    Ok(opened)
}

/// Likewise, of several versions of a project, of which one at least has to have it.
pub fn keep_environment_of_either(
    versions: &mut [Opened],
    with: &ProgramOptions,
    terminal: &Terminal,
) -> Result<(), Exit> {
    let Some(name) = &with.environment else {
        return Ok(());
    };

    let known = versions.last().map(|last| last.project.list_environments());
    let known = known.unwrap_or_default();
    let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    let kept = versions
        .iter_mut()
        .map(|version| version.project.keep_environment(name));
    if kept.filter(|kept| *kept).count() > 0 {
        return Ok(());
    }

    Err(terminal.report_failure_with_help(
        &format!("no program of the project has the environment `{name}`"),
        &[&format!("the project has {}", listed(&known, 10))],
    ))
}

/// Files of the command line as a project: with its values, and with the levels of lints that the
/// manifest has for them.
pub fn open_for_files(
    files: &[String],
    with: &ProgramOptions,
    output: Option<(&'static Target, &str)>,
    manifest: Option<&str>,
    log: &mut ReadLog,
    terminal: &Terminal,
) -> Result<Opened, Exit> {
    let Project {
        lints,
        programs: listed,
    } = match find_manifest(manifest) {
        Some(path) => open_manifest(&path, log, terminal)?.project,
        None => Project::default(),
    };

    let program = |file: &String| Program {
        file: Named::new(file),
        root: with.root.clone(),
        lints: listed_lints(&listed, file),
        builds: vec![file_build(with, output)],
    };

    let programs = files.iter().map(program).collect();
    Ok(Opened {
        sources: Sources::default(),
        project: Project { lints, programs },
    })
}

/// What is built of a file: at most one output.
fn file_build(with: &ProgramOptions, output: Option<(&'static Target, &str)>) -> Build {
    let output = output.map(|(target, path)| Output {
        target,
        path: Named::new(path),
    });

    Build {
        environment: with.environment.clone(),
        is_chosen: with.environment.is_some(),
        values: vec![with.as_project_values()],
        outputs: output.into_iter().collect(),
        ..Build::default()
    }
}

/// The levels that a manifest has for a file.
fn listed_lints(listed: &[Program], file: &str) -> Levels {
    listed
        .iter()
        .find(|program| is_same(&program.file.path, file))
        .map(|program| program.lints.clone())
        .unwrap_or_default()
}

fn is_same(a: &str, b: &str) -> bool {
    matches!((fs::canonicalize(a), fs::canonicalize(b)), (Ok(a), Ok(b)) if a == b)
}
