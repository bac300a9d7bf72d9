//! A source before it is read.

/// A source: its files, and the values of what it leaves open.
#[derive(Debug, Clone, Copy)]
pub struct Source<'t> {
    /// One file, or those of a directory, by name.
    pub files: &'t [SourceFile<'t>],
    /// Values of its variables or parameters, by name: `--set office=203.0.113.0/24`
    pub bindings: &'t [(String, String)],
}

/// A file of a source.
#[derive(Debug, Clone, Copy)]
pub struct SourceFile<'t> {
    /// Its name in reports.
    pub name: &'t str,
    /// Its text.
    pub text: &'t str,
}

impl<'t> Source<'t> {
    /// The text of a source that is one file.
    pub fn single_text(&self) -> Option<&'t str> {
        match self.files {
            [file] => Some(file.text),
            _ => None,
        }
    }
}
