//! What a person reads: diagnostics on standard error, results on standard output.

use super::{Colour, Exit};
use std::io::{self, IsTerminal, Write};
use tierwall::diagnostic::{Level, Problem, Style, nearest, render};
use tierwall::source::Sources;

/// Where reports go, and how they look.
pub struct Report {
    style: Style,
}

impl Report {
    /// Coloured as asked; `auto` means on a terminal that can, unless `NO_COLOR` is set and not empty.
    pub fn new(colour: Colour) -> Report {
        let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        let wanted = !dumb && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let coloured = match colour {
            Colour::Auto => wanted && io::stderr().is_terminal(),
            Colour::Always => true,
            Colour::Never => false,
        };
        Report { style: if coloured { Style::Coloured } else { Style::Plain } }
    }

    /// Prints problems and how many there are.
    pub fn problems(&self, problems: &[Problem], sources: &Sources) {
        let mut text = String::new();
        for problem in problems {
            text.push_str(&render(problem, sources, self.style));
            text.push('\n');
        }
        let count = |level| problems.iter().filter(|p| p.level() == level).count();
        let parts = [("error", count(Level::Error)), ("warning", count(Level::Warning)), ("note", count(Level::Note))];
        let parts: Vec<String> = parts.iter().filter(|(_, n)| *n > 0).map(|(word, n)| counted(*n, word)).collect();
        if !parts.is_empty() {
            text.push_str(&parts.join(", "));
            text.push('\n');
        }
        self.say(&text);
    }

    /// Prints a line about the command line or the file system.
    pub fn failure(&self, words: &str) -> Exit {
        self.say(&match self.style {
            Style::Coloured => format!("\u{1b}[1;31merror\u{1b}[0m\u{1b}[1m: {words}\u{1b}[0m\n"),
            Style::Plain => format!("error: {words}\n"),
        });
        Exit::Usage
    }

    /// Prints to standard error; when nobody reads it there is nobody to tell.
    pub fn say(&self, text: &str) {
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    /// Prints to standard output.
    pub fn print(&self, bytes: &[u8]) -> Exit {
        self.printed(io::stdout().lock().write_all(bytes).and_then(|()| io::stdout().flush()))
    }

    /// How a command that wrote to standard output ended; a reader that went away wanted no more.
    pub fn printed(&self, result: io::Result<()>) -> Exit {
        match result {
            Ok(()) => Exit::Done,
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done,
            Err(error) => self.failure(&format!("cannot write to standard output: {error}")),
        }
    }
}

/// `; did you mean `web`?`, where one of the known words is near enough to what was typed; else nothing.
pub fn meant<'k>(typed: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    nearest(typed, known).map_or(String::new(), |meant| format!("; did you mean `{meant}`?"))
}

/// `1 error`, `2 errors`
pub fn counted(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}
