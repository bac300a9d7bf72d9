//! What a lint found. Its words are written in the file of the lint, and nowhere else.

use super::correction::{Correction, Safety};
use super::report::{Label, Level};
use crate::source::Span;

/// One thing that a lint found.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The name of the lint: `open-admin-port`.
    pub lint: &'static str,
    /// How bad it is, as the levels of this run say.
    pub level: Level,
    /// One line.
    pub message: String,
    /// Places; the first is the primary one.
    pub labels: Vec<Label>,
    /// What to type.
    pub help: Vec<String>,
    /// Places in the statements that cause it. An `@allow` silences it when it stands on each of
    /// them.
    pub causes: Vec<Span>,
    /// The declaration of what it is about: an `@allow` there silences it as well.
    pub about: Option<Span>,
    /// What would correct it, the likeliest first.
    pub corrections: Vec<Correction>,
}

impl Finding {
    /// A finding with this message, which a lint's file makes, and which is nowhere yet.
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

    /// Points at the statement that causes it, or at another that causes it together with the
    /// first.
    pub fn caused(mut self, span: Span, words: impl Into<String>) -> Finding {
        self.causes.push(span);
        self.at(span, words)
    }

    /// Says what it is about.
    pub fn about(mut self, span: Span) -> Finding {
        self.about = Some(span);
        self
    }

    /// Points at a place that explains it.
    pub fn at(mut self, span: Span, words: impl Into<String>) -> Finding {
        self.labels.push(Label {
            span,
            words: words.into(),
        });
        self
    }

    /// Says what to type.
    pub fn help(mut self, words: impl Into<String>) -> Finding {
        self.help.push(words.into());
        self
    }

    /// Says what that changes, in the words of its help.
    pub fn corrected(mut self, correction: Correction) -> Finding {
        self.corrections.push(correction);
        self
    }

    /// Leaves its corrections to somebody who looks at them.
    pub fn unsure(mut self) -> Finding {
        self.corrections
            .iter_mut()
            .for_each(|correction| correction.safety = Safety::Review);
        self
    }
}
