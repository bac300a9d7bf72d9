//! The rules of one gate.

use crate::net::Traffic;
use crate::policy::Peer;

/// What a gate admits of one peer, and the flows that ask for it.
#[derive(Debug)]
pub(super) struct GateRule {
    pub(super) peer: Peer,
    pub(super) traffic: Traffic,
    pub(super) flows: Vec<u32>,
    pub(super) is_redundant: bool,
}
