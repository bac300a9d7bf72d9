//! The environment that a program is resolved for: statements for other environments are removed.

use super::settings::Environment;
use crate::ast::{FileTree, Item, Name, ProgramTree, Statement};
use crate::diagnostic::{InputProblem, NameProblem, Problem, Problems, SyntaxProblem, nearest};
use crate::source::{Sources, Span};
use std::collections::BTreeSet;

/// Removes the statements that do not apply in the chosen environment, and reports environments
/// that are not declared. If their declaration has an error, nothing is left to resolve; a program
/// that declares none is the same in each. Returns the declared environments, in source order.
pub fn choose_environment(
    sources: &Sources,
    program: &mut ProgramTree,
    chosen: Option<Environment<'_>>,
) -> (Vec<String>, Problems) {
    let declared = DeclaredEnvironments::new(sources, program);
    if declared.span.is_none() && chosen.is_none() && !has_only_in(program) {
        return (Vec::new(), Problems::default());
    }

    let (names, mut problems) = (declared.list_names(), declared.repeated_names());
    // what an invalid statement declares is unknown
    if declared.span.is_none() && program.has_broken("environments") {
        clear_program(program);
        return (names, problems);
    }

    let undeclared = declared.undeclared_names(sources, program);
    problems.extend(declared.unchosen(chosen).map(Problem::from));

    let is_declared = declared.span.is_some();

    match chosen {
        _ if is_declared && problems.any_error() => clear_program(program),
        None if !undeclared.is_empty() => clear_program(program),
        Some(chosen) => {
            for file in &mut program.files {
                remove_other_environments(sources, file, chosen.name, &names);
            }
        }
        None => {}
    }

    problems.extend(undeclared.into_iter().map(Problem::from));
    (names, problems)
}

/// Removes the statements of a file that do not apply in an environment. What is `only in` one that
/// is not declared may be meant to apply, so its names are not reported as unknown.
fn remove_other_environments(
    sources: &Sources,
    file: &mut FileTree,
    chosen: &str,
    declared: &[String],
) {
    let is_declared = |name: &Name| declared.iter().any(|it| it == sources.text(name.span));
    for statement in std::mem::take(&mut file.statements) {
        if statement.applies_in(sources, chosen) {
            file.statements.push(statement);
            continue;
        }
        let mut environments = statement.only_in.iter().flat_map(|only_in| &only_in.names);
        if !environments.all(is_declared) {
            let names = statement.item.declared_names().iter();
            file.broken.extend(names.map(|name| name.span));
        }
        file.absent.push(statement);
    }
}

fn has_only_in(program: &ProgramTree) -> bool {
    let mut statements = program.files.iter().flat_map(|file| &file.statements);
    statements.any(|statement| statement.only_in.is_some())
}

/// Leaves files without statements, which have no problems of their own; what they declare is unknown.
fn clear_program(program: &mut ProgramTree) {
    for file in &mut program.files {
        *file = FileTree {
            comments: std::mem::take(&mut file.comments),
            is_incomplete: true,
            ..FileTree::new(file.id)
        };
    }
}

/// `environments production, staging`
struct DeclaredEnvironments<'s> {
    /// The first such statement.
    span: Option<Span>,
    /// The others.
    others: Vec<Span>,
    /// The names of all of them, in source order.
    names: Vec<(&'s str, Span)>,
}

impl<'s> DeclaredEnvironments<'s> {
    fn new(sources: &'s Sources, program: &ProgramTree) -> DeclaredEnvironments<'s> {
        let statements = program.files.iter().flat_map(|file| &file.statements);
        let declaring = statements.filter_map(|statement: &Statement| match &statement.item {
            Item::Environments(names) => Some((statement.span, names)),
            _ => None,
        });

        let mut declared = DeclaredEnvironments {
            span: None,
            others: Vec::new(),
            names: Vec::new(),
        };

        for (span, names) in declaring {
            match declared.span {
                None => declared.span = Some(span),
                Some(_) => declared.others.push(span),
            }
            let named = |name: &Name| (sources.text(name.span), name.span);
            declared.names.extend(names.iter().map(named));
        }

        declared
    }

    fn holds(&self, name: &str) -> bool {
        self.names.iter().any(|(declared, _)| *declared == name)
    }

    /// The names, each once.
    fn list_names(&self) -> Vec<String> {
        let mut lint_facts = BTreeSet::new();
        let names = self.names.iter().map(|(name, _)| *name);
        let new = names.filter(|name| lint_facts.insert(*name));
        new.map(str::to_string).collect()
    }

    /// Second statements; of a single one, names that are declared twice.
    fn repeated_names(&self) -> Problems {
        let mut problems = Problems::default();
        if let (Some(first), false) = (self.span, self.others.is_empty()) {
            for span in &self.others {
                problems.push(SyntaxProblem::Repeated {
                    span: *span,
                    first,
                    what: "list of environments",
                });
            }
            return problems;
        }

        for (n, (name, span)) in self.names.iter().enumerate() {
            let first = self.names[..n].iter().find(|(known, _)| known == name);
            if let Some((_, first)) = first {
                problems.push(SyntaxProblem::Repeated {
                    span: *span,
                    first: *first,
                    what: "environment",
                });
            }
        }

        problems
    }

    /// Names after `only in` that are not declared.
    fn undeclared_names(&self, sources: &Sources, program: &ProgramTree) -> Vec<NameProblem> {
        let statements = program.files.iter().flat_map(|file| &file.statements);
        let named = statements
            .flat_map(|statement| &statement.only_in)
            .flat_map(|only_in| &only_in.names)
            .map(|name| (sources.text(name.span), name.span));

        named
            .filter(|(name, _)| !self.holds(name))
            .map(|(name, span)| NameProblem::UnknownEnvironment {
                span,
                name: name.to_string(),
                known: self.list_names(),
                meant: self.nearest_name(name),
            })
            .collect()
    }

    fn nearest_name(&self, name: &str) -> Option<String> {
        nearest(name, self.names.iter().map(|(name, _)| *name))
    }

    /// The problem of the chosen environment, if there is one.
    fn unchosen(&self, chosen: Option<Environment<'_>>) -> Option<InputProblem> {
        match (chosen, self.span) {
            (None, None) => None,
            (None, Some(span)) => Some(InputProblem::NoEnvironment {
                span,
                names: self.list_names(),
                is_listed: false,
            }),
            (Some(chosen), _) if self.holds(chosen.name) => None,
            (Some(chosen), None) if chosen.is_optional => None,
            (Some(chosen), _) => Some(InputProblem::UnknownChoice {
                name: chosen.name.to_string(),
                known: self.list_names(),
                meant: self.nearest_name(chosen.name),
            }),
        }
    }
}
