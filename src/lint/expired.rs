//! `expired`: a sentence whose `until` date has passed.

use super::definition::{Category, Judge, Lint};
use super::level::Level;
use super::statement::delete_statement;
use super::subject::Subject;
use crate::diagnostic::{Correction, Finding};

/// The lint.
pub const LINT: Lint = Lint {
    name: "expired",
    title: "a sentence whose `until` date has passed",
    level: Level::Warn,
    category: Category::Maintainability,
    ids: &[],
    text: "\
Checks: that today is not after the date of an `until`. Today is the current day in UTC, or the day
set by `--as-of`.

Why: the sentence is omitted from the output, so the program states something that no longer holds.

Instead: delete it, or change its date.",
    fires: "\
# tierwall check --as-of 2026-01-15
network partner = 203.0.113.0/24
tier web

web allows https from 198.51.100.0/24
web allows https from partner until 2025-12-31
",
    passes: "\
# tierwall check --as-of 2026-01-15
network partner = 203.0.113.0/24
tier web

web allows https from 198.51.100.0/24
web allows https from partner until 2026-12-31
",
    judge: Judge::Program(judge),
};

fn judge(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let today = subject.policy.as_of;
    let ended = subject.policy.sentences.iter().filter_map(|sentence| {
        sentence
            .until
            .filter(|(_, day)| *day < today)
            .map(|(until, day)| (sentence.span, until, day))
    });

    found.extend(ended.map(|(statement, until, day)| {
        let delete = Correction::review("delete it", delete_statement(subject.policy, statement));
        Finding::new(format!(
            "this sentence ended on {day} and is left out of the output"
        ))
        .caused(until, format!("today is {today}"))
        .help("delete it, or move the date")
        .corrected(delete)
    }));
}
