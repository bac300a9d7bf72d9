//! The file system: files are read and written completely or not at all.

use super::temp_files;
use std::fs::{self, File};
use std::io::{self, BufRead, Read as _, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;
use tierwall::source::MOST_BYTES;
use tierwall::workspace::ReadError;

fn read_error(error: &io::Error) -> ReadError {
    ReadError::Failed(error_message(error))
}

/// The message of an I/O error, without its number.
pub fn error_message(error: &io::Error) -> String {
    let words = error.to_string();
    let words = words.split(" (os error").next().unwrap_or(&words);
    words[..1].to_lowercase() + &words[1..]
}

/// The path of a file with links resolved.
pub fn canonical_path(path: &Path) -> Result<PathBuf, ReadError> {
    fs::canonicalize(path).map_err(|error| read_error(&error))
}

/// Reads a regular file; anything else could block or be endless.
pub fn read_file(path: &Path) -> Result<Vec<u8>, ReadError> {
    let kind = fs::metadata(path).map_err(|error| read_error(&error))?;
    if kind.is_dir() {
        return Err(ReadError::Failed("it is a directory".to_string()));
    }
    if !kind.is_file() {
        return Err(ReadError::Failed(
            "it is not a regular file; `-` reads standard input".to_string(),
        ));
    }
    File::open(path)
        .and_then(read_bounded)
        .map_err(|error| read_error(&error))
}

/// Reads until the end, or one byte more than the limit.
fn read_bounded(reader: impl io::Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whether a file is read-only, and so is not replaced.
pub fn is_read_only(path: &Path) -> io::Result<bool> {
    fs::metadata(path).map(|kind| kind.permissions().readonly())
}

/// Reads all of standard input.
pub fn read_standard_input() -> Result<Vec<u8>, ReadError> {
    read_bounded(io::stdin().lock()).map_err(|error| read_error(&error))
}

/// Where an output is to be written.
#[derive(Debug)]
pub struct Destination {
    /// The file, with links resolved.
    path: PathBuf,
    /// Whether the file exists.
    exists: bool,
}

/// How a write ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// The file was created or replaced.
    New,
    /// The file already had these bytes, and was not touched.
    Unchanged,
}

impl Written {
    /// The word that reports use.
    pub fn word(self) -> &'static str {
        match self {
            Written::New => "wrote",
            Written::Unchanged => "unchanged",
        }
    }
}

impl Destination {
    /// The file at `path`, which must be absent, or a regular file that tierwall wrote (`mark` is
    /// near its start), or with `force` any regular file.
    pub fn new(path: &str, mark: &str, force: bool) -> Result<Destination, String> {
        let path = Path::new(path);
        match fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Destination {
                path: path.to_path_buf(),
                exists: false,
            }),
            Err(error) => Err(error_message(&error)),
            Ok(_) => {
                let path = fs::canonicalize(path).map_err(|error| match error.kind() {
                    io::ErrorKind::NotFound => {
                        "it is a link to a file that does not exist".to_string()
                    }
                    _ => error_message(&error),
                })?;

                let kind = fs::metadata(&path).map_err(|error| error_message(&error))?;
                if !kind.is_file() {
                    return Err("it is not a regular file".to_string());
                }

                if !force && !is_ours(&path, mark).map_err(|error| error_message(&error))? {
                    return Err(
                        "the existing file was not written by tierwall; use `--force` to replace it"
                            .to_string(),
                    );
                }

                Ok(Destination { path, exists: true })
            }
        }
    }

    /// The current contents, if the file exists.
    pub fn read_current(&self) -> io::Result<Option<Vec<u8>>> {
        if self.exists {
            fs::read(&self.path).map(Some)
        } else {
            Ok(None)
        }
    }

    /// Whether the file exists with exactly these bytes, compared block by block.
    fn has_bytes(&self, bytes: &[u8]) -> io::Result<bool> {
        if !self.exists {
            return Ok(false);
        }

        let mut file = io::BufReader::new(File::open(&self.path)?);
        let mut rest = bytes;

        loop {
            let read = file.fill_buf()?;
            match rest.strip_prefix(read) {
                Some(_) if read.is_empty() => return Ok(rest.is_empty()),
                Some(after) => rest = after,
                None => return Ok(false),
            }
            let length = read.len();
            file.consume(length);
        }
    }

    /// The resolved path, if the file exists.
    pub fn existing(&self) -> Option<&Path> {
        self.exists.then_some(self.path.as_path())
    }

    /// Writes the bytes to a temporary file in the same directory, so that readers never see a
    /// partial file; `None` if the file already has them.
    pub fn stage_bytes(&self, bytes: &[u8]) -> io::Result<Option<Staged>> {
        if self.has_bytes(bytes)? {
            return Ok(None);
        }

        let permissions = if self.exists {
            Some(fs::metadata(&self.path)?.permissions())
        } else {
            None
        };

        let temporary = create_temporary(&self.path, bytes, permissions)?;
        Ok(Some(Staged {
            temporary,
            path: self.path.clone(),
        }))
    }

    /// Likewise, for an edit: the file must still have the bytes that were read.
    pub fn stage_edit(&self, read: &[u8], bytes: &[u8]) -> Result<Option<Staged>, String> {
        match self.has_bytes(read) {
            Ok(true) => self
                .stage_bytes(bytes)
                .map_err(|error| error_message(&error)),
            Ok(false) => Err("it has changed since it was read".to_string()),
            Err(error) => Err(error_message(&error)),
        }
    }
}

/// A temporary file with the new contents. It is removed unless [`Staged::move_into_place`] is
/// called.
#[derive(Debug)]
pub struct Staged {
    temporary: NamedTempFile,
    path: PathBuf,
}

impl Staged {
    /// Renames it to its final path, atomically.
    pub fn move_into_place(self) -> io::Result<()> {
        self.temporary
            .persist(self.path)
            .map(drop)
            .map_err(|error| error.error)
    }
}

/// Moves a staged file into place, and returns how the write ended.
pub fn finish_write(staged: Option<Staged>) -> io::Result<Written> {
    match staged {
        Some(staged) => staged.move_into_place().map(|()| Written::New),
        None => Ok(Written::Unchanged),
    }
}

/// Creates a file, which must not exist, completely or not at all.
pub fn create_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    create_temporary(path, bytes, None)?
        .persist_noclobber(path)
        .map(drop)
        .map_err(|error| error.error)
}

/// Creates a temporary file with these bytes in the directory of another file, and flushes it to
/// the disk.
fn create_temporary(
    path: &Path,
    bytes: &[u8],
    permissions: Option<fs::Permissions>,
) -> io::Result<NamedTempFile> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".tierwall-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut temporary = temp_files::create_temp_file(|| builder.tempfile_in(directory))?;
    temporary.write_all(bytes)?;

    if let Some(permissions) = permissions {
        fs::set_permissions(temporary.path(), permissions)?;
    }

    temporary.as_file().sync_all()?;
    Ok(temporary)
}

fn is_ours(path: &Path, mark: &str) -> io::Result<bool> {
    let mut start = Vec::new();
    File::open(path)?.take(4096).read_to_end(&mut start)?;
    Ok(start.is_empty() || String::from_utf8_lossy(&start).contains(mark))
}
