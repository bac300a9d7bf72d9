//! One SARIF 2.1.0 document for a whole run (OASIS, "Static Analysis Results Interchange Format"),
//! as GitHub's code scanning takes it.

use super::json::safety_word;
use super::place::{SourceRange, is_in_work_tree};
use super::rules::{describe_rules, rule_index};
use crate::diagnostic::{Edit, Fix, Label, Level, Problem, Report};
use crate::hash::hash;
use crate::source::{FileKind, Sources, Span, beginning, lexical};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// The directory that relative paths start from.
const ROOT: &str = "%SRCROOT%";

/// The exit code after an error of the command line or the file system.
const FAILED: u8 = 2;

/// The length of a line that the fingerprint covers: a program on one line has many problems there.
const LONG_LINE: usize = 4096;

/// The problems of a run, collected until it ends.
#[derive(Debug, Default)]
pub struct Log {
    /// The directory that relative paths start from, as an absolute path.
    directory: String,
    results: Vec<Value>,
    notices: Vec<Value>,
    /// How often each fingerprint has occurred.
    given: BTreeMap<u64, usize>,
}

impl Log {
    /// The log of a run in this directory.
    pub fn new(directory: String) -> Log {
        Log {
            directory,
            ..Log::default()
        }
    }

    /// Adds a problem.
    pub fn add_problem(&mut self, problem: &Problem, sources: &Sources) {
        let report = problem.report();
        let mut result = Locator {
            directory: &self.directory,
            sources,
        }
        .write_result(&report, &problem.fixes(sources));

        let hash = compute_fingerprint(&report, problem.span(), sources);
        let times = self.given.entry(hash).or_default();
        *times += 1;

        // the only one that code scanning reads: https://docs.github.com/code-security, "SARIF
        // support"
        result["partialFingerprints"] =
            json!({ "primaryLocationLineHash": format!("{hash:016x}:{times}") });
        self.results.push(result);
    }

    /// Adds a message without a position, optionally about a file.
    pub fn add_notice(&mut self, words: &str, file: Option<&str>) {
        let mut notice = json!({ "level": Level::Error.word(), "message": { "text": words } });
        if let Some(file) = file {
            let artifact = write_artifact(file, &self.directory);
            notice["locations"] = json!([{ "physicalLocation": { "artifactLocation": artifact } }]);
        }
        self.notices.push(notice);
    }

    /// Adds a remark about the run, which is not a problem.
    pub fn add_remark(&mut self, words: &str) {
        self.notices
            .push(json!({ "level": Level::Note.word(), "message": { "text": words } }));
    }

    /// The document of a run that ends with this code.
    pub fn finish_document(&mut self, exit_code: u8) -> String {
        let version = env!("CARGO_PKG_VERSION");
        let mut document = json!({
            "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": {
                    "name": "tierwall",
                    "version": version,
                    "semanticVersion": version,
                    "rules": describe_rules(),
                } },
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": { ROOT: {
                    "description": { "text": "The directory in which tierwall ran." }
                } },
                "invocations": [{
                    "executionSuccessful": exit_code != FAILED,
                    "exitCode": exit_code,
                    "toolExecutionNotifications": self.notices,
                }],
            }],
        });

        // the macro would copy them, and there can be very many
        document["runs"][0]["results"] = std::mem::take(&mut self.results).into();
        let mut text =
            serde_json::to_string_pretty(&document).expect("strings and numbers are JSON");
        text.push('\n');

        text
    }
}

/// Converts spans to SARIF locations.
struct Locator<'s> {
    directory: &'s str,
    sources: &'s Sources,
}

impl Locator<'_> {
    fn write_result(&self, report: &Report, fixes: &[Fix]) -> Value {
        let help = report.help.iter().map(|help| format!("\nhelp: {help}"));
        let mut result = json!({
            "ruleId": report.code,
            "level": report.level.word(),
            "message": { "text": report.message.clone() + &help.collect::<String>() },
            "locations": self.write_locations(report),
        });

        if let Some(index) = rule_index(report.code) {
            result["ruleIndex"] = json!(index);
        }

        let related = report
            .labels
            .iter()
            .skip(1)
            .filter_map(|label| self.write_location(label))
            .enumerate();

        let related = related.map(|(n, mut location)| {
            location["id"] = json!(n + 1);
            location
        });
        let related: Vec<Value> = related.collect();

        if !related.is_empty() {
            result["relatedLocations"] = json!(related);
        }

        if !fixes.is_empty() {
            result["fixes"] = fixes.iter().map(|it| self.write_fix(it)).collect();
        }

        result
    }

    /// The location of a problem; one without a position is about the program, and so in its first
    /// file.
    fn write_locations(&self, report: &Report) -> Vec<Value> {
        match (report.labels.first(), self.sources.entry()) {
            (Some(label), _) => self.write_location(label).into_iter().collect(),
            (None, Some(entry)) if entry.kind() == FileKind::Work => {
                let artifact = write_artifact(entry.name(), self.directory);
                vec![json!({ "physicalLocation": { "artifactLocation": artifact } })]
            }
            (None, _) => Vec::new(),
        }
    }

    /// The location of a label; `None` if its file is not in the work tree.
    fn write_location(&self, label: &Label) -> Option<Value> {
        if !is_in_work_tree(label.span, self.sources) {
            return None;
        }
        let place = SourceRange::new(label.span, self.sources);
        let physical = json!({
            "artifactLocation": write_artifact(place.file, self.directory),
            "region": write_region(&place),
        });
        Some(match label.words.as_str() {
            "" => json!({ "physicalLocation": physical }),
            words => json!({ "physicalLocation": physical, "message": { "text": words } }),
        })
    }

    fn write_replacement(&self, edit: &Edit) -> Value {
        let Edit { span, text } = edit;
        let deleted = write_region(&SourceRange::new(*span, self.sources));
        json!({ "deletedRegion": deleted, "insertedContent": { "text": text } })
    }

    fn write_fix(&self, fix: &Fix) -> Value {
        let by_file = fix.edits.chunk_by(|a, b| a.span.file == b.span.file);
        let changes = by_file.map(|edits| {
            let file = self.sources.file(edits[0].span.file).name();
            let replacements = edits.iter().map(|edit| self.write_replacement(edit));
            json!({
                "artifactLocation": write_artifact(file, self.directory),
                "replacements": replacements.collect::<Vec<_>>(),
            })
        });
        json!({
            "description": { "text": fix.title },
            "artifactChanges": changes.collect::<Vec<_>>(),
            "properties": { "safety": safety_word(fix.safety) },
        })
    }
}

fn write_region(place: &SourceRange<'_>) -> Value {
    let SourceRange { start, end, .. } = place;
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "byteOffset": start.offset,
        "byteLength": end.offset - start.offset,
    })
}

/// The URI of a file: relative to the directory of the run if it is below it, else absolute.
fn write_artifact(name: &str, directory: &str) -> Value {
    let outside = name.split(['/', '\\']).any(|part| part == "..");
    let whole = outside.then(|| {
        lexical(&Path::new(directory).join(name))
            .to_string_lossy()
            .into_owned()
    });

    let name = whole.as_deref().unwrap_or(name);
    let name = if cfg!(windows) {
        name.replace('\\', "/")
    } else {
        name.to_string()
    };

    let name = name.trim_start_matches("./");
    let absolute = name.starts_with('/') || cfg!(windows) && name.get(1..3) == Some(":/");

    if absolute {
        json!({ "uri": format!("file:///{}", percent_encode(name.trim_start_matches('/'))) })
    } else {
        json!({ "uri": percent_encode(name), "uriBaseId": ROOT })
    }
}

/// Percent-encodes a path for a URI (RFC 3986): all bytes except unreserved characters and `/`.
fn percent_encode(path: &str) -> String {
    path.bytes()
        .map(|byte| match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            letter if letter.is_ascii_alphanumeric() => char::from(letter).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

/// A fingerprint that is stable when lines above change: the code, the file, and the line without
/// blanks.
fn compute_fingerprint(report: &Report, span: Option<Span>, sources: &Sources) -> u64 {
    let (file, line) = match span {
        Some(span) => {
            let file = sources.file(span.file);
            (
                file.shown_name(span.start),
                beginning(file.line_at(span.start), LONG_LINE),
            )
        }
        None => (
            sources.entry().map_or("", |entry| entry.name()),
            report.message.as_str(),
        ),
    };

    let words: Vec<&str> = line.split_whitespace().collect();
    hash(&format!("{}\n{file}\n{}", report.code, words.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_a_file_relative_to_the_root_if_it_is_below() {
        for (name, uri, rooted) in [
            ("shop.tier", "shop.tier", true),
            ("./a b/é%.tier", "a%20b/%C3%A9%25.tier", true),
            ("c:d.tier", "c%3Ad.tier", true),
            ("../shop.tier", "file:///srv/shop.tier", false),
            ("a/../../b/shop.tier", "file:///srv/b/shop.tier", false),
            ("/srv/shop.tier", "file:///srv/shop.tier", false),
        ] {
            let artifact = write_artifact(name, "/srv/here");
            assert_eq!(artifact["uri"], uri);
            assert_eq!(artifact.get("uriBaseId").is_some(), rooted, "{name}");
        }
    }
}
