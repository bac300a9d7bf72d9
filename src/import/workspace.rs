//! Files that are no programs, read as programs: so every command answers about them too.

use super::literal::write_literal;
use super::source::{is_source, read};
use crate::inventory::{Source, SourceFile};
use crate::source::{FileId, FileKind, Sources, line_starts};
use crate::workspace::{Listing, Read, ReadError, Workspace};

/// A workspace in which a file that says what exists reads as the program that says the same.
#[derive(Debug)]
pub struct TranslatingWorkspace<'w, W: ?Sized> {
    files: &'w mut W,
    /// Values of what sources leave open.
    bindings: &'w [(String, String)],
    /// The names of those that a source had a use for.
    applied_bindings: Vec<String>,
    /// The identity of each such file, and the places of its lines.
    translated: Vec<(String, Vec<u32>)>,
}

impl<'w, W: Workspace + ?Sized> TranslatingWorkspace<'w, W> {
    /// The same files.
    pub fn new(files: &'w mut W, bindings: &'w [(String, String)]) -> TranslatingWorkspace<'w, W> {
        TranslatingWorkspace {
            files,
            bindings,
            applied_bindings: Vec::new(),
            translated: Vec::new(),
        }
    }

    /// Says of each translated file where its lines were read, and gives the names of the bindings
    /// that sources had a use for.
    pub fn finish(self, sources: &mut Sources) -> Vec<String> {
        for (identity, places) in self.translated {
            let mut files = (0..).map(FileId).zip(sources.files());
            let found = files.find(|(_, file)| file.identity() == identity);
            if let Some((id, _)) = found {
                sources.set_places(id, places);
            }
        }
        self.applied_bindings
    }

    fn translate(&mut self, read: Read) -> Result<Read, ReadError> {
        let text = std::str::from_utf8(&read.bytes)
            .map_err(|error| failed(format!("it is not UTF-8: {error}")))?;
        let name = &read.name;
        let source = Source {
            files: &[SourceFile { name, text }],
            bindings: self.bindings,
        };
        let mut inventory = self::read(&source).map_err(|error| failed(error.to_string()))?;
        self.applied_bindings
            .append(&mut inventory.applied_bindings);

        let program = write_literal(&inventory);
        let starts = line_starts(text);
        let mut places = vec![0; program.text.lines().count() + 1];
        for (line, origin) in program.origins {
            if let Some(span) = origin.span {
                places[line as usize - 1] = starts.partition_point(|it| *it <= span.start) as u32;
            }
        }
        self.translated.push((read.identity.clone(), places));
        Ok(Read {
            bytes: program.text.into_bytes(),
            ..read
        })
    }
}

impl<W: Workspace + ?Sized> Workspace for TranslatingWorkspace<'_, W> {
    fn kind(&self) -> FileKind {
        self.files.kind()
    }

    fn read(&mut self, path: &str, from: Option<&str>) -> Result<Read, ReadError> {
        let read = self.files.read(path, from)?;
        let is_program = || read.name.ends_with(".tier");
        let text = || std::str::from_utf8(&read.bytes);
        let is_source = || text().is_ok_and(|text| is_source(&read.name, text));
        if is_json(&read.bytes) || !is_program() && is_source() {
            return self.translate(read);
        }
        Ok(read)
    }

    fn values(&mut self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.files.values(path)
    }

    fn read_optional(&mut self, path: &str) -> Result<Option<Vec<u8>>, ReadError> {
        self.files.read_optional(path)
    }

    fn list(&mut self, path: &str) -> Listing {
        self.files.list(path)
    }

    fn is_read_only(&self, identity: &str) -> bool {
        self.files.is_read_only(identity)
    }
}

/// Whether a file starts like an object of JSON, as no program does.
fn is_json(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().starts_with(b"{")
}

fn failed(why: String) -> ReadError {
    ReadError::Failed(why)
}
