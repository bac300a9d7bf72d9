//! The traffic of one gate: its rules as sets, by peer.
//!
//! `db allows mysql from app, 10.0.0.0/8` creates two rules of the inbound gate of `db`: one with
//! the tier `app`, whatever the addresses of its members are, and one with a block, for any host
//! with an address in it.

use super::endpoint::Endpoint;
use crate::net::{Family, Packets, PerFamily, Traffic, TrafficSet};
use crate::policy::{Peer, Policy};
use std::borrow::Cow;

/// The traffic of one gate, by the peers of its rules.
#[derive(Debug, Default)]
pub(super) struct GateRules {
    /// Rules with blocks.
    pub(super) blocks: Packets,
    /// Rules with other peers, by peer, sorted.
    named: Vec<(Peer, PerFamily<TrafficSet>)>,
    /// The traffic of all rules with prefix lists and parameters, which can contain any host.
    anyone: PerFamily<TrafficSet>,
    /// The traffic of all rules with foreign groups, which can contain any host except members of
    /// tiers.
    any_host: PerFamily<TrafficSet>,
    /// Rules whose ports are set at deployment, with every port that is possible.
    pub(super) unknown: Option<Box<GateRules>>,
}

/// The traffic that one gate admits from or to one endpoint.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Admitted {
    /// For some of its addresses, or depending on unknown facts.
    pub(super) may: TrafficSet,
    /// For every one of its addresses.
    pub(super) must: TrafficSet,
}

impl GateRules {
    pub(super) fn new(policy: &Policy, rules: &[(Peer, Traffic)]) -> GateRules {
        let unknown = rules.iter().filter(|rule| rule.1.unknown_ports().is_some());
        let unknown: Vec<(Peer, Traffic)> = unknown
            .map(|(peer, traffic)| (*peer, traffic.possible()))
            .collect();
        let unknown = (!unknown.is_empty()).then(|| Box::new(GateRules::new(policy, &unknown)));

        let blocks = rules
            .iter()
            .filter_map(|(peer, traffic)| Some((peer.block()?, *traffic)));
        let is_named =
            |rule: &&(Peer, Traffic)| rule.0.block().is_none() && rule.1.unknown_ports().is_none();
        let mut named: Vec<(Peer, Traffic)> = rules.iter().filter(is_named).copied().collect();
        named.sort_unstable();

        let mut gate_rules = GateRules {
            blocks: Packets::new(blocks),
            unknown,
            ..GateRules::default()
        };

        for same in named.chunk_by(|a, b| a.0 == b.0) {
            gate_rules.add_named(policy, same[0].0, same);
        }

        gate_rules
    }

    /// Adds the rules with one peer, which is not a block.
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

    /// The traffic of the rules without a block, by peer; of those with known ports alone.
    pub(super) fn named_peers(&self) -> impl Iterator<Item = (Peer, &PerFamily<TrafficSet>)> {
        self.named.iter().map(|(peer, admitted)| (*peer, admitted))
    }

    /// The traffic of the rules that reference this endpoint, or a group that its hosts carry.
    fn admitted_by_name(&self, end: &Endpoint, family: Family) -> Option<Cow<'_, TrafficSet>> {
        let own = end.who.peer().and_then(|peer| self.admitted_by_peer(peer));
        let own = own.map(|admitted| Cow::Borrowed(&admitted[family]));
        if end.groups.is_empty() {
            return own;
        }

        let groups = end.groups.iter();
        let carried = groups.filter_map(|group| self.admitted_by_peer(Peer::Tier(*group)));
        carried.fold(own, |all, admitted| {
            let admitted = &admitted[family];
            Some(match all {
                Some(all) => Cow::Owned(all.union(admitted)),
                None => Cow::Borrowed(admitted),
            })
        })
    }

    /// What the rules that name a peer admit, which is no block.
    fn admitted_by_peer(&self, peer: Peer) -> Option<&PerFamily<TrafficSet>> {
        let at = self.named.binary_search_by(|(known, _)| known.cmp(&peer));
        Some(&self.named[at.ok()?].1)
    }

    /// Whether rules that reference this endpoint admit any traffic.
    pub(super) fn admits_by_name(&self, end: &Endpoint, family: Family) -> bool {
        self.admitted_by_name(end, family)
            .is_some_and(|admitted| !admitted.is_empty())
    }

    /// The traffic that its rules admit from or to an endpoint.
    pub(super) fn admitted_traffic(&self, end: &Endpoint, family: Family) -> Admitted {
        let by_name = self.admitted_by_name(end, family);
        let by_name = by_name.as_deref();
        let by_address = self.blocks.with_any(&end.addresses, family);
        let any_host = end.who.tier().is_none().then(|| &self.any_host[family]);

        let may = [
            Some(&by_address),
            by_name,
            Some(&self.anyone[family]),
            any_host,
        ];

        let mut may = TrafficSet::union_of(may.into_iter().flatten().filter(|set| !set.is_empty()));
        if let Some(unknown) = &self.unknown {
            may = may.union(&unknown.admitted_traffic(end, family).may);
        }
        let must = if end.is_in(family) {
            self.surely_admitted(end, family, by_address, by_name)
        } else {
            TrafficSet::default()
        };

        Admitted { may, must }
    }

    /// The traffic that its rules admit at every address of an endpoint.
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
