//! Every problem, as data, a file a group of codes. The words are in `wording/`, the documentation
//! in `docs/errors.md`.

mod assertion;
mod input;
mod manifest;
mod meaning;
mod name;
mod syntax;
mod target;

pub use assertion::AssertionProblem;
pub use input::InputProblem;
pub use manifest::ManifestProblem;
pub use meaning::MeaningProblem;
pub use name::NameProblem;
pub use syntax::SyntaxProblem;
pub use target::TargetProblem;

use super::finding::Finding;

/// One thing that is wrong with a program. Each variant of a group shows a text that causes it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Problem {
    /// What is wrong with a text.
    Syntax(SyntaxProblem),
    /// What is wrong with a name.
    Name(NameProblem),
    /// What a statement cannot mean, or AWS does not take.
    Meaning(MeaningProblem),
    /// What is wrong with what a program is read with.
    Input(InputProblem),
    /// What a target cannot say.
    Target(TargetProblem),
    /// What breaks an assertion.
    Assertion(AssertionProblem),
    /// What is wrong with a manifest, or with outputs that it lists.
    Manifest(ManifestProblem),
    /// any problem of a program that only some of its environments have
    InEnvironments {
        /// It.
        problem: Box<Problem>,
        /// Those that have it.
        names: String,
    },
    /// what a lint found
    Lint(Box<Finding>),
}

impl From<SyntaxProblem> for Problem {
    fn from(problem: SyntaxProblem) -> Problem {
        Problem::Syntax(problem)
    }
}

impl From<NameProblem> for Problem {
    fn from(problem: NameProblem) -> Problem {
        Problem::Name(problem)
    }
}

impl From<MeaningProblem> for Problem {
    fn from(problem: MeaningProblem) -> Problem {
        Problem::Meaning(problem)
    }
}

impl From<InputProblem> for Problem {
    fn from(problem: InputProblem) -> Problem {
        Problem::Input(problem)
    }
}

impl From<TargetProblem> for Problem {
    fn from(problem: TargetProblem) -> Problem {
        Problem::Target(problem)
    }
}

impl From<AssertionProblem> for Problem {
    fn from(problem: AssertionProblem) -> Problem {
        Problem::Assertion(problem)
    }
}

impl From<ManifestProblem> for Problem {
    fn from(problem: ManifestProblem) -> Problem {
        Problem::Manifest(problem)
    }
}
