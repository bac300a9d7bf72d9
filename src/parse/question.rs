//! A question of the command line, read as an assertion so that it has the language's grammar and
//! names.

use super::parse_file;
use crate::ast::{
    AssertionStatement, ClaimForm, FileTree, Item, NetItem, ProgramTree, ServiceItem, Statement,
};
use crate::diagnostic::{Problem, Problems, SyntaxProblem};
use crate::source::{FileId, FileKind, Sources, Span};

/// A question about a program.
#[derive(Debug, Clone, Copy)]
pub struct Question<'q> {
    /// The senders: `internet`, `web, app`
    pub from: &'q str,
    /// The receivers.
    pub to: &'q str,
    /// The services: `tcp 8080, https`; any by default.
    pub on: Option<&'q str>,
}

const MORE_THAN_A_QUESTION: &str = "`--from` and `--to` take only tiers, addresses or networks, \
     and `--on` only services, as in an assertion";

impl Question<'_> {
    /// Adds the question to a program as the statement `assert FROM can reach TO on ON` in a
    /// separate file, whose name is what was typed: `--from web --to app`. Fails with a message if
    /// the options are not the parts of one assertion.
    pub fn add_to_program(
        &self,
        sources: &mut Sources,
        program: &mut ProgramTree,
        problems: &mut Problems,
    ) -> Result<FileId, String> {
        let given = [
            ("--from", " ", Some(self.from)),
            ("--to", " can reach ", Some(self.to)),
            ("--on", " on ", self.on),
        ];

        let (mut name, mut text, mut places) = (String::new(), String::from("assert"), Vec::new());
        for (option, before, typed) in given {
            let Some(typed) = typed else { continue };
            if typed.contains(['\n', '\r', '#']) {
                return Err(format!(
                    "the value of `{option}` must be one line without comments"
                ));
            }

            if !name.is_empty() {
                name.push(' ');
            }

            name += &format!("{option} {typed}");
            text += before;
            places.push((text.len(), text.len() + typed.len()));
            text += typed;
        }

        let id = sources
            .add(name, text.clone())
            .ok_or("the question is too long")?;
        sources.mark(id, FileKind::Options);
        let (file, found) = parse_file(id, &text);

        if !found.any_error() && !is_question(&file, &places) {
            return Err(MORE_THAN_A_QUESTION.to_string());
        }

        problems.extend(found.into_iter().map(rephrase_problem));
        program.files.push(file);

        Ok(id)
    }
}

/// Rewords a problem for a question, in which nothing can be declared.
fn rephrase_problem(problem: Problem) -> Problem {
    match problem {
        Problem::Syntax(SyntaxProblem::UnmatchedPeer {
            span, text, label, ..
        }) => {
            let help = "use an address, `203.0.113.7`, or a name from the program";
            Problem::Syntax(SyntaxProblem::UnmatchedPeer {
                span,
                text,
                label,
                help,
            })
        }
        other => other,
    }
}

/// Whether a file is one assertion with `can`, whose parts are at the positions of the options.
fn is_question(file: &FileTree, places: &[(usize, usize)]) -> bool {
    let [
        Statement {
            item: Item::Assertion(assertion),
            ..
        },
    ] = file.statements.as_slice()
    else {
        return false;
    };

    let AssertionStatement {
        claim: ClaimForm::Can,
        from,
        to,
        services,
    } = assertion
    else {
        return false;
    };

    let parts: [Vec<Span>; 3] = [
        from.items.iter().map(NetItem::span).collect(),
        to.items.iter().map(NetItem::span).collect(),
        services.iter().map(ServiceItem::span).collect(),
    ];

    let written = parts.iter().filter(|spans| !spans.is_empty()).count();
    written == places.len()
        && parts
            .iter()
            .zip(places)
            .all(|(spans, place)| are_inside(spans, *place))
}

fn are_inside(spans: &[Span], (start, end): (usize, usize)) -> bool {
    spans
        .iter()
        .all(|span| start <= span.range().start && span.range().end <= end)
}
