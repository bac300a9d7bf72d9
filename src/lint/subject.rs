//! The input of lints.

use super::opening::Opening;
use crate::analysis::gate::Gates;
use crate::groups::Deployment;
use crate::policy::{Peer, Policy, Way};

/// The program that a lint judges, and what was computed from it.
#[derive(Debug)]
pub struct Subject<'p> {
    /// The program.
    pub policy: &'p Policy,
    /// Its gates.
    pub gates: Gates<'p>,
    /// What its tiers accept from the internet.
    pub openings: Vec<Opening>,
    /// Its groups and their rules.
    pub deployment: &'p Deployment<'p>,
}

impl Subject<'_> {
    /// A flow as a rule in words: "`tcp 443` from 203.0.113.0/24 to `web`".
    pub fn one_rule(&self, flow: u32) -> String {
        let (policy, flow) = (self.policy, self.policy.flow(flow));
        let tier = format!("`{}`", policy.owner_name(flow.subject));
        let peer = peer_words(policy, flow.peer);

        match flow.way {
            Way::From => format!("`{}` from {peer} to {tier}", flow.traffic),
            Way::To => format!("`{}` from {tier} to {peer}", flow.traffic),
        }
    }
}

/// A peer of a rule in words: a block, or a name in quotes.
pub fn peer_words(policy: &Policy, peer: Peer) -> String {
    let name = match peer {
        Peer::Net(block) => return block.to_string(),
        Peer::Tier(id) => &policy.tier(id).name,
        Peer::External(id) => &policy.external(id).name,
        Peer::PrefixList(id) => &policy.prefix_list(id).name,
        Peer::Param(id) => &policy.param(id).name,
    };
    format!("`{name}`")
}
