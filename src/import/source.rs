//! Sources, each recognized by its content.

use crate::inventory::{Inventory, RejectedRule, Source, SourceError, SourceFile};
use crate::live::AccountReader;
use crate::target::{self, SourceReader};

/// Whether a file is a source, and no program.
///
/// A file that starts like an object of JSON is one, whatever it holds.
pub fn is_source(name: &str, text: &str) -> bool {
    let files = [SourceFile { name, text }];
    let source = Source {
        files: &files,
        bindings: &[],
    };
    text.trim_start().starts_with('{') || find_reader(&source).is_some()
}

/// What a source of one file holds. Its name says of which prefix list it has the entries, if it has
/// some.
///
/// A rule that AWS cannot have is an error: a source says what AWS has, or will have.
pub fn read_source(name: &str, text: &str) -> Result<Inventory, SourceError> {
    read(&Source {
        files: &[SourceFile { name, text }],
        bindings: &[],
    })
}

/// What a source holds.
pub fn read(source: &Source<'_>) -> Result<Inventory, SourceError> {
    for file in source.files {
        refuse_larger(file.text)?;
    }
    let inventory = match find_reader(source) {
        Some(reader) => (reader.read)(source)?,
        None => {
            let mut reader = AccountReader::new();
            for file in source.files {
                reader.read(file.name, file.text)?;
            }
            reader.finish()
        }
    };
    refuse_rejected(inventory)
}

/// Refuses a text whose places do not fit 32 bits.
pub(super) fn refuse_larger(text: &str) -> Result<(), SourceError> {
    match u32::try_from(text.len()) {
        Ok(_) => Ok(()),
        Err(_) => Err(SourceError {
            message: "it has more than 4 GiB".to_string(),
            place: None,
            file: None,
        }),
    }
}

/// The reader of a source that a tool writes or deploys.
pub(super) fn find_reader(source: &Source<'_>) -> Option<&'static SourceReader> {
    let mut readers = target::ALL.iter().flat_map(|target| target.readers);
    readers.find(|reader| (reader.recognizes)(source))
}

pub(super) fn refuse_rejected(inventory: Inventory) -> Result<Inventory, SourceError> {
    if inventory.rejected.is_empty() {
        return Ok(inventory);
    }
    let shown: Vec<String> = inventory.rejected.iter().map(describe_rejected).collect();
    Err(SourceError {
        message: shown.join("; "),
        place: None,
        file: None,
    })
}

fn describe_rejected(rule: &RejectedRule) -> String {
    format!("{}: {}", rule.origin.place().unwrap_or("a rule"), rule.why)
}
