//! Syntax errors: E01.

use super::super::correction::Rewrite;
use crate::source::Span;
use ipnet::IpNet;
use std::borrow::Cow;

/// Text that is not a valid program.
#[derive(Debug, Clone)]
#[allow(missing_docs)] // the fields are named for what they hold
#[non_exhaustive]
pub enum SyntaxProblem {
    /// `web allows https anywhere`
    Unexpected {
        span: Span,
        found: String,
        expected: String,
        help: Option<Cow<'static, str>>,
        /// The keyword that a misspelled one was meant to be.
        meant: Option<String>,
    },
    /// `teir web`
    UnknownStatement {
        span: Span,
        word: String,
        meant: Option<String>,
    },
    /// `web denies ssh from anywhere`
    Deny { span: Span, word: String },
    /// `include "a.tier`
    UnterminatedString { span: Span },
    /// `tier web { outbound = closed`
    UnclosedBlock { span: Span },
    /// `tier web "a\qb"`
    BadEscape { span: Span, text: String },
    /// a NUL, a lone carriage return, a bidirectional control
    BadCharacter { span: Span, character: char },
    /// a byte that is not UTF-8
    NotUtf8 { span: Span },
    /// `@allow(template-limits)` with no statement after it
    DanglingAnnotation { span: Span },
    /// `web allows ssh from 10.0.0.300`
    BadAddress {
        span: Span,
        text: String,
        meant: Option<String>,
    },
    /// `web allows ssh from 10.0.0.1/8`
    HostBits {
        span: Span,
        text: String,
        block: String,
        is_narrow: bool,
    },
    /// `web allows tcp 70000 from anywhere`
    BadPort { span: Span, text: String },
    /// `web allows tcp 90-80 from anywhere`
    InvertedPorts { span: Span, from: u16, to: u16 },
    /// `web allows proto 300 from anywhere`
    BadProtocol { span: Span, text: String },
    /// `web allows icmp 300 from anywhere`
    BadIcmpNumber { span: Span, text: String },
    /// `web allows https from anywhere until 2026-02-30`
    BadDate {
        span: Span,
        text: String,
        meant: Option<String>,
    },
    /// `web allows 443 from anywhere`
    PortWithoutProtocol { span: Span, text: String },
    /// a name of more than 100 characters
    LongName { span: Span, length: usize },
    /// `tier web "one" "two"`
    Repeated {
        span: Span,
        first: Span,
        what: &'static str,
    },
    /// `stack shop { rule-quota = 99999999999999999999 }`
    BadNumber { span: Span, text: String },
    /// a file of 257 MiB
    FileTooLarge { name: String },
    /// `web allows https from 0.0.0.0`
    UnspecifiedAddress {
        span: Span,
        text: String,
        every: IpNet,
    },
    /// `web allows tcp/443 from anywhere`
    OtherNotation {
        span: Span,
        text: String,
        write: String,
        label: &'static str,
        rewrite: Rewrite,
    },
    /// `web allows http https from anywhere`
    MissingComma {
        span: Span,
        after: String,
        rewrite: Rewrite,
    },
    /// `web allows https`, and on the next line `from anywhere`
    BrokenLine {
        span: Span,
        above: Span,
        rewrite: Rewrite,
    },
    /// `resource "aws_security_group" "web" {`
    OtherTool {
        span: Span,
        word: String,
        tool: &'static str,
        help: String,
    },
    /// `from web to db allow mysql`
    WordOrder {
        span: Span,
        sentence: String,
        /// The part that is missing in the text; the sentence has an example of it.
        lacks: Option<&'static str>,
    },
    /// `web allows https from example.com`
    UnmatchedPeer {
        span: Span,
        text: String,
        label: &'static str,
        help: &'static str,
    },
    /// a no-break space between words
    OddCharacter {
        span: Span,
        character: char,
        what: &'static str,
        rewrite: Rewrite,
    },
    /// `web accepts https to lb`
    WrongWay {
        span: Span,
        verb: &'static str,
        way: &'static str,
        meant: String,
        other: String,
    },
}
