//! What one gate admits: its rules as sets, by whom they name.
//!
//! `db allows mysql from app, 10.0.0.0/8` makes two rules of the inbound gate of `db`: one that
//! names the tier `app`, wherever its members are, and one that names a block, whoever has an
//! address in it.

use super::endpoint::{Endpoint, Who};
use crate::net::{Family, Packets, PerFamily, Traffic, TrafficSet};
use crate::policy::{Peer, Policy};

/// What one gate admits, by whom its rules name.
#[derive(Debug, Default)]
pub(super) struct GateRules {
    /// Rules that name blocks.
    pub(super) blocks: Packets,
    /// Rules that name anything else, by whom, sorted.
    named: Vec<(Peer, PerFamily<TrafficSet>)>,
    /// All that rules with prefix lists and parameters admit; anyone may be in those.
    anyone: PerFamily<TrafficSet>,
    /// All that rules with foreign groups admit; any host but the members of tiers may be in those.
    any_host: PerFamily<TrafficSet>,
}

/// What one gate admits from or to one end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Admitted {
    /// For some of its addresses, or perhaps.
    pub(super) may: TrafficSet,
    /// For every one of its addresses.
    pub(super) must: TrafficSet,
}

impl GateRules {
    pub(super) fn new(policy: &Policy, rules: &[(Peer, Traffic)]) -> GateRules {
        let blocks = rules
            .iter()
            .filter_map(|(peer, traffic)| Some((peer.block()?, *traffic)));
        let is_named = |rule: &&(Peer, Traffic)| rule.0.block().is_none();
        let mut named: Vec<(Peer, Traffic)> = rules.iter().filter(is_named).copied().collect();
        named.sort_unstable();

        let mut gate_rules = GateRules {
            blocks: Packets::new(blocks),
            ..GateRules::default()
        };

        for same in named.chunk_by(|a, b| a.0 == b.0) {
            gate_rules.add_named(policy, same[0].0, same);
        }

        gate_rules
    }

    /// Adds the rules that name one peer, which is no block.
    fn add_named(&mut self, policy: &Policy, peer: Peer, rules: &[(Peer, Traffic)]) {
        let only = policy.peer_family(peer);
        let admitted = PerFamily::from_fn(|family| {
            let is_there = only.is_none_or(|only| only == family);
            let rules = rules.iter().filter(|_| is_there);
            TrafficSet::from_traffic(rules.map(|(_, traffic)| *traffic), family)
        });

        match peer {
            Peer::PrefixList(_) | Peer::Param(_) => self.anyone = self.anyone.union(&admitted),
            Peer::External(_) => self.any_host = self.any_host.union(&admitted),
            Peer::Tier(_) | Peer::Net(_) => {}
        }

        self.named.push((peer, admitted));
    }

    /// What the rules that name no block admit, by whom they name.
    pub(super) fn named_peers(&self) -> impl Iterator<Item = (Peer, &PerFamily<TrafficSet>)> {
        self.named.iter().map(|(peer, admitted)| (*peer, admitted))
    }

    /// What the rules that name just this end admit.
    fn admitted_by_name(&self, who: Who, family: Family) -> Option<&TrafficSet> {
        let peer = who.peer()?;
        let at = self.named.binary_search_by(|(known, _)| known.cmp(&peer));
        Some(&self.named[at.ok()?].1[family])
    }

    /// Whether the rules that name just this end admit anything.
    pub(super) fn admits_by_name(&self, who: Who, family: Family) -> bool {
        self.admitted_by_name(who, family)
            .is_some_and(|admitted| !admitted.is_empty())
    }

    /// What its rules admit from or to an end.
    pub(super) fn admitted_traffic(&self, end: &Endpoint, family: Family) -> Admitted {
        let by_name = self.admitted_by_name(end.who, family);
        let by_address = self.blocks.with_any(&end.addresses, family);
        let any_host = end.who.tier().is_none().then(|| &self.any_host[family]);

        let may = [
            Some(&by_address),
            by_name,
            Some(&self.anyone[family]),
            any_host,
        ];

        let may = TrafficSet::union_of(may.into_iter().flatten().filter(|set| !set.is_empty()));
        let must = if end.is_in(family) {
            self.surely_admitted(end, family, by_address, by_name)
        } else {
            TrafficSet::default()
        };

        Admitted { may, must }
    }

    /// What its rules admit at every address of an end.
    fn surely_admitted(
        &self,
        end: &Endpoint,
        family: Family,
        at_some_address: TrafficSet,
        by_name: Option<&TrafficSet>,
    ) -> TrafficSet {
        let at_every_address = if at_some_address.is_empty() {
            at_some_address
        } else {
            self.blocks.with_every(&end.addresses, family)
        };

        match by_name {
            Some(by_name) => at_every_address.union(by_name),
            None => at_every_address,
        }
    }
}
