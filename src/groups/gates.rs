//! Which gates the flows of a policy open: the rules that its groups have, and all that an analysis
//! may judge.

use crate::net::{EVERY_IPV4, EVERY_IPV6, Family, PerFamily, Traffic};
use crate::policy::{Flow, Outbound, Peer, Policy, TierId};
use ipnet::IpNet;

/// The gates that flows open, without those whose rules are left out.
#[derive(Debug, Clone)]
pub struct OpenedGates<'p> {
    policy: &'p Policy,
    /// For each tier, whether its outbound rules to tiers are left out.
    sends_everything: Vec<bool>,
}

impl<'p> OpenedGates<'p> {
    /// Finds which rules are left out.
    ///
    /// An outbound rule to a tier is left out where the sender may send all traffic to anywhere, in
    /// every IP version that the stack uses. Under `ip = ipv4` that is IPv4 alone: then such a
    /// sender has no rule for IPv6.
    pub fn new(policy: &'p Policy) -> OpenedGates<'p> {
        let mut everywhere = vec![PerFamily::<bool>::default(); policy.tiers.len()];
        for flow in policy
            .flows
            .iter()
            .filter(|flow| flow.traffic == Traffic::All)
        {
            if let (Some(tier), Some(family)) = (flow.sender(), all_of(flow.destination())) {
                everywhere[tier.index()][family] = true;
            }
        }

        let in_use = |family: &Family| policy.stack.dual || *family == Family::V4;
        let sends_everything = everywhere.iter().map(|everywhere| {
            Family::BOTH
                .into_iter()
                .filter(in_use)
                .all(|family| everywhere[family])
        });

        OpenedGates {
            policy,
            sends_everything: sends_everything.collect(),
        }
    }

    /// The tier whose inbound gate a flow opens, and the tier whose outbound gate it does: by
    /// [`Direction`](super::Direction).
    pub fn opened_by(&self, flow: &Flow) -> [Option<TierId>; 2] {
        let sender = flow
            .sender()
            .filter(|tier| !is_open_to_peer(self.policy, *tier, flow.destination()));
        [
            flow.receiver(),
            sender.filter(|tier| !self.leaves_out(*tier, flow)),
        ]
    }

    /// Whether the outbound rule of a closed tier that a flow asks for is left out.
    fn leaves_out(&self, sender: TierId, flow: &Flow) -> bool {
        self.sends_everything[sender.index()] && flow.receiver().is_some()
    }
}

/// The family of which a peer is every address.
fn all_of(peer: Peer) -> Option<Family> {
    let block = peer.block().filter(|block| block.prefix_len() == 0);
    block.map(|block| Family::of_block(&block))
}

/// Whether a tier may send everything to a peer without a sentence, so that none adds a rule.
///
/// A tier that is open in one IP version has no rules to groups, since such a rule would be one of
/// both versions: there it sends what its open version lets it send.
pub fn is_open_to_peer(policy: &Policy, tier: TierId, peer: Peer) -> bool {
    match policy.tier(tier).outbound {
        Outbound::Open => true,
        Outbound::OpenIpv4 => policy.peer_family(peer) != Some(Family::V6),
        Outbound::OpenIpv6 => policy.peer_family(peer) != Some(Family::V4),
        Outbound::Closed => false,
    }
}

/// To whom an open tier may send everything, whatever sentences say.
pub fn open_to(policy: &Policy, tier: TierId) -> &'static [IpNet] {
    match policy.tier(tier).outbound {
        Outbound::Open if policy.stack.dual => &[EVERY_IPV4, EVERY_IPV6],
        Outbound::Open | Outbound::OpenIpv4 => &[EVERY_IPV4],
        Outbound::OpenIpv6 => &[EVERY_IPV6],
        Outbound::Closed => &[],
    }
}
