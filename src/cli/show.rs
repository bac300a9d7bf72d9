//! Commands that print information: `flows`, `services`, `explain`.

use super::args::{Exit, ProgramOptions};
use super::program::load_accepted;
use super::terminal::{Terminal, did_you_mean, did_you_mean_lint};
use clap::ValueEnum;
use std::fmt::Write;
use tierwall::catalogue::catalogue;
use tierwall::diagnostic::{explanation, explanations};
use tierwall::lint;
use tierwall::lint::page::{explain_lint, write_page};
use tierwall::report::flows;

/// Output formats of `flows`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FlowsFormat {
    /// For people
    Table,
    /// For programs; documented and stable
    Json,
    /// For spreadsheets
    Csv,
}

/// `tierwall flows`
pub fn show_flows(
    file: &str,
    format: FlowsFormat,
    with: &ProgramOptions,
    terminal: &Terminal,
) -> Exit {
    let compilation = match load_accepted(file, with, terminal) {
        Ok(compilation) => compilation,
        Err(exit) => return exit,
    };
    let show = match format {
        FlowsFormat::Table => flows::table,
        FlowsFormat::Json => flows::json,
        FlowsFormat::Csv => flows::csv,
    };
    terminal.print_bytes(show(&compilation.policy, &compilation.sources).as_bytes())
}

/// `tierwall services`
pub fn show_services(word: Option<&str>, terminal: &Terminal) -> Exit {
    let word = word.unwrap_or("").to_lowercase();
    // `443`, and `tcp 443`, `tcp/443`, `443/tcp` as well
    let number = word.trim_matches(|c: char| "tcpudp/: ".contains(c));
    let port = number.parse::<u16>().ok();

    let found: Vec<_> = catalogue()
        .services()
        .filter(|service| match port {
            Some(port) => service.has_port(port),
            None => {
                service.name.contains(&word) || service.description.to_lowercase().contains(&word)
            }
        })
        .collect();

    if found.is_empty() {
        let meant = did_you_mean(&word, catalogue().names());
        terminal.report_outcome(&format!(
            "no built-in service matches `{word}`{meant}; run `tierwall services` for a list"
        ));
        return Exit::Program;
    }

    let width = |text: fn(&tierwall::resolve::BuiltIn) -> &str| {
        found.iter().map(|s| text(s).len()).max().unwrap_or(0)
    };
    let (names, declared) = (width(|s| &s.name), width(|s| &s.meaning).min(48));
    let mut out = String::new();

    for service in &found {
        let _ = writeln!(
            out,
            "{:names$}  {:declared$}  {}",
            service.name, service.meaning, service.description
        );
    }

    terminal.print_bytes(out.as_bytes())
}

/// A text with its programs indented under a heading, instead of in Markdown fences.
fn programs_indented(text: &str) -> String {
    let (mut out, mut inside) = (String::new(), false);
    for line in text.lines() {
        match (inside, line) {
            (false, "```tier wrong" | "```toml wrong") => out.push_str("Wrong:\n\n"),
            (false, "```tier right" | "```toml right") => out.push_str("Right:\n\n"),
            (_, fence) if fence.starts_with("```") => {}
            (true, "") | (false, _) => drop(writeln!(out, "{line}")),
            (true, _) => drop(writeln!(out, "    {line}")),
        }
        inside = line.starts_with("```") != inside;
    }
    out.trim_end().to_string()
}

/// `tierwall explain`
pub fn explain_code(code: Option<&str>, terminal: &Terminal) -> Exit {
    let Some(code) = code else {
        return terminal.print_bytes(list_codes().as_bytes());
    };

    if code.to_lowercase() == "lints" {
        return terminal.print_bytes(write_page().as_bytes());
    }

    if let Some(lint) = lint::ALL
        .iter()
        .find(|lint| lint.name == code.to_lowercase())
    {
        return terminal.print_bytes(explain_lint(lint).as_bytes());
    }

    if let Some(explanation) = explanation(&code.to_uppercase()) {
        let text = format!(
            "{}: {}\n\n{}\n",
            explanation.code,
            explanation.title,
            programs_indented(explanation.text)
        );
        return terminal.print_bytes(text.as_bytes());
    }

    let known = explanations()
        .iter()
        .map(|e| e.code)
        .chain(lint::lint_names())
        .chain(["lints"]);

    let meant = did_you_mean_lint(&code.to_lowercase(), known);
    terminal.report_failure(&format!(
        "there is no code or lint `{code}`{meant} (run `tierwall explain` for a list)"
    ))
}

/// A line for each code and each lint.
fn list_codes() -> String {
    let mut out = String::new();
    for explanation in explanations() {
        let _ = writeln!(out, "{}  {}", explanation.code, explanation.title);
    }

    out.push('\n');
    let width = lint::lint_names()
        .iter()
        .map(|name| name.len())
        .max()
        .unwrap_or(0);

    for lint in lint::ALL {
        let _ = writeln!(
            out,
            "{:width$}  {:5}  {}",
            lint.name,
            lint.level.keyword(),
            lint.title
        );
    }

    out
}
