//! Problems in every format.

use std::hint::black_box;
use tierwall::diagnostic::{Problem, Style, render};
use tierwall::messages::{Log, github_problem, json_problem, short_problem};
use tierwall::source::Sources;

/// Writes each problem in every format.
pub fn write_all(problems: &[Problem], sources: &Sources) {
    let mut log = Log::new("/somewhere".to_string());
    for problem in problems {
        for text in [
            render(problem, sources, Style::Plain),
            render(problem, sources, Style::Coloured),
            short_problem(problem, sources),
            json_problem(problem, sources),
            github_problem(problem, sources),
        ] {
            black_box(text);
        }
        log.add_problem(problem, sources);
    }
    black_box(log.finish_document(0));
}
