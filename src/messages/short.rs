//! One line per problem, as compilers write and editors read them: `shop.tier:4:7: error[E0201]:
//! there is no …`

use super::place::SourceRange;
use crate::diagnostic::Problem;
use crate::source::{Sources, visible};

/// One problem, with its position if it has one.
pub fn short_problem(problem: &Problem, sources: &Sources) -> String {
    let report = problem.report();
    let at = problem.span().map_or(String::new(), |span| {
        let SourceRange { file, start, .. } = SourceRange::new(span, sources);
        // a line that begins with `::` is a command to the runner of GitHub's workflows
        let here = if file.starts_with("::") { "./" } else { "" };
        format!("{here}{}:{}:{}: ", visible(file), start.line, start.column)
    });

    format!(
        "{at}{}[{}]: {}\n",
        report.level.word(),
        report.code,
        report.message
    )
}

/// A message without a position.
pub fn short_notice(words: &str) -> String {
    format!("error: {words}\n")
}
