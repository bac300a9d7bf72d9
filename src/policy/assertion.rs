//! What a program asserts, and what it waves through.

use super::{ExternalId, NetworkId, ParamId, PrefixListId, TierId, VpcId};
use crate::net::{Addresses, Traffic};
use crate::source::Span;

/// `assert internet cannot reach db on mysql`
#[derive(Debug)]
pub struct Assertion {
    /// The statement.
    pub span: Span,
    /// What is claimed.
    pub claim: Claim,
    /// The senders.
    pub from: Vec<(Span, End)>,
    /// The receivers.
    pub to: Vec<(Span, End)>,
    /// On what; empty when any service is meant.
    pub on: Vec<(Span, Traffic)>,
    /// The services among these that have a name, by their places.
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
    /// Nothing else may reach the receivers.
    Only,
}

/// One end of an assertion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// The members of a tier.
    Tier(TierId),
    /// The hosts of these addresses that are in no tier, as the assertion names them: `private`,
    /// `10.0.0.7`.
    Addresses(String, Addresses),
    /// Likewise, of a network; its parameters may be unknown.
    Network(NetworkId),
    /// Likewise, of a VPC's blocks.
    Vpc(VpcId),
    /// Every address that IANA lists as globally reachable.
    Internet,
    /// A security group that is managed elsewhere; who is in it is unknown.
    External(ExternalId),
    /// A prefix list; what is in it is unknown.
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
    /// Why.
    pub reason: Option<String>,
    /// The statement that it is for.
    pub statement: Span,
}
