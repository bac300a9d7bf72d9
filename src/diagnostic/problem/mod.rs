//! Every problem, as data, with one file for each group of codes. The words are in `wording/`, the
//! documentation in `docs/errors.md`.

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
    /// Text that is not a valid program.
    Syntax(SyntaxProblem),
    /// A problem of a name.
    Name(NameProblem),
    /// A statement without a valid meaning, or one that AWS would reject.
    Meaning(MeaningProblem),
    /// A problem of the inputs of a program: its files, or the values of its parameters.
    Input(InputProblem),
    /// Something that a target does not support.
    Target(TargetProblem),
    /// An assertion that does not hold.
    Assertion(AssertionProblem),
    /// A problem of a manifest, or of the outputs that it lists.
    Manifest(ManifestProblem),
    /// A problem that only some environments of a program have.
    InEnvironments {
        /// The problem.
        problem: Box<Problem>,
        /// The environments that have it, as text.
        names: String,
    },
    /// A finding of a lint.
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
