//! Source files and spans in them.
//!
//! A [`Span`] is a pair of byte offsets in one file; every later stage keeps it as the origin of an
//! item. Lines and columns are computed only on demand.

use std::borrow::Cow;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

/// Every file of one program, in the order in which they were first named.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<File>,
}

/// One source file, whole.
#[derive(Debug)]
pub struct File {
    name: String,
    /// Equal for two names exactly if they are the same file; the name by default.
    identity: Option<String>,
    kind: FileKind,
    /// Where its lines were read, if it was translated.
    places: Option<Places>,
    text: String,
    line_starts: OnceLock<Vec<u32>>,
    drawn: OnceLock<Option<String>>,
    /// For each [`STRETCH`] bytes, how many characters start before them.
    characters: OnceLock<Vec<u32>>,
}

/// Where the lines of a translated file were read.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// The names of the files of the original; none for an original of one file.
    pub names: Vec<String>,
    /// For each line, the position of the file, and the line in it from 1; 0 where it has none.
    pub lines: Vec<(u32, u32)>,
}

/// The maximum size of a file: its tree takes many times its size, and offsets have 32 bits.
pub const MOST_BYTES: usize = 256 << 20;

/// Characters are counted from a multiple of this, so that finding a column is fast on a line of
/// any length.
const STRETCH: usize = 1024;

/// The kind of a file of [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A file of the work tree, or standard input.
    Work,
    /// Another version of a file, such as that of a commit: `HEAD:shop.tier`.
    Version,
    /// Options of the command line: `--from web --to db`.
    Options,
    /// What exists, translated to a program: the state of Terraform, an answer of AWS.
    Translated,
}

/// A file of [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A range of bytes in one file: `start` is its first byte, `end` the one after its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

impl Span {
    /// The span from the start of this one to the end of `last`, which is later in the same file.
    pub fn to(self, last: Span) -> Span {
        Span {
            end: last.end,
            ..self
        }
    }

    /// Whether it contains all of `other`.
    pub fn holds(self, other: Span) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }

    /// The `length` bytes that start `offset` bytes into this span.
    pub fn part(self, offset: usize, length: usize) -> Span {
        let start = self.start + offset as u32;
        Span {
            start,
            end: start + length as u32,
            ..self
        }
    }

    /// As a range of byte offsets.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl Sources {
    /// Adds a file under the name that reports show; `None` when it is too large.
    pub fn add(&mut self, name: String, text: String) -> Option<FileId> {
        if text.len() > MOST_BYTES {
            return None;
        }

        let id = FileId(self.files.len() as u32);
        let (line_starts, drawn, characters) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        self.files.push(File {
            name,
            identity: None,
            kind: FileKind::Work,
            places: None,
            text,
            line_starts,
            drawn,
            characters,
        });

        Some(id)
    }

    /// Sets the kind of a file.
    pub fn mark(&mut self, id: FileId, kind: FileKind) {
        self.files[id.0 as usize].kind = kind;
    }

    /// Says that a file was translated, and where its lines were read.
    pub fn set_places(&mut self, id: FileId, places: Places) {
        let file = &mut self.files[id.0 as usize];
        file.kind = FileKind::Translated;
        file.places = Some(places);
    }

    /// Sets the identity of a file.
    pub fn identify(&mut self, id: FileId, identity: String) {
        self.files[id.0 as usize].identity = Some(identity);
    }

    /// The first file, which includes the others.
    pub fn entry(&self) -> Option<&File> {
        self.files.first()
    }

    /// Whether the first file says what exists, and is no program.
    pub fn is_translated(&self) -> bool {
        let entry = self.entry();
        entry.is_some_and(|file| file.kind() == FileKind::Translated)
    }

    /// Adds a file from its bytes. Invalid UTF-8 is replaced, and the span of the first invalid
    /// byte is returned with the file.
    pub fn add_bytes(&mut self, name: String, bytes: Vec<u8>) -> Option<(FileId, Option<Span>)> {
        let (text, invalid) = match String::from_utf8(bytes) {
            Ok(text) => (text, None),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                (
                    String::from_utf8_lossy(error.as_bytes()).into_owned(),
                    Some(at),
                )
            }
        };

        let file = self.add(name, text)?;
        // the replacement character is three bytes long
        let replaced = invalid.map(|at| Span {
            file,
            start: at as u32,
            end: at as u32 + 3,
        });

        Some((file, replaced))
    }

    /// All files.
    pub fn files(&self) -> &[File] {
        &self.files
    }

    /// The file with this id.
    pub fn file(&self, id: FileId) -> &File {
        &self.files[id.0 as usize]
    }

    /// The text of a span.
    pub fn text(&self, span: Span) -> &str {
        &self.file(span.file).text[span.range()]
    }
}

/// Whether a character is invisible and affects the text around it: a control character, a Unicode
/// line or paragraph separator, a byte order mark, or a `Bidi_Control`, which reorders text on a
/// screen.
pub fn is_unseen(character: char) -> bool {
    match character {
        '\u{61c}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}' => true,
        other => other.is_control(),
    }
}

/// The offsets at which the lines of a text start.
pub fn line_starts(text: &str) -> Vec<u32> {
    let breaks = text.bytes().enumerate().filter(|(_, b)| *b == b'\n');
    let after = breaks.map(|(at, _)| at as u32 + 1);
    std::iter::once(0).chain(after).collect()
}

/// A text on one line without invisible characters, for messages: `a\u{1b}[31m`.
pub fn visible(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }

    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match is_plain(character) {
            true => shown.push(character),
            false => shown.extend(character.escape_default()),
        }
    }
    Cow::Owned(shown)
}

/// Whether a character can be in a message unchanged.
fn is_plain(character: char) -> bool {
    character == '\t' || !is_unseen(character)
}

/// The same for a text of several lines, whose line breaks are kept.
pub fn visible_lines(text: &str) -> String {
    text.split('\n').map(visible).collect::<Vec<_>>().join("\n")
}

/// The first `most` bytes of a text, in whole characters.
pub fn beginning(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len()))
        .rev()
        .find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

/// The path without `.`, and without each `..` that follows a directory; does not access the file
/// system.
pub fn lexical(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match (part, out.components().next_back()) {
            (Component::CurDir, _)
            | (Component::ParentDir, Some(Component::RootDir | Component::Prefix(_))) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => drop(out.pop()),
            _ => out.push(part),
        }
    }
    out
}

impl File {
    /// Its name in reports.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Equal for files of two programs exactly if they are the same file.
    pub fn identity(&self) -> &str {
        self.identity.as_deref().unwrap_or(&self.name)
    }

    /// Its kind.
    pub fn kind(&self) -> FileKind {
        self.kind
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its text for a screen: invisible characters are replaced by as many bytes, so that offsets
    /// are the same; computed at the first call.
    pub fn drawn(&self) -> &str {
        let text = &self.text;
        let drawn = self.drawn.get_or_init(|| {
            text.char_indices()
                .any(|(at, c)| acts_on_screen(text, at, c))
                .then(|| {
                    let stand_in =
                        |c: char| ['?', '\u{bf}', char::REPLACEMENT_CHARACTER][c.len_utf8() - 1];
                    text.char_indices()
                        .map(|(at, c)| {
                            if acts_on_screen(text, at, c) {
                                stand_in(c)
                            } else {
                                c
                            }
                        })
                        .collect()
                })
        });

        drawn.as_deref().unwrap_or(text)
    }

    /// The offsets at which its lines start; computed at the first call.
    pub fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| line_starts(&self.text))
    }

    /// Line and column of a byte offset, both counted from 1, the column in characters.
    pub fn line_column(&self, offset: u32) -> (usize, usize) {
        let starts = self.line_starts();
        let line = starts.partition_point(|start| *start <= offset);
        if self.places.is_some() {
            return (self.shown_line(line), 1);
        }
        (
            line,
            self.characters_before(offset) - self.characters_before(starts[line - 1]) + 1,
        )
    }

    /// The number that reports show for a line, from 1: that of the original if the file was
    /// translated.
    pub fn shown_line(&self, line: usize) -> usize {
        let places = self.places.as_ref();
        let original = places.and_then(|places| places.lines.get(line - 1));
        original.map_or(line, |(_, line)| (*line as usize).max(1))
    }

    /// The name that reports show for a position: that of the file of the original where several
    /// were translated.
    pub fn shown_name(&self, offset: u32) -> &str {
        let Some(places) = &self.places else {
            return &self.name;
        };
        let line = self.line_starts().partition_point(|start| *start <= offset);
        match places.lines.get(line - 1) {
            Some((file, 1..)) => places.names.get(*file as usize).unwrap_or(&self.name),
            Some((_, 0)) | None => &self.name,
        }
    }

    /// The line that has a byte, without its break.
    pub fn line_at(&self, offset: u32) -> &str {
        let starts = self.line_starts();
        self.line(starts.partition_point(|start| *start <= offset))
    }

    /// A line, counted from 1, without its break.
    pub fn line(&self, number: usize) -> &str {
        let starts = self.line_starts();
        let end = starts
            .get(number)
            .map_or(self.text.len(), |end| *end as usize);
        self.text[starts[number - 1] as usize..end].trim_end_matches(['\r', '\n'])
    }

    /// How many characters start before a byte offset.
    fn characters_before(&self, offset: u32) -> usize {
        let stretches = self.characters.get_or_init(|| {
            let counts = self
                .text
                .as_bytes()
                .chunks(STRETCH)
                .scan(0, |before, stretch| {
                    let here = *before;
                    *before += count_characters(stretch) as u32;
                    Some(here)
                });
            counts.collect()
        });

        let first = offset as usize / STRETCH;
        match stretches.get(first) {
            Some(before) => {
                *before as usize
                    + count_characters(&self.text.as_bytes()[first * STRETCH..offset as usize])
            }
            // the end of a text whose length is a multiple of `STRETCH`, or an empty text
            None => stretches.last().map_or(0, |before| {
                *before as usize + count_characters(&self.text.as_bytes()[(first - 1) * STRETCH..])
            }),
        }
    }
}

/// Whether a character of a file is invisible, except line breaks and tabs.
fn acts_on_screen(text: &str, at: usize, c: char) -> bool {
    is_unseen(c) && c != '\t' && c != '\n' && !text[at..].starts_with("\r\n")
}

/// How many characters start in some bytes of UTF-8.
fn count_characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| (**byte as i8) >= -0x40).count()
}

#[cfg(test)]
mod tests {
    use super::{FileId, Sources, lexical, visible};
    use std::path::Path;

    #[test]
    fn columns_are_counted_in_characters_on_lines_of_any_length() {
        for text in [
            "",
            "\n",
            "é\nab",
            &"aé→𝄞\n".repeat(500),
            &"é".repeat(512),
            &"x".repeat(2048),
            &"→y".repeat(3000),
        ] {
            let mut sources = Sources::default();
            let id = sources
                .add("a".to_string(), text.to_string())
                .expect("a small file");
            for (at, _) in text.char_indices().chain([(text.len(), ' ')]) {
                let before = &text[..at];
                let line = before.rfind('\n').map_or(0, |newline| newline + 1);
                let expected = (
                    before.matches('\n').count() + 1,
                    before[line..].chars().count() + 1,
                );
                assert_eq!(sources.file(id).line_column(at as u32), expected);
            }
        }
    }

    #[test]
    fn paths_are_told_apart_without_a_file_system() {
        for (path, plain) in [
            ("./a//b/", "a/b"),
            ("a/../b", "b"),
            ("../a/./b/../../..", "../.."),
            ("/../a", "/a"),
            (".", ""),
        ] {
            assert_eq!(lexical(Path::new(path)), Path::new(plain), "{path}");
        }
    }

    #[test]
    fn what_is_unseen_is_shown() {
        for (text, shown) in [
            ("a\tb é \u{200b}", "a\tb é \u{200b}"),
            ("\u{1b}[31m\r\n", "\\u{1b}[31m\\r\\n"),
            (
                "\u{202e}\u{61c}\u{2028}\u{feff}\u{85}\0",
                "\\u{202e}\\u{61c}\\u{2028}\\u{feff}\\u{85}\\u{0}",
            ),
        ] {
            assert_eq!(visible(text), shown);
        }
    }

    #[test]
    fn what_is_unseen_in_a_file_is_drawn_in_as_many_bytes() {
        let mut sources = Sources::default();
        for (text, drawn) in [
            ("é\ta\r\nb\n", "é\ta\r\nb\n"),
            (
                "\u{1b}[2J\r \u{9b}1m \u{202e}\u{61c}\u{2028}",
                "?[2J? \u{bf}1m \u{fffd}\u{bf}\u{fffd}",
            ),
        ] {
            let id = FileId(sources.files().len() as u32);
            sources.add("a.tier".to_string(), text.to_string());
            assert_eq!(sources.file(id).drawn(), drawn);
            assert_eq!(text.len(), drawn.len());
        }
    }
}
