//! `unused-declaration`: a declaration that is never used.

use super::definition::{Category, Judge, Lint};
use super::level::Level;
use super::statement::delete_statement;
use super::subject::Subject;
use crate::diagnostic::{Correction, Finding};
use crate::policy::Declared;

/// The lint.
pub const LINT: Lint = Lint {
    name: "unused-declaration",
    title: "a declaration that is never used",
    level: Level::Warn,
    category: Category::Maintainability,
    ids: &[],
    text: "\
Checks: that each network, external, prefix list, service, parameter, set of tiers, VPC and peering
is used. A reference from a sentence, an assertion or another declaration is a use; `was` and
`--set` are not. A VPC is also used if tiers are in it or its default security group is locked, and
a peering if tiers of its two VPCs refer to each other.

Only the file that is named on the command line is checked, and only if it has a tier or includes
one: declarations in other files may be there for other programs.

Why: a sentence may be missing, or may refer to something other than intended. Unused declarations
have to be read and maintained by everyone.

Instead: delete it, or write the sentence. Declarations that several programs share can be in a file
that each of them includes.",
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
        let (what, use_of_it) = declaration_words(unused.what);
        let delete = Correction::review(
            "delete it",
            delete_statement(subject.policy, unused.statement),
        );
        Finding::new(format!("{what} `{}` is never used", unused.name))
            .caused(unused.span, use_of_it)
            .help("delete it")
            .corrected(delete)
    }));
}

/// The name of a kind of declaration, and the reason.
fn declaration_words(what: Declared) -> (&'static str, &'static str) {
    match what {
        Declared::Network => ("network", "nothing refers to it"),
        Declared::External => ("external group", "nothing refers to it"),
        Declared::PrefixList => ("prefix list", "nothing refers to it"),
        Declared::Service => ("service", "nothing refers to it"),
        Declared::Param => ("parameter", "nothing refers to it"),
        Declared::Tier => ("tier", "nothing refers to it"),
        Declared::TierSet => ("tier set", "nothing refers to it"),
        Declared::Vpc => ("VPC", "nothing refers to it, and it has no tiers"),
        Declared::Peering => (
            "peering",
            "no tier of one VPC refers to a tier of the other",
        ),
    }
}
