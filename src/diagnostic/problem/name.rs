//! Names: E02.

use super::super::name_kind::NameKind;
use crate::source::Span;

/// A problem of a name.
#[derive(Debug, Clone)]
#[allow(missing_docs)] // the fields are named for what they hold
#[non_exhaustive]
pub enum NameProblem {
    /// `wbe allows https from anywhere`
    UnknownName {
        span: Span,
        kind: NameKind,
        name: String,
        meant: Option<String>,
        known: Option<String>,
    },
    /// `office allows https from anywhere`
    WrongKind {
        span: Span,
        name: String,
        is: NameKind,
        wanted: &'static str,
        declared: Option<Span>,
    },
    /// `tier web` twice
    Duplicate {
        span: Span,
        kind: NameKind,
        name: String,
        first: Span,
    },
    /// `tier web-app` and `tier web_app`
    Collision {
        span: Span,
        name: String,
        other: String,
        first: Span,
        output: String,
    },
    /// `tier web { outbuond = closed }`
    UnknownKey {
        span: Span,
        key: String,
        block: &'static str,
        meant: Option<String>,
        /// What to type, if the valid keys do not help.
        help: String,
    },
    /// `tier web { outbound = closed, outbound = open }`
    DuplicateKey {
        span: Span,
        key: String,
        first: Span,
    },
    /// `tier web { outbound = 7 }`
    BadValue {
        span: Span,
        key: String,
        wanted: &'static str,
        meant: Option<String>,
    },
    /// `network anywhere = 10.0.0.0/8`
    Reserved {
        span: Span,
        name: String,
        is: &'static str,
    },
    /// `stack a` and `stack b`
    SecondStack { span: Span, first: Span },
    /// `tier app was web` next to `tier web`
    StillDeclared {
        span: Span,
        name: String,
        declared: Span,
    },
    /// `service a = b` and `service b = a`
    Cycle {
        span: Span,
        kind: NameKind,
        name: String,
        through: Span,
    },
    /// `tier a was old` and `tier b was old`
    TwoSuccessors {
        span: Span,
        name: String,
        first: Span,
    },
    /// `web allows https from sg-0123456789abcdef0`
    IdForName {
        span: Span,
        id: String,
        what: &'static str,
        help: String,
    },
    /// `web allows ssh from office only in stagin`
    UnknownEnvironment {
        span: Span,
        name: String,
        known: Vec<String>,
        meant: Option<String>,
    },
    /// `web allows ssh from debug` where `tier debug only in staging`
    OtherEnvironment {
        span: Span,
        kind: NameKind,
        name: String,
        declared: Span,
        /// `only in staging`
        only_in: String,
    },
    /// `web allows icmp ping from anywhere`
    ServiceAsType {
        span: Span,
        name: String,
        write: String,
    },
    /// `web allows tcp https from anywhere`, `web allows tcp any from anywhere`
    NoPort {
        span: Span,
        name: String,
        write: String,
    },
}
