//! The files of a source: one, or those of a directory, with the other directories that they need.

use crate::inventory::{Inventory, Source, SourceFile};
use crate::target::{self, SourceDirectory};
use crate::workspace::{Read, ReadError, Workspace};

/// The most directories of one source.
const MOST_DIRECTORIES: usize = 256;

/// The files of a source.
#[derive(Debug)]
pub struct SourceFiles {
    /// The identity of the file, or of the directory.
    pub identity: String,
    /// The name of it in reports.
    pub name: String,
    /// The name and the text of each file.
    pub files: Vec<(String, String)>,
    /// The identity of each.
    identities: Vec<String>,
}

impl SourceFiles {
    /// The files of the directory at `path`, if a target reads it as one source.
    pub fn of_directory<W: Workspace + ?Sized>(
        workspace: &mut W,
        path: &str,
        from: Option<&str>,
    ) -> Result<Option<SourceFiles>, ReadError> {
        for target in &target::ALL {
            let Some(reading) = target.directory else {
                continue;
            };
            if let Some(directory) = workspace.read_directory(path, from, reading.is_part)? {
                let mut files = SourceFiles {
                    identity: directory.identity,
                    name: directory.name,
                    files: Vec::new(),
                    identities: Vec::new(),
                };
                for read in directory.files {
                    let name = read.name.clone();
                    files.push(read, name)?;
                }
                files.add_wanted(workspace, reading)?;
                return Ok(Some(files));
            }
        }
        Ok(None)
    }

    /// A file that was read, with the directories that it needs.
    pub fn of_file<W: Workspace + ?Sized>(
        workspace: &mut W,
        read: Read,
    ) -> Result<SourceFiles, ReadError> {
        let (identity, name) = (read.identity.clone(), read.name.clone());
        let mut files = SourceFiles {
            identity,
            name: name.clone(),
            files: Vec::new(),
            identities: Vec::new(),
        };
        files.push(read, name)?;
        for reading in target::ALL.iter().filter_map(|target| target.directory) {
            files.add_wanted(workspace, reading)?;
        }
        Ok(files)
    }

    fn push(&mut self, read: Read, name: String) -> Result<(), ReadError> {
        let text = String::from_utf8(read.bytes).map_err(|error| {
            let why = error.utf8_error();
            ReadError::Failed(format!("`{name}` is not UTF-8: {why}"))
        })?;
        self.files.push((name, text));
        self.identities.push(read.identity);
        Ok(())
    }

    /// Adds the directories that files need, and those that they need in turn. One that is not
    /// there is missed by the reader, which says where it is named.
    fn add_wanted<W: Workspace + ?Sized>(
        &mut self,
        workspace: &mut W,
        reading: SourceDirectory,
    ) -> Result<(), ReadError> {
        let mut visited = std::collections::BTreeSet::new();
        loop {
            let wanted = self.with_source(&[], |source| match is_code(source) {
                true => (reading.wanted)(source),
                false => Vec::new(),
            });
            let next = wanted
                .into_iter()
                .find(|it| visited.insert(it.name.clone()));
            let Some(next) = next.filter(|_| visited.len() <= MOST_DIRECTORIES) else {
                return Ok(());
            };
            let from = self.identities[next.from].clone();
            let found = workspace.read_directory(&next.path, Some(&from), reading.is_part);
            let found = found.map_err(|error| outside(error, &next.path))?;
            for read in found.into_iter().flat_map(|directory| directory.files) {
                let file = read.name.rsplit(['/', '\\']).next().unwrap_or(&read.name);
                // values are those of the root module alone
                if file.ends_with(".tfvars") {
                    continue;
                }
                let name = match next.name.is_empty() {
                    true => file.to_string(),
                    false => format!("{}/{file}", next.name.trim_end_matches('/')),
                };
                self.push(read, name)?;
            }
        }
    }

    /// Does something with the files as a source.
    pub fn with_source<T>(
        &self,
        bindings: &[(String, String)],
        act: impl FnOnce(&Source<'_>) -> T,
    ) -> T {
        let files: Vec<SourceFile<'_>> = self
            .files
            .iter()
            .map(|(name, text)| SourceFile { name, text })
            .collect();
        act(&Source {
            files: &files,
            bindings,
        })
    }
}

/// What the source at a path holds, with values of what it leaves open.
pub fn read_at<W: Workspace + ?Sized>(
    workspace: &mut W,
    path: &str,
    bindings: &[(String, String)],
) -> Result<Inventory, ReadError> {
    let files = match SourceFiles::of_directory(workspace, path, None)? {
        Some(files) => files,
        None => {
            let read = workspace.read(path, None)?;
            SourceFiles::of_file(workspace, read)?
        }
    };
    let read = files.with_source(bindings, super::source::read);
    read.map_err(|error| ReadError::Failed(error.to_string()))
}

/// Whether a source is no document of JSON, which needs no other directories.
fn is_code(source: &Source<'_>) -> bool {
    let mut files = source.files.iter();
    files.all(|file| !file.text.trim_start().starts_with('{'))
}

/// Says which directory is outside.
fn outside(error: ReadError, path: &str) -> ReadError {
    match error {
        ReadError::Outside(root) => ReadError::Failed(format!(
            "`{path}` is outside `{root}`: `--root DIRECTORY` sets what may be read"
        )),
        failed => failed,
    }
}
