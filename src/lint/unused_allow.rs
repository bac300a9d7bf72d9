//! `unused-allow`: an `@allow` that silences nothing.

use super::definition::{Category, Judge, Lint};
use super::level::Level;
use super::statement::holds_always;
use super::{TEMPLATE_LIMITS, expired, expiring, quota};
use crate::diagnostic::{Correction, Finding, TextChange};
use crate::policy::Policy;

/// The lint.
pub const LINT: Lint = Lint {
    name: "unused-allow",
    title: "an `@allow` that silences nothing",
    level: Level::Warn,
    category: Category::Maintainability,
    ids: &[],
    text: "\
Checks: that each `@allow` silences a finding about the statement after it, in some program and some
environment of the run that reads the file. An `@allow` for `template-limits` is not checked,
because only a build that writes a template reports that lint; nor is one for `expired`, `expiring`
or `quota`, which can take effect on another day or with one more rule.

Why: the reason for it is gone, or never existed, and it would silence a finding about a later
change of the statement without anyone noticing.

Instead: delete the `@allow`.",
    fires: "\
tier web

@allow(open-admin-port, \"until the VPN is there\")
web allows https from anywhere
",
    passes: "\
tier web

web allows https from anywhere
",
    judge: Judge::Elsewhere,
};

/// Lints whose findings depend on the day or the target: an `@allow` for them is never reported as
/// unused. One for this lint itself is judged by its own findings.
const NOT_JUDGED: [&str; 5] = [
    TEMPLATE_LIMITS.name,
    expired::LINT.name,
    expiring::LINT.name,
    quota::LINT.name,
    LINT.name,
];

/// Findings about unused annotations.
pub fn unused_annotations(policy: &Policy, used: &[bool]) -> Vec<Finding> {
    let unused = policy.annotations.iter().zip(used);
    let unused =
        unused.filter(|(annotation, used)| !**used && !NOT_JUDGED.contains(&annotation.lint));
    let finding = |annotation: &crate::policy::Annotation| {
        let mut finding = Finding::new(format!(
            "this `@allow({})` silences nothing",
            annotation.lint
        ))
        .at(annotation.span, "has no effect")
        .help("delete it")
        .corrected(Correction::safe(
            "delete it",
            TextChange::Remove(vec![annotation.span]),
        ));

        finding.causes.push(annotation.statement);
        if holds_always(policy, annotation.span) {
            finding
        } else {
            finding.unsure()
        }
    };

    unused.map(|(annotation, _)| finding(annotation)).collect()
}
