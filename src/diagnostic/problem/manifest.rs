//! Manifests of projects: E08.

use crate::source::Span;

/// A problem of a manifest, or of the outputs that it lists.
#[derive(Debug, Clone)]
#[allow(missing_docs)] // the fields are named for what they hold
#[non_exhaustive]
pub enum ManifestProblem {
    /// `[[program`
    Syntax { span: Span, why: String },
    /// `fiel = "shop.tier"`
    UnknownKey {
        span: Span,
        key: String,
        table: &'static str,
        meant: Option<String>,
        keys: String,
    },
    /// `file = 7`
    WrongValue {
        span: Span,
        key: String,
        wanted: &'static str,
    },
    /// `[[program]]` without a `file`
    MissingKey {
        span: Span,
        table: &'static str,
        key: &'static str,
    },
    /// `opne-http = "deny"`
    UnknownName {
        span: Span,
        kind: &'static str,
        name: String,
        meant: Option<String>,
        known: String,
    },
    /// `outputs = { terraform = "x", cloudformation = "x" }`
    OnePath {
        span: Span,
        path: String,
        uses: &'static str,
        first: Option<Span>,
    },
    /// `file = "missing.tier"`
    UnreadableFile {
        span: Span,
        path: String,
        why: String,
    },
    /// `outputs` next to `environments`
    SharedOutputs { span: Span, environments: Span },
    /// a manifest without `[[program]]`
    NoPrograms { span: Span },
    /// two programs whose outputs `infra/a.tf` and `infra/b.tf` declare `var.vpc_id`
    SharedDirectory {
        span: Span,
        first: Span,
        programs: [String; 2],
        directory: String,
        addresses: Vec<String>,
        help: Vec<&'static str>,
    },
}
