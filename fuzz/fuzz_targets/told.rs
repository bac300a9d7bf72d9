//! Problems in every format.

use std::hint::black_box;
use tierwall::diagnostic::{Problem, Style, render};
use tierwall::messages::{Log, github, json, short};
use tierwall::source::Sources;

/// Tells all of them.
pub fn told(problems: &[Problem], sources: &Sources) {
    let mut log = Log::new("/somewhere".to_string());
    for problem in problems {
        for told in [
            render(problem, sources, Style::Plain),
            render(problem, sources, Style::Coloured),
            short(problem, sources),
            json(problem, sources),
            github(problem, sources),
        ] {
            black_box(told);
        }
        log.problem(problem, sources);
    }
    black_box(log.document(0));
}
