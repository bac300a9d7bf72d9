//! The corrections of each problem. One match, as for the messages: a new problem does not compile
//! before it states whether it has a correction.
//!
//! Names are never corrected without review: another name is another tier or network. A block is,
//! because AWS itself treats `10.0.0.1/8` as `10.0.0.0/8` (EC2 API reference, `CidrIp`), so the
//! meaning stays the same; a wide public block is not, because `203.0.113.7/0` is likely a mistake
//! and means every address.

use super::correction::{Correction, Rewrite, TextChange};
use super::problem::Problem;
use crate::source::Span;

impl Problem {
    /// Its corrections, the likeliest first; empty if it is unclear what was meant.
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
                lacks: None,
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
            // a help with a gap, or with several sentences, cannot be added as it is
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

            // it is unclear what was meant
            Problem::Syntax { .. }
            | Problem::OtherTool { .. }
            | Problem::WordOrder { lacks: Some(_), .. }
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

/// Replacements in several places.
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

/// A replacement.
fn write_instead(span: &Span, text: String) -> Vec<Correction> {
    vec![Correction::review(
        format!("write `{text}`"),
        TextChange::Replace(*span, text),
    )]
}

/// Adds a missing sentence or declaration.
fn add_line(span: &Span, line: String) -> Vec<Correction> {
    vec![Correction::review(
        format!("add `{line}`"),
        TextChange::Append(*span, line),
    )]
}
