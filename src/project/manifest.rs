//! Reads a manifest into a project.

use super::entry::{ManifestReader, Schema, TomlEntries, TomlEntry};
use super::paths;
use super::{Build, Named, Output, Program, Project, Values};
use crate::date::Date;
use crate::diagnostic::{ManifestProblem, NameKind, Problems, SyntaxProblem, likely, nearest};
use crate::lint::{self, Level, Levels};
use crate::source::{File, FileId, Sources, Span};
use crate::target;
use std::path::Path;
use toml::de::{DeTable, DeValue};

const PROJECT: Schema = Schema {
    what: "manifest",
    keys: &["program", "lints", "as-of"],
};

const PROGRAM: Schema = Schema {
    what: "program",
    keys: &[
        "file",
        "outputs",
        "environments",
        "vars",
        "set",
        "lints",
        "root",
        "as-of",
    ],
};

const ENVIRONMENT: Schema = Schema {
    what: "environment",
    keys: &["outputs", "vars", "set"],
};

const LEVELS: [Level; 3] = [Level::Deny, Level::Warn, Level::Allow];

/// Reads a manifest. Its paths are relative to `directory`, and are returned so that they can be
/// opened.
pub fn read(name: &str, bytes: Vec<u8>, directory: &Path) -> (Sources, Project, Problems) {
    let (mut sources, mut problems) = (Sources::default(), Problems::default());
    let Some((file, not_utf8)) = sources.add_bytes(name.to_string(), bytes) else {
        problems.push(SyntaxProblem::FileTooLarge {
            name: name.to_string(),
        });
        return (sources, Project::default(), problems);
    };

    if let Some(span) = not_utf8 {
        problems.push(SyntaxProblem::NotUtf8 { span });
        return (sources, Project::default(), problems);
    }

    let (project, problems) = parse_manifest(file, sources.file(file), directory);
    (sources, project, problems)
}

fn parse_manifest(id: FileId, file: &File, directory: &Path) -> (Project, Problems) {
    let text = file.text();
    let mut reader = Manifest {
        reading: ManifestReader {
            file: id,
            problems: Problems::default(),
        },
        directory,
    };

    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let range = error
            .span()
            .filter(|range| text.get(range.clone()).is_some())
            .unwrap_or(0..0);
        let span = reader.reading.span(range);
        reader.reading.problems.push(ManifestProblem::Syntax {
            span,
            why: error.message().to_string(),
        });
    }

    // after a syntax error, entries only seem to be missing
    if !errors.is_empty() {
        return (Project::default(), reader.reading.problems);
    }

    let project = reader.read_project(table.get_ref());
    let mut problems = reader.reading.problems;
    problems.append(paths::report_conflicts(&project, file.name()));

    (project, problems)
}

/// A manifest while it is read, and the directory of its paths.
struct Manifest<'d> {
    reading: ManifestReader,
    directory: &'d Path,
}

impl Manifest<'_> {
    fn read_project(&mut self, table: &DeTable<'_>) -> Project {
        let entries = self.reading.read_known_entries(table, &PROJECT);
        let lints = self.read_lints(&entries);
        let as_of = entries.get("as-of").and_then(|entry| self.read_date(entry));
        let programs = match entries.get("program") {
            Some(entry) => self.read_programs(entry, as_of),
            None => {
                let span = self.reading.span(0..0);
                self.reading
                    .problems
                    .push(ManifestProblem::NoPrograms { span });
                Vec::new()
            }
        };
        Project { lints, programs }
    }

    fn read_programs(&mut self, entry: TomlEntry<'_>, as_of: Option<Date>) -> Vec<Program> {
        const WANTED: &str = "a table for each program, under `[[program]]`";
        let Some(elements) = self.reading.elements(entry) else {
            self.reading.report_wrong_value(
                TomlEntry {
                    span: entry.key_span,
                    ..entry
                },
                WANTED,
            );
            return Vec::new();
        };

        if elements.is_empty() {
            self.reading.problems.push(ManifestProblem::NoPrograms {
                span: entry.key_span,
            });
        }

        let mut programs = Vec::new();
        for element in elements {
            if let Some(table) = self.reading.read_table(element, WANTED) {
                programs.extend(self.read_program(element.span, table, as_of));
            }
        }

        programs
    }

    fn read_program(
        &mut self,
        header: Span,
        table: &DeTable<'_>,
        as_of: Option<Date>,
    ) -> Option<Program> {
        let entries = self.reading.read_known_entries(table, &PROGRAM);
        if entries.get("file").is_none() {
            self.reading.problems.push(ManifestProblem::MissingKey {
                span: header,
                table: PROGRAM.what,
                key: "file",
            });
        }

        let file = entries.get("file").and_then(|entry| self.read_path(entry));
        let root = entries
            .get("root")
            .and_then(|entry| self.read_path(entry))
            .map(|root| root.path);
        let lints = self.read_lints(&entries);

        let as_of = entries
            .get("as-of")
            .and_then(|entry| self.read_date(entry))
            .or(as_of);
        let build = self.read_build(&entries, as_of);
        let builds = self.read_builds(&entries, build);

        Some(Program {
            file: file?,
            root,
            lints,
            builds,
        })
    }

    /// The builds of a program: one for each environment, or a single one.
    fn read_builds(&mut self, entries: &TomlEntries<'_>, shared: Build) -> Vec<Build> {
        let Some(environments) = entries.get("environments") else {
            return vec![shared];
        };
        if let Some(TomlEntry { key_span: span, .. }) = entries.get("outputs") {
            self.reading.problems.push(ManifestProblem::SharedOutputs {
                span,
                environments: environments.key_span,
            });
        }
        self.read_environments(environments, shared)
    }

    /// The builds of a program with environments; each inherits the entries of the program.
    fn read_environments(&mut self, entry: TomlEntry<'_>, shared: Build) -> Vec<Build> {
        const WANTED: &str = "tables, as in `[program.environments.production]`";
        let Some(table) = self.reading.read_table(entry, WANTED) else {
            return Vec::new();
        };
        let mut builds = Vec::new();

        for environment in self.reading.entries(table) {
            let Some(table) = self.reading.read_table(environment, "a table") else {
                continue;
            };
            let entries = self.reading.read_known_entries(table, &ENVIRONMENT);
            let own = self.read_build(&entries, shared.as_of);
            let values = shared.values.iter().cloned().chain(own.values).collect();

            builds.push(Build {
                environment: Some(environment.key.to_string()),
                values,
                ..own
            });
        }

        if builds.is_empty() {
            vec![shared]
        } else {
            builds
        }
    }

    fn read_build(&mut self, entries: &TomlEntries<'_>, as_of: Option<Date>) -> Build {
        let vars = entries
            .get("vars")
            .map(|entry| self.read_vars(entry))
            .unwrap_or_default();

        let set = entries
            .get("set")
            .map(|entry| self.read_set(entry))
            .unwrap_or_default();

        let outputs = entries
            .get("outputs")
            .map(|entry| self.read_outputs(entry))
            .unwrap_or_default();

        Build {
            environment: None,
            is_chosen: false,
            values: vec![Values { vars, set }],
            as_of,
            outputs,
        }
    }

    fn read_path(&mut self, entry: TomlEntry<'_>) -> Option<Named> {
        let text = self.reading.read_text(entry, "a path in quotes")?;
        let path = self.directory.join(text).to_string_lossy().into_owned();
        Some(Named {
            path,
            span: Some(entry.span),
        })
    }

    /// One file or a list of them.
    fn read_vars(&mut self, entry: TomlEntry<'_>) -> Vec<Named> {
        let files = self.reading.elements(entry).unwrap_or_else(|| vec![entry]);
        files
            .into_iter()
            .filter_map(|file| self.read_path(file))
            .collect()
    }

    fn read_set(&mut self, entry: TomlEntry<'_>) -> Vec<(String, String)> {
        let Some(table) = self
            .reading
            .read_table(entry, "a table: `{ office = \"203.0.113.0/24\" }`")
        else {
            return Vec::new();
        };

        let entries = self.reading.entries(table);
        let mut values = Vec::new();

        for entry in entries {
            let number = match entry.value {
                DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str()),
                _ => None,
            };
            let value = number.or_else(|| {
                let wanted = "a string in quotes, as for `--set`, or a number";
                self.reading.read_text(entry, wanted)
            });
            values.extend(value.map(|value| (entry.key.to_string(), value.to_string())));
        }

        values
    }

    fn read_outputs(&mut self, entry: TomlEntry<'_>) -> Vec<Output> {
        let Some(table) = self
            .reading
            .read_table(entry, "a table: `{ terraform = \"shop.tf\" }`")
        else {
            return Vec::new();
        };
        let entries = self.reading.entries(table);
        let mut outputs = Vec::new();
        for entry in entries {
            outputs.extend(self.read_output(entry));
        }
        outputs
    }

    /// `terraform = "shop.tf"`
    fn read_output(&mut self, entry: TomlEntry<'_>) -> Option<Output> {
        let path = self.read_path(entry);
        let target = target::find_target(entry.key);
        if target.is_none() {
            let names = target::ALL.each_ref().map(|target| target.name);
            let listed = format!("valid targets are {}", target::list_targets("and"));
            self.report_unknown(entry, "target", &names, &listed);
        }
        Some(Output {
            target: target?,
            path: path?,
        })
    }

    /// `[lints]`
    fn read_lints(&mut self, entries: &TomlEntries<'_>) -> Levels {
        let (mut levels, wanted) = (Levels::default(), "levels: `{ open-http = \"deny\" }`");
        let table = entries
            .get("lints")
            .and_then(|entry| self.reading.read_table(entry, wanted));

        for entry in table
            .map(|table| self.reading.entries(table))
            .unwrap_or_default()
        {
            let typed = entry.value.as_str();
            let level = LEVELS
                .into_iter()
                .find(|level| typed == Some(level.keyword()));
            if level.is_none() {
                self.reading
                    .report_wrong_value(entry, "`deny`, `warn` or `allow`");
            }
            let names: Vec<&'static str> = lint::lint_names()
                .into_iter()
                .chain(["all", "warnings"])
                .collect();
            match names.iter().find(|name| **name == entry.key) {
                Some(&"all") => levels.all = level,
                Some(&"warnings") => levels.warnings = level,
                Some(name) => levels.named.extend(level.map(|level| (*name, level))),
                None => {
                    self.report_unknown(entry, "lint", &names, "run `tierwall explain` for a list")
                }
            }
        }

        levels
    }

    /// Reports a name that does not exist.
    fn report_unknown(
        &mut self,
        entry: TomlEntry<'_>,
        kind: &'static str,
        names: &[&str],
        known: &str,
    ) {
        let meant = match kind {
            "lint" => likely(NameKind::Lint, entry.key, names.iter().copied()),
            _ => nearest(entry.key, names.iter().copied()),
        };
        let name = entry.key.to_string();
        self.reading.problems.push(ManifestProblem::UnknownName {
            span: entry.key_span,
            kind,
            name,
            meant,
            known: known.to_string(),
        });
    }

    /// A date of TOML, or one in quotes.
    fn read_date(&mut self, entry: TomlEntry<'_>) -> Option<Date> {
        let text = match entry.value {
            DeValue::String(text) => text.to_string(),
            DeValue::Datetime(date) => date.to_string(),
            DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => String::new(),
        };

        let date = text.parse().ok();
        if date.is_none() {
            self.reading
                .report_wrong_value(entry, "a day such as 2026-12-31");
        }

        date
    }
}
