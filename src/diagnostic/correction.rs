//! What would correct a problem, before the text around it is known.

use crate::source::Span;

/// How sure it is that a correction is what was meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Safety {
    /// There is no other, and it opens nothing that was not written: `--fix` applies it.
    Safe,
    /// Somebody should look at it first.
    Review,
}

/// A correction before the text around it is known, so that stages which see places alone can give
/// one.
#[derive(Debug, Clone)]
pub struct Correction {
    /// What it does; also the help that a person reads.
    pub title: String,
    /// How sure it is.
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
    /// Statements and annotations go, with their lines.
    Remove(Vec<Span>),
    /// The line of a place ends in one more piece: `"`
    EndLine(Span, &'static str),
    /// The file of a place has one more line: `db allows mysql from app`
    Append(Span, String),
}

/// Other texts in several places, which together are one correction.
#[derive(Debug, Clone, Default)]
pub struct Rewrite {
    /// The places and what is to stand there; none where what was meant is not certain.
    pub edits: Vec<(Span, String)>,
    /// Whether nothing else can have been meant, and it opens nothing that was not written.
    pub is_sure: bool,
}

impl Correction {
    /// One that is to be looked at.
    pub fn review(title: impl Into<String>, change: TextChange) -> Correction {
        Correction {
            title: title.into(),
            safety: Safety::Review,
            change,
        }
    }

    /// One that can be applied as it is.
    pub fn safe(title: impl Into<String>, change: TextChange) -> Correction {
        Correction {
            safety: Safety::Safe,
            ..Correction::review(title, change)
        }
    }
}
