//! One rule of a security group.

use super::Direction;
use crate::net::Traffic;
use crate::policy::{Peer, TierId};
use std::ops::Range;

/// One rule. Traffic and peer are its identity within its side of its group.
#[derive(Debug, Clone)]
pub struct Rule {
    /// What passes.
    pub traffic: Traffic,
    /// From or to whom.
    pub peer: Peer,
    pub(super) text: RuleText,
    /// Where the flows that ask for it stand in the deployment's list.
    pub(super) origins: Range<u32>,
}

/// Where the description of a rule comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RuleText {
    /// The flow with this position, on one side of it.
    Flow(u32, Direction),
    /// No flow: the rule is there because the tier is open.
    Open(TierId),
}
