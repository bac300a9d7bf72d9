//! The message of a problem, as data: level, text, and labels.

use crate::source::{Span, visible};
use std::borrow::Cow;

/// The message of a problem.
#[derive(Debug, Clone)]
pub struct Report {
    /// `E0201`, or the name of a lint.
    pub code: &'static str,
    /// Its level.
    pub level: Level,
    /// One line.
    pub message: String,
    /// Labels; the first is the primary one.
    pub labels: Vec<Label>,
    /// Help: what to type.
    pub help: Vec<String>,
}

/// A span and its text.
#[derive(Debug, Clone)]
pub struct Label {
    /// The span.
    pub span: Span,
    /// Its text; may be empty.
    pub words: String,
}

/// The levels of problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing is written.
    Error,
    /// The output is written, and is likely not what was meant.
    Warning,
    /// Worth knowing.
    Note,
}

impl Level {
    /// All of them, the worst first.
    pub const ALL: [Level; 3] = [Level::Error, Level::Warning, Level::Note];

    /// Its name in messages.
    pub fn word(self) -> &'static str {
        match self {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "note",
        }
    }
}

impl Report {
    pub(super) fn error(code: &'static str, message: impl Into<String>) -> Report {
        let level = Level::Error;
        Report {
            code,
            level,
            message: message.into(),
            labels: Vec::new(),
            help: Vec::new(),
        }
    }

    pub(super) fn warning(code: &'static str, message: impl Into<String>) -> Report {
        Report {
            level: Level::Warning,
            ..Report::error(code, message)
        }
    }

    pub(super) fn note(code: &'static str, message: impl Into<String>) -> Report {
        Report {
            level: Level::Note,
            ..Report::error(code, message)
        }
    }

    pub(super) fn at(mut self, span: &Span, words: impl Into<String>) -> Report {
        self.labels.push(Label {
            span: *span,
            words: words.into(),
        });
        self
    }

    pub(super) fn maybe_at(self, span: &Option<Span>, words: impl Into<String>) -> Report {
        match span {
            Some(span) => self.at(span, words),
            None => self,
        }
    }

    /// Adds the sentence that would allow the traffic, and what is unknown.
    pub(super) fn with_cure(self, sentence: Option<&String>, unknown: &[String]) -> Report {
        let cured = sentence.map(|sentence| format!("this sentence would allow it: `{sentence}`"));
        let unknown = unknown.iter().map(|unknown| format!("unknown: {unknown}"));
        cured.into_iter().chain(unknown).fold(self, Report::help)
    }

    pub(super) fn help(mut self, words: impl Into<String>) -> Report {
        self.help.push(words.into());
        self
    }

    pub(super) fn helps(self, help: &Option<Cow<'static, str>>) -> Report {
        help.iter()
            .fold(self, |report, words| report.help(words.as_ref()))
    }

    pub(super) fn maybe_help(self, help: &Option<&'static str>) -> Report {
        match help {
            Some(words) => self.help(*words),
            None => self,
        }
    }

    /// Adds how to resolve a conflict with an earlier name.
    pub(super) fn renamed(self, earlier: &str, parameter: &Option<String>) -> Report {
        let leave_out = format!(
            "remove `{earlier}` from `was` once nothing is deployed under \
             that name"
        );
        match parameter {
            Some(parameter) => self
                .help(format!("rename the parameter `{parameter}`"))
                .help(format!("or {leave_out}")),
            None => self.help(leave_out),
        }
    }

    /// Replaces line breaks and control characters in text from the program.
    pub(super) fn visible(mut self) -> Report {
        let words = self
            .labels
            .iter_mut()
            .map(|label| &mut label.words)
            .chain(&mut self.help);
        for text in words.chain([&mut self.message]) {
            if let Cow::Owned(shown) = visible(text) {
                *text = shown;
            }
        }
        self
    }

    /// The environments that the program declares, or how to declare this one.
    pub(super) fn declared_environments(self, known: &[String], name: &str) -> Report {
        if known.is_empty() {
            return self.help(format!("declare it: `environments {name}`"));
        }
        let quoted: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
        self.help(format!("the program has {}", super::listed(&quoted, 10)))
    }

    pub(super) fn meant(self, meant: &Option<String>) -> Report {
        match meant {
            Some(name) => self.help(format!("did you mean `{name}`?")),
            None => self,
        }
    }
}
