//! `tierwall build`

use super::files::{Destination, Written, words};
use super::program::{load, verdict};
use super::report::Report;
use super::unified;
use super::{Exit, Lints, With};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use std::io::{self, Write};
use tierwall::backend::{self, Backend, cloudformation};
use tierwall::check::lint::{self, Levels};
use tierwall::check::target;
use tierwall::compile::Judged;
use tierwall::diagnostic::Problems;
use tierwall::groups::Deployment;
use tierwall::policy::Policy;

/// The arguments of `build`.
#[derive(Args)]
pub struct Build {
    /// The program; `-` is standard input
    file: String,
    /// What to write: cloudformation (cfn) or terraform (tf)
    #[arg(long, value_name = "TARGET", value_parser = PossibleValuesParser::new(targets()).try_map(|text| backend(&text)))]
    to: Backend,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<String>,
    /// Replace the output even if tierwall did not write it
    #[arg(long)]
    force: bool,
    /// Write nothing; exit with 1 and a diff if the output is stale
    #[arg(long, requires = "output")]
    check: bool,
    #[command(flatten)]
    with: With,
    #[command(flatten)]
    lints: Lints,
}

fn backend(text: &str) -> Result<Backend, String> {
    let known = backend::ALL.into_iter().find(|backend| text == backend.name || text == backend.short);
    let names = backend::ALL.map(|backend| format!("{} ({})", backend.name, backend.short)).join(", ");
    known.ok_or_else(|| format!("targets are {names}"))
}

fn targets() -> Vec<&'static str> {
    backend::ALL.iter().flat_map(|backend| [backend.name, backend.short]).collect()
}

/// Runs it.
pub fn run(build: &Build, report: &Report) -> Exit {
    let levels = match build.lints.levels() {
        Ok(levels) => levels,
        Err(words) => return report.failure(&words),
    };
    let compilation = match load(&build.file, &build.with, report) {
        Ok(compilation) => compilation,
        Err(exit) => return exit,
    };
    let Judged { deployment, mut problems } = compilation.judge(&levels);
    if build.to.name == cloudformation::BACKEND.name {
        problems.append(target::cloudformation(&compilation.policy));
        if let Some(deployment) = deployment.as_ref().filter(|_| !problems.any_error()) {
            problems.append(limits(&compilation.policy, deployment, build, &levels));
        }
    }
    let problems = problems.sorted();
    report.problems(&problems, &compilation.sources);
    let deployment = match (deployment, verdict(&problems)) {
        (Some(deployment), Exit::Done) => deployment,
        (_, failed) => return failed,
    };
    match build.output.as_deref() {
        None | Some("-") => {
            let mut out = io::BufWriter::with_capacity(64 * 1024, io::stdout().lock());
            report.printed((build.to.emit)(&deployment, &mut out).and_then(|()| out.flush()))
        }
        Some(path) => to_file(build, path, &deployment, report),
    }
}

/// The limits of a template; its size is found by writing it to nowhere.
fn limits(policy: &Policy, deployment: &Deployment<'_>, build: &Build, levels: &Levels) -> Problems {
    let [resources, parameters, outputs] = cloudformation::counts(deployment);
    let mut size = Size(0);
    (build.to.emit)(deployment, &mut size).expect("counting bytes cannot fail");
    let template = lint::Template { resources, parameters, outputs, bytes: size.0 };
    lint::told(policy, &lint::TEMPLATE_LIMITS, levels, lint::template_limits(template))
}

/// A writer that only counts.
struct Size(usize);

impl Write for Size {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn to_file(build: &Build, path: &str, deployment: &Deployment<'_>, report: &Report) -> Exit {
    let failure = |why: String| report.failure(&format!("cannot write `{path}`: {why}"));
    let destination = match Destination::new(path, build.to.mark, build.force || build.check) {
        Ok(destination) => destination,
        Err(why) => return failure(why),
    };
    if build.check {
        return stale(build, path, &destination, deployment, report);
    }
    match destination.write(|out| (build.to.emit)(deployment, out)) {
        Ok(Written::New | Written::Unchanged) => Exit::Done,
        Err(error) => failure(words(&error)),
    }
}

/// Compares an output with what would be written.
fn stale(build: &Build, path: &str, destination: &Destination, deployment: &Deployment<'_>, report: &Report) -> Exit {
    let mut new = Vec::new();
    (build.to.emit)(deployment, &mut new).expect("a vector takes everything");
    let old = match destination.current() {
        Ok(old) => old,
        Err(error) => return report.failure(&format!("cannot read `{path}`: {}", words(&error))),
    };
    if old.as_ref() == Some(&new) {
        return Exit::Done;
    }
    let before = if old.is_some() { path } else { "/dev/null" };
    let old = old.unwrap_or_default();
    let text = unified::diff(&String::from_utf8_lossy(&old), &String::from_utf8_lossy(&new), before, path);
    report.outcome(&format!("`{path}` is stale; build it anew"));
    match report.print(text.as_bytes()) {
        Exit::Done => Exit::Program,
        other => other,
    }
}
