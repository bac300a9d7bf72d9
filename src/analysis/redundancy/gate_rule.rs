//! The rules of one gate.

use crate::net::Traffic;
use crate::policy::Peer;

/// The traffic of one peer at a gate, and its flows.
#[derive(Debug)]
pub(super) struct GateRule {
    pub(super) peer: Peer,
    pub(super) traffic: Traffic,
    pub(super) flows: Vec<u32>,
    pub(super) is_redundant: bool,
}
