//! The file system: files are read whole, and written whole or not at all.

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

/// An error of the file system without its number.
pub fn error_message(error: &io::Error) -> String {
    let words = error.to_string();
    let words = words.split(" (os error").next().unwrap_or(&words);
    words[..1].to_lowercase() + &words[1..]
}

/// The one path that leads to a file without links.
pub fn canonical_path(path: &Path) -> Result<PathBuf, ReadError> {
    fs::canonicalize(path).map_err(|error| read_error(&error))
}

/// A whole regular file; anything else could block or never end.
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

/// What there is to read, and no more than shows that it is too much.
fn read_bounded(reader: impl io::Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whether a file is not to be replaced by a corrected one.
pub fn is_read_only(path: &Path) -> io::Result<bool> {
    fs::metadata(path).map(|kind| kind.permissions().readonly())
}

/// All that comes on standard input.
pub fn read_standard_input() -> Result<Vec<u8>, ReadError> {
    read_bounded(io::stdin().lock()).map_err(|error| read_error(&error))
}

/// Where an output is to be written.
#[derive(Debug)]
pub struct Destination {
    /// The file, links followed.
    path: PathBuf,
    /// Whether there is one already.
    exists: bool,
}

/// How a write ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// There is a new or another file.
    New,
    /// The file had these bytes already and was left alone.
    Unchanged,
}

impl Written {
    /// As reports say it.
    pub fn word(self) -> &'static str {
        match self {
            Written::New => "wrote",
            Written::Unchanged => "unchanged",
        }
    }
}

impl Destination {
    /// The file at `path`, which must be absent, or a regular file that tierwall wrote (`mark`
    /// stands near its start), or any regular file when `force` says so.
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

    /// What is in it now, if it is there.
    pub fn read_current(&self) -> io::Result<Option<Vec<u8>>> {
        if self.exists {
            fs::read(&self.path).map(Some)
        } else {
            Ok(None)
        }
    }

    /// Whether it is there and has exactly these bytes, of which it is not read as a whole.
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

    /// Where it leads, if there is a file.
    pub fn existing(&self) -> Option<&Path> {
        self.exists.then_some(self.path.as_path())
    }

    /// Puts what is to stand there into a temporary file beside it, so that nobody ever sees half
    /// of it; nothing where it stands there already.
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

    /// Likewise what is to stand in the place of what was read from it, which must still be there.
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

/// A file that is written, and not yet where it belongs; without [`Staged::move_into_place`]
/// nothing is left of it.
#[derive(Debug)]
pub struct Staged {
    temporary: NamedTempFile,
    path: PathBuf,
}

impl Staged {
    /// Puts it in its place, which it takes whole.
    pub fn move_into_place(self) -> io::Result<()> {
        self.temporary
            .persist(self.path)
            .map(drop)
            .map_err(|error| error.error)
    }
}

/// Puts what was staged in its place, and says how the write ended.
pub fn put_staged(staged: Option<Staged>) -> io::Result<Written> {
    match staged {
        Some(staged) => staged.move_into_place().map(|()| Written::New),
        None => Ok(Written::Unchanged),
    }
}

/// Writes a file that must not be there yet, whole or not at all.
pub fn create_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    create_temporary(path, bytes, None)?
        .persist_noclobber(path)
        .map(drop)
        .map_err(|error| error.error)
}

/// A file in the directory of another, with these bytes and all of them on the disk.
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
    let mut temporary = temp_files::create_noted(|| builder.tempfile_in(directory))?;
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
