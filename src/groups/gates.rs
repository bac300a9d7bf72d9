//! Which gates the flows of a policy open: the rules that its groups have, and the only gates that
//! analyses judge.

use crate::net::{EVERY_IPV4, EVERY_IPV6, Family, PerFamily, Traffic};
use crate::policy::{Flow, Outbound, Owner, Peer, Policy, TierId, Verb};
use ipnet::IpNet;

/// The gates that flows open, without those whose rules are omitted.
#[derive(Debug, Clone)]
pub struct OpenedGates<'p> {
    policy: &'p Policy,
    /// For each tier, whether its outbound rules to tiers are omitted.
    sends_everything: Vec<bool>,
}

impl<'p> OpenedGates<'p> {
    /// Determines the omitted rules.
    ///
    /// An outbound rule to a tier, unless a sentence with `sends` asks for it, is omitted if the
    /// sender may send all traffic to anywhere, in every IP version that the stack uses. With
    /// `ip = ipv4` that is only IPv4: such a sender has no rule for IPv6.
    pub fn new(policy: &'p Policy) -> OpenedGates<'p> {
        let mut everywhere = vec![PerFamily::<bool>::default(); policy.tiers.len()];
        for flow in policy
            .flows
            .iter()
            .filter(|flow| flow.traffic == Traffic::All)
        {
            let sender = flow.sending().and_then(Owner::tier);
            if let (Some(tier), Some(family)) = (sender, all_of(flow.destination())) {
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

    /// The groups whose inbound and whose outbound gate a flow opens, by
    /// [`Direction`](super::Direction).
    #[inline]
    pub fn opened_by(&self, flow: &Flow) -> [Option<Owner>; 2] {
        let writes = |owner: &Owner| flow.verb == Verb::Sends || self.needs_rule(*owner, flow);
        [flow.accepting(), flow.sending().filter(writes)]
    }

    /// Whether a sender needs an outbound rule for a flow: it is not open to the peer, or made
    /// elsewhere, and the rule is not omitted.
    fn needs_rule(&self, sender: Owner, flow: &Flow) -> bool {
        let Owner::Tier(sender) = sender else {
            return true;
        };
        let peer = flow.destination();
        let is_omitted = self.sends_everything[sender.index()] && peer.tier().is_some();
        !is_omitted && !is_open_to_peer(self.policy, sender, peer)
    }
}

/// The family if the peer is every address of it.
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

/// The blocks to which an open tier may send all traffic without a sentence.
pub fn open_to(policy: &Policy, tier: TierId) -> &'static [IpNet] {
    match policy.tier(tier).outbound {
        Outbound::Open if policy.stack.dual => &[EVERY_IPV4, EVERY_IPV6],
        Outbound::Open | Outbound::OpenIpv4 => &[EVERY_IPV4],
        Outbound::OpenIpv6 => &[EVERY_IPV6],
        Outbound::Closed => &[],
    }
}
