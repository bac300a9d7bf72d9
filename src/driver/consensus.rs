//! What the programs and environments of a run agree on: in a file that several of them read, a fix
//! is applied, or an `@allow` is reported as unused, only if that is right in each. A run for one
//! environment of a program has no findings of the others.

use crate::diagnostic::{Finding, Problem, Safety};
use crate::lint::UNUSED_ALLOW;
use crate::source::{FileId, Sources, Span};
use std::collections::{BTreeMap, BTreeSet};

/// The findings of a program in one environment.
#[derive(Debug)]
pub struct ProgramFindings<'r> {
    /// Its files.
    pub sources: &'r Sources,
    /// How many environments it declares; 0 for none.
    pub environments: usize,
    /// Its problems.
    pub problems: &'r mut Vec<Problem>,
}

/// A lint, and the position of a finding, with the identity of its file, which can have other names
/// in other programs.
type Place = (&'static str, String, Span);

/// The number of programs with a finding at a position, and the number of those with a safe fix.
#[derive(Debug, Default)]
struct FindingCounts {
    found: usize,
    safe: usize,
}

/// The findings of a run, by file and position.
#[derive(Debug, Default)]
struct RunFindings {
    /// The number of programs that read a file.
    readers: BTreeMap<String, usize>,
    /// The minimum number of readers in a run for every environment of each program.
    expected: BTreeMap<String, usize>,
    places: BTreeMap<Place, FindingCounts>,
}

/// Drops an `unused-allow` that not all readers of the file report, and marks a fix for review if
/// not all of them have it. `unreadable` is the number of programs that could not be read, which
/// might have read any file.
pub fn reach_consensus(programs: &mut [ProgramFindings<'_>], unreadable: usize) {
    let mut findings = RunFindings::default();
    for program in programs.iter() {
        findings.add_program(program, unreadable);
    }

    for program in programs {
        let sources = program.sources;
        program
            .problems
            .retain_mut(|problem| findings.settle_problem(problem, sources));
    }
}

impl RunFindings {
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

    /// Marks a fix for review if it is not safe for all, and returns whether the problem is kept.
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

/// Findings that have a position.
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
