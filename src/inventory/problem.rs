//! What AWS would not take, or changes before it does.

use super::origin::Origin;
use crate::aws::Direction;
use ipnet::IpNet;
use std::fmt;

/// Why a rule that a source writes cannot be one of AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadRule {
    /// `tpc`
    Protocol(String),
    /// An expression gives the protocol: what passes is unknown.
    UnknownProtocol(String),
    /// TCP or UDP without ports.
    NoPorts,
    /// `70000`
    Port(String),
    /// `443` to `80`
    Inverted {
        /// FromPort.
        from: u16,
        /// ToPort.
        to: u16,
    },
    /// `300`, as a type or a code of ICMP.
    Icmp(String),
    /// An expression gives the type or the code of ICMP.
    UnknownIcmp,
    /// `10.0.0.300/8`
    Block(String),
    /// Nobody is at the other end.
    NoPeer,
    /// Who is at the other end is known only after a plan is applied.
    UnknownPeer,
}

impl fmt::Display for BadRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadRule::Protocol(written) => write!(f, "`{written}` is no protocol"),
            BadRule::UnknownProtocol(expression) => {
                write!(f, "the protocol is unknown: `{expression}`")
            }
            BadRule::NoPorts => f.write_str("TCP and UDP need ports"),
            BadRule::Port(written) => write!(f, "`{written}` is no port"),
            BadRule::Inverted { from, to } => {
                write!(f, "the ports end before they start: {from} to {to}")
            }
            BadRule::Icmp(written) => write!(f, "`{written}` is no type or code of ICMP"),
            BadRule::UnknownIcmp => f.write_str("the type or code of ICMP is unknown"),
            BadRule::UnknownPeer => {
                f.write_str("the peers of inline rules are known only after the plan is applied")
            }
            BadRule::NoPeer => f.write_str("the rule has no peer"),
            BadRule::Block(written) => write!(f, "`{written}` is no block of addresses"),
        }
    }
}

impl std::error::Error for BadRule {}

/// A rule that is written in a source and that AWS cannot have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedRule {
    /// Where it is written.
    pub origin: Origin,
    /// Why.
    pub why: BadRule,
}

/// Why a source cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceError {
    /// What is wrong.
    pub message: String,
    /// Line and column, from 1, where they are known.
    pub place: Option<(usize, usize)>,
    /// The name of the file, in a source of several.
    pub file: Option<String>,
}

impl SourceError {
    /// What is wrong with JSON, where it is.
    pub fn from_json(error: &serde_json::Error) -> SourceError {
        let message = error.to_string();
        let place = message.rfind(" at line ");
        SourceError {
            message: message[..place.unwrap_or(message.len())].to_string(),
            place: Some((error.line(), error.column())),
            file: None,
        }
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}, ")?;
        }
        match self.place {
            Some((line, column)) => write!(f, "line {line}, column {column}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for SourceError {}

/// Something about a source that is worth knowing, and no error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remark {
    /// AWS drops the bits after the prefix: `10.0.0.7/24` is stored as `10.0.0.0/24` (EC2 API
    /// reference, AuthorizeSecurityGroupIngress).
    HostBits {
        /// Where it is written.
        origin: Origin,
        /// As it is written.
        written: String,
        /// As AWS stores it.
        block: IpNet,
    },
    /// Groups without outbound rules: AWS lets them send everything, over IPv6 where their VPC has
    /// addresses of it, which the source does not say.
    DefaultOutbound {
        /// The groups.
        groups: Vec<Origin>,
    },
    /// A part of the source that stands for another document, which can have groups and rules:
    /// `AWS::CloudFormation::Stack`.
    NotRead {
        /// Where it stands.
        origin: Origin,
        /// Its type.
        kind: String,
    },
    /// A rule that stands twice, with the same group, direction, traffic and peer; AWS has it once.
    Repeated {
        /// The one that was left out.
        origin: Origin,
        /// The one that stays.
        first: Origin,
        /// Inbound or outbound.
        direction: Direction,
    },
    /// A parameter without a value that decides which rules there are: its default was taken.
    AssumedDefault {
        /// `var.public`
        parameter: String,
        /// The default.
        value: String,
        /// Where it decides.
        origin: Origin,
    },
    /// A module that is not among the files of a configuration: what it makes is unknown.
    UnreadModule {
        /// `module.vpc`
        module: String,
        /// `terraform-aws-modules/vpc/aws`
        written: String,
        /// The groups that it gets, on which it may put rules.
        groups: Vec<String>,
        /// Where it is called.
        origin: Origin,
    },
    /// Tags of a group or a rule that an expression gives, and that are left out.
    UnknownTags {
        /// What has them.
        origin: Origin,
        /// `var.tags`
        expression: String,
    },
}

impl Remark {
    /// Whether what is proved of the source depends on it.
    pub fn limits_proofs(&self) -> bool {
        match self {
            Remark::AssumedDefault { .. }
            | Remark::DefaultOutbound { .. }
            | Remark::NotRead { .. }
            | Remark::UnreadModule { .. } => true,
            Remark::HostBits { .. } | Remark::Repeated { .. } | Remark::UnknownTags { .. } => false,
        }
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = |origin: &Origin| origin.place().unwrap_or("a rule").to_string();
        match self {
            Remark::HostBits {
                origin,
                written,
                block,
            } => write!(f, "{}: AWS has `{block}` for `{written}`", place(origin)),
            Remark::Repeated { origin, first, .. } => write!(
                f,
                "{} repeats a rule of {}: AWS has it once",
                place(origin),
                place(first)
            ),
            Remark::DefaultOutbound { groups } => {
                let names: Vec<String> = groups.iter().map(place).collect();
                write!(
                    f,
                    "no outbound rules are written for {}, so AWS allows all: over IPv6 only if \
                     the VPC has IPv6, as is assumed",
                    names.join(", ")
                )
            }
            Remark::NotRead { origin, kind } => write!(
                f,
                "{} ({kind}) is not read: it can have groups, and rules of these groups",
                place(origin)
            ),
            Remark::AssumedDefault {
                parameter,
                value,
                origin,
            } => write!(
                f,
                "{}: `{parameter}` has no value, and decides which rules there are: its default \
                 {value} is assumed",
                place(origin)
            ),
            Remark::UnreadModule {
                module,
                written,
                groups,
                origin,
            } => write!(
                f,
                "{}: `{module}` is not read, and what it makes is unknown: `{written}`{}",
                place(origin),
                describe_given(groups)
            ),
            Remark::UnknownTags { origin, expression } => write!(
                f,
                "{}: tags that `{expression}` gives are unknown, and left out",
                place(origin)
            ),
        }
    }
}

/// The groups that a module gets.
fn describe_given(groups: &[String]) -> String {
    match groups {
        [] => String::new(),
        _ => format!("; it may put rules on {}", groups.join(", ")),
    }
}
