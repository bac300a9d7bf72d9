//! `unused-allow`: an `@allow` that silences nothing.

use super::{Judge, Level, Lint, TEMPLATE_LIMITS, always, expired, expiring, quota};
use crate::diagnostic::{Correction, Finding, TextChange};
use crate::policy::Policy;

/// The lint.
pub const LINT: Lint = Lint {
    name: "unused-allow",
    title: "an `@allow` that silences nothing",
    level: Level::Warn,
    ids: &[],
    text: "\
Checks: that each `@allow` silences something that the statement after it would be told for, in some program and some
environment of the run that reads the file. One for `template-limits` is not judged, since only `build --to
cloudformation` knows what it is for; nor is one for `expired`, `expiring` or `quota`, which is of use on another day
or with one more rule.

Why: what it was for is gone, or was never there, and the next change of the statement would be silenced without
anybody having thought of it.

Instead: delete the `@allow`.",
    fires: "\
tier web

@allow(open-admin-port, \"until the VPN is there\")
web allows https from anywhere
",
    calm: "\
tier web

web allows https from anywhere
",
    judge: Judge::Elsewhere,
};

/// Lints that find something on one day or in one target and not in another: an `@allow` for them
/// is never of no use. Whether one for this lint itself is, is decided by what is found here.
const NOT_JUDGED: [&str; 5] = [
    TEMPLATE_LIMITS.name,
    expired::LINT.name,
    expiring::LINT.name,
    quota::LINT.name,
    LINT.name,
];

/// What is to be said about the annotations that were of no use.
pub fn unused(policy: &Policy, used: &[bool]) -> Vec<Finding> {
    let unused = policy.annotations.iter().zip(used);
    let unused =
        unused.filter(|(annotation, used)| !**used && !NOT_JUDGED.contains(&annotation.lint));
    let finding = |annotation: &crate::policy::Annotation| {
        let mut finding = Finding::new(format!(
            "this `@allow({})` silences nothing",
            annotation.lint
        ))
        .at(annotation.span, "of no use")
        .help("delete it")
        .corrected(Correction::safe(
            "delete it",
            TextChange::Remove(vec![annotation.span]),
        ));
        finding.causes.push(annotation.statement);
        if always(policy, annotation.span) {
            finding
        } else {
            finding.unsure()
        }
    };
    unused.map(|(annotation, _)| finding(annotation)).collect()
}
