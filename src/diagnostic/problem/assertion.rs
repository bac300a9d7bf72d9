//! Assertions that do not hold: E07.

use crate::source::Span;

/// An assertion that does not hold.
#[derive(Debug, Clone)]
#[allow(missing_docs)] // the fields are named for what they hold
#[non_exhaustive]
pub enum AssertionProblem {
    /// `assert internet cannot reach web` where `web` allows https from anywhere
    Reached {
        span: Span,
        from: String,
        /// Other senders that can reach it for the same reasons.
        others: Vec<String>,
        to: String,
        packet: String,
        because: Vec<Span>,
        unknown: Vec<String>,
    },
    /// `assert app can reach db on mysql` where nothing allows it
    NotReached {
        span: Span,
        from: String,
        to: String,
        what: String,
        gate: String,
        help: Option<String>,
        unknown: Vec<String>,
    },
    /// `assert web can reach db only through app` where `web` reaches `db` by itself
    Bypassed {
        span: Span,
        from: String,
        to: String,
        chain: String,
    },
    /// `assert web can reach db only through app` where nothing leads to `db`
    NoChain {
        span: Span,
        from: String,
        to: String,
        on: Option<String>,
    },
    /// `assert web can reach db only through app` where `web` reaches `app` from some of its
    /// addresses only
    UnsureChain {
        span: Span,
        from: String,
        to: String,
        chain: String,
        /// The endpoints of the first step that is not certain to pass.
        step: [String; 2],
        what: String,
        /// Why it is not certain, if nothing unknown is the reason.
        why: Option<String>,
        help: Option<String>,
        unknown: Vec<String>,
    },
}
