//! The levels that a run sets.

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

    /// The level of a finding that is a warning unless the run sets another level.
    pub fn raised_level_of(&self, lint: &Lint) -> Level {
        self.level_or(lint, Level::Warn)
    }

    /// These levels on top of others: `warnings` are then the lints that the others leave at
    /// `warn`.
    pub fn override_levels(&self, others: &Levels) -> Levels {
        let level = |lint: &Lint| {
            let below = others.asked_level(lint, lint.level);
            let asked = self.asked_level(lint, below.unwrap_or(lint.level));
            Some((lint.name, asked.or(below)?))
        };
        Levels {
            named: ALL.iter().filter_map(level).collect(),
            ..Levels::default()
        }
    }

    /// The level of a lint, with this default.
    fn level_or(&self, lint: &Lint, level: Level) -> Level {
        self.asked_level(lint, level).unwrap_or(level)
    }

    /// The level that is set here for a lint with this default, if one is set.
    fn asked_level(&self, lint: &Lint, level: Level) -> Option<Level> {
        let kind = self.warnings.filter(|_| level == Level::Warn);
        let named = self.named.get(lint.name).copied();
        named.or(kind).or(self.all)
    }
}
