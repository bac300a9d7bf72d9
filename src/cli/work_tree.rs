//! The files of a program on the disk.

use super::disk::{canonical_path, error_message, is_read_only, read_file, read_standard_input};
use super::read_log::ReadLog;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::{fs, io};
use tierwall::source::lexical;
use tierwall::workspace::{Directory, Listing, Read, ReadError, Workspace};

/// Reads the files of a program. Includes are relative to the file that names them, and must be
/// inside the root.
pub struct WorkTree {
    root: Option<String>,
    /// The root with links resolved, and as reports show it; known once the entry file has been
    /// read.
    resolved: Option<(PathBuf, String)>,
    /// The files that have been read.
    given: HashSet<PathBuf>,
    /// All files that were requested.
    pub log: ReadLog,
}

impl WorkTree {
    /// A reader with this root, by default the directory of the entry file.
    pub fn new(root: Option<String>) -> WorkTree {
        WorkTree {
            root,
            resolved: None,
            given: HashSet::new(),
            log: ReadLog::default(),
        }
    }

    fn read_entry(&mut self, path: &str) -> Result<Read, ReadError> {
        let (name, identity, bytes) = if path == "-" {
            let bytes = read_standard_input()?;
            ("<stdin>", PathBuf::from("./-"), bytes)
        } else {
            let bytes = self.log.read_file(Path::new(path))?;
            (path, canonical_path(Path::new(path))?, bytes)
        };

        let root = self.root.clone();
        let shown = root.unwrap_or_else(|| parent_directory(path).display().to_string());
        let root = canonical_path(Path::new(&shown)).map_err(|error| match error {
            ReadError::Failed(why) => ReadError::Failed(format!("its root `{shown}`: {why}")),
            other => other,
        })?;
        self.resolved = Some((root, shown));

        self.given.insert(identity.clone());
        Ok(Read {
            identity: path_text(&identity),
            name: name.to_string(),
            bytes,
        })
    }

    fn read_include(&mut self, path: &str, from: &str) -> Result<Read, ReadError> {
        let Some((root, shown)) = &self.resolved else {
            return Err(ReadError::Failed("no entry file".to_string()));
        };
        let outside = || ReadError::Outside(shown.clone());
        let directory = Path::new(from).parent().unwrap_or(Path::new("."));
        let wanted = lexical(&canonical_path(directory)?.join(path));

        // checked before the file system is accessed, so that nothing is revealed about files
        // outside
        if !wanted.starts_with(root) {
            return Err(outside());
        }

        let identity =
            canonical_path(&wanted).inspect_err(|_| self.log.note_read(&wanted, None))?;
        if !identity.starts_with(root) {
            return Err(outside());
        }

        let name = shown_name(&identity, root, shown);
        Ok(Read {
            bytes: self.read_once(wanted, &identity)?,
            identity: path_text(&identity),
            name,
        })
    }

    /// The directory at a path, with links resolved; an error if it is outside of the root.
    fn find_directory(&self, path: &str, from: Option<&str>) -> Result<PathBuf, ReadError> {
        let (Some(from), Some((root, shown))) = (from, &self.resolved) else {
            return canonical_path(Path::new(path));
        };
        let directory = Path::new(from).parent().unwrap_or(Path::new("."));
        let wanted = lexical(&canonical_path(directory)?.join(path));
        let outside = || ReadError::Outside(shown.clone());
        if !wanted.starts_with(root) {
            return Err(outside());
        }
        match canonical_path(&wanted) {
            Ok(identity) if !identity.starts_with(root) => Err(outside()),
            found => found,
        }
    }

    /// Sets the root of a source that is a directory: that directory, unless another one is given.
    fn resolve_root(&mut self, path: &str, identity: &Path) -> Result<(), ReadError> {
        let resolved = match &self.root {
            Some(shown) => (canonical_path(Path::new(shown))?, shown.clone()),
            None => (identity.to_path_buf(), path.to_string()),
        };
        self.resolved = Some(resolved);
        Ok(())
    }

    /// The contents of an included file; empty if it has been read before.
    fn read_once(&mut self, wanted: PathBuf, identity: &Path) -> Result<Vec<u8>, ReadError> {
        if self.given.contains(&wanted) {
            return Ok(Vec::new());
        }

        let read = read_file(identity);
        self.log.note_read(&wanted, read.as_ref().ok());
        let bytes = read?;
        self.given.insert(wanted);
        Ok(bytes)
    }
}

/// The directory of an entry file; for standard input, the current directory.
fn parent_directory(path: &str) -> &Path {
    match Path::new(path).parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    }
}

/// The name of an included file in reports: its path relative to the root, below the shown root.
fn shown_name(identity: &Path, root: &Path, shown: &str) -> String {
    let name = identity.strip_prefix(root).map_or_else(
        |_| identity.to_path_buf(),
        |tail| Path::new(shown).join(tail),
    );
    path_text(name.strip_prefix(".").unwrap_or(&name))
}

impl Workspace for WorkTree {
    fn read(&mut self, path: &str, from: Option<&str>) -> Result<Read, ReadError> {
        match from {
            None => self.read_entry(path),
            Some(from) => self.read_include(path, from),
        }
    }

    fn read_directory(
        &mut self,
        path: &str,
        from: Option<&str>,
        is_wanted: fn(&str) -> bool,
    ) -> Result<Option<Directory>, ReadError> {
        let is_missing = from.is_none() && !Path::new(path).is_dir();
        if path == "-" || is_missing {
            return Ok(None);
        }
        let identity = match self.find_directory(path, from) {
            Ok(identity) if identity.is_dir() => identity,
            Ok(_) | Err(ReadError::Failed(_)) => return Ok(None),
            Err(error) => return Err(error),
        };

        let names = file_names(&identity)?;
        let directory = Path::new(path);
        let log = &mut self.log;
        let found = Directory::of_files(&path_text(&identity), path, &names, is_wanted, |name| {
            let file = identity.join(name);
            Ok(Read {
                bytes: log.read_file(&file)?,
                identity: path_text(&file),
                name: path_text(&lexical(&directory.join(name))),
            })
        })?;
        if found.is_some() && from.is_none() {
            self.resolve_root(path, &identity)?;
        }
        Ok(found)
    }

    fn values(&mut self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.log.read_file(Path::new(path))
    }

    fn read_optional(&mut self, path: &str) -> Result<Option<Vec<u8>>, ReadError> {
        if !Path::new(path).exists() {
            self.log.note_read(Path::new(path), None);
            return Ok(None);
        }
        self.log.read_file(Path::new(path)).map(Some)
    }

    fn list(&mut self, path: &str) -> Listing {
        tier_files(path)
    }

    fn is_read_only(&self, identity: &str) -> bool {
        is_read_only(Path::new(identity)).unwrap_or(false)
    }
}

fn path_text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// The file at `path`; for a directory all `.tier` files in it and below it, sorted, except hidden
/// ones and links.
fn tier_files(path: &str) -> Listing {
    let mut found = Listing::default();
    if path == "-" || !Path::new(path).is_dir() {
        found.files.push(path.to_string());
        return found;
    }

    let mut directories = vec![PathBuf::from(path)];
    while let Some(directory) = directories.pop() {
        if let Err(error) = list_entries(&directory, &mut found.files, &mut directories) {
            let why = ReadError::Failed(error_message(&error));
            found.unreadable.push((path_text(&directory), why));
        }
    }

    found.files.sort();
    found.unreadable.sort_by(|a, b| a.0.cmp(&b.0));

    found
}

/// The names of the files in a directory.
fn file_names(directory: &Path) -> Result<Vec<String>, ReadError> {
    let failed = |error: io::Error| ReadError::Failed(error_message(&error));
    let mut names = Vec::new();
    for entry in fs::read_dir(directory).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.path().is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    Ok(names)
}

/// The `.tier` files and the directories in a directory.
fn list_entries(
    directory: &Path,
    files: &mut Vec<String>,
    directories: &mut Vec<PathBuf>,
) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let (kind, inside) = (entry.file_type()?, entry.path());
        let hidden = entry.file_name().to_string_lossy().starts_with('.');

        if kind.is_dir() && !hidden {
            directories.push(inside);
        } else if kind.is_file()
            && !hidden
            && inside
                .extension()
                .is_some_and(|extension| extension == "tier")
        {
            files.push(path_text(inside.strip_prefix(".").unwrap_or(&inside)));
        }
    }

    Ok(())
}
