//! The files that a run has read, to detect later whether any of them has changed.

use super::disk::read_file;
use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use tierwall::workspace::ReadError;

/// Hashes of files by the paths that were requested; `None` for missing files.
#[derive(Debug, Default)]
pub struct ReadLog(BTreeMap<PathBuf, Option<u64>>);

impl ReadLog {
    /// Reads a file and records it.
    pub fn read_file(&mut self, path: &Path) -> Result<Vec<u8>, ReadError> {
        let bytes = read_file(path);
        self.note_read(path, bytes.as_ref().ok());
        bytes
    }

    /// Records the contents of a file; `None` if it does not exist.
    pub fn note_read(&mut self, path: &Path, bytes: Option<&Vec<u8>>) {
        self.0.insert(path.to_path_buf(), bytes.map(hash_bytes));
    }

    /// Adds the files that another part of the run has read.
    pub fn append_log(&mut self, other: ReadLog) {
        self.0.extend(other.0);
    }

    /// The files, with links resolved.
    pub fn canonical_paths(&self) -> BTreeSet<PathBuf> {
        self.0
            .keys()
            .filter_map(|path| fs::canonicalize(path).ok())
            .collect()
    }

    /// The number of files.
    pub fn len(&self) -> usize {
        self.0.values().filter(|hash| hash.is_some()).count()
    }

    /// Whether any of them has changed, or has been created or deleted.
    pub fn has_changed(&self) -> bool {
        self.0
            .iter()
            .any(|(path, before)| read_file(path).ok().as_ref().map(hash_bytes) != *before)
    }

    /// The directories to watch for changes: for each file, the nearest that exists, and the
    /// directory of the file that a link points to.
    pub fn directories(&self) -> BTreeSet<PathBuf> {
        let mut directories = BTreeSet::new();
        for path in self.0.keys() {
            let whole = std::path::absolute(path).unwrap_or_else(|_| path.clone());
            directories.extend(
                whole
                    .ancestors()
                    .skip(1)
                    .find(|above| above.is_dir())
                    .map(Path::to_path_buf),
            );

            directories.extend(
                fs::canonicalize(&whole)
                    .ok()
                    .and_then(|real| real.parent().map(Path::to_path_buf)),
            );
        }

        directories
    }
}

fn hash_bytes(bytes: &Vec<u8>) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}
