//! One SARIF 2.1.0 document for a whole run (OASIS, "Static Analysis Results Interchange Format"), as GitHub's code
//! scanning takes it.

use super::json::safety;
use super::place::Place;
use super::rules::{index, rules};
use super::word;
use crate::diagnostic::{Edit, Fix, Label, Level, Problem, Report};
use crate::hash::hash;
use crate::source::{Sources, Span};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The directory that relative paths start from.
const ROOT: &str = "%SRCROOT%";

/// The exit code of a run whose command line or file system was wrong.
const FAILED: u8 = 2;

/// What a run found, until it ends.
#[derive(Debug, Default)]
pub struct Log {
    results: Vec<Value>,
    notices: Vec<Value>,
    /// How often each fingerprint was given.
    given: BTreeMap<u64, usize>,
}

impl Log {
    /// Notes a problem.
    pub fn problem(&mut self, problem: &Problem, sources: &Sources) {
        let report = problem.report();
        let mut result = result(&report, &problem.fixes(sources), sources);
        let hash = fingerprint(&report, problem.span(), sources);
        let times = self.given.entry(hash).or_default();
        *times += 1;
        // the only one that code scanning reads: https://docs.github.com/code-security, "SARIF support"
        result["partialFingerprints"] = json!({ "primaryLocationLineHash": format!("{hash:016x}:{times}") });
        self.results.push(result);
    }

    /// Notes what no place of a program is about, but perhaps a file.
    pub fn notice(&mut self, words: &str, file: Option<&str>) {
        let mut notice = json!({ "level": word(Level::Error), "message": { "text": words } });
        if let Some(file) = file {
            notice["locations"] = json!([{ "physicalLocation": { "artifactLocation": artifact(file) } }]);
        }
        self.notices.push(notice);
    }

    /// The document of a run that ends with this code.
    pub fn document(&self, exit_code: u8) -> String {
        let version = env!("CARGO_PKG_VERSION");
        let document = json!({
            "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": {
                    "name": "tierwall", "version": version, "semanticVersion": version, "rules": rules(),
                } },
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": { ROOT: { "description": { "text": "The directory in which tierwall ran." } } },
                "invocations": [{
                    "executionSuccessful": exit_code != FAILED,
                    "exitCode": exit_code,
                    "toolExecutionNotifications": self.notices,
                }],
                "results": self.results,
            }],
        });
        let mut text = serde_json::to_string_pretty(&document).expect("strings and numbers are JSON");
        text.push('\n');
        text
    }
}

fn result(report: &Report, fixes: &[Fix], sources: &Sources) -> Value {
    let help = report.help.iter().map(|help| format!("\nhelp: {help}"));
    let mut result = json!({
        "ruleId": report.code,
        "level": word(report.level),
        "message": { "text": report.message.clone() + &help.collect::<String>() },
        "locations": locations(report, sources),
    });
    if let Some(index) = index(report.code) {
        result["ruleIndex"] = json!(index);
    }
    if let [_, related @ ..] = report.labels.as_slice()
        && !related.is_empty()
    {
        let related = related.iter().enumerate().map(|(n, label)| {
            let mut location = location(label, sources);
            location["id"] = json!(n + 1);
            location
        });
        result["relatedLocations"] = related.collect();
    }
    if !fixes.is_empty() {
        result["fixes"] = fixes.iter().map(|it| fix(it, sources)).collect();
    }
    result
}

/// Where it is; what has no place is about the program, and so in its first file.
fn locations(report: &Report, sources: &Sources) -> Vec<Value> {
    match (report.labels.first(), sources.entry()) {
        (Some(label), _) => vec![location(label, sources)],
        (None, Some(entry)) => {
            vec![json!({ "physicalLocation": { "artifactLocation": artifact(entry.name()) } })]
        }
        (None, None) => Vec::new(),
    }
}

fn location(label: &Label, sources: &Sources) -> Value {
    let place = Place::of(label.span, sources);
    let physical = json!({ "artifactLocation": artifact(place.file), "region": region(&place) });
    match label.words.as_str() {
        "" => json!({ "physicalLocation": physical }),
        words => json!({ "physicalLocation": physical, "message": { "text": words } }),
    }
}

fn region(place: &Place<'_>) -> Value {
    let Place { start, end, .. } = place;
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "byteOffset": start.offset,
        "byteLength": end.offset - start.offset,
    })
}

fn fix(fix: &Fix, sources: &Sources) -> Value {
    let changes = fix.edits.chunk_by(|a, b| a.span.file == b.span.file).map(|edits| {
        let replacement = |Edit { span, text }: &Edit| {
            let deleted = region(&Place::of(*span, sources));
            json!({ "deletedRegion": deleted, "insertedContent": { "text": text } })
        };
        let file = sources.file(edits[0].span.file).name();
        let replacements: Vec<Value> = edits.iter().map(replacement).collect();
        json!({ "artifactLocation": artifact(file), "replacements": replacements })
    });
    json!({
        "description": { "text": fix.title },
        "artifactChanges": changes.collect::<Vec<_>>(),
        "properties": { "safety": safety(fix.safety) },
    })
}

/// A file by its name: from the root where that leads to it.
fn artifact(name: &str) -> Value {
    let name = if cfg!(windows) { name.replace('\\', "/") } else { name.to_string() };
    let name = name.trim_start_matches("./");
    let absolute = name.starts_with('/') || cfg!(windows) && name.get(1..3) == Some(":/");
    if absolute {
        json!({ "uri": format!("file:///{}", encoded(name.trim_start_matches('/'))) })
    } else if name.split('/').any(|part| part == "..") {
        json!({ "uri": encoded(name) })
    } else {
        json!({ "uri": encoded(name), "uriBaseId": ROOT })
    }
}

/// A path as a URI writes it: RFC 3986, all but unreserved characters and `/` by their bytes.
fn encoded(path: &str) -> String {
    let one = |byte: u8| match byte {
        b'/' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        letter if letter.is_ascii_alphanumeric() => char::from(letter).to_string(),
        other => format!("%{other:02X}"),
    };
    path.bytes().map(one).collect()
}

/// What stays the same when lines above it come and go: the code, the file, and the line without its blanks.
fn fingerprint(report: &Report, span: Option<Span>, sources: &Sources) -> u64 {
    let (file, line) = match span {
        Some(span) => {
            let file = sources.file(span.file);
            let (number, _) = file.line_column(span.start);
            let rest = &file.text()[file.line_starts()[number - 1] as usize..];
            (file.name(), rest.lines().next().unwrap_or_default())
        }
        None => (sources.entry().map_or("", |entry| entry.name()), report.message.as_str()),
    };
    let words: Vec<&str> = line.split_whitespace().collect();
    hash(&format!("{}\n{file}\n{}", report.code, words.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_from_the_root_where_that_leads_to_it() {
        for (name, uri, rooted) in [
            ("shop.tier", "shop.tier", true),
            ("./a b/é%.tier", "a%20b/%C3%A9%25.tier", true),
            ("c:d.tier", "c%3Ad.tier", true),
            ("../shop.tier", "../shop.tier", false),
            ("/srv/shop.tier", "file:///srv/shop.tier", false),
        ] {
            let artifact = artifact(name);
            assert_eq!(artifact["uri"], uri);
            assert_eq!(artifact.get("uriBaseId").is_some(), rooted, "{name}");
        }
    }
}
