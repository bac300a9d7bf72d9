//! The sentences that allow connections.

use super::super::gate::Gate;
use super::change::{Causes, Change};
use super::ends::EndId;
use super::version::Version;
use crate::groups::Direction;
use crate::net::{Addresses, Family};
use crate::policy::{Flow, Owner, Peer, TierId};

/// A gate that connections pass.
struct PassedGate<'c> {
    end: EndId,
    owner: Owner,
    direction: Direction,
    /// The endpoint on the other side.
    other: EndId,
    /// The addresses of that endpoint, unless it is all of it.
    places: Option<&'c Addresses>,
}

/// The sentences that allow connections, in the program in which they pass.
pub(super) fn find_causes(version: &Version<'_>, change: &Change) -> Causes {
    let mut causes = Causes::default();
    for gate in passed_gates(version, change) {
        if let Some(open) = gate.open_to_hosts(version, change) {
            causes.open = Some(open);
            causes.add_carried(gate.owner.tier(), Some(open));
        }
        gate.add_sentences(version, change, &mut causes);
    }
    causes.sentences.sort_unstable();
    causes.sentences.dedup();
    causes.carried.sort_unstable();
    causes.carried.dedup();
    causes
}

fn passed_gates<'c>(
    version: &Version<'_>,
    change: &'c Change,
) -> impl Iterator<Item = PassedGate<'c>> {
    let [from, to] = [&change.places.from, &change.places.to].map(Option::as_ref);
    let gates = [
        (change.to, Direction::Ingress, change.from, from),
        (change.from, Direction::Egress, change.to, to),
    ];

    gates
        .into_iter()
        .filter_map(move |(end, direction, other, places)| {
            Some(PassedGate {
                end,
                owner: version.owner_of(end)?,
                direction,
                other,
                places,
            })
        })
}

impl PassedGate<'_> {
    fn gate(&self) -> Gate {
        Gate::new(self.owner, self.direction)
    }

    /// The tier by whose group hosts are reached, because it may send all traffic.
    fn open_to_hosts(&self, version: &Version<'_>, change: &Change) -> Option<TierId> {
        if self.direction != Direction::Egress || self.other != EndId::HOSTS {
            return None;
        }
        let families = Family::BOTH.into_iter().filter(|it| change.has(*it));
        let mut open = families.filter_map(|it| version.gates.open_group(self.gate(), it));
        open.next()
    }

    /// Adds the sentences of the flows that allow some of the connections.
    fn add_sentences(&self, version: &Version<'_>, change: &Change, causes: &mut Causes) {
        let gate = self.gate();
        let far = version.index.peer_of(self.other).and_then(Peer::tier);
        let takes_part = |peer: Peer, flow: &Flow| {
            let mut families = Family::BOTH.into_iter();
            families.any(|family| {
                is_at(peer, self.places, family)
                    && change.traffic[family].meets(flow.traffic, family)
            })
        };

        for (_, flow) in version.opening_flows((self.end, self.direction), gate, self.other) {
            let peer = version.gates.far_peer(gate, *flow);
            let flow = version.policy.flow(*flow);
            if takes_part(peer, flow) {
                causes.sentences.push(flow.sentence);
                causes.add_carried(gate.tier(), self.near_group(flow));
                causes.add_carried(far, peer.tier());
            }
        }
    }

    /// The group whose rule a flow is on this side.
    fn near_group(&self, flow: &Flow) -> Option<TierId> {
        let owner = match self.direction {
            Direction::Ingress => flow.accepting(),
            Direction::Egress => flow.sending(),
        };
        owner.and_then(Owner::tier)
    }
}

impl Causes {
    /// Notes that the members of a tier take part by a group, if it is not its own.
    fn add_carried(&mut self, tier: Option<TierId>, group: Option<TierId>) {
        if let (Some(tier), Some(group)) = (tier, group)
            && tier != group
        {
            self.carried.push((tier, group));
        }
    }
}

/// Whether a block contains any of these addresses, in its family; true for any other peer, whose
/// members can have any address.
fn is_at(peer: Peer, places: Option<&Addresses>, family: Family) -> bool {
    match (peer.block(), places) {
        (Some(block), Some(places)) => Family::of_block(&block) == family && places.meets(&block),
        (Some(_), None) | (None, _) => true,
    }
}
