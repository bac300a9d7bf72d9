//! The assertions of a program, and its `@allow` annotations.

use super::{ExternalId, NetworkId, ParamId, PrefixListId, TierId, VpcId};
use crate::net::{Addresses, Traffic};
use crate::source::Span;

/// `assert internet cannot reach db on mysql`
#[derive(Debug)]
pub struct Assertion {
    /// The statement.
    pub span: Span,
    /// The form of the assertion.
    pub claim: Claim,
    /// The senders.
    pub from: Vec<(Span, End)>,
    /// The receivers.
    pub to: Vec<(Span, End)>,
    /// The services; empty for any.
    pub on: Vec<(Span, Traffic)>,
    /// The names of named services, with their spans.
    pub names: Vec<(Span, String)>,
}

/// The forms of assertion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Every named flow must pass.
    Can,
    /// As `Can`, and every chain of flows goes through one of these tiers.
    OnlyThrough(Vec<TierId>),
    /// No flow may pass.
    Cannot,
    /// No other sender may reach the receivers.
    Only,
}

/// One endpoint of an assertion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// The members of a tier.
    Tier(TierId),
    /// The hosts of these addresses that are in no tier, as the assertion names them: `private`,
    /// `10.0.0.7`.
    Addresses(String, Addresses),
    /// Likewise, the addresses of a network; its parameters may be unknown.
    Network(NetworkId),
    /// Likewise, the blocks of a VPC.
    Vpc(VpcId),
    /// Every address that IANA lists as globally reachable.
    Internet,
    /// A security group that is managed elsewhere; its members are unknown.
    External(ExternalId),
    /// A prefix list; its entries are unknown.
    PrefixList(PrefixListId),
    /// A block that is unknown.
    Param(ParamId),
}

/// `@allow(template-limits, "two stacks from next year")`
#[derive(Debug)]
pub struct Annotation {
    /// The annotation.
    pub span: Span,
    /// The lint it silences.
    pub lint: &'static str,
    /// Its reason.
    pub reason: Option<String>,
    /// The statement that it is for.
    pub statement: Span,
}
