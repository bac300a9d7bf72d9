//! Problems of a program, as data, and their messages.
//!
//! A stage returns its [`Problem`]s together with its result. Each has a stable code, which
//! `tierwall explain` documents, a message ([`Problem::report`]), and possibly corrections
//! ([`Problem::fixes`]). Only [`render`] knows codespan.

mod aws_field;
mod aws_id;
mod correction;
mod corrections;
mod explain;
mod finding;
mod fix;
mod name_kind;
mod problem;
mod render;
mod report;
mod synonyms;
mod wording;

pub use aws_field::AwsField;
pub use aws_id::describe_aws_id;
pub use correction::{Correction, Rewrite, Safety, TextChange};
pub use explain::{Explanation, explanation, explanations};
pub use finding::Finding;
pub use fix::{Edit, Fix, Fixed, apply_edits, apply_safe};
pub use name_kind::NameKind;
pub use problem::{
    AssertionProblem, InputProblem, ManifestProblem, MeaningProblem, NameProblem, Problem,
    SyntaxProblem, TargetProblem,
};
pub use render::{Style, render};
pub use report::{Label, Level, Report};
pub use synonyms::likely;

use crate::source::{Sources, Span, visible};

/// Problems in the order in which stages find them.
#[derive(Debug, Clone, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Adds a problem.
    pub fn push(&mut self, problem: impl Into<Problem>) {
        self.0.push(problem.into());
    }

    /// Adds problems.
    pub fn extend(&mut self, problems: impl IntoIterator<Item = Problem>) {
        self.0.extend(problems);
    }

    /// Each of them.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Problem> {
        self.0.iter_mut()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Keeps only the first `count`.
    pub fn truncate(&mut self, count: usize) {
        self.0.truncate(count);
    }

    /// Keeps only the problems for which `stays` holds.
    pub fn retain(&mut self, stays: impl FnMut(&Problem) -> bool) {
        self.0.retain(stays);
    }

    /// Whether any of them is an error.
    pub fn any_error(&self) -> bool {
        self.0.iter().any(|p| p.level() == Level::Error)
    }

    /// All of them, by position: file, then offset; those without a position first.
    pub fn sorted(mut self) -> Vec<Problem> {
        self.0.sort_by_cached_key(Problem::span);
        self.0
    }

    /// Appends another stage's problems.
    pub fn append(&mut self, mut other: Problems) {
        self.0.append(&mut other.0);
    }
}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl Problem {
    /// The span of the primary label; `None` for problems of the command line.
    pub fn span(&self) -> Option<Span> {
        self.report().labels.first().map(|label| label.span)
    }
}

/// The candidate that `typed` most likely means, if one is similar enough.
pub fn nearest<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let allowed = if typed.len() < 3 {
        0
    } else {
        1 + typed.len() / 5
    };

    candidates
        .into_iter()
        .map(|c| {
            (
                edit_distance(typed, c, allowed),
                c.as_bytes().first() != typed.as_bytes().first(),
                c,
            )
        })
        .filter(|(distance, ..)| *distance <= allowed)
        .min()
        .map(|(.., c)| c.to_string())
}

/// Edits (insert, delete, replace, swap of neighbours; ignoring case) from `a` to `b`, or a number
/// greater than `bound` if there are more.
fn edit_distance(a: &str, b: &str, bound: usize) -> usize {
    let (a, b) = (a.to_ascii_lowercase(), b.to_ascii_lowercase());
    let (a, b) = (a.as_bytes(), b.as_bytes());

    if a.len().abs_diff(b.len()) > bound {
        return bound + 1;
    }

    let mut rows = [
        vec![0; b.len() + 1],
        (0..=b.len()).collect(),
        vec![0; b.len() + 1],
    ];

    for i in 1..=a.len() {
        let [older, old, new] = &mut rows;
        new[0] = i;
        for j in 1..=b.len() {
            let replace = old[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            new[j] = replace.min(old[j] + 1).min(new[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                new[j] = new[j].min(older[j - 2] + 1);
            }
        }
        rows.rotate_left(1);
    }

    rows[1][b.len()]
}

/// `1 error`, `2 errors`
pub fn counted(count: usize, word: &str) -> String {
    if count == 1 {
        format!("1 {word}")
    } else {
        format!("{count} {word}s")
    }
}

/// The first `shown` items and the number of others, unless that is one: `tcp 22 (ssh), tcp 3389
/// (rdp) and 7 more`.
pub fn listed(all: &[String], shown: usize) -> String {
    match all.get(shown + 1..) {
        None | Some([]) => all.join(", "),
        Some(_) => format!("{} and {} more", all[..shown].join(", "), all.len() - shown),
    }
}

/// The position of `span` as `file:line:column`.
pub fn place(sources: &Sources, span: Span) -> String {
    let file = sources.file(span.file);
    let (line, column) = file.line_column(span.start);
    let name = visible(file.shown_name(span.start));
    format!("{name}:{line}:{column}")
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_suggestion_is_near_or_none() {
        let names = ["web", "app", "database", "bastion"];
        assert_eq!(nearest("databse", names).as_deref(), Some("database"));
        assert_eq!(nearest("bastoin", names).as_deref(), Some("bastion"));
        assert_eq!(nearest("wbe", names).as_deref(), Some("web"));
        assert_eq!(nearest("WEB", names).as_deref(), Some("web"));
        assert_eq!(nearest("printer", names), None);
    }
}
