//! What the programs and environments of a run have to agree on: a file that several of them read
//! is corrected, or is said to have an `@allow` too many, only where that is right in each.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use tierwall::diagnostic::{Finding, Problem, Safety};
use tierwall::lint::UNUSED_ALLOW;
use tierwall::source::{FileId, Sources, Span};

/// A program with one set of values, as it was judged.
#[derive(Debug)]
pub struct ProgramFindings<'r> {
    /// Its files.
    pub sources: &'r Sources,
    /// What is wrong with it.
    pub problems: &'r mut Vec<Problem>,
}

/// A lint, and the place where it found something, in a file that other programs may call
/// otherwise.
type Place = (&'static str, String, Span);

/// How many voices find something at a place, and how many of them would correct it unasked.
#[derive(Debug, Default)]
struct Counts {
    found: usize,
    safe: usize,
}

/// Leaves out what is `unused-allow` for some of those that read the file, and leaves to a reviewer
/// what some of them would not correct. `unreadable` are those that could not be read, which may
/// have read any file.
pub fn agree(voices: &mut [ProgramFindings<'_>], unreadable: usize) {
    let mut readers: BTreeMap<String, usize> = BTreeMap::new();
    let mut votes: BTreeMap<Place, Counts> = BTreeMap::new();
    let identities: Vec<Vec<String>> = voices
        .iter()
        .map(|voice| identities(voice.sources))
        .collect();
    for (voice, files) in voices.iter().zip(&identities) {
        for file in files.iter().collect::<BTreeSet<_>>() {
            *readers.entry(file.clone()).or_insert(unreadable) += 1;
        }
        let found: BTreeMap<Place, bool> = findings(voice.problems)
            .map(|(finding, span)| (place(finding, span, files), is_safe(finding)))
            .collect();
        for (place, safe) in found {
            let votes = votes.entry(place).or_default();
            votes.found += 1;
            votes.safe += usize::from(safe);
        }
    }
    for (voice, files) in voices.iter_mut().zip(&identities) {
        voice.problems.retain_mut(|problem| {
            let Problem::Lint(finding) = problem else {
                return true;
            };
            let Some(span) = finding.labels.first().map(|label| label.span) else {
                return true;
            };
            let all = readers[&files[span.file.0 as usize]];
            let Counts { found, safe } = votes[&place(finding, span, files)];
            if safe < all {
                **finding = finding.as_ref().clone().unsure();
            }
            finding.lint != UNUSED_ALLOW.name || found == all
        });
    }
}

/// Findings that have a place.
fn findings(problems: &[Problem]) -> impl Iterator<Item = (&Finding, Span)> {
    problems.iter().filter_map(|problem| match problem {
        Problem::Lint(finding) => finding
            .labels
            .first()
            .map(|label| (finding.as_ref(), label.span)),
        _ => None,
    })
}

fn place(finding: &Finding, span: Span, files: &[String]) -> Place {
    (
        finding.lint,
        files[span.file.0 as usize].clone(),
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

/// The files of a program by the paths that all programs have for them.
fn identities(sources: &Sources) -> Vec<String> {
    sources
        .files()
        .iter()
        .map(|file| identity(file.name()))
        .collect()
}

/// A file by the one path that leads to it without links; standard input by its name.
pub fn identity(name: &str) -> String {
    fs::canonicalize(name).map_or_else(
        |_| name.to_string(),
        |path| path.to_string_lossy().into_owned(),
    )
}
