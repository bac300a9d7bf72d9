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
}

impl SourceError {
    /// What is wrong with JSON, where it is.
    pub fn from_json(error: &serde_json::Error) -> SourceError {
        let message = error.to_string();
        let place = message.rfind(" at line ");
        SourceError {
            message: message[..place.unwrap_or(message.len())].to_string(),
            place: Some((error.line(), error.column())),
        }
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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
    /// A condition of the source took the default of a parameter, since no value was given.
    AssumedDefault {
        /// The parameter, as the source calls it.
        parameter: String,
        /// Its default.
        value: String,
        /// The condition.
        origin: Origin,
    },
    /// A rule that is written, and that the deployment deletes: one for all outbound traffic of a
    /// group with outbound rules that are resources of CloudFormation.
    Deleted {
        /// Where it is written.
        origin: Origin,
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
}
