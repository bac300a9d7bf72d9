//! The message of each problem: its code, its text, its labels, what to type instead. One file for
//! each group of codes, so that related messages read alike.

mod assertion;
mod input;
mod manifest;
mod meaning;
mod name;
mod syntax;
mod target;

use super::finding::Finding;
use super::problem::Problem;
use super::report::{Level, Report};

impl Problem {
    /// Its level.
    pub fn level(&self) -> Level {
        self.report().level
    }

    /// The message of the problem.
    pub fn report(&self) -> Report {
        self.write_report().visible()
    }

    fn write_report(&self) -> Report {
        match self {
            Problem::Syntax(problem) => problem.report(),
            Problem::Name(problem) => problem.report(),
            Problem::Meaning(problem) => problem.report(),
            Problem::Input(problem) => problem.report(),
            Problem::Target(problem) => problem.report(),
            Problem::Assertion(problem) => problem.report(),
            Problem::Manifest(problem) => problem.report(),
            Problem::InEnvironments { problem, names } => {
                let report = problem.report();
                Report {
                    message: format!("{} ({names})", report.message),
                    ..report
                }
            }

            Problem::Lint(finding) => lint_report(finding),
        }
    }
}

fn lint_report(finding: &Finding) -> Report {
    Report {
        code: finding.lint,
        level: finding.level,
        message: finding.message.clone(),
        labels: finding.labels.clone(),
        help: finding.help.clone(),
    }
}
