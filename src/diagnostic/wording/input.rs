//! Files, E04, and values of parameters, E05.

use super::super::listed;
use super::super::problem::InputProblem;
use super::super::report::Report;

impl InputProblem {
    /// The message of the problem.
    pub(super) fn report(&self) -> Report {
        use Report as R;
        match self {
            InputProblem::Unreadable { span, path, why } => {
                let report = R::error("E0401", format!("cannot read `{path}`: {why}"))
                    .at(span, "included here");
                let is_pattern = path.contains(['*', '?', '[']);
                report.maybe_help(&is_pattern.then_some(
                    "`include` takes one file, not a pattern; write one `include` \
                     per file",
                ))
            }
            InputProblem::OutsideRoot { span, path, root } => {
                R::error("E0402", format!("`{path}` is outside `{root}`"))
                    .at(span, "outside the root")
                    .help("to allow it, set a wider root: `--root DIR`")
            }
            InputProblem::UnreadableLedger { path, why } => {
                R::error("E0403", format!("cannot read `{path}`: {why}")).help(
                    "`tierwall import` writes this file; take it from version control, or delete \
                     it: then the outputs have the names and texts of the program",
                )
            }
            InputProblem::UnknownBinding {
                name,
                meant,
                params,
                unread,
            } => {
                let report = R::error(
                    "E0501",
                    format!(
                        "a value is given for `{name}`, but the program has no such \
                         parameter"
                    ),
                )
                .meant(meant)
                .help(format!("the program has {params}"));

                match unread.as_slice() {
                    [] => report,
                    environments => report.help(format!(
                        "if a file that is only in {} declares it, leave it out for this \
                         environment, or set it in a file of `--vars`",
                        listed(&quote_names(environments), 10)
                    )),
                }
            }
            InputProblem::OtherEnvironment {
                name,
                declared,
                environments,
            } => R::error(
                "E0506",
                format!(
                    "a value is given for `{name}`, which is only in {}",
                    listed(&quote_names(environments), 10)
                ),
            )
            .at(declared, "declared here")
            .help("leave it out for this environment, or set it in a file of `--vars`"),
            InputProblem::NoEnvironment {
                span,
                names,
                is_listed,
            } => {
                let report = R::error(
                    "E0504",
                    format!(
                        "the program has the environments {}, but none is chosen",
                        listed(&quote_names(names), 10)
                    ),
                )
                .at(span, "declared here");

                let name = names.first().map_or("NAME", String::as_str);
                let report = match is_listed {
                    true => report.help(format!(
                        "list each in `tierwall.toml`: `[program.environments.{name}]`"
                    )),
                    false => report,
                };
                report.help(format!("choose one: `--environment {name}`"))
            }
            InputProblem::UnknownChoice { name, known, meant } => {
                R::error("E0505", format!("the program has no environment `{name}`"))
                    .meant(meant)
                    .declared_environments(known, name)
            }
            InputProblem::BadBinding {
                name,
                value,
                wanted,
                declared,
                meant,
            } => R::error(
                "E0502",
                format!("invalid value `{value}` for `{name}`: expected {wanted}"),
            )
            .maybe_at(declared, format!("expects {wanted}"))
            .meant(meant),
            InputProblem::SourceRemark { message } => R::note("W0401", message.as_str()),
            InputProblem::TwiceBound {
                name,
                first,
                second,
            } => R::error(
                "E0503",
                format!("`{name}` has two values: `{first}` and `{second}`"),
            ),
        }
    }
}

fn quote_names(names: &[String]) -> Vec<String> {
    names.iter().map(|name| format!("`{name}`")).collect()
}
