//! Parses text into a syntax tree: one file, or a program with all its includes.
//!
//! Every stage after this one works on the tree; nothing is looked up here. A statement that cannot
//! be parsed is reported and left out; the others are kept.

mod beginnings;
mod build;
mod file;
mod foreign;
mod grammar;
mod habits;
mod item;
mod literal;
mod order;
mod question;
mod recover;
mod repair;
mod slips;
mod stretches;
mod syntax;
mod words;
mod wrong_way;

pub use file::parse_file;
pub use question::Question;

use crate::ast::{self, FileTree, ProgramTree};
use crate::diagnostic::{InputProblem, Problem, Problems, SyntaxProblem};
use crate::source::{FileId, FileKind, Sources, Span};
use crate::workspace::{Read, ReadError, Workspace};
use std::borrow::Cow;
use std::collections::HashSet;

/// Reads and parses a program. Fails only if the entry file cannot be read. What is included
/// only in other environments than the chosen one is not read.
pub fn parse_program(
    entry: &str,
    workspace: &mut dyn Workspace,
    environment: Option<&str>,
) -> Result<(Sources, ProgramTree, Problems), ReadError> {
    let (mut sources, mut problems) = (Sources::default(), Problems::default());
    let mut program = ProgramTree::default();
    let read = workspace.read(entry, None)?;
    let mut known = HashSet::from([read.identity.clone()]);

    // one for each file of the program: its identity, and the `only in` that it depends on
    let mut files: Vec<(String, Option<Span>)> = Vec::new();
    let identity = parse_into(
        &mut sources,
        read,
        workspace.kind(),
        &mut program,
        &mut problems,
    );
    files.extend(identity.map(|identity| (identity, None)));

    let mut next = 0;
    while next < program.files.len() {
        for include in includes_of(&sources, &program.files[next], environment) {
            let read = match workspace.read(&include.path, Some(&files[next].0)) {
                Ok(read) => read,
                Err(error) => {
                    program.files[next].is_incomplete = true;
                    problems.push(include_problem(error, include.span, include.path));
                    continue;
                }
            };
            if !known.insert(read.identity.clone()) {
                continue;
            }

            let kind = workspace.kind();
            let identity = parse_into(&mut sources, read, kind, &mut program, &mut problems);
            let only_in = files[next].1.or(include.only_in);
            if let (Some(identity), Some(file)) = (identity, program.files.last()) {
                problems.extend(only_in.and_then(|span| report_environments(file, span, &include)));
                files.push((identity, only_in));
            }
        }

        next += 1;
    }

    Ok((sources, program, problems))
}

/// An include that applies.
struct AppliedInclude {
    path: String,
    span: Span,
    only_in: Option<Span>,
}

/// Reports a list of environments in a file that is included only in some.
fn report_environments(
    file: &FileTree,
    only_in: Span,
    include: &AppliedInclude,
) -> Option<Problem> {
    let mut items = file.statements.iter().map(|statement| &statement.item);
    let path = &include.path;
    let is_listing = items.any(|item| matches!(item, ast::Item::Environments(_)));
    is_listing.then(|| {
        Problem::Syntax(SyntaxProblem::Unexpected {
            span: only_in,
            found: "`only in`".to_string(),
            expected: "the end of the line".to_string(),
            help: Some(Cow::Owned(format!(
                "`{path}` has the list of environments, which applies in all of them: move the \
                 list, or write `include \"{path}\"`"
            ))),
            meant: None,
        })
    })
}

fn include_problem(error: ReadError, span: Span, path: String) -> Problem {
    match error {
        ReadError::Outside(root) => Problem::Input(InputProblem::OutsideRoot { span, path, root }),
        ReadError::Failed(why) => Problem::Input(InputProblem::Unreadable { span, path, why }),
    }
}

/// Parses one file by itself: its includes are not read.
pub fn alone(read: Read) -> (Sources, ProgramTree, Problems) {
    let (mut sources, mut program, mut problems) = (
        Sources::default(),
        ProgramTree::default(),
        Problems::default(),
    );

    parse_into(
        &mut sources,
        read,
        FileKind::Work,
        &mut program,
        &mut problems,
    );

    (sources, program, problems)
}

/// The includes of a file that apply in an environment; in any, where none is chosen.
fn includes_of(
    sources: &Sources,
    file: &FileTree,
    environment: Option<&str>,
) -> Vec<AppliedInclude> {
    let applying = file
        .statements
        .iter()
        .filter(|statement| environment.is_none_or(|name| statement.applies_in(sources, name)));
    let includes = applying.filter_map(|statement| match &statement.item {
        ast::Item::Include(path) => Some(AppliedInclude {
            path: path.value.to_string(),
            span: path.span,
            only_in: statement.only_in.as_ref().map(|only_in| only_in.span),
        }),
        _ => None,
    });

    includes.collect()
}

/// Parses a file into the program, and returns its identity; `None` if it is too large.
fn parse_into(
    sources: &mut Sources,
    read: Read,
    kind: FileKind,
    program: &mut ProgramTree,
    problems: &mut Problems,
) -> Option<String> {
    let Some((id, not_utf8)) = sources.add_bytes(read.name.clone(), read.bytes) else {
        problems.push(SyntaxProblem::FileTooLarge { name: read.name });
        return None;
    };
    sources.mark(id, kind);
    sources.identify(id, read.identity.clone());
    problems.extend(not_utf8.map(|span| Problem::Syntax(SyntaxProblem::NotUtf8 { span })));
    let (file, found) = parse_file(id, sources.file(id).text());
    problems.append(found);
    program.files.push(file);

    Some(read.identity)
}

/// Parses the text of a file that is a program by itself, as tests and the prelude do.
pub fn parse_text(name: &str, text: &str) -> (Sources, ProgramTree, Problems) {
    let mut sources = Sources::default();
    let id = sources
        .add(name.to_string(), text.to_string())
        .unwrap_or(FileId(0));
    let (file, problems) = parse_file(id, text);
    (sources, ProgramTree { files: vec![file] }, problems)
}
