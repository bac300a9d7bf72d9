//! Lines as they are written, and the comments at their ends.

use super::columns::column_width;
use super::tokens::screen_width;

/// What is written so far.
#[derive(Debug, Default)]
pub struct Sheet<'t> {
    lines: Vec<SheetLine<'t>>,
}

#[derive(Debug, Default)]
struct SheetLine<'t> {
    /// Without the comment at its end.
    text: String,
    /// Columns that the text takes.
    width: usize,
    /// Columns before its first token.
    indent: usize,
    /// The comment at its end.
    comment: Option<&'t str>,
    /// Whether it is a comment, to which none can be added.
    closed: bool,
}

impl<'t> Sheet<'t> {
    /// Starts a line, after an empty one if it stands `apart`.
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

    /// The column at which the next token would stand.
    pub fn column(&self) -> usize {
        self.lines.last().map_or(0, |line| line.width)
    }

    /// The columns before the first token of this line.
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

    /// Writes a comment that has the line for itself.
    pub fn put_comment(&mut self, comment: &str) {
        self.put(comment);
        self.last_line().closed = true;
    }

    /// Writes a comment at the end of the line; on the next from column `below`, if it ends in a
    /// comment already.
    pub fn add_comment(&mut self, comment: &'t str, below: usize) {
        if self.last_line().closed {
            self.start_line(below, false);
            return self.put_comment(comment);
        }
        let line = self.last_line();
        line.comment = Some(comment);
        line.closed = true;
    }

    /// All of it, the comments of adjacent lines one below the other.
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
