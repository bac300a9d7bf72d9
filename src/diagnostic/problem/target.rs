//! Targets: E06 and W06.

use crate::source::Span;

/// Something that a target does not support.
#[derive(Debug, Clone)]
#[allow(missing_docs)] // the fields are named for what they hold
#[non_exhaustive]
pub enum TargetProblem {
    /// CloudFormation: `web allows https to partner`, a group of another account
    Unsupported {
        span: Span,
        target: &'static str,
        what: String,
        help: String,
    },
    /// CloudFormation: a program without tiers
    NothingToDeploy { target: &'static str },
    /// CloudFormation: `default-group = locked`
    LeftOut {
        span: Span,
        target: &'static str,
        what: String,
    },
}
