//! The files of a program on the disk.

use super::disk::{canonical, is_read_only, read_file, read_standard_input, words};
use super::read_log::ReadLog;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::{fs, io};
use tierwall::source::lexical;
use tierwall::workspace::{Listing, Read, ReadError, Workspace};

/// Reads the files of a program. Includes are found from the file that names them, and none lies
/// outside the root.
pub struct WorkTree {
    root: Option<String>,
    /// The root with links followed, and as reports show it; known once the entry is.
    resolved: Option<(PathBuf, String)>,
    /// What was read already.
    given: HashSet<PathBuf>,
    /// All that was asked for.
    pub log: ReadLog,
}

impl WorkTree {
    /// A reader with this root, or with the directory of the entry as its root.
    pub fn new(root: Option<String>) -> WorkTree {
        WorkTree {
            root,
            resolved: None,
            given: HashSet::new(),
            log: ReadLog::default(),
        }
    }

    fn entry(&mut self, path: &str) -> Result<Read, ReadError> {
        let standard = path == "-";
        let parent = if standard {
            Path::new("")
        } else {
            Path::new(path).parent().unwrap_or(Path::new(""))
        };
        let parent = if parent.as_os_str().is_empty() {
            Path::new(".")
        } else {
            parent
        };
        let shown = self
            .root
            .clone()
            .unwrap_or_else(|| parent.display().to_string());
        let bytes = if standard {
            read_standard_input()?
        } else {
            self.log.read(Path::new(path))?
        };
        let identity = if standard {
            PathBuf::from("./-")
        } else {
            canonical(Path::new(path))?
        };
        let root = canonical(Path::new(&shown)).map_err(|error| match error {
            ReadError::Failed(why) => ReadError::Failed(format!("its root `{shown}`: {why}")),
            other => other,
        })?;
        self.resolved = Some((root, shown));
        self.given.insert(identity.clone());
        let name = if standard { "<stdin>" } else { path };
        Ok(Read {
            identity: text(&identity),
            name: name.to_string(),
            bytes,
        })
    }

    fn include(&mut self, path: &str, from: &str) -> Result<Read, ReadError> {
        let Some((root, shown)) = &self.resolved else {
            return Err(ReadError::Failed("no entry file".to_string()));
        };
        let outside = || ReadError::Outside(shown.clone());
        let directory = Path::new(from).parent().unwrap_or(Path::new("."));
        let directory = canonical(directory)?;
        let wanted = lexical(&directory.join(path));
        // before the file system is asked, so that it tells nothing of what lies outside
        if !wanted.starts_with(root) {
            return Err(outside());
        }
        let identity = canonical(&wanted).inspect_err(|_| self.log.note(&wanted, None))?;
        if !identity.starts_with(root) {
            return Err(outside());
        }
        let mut bytes = Vec::new();
        if !self.given.contains(&wanted) {
            let read = read_file(&identity);
            self.log.note(&wanted, read.as_ref().ok());
            bytes = read?;
            self.given.insert(wanted);
        }
        let name = identity
            .strip_prefix(root)
            .map_or_else(|_| identity.clone(), |tail| Path::new(shown).join(tail));
        let name = name
            .strip_prefix(".")
            .map(Path::to_path_buf)
            .unwrap_or(name);
        Ok(Read {
            identity: text(&identity),
            name: text(&name),
            bytes,
        })
    }
}

impl Workspace for WorkTree {
    fn read(&mut self, path: &str, from: Option<&str>) -> Result<Read, ReadError> {
        match from {
            None => self.entry(path),
            Some(from) => self.include(path, from),
        }
    }

    fn values(&mut self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.log.read(Path::new(path))
    }

    fn list(&mut self, path: &str) -> Listing {
        tier_files(path)
    }

    fn is_read_only(&self, identity: &str) -> bool {
        is_read_only(Path::new(identity)).unwrap_or(false)
    }
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// The file at `path`; for a directory the `.tier` files in it and below it, sorted, but for hidden
/// ones and those behind links.
fn tier_files(path: &str) -> Listing {
    let mut found = Listing::default();
    if path == "-" || !Path::new(path).is_dir() {
        found.files.push(path.to_string());
        return found;
    }
    let mut directories = vec![PathBuf::from(path)];
    while let Some(directory) = directories.pop() {
        if let Err(error) = entries(&directory, &mut found.files, &mut directories) {
            let why = ReadError::Failed(words(&error));
            found.unreadable.push((text(&directory), why));
        }
    }
    found.files.sort();
    found.unreadable.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

/// The `.tier` files and the directories in a directory.
fn entries(
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
            files.push(text(inside.strip_prefix(".").unwrap_or(&inside)));
        }
    }
    Ok(())
}
