//! Where the files of a program are: on a disk, in a commit, in memory.

use crate::source::{FileKind, lexical};
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::path::Path;

/// Reads and lists the files of a program.
///
/// [`Memory`] is one of texts; library users can implement others, such as the buffers of an editor
/// on top of a disk.
pub trait Workspace {
    /// The kind of its files.
    fn kind(&self) -> FileKind {
        FileKind::Work
    }

    /// The file at `path`, as the file `from` (an identity; `None` for the entry) names it.
    fn read(&mut self, path: &str, from: Option<&str>) -> Result<Read, ReadError>;

    /// The contents of a file of values: `vars = "production.json"`.
    fn values(&mut self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.read(path, None).map(|read| read.bytes)
    }

    /// The contents of a file that may not exist, named like an entry file; nothing if it does not.
    fn read_optional(&mut self, _path: &str) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(None)
    }

    /// The program at `path`; for a directory, all programs in it and below it.
    fn list(&mut self, path: &str) -> Listing {
        Listing {
            files: vec![path.to_string()],
            unreadable: Vec::new(),
        }
    }

    /// The files of the directory at `path` with these names, as the file `from` names it; `None`
    /// where it is no directory, has no such file, or has a program.
    fn read_directory(
        &mut self,
        _path: &str,
        _from: Option<&str>,
        _is_wanted: fn(&str) -> bool,
    ) -> Result<Option<Directory>, ReadError> {
        Ok(None)
    }

    /// Whether the file with this identity must not be fixed.
    fn is_read_only(&self, _identity: &str) -> bool {
        false
    }
}

/// A file that a [`Workspace`] returns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// Equal for two paths exactly when they are the same file.
    pub identity: String,
    /// Its name in reports.
    pub name: String,
    /// Its contents; may be empty if the [`Workspace`] has returned the file before.
    pub bytes: Vec<u8>,
}

/// A directory whose files are one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directory {
    /// Equal for two paths exactly when they are the same directory.
    pub identity: String,
    /// Its name in reports.
    pub name: String,
    /// Its files by name.
    pub files: Vec<Read>,
}

/// The end of the names of programs.
const PROGRAM: &str = ".tier";

impl Directory {
    /// The files of a directory that are wanted, if there are some, and none is a program.
    pub fn of_files(
        identity: &str,
        name: &str,
        names: &[String],
        is_wanted: fn(&str) -> bool,
        mut read: impl FnMut(&str) -> Result<Read, ReadError>,
    ) -> Result<Option<Directory>, ReadError> {
        let mut wanted: Vec<&String> = names.iter().filter(|name| is_wanted(name)).collect();
        if wanted.is_empty() || names.iter().any(|name| name.ends_with(PROGRAM)) {
            return Ok(None);
        }
        wanted.sort();
        let files: Result<Vec<Read>, ReadError> = wanted.into_iter().map(|it| read(it)).collect();
        Ok(Some(Directory {
            identity: identity.to_string(),
            name: name.to_string(),
            files: files?,
        }))
    }
}

/// The files that a [`Workspace`] lists.
#[derive(Debug, Default)]
pub struct Listing {
    /// The files, sorted.
    pub files: Vec<String>,
    /// Directories that cannot be read, and why; sorted.
    pub unreadable: Vec<(String, ReadError)>,
}

/// Why a [`Workspace`] cannot return a file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadError {
    /// It is outside this root.
    Outside(String),
    /// It cannot be read; the message.
    Failed(String),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Outside(root) => write!(f, "it is outside `{root}`"),
            ReadError::Failed(why) => f.write_str(why),
        }
    }
}

impl Error for ReadError {}

/// Files in memory, by their paths. An include is relative to the file that names it, and must not
/// be above the directory that all paths start from.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    files: BTreeMap<String, Vec<u8>>,
}

impl Memory {
    /// A workspace without files.
    pub fn new() -> Memory {
        Memory::default()
    }

    /// The workspace with one more file.
    pub fn with(mut self, path: impl AsRef<str>, text: impl Into<Vec<u8>>) -> Memory {
        self.insert(path, text);
        self
    }

    /// Adds a file, or replaces its text.
    pub fn insert(&mut self, path: impl AsRef<str>, text: impl Into<Vec<u8>>) {
        self.files
            .insert(lexical_text(Path::new(path.as_ref())), text.into());
    }
}

impl Workspace for Memory {
    fn read(&mut self, path: &str, from: Option<&str>) -> Result<Read, ReadError> {
        let directory = from.and_then(|from| Path::new(from).parent());
        let identity = lexical_text(&directory.unwrap_or(Path::new("")).join(path));

        if from.is_some() && Path::new(&identity).starts_with("..") {
            return Err(ReadError::Outside(".".to_string()));
        }

        let missing = || ReadError::Failed("no such file or directory".to_string());
        let bytes = self.files.get(&identity).cloned().ok_or_else(missing)?;
        let name = match from {
            None => path.to_string(),
            Some(_) => identity.clone(),
        };

        Ok(Read {
            identity,
            name,
            bytes,
        })
    }

    fn read_optional(&mut self, path: &str) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(self.files.get(&lexical_text(Path::new(path))).cloned())
    }

    fn read_directory(
        &mut self,
        path: &str,
        from: Option<&str>,
        is_wanted: fn(&str) -> bool,
    ) -> Result<Option<Directory>, ReadError> {
        let above = from.and_then(|from| Path::new(from).parent());
        let identity = lexical_text(&above.unwrap_or(Path::new("")).join(path));
        if from.is_some() && Path::new(&identity).starts_with("..") {
            return Err(ReadError::Outside(".".to_string()));
        }
        let inside = |file: &String| {
            let file = Path::new(file);
            let name = file.file_name()?.to_string_lossy().into_owned();
            (file.parent() == Some(Path::new(&identity))).then_some(name)
        };
        let names: Vec<String> = self.files.keys().filter_map(inside).collect();
        Directory::of_files(&identity, path, &names, is_wanted, |name| {
            let file = lexical_text(&Path::new(&identity).join(name));
            self.files
                .get(&file)
                .cloned()
                .map(|bytes| Read {
                    name: file.clone(),
                    identity: file,
                    bytes,
                })
                .ok_or_else(|| ReadError::Failed("no such file or directory".to_string()))
        })
    }

    fn list(&mut self, path: &str) -> Listing {
        let wanted = lexical(Path::new(path));
        let is_below = |file: &&String| {
            Path::new(file).starts_with(&wanted)
                && (file.ends_with(".tier") || Path::new(file) == wanted)
        };

        Listing {
            files: self.files.keys().filter(is_below).cloned().collect(),
            unreadable: Vec::new(),
        }
    }
}

/// A path without `.` and, if possible, without `..`.
fn lexical_text(path: &Path) -> String {
    lexical(path).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::{Memory, ReadError, Workspace};

    fn files() -> Memory {
        Memory::new()
            .with("shop.tier", "")
            .with("./network/office.tier", "")
            .with("network/values.json", "{}")
    }

    #[test]
    fn finds_an_include_from_the_file_that_names_it() {
        let read = files().read("../shop.tier", Some("network/office.tier"));
        assert_eq!(read.expect("it is there").identity, "shop.tier");
    }

    #[test]
    fn reads_nothing_above_its_root() {
        assert_eq!(
            files().read("../shop.tier", Some("shop.tier")),
            Err(ReadError::Outside(".".to_string()))
        );
    }

    #[test]
    fn lists_the_programs_of_a_directory() {
        assert_eq!(files().list("network").files, ["network/office.tier"]);
        assert_eq!(
            files().list(".").files,
            ["network/office.tier", "shop.tier"]
        );
        assert_eq!(files().list("shop.tier").files, ["shop.tier"]);
    }
}
