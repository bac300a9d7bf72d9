//! `unused-declaration`: a declaration that nothing uses.

use super::{Category, Judge, Level, Lint, Subject, without};
use crate::diagnostic::{Correction, Finding};
use crate::policy::Declared;

/// The lint.
pub const LINT: Lint = Lint {
    name: "unused-declaration",
    title: "a declaration that nothing uses",
    level: Level::Warn,
    category: Category::Maintainability,
    ids: &[],
    text: "\
Checks: that each network, external, prefix list, service, parameter, set of tiers, VPC and peering is used. Whatever
names a declaration uses it: a sentence, an assertion, or another declaration. `was` and `--set` do not. A VPC is used
as well when tiers are in it or when its default security group is locked, and a peering when tiers of its two VPCs name
each other.

Only the file that is named on the command line is judged, and only when it has a tier or includes one: what other files
declare may be there for other programs.

Why: a sentence may be missing, or name something else than was meant. And what is left over has to be read, and kept
right, by everybody after.

Instead: delete it, or write the sentence. What programs share can stand in a file that each of them includes.",
    fires: "\
network office = 203.0.113.0/24
network branch = 198.51.100.0/24
tier web

web allows https from office
",
    passes: "\
network office = 203.0.113.0/24
network branch = 198.51.100.0/24
network people = office, branch
tier web

web allows https from people
",
    judge: Judge::Program(judge),
};

fn judge(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    found.extend(subject.policy.unused.iter().map(|unused| {
        let (what, use_of_it) = words(unused.what);
        let delete = Correction::review("delete it", without(subject.policy, unused.statement));
        Finding::new(format!("{what} `{}` is never used", unused.name))
            .caused(unused.span, use_of_it)
            .help("delete it")
            .corrected(delete)
    }));
}

/// What a declaration is called, and what is missing.
fn words(what: Declared) -> (&'static str, &'static str) {
    match what {
        Declared::Network => ("network", "nothing names it"),
        Declared::External => ("external group", "nothing names it"),
        Declared::PrefixList => ("prefix list", "nothing names it"),
        Declared::Service => ("service", "nothing names it"),
        Declared::Param => ("parameter", "nothing names it"),
        Declared::TierSet => ("tier set", "nothing names it"),
        Declared::Vpc => ("VPC", "nothing names it, and no tier is in it"),
        Declared::Peering => ("peering", "no tier of one names a tier of the other"),
    }
}
