//! What would correct each problem. One match, as for the words: who adds a problem says whether it
//! has a correction.
//!
//! Names are never corrected unasked: another name is another tier, or another network. A block is,
//! since AWS itself takes `10.0.0.1/8` for `10.0.0.0/8` (EC2 API reference, `CidrIp`), and so the
//! program says what it means; a wide one of the internet is not, since `203.0.113.7/0` is a slip
//! and everyone.

use super::correction::{Correction, Rewrite, TextChange};
use super::problem::Problem;
use crate::source::Span;

impl Problem {
    /// Its corrections, the likeliest first; none where the program does not tell what was meant.
    pub(super) fn corrections(&self) -> Vec<Correction> {
        match self {
            Problem::HostBits {
                span,
                block,
                is_narrow: true,
                ..
            } => {
                vec![Correction::safe(
                    format!("write `{block}`"),
                    TextChange::Replace(*span, block.clone()),
                )]
            }
            Problem::HostBits {
                span,
                block,
                is_narrow: false,
                ..
            } => write_instead(span, block.clone()),
            Problem::InvertedPorts { span, from, to } => {
                write_instead(span, format!("{to}-{from}"))
            }
            Problem::PortWithoutProtocol { span, text } => ["tcp", "udp"]
                .into_iter()
                .flat_map(|protocol| write_instead(span, format!("{protocol} {text}")))
                .collect(),
            Problem::InternetInRule { span } => write_instead(span, "anywhere".to_string()),
            Problem::BadEscape { span, text } => write_instead(span, format!("\\{text}")),
            Problem::AcrossRegions { span, vpc, .. } => write_instead(span, format!("vpc {vpc}")),
            Problem::Unpeered {
                span,
                vpc,
                other_vpc,
                ..
            } => {
                let mut either = add_line(span, format!("peer {vpc} with {other_vpc}"));
                either.extend(write_instead(span, format!("vpc {other_vpc}")));
                either
            }
            Problem::UnknownStatement { span, word, .. } if word.starts_with('@') => {
                write_instead(span, "@allow".to_string())
            }
            Problem::OtherNotation {
                text,
                write,
                rewrite,
                ..
            } => match write.as_str() {
                "" => rewrite_places(rewrite, format!("remove `{text}`")),
                _ => rewrite_places(rewrite, format!("write `{write}`")),
            },
            Problem::MissingComma { after, rewrite, .. } => {
                rewrite_places(rewrite, format!("write `{after},`"))
            }
            Problem::BrokenLine { rewrite, .. } => {
                rewrite_places(rewrite, "join the two lines".to_string())
            }
            Problem::OddCharacter { rewrite, .. } => match rewrite.edits.first() {
                Some((_, text)) if text == " " => {
                    rewrite_places(rewrite, "replace it with a space".to_string())
                }
                Some(_) | None => rewrite_places(rewrite, "remove it".to_string()),
            },
            Problem::WordOrder {
                span,
                sentence,
                is_whole: true,
            } => write_instead(span, sentence.clone()),
            Problem::ServiceAsType {
                span, write: text, ..
            } => write_instead(span, text.clone()),
            Problem::InEnvironments { problem, .. } => problem.corrections(),
            Problem::UnknownStatement { span, meant, .. }
            | Problem::ManifestKey { span, meant, .. }
            | Problem::ManifestName { span, meant, .. }
            | Problem::BadAddress { span, meant, .. }
            | Problem::BadDate { span, meant, .. }
            | Problem::BadValue { span, meant, .. }
            | Problem::UnknownName { span, meant, .. }
            | Problem::UnknownKey { span, meant, .. } => meant
                .iter()
                .flat_map(|meant| write_instead(span, meant.clone()))
                .collect(),
            // with a gap in it, or more than one, it is no sentence to add
            Problem::NotReached { span, help, .. } => {
                let whole = help
                    .iter()
                    .filter(|sentence| !sentence.contains(['…', '`']));
                whole
                    .flat_map(|sentence| add_line(span, sentence.clone()))
                    .collect()
            }
            Problem::UnterminatedString { span } => {
                vec![Correction::review(
                    "add a closing `\"`",
                    TextChange::EndLine(*span, "\""),
                )]
            }
            Problem::BadCharacter { span, .. } => {
                vec![Correction::review(
                    "remove it",
                    TextChange::Replace(*span, String::new()),
                )]
            }
            Problem::DanglingAnnotation { span } => {
                vec![Correction::review(
                    "delete it",
                    TextChange::Remove(vec![*span]),
                )]
            }
            Problem::Lint(finding) => finding.corrections.clone(),

            // what was meant is not to be told from what was typed
            Problem::Syntax { .. }
            | Problem::OtherTool { .. }
            | Problem::WordOrder {
                is_whole: false, ..
            }
            | Problem::UnmatchedPeer { .. }
            | Problem::IdForName { .. }
            | Problem::Deny { .. }
            | Problem::UnclosedBlock { .. }
            | Problem::NotUtf8 { .. }
            | Problem::BadPort { .. }
            | Problem::BadProtocol { .. }
            | Problem::BadIcmpNumber { .. }
            | Problem::LongName { .. }
            | Problem::Repeated { .. }
            | Problem::BadNumber { .. }
            | Problem::FileTooLarge { .. }
            | Problem::UnspecifiedAddress { .. }
            | Problem::WrongKind { .. }
            | Problem::Duplicate { .. }
            | Problem::Collision { .. }
            | Problem::DuplicateKey { .. }
            | Problem::Reserved { .. }
            | Problem::SecondStack { .. }
            | Problem::StillDeclared { .. }
            | Problem::Cycle { .. }
            | Problem::TwoSuccessors { .. }
            | Problem::ItselfSubject { .. }
            | Problem::NothingLeft { .. }
            | Problem::ExceptOnNonAddress { .. }
            | Problem::ExceptInEnds { .. }
            | Problem::AlsoCircle { .. }
            | Problem::AlsoElsewhere { .. }
            | Problem::FamilyMismatch { .. }
            | Problem::NoRule { .. }
            | Problem::ElsewhereTier { .. }
            | Problem::NoVpc { .. }
            | Problem::NoBlocks { .. }
            | Problem::BadId { .. }
            | Problem::ForbiddenCharacter { .. }
            | Problem::TooLong { .. }
            | Problem::SgPrefix { .. }
            | Problem::BadTag { .. }
            | Problem::SelfPeering { .. }
            | Problem::UnboundExcept { .. }
            | Problem::SameGroupName { .. }
            | Problem::OneForMany { .. }
            | Problem::TooManyBlocks { .. }
            | Problem::TooLarge { .. }
            | Problem::DynamicReference { .. }
            | Problem::AddressInUse { .. }
            | Problem::AmbiguousMove { .. }
            | Problem::OneName { .. }
            | Problem::Unreadable { .. }
            | Problem::OutsideRoot { .. }
            | Problem::UnknownBinding { .. }
            | Problem::BadBinding { .. }
            | Problem::TwiceBound { .. }
            | Problem::TargetCannot { .. }
            | Problem::NothingToDeploy { .. }
            | Problem::Reached { .. }
            | Problem::Bypassed { .. }
            | Problem::NoChain { .. }
            | Problem::UnsureChain { .. }
            | Problem::ManifestSyntax { .. }
            | Problem::ManifestValue { .. }
            | Problem::ManifestLacks { .. }
            | Problem::OnePath { .. }
            | Problem::ManifestFile { .. }
            | Problem::SharedOutputs { .. }
            | Problem::NoPrograms { .. }
            | Problem::SharedDirectory { .. }
            | Problem::TargetWarns { .. } => Vec::new(),
        }
    }
}

/// Other texts in several places.
fn rewrite_places(rewrite: &Rewrite, title: String) -> Vec<Correction> {
    let make = if rewrite.is_sure {
        Correction::safe
    } else {
        Correction::review
    };
    match rewrite.edits.as_slice() {
        [] => Vec::new(),
        edits => vec![make(title, TextChange::Rewrite(edits.to_vec()))],
    }
}

/// Another text in the place.
fn write_instead(span: &Span, text: String) -> Vec<Correction> {
    vec![Correction::review(
        format!("write `{text}`"),
        TextChange::Replace(*span, text),
    )]
}

/// A sentence or a declaration that is missing.
fn add_line(span: &Span, line: String) -> Vec<Correction> {
    vec![Correction::review(
        format!("add `{line}`"),
        TextChange::Append(*span, line),
    )]
}
