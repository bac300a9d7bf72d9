//! A finding of a lint. Its text is only in the file of the lint.

use super::correction::{Correction, Safety};
use super::report::{Label, Level};
use crate::source::Span;

/// A finding of a lint.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The name of the lint: `open-admin-port`.
    pub lint: &'static str,
    /// Its level in this run.
    pub level: Level,
    /// One line.
    pub message: String,
    /// Labels; the first is the primary one.
    pub labels: Vec<Label>,
    /// Help: what to type.
    pub help: Vec<String>,
    /// Spans in the statements that cause it. An `@allow` on each of them silences it.
    pub causes: Vec<Span>,
    /// The declaration of its subject: an `@allow` there also silences it.
    pub about: Option<Span>,
    /// Its corrections, the likeliest first.
    pub corrections: Vec<Correction>,
}

impl Finding {
    /// A finding with this message, without labels.
    pub fn new(message: impl Into<String>) -> Finding {
        let (labels, help, causes, corrections) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (lint, level, message) = ("", Level::Warning, message.into());
        Finding {
            lint,
            level,
            message,
            labels,
            help,
            causes,
            about: None,
            corrections,
        }
    }

    /// Adds a statement that causes it, alone or together with others.
    pub fn caused(mut self, span: Span, words: impl Into<String>) -> Finding {
        self.causes.push(span);
        self.at(span, words)
    }

    /// Sets the declaration of its subject.
    pub fn about(mut self, span: Span) -> Finding {
        self.about = Some(span);
        self
    }

    /// Adds a label that explains it.
    pub fn at(mut self, span: Span, words: impl Into<String>) -> Finding {
        self.labels.push(Label {
            span,
            words: words.into(),
        });
        self
    }

    /// Adds a help.
    pub fn help(mut self, words: impl Into<String>) -> Finding {
        self.help.push(words.into());
        self
    }

    /// Adds a correction, whose title is also a help.
    pub fn corrected(mut self, correction: Correction) -> Finding {
        self.corrections.push(correction);
        self
    }

    /// Marks its corrections for review.
    pub fn unsure(mut self) -> Finding {
        self.corrections
            .iter_mut()
            .for_each(|correction| correction.safety = Safety::Review);
        self
    }
}
