//! The terminal: diagnostics on standard error, results on standard output.

use super::args::{Colour, Exit};
use clap::ValueEnum;
use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};
use terminal_size::{Width, terminal_size_of};
use tierwall::diagnostic::{Level, NameKind, Problem, Style, counted, likely, nearest, render};
use tierwall::messages::{self, Log, Notice, Totals};
use tierwall::report::Paint;
use tierwall::source::{Sources, visible, visible_lines};

/// Formats of diagnostics: `docs/messages.md`.
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
    /// How many problems of each level a run reports by default: more than a person reads, for code
    /// scanning as many as GitHub shows of an upload, and in JSON all.
    fn max_problems(self) -> usize {
        match self {
            MessageFormat::Human | MessageFormat::Short | MessageFormat::Github => 500,
            MessageFormat::Sarif => 5_000,
            MessageFormat::Json => usize::MAX,
        }
    }
}

/// Where diagnostics are written, and in which style.
pub struct Terminal {
    style: Style,
    /// The style of answers on standard output.
    paint: Paint,
    format: MessageFormat,
    /// Whether diagnostics are the output of the command, as for `check`.
    is_output: bool,
    /// The maximum number of problems of each level that are reported.
    most: usize,
    state: Mutex<ReportState>,
}

/// What has been reported so far.
#[derive(Default)]
struct ReportState {
    totals: Totals,
    /// The problems since the number of omitted ones was last reported.
    found: Totals,
    log: Log,
    /// The first error of writing to standard output.
    unwritten: Option<io::Error>,
}

impl ReportState {
    /// Counts a problem, and returns whether it is within the limit for its level.
    fn count_problem(&mut self, level: Level, most: usize) -> bool {
        self.totals.count_problem(level);
        let is_within_limit = self.found.count_problem(level) <= most;
        self.totals.omitted += usize::from(!is_within_limit);
        is_within_limit
    }
}

impl Terminal {
    /// A terminal with these options. `Colour::Auto` is coloured on a terminal that supports it,
    /// unless `NO_COLOR` is set and not empty.
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
            state: Mutex::new(ReportState {
                log: Log::new(directory),
                ..ReportState::default()
            }),
        }
    }

    /// The style of answers on standard output.
    pub fn paint(&self) -> Paint {
        self.paint
    }

    fn output_state(&self) -> MutexGuard<'_, ReportState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Prints problems and their number.
    pub fn report_problems(&self, problems: &[Problem], sources: &Sources) {
        let is_within_limit = |problem: &&Problem| {
            self.output_state()
                .count_problem(problem.level(), self.most)
        };
        let reported: Vec<&Problem> = problems.iter().filter(is_within_limit).collect();
        let each = |words: fn(&Problem, &Sources) -> String| {
            reported
                .iter()
                .map(|it| words(it, sources))
                .collect::<String>()
        };

        match self.format {
            MessageFormat::Human => self.write_to_stderr(
                &(self.draw_problems(&reported, sources) + &count_by_level(problems)),
            ),
            MessageFormat::Short => self.write_messages(&each(messages::short_problem)),
            MessageFormat::Json => self.write_messages(&each(messages::json_problem)),
            MessageFormat::Github => self.write_messages(&each(messages::github_problem)),
            MessageFormat::Sarif => reported
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

    /// Reports an error of the command line or the file system.
    pub fn report_failure(&self, words: &str) -> Exit {
        self.report_failure_with_help(words, &[])
    }

    /// Likewise, with suggestions of what to type, each on its own line.
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

    /// Reports why the exit code is 1, if no problem of the program explains it.
    pub fn report_outcome(&self, words: &str) {
        self.outcome_of(words, None);
    }

    /// Likewise, about files: as one text for people, and as one message for each file in the other
    /// formats.
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

    /// Prints a remark for people; the other formats have the information in their messages.
    pub fn print_remark(&self, words: &str) {
        match self.format {
            MessageFormat::Human | MessageFormat::Short if words.is_empty() => {}
            MessageFormat::Human | MessageFormat::Short => {
                self.write_to_stderr(&(visible_lines(words) + "\n"))
            }
            MessageFormat::Json | MessageFormat::Github | MessageFormat::Sarif => {}
        }
    }

    /// Reports how many problems were fixed, and in how many files.
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

    /// Reports how many problems were omitted, and resets the counts.
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

    /// Writes the end of a document, or the summary of a run, and returns the exit code.
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

    /// Prints machine-readable messages, to standard output if they are the output of the command.
    fn write_messages(&self, text: &str) {
        if !self.is_output {
            return self.write_to_stderr(text);
        }

        let mut state = self.output_state();
        let result = io::stdout()
            .lock()
            .write_all(text.as_bytes())
            .and_then(|()| io::stdout().flush());
        let gone = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;

        state.unwritten = state
            .unwritten
            .take()
            .or(result.err().filter(|error| !gone(error)));
    }

    /// Prints to standard error; a failure to do so is ignored, because it cannot be reported.
    pub fn write_to_stderr(&self, text: &str) {
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    /// Prints to standard output.
    pub fn print_bytes(&self, bytes: &[u8]) -> Exit {
        self.exit_after_print(
            io::stdout()
                .lock()
                .write_all(bytes)
                .and_then(|()| io::stdout().flush()),
        )
    }

    /// Prints to standard output incrementally.
    pub fn stream_output(
        &self,
        write: impl FnOnce(&mut io::BufWriter<io::StdoutLock<'_>>) -> io::Result<()>,
    ) -> Exit {
        let mut out = io::BufWriter::new(io::stdout().lock());
        self.exit_after_print(write(&mut out).and_then(|()| out.flush()))
    }

    /// The exit code after writing to standard output; it is not an error if the reader has closed
    /// the pipe.
    pub fn exit_after_print(&self, result: io::Result<()>) -> Exit {
        match result {
            Ok(()) => Exit::Done,
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done,
            Err(error) => self.report_failure(&format!("cannot write to standard output: {error}")),
        }
    }
}

/// Whether a stream is coloured: by option, or by its terminal and the environment.
fn is_coloured(colour: Colour, is_terminal: bool) -> bool {
    let is_dumb = || std::env::var_os("TERM").is_some_and(|value| value == "dumb");
    let is_unwanted = || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    match colour {
        Colour::Auto => is_terminal && !is_dumb() && !is_unwanted(),
        Colour::Always => true,
        Colour::Never => false,
    }
}

/// The width of the terminal, if standard output is one.
pub fn output_width() -> Option<usize> {
    terminal_size_of(io::stdout()).map(|(Width(columns), _)| columns.into())
}

/// `2 errors, 1 warning`, as a line; empty without problems.
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

/// `; did you mean `web`?`, if a known word is similar to the typed one; else empty.
pub fn did_you_mean<'k>(typed: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    suggest_name(nearest(typed, known))
}

/// Likewise for a lint, which other tools may call by another name.
pub fn did_you_mean_lint<'k>(typed: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    suggest_name(likely(NameKind::Lint, typed, known))
}

fn suggest_name(meant: Option<String>) -> String {
    meant.map_or(String::new(), |meant| format!("; did you mean `{meant}`?"))
}
