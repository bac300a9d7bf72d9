//! The sentences that let connections through.

use super::super::gate::Gate;
use super::ends::EndId;
use super::version::Version;
use super::{Causes, Change};
use crate::groups::Direction;
use crate::net::{Addresses, Family};
use crate::policy::{Flow, Peer};

/// What lets connections through in the program in which they pass.
pub(super) fn causes(half: &Version<'_>, change: &Change) -> Causes {
    let mut causes = Causes::default();
    let sides = [
        (
            change.to,
            Direction::Ingress,
            change.from,
            &change.places.from,
        ),
        (change.from, Direction::Egress, change.to, &change.places.to),
    ];
    for (end, direction, other, places) in sides {
        let Some(Peer::Tier(tier)) = half.index.peer(end) else {
            continue;
        };
        let gate = Gate::new(tier, direction);
        let is_open = Family::BOTH
            .iter()
            .any(|family| change.has(*family) && half.gates.is_open(gate, *family));
        if direction == Direction::Egress && is_open && other == EndId::HOSTS {
            causes.open = Some(tier);
        }
        let flows = half.flows((end, direction), gate, other).iter();
        let flows =
            flows.map(|(_, n)| (half.gates.peer(gate, *n), &half.policy.flows[*n as usize]));
        let carried = |flow: &Flow, family: Family| {
            change.traffic[family as usize].meets(flow.traffic, family)
        };
        let taking_part = flows.filter(|(peer, flow)| {
            let mut families = Family::BOTH
                .into_iter()
                .filter(|family| fits(*peer, places.as_ref(), *family));
            families.any(|family| carried(flow, family))
        });
        causes
            .sentences
            .extend(taking_part.map(|(_, flow)| flow.sentence));
    }
    causes.sentences.sort_unstable();
    causes.sentences.dedup();
    causes
}

/// Whether a block holds any of these addresses, in its family; what is no block does wherever its
/// members are.
fn fits(peer: Peer, places: Option<&Addresses>, family: Family) -> bool {
    match (peer, places) {
        (Peer::Net(block), Some(places)) => {
            Family::of_block(&block) == family && places.meets(&block)
        }
        (Peer::Net(_), None)
        | (Peer::PrefixList(_) | Peer::Param(_) | Peer::Tier(_) | Peer::External(_), _) => true,
    }
}
