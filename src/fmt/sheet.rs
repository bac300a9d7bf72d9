//! Lines that are being written, and their trailing comments.

use super::columns::column_width;
use super::tokens::screen_width;

/// The output so far.
#[derive(Debug, Default)]
pub struct Sheet<'t> {
    lines: Vec<SheetLine<'t>>,
}

#[derive(Debug, Default)]
struct SheetLine<'t> {
    /// The text without the trailing comment.
    text: String,
    /// The width of the text.
    width: usize,
    /// Its indentation.
    indent: usize,
    /// Its trailing comment.
    comment: Option<&'t str>,
    /// Whether the line is a comment, so that none can be added.
    closed: bool,
}

impl<'t> Sheet<'t> {
    /// Starts a line, after an empty one if `apart`.
    pub fn start_line(&mut self, indent: usize, apart: bool) {
        if apart && !self.lines.is_empty() {
            self.lines.push(SheetLine::default());
        }
        self.lines.push(SheetLine {
            text: " ".repeat(indent),
            width: indent,
            indent,
            ..SheetLine::default()
        });
    }

    fn last_line(&mut self) -> &mut SheetLine<'t> {
        if self.lines.is_empty() {
            self.start_line(0, false);
        }
        self.lines
            .last_mut()
            .expect("there is a line: one was just made where there was none")
    }

    /// The column of the next token.
    pub fn column(&self) -> usize {
        self.lines.last().map_or(0, |line| line.width)
    }

    /// The indentation of this line.
    pub fn indent(&self) -> usize {
        self.lines.last().map_or(0, |line| line.indent)
    }

    /// Writes a token or several.
    pub fn put(&mut self, text: &str) {
        let line = self.last_line();
        line.text.push_str(text);
        line.width += screen_width(text);
    }

    /// Writes blanks up to a column.
    pub fn pad(&mut self, column: usize) {
        let missing = column.saturating_sub(self.column());
        self.put(&" ".repeat(missing));
    }

    /// Writes a comment on its own line.
    pub fn put_comment(&mut self, comment: &str) {
        self.put(comment);
        self.last_line().closed = true;
    }

    /// Writes a trailing comment; if the line already has one, on the next line at column `below`.
    pub fn add_comment(&mut self, comment: &'t str, below: usize) {
        if self.last_line().closed {
            self.start_line(below, false);
            return self.put_comment(comment);
        }
        let line = self.last_line();
        line.comment = Some(comment);
        line.closed = true;
    }

    /// The whole output, with the trailing comments of adjacent lines aligned.
    pub fn text(self) -> String {
        let mut out = String::new();
        for run in self
            .lines
            .chunk_by(|a, b| a.comment.is_some() && b.comment.is_some())
        {
            let start = column_width(run.iter().map(|line| line.width).collect(), usize::MAX);
            for line in run {
                out.push_str(&line.text);
                if let Some(comment) = line.comment {
                    out.extend(std::iter::repeat_n(
                        ' ',
                        start.saturating_sub(line.width) + 1,
                    ));
                    out.push_str(comment);
                }

                out.push('\n');
            }
        }

        out
    }
}
