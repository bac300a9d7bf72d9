//! Files that are no programs, read as programs: so every command answers about them too.

use super::files::SourceFiles;
use super::literal::write_literal;
use super::source::{is_source, read};
use crate::inventory::Remark;
use crate::source::{FileId, FileKind, Places, Sources, line_starts};
use crate::workspace::{Listing, Read, ReadError, Workspace};

/// A workspace in which a file that says what exists reads as the program that says the same.
#[derive(Debug)]
pub struct TranslatingWorkspace<'w, W: ?Sized> {
    files: &'w mut W,
    /// Values of what sources leave open.
    bindings: &'w [(String, String)],
    found: Found,
    /// The identity of each such file, and the places of its lines.
    translated: Vec<(String, Places)>,
}

/// What reading sources found besides their programs.
#[derive(Debug, Default)]
pub struct Found {
    /// The names of the bindings that a source had a use for.
    pub applied_bindings: Vec<String>,
    /// What limits what is proved.
    pub remarks: Vec<String>,
}

impl<'w, W: Workspace + ?Sized> TranslatingWorkspace<'w, W> {
    /// The same files.
    pub fn new(files: &'w mut W, bindings: &'w [(String, String)]) -> TranslatingWorkspace<'w, W> {
        TranslatingWorkspace {
            files,
            bindings,
            found: Found::default(),
            translated: Vec::new(),
        }
    }

    /// Says of each translated file where its lines were read, and gives what else was found.
    pub fn finish(self, sources: &mut Sources) -> Found {
        for (identity, places) in self.translated {
            let mut files = (0..).map(FileId).zip(sources.files());
            let found = files.find(|(_, file)| file.identity() == identity);
            if let Some((id, _)) = found {
                sources.set_places(id, places);
            }
        }
        self.found
    }

    fn translate(&mut self, files: &SourceFiles) -> Result<Read, ReadError> {
        let read = files.with_source(self.bindings, self::read);
        let mut inventory = read.map_err(|error| failed(error.to_string()))?;
        let applied = &mut inventory.applied_bindings;
        self.found.applied_bindings.append(applied);

        let program = write_literal(&inventory);
        let starts: Vec<Vec<u32>> = files
            .files
            .iter()
            .map(|(_, text)| line_starts(text))
            .collect();
        let mut lines = vec![(0, 0); program.text.lines().count() + 1];
        for (line, origin) in program.origins {
            if let Some(span) = origin.span {
                let file = span.file.0;
                let starts = &starts[file as usize];
                let number = starts.partition_point(|it| *it <= span.start) as u32;
                lines[line as usize - 1] = (file, number);
            }
        }
        let names = match files.files.as_slice() {
            [(name, _)] if *name == files.name => Vec::new(),
            several => several.iter().map(|(name, _)| name.clone()).collect(),
        };
        let is_new = |identity: &String| !self.translated.iter().any(|it| it.0 == *identity);
        if is_new(&files.identity) {
            let places = Places { names, lines };
            self.translated.push((files.identity.clone(), places));
            let remarks = inventory.remarks.iter().filter(|it| it.limits_proofs());
            self.found.remarks.extend(remarks.map(Remark::to_string));
        }
        Ok(Read {
            identity: files.identity.clone(),
            name: files.name.clone(),
            bytes: program.text.into_bytes(),
        })
    }
}

impl<W: Workspace + ?Sized> Workspace for TranslatingWorkspace<'_, W> {
    fn kind(&self) -> FileKind {
        self.files.kind()
    }

    fn read(&mut self, path: &str, from: Option<&str>) -> Result<Read, ReadError> {
        if let Some(files) = SourceFiles::of_directory(self.files, path, from)? {
            return self.translate(&files);
        }
        let read = self.files.read(path, from)?;
        let is_program = || read.name.ends_with(".tier");
        let text = || std::str::from_utf8(&read.bytes);
        let is_source = || text().is_ok_and(|text| is_source(&read.name, text));
        if is_json(&read.bytes) || !is_program() && is_source() {
            let files = SourceFiles::of_file(self.files, read)?;
            return self.translate(&files);
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
