//! The corrections of each problem. One `match` for each group of codes, as for the messages: a new
//! problem has to state whether it has a correction.
//!
//! Names are never corrected without review: another name is another tier or network. A block is,
//! because AWS itself treats `10.0.0.1/8` as `10.0.0.0/8` (EC2 API reference, `CidrIp`), so the
//! meaning stays the same; a wide public block is not, because `203.0.113.7/0` is likely a mistake
//! and means every address.

use super::correction::{Correction, Rewrite, TextChange};
use super::problem::{
    AssertionProblem, ManifestProblem, MeaningProblem, NameProblem, Problem, SyntaxProblem,
};
use crate::source::Span;

impl Problem {
    /// Its corrections, the likeliest first; empty if it is unclear what was meant.
    pub(super) fn corrections(&self) -> Vec<Correction> {
        match self {
            Problem::Syntax(problem) => problem.corrections(),
            Problem::Name(problem) => problem.corrections(),
            Problem::Meaning(problem) => problem.corrections(),
            Problem::Assertion(problem) => problem.corrections(),
            Problem::Manifest(problem) => problem.corrections(),
            Problem::InEnvironments { problem, .. } => problem.corrections(),
            Problem::Lint(finding) => finding.corrections.clone(),
            Problem::Input(_) | Problem::Target(_) => Vec::new(),
        }
    }
}

impl SyntaxProblem {
    fn corrections(&self) -> Vec<Correction> {
        match self {
            SyntaxProblem::HostBits {
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
            SyntaxProblem::HostBits {
                span,
                block,
                is_narrow: false,
                ..
            } => write_instead(span, block.clone()),
            SyntaxProblem::InvertedPorts { span, from, to } => {
                write_instead(span, format!("{to}-{from}"))
            }
            SyntaxProblem::PortWithoutProtocol { span, text } => ["tcp", "udp"]
                .into_iter()
                .flat_map(|protocol| write_instead(span, format!("{protocol} {text}")))
                .collect(),
            SyntaxProblem::WrongWay { span, way, .. } => write_instead(span, way.to_string()),
            SyntaxProblem::BadEscape { span, text } => write_instead(span, format!("\\{text}")),
            SyntaxProblem::UnknownStatement { span, word, .. } if word.starts_with('@') => {
                write_instead(span, "@allow".to_string())
            }
            SyntaxProblem::Unexpected { span, meant, .. }
            | SyntaxProblem::UnknownStatement { span, meant, .. }
            | SyntaxProblem::BadAddress { span, meant, .. }
            | SyntaxProblem::BadDate { span, meant, .. } => write_meant(span, meant),
            SyntaxProblem::OtherNotation {
                text,
                write,
                rewrite,
                ..
            } => match write.as_str() {
                "" => rewrite_places(rewrite, format!("remove `{text}`")),
                _ => rewrite_places(rewrite, format!("write `{write}`")),
            },
            SyntaxProblem::MissingComma { after, rewrite, .. } => {
                rewrite_places(rewrite, format!("write `{after},`"))
            }
            SyntaxProblem::BrokenLine { rewrite, .. } => {
                rewrite_places(rewrite, "join the two lines".to_string())
            }
            SyntaxProblem::OddCharacter { rewrite, .. } => match rewrite.edits.first() {
                Some((_, text)) if text == " " => {
                    rewrite_places(rewrite, "replace it with a space".to_string())
                }
                Some(_) | None => rewrite_places(rewrite, "remove it".to_string()),
            },
            SyntaxProblem::WordOrder {
                span,
                sentence,
                lacks: None,
            } => write_instead(span, sentence.clone()),
            SyntaxProblem::UnterminatedString { span } => {
                vec![Correction::review(
                    "add a closing `\"`",
                    TextChange::EndLine(*span, "\""),
                )]
            }
            SyntaxProblem::BadCharacter { span, .. } => {
                vec![Correction::review(
                    "remove it",
                    TextChange::Replace(*span, String::new()),
                )]
            }
            SyntaxProblem::DanglingAnnotation { span } => {
                vec![Correction::review(
                    "delete it",
                    TextChange::Remove(vec![*span]),
                )]
            }

            // it is unclear what was meant
            SyntaxProblem::OtherTool { .. }
            | SyntaxProblem::WordOrder { lacks: Some(_), .. }
            | SyntaxProblem::UnmatchedPeer { .. }
            | SyntaxProblem::Deny { .. }
            | SyntaxProblem::UnclosedBlock { .. }
            | SyntaxProblem::NotUtf8 { .. }
            | SyntaxProblem::BadPort { .. }
            | SyntaxProblem::BadProtocol { .. }
            | SyntaxProblem::BadIcmpNumber { .. }
            | SyntaxProblem::LongName { .. }
            | SyntaxProblem::Repeated { .. }
            | SyntaxProblem::BadNumber { .. }
            | SyntaxProblem::FileTooLarge { .. }
            | SyntaxProblem::UnspecifiedAddress { .. } => Vec::new(),
        }
    }
}

impl NameProblem {
    fn corrections(&self) -> Vec<Correction> {
        match self {
            NameProblem::BadValue { span, meant, .. }
            | NameProblem::UnknownName { span, meant, .. }
            | NameProblem::UnknownEnvironment { span, meant, .. }
            | NameProblem::UnknownKey { span, meant, .. } => write_meant(span, meant),
            NameProblem::ServiceAsType {
                span, write: text, ..
            }
            | NameProblem::NoPort {
                span, write: text, ..
            } => write_instead(span, text.clone()),
            NameProblem::IdForName { .. }
            | NameProblem::OtherEnvironment { .. }
            | NameProblem::WrongKind { .. }
            | NameProblem::Duplicate { .. }
            | NameProblem::Collision { .. }
            | NameProblem::DuplicateKey { .. }
            | NameProblem::Reserved { .. }
            | NameProblem::SecondStack { .. }
            | NameProblem::StillDeclared { .. }
            | NameProblem::Cycle { .. }
            | NameProblem::TwoSuccessors { .. } => Vec::new(),
        }
    }
}

impl MeaningProblem {
    fn corrections(&self) -> Vec<Correction> {
        match self {
            MeaningProblem::InternetInRule { span } => write_instead(span, "anywhere".to_string()),
            MeaningProblem::BadId { span, meant, .. } => write_meant(span, meant),
            MeaningProblem::AcrossRegions {
                span, addresses, ..
            } => write_instead(span, addresses.clone()),
            MeaningProblem::Unpeered {
                span,
                vpc,
                other_vpc,
                addresses,
                ..
            } => {
                let mut either = add_line(span, format!("peer {vpc} with {other_vpc}"));
                either.extend(write_instead(span, addresses.clone()));
                either
            }
            MeaningProblem::OutboundOverGateway { .. }
            | MeaningProblem::InvertedPortValues { .. }
            | MeaningProblem::UnboundPort { .. }
            | MeaningProblem::VpcTwice { .. }
            | MeaningProblem::ItselfSubject { .. }
            | MeaningProblem::ForeignOwner { .. }
            | MeaningProblem::UnboundEntry { .. }
            | MeaningProblem::LongList { .. }
            | MeaningProblem::ListSize { .. }
            | MeaningProblem::ExceptInEnds { .. }
            | MeaningProblem::AlsoCircle { .. }
            | MeaningProblem::AlsoElsewhere { .. }
            | MeaningProblem::NothingLeft { .. }
            | MeaningProblem::ExceptOnNonAddress { .. }
            | MeaningProblem::FamilyMismatch { .. }
            | MeaningProblem::NoRule { .. }
            | MeaningProblem::ElsewhereTier { .. }
            | MeaningProblem::NoVpc { .. }
            | MeaningProblem::NoBlocks { .. }
            | MeaningProblem::ForbiddenCharacter { .. }
            | MeaningProblem::TooLong { .. }
            | MeaningProblem::SgPrefix { .. }
            | MeaningProblem::BadTag { .. }
            | MeaningProblem::SelfPeering { .. }
            | MeaningProblem::UnboundExcept { .. }
            | MeaningProblem::SameGroupName { .. }
            | MeaningProblem::OneForMany { .. }
            | MeaningProblem::TooManyBlocks { .. }
            | MeaningProblem::TooLarge { .. }
            | MeaningProblem::ReplacedText { .. }
            | MeaningProblem::DefaultWithSource { .. }
            | MeaningProblem::NestedImport { .. }
            | MeaningProblem::NoParameter { .. }
            | MeaningProblem::UnknownText { .. }
            | MeaningProblem::NoParametersHere { .. }
            | MeaningProblem::AddressInUse { .. }
            | MeaningProblem::AmbiguousMove { .. }
            | MeaningProblem::OneName { .. }
            | MeaningProblem::NoOpenRules { .. }
            | MeaningProblem::NoOutboundHalf { .. }
            | MeaningProblem::NoInboundHalf { .. }
            | MeaningProblem::NameAndPrefix { .. }
            | MeaningProblem::BadExport { .. }
            | MeaningProblem::SameExport { .. } => Vec::new(),
        }
    }
}

impl AssertionProblem {
    fn corrections(&self) -> Vec<Correction> {
        match self {
            // a help with a gap, or with several sentences, cannot be added as it is
            AssertionProblem::NotReached { span, help, .. } => {
                let whole = help
                    .iter()
                    .filter(|sentence| !sentence.contains(['…', '`']));
                whole
                    .flat_map(|sentence| add_line(span, sentence.clone()))
                    .collect()
            }
            AssertionProblem::Reached { .. }
            | AssertionProblem::Bypassed { .. }
            | AssertionProblem::NoChain { .. }
            | AssertionProblem::UnsureChain { .. } => Vec::new(),
        }
    }
}

impl ManifestProblem {
    fn corrections(&self) -> Vec<Correction> {
        match self {
            ManifestProblem::UnknownKey { span, meant, .. }
            | ManifestProblem::UnknownName { span, meant, .. } => write_meant(span, meant),
            ManifestProblem::Syntax { .. }
            | ManifestProblem::WrongValue { .. }
            | ManifestProblem::MissingKey { .. }
            | ManifestProblem::OnePath { .. }
            | ManifestProblem::UnreadableFile { .. }
            | ManifestProblem::SharedOutputs { .. }
            | ManifestProblem::NoPrograms { .. }
            | ManifestProblem::SharedDirectory { .. } => Vec::new(),
        }
    }
}

/// The name that was likely meant.
fn write_meant(span: &Span, meant: &Option<String>) -> Vec<Correction> {
    meant
        .iter()
        .flat_map(|meant| write_instead(span, meant.clone()))
        .collect()
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
