//! `tierwall diff`

use super::files::Files;
use super::program::{bindings, today, unread, verdict};
use super::report::Report;
use super::{Exit, Lints, With};
use clap::{Args, ValueEnum};
use tierwall::compile::{Compilation, compile};
use tierwall::review::{self, Document, Version};

/// The arguments of `diff`.
#[derive(Args)]
pub struct Diff {
    /// The old program and the new one
    #[arg(required = true, num_args = 2, value_names = ["OLD", "NEW"])]
    files: Vec<String>,
    /// How to show it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    with: With,
    #[command(flatten)]
    lints: Lints,
}

/// How a review is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For a comment on a pull request
    Markdown,
    /// For programs; documented and stable
    Json,
}

/// Runs it.
pub fn run(diff: &Diff, report: &Report) -> Exit {
    match compared(diff, report) {
        Ok(exit) | Err(exit) => exit,
    }
}

fn compared(diff: &Diff, report: &Report) -> Result<Exit, Exit> {
    let levels = diff.lints.levels().map_err(|words| report.failure(&words))?;
    let [old, new] = [&diff.files[0], &diff.files[1]];
    let (old_program, new_program) = (stands(old, diff, report)?, stands(new, diff, report)?);
    let (before, after) = (old_program.judge(&levels), new_program.judge(&levels));
    let (Some(old_groups), Some(new_groups)) = (&before.deployment, &after.deployment) else {
        return Err(Exit::Program);
    };
    let (old_problems, new_problems) = (before.problems.clone().sorted(), after.problems.clone().sorted());
    let old = version(old, &old_program, old_groups, &old_problems);
    let new = version(new, &new_program, new_groups, &new_problems);
    let document = review::review(old, new);
    Ok(report.print(shown(&document, diff.format).as_bytes()))
}

fn version<'p>(
    name: &'p str,
    program: &'p Compilation,
    deployment: &'p tierwall::groups::Deployment<'p>,
    problems: &'p [tierwall::diagnostic::Problem],
) -> Version<'p> {
    Version { name, policy: &program.policy, sources: &program.sources, deployment, problems }
}

fn shown(document: &Document<'_>, format: Format) -> String {
    match format {
        Format::Text => review::text(document),
        Format::Markdown => review::markdown(document, &review::Links),
        Format::Json => review::json(document),
    }
}

/// A program that has a meaning; else its problems are reported.
fn stands(file: &str, diff: &Diff, report: &Report) -> Result<Compilation, Exit> {
    let bindings = bindings(&diff.with).map_err(|words| report.failure(&words))?;
    let as_of = diff.with.as_of.unwrap_or_else(today);
    let compiled = compile(file, &mut Files::new(diff.with.root.clone()), &bindings, as_of);
    let program = compiled.map_err(|error| unread(file, error, report))?;
    let problems = program.problems.clone().sorted();
    match verdict(&problems) {
        Exit::Done => Ok(program),
        failed @ (Exit::Program | Exit::Usage) => {
            report.problems(&problems, &program.sources);
            Err(failed)
        }
    }
}
