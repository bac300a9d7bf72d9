//! Temporary files, which are taken away when somebody ends the program: Ctrl-C, SIGTERM or SIGHUP.
//! What a SIGKILL leaves, nobody can take away.

use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, Once, PoisonError};
use tempfile::NamedTempFile;

/// The exit code of a program that Ctrl-C ended, as shells count it.
const INTERRUPTED: i32 = 130;

/// Those of this run. One that has been moved to its place or is gone does no harm here: nobody
/// else has its name.
static NOTED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Makes a temporary file, which a signal takes away from then on.
pub fn create_noted(make: impl FnOnce() -> io::Result<NamedTempFile>) -> io::Result<NamedTempFile> {
    static HANDLED: Once = Once::new();
    // `watch` has a handler of its own, and ends between two builds
    HANDLED.call_once(|| drop(ctrlc::set_handler(remove_and_exit)));
    // while it is held, nobody who ends the program misses a file
    let mut noted = NOTED.lock().unwrap_or_else(PoisonError::into_inner);
    let temporary = make()?;
    noted.push(temporary.path().to_path_buf());
    Ok(temporary)
}

fn remove_and_exit() {
    let noted = NOTED.lock().unwrap_or_else(PoisonError::into_inner);
    for path in noted.iter() {
        let _ = std::fs::remove_file(path);
    }
    std::process::exit(INTERRUPTED);
}
