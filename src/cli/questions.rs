//! Commands that ask a program: `trace`, `paths`, `matrix`. A failing assertion does not keep them
//! from answering.

use super::args::{Exit, ProgramOptions};
use super::program::{load_accepted, read_values, report_unread, today, worst_exit};
use super::terminal::{Terminal, output_width};
use super::work_tree::WorkTree;
use clap::{Args, ValueEnum};
use tierwall::compile::{AskError, Asked, Compilation, Inputs, ask_question};
use tierwall::diagnostic::{Level, Problem};
use tierwall::driver::{drop_shared_values, into_bindings};
use tierwall::parse::Question;
use tierwall::report::{self, QuestionEndpoints};

/// What `trace` and `paths` ask about.
#[derive(Args)]
pub struct QuestionArgs {
    /// The program, or a source: the state of Terraform, a template, or answers of `aws`; `-` is standard input
    file: String,
    /// The source: tiers, addresses, networks or `internet`, as in an assertion
    #[arg(long, value_name = "ENDPOINTS")]
    from: String,
    /// The destination, in the same form
    #[arg(long, value_name = "ENDPOINTS")]
    to: String,
}

/// The arguments of `trace`.
#[derive(Args)]
pub struct Trace {
    #[command(flatten)]
    ends: QuestionArgs,
    /// The services: `https`, `tcp 8080`, `icmp echo-request` [default: any]
    #[arg(long, value_name = "SERVICES")]
    on: Option<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    format: AnswerFormat,
    #[command(flatten)]
    with: ProgramOptions,
}

/// The arguments of `paths`.
#[derive(Args)]
pub struct Paths {
    #[command(flatten)]
    ends: QuestionArgs,
    /// The services of the last step, as in an assertion [default: any]
    #[arg(long, value_name = "SERVICES")]
    on: Option<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    format: AnswerFormat,
    /// Maximum number of chains to show
    #[arg(long, value_name = "N", default_value_t = 20,
        value_parser = clap::value_parser!(u16).range(1..))]
    max: u16,
    #[command(flatten)]
    with: ProgramOptions,
}

/// Output formats of `trace` and `paths`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AnswerFormat {
    /// For people
    Text,
    /// For programs; documented and stable
    Json,
}

/// Output formats of `matrix`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Layout {
    /// For people: a grid if it fits the terminal (or 120 columns), otherwise a list
    Table,
    /// The same as a Markdown table; `md` for short
    #[value(alias = "md")]
    Markdown,
    /// For spreadsheets: one line per pair
    Csv,
    /// For programs; documented and stable
    Json,
}

/// `tierwall trace`
pub fn answer_trace(trace: &Trace, terminal: &Terminal) -> Exit {
    let (compilation, subject) =
        match resolve_ends(&trace.ends, trace.on.as_deref(), &trace.with, terminal) {
            Ok(posed) => posed,
            Err(exit) => return exit,
        };
    let (policy, sources) = (&compilation.policy, &compilation.sources);
    let answer = match trace.format {
        AnswerFormat::Text => report::trace_text(policy, sources, &subject, terminal.paint()),
        AnswerFormat::Json => report::trace_json(policy, sources, &subject),
    };
    print_answer(answer, terminal)
}

/// `tierwall paths`
pub fn answer_paths(paths: &Paths, terminal: &Terminal) -> Exit {
    let (compilation, subject) =
        match resolve_ends(&paths.ends, paths.on.as_deref(), &paths.with, terminal) {
            Ok(posed) => posed,
            Err(exit) => return exit,
        };
    let (policy, sources, max) = (&compilation.policy, &compilation.sources, paths.max.into());
    let answer = match paths.format {
        AnswerFormat::Text => report::paths_text(policy, sources, &subject, max, terminal.paint()),
        AnswerFormat::Json => report::paths_json(policy, sources, &subject, max),
    };
    print_answer(answer, terminal)
}

/// `tierwall matrix`
pub fn print_matrix(
    file: &str,
    layout: Layout,
    with: &ProgramOptions,
    terminal: &Terminal,
) -> Exit {
    let compilation = match load_accepted(file, with, terminal) {
        Ok(compilation) => compilation,
        Err(exit) => return exit,
    };
    let policy = &compilation.policy;

    match layout {
        Layout::Table => {
            let width = output_width().unwrap_or(report::WIDTH);
            terminal.print_bytes(report::matrix_table(policy, width, terminal.paint()).as_bytes())
        }
        Layout::Markdown => terminal.print_bytes(report::matrix_markdown(policy).as_bytes()),
        Layout::Csv => terminal.stream_output(|out| report::matrix_csv(policy, out)),
        Layout::Json => terminal.stream_output(|out| report::matrix_json(policy, out)),
    }
}

/// Prints an answer; the exit code is 1 if the answer is no.
fn print_answer((text, yes): (String, bool), terminal: &Terminal) -> Exit {
    match terminal.print_bytes(text.as_bytes()) {
        Exit::Done if !yes => Exit::Program,
        exit => exit,
    }
}

/// Loads the program, and resolves the endpoints of the question.
fn resolve_ends(
    ends: &QuestionArgs,
    on: Option<&str>,
    with: &ProgramOptions,
    terminal: &Terminal,
) -> Result<(Compilation, QuestionEndpoints), Exit> {
    let question = Question {
        from: &ends.from,
        to: &ends.to,
        on,
    };

    let asked = resolve_question(&ends.file, with, &question, terminal)?;
    let Asked {
        compilation,
        question: Some(question),
        ..
    } = asked
    else {
        return Err(terminal.report_failure("`--from` and `--to` name no endpoints"));
    };

    let subject = QuestionEndpoints::new(&compilation.policy, &compilation.sources, &question);
    Ok((compilation, subject))
}

/// Loads the program and reports its problems; fails if the program or the question has an error.
fn resolve_question(
    file: &str,
    with: &ProgramOptions,
    question: &Question<'_>,
    terminal: &Terminal,
) -> Result<Asked, Exit> {
    let given = read_values(with).map_err(|words| terminal.report_failure(&words))?;
    let bindings = into_bindings(given.clone());
    let as_of = with.as_of.unwrap_or_else(today);
    let inputs = Inputs {
        bindings: &bindings,
        as_of,
        environment: with.chosen_environment(),
    };
    let asked = ask_question(
        file,
        &mut WorkTree::new(with.root.clone()),
        &inputs,
        question,
    );

    let mut asked = asked.map_err(|error| match error {
        AskError::Read(error) => report_unread(file, &error, terminal),
        AskError::Question(why) => terminal.report_failure(&why),
    })?;
    drop_shared_values(&mut asked.compilation.problems, &given, false);
    let problems = std::mem::take(&mut asked.compilation.problems).sorted();
    terminal.report_problems(&problems, &asked.compilation.sources);
    let is_mine = |problem: &Problem| problem.span().is_some_and(|span| span.file == asked.file);

    let mut errors = problems
        .iter()
        .filter(|problem| problem.level() == Level::Error)
        .peekable();

    match worst_exit(&problems) {
        Exit::Done => Ok(asked),
        // the command line is wrong, not the program
        Exit::Program | Exit::Usage if errors.peek().is_some() && errors.all(is_mine) => {
            Err(Exit::Usage)
        }
        failed @ (Exit::Program | Exit::Usage) => Err(failed),
    }
}
