//! How a finding is reported.

use crate::diagnostic;

/// The level of the findings of a lint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// It is not reported.
    Allow,
    /// A note.
    Note,
    /// A warning.
    Warn,
    /// An error: nothing is written.
    Deny,
}

impl Level {
    /// As documentation and the command line write it.
    pub fn keyword(self) -> &'static str {
        match self {
            Level::Allow => "allow",
            Level::Note => "note",
            Level::Warn => "warn",
            Level::Deny => "deny",
        }
    }

    /// The level of a problem.
    pub(super) fn severity(self) -> Option<diagnostic::Level> {
        match self {
            Level::Allow => None,
            Level::Note => Some(diagnostic::Level::Note),
            Level::Warn => Some(diagnostic::Level::Warning),
            Level::Deny => Some(diagnostic::Level::Error),
        }
    }
}
