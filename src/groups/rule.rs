//! One rule of a security group.

use super::Direction;
use crate::net::Traffic;
use crate::policy::{Peer, TierId};
use std::ops::Range;

/// One rule. Traffic and peer identify it within one direction of its group.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The traffic.
    pub traffic: Traffic,
    /// The peer: source of an inbound rule, destination of an outbound rule.
    pub peer: Peer,
    pub(super) text: RuleText,
    /// The range of its flows in the list of the deployment.
    pub(super) origins: Range<u32>,
}

impl Rule {
    /// Whether no sentence asks for it: the tier is open.
    pub(super) fn has_no_sentence(&self) -> bool {
        self.origins.is_empty()
    }
}

/// Where the description of a rule comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RuleText {
    /// The flow with this position, on one side of it.
    Flow(u32, Direction),
    /// No flow: the rule exists because the tier is open.
    Open(TierId),
}
