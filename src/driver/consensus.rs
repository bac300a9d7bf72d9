//! What the programs and environments of a run have to agree on: a file that several of them read
//! is corrected, or is said to have an `@allow` too many, only where that is right in each. A run
//! for one environment of a program knows nothing of the others.

use crate::diagnostic::{Finding, Problem, Safety};
use crate::lint::UNUSED_ALLOW;
use crate::source::{FileId, Sources, Span};
use std::collections::{BTreeMap, BTreeSet};

/// A program with one set of values, as it was judged.
#[derive(Debug)]
pub struct ProgramFindings<'r> {
    /// Its files.
    pub sources: &'r Sources,
    /// How many environments it declares; 0 for none.
    pub environments: usize,
    /// What is wrong with it.
    pub problems: &'r mut Vec<Problem>,
}

/// A lint, and the place where it found something, in a file that other programs may call
/// otherwise.
type Place = (&'static str, String, Span);

/// How many programs find something at a place, and how many of them would correct it unasked.
#[derive(Debug, Default)]
struct FindingCounts {
    found: usize,
    safe: usize,
}

/// What a run found, by file and by place.
#[derive(Debug, Default)]
struct Tally {
    /// How many programs read a file.
    readers: BTreeMap<String, usize>,
    /// How many of these there would be in every environment of a program, at least.
    expected: BTreeMap<String, usize>,
    places: BTreeMap<Place, FindingCounts>,
}

/// Leaves out what is `unused-allow` for some of those that read the file, and leaves to a reviewer
/// what some of them would not correct. `unreadable` are those that could not be read, which may
/// have read any file.
pub fn reach_consensus(programs: &mut [ProgramFindings<'_>], unreadable: usize) {
    let mut tally = Tally::default();
    for program in programs.iter() {
        tally.add_program(program, unreadable);
    }

    for program in programs {
        let sources = program.sources;
        program
            .problems
            .retain_mut(|problem| tally.settle_problem(problem, sources));
    }
}

impl Tally {
    fn add_program(&mut self, program: &ProgramFindings<'_>, unreadable: usize) {
        let files = program.sources.files();
        for file in files
            .iter()
            .map(|file| file.identity())
            .collect::<BTreeSet<_>>()
        {
            *self.readers.entry(file.to_string()).or_insert(unreadable) += 1;
            let expected = self.expected.entry(file.to_string()).or_default();
            *expected = program.environments.max(*expected);
        }

        let found: BTreeMap<Place, bool> = lint_findings(program.problems)
            .map(|(finding, span)| {
                (
                    finding_place(finding, span, program.sources),
                    is_safe(finding),
                )
            })
            .collect();

        for (place, safe) in found {
            let counts = self.places.entry(place).or_default();
            counts.found += 1;
            counts.safe += usize::from(safe);
        }
    }

    /// Leaves a correction to a reviewer where it is not safe for all, and says whether the problem
    /// stays.
    fn settle_problem(&self, problem: &mut Problem, sources: &Sources) -> bool {
        let Problem::Lint(finding) = problem else {
            return true;
        };

        let Some(span) = finding.labels.first().map(|label| label.span) else {
            return true;
        };

        let file = sources.file(span.file).identity();
        let all = self.readers[file].max(self.expected[file]);
        let FindingCounts { found, safe } = self.places[&finding_place(finding, span, sources)];

        if safe < all {
            **finding = finding.as_ref().clone().unsure();
        }

        finding.lint != UNUSED_ALLOW.name || found == all
    }
}

/// Findings that have a place.
fn lint_findings(problems: &[Problem]) -> impl Iterator<Item = (&Finding, Span)> {
    problems.iter().filter_map(|problem| match problem {
        Problem::Lint(finding) => finding
            .labels
            .first()
            .map(|label| (finding.as_ref(), label.span)),
        _ => None,
    })
}

fn finding_place(finding: &Finding, span: Span, sources: &Sources) -> Place {
    (
        finding.lint,
        sources.file(span.file).identity().to_string(),
        Span {
            file: FileId(0),
            ..span
        },
    )
}

fn is_safe(finding: &Finding) -> bool {
    finding
        .corrections
        .first()
        .is_some_and(|correction| correction.safety == Safety::Safe)
}
