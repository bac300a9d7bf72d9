//! Temporary files, which are removed when a signal ends the program: Ctrl-C, SIGTERM or SIGHUP.
//! SIGKILL leaves them behind.

use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, Once, PoisonError};
use tempfile::NamedTempFile;

/// The exit code after Ctrl-C, as in shells: 128 + SIGINT.
const INTERRUPTED: i32 = 130;

/// The temporary files of this run. Entries that have been moved or removed do no harm, because
/// their names are unique.
static TEMP_FILES: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Creates a temporary file, which is removed when a signal ends the program.
pub fn create_temp_file(
    make: impl FnOnce() -> io::Result<NamedTempFile>,
) -> io::Result<NamedTempFile> {
    static HANDLED: Once = Once::new();
    // `watch` has its own handler, and stops between two builds
    HANDLED.call_once(|| drop(ctrlc::set_handler(remove_and_exit)));
    // while the lock is held, a signal handler waits, and so misses no file
    let mut files = TEMP_FILES.lock().unwrap_or_else(PoisonError::into_inner);
    let temporary = make()?;
    files.push(temporary.path().to_path_buf());
    Ok(temporary)
}

fn remove_and_exit() {
    let files = TEMP_FILES.lock().unwrap_or_else(PoisonError::into_inner);
    for path in files.iter() {
        let _ = std::fs::remove_file(path);
    }
    std::process::exit(INTERRUPTED);
}
