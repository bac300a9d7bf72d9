//! The files of a program as they are in a commit.

use super::disk::read_file;
use super::git::{Commit, TreeEntry, leaves_its_root, with_slashes};
use std::path::Path;
use tierwall::source::{FileKind, lexical};
use tierwall::workspace::{Directory, Read, ReadError, Workspace};

/// Reads the files of a program as they are in a commit.
pub struct CommittedFiles<'c> {
    commit: &'c Commit,
    /// The entry file of the program: its resolved path and its contents, which a directory does
    /// not have.
    entry: (String, Option<Vec<u8>>),
    /// The directory that included files must be in, relative to the repository.
    root: String,
    /// The root as reports show it.
    shown: String,
}

impl<'c> CommittedFiles<'c> {
    /// Opens a program with this root, by default the directory of the program; `None` if the
    /// commit does not have the program.
    pub fn open_at_commit(
        commit: &'c Commit,
        path: &str,
        root: Option<&str>,
    ) -> Result<Option<CommittedFiles<'c>>, String> {
        let place = commit.path_in_tree(path)?;
        let is_directory = matches!(commit.read_entry(&place)?, TreeEntry::Directory);
        let entry = match is_directory {
            true => (place.clone(), None),
            false => match commit.read_blob(&place)? {
                Some((place, bytes)) => (place, Some(bytes)),
                None => return Ok(None),
            },
        };
        let parent = || match is_directory {
            true => place.clone(),
            false => Path::new(&place)
                .parent()
                .map(with_slashes)
                .unwrap_or_default(),
        };

        let inside = root
            .map(|root| commit.path_in_tree(root))
            .transpose()?
            .unwrap_or_else(parent);

        Ok(Some(CommittedFiles {
            commit,
            entry,
            root: inside,
            shown: root.unwrap_or_default().to_string(),
        }))
    }

    fn outside(&self) -> ReadError {
        let root = if self.root.is_empty() {
            &self.shown
        } else {
            &self.root
        };
        ReadError::Outside(root.clone())
    }

    /// The path of what a file names; an error if it is outside of the root.
    fn find_inside(&self, path: &str, from: &str) -> Result<String, ReadError> {
        let directory = Path::new(from).parent().unwrap_or(Path::new(""));
        let wanted = directory.join(path);
        let is_outside = Path::new(path).is_absolute()
            || leaves_its_root(&wanted)
            || !lexical(&wanted).starts_with(&self.root);
        match is_outside {
            true => Err(self.outside()),
            false => Ok(with_slashes(&lexical(&wanted))),
        }
    }

    fn read_include(&self, path: &str, from: &str) -> Result<Read, ReadError> {
        let wanted = self.find_inside(path, from)?;
        let found = self.commit.read_blob(&wanted).map_err(ReadError::Failed)?;
        let missing = || ReadError::Failed(format!("no such file in {}", self.commit.name));
        let (identity, bytes) = found.ok_or_else(missing)?;

        if !Path::new(&identity).starts_with(&self.root) {
            return Err(self.outside());
        }

        let shown = identity
            .strip_prefix(self.commit.directory())
            .unwrap_or(&identity);

        Ok(Read {
            name: format!("{}{shown}", self.commit.name_prefix()),
            identity,
            bytes,
        })
    }
}

impl Workspace for CommittedFiles<'_> {
    fn kind(&self) -> FileKind {
        FileKind::Version
    }

    fn read(&mut self, path: &str, from: Option<&str>) -> Result<Read, ReadError> {
        match from {
            None => {
                let (identity, bytes) = self.entry.clone();
                let bytes =
                    bytes.ok_or_else(|| ReadError::Failed("it is a directory".to_string()))?;
                Ok(Read {
                    identity,
                    name: format!("{}{path}", self.commit.name_prefix()),
                    bytes,
                })
            }
            Some(from) => self.read_include(path, from),
        }
    }

    fn read_directory(
        &mut self,
        path: &str,
        from: Option<&str>,
        is_wanted: fn(&str) -> bool,
    ) -> Result<Option<Directory>, ReadError> {
        let place = match (from, &self.entry) {
            (Some(from), _) => self.find_inside(path, from)?,
            (None, (place, None)) => place.clone(),
            (None, (_, Some(_))) => return Ok(None),
        };
        let commit = self.commit;
        match commit.read_entry(&place).map_err(ReadError::Failed)? {
            TreeEntry::Directory => {}
            TreeEntry::File(_) | TreeEntry::Link(_) | TreeEntry::Nothing | TreeEntry::Other => {
                return Ok(None);
            }
        }

        let names = commit.list_files(&place).map_err(ReadError::Failed)?;
        let (prefix, below) = (commit.name_prefix(), Path::new(&place));
        let shown = format!("{prefix}{path}");
        Directory::of_files(&place, &shown, &names, is_wanted, |name| {
            let file = with_slashes(&below.join(name));
            let found = commit.read_blob(&file).map_err(ReadError::Failed)?;
            let missing = || ReadError::Failed(format!("no such file in {}", commit.name));
            let (identity, bytes) = found.ok_or_else(missing)?;
            let name = with_slashes(&Path::new(path).join(name));
            Ok(Read {
                name: format!("{prefix}{name}"),
                identity,
                bytes,
            })
        })
    }

    fn read_optional(&mut self, path: &str) -> Result<Option<Vec<u8>>, ReadError> {
        self.commit.read_path(path).map_err(ReadError::Failed)
    }

    /// Values that are not in the commit are read from the work tree.
    fn values(&mut self, path: &str) -> Result<Vec<u8>, ReadError> {
        match self.commit.read_path(path) {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => read_file(Path::new(path)),
            Err(why) => Err(ReadError::Failed(why)),
        }
    }
}
