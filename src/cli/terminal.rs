//! What a person reads: diagnostics on standard error, results on standard output.

use super::args::{Colour, Exit};
use clap::ValueEnum;
use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};
use terminal_size::{Width, terminal_size_of};
use tierwall::diagnostic::{Level, NameKind, Problem, Style, counted, likely, nearest, render};
use tierwall::messages::{self, Log, Notice, Totals};
use tierwall::report::Paint;
use tierwall::source::{Sources, visible, visible_lines};

/// How problems are told: `docs/messages.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MessageFormat {
    /// For people: each diagnostic with its source lines
    Human,
    /// For editors: one line per diagnostic
    Short,
    /// For programs: one JSON object per line, documented and stable
    Json,
    /// For GitHub Actions: one annotation per diagnostic
    Github,
    /// For code scanning: one SARIF 2.1.0 document
    Sarif,
}

impl MessageFormat {
    /// How many problems of a level are told in a run, unless the command line says: more than a
    /// person reads, and for code scanning what GitHub shows of an upload. Programs that read JSON
    /// get all.
    fn max_problems(self) -> usize {
        match self {
            MessageFormat::Human | MessageFormat::Short | MessageFormat::Github => 500,
            MessageFormat::Sarif => 5_000,
            MessageFormat::Json => usize::MAX,
        }
    }
}

/// Where reports go, and how they look.
pub struct Terminal {
    style: Style,
    /// How answers on standard output look.
    paint: Paint,
    format: MessageFormat,
    /// Whether the problems are what the command is run for, and so its output.
    is_output: bool,
    /// How many errors are told, how many warnings, and how many notes.
    most: usize,
    told: Mutex<Told>,
}

/// What was told until now.
#[derive(Default)]
struct Told {
    totals: Totals,
    /// The problems since it was last said how many more there are.
    found: Totals,
    log: Log,
    /// Why standard output took no more.
    unwritten: Option<io::Error>,
}

impl Told {
    /// Counts a problem, and says whether it is among the first so many of its level.
    fn count_problem(&mut self, level: Level, most: usize) -> bool {
        self.totals.count_problem(level);
        let is_told = self.found.count_problem(level) <= most;
        self.totals.omitted += usize::from(!is_told);
        is_told
    }
}

impl Terminal {
    /// Coloured as asked, where people read it; `auto` means on a terminal that can, unless
    /// `NO_COLOR` is set and not empty.
    pub fn new(
        colour: Colour,
        format: MessageFormat,
        most: Option<usize>,
        is_output: bool,
    ) -> Terminal {
        let coloured = is_coloured(colour, io::stderr().is_terminal());
        let paint = if is_coloured(colour, io::stdout().is_terminal()) {
            Paint::Coloured
        } else {
            Paint::Plain
        };

        let directory = std::env::current_dir()
            .map_or(String::new(), |path| path.to_string_lossy().into_owned());
        let style = if coloured {
            Style::Coloured
        } else {
            Style::Plain
        };

        Terminal {
            style,
            paint,
            format,
            most: most.unwrap_or(format.max_problems()),
            is_output: is_output && format != MessageFormat::Human,
            told: Mutex::new(Told {
                log: Log::new(directory),
                ..Told::default()
            }),
        }
    }

    /// How answers on standard output look.
    pub fn paint(&self) -> Paint {
        self.paint
    }

    fn output_state(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Prints problems and how many there are.
    pub fn report_problems(&self, problems: &[Problem], sources: &Sources) {
        let is_told = |problem: &&Problem| {
            self.output_state()
                .count_problem(problem.level(), self.most)
        };
        let told: Vec<&Problem> = problems.iter().filter(is_told).collect();
        let each = |words: fn(&Problem, &Sources) -> String| {
            told.iter().map(|it| words(it, sources)).collect::<String>()
        };

        match self.format {
            MessageFormat::Human => self
                .write_to_stderr(&(self.draw_problems(&told, sources) + &count_by_level(problems))),
            MessageFormat::Short => self.write_messages(&each(messages::short_problem)),
            MessageFormat::Json => self.write_messages(&each(messages::json_problem)),
            MessageFormat::Github => self.write_messages(&each(messages::github_problem)),
            MessageFormat::Sarif => told
                .iter()
                .for_each(|problem| self.output_state().log.add_problem(problem, sources)),
        }
    }

    fn draw_problems(&self, problems: &[&Problem], sources: &Sources) -> String {
        problems
            .iter()
            .map(|problem| render(problem, sources, self.style) + "\n")
            .collect()
    }

    /// Tells what is wrong with the command line or the file system.
    pub fn report_failure(&self, words: &str) -> Exit {
        self.report_failure_with_help(words, &[])
    }

    /// Likewise, and what to type instead: people get a line for each.
    pub fn report_failure_with_help(&self, words: &str, help: &[&str]) -> Exit {
        self.output_state().totals.failures += 1;
        let lines: String = help
            .iter()
            .map(|help| format!("help: {}\n", visible(help)))
            .collect();

        let words = &match self.format {
            MessageFormat::Human => visible(words).into_owned(),
            _ => visible(
                &std::iter::once(&words)
                    .chain(help)
                    .copied()
                    .collect::<Vec<_>>()
                    .join("; "),
            )
            .into_owned(),
        };

        match (self.format, self.style) {
            (MessageFormat::Human, Style::Coloured) => {
                self.write_to_stderr(&format!(
                    "\u{1b}[1;31merror\u{1b}[0m\u{1b}[1m: {words}\u{1b}[0m\n{lines}"
                ));
            }
            (MessageFormat::Human, Style::Plain) => {
                self.write_to_stderr(&format!("error: {words}\n{lines}"))
            }
            (MessageFormat::Short, _) => self.write_messages(&messages::short_notice(words)),
            (MessageFormat::Json, _) => {
                self.write_messages(&messages::json_notice(Notice::Failure, words, None))
            }
            (MessageFormat::Github, _) => {
                self.write_messages(&messages::github_notice(words, None))
            }
            (MessageFormat::Sarif, _) => self.output_state().log.add_notice(words, None),
        }

        Exit::Usage
    }

    /// Tells why the answer is no, where no problem of the program says it.
    pub fn report_outcome(&self, words: &str) {
        self.outcome_of(words, None);
    }

    /// Likewise, of files: people are told in these words, programs of each file by itself.
    pub fn outcome_of_files(&self, words: &str, files: &[(&str, String)]) {
        match self.format {
            MessageFormat::Human | MessageFormat::Short => self.report_outcome(words),
            MessageFormat::Json | MessageFormat::Github | MessageFormat::Sarif => {
                files
                    .iter()
                    .for_each(|(file, words)| self.outcome_of(words, Some(file)));
            }
        }
    }

    fn outcome_of(&self, words: &str, file: Option<&str>) {
        match self.format {
            MessageFormat::Human | MessageFormat::Short => {
                self.write_to_stderr(&(visible_lines(words) + "\n"))
            }
            MessageFormat::Json => {
                self.write_messages(&messages::json_notice(Notice::Outcome, words, file))
            }
            MessageFormat::Github => self.write_messages(&messages::github_notice(words, file)),
            MessageFormat::Sarif => self.output_state().log.add_notice(words, file),
        }
    }

    /// Tells people how it went; programs read it off what they are told.
    pub fn print_remark(&self, words: &str) {
        match self.format {
            MessageFormat::Human | MessageFormat::Short if words.is_empty() => {}
            MessageFormat::Human | MessageFormat::Short => {
                self.write_to_stderr(&(visible_lines(words) + "\n"))
            }
            MessageFormat::Json | MessageFormat::Github | MessageFormat::Sarif => {}
        }
    }

    /// Tells how many problems were corrected, and in how many files.
    pub fn report_fixed(&self, problems: usize, files: usize) {
        self.output_state().totals.fixed += problems;
        self.print_remark(&match problems {
            0 => "fixed nothing".to_string(),
            some => format!(
                "fixed {} in {}",
                counted(some, "problem"),
                counted(files, "file")
            ),
        });
    }

    /// Tells how many problems there were beyond those that are told, and starts to count anew.
    pub fn report_omitted(&self) {
        let found = std::mem::take(&mut self.output_state().found);
        match (found.omitted_words(self.most), self.format) {
            (None, _) | (Some(_), MessageFormat::Json) => {}
            (Some(words), MessageFormat::Human) => self.write_to_stderr(&words),
            (Some(words), MessageFormat::Short | MessageFormat::Github) => {
                self.write_messages(&words)
            }
            (Some(words), MessageFormat::Sarif) => {
                self.output_state().log.add_remark(words.trim_end())
            }
        }
    }

    /// Tells what only a whole run can, and how the run ends.
    pub fn finish_output(&self, exit: Exit) -> Exit {
        self.report_omitted();
        let last = match self.format {
            MessageFormat::Human | MessageFormat::Short | MessageFormat::Github => String::new(),
            MessageFormat::Json => messages::json_summary(&self.output_state().totals),
            MessageFormat::Sarif => self.output_state().log.finish_document(exit as u8),
        };

        self.write_messages(&last);
        match self.output_state().unwritten.take() {
            Some(error) => {
                self.write_to_stderr(&format!(
                    "error: cannot write to standard output: {error}\n"
                ));
                Exit::Usage
            }
            None => exit,
        }
    }

    /// Prints for programs: where the problems are the output of the command, to standard output.
    fn write_messages(&self, text: &str) {
        if !self.is_output {
            return self.write_to_stderr(text);
        }

        let mut told = self.output_state();
        let result = io::stdout()
            .lock()
            .write_all(text.as_bytes())
            .and_then(|()| io::stdout().flush());
        let gone = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;

        told.unwritten = told
            .unwritten
            .take()
            .or(result.err().filter(|error| !gone(error)));
    }

    /// Prints to standard error; when nobody reads it there is nobody to tell.
    pub fn write_to_stderr(&self, text: &str) {
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    /// Prints to standard output.
    pub fn print_bytes(&self, bytes: &[u8]) -> Exit {
        self.exit_of_print(
            io::stdout()
                .lock()
                .write_all(bytes)
                .and_then(|()| io::stdout().flush()),
        )
    }

    /// Prints to standard output what is written while it is made.
    pub fn stream_output(
        &self,
        write: impl FnOnce(&mut io::BufWriter<io::StdoutLock<'_>>) -> io::Result<()>,
    ) -> Exit {
        let mut out = io::BufWriter::new(io::stdout().lock());
        self.exit_of_print(write(&mut out).and_then(|()| out.flush()))
    }

    /// How a command that wrote to standard output ended; a reader that went away wanted no more.
    pub fn exit_of_print(&self, result: io::Result<()>) -> Exit {
        match result {
            Ok(()) => Exit::Done,
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done,
            Err(error) => self.report_failure(&format!("cannot write to standard output: {error}")),
        }
    }
}

/// Whether a stream is coloured, as asked, or as its terminal and the environment say.
fn is_coloured(colour: Colour, is_terminal: bool) -> bool {
    let is_dumb = || std::env::var_os("TERM").is_some_and(|value| value == "dumb");
    let is_unwanted = || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    match colour {
        Colour::Auto => is_terminal && !is_dumb() && !is_unwanted(),
        Colour::Always => true,
        Colour::Never => false,
    }
}

/// The columns of the terminal that standard output is, if it is one.
pub fn output_width() -> Option<usize> {
    terminal_size_of(io::stdout()).map(|(Width(columns), _)| columns.into())
}

/// `2 errors, 1 warning`, on a line; nothing for no problems.
fn count_by_level(problems: &[Problem]) -> String {
    let count = |level| {
        problems
            .iter()
            .filter(|problem| problem.level() == level)
            .count()
    };

    let parts = Level::ALL.map(|level| (level, count(level)));
    let parts: Vec<String> = parts
        .iter()
        .filter(|(_, n)| *n > 0)
        .map(|(level, n)| counted(*n, level.word()))
        .collect();

    if parts.is_empty() {
        String::new()
    } else {
        parts.join(", ") + "\n"
    }
}

/// `; did you mean `web`?`, where one of the known words is near enough to what was typed; else
/// nothing.
pub fn did_you_mean<'k>(typed: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    suggest_name(nearest(typed, known))
}

/// Likewise of a lint, which others may call by another name.
pub fn did_you_mean_lint<'k>(typed: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    suggest_name(likely(NameKind::Lint, typed, known))
}

fn suggest_name(meant: Option<String>) -> String {
    meant.map_or(String::new(), |meant| format!("; did you mean `{meant}`?"))
}
