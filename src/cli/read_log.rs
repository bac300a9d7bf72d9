//! What a run has read, to know afterwards whether any of it has changed.

use super::disk::read_file;
use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use tierwall::workspace::ReadError;

/// Files by the paths under which they were asked for, also those that were not there.
#[derive(Debug, Default)]
pub struct ReadLog(BTreeMap<PathBuf, Option<u64>>);

impl ReadLog {
    /// Reads a file and remembers it.
    pub fn read_file(&mut self, path: &Path) -> Result<Vec<u8>, ReadError> {
        let bytes = read_file(path);
        self.note_read(path, bytes.as_ref().ok());
        bytes
    }

    /// Remembers what was in a file; nothing when it was not there.
    pub fn note_read(&mut self, path: &Path, bytes: Option<&Vec<u8>>) {
        self.0.insert(path.to_path_buf(), bytes.map(hash_bytes));
    }

    /// Remembers what another part of the run has read.
    pub fn append_log(&mut self, other: ReadLog) {
        self.0.extend(other.0);
    }

    /// The files, links followed.
    pub fn canonical_paths(&self) -> BTreeSet<PathBuf> {
        self.0
            .keys()
            .filter_map(|path| fs::canonicalize(path).ok())
            .collect()
    }

    /// How many files there were.
    pub fn len(&self) -> usize {
        self.0.values().filter(|hash| hash.is_some()).count()
    }

    /// Whether any of them is another now, or has come or gone.
    pub fn has_changed(&self) -> bool {
        self.0
            .iter()
            .any(|(path, before)| read_file(path).ok().as_ref().map(hash_bytes) != *before)
    }

    /// The directories in which a change would show: of each file the nearest that is there, and
    /// the one in which the file is that a link leads to.
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
