//! `expiring`: a sentence that will end soon.

use super::definition::{Category, Judge, Lint};
use super::level::Level;
use super::subject::Subject;
use crate::diagnostic::Finding;

/// The lint.
pub const LINT: Lint = Lint {
    name: "expiring",
    title: "a sentence that ends within 14 days",
    level: Level::Note,
    category: Category::Maintainability,
    ids: &[],
    text: "\
Checks: that the date of an `until` is not within the next 14 days. Today is the current day in UTC,
or the day set by `--as-of`.

Why: the first build after that date leaves the sentence out, and closes what it opened.

Instead: nothing, if that is intended; otherwise change its date.",
    fires: "\
# tierwall check --as-of 2026-01-15
tier web

web allows https from 203.0.113.0/24 until 2026-01-20
",
    passes: "\
# tierwall check --as-of 2026-01-15
tier web

web allows https from 203.0.113.0/24 until 2026-12-31
",
    judge: Judge::Program(judge),
};

/// Days before its last one in which a sentence is announced to end.
const SOON: i32 = 14;

fn judge(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let today = subject.policy.as_of.unix_days();
    for (span, day) in subject
        .policy
        .sentences
        .iter()
        .filter_map(|sentence| sentence.until)
    {
        let left = match day.unix_days() - today {
            0 => "today is its last day".to_string(),
            1 => "1 day left".to_string(),
            days if (2..=SOON).contains(&days) => format!("{days} days left"),
            _ => continue,
        };
        found.push(Finding::new(format!("this sentence ends on {day}")).caused(span, left));
    }
}
