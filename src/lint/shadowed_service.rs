//! `shadowed-service`: a service with a built-in name and another meaning.

use super::definition::{Category, Judge, Lint};
use super::level::Level;
use super::subject::Subject;
use crate::diagnostic::Finding;

/// The lint.
pub const LINT: Lint = Lint {
    name: "shadowed-service",
    title: "a service that shadows a built-in one",
    level: Level::Warn,
    category: Category::Maintainability,
    ids: &[],
    text: "\
Checks: that no service of the program has the name of a built-in service and a different meaning. A
service with the same meaning is not reported.

Why: the declared meaning applies in the whole program, and readers may expect the built-in service.

Instead: choose another name.",
    fires: "\
service https = tcp 8443
tier web

web allows https from 203.0.113.0/24
",
    passes: "\
service admin-https = tcp 8443
tier web

web allows admin-https from 203.0.113.0/24
",
    judge: Judge::Program(judge),
};

fn judge(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    found.extend(subject.policy.shadowed.iter().map(|service| {
        Finding::new(format!(
            "`{}` is also a built-in service, with another meaning",
            service.name
        ))
        .caused(
            service.span,
            format!("the built-in service is `{}`", service.meaning),
        )
        .help("choose another name if readers may expect the built-in service")
    }));
}
