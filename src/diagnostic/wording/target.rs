//! Targets: E06 and W06.

use super::super::problem::TargetProblem;
use super::super::report::Report;

impl TargetProblem {
    /// The message of the problem.
    pub(super) fn report(&self) -> Report {
        use Report as R;
        match self {
            TargetProblem::Unsupported {
                span,
                target,
                what,
                help,
            } => R::error("E0601", format!("{} does not support {what}", target))
                .at(span, "not supported by this target")
                .help(help),
            TargetProblem::NothingToDeploy { target } => R::error(
                "E0602",
                format!(
                    "the program has no tier, so {} has nothing to deploy",
                    target
                ),
            )
            .help("declare one: `tier web`"),
            TargetProblem::LeftOut { span, target, what } => {
                R::warning("W0601", format!("{} does not support {what}", target))
                    .at(span, "omitted from this target")
            }
        }
    }
}
