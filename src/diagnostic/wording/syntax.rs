//! Syntax errors: E01.

use super::super::problem::SyntaxProblem;
use super::super::report::Report;

impl SyntaxProblem {
    /// The message of the problem.
    pub(super) fn report(&self) -> Report {
        use Report as R;
        match self {
            SyntaxProblem::Unexpected {
                span,
                found,
                expected,
                help,
                meant,
            } => R::error("E0101", format!("expected {expected}, found {found}"))
                .at(span, format!("expected {expected}"))
                .meant(meant)
                .helps(help),
            SyntaxProblem::UnknownStatement { span, word, meant } => {
                R::error("E0102", format!("expected a statement, found `{word}`"))
                    .at(span, "not a statement")
                    .meant(meant)
                    .help("a sentence reads `web allows https from anywhere`")
            }
            SyntaxProblem::Deny { span, word } => R::error(
                "E0103",
                format!(
                    "`{word}` is not supported: security groups only have allow \
                     rules"
                ),
            )
            .at(span, "there are no deny rules")
            .help(
                "delete the sentence, or exclude addresses with `except`: `web \
                 allows https from 10.0.0.0/8 except 10.1.0.0/16`",
            ),
            SyntaxProblem::UnterminatedString { span } => R::error("E0104", "unterminated string")
                .at(span, "the string starts here")
                .help(
                    "add a closing `\"`; in a string, write a quote as `\\\"` and \
                     a line break as `\\n`",
                ),
            SyntaxProblem::UnclosedBlock { span } => R::error("E0105", "unclosed block")
                .at(span, "opened here")
                .help("add a closing `}`"),
            SyntaxProblem::BadEscape { span, text } => {
                R::error("E0106", format!("unknown escape sequence `{text}`"))
                    .at(span, "not an escape sequence")
                    .help(
                        "valid escape sequences are `\\\"`, `\\\\`, `\\n`, `\\t` and \
                         `\\u{e9}`",
                    )
                    .help(format!("for a backslash, write `\\{text}`"))
            }
            SyntaxProblem::BadCharacter { span, character } => R::error(
                "E0107",
                format!(
                    "the character U+{:04X} is not allowed in a program",
                    u32::from(*character)
                ),
            )
            .at(span, "invisible character or control character")
            .help("remove it"),
            SyntaxProblem::NotUtf8 { span } => R::error("E0108", "this file is not UTF-8")
                .at(span, "first invalid byte")
                .help("save the file as UTF-8"),
            SyntaxProblem::DanglingAnnotation { span } => {
                R::error("E0109", "no statement follows this annotation")
                    .at(span, "applies to no statement")
                    .help(
                        "put the annotation on the line before the statement that it \
                         applies to",
                    )
            }
            SyntaxProblem::WrongWay {
                span,
                verb,
                way,
                meant,
                other,
            } => R::error("E0129", format!("`{verb}` needs `{way}`"))
                .at(span, format!("expected `{way}`"))
                .help(format!("write `{meant}`, or `{other}`")),
            SyntaxProblem::BadAddress { span, text, meant } => {
                R::error("E0110", format!("`{text}` is not a valid address"))
                    .at(span, "not an IPv4 or IPv6 address or block")
                    .meant(meant)
                    .help(address_help(text))
            }
            SyntaxProblem::HostBits {
                span,
                text,
                block,
                is_narrow: _,
            } => R::error("E0111", format!("`{text}` has host bits set"))
                .at(span, "not the first address of a block")
                .help(format!("the block is `{block}`")),
            SyntaxProblem::BadPort { span, text } => {
                R::error("E0112", format!("`{text}` is not a valid port"))
                    .at(span, "not a port")
                    .help("a port is a number from 0 to 65535")
            }
            SyntaxProblem::InvertedPorts { span, from, to } => R::error(
                "E0113",
                format!("the range `{from}-{to}` ends before it starts"),
            )
            .at(span, "empty range")
            .help(format!("write `{to}-{from}`")),
            SyntaxProblem::BadProtocol { span, text } => {
                R::error("E0114", format!("`{text}` is not a valid protocol number"))
                    .at(span, "not a protocol number")
                    .help("a protocol number is from 0 to 255, as assigned by IANA")
            }
            SyntaxProblem::BadIcmpNumber { span, text } => R::error(
                "E0115",
                format!("`{text}` is not a valid ICMP type or code"),
            )
            .at(span, "not a type or `type/code`")
            .help("a type or a code is from 0 to 255: `icmp 8`, `icmp 3/4`"),
            SyntaxProblem::BadDate { span, text, meant } => {
                R::error("E0116", format!("`{text}` is not a valid date"))
                    .at(span, "no such day")
                    .meant(meant)
                    .help("write a date as `2026-12-31`")
            }
            SyntaxProblem::PortWithoutProtocol { span, text } => {
                R::error("E0117", format!("port `{text}` has no protocol"))
                    .at(span, "a bare port must follow `tcp` or `udp` in the list")
                    .help(format!("write `tcp {text}` or `udp {text}`"))
            }
            SyntaxProblem::LongName { span, length } => {
                R::error("E0118", format!("this name has {length} characters"))
                    .at(span, "too long")
                    .help(
                        "a name has at most 100 characters, because names in AWS are \
                         derived from it",
                    )
            }
            SyntaxProblem::Repeated { span, first, what } => {
                R::error("E0119", format!("duplicate {what}"))
                    .at(span, "duplicate")
                    .at(first, "first given here")
            }
            SyntaxProblem::BadNumber { span, text } => {
                R::error("E0120", format!("the number `{text}` is out of range"))
                    .at(span, "too large or negative")
            }
            SyntaxProblem::UnspecifiedAddress { span, text, every } => {
                R::error("E0122", format!("no host has the address `{text}`"))
                    .at(span, "matches no traffic")
                    .help(format!("did you mean `anywhere`, or `{every}`?"))
            }
            SyntaxProblem::FileTooLarge { name } => {
                R::error("E0121", format!("`{name}` is too large"))
                    .help("a file has at most 256 MiB")
            }
            SyntaxProblem::OtherNotation {
                span,
                text,
                write,
                label,
                rewrite: _,
            } => {
                let report =
                    R::error("E0123", format!("`{text}` is not tierwall syntax")).at(span, *label);
                if write.is_empty() {
                    report.help(format!("remove `{text}`"))
                } else {
                    report.help(format!("write `{write}`"))
                }
            }
            SyntaxProblem::MissingComma {
                span,
                after,
                rewrite: _,
            } => R::error("E0124", format!("a comma is missing after `{after}`"))
                .at(span, "expected `,` after this")
                .help(format!("write `{after},`")),
            SyntaxProblem::BrokenLine {
                span,
                above,
                rewrite: _,
            } => R::error("E0125", "this line continues the statement above it")
                .at(span, "not a statement by itself")
                .at(above, "the statement ends here")
                .help(
                    "join the two lines; a statement continues only after `,` or \
                     `=`, and inside `{ }` or `[ ]`",
                ),
            SyntaxProblem::OtherTool {
                span,
                word,
                tool,
                help,
            } => R::error(
                "E0126",
                format!("expected a statement, found `{word}`, which belongs to {tool}"),
            )
            .at(span, "not a statement")
            .help(help.as_str()),
            SyntaxProblem::WordOrder {
                span,
                sentence,
                lacks,
            } => {
                let report = R::error("E0127", "the words of this sentence are in the wrong order")
                    .at(span, "a sentence starts with the tier that it applies to");
                match lacks {
                    None => report.help(format!("write `{sentence}`")),
                    Some(part) => report.help(format!("name {part}: `{sentence}`")),
                }
            }
            SyntaxProblem::UnmatchedPeer {
                span,
                text,
                label,
                help,
            } => R::error(
                "E0128",
                format!("a security group rule cannot reference `{text}`"),
            )
            .at(span, *label)
            .help(*help),
            SyntaxProblem::OddCharacter {
                span,
                character,
                what,
                rewrite,
            } => {
                let is_blank = rewrite.edits.first().is_some_and(|(_, text)| text == " ");
                R::error(
                    "E0107",
                    format!(
                        "{what} (U+{:04X}) is not allowed here",
                        u32::from(*character)
                    ),
                )
                .at(span, what.to_string())
                .help(if is_blank {
                    "replace it with a space"
                } else {
                    "remove it"
                })
            }
        }
    }
}

/// How to write an address, if there is no better suggestion.
fn address_help(text: &str) -> &'static str {
    let port = text
        .rsplit_once(':')
        .filter(|(host, port)| host.contains('.') && port.parse::<u16>().is_ok());

    match port {
        Some(_) => {
            "an address has no port; write the port before `from`: `tcp \
             443`"
        }
        None if text.ends_with("/0") => "for every address, write `anywhere`",
        None => {
            "write a block as `203.0.113.0/24` or `2001:db8::/32`, and a \
             host without a prefix length"
        }
    }
}
