//! Assertions that do not hold: E07.

use super::super::problem::AssertionProblem;
use super::super::report::Report;

impl AssertionProblem {
    /// The message of the problem.
    pub(super) fn report(&self) -> Report {
        use Report as R;
        match self {
            AssertionProblem::Reached {
                span,
                from,
                others,
                to,
                packet,
                because,
                unknown,
            } => {
                let report = R::error("E0701", format!("`{from}` can reach `{to}`"))
                    .at(span, format!("counterexample: {packet}"));
                let report = because
                    .iter()
                    .fold(report, |report, sentence| report.at(sentence, "allows it"));
                let names: Vec<String> = others.iter().map(|other| format!("`{other}`")).collect();
                let also = (!names.is_empty())
                    .then(|| format!("the same rules let {} reach it", names.join(", ")));
                let report = also
                    .into_iter()
                    .fold(report, |report, also| report.help(also));
                unknown.iter().fold(report, |report, unknown| {
                    report.help(format!("unknown: {unknown}"))
                })
            }
            AssertionProblem::NotReached {
                span,
                from,
                to,
                what,
                gate,
                help,
                unknown,
            } => {
                let report = R::error("E0702", format!("`{from}` cannot reach `{to}` on {what}"))
                    .at(span, gate.clone());
                report.with_cure(help.as_ref(), unknown)
            }
            AssertionProblem::Bypassed {
                span,
                from,
                to,
                chain,
            } => R::error(
                "E0703",
                format!("`{from}` can reach `{to}` by another chain"),
            )
            .at(span, chain.clone()),
            AssertionProblem::NoChain { span, from, to, on } => {
                let on = on.as_ref().map_or(String::new(), |on| format!(" on {on}"));
                R::error(
                    "E0704",
                    format!("no chain leads from `{from}` to `{to}`{on}"),
                )
                .at(span, "no chain of flows")
            }
            AssertionProblem::UnsureChain {
                span,
                from,
                to,
                chain,
                step: [near, far],
                what,
                why,
                help,
                unknown,
            } => {
                let report = R::error(
                    "E0705",
                    format!("no chain from `{from}` to `{to}` is certain to pass"),
                )
                .at(
                    span,
                    format!("{chain}: `{near}` is not certain to reach `{far}` on {what}"),
                );
                why.iter()
                    .fold(report, |report, why| report.help(why))
                    .with_cure(help.as_ref(), unknown)
            }
        }
    }
}
