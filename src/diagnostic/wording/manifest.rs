//! Manifests of projects: E08.

use super::super::listed;
use super::super::problem::ManifestProblem;
use super::super::report::Report;

impl ManifestProblem {
    /// The message of the problem.
    pub(super) fn report(&self) -> Report {
        use Report as R;
        match self {
            ManifestProblem::Syntax { span, why } => {
                R::error("E0801", "this manifest is not valid TOML").at(span, why.clone())
            }
            ManifestProblem::UnknownKey {
                span,
                key,
                table,
                meant,
                keys,
            } => R::error("E0802", format!("unknown key `{key}` in this {table}"))
                .at(span, "unknown key")
                .meant(meant)
                .help(format!("valid keys are {keys}")),
            ManifestProblem::WrongValue { span, key, wanted } => {
                R::error("E0803", format!("`{key}` must be {wanted}")).at(span, "invalid value")
            }
            ManifestProblem::MissingKey { span, table, key } => {
                R::error("E0804", format!("this {table} has no `{key}`"))
                    .at(span, format!("`{key}` is missing"))
                    .help(format!("add `{key} = \"shop.tier\"`"))
            }
            ManifestProblem::UnknownName {
                span,
                kind,
                name,
                meant,
                known,
            } => R::error("E0805", format!("there is no {kind} `{name}`"))
                .at(span, format!("unknown {kind}"))
                .meant(meant)
                .help(known.clone()),
            ManifestProblem::OnePath {
                span,
                path,
                uses,
                first,
            } => R::error("E0806", format!("`{path}` is used for {uses}"))
                .at(span, "used again")
                .maybe_at(first, "first used here"),
            ManifestProblem::UnreadableFile { span, path, why } => {
                R::error("E0807", format!("cannot read `{path}`: {why}")).at(span, "named here")
            }
            ManifestProblem::SharedOutputs { span, environments } => R::error(
                "E0808",
                "a program with environments cannot have `outputs` of its own",
            )
            .at(span, "not allowed here")
            .at(environments, "each environment has its own outputs")
            .help(
                "move `outputs` into each environment: \
                 `[program.environments.production]`",
            ),
            ManifestProblem::NoPrograms { span } => {
                R::error("E0809", "this manifest lists no program")
                    .at(span, "no `[[program]]` in this file")
                    .help("add `[[program]]` and, below it, `file = \"shop.tier\"`")
            }
            ManifestProblem::SharedDirectory {
                span,
                first,
                programs: [one, other],
                directory,
                addresses,
                help,
            } => {
                let names: Vec<String> = addresses
                    .iter()
                    .map(|address| format!("`{address}`"))
                    .collect();
                let report = R::error(
                    "E0810",
                    format!(
                        "{one} and {other} both declare {} in `{directory}`",
                        listed(&names, 4)
                    ),
                )
                .at(span, "declared in this file")
                .at(first, "and in this file");
                help.iter().fold(report, |report, help| report.help(*help))
            }
        }
    }
}
