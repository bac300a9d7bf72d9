//! Tables of a manifest, entry by entry: unknown keys and values of the wrong type are reported
//! here.

use crate::diagnostic::{ManifestProblem, Problems, nearest};
use crate::source::{FileId, Span};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One `key = value`.
#[derive(Debug, Clone, Copy)]
pub struct TomlEntry<'t> {
    /// The key.
    pub key: &'t str,
    /// Its span.
    pub key_span: Span,
    /// The value.
    pub value: &'t DeValue<'t>,
    /// Its span; for a table, that of its header.
    pub span: Span,
}

/// The entries of a table whose keys are known.
#[derive(Debug)]
pub struct TomlEntries<'t>(Vec<TomlEntry<'t>>);

impl<'t> TomlEntries<'t> {
    /// The entry with this key.
    pub fn get(&self, key: &str) -> Option<TomlEntry<'t>> {
        self.0.iter().copied().find(|entry| entry.key == key)
    }
}

/// A manifest while it is read.
#[derive(Debug)]
pub struct ManifestReader {
    /// The manifest.
    pub file: FileId,
    /// Its problems.
    pub problems: Problems,
}

/// A kind of table.
#[derive(Debug)]
pub struct Schema {
    /// Its name in messages.
    pub what: &'static str,
    /// The keys that it may have.
    pub keys: &'static [&'static str],
}

impl ManifestReader {
    /// A span of the manifest.
    pub fn span(&self, range: Range<usize>) -> Span {
        Span {
            file: self.file,
            start: range.start as u32,
            end: range.end as u32,
        }
    }

    /// The entries of a table, in source order.
    pub fn entries<'t>(&self, table: &'t DeTable<'t>) -> Vec<TomlEntry<'t>> {
        let mut entries: Vec<TomlEntry<'t>> = table
            .iter()
            .map(|(key, value)| TomlEntry {
                key: key.get_ref(),
                key_span: self.span(key.span()),
                value: value.get_ref(),
                span: self.span(value.span()),
            })
            .collect();
        entries.sort_by_key(|entry| entry.key_span);
        entries
    }

    /// The entries of a table with known keys; the others are reported.
    pub fn read_known_entries<'t>(
        &mut self,
        table: &'t DeTable<'t>,
        schema: &Schema,
    ) -> TomlEntries<'t> {
        let mut entries = self.entries(table);
        entries.retain(|entry| {
            let known = schema.keys.contains(&entry.key);
            if !known {
                self.problems.push(ManifestProblem::UnknownKey {
                    span: entry.key_span,
                    key: entry.key.to_string(),
                    table: schema.what,
                    meant: nearest(entry.key, schema.keys.iter().copied()),
                    keys: schema
                        .keys
                        .iter()
                        .map(|key| format!("`{key}`"))
                        .collect::<Vec<_>>()
                        .join(", "),
                });
            }

            known
        });

        TomlEntries(entries)
    }

    /// Reports a value that its key does not accept.
    pub fn report_wrong_value(&mut self, entry: TomlEntry<'_>, wanted: &'static str) {
        self.problems.push(ManifestProblem::WrongValue {
            span: entry.span,
            key: entry.key.to_string(),
            wanted,
        });
    }

    /// A text that is not empty.
    pub fn read_text<'t>(&mut self, entry: TomlEntry<'t>, wanted: &'static str) -> Option<&'t str> {
        let text = entry.value.as_str().filter(|text| !text.is_empty());
        if text.is_none() {
            self.report_wrong_value(entry, wanted);
        }
        text
    }

    /// A table.
    pub fn read_table<'t>(
        &mut self,
        entry: TomlEntry<'t>,
        wanted: &'static str,
    ) -> Option<&'t DeTable<'t>> {
        let table = entry.value.as_table();
        if table.is_none() {
            self.report_wrong_value(entry, wanted);
        }
        table
    }

    /// The elements of a list, each under the key of the list.
    pub fn elements<'t>(&self, entry: TomlEntry<'t>) -> Option<Vec<TomlEntry<'t>>> {
        let list = entry.value.as_array()?;
        let element = |value: &'t Spanned<DeValue<'t>>| TomlEntry {
            value: value.get_ref(),
            span: self.span(value.span()),
            ..entry
        };
        Some(list.iter().map(element).collect())
    }
}
