//! Corrections of a problem, independent of the text around it.

use crate::source::Span;

/// How certain it is that a correction is what was meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Safety {
    /// It is the only one, and opens nothing that was not written: `--fix` applies it.
    Safe,
    /// It needs a review first.
    Review,
}

/// A correction that only refers to spans, so that stages without access to the source text can
/// create it.
#[derive(Debug, Clone)]
pub struct Correction {
    /// What it does; also the text of the help.
    pub title: String,
    /// Its safety.
    pub safety: Safety,
    /// What changes.
    pub change: TextChange,
}

/// What a correction changes.
#[derive(Debug, Clone)]
pub enum TextChange {
    /// `10.0.0.1/8` becomes `10.0.0.0/8`
    Replace(Span, String),
    /// `tcp/443, tcp/80` becomes `tcp 443, tcp 80`
    Rewrite(Vec<(Span, String)>),
    /// Statements and annotations are removed, with their lines.
    Remove(Vec<Span>),
    /// A text is appended to the line of a span: `"`
    EndLine(Span, &'static str),
    /// A line is appended to the file of a span: `db allows mysql from app`
    Append(Span, String),
}

/// Replacements in several places, which together are one correction.
#[derive(Debug, Clone, Default)]
pub struct Rewrite {
    /// The spans and their new text; empty if it is not certain what was meant.
    pub edits: Vec<(Span, String)>,
    /// Whether there is no other correction, and it opens nothing that was not written.
    pub is_sure: bool,
}

impl Correction {
    /// A correction that needs a review.
    pub fn review(title: impl Into<String>, change: TextChange) -> Correction {
        Correction {
            title: title.into(),
            safety: Safety::Review,
            change,
        }
    }

    /// A correction that `--fix` applies.
    pub fn safe(title: impl Into<String>, change: TextChange) -> Correction {
        Correction {
            safety: Safety::Safe,
            ..Correction::review(title, change)
        }
    }
}
