//! Names: E02.

use super::super::problem::NameProblem;
use super::super::report::Report;

impl NameProblem {
    /// The message of the problem.
    pub(super) fn report(&self) -> Report {
        use Report as R;
        match self {
            NameProblem::UnknownName {
                span,
                kind,
                name,
                meant,
                known,
            } => {
                let report = R::error("E0201", format!("there is no {} `{name}`", kind.words()))
                    .at(span, format!("unknown {}", kind.words()))
                    .meant(meant);
                match (meant, known, kind.how(name)) {
                    (_, Some(known), _) => report.help(known.as_str()),
                    (None, None, Some(how)) => report.help(how),
                    (Some(_), None, _) | (None, None, None) => report,
                }
            }
            NameProblem::WrongKind {
                span,
                name,
                is,
                wanted,
                declared,
            } => R::error(
                "E0202",
                format!("expected {wanted}, found {} `{name}`", is.one()),
            )
            .at(span, format!("expected {wanted}"))
            .maybe_at(declared, format!("the {}", is.words())),
            NameProblem::Duplicate {
                span,
                kind,
                name,
                first,
            } => R::error("E0203", format!("`{name}` is declared twice"))
                .at(span, format!("declared again, as {}", kind.one()))
                .at(first, "first declared here"),
            NameProblem::Collision {
                span,
                name,
                other,
                first,
                output,
            } => R::error(
                "E0204",
                format!("`{name}` and {other} have one name in the output, `{output}`"),
            )
            .at(span, format!("`{output}` in the output"))
            .maybe_at(
                &Some(*first).filter(|first| first != span),
                format!("`{output}` in the output, too"),
            )
            .help(format!(
                "rename `{name}`: names lose `-` and `_` in the output"
            )),
            NameProblem::UnknownKey {
                span,
                key,
                block,
                meant,
                help,
            } => R::error("E0205", format!("a {block} has no key `{key}`"))
                .at(span, "unknown key")
                .meant(meant)
                .help(help),
            NameProblem::DuplicateKey { span, key, first } => {
                R::error("E0206", format!("duplicate key `{key}`"))
                    .at(span, "duplicate")
                    .at(first, "first given here")
            }
            NameProblem::BadValue {
                span,
                key,
                wanted,
                meant,
            } => R::error("E0207", format!("`{key}` must be {wanted}"))
                .at(span, format!("expected {wanted}"))
                .meant(meant),
            NameProblem::Reserved { span, name, is } => {
                R::error("E0208", format!("`{name}` is {is}"))
                    .at(span, "reserved")
                    .help("choose another name")
            }
            NameProblem::SecondStack { span, first } => {
                R::error("E0209", "a program has only one stack")
                    .at(span, "second stack")
                    .at(first, "first stack")
            }
            NameProblem::StillDeclared {
                span,
                name,
                declared,
            } => R::error(
                "E0210",
                format!("`{name}` is still declared, so it cannot be an earlier name"),
            )
            .at(span, "used as an earlier name")
            .at(declared, "declared here"),
            NameProblem::Cycle {
                span,
                kind,
                name,
                through,
            } => R::error(
                "E0211",
                format!("the {} `{name}` contains itself", kind.words()),
            )
            .at(span, "declared here")
            .at(through, "refers back to it"),
            NameProblem::TwoSuccessors { span, name, first } => {
                R::error("E0212", format!("two tiers have the earlier name `{name}`"))
                    .at(span, "also here")
                    .at(first, "first declared here")
                    .help("only one tier can take over a security group")
            }
            NameProblem::IdForName {
                span,
                id,
                what,
                help,
            } => R::error(
                "E0213",
                format!("expected a name, found `{id}`, the id of {what}"),
            )
            .at(span, "expected a name")
            .help(help.as_str()),
            NameProblem::ServiceAsType { span, name, write } => {
                R::error("E0214", format!("`{name}` is a service, not an ICMP type"))
                    .at(span, "a service already includes its protocol")
                    .help(format!("write `{write}`"))
            }
            NameProblem::NoPort { span, name, write } => {
                R::error("E0217", format!("`{name}` is not a port"))
                    .at(span, "expected a port, or a parameter of the type `port`")
                    .help(format!("write `{write}`"))
            }
            NameProblem::UnknownEnvironment {
                span,
                name,
                known,
                meant,
            } => R::error("E0215", format!("unknown environment `{name}`"))
                .at(span, "not declared")
                .meant(meant)
                .declared_environments(known, name),
            NameProblem::OtherEnvironment {
                span,
                kind,
                name,
                declared,
                only_in,
            } => R::error(
                "E0216",
                format!("unknown {} `{name}` in this environment", kind.words()),
            )
            .at(span, "not declared in this environment")
            .at(declared, "declared for other environments")
            .help(format!(
                "write `{only_in}` here too, or declare `{name}` for this environment"
            )),
        }
    }
}
