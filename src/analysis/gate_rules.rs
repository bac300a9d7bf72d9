//! What one gate admits: its rules as sets, by whom they name.

use super::endpoint::{Endpoint, Who};
use crate::net::{Family, Packets, Traffic, TrafficSet};
use crate::policy::{Peer, Policy};

/// What one gate admits, by whom its rules name.
#[derive(Debug, Default)]
pub(super) struct GateRules {
    /// Rules that name blocks.
    pub(super) blocks: Packets,
    /// Rules that name anything else, by whom, sorted; what they admit in each family.
    named: Vec<(Peer, [TrafficSet; 2])>,
    /// All that rules with prefix lists and parameters admit; anyone may be in those.
    loose: [TrafficSet; 2],
    /// All that rules with foreign groups admit; any host but the members of tiers may be in those.
    foreign: [TrafficSet; 2],
}

/// What one gate admits from or to one end, over the addresses of that end.
pub(super) struct Admitted {
    pub(super) may: TrafficSet,
    pub(super) must: TrafficSet,
}

impl GateRules {
    pub(super) fn new(policy: &Policy, rules: &[(Peer, Traffic)]) -> GateRules {
        let mut admit = GateRules::default();
        let mut named: Vec<(Peer, Traffic)> = Vec::new();
        let blocks = rules.iter().filter_map(|(peer, traffic)| match peer {
            Peer::Net(block) => Some((*block, *traffic)),
            Peer::PrefixList(_) | Peer::Param(_) | Peer::Tier(_) | Peer::External(_) => {
                named.push((*peer, *traffic));
                None
            }
        });
        admit.blocks = Packets::new(blocks);
        named.sort_unstable();
        for same in named.chunk_by(|a, b| a.0 == b.0) {
            let peer = same[0].0;
            let sets = Family::BOTH.map(|family| {
                let any = peer_family(policy, peer).is_none_or(|only| only == family);
                TrafficSet::of_all(
                    same.iter().filter(|_| any).map(|(_, traffic)| *traffic),
                    family,
                )
            });
            let all = match peer {
                Peer::PrefixList(_) | Peer::Param(_) => Some(&mut admit.loose),
                Peer::External(_) => Some(&mut admit.foreign),
                Peer::Tier(_) | Peer::Net(_) => None,
            };
            if let Some(all) = all {
                for (all, one) in all.iter_mut().zip(&sets) {
                    *all = all.union(one);
                }
            }
            admit.named.push((peer, sets));
        }
        admit
    }

    /// What its rules admit that name no block, by whom they name, in each family.
    pub(super) fn named(&self) -> impl Iterator<Item = (Peer, &[TrafficSet; 2])> {
        self.named.iter().map(|(peer, sets)| (*peer, sets))
    }

    fn place(&self, peer: Peer) -> Option<usize> {
        self.named
            .binary_search_by(|(known, _)| known.cmp(&peer))
            .ok()
    }

    /// What rules that name just this end admit.
    fn to(&self, who: Who, family: Family) -> Option<&TrafficSet> {
        Some(&self.named[self.place(who.peer()?)?].1[family as usize])
    }

    /// Whether rules that name just this end admit anything.
    pub(super) fn names(&self, who: Who, family: Family) -> bool {
        self.to(who, family)
            .is_some_and(|admitted| !admitted.is_empty())
    }

    /// What its rules admit from or to an end.
    pub(super) fn admitted(&self, side: &Endpoint, family: Family) -> Admitted {
        let own = self.to(side.who, family);
        let by_address = self.blocks.with_any(&side.addresses, family);
        let foreign = match side.who {
            Who::Tier(_) => None,
            Who::Hosts | Who::External(_) | Who::PrefixList(_) | Who::Param(_) => {
                Some(&self.foreign[family as usize])
            }
        };
        let may = [
            Some(&by_address),
            own,
            Some(&self.loose[family as usize]),
            foreign,
        ];
        let may = TrafficSet::union_of(may.into_iter().flatten().filter(|set| !set.is_empty()));
        if !side.is_in(family) {
            return Admitted {
                may,
                must: TrafficSet::default(),
            };
        }
        let every = if by_address.is_empty() {
            by_address
        } else {
            self.blocks.with_every(&side.addresses, family)
        };
        let must = match own {
            Some(own) => every.union(own),
            None => every,
        };
        Admitted { may, must }
    }
}

/// The family of a prefix list or a parameter.
pub(super) fn peer_family(policy: &Policy, peer: Peer) -> Option<Family> {
    match peer {
        Peer::PrefixList(id) => Some(policy.prefix_lists[id.index()].family),
        Peer::Param(id) => Some(policy.param(id).kind.family()),
        Peer::Net(block) => Some(Family::of_block(&block)),
        Peer::Tier(_) | Peer::External(_) => None,
    }
}
