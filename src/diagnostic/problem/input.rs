//! Files, E04, and values of parameters, E05.

use crate::source::Span;

/// A problem of the inputs of a program: its files, or the values of its parameters.
#[derive(Debug, Clone)]
#[allow(missing_docs)] // the fields are named for what they hold
#[non_exhaustive]
pub enum InputProblem {
    /// `include "missing.tier"`
    Unreadable {
        span: Span,
        path: String,
        why: String,
    },
    /// `include "../secret.tier"`
    OutsideRoot {
        span: Span,
        path: String,
        root: String,
    },
    /// `shop.adopted.json`
    UnreadableLedger { path: String, why: String },
    /// `--set ofice=…`
    UnknownBinding {
        name: String,
        meant: Option<String>,
        params: String,
        /// The environments of files that are not read, which may have the parameter.
        unread: Vec<String>,
    },
    /// `--set office=…` for production, with `param office : cidr only in staging`
    OtherEnvironment {
        name: String,
        declared: Span,
        environments: Vec<String>,
    },
    /// `environments production, staging` without `--environment`
    NoEnvironment {
        span: Span,
        names: Vec<String>,
        /// Whether a manifest lists the program, without environments.
        is_listed: bool,
    },
    /// `--environment stagin`
    UnknownChoice {
        name: String,
        known: Vec<String>,
        meant: Option<String>,
    },
    /// `--set office=banana`
    BadBinding {
        name: String,
        value: String,
        wanted: &'static str,
        declared: Option<Span>,
        meant: Option<String>,
    },
    /// `count = var.public ? 1 : 0` in a configuration, without a value for `public`
    SourceRemark { message: String },
    /// `--set office` twice with two values
    TwiceBound {
        name: String,
        first: String,
        second: String,
    },
}
