//! `many-blocks`: an `except` that leaves many blocks, each a rule.

use super::definition::{Category, Judge, Lint};
use super::level::Level;
use super::subject::Subject;
use crate::diagnostic::Finding;

/// The lint.
pub const LINT: Lint = Lint {
    name: "many-blocks",
    title: "an `except` that leaves many blocks",
    level: Level::Warn,
    category: Category::Maintainability,
    ids: &[],
    text: "\
Checks: that `except` leaves at most 20 blocks.

Why: each block is a rule, and a security group has 60 rules for each direction and address family
by default.

Instead: exclude a wider block, or name what is allowed. Excluding one host from `anywhere-ipv4`
leaves 32 blocks; excluding a `/8` leaves only 8.",
    fires: "\
tier web

web allows https from anywhere-ipv4 except 198.51.100.7
",
    passes: "\
tier web

web allows https from 198.51.100.0/24 except 198.51.100.7
",
    judge: Judge::Program(judge),
};

/// Blocks beyond which it is worth knowing: a third of the quota of a group (VPC user guide,
/// quotas).
const MANY: usize = 20;

fn judge(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let many = subject
        .policy
        .remainders
        .iter()
        .filter(|left| left.blocks > MANY);
    found.extend(many.map(|left| {
        Finding::new(format!(
            "`except` leaves {} blocks, and each becomes a rule",
            left.blocks
        ))
        .caused(left.span, "counts toward the rules quota")
    }));
}
