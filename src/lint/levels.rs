//! The levels that a run asks for.

use super::ALL;
use super::definition::Lint;
use super::level::Level;
use std::collections::BTreeMap;

/// The levels of a run.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    /// For all lints.
    pub all: Option<Level>,
    /// For those whose own level is `warn`.
    pub warnings: Option<Level>,
    /// For single ones.
    pub named: BTreeMap<&'static str, Level>,
}

impl Levels {
    /// The level of a lint: by its name, else by `warnings`, else by `all`, else its default.
    pub fn level_of(&self, lint: &Lint) -> Level {
        self.level_or(lint, lint.level)
    }

    /// These levels on top of others: `warnings` are then the lints that the others leave at
    /// `warn`.
    pub fn override_levels(&self, others: &Levels) -> Levels {
        let level = |lint: &Lint| (lint.name, self.level_or(lint, others.level_of(lint)));
        Levels {
            named: ALL.iter().map(level).collect(),
            ..Levels::default()
        }
    }

    /// The level of a lint, with this default.
    fn level_or(&self, lint: &Lint, level: Level) -> Level {
        let kind = self.warnings.filter(|_| level == Level::Warn);
        self.named
            .get(lint.name)
            .copied()
            .or(kind)
            .or(self.all)
            .unwrap_or(level)
    }
}
