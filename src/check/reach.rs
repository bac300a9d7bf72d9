//! Who can reach whom, as security groups decide it: exact, with the rules that let a packet pass.
//!
//! A packet passes when the sender's outbound rules admit it, where the sender is a tier, and the receiver's
//! inbound rules admit it, where the receiver is one. A rule that names addresses admits some members of an end
//! and not others, so there are two verdicts: what *may* pass, for some address of either end, and what *must*,
//! for every one. Parameters without a value, the contents of prefix lists, the members of foreign groups and
//! unknown addresses make them differ.

use crate::net::{Addresses, Family, Ranges, Traffic, TrafficSet};
use crate::policy::{ExternalId, Outbound, ParamId, Peer, Policy, PrefixListId, TierId, Vpc};
use ipnet::IpNet;
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// One end of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// What it is.
    pub who: Who,
    /// Where its hosts are, as far as that is known; everywhere, where it is not.
    pub addresses: Addresses,
    /// What is not known about that.
    pub unknown: Option<Unknown>,
}

/// What an end is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Who {
    /// The members of a tier.
    Tier(TierId),
    /// Hosts in no tier.
    Hosts,
    /// Hosts of a foreign security group.
    External(ExternalId),
    /// Hosts of a prefix list.
    PrefixList(PrefixListId),
    /// Hosts of a block that is not known yet.
    Param(ParamId),
}

/// What a verdict could not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unknown {
    /// Where the members of a tier live.
    Members(TierId),
    /// The value of a parameter.
    Value(ParamId),
    /// What is in a prefix list.
    Contents(PrefixListId),
    /// Who is in a foreign group.
    Group(ExternalId),
}

/// How a rule's peer fits an end at one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    No,
    /// Perhaps: this is not known.
    Perhaps(Unknown),
    Yes,
}

/// A packet that may pass, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// Its traffic.
    pub traffic: Traffic,
    /// An address of the sender, if the verdict depends on it.
    pub source: Option<IpAddr>,
    /// An address of the receiver, likewise.
    pub destination: Option<IpAddr>,
    /// Flows that let it through; an open sender needs none.
    pub flows: Vec<u32>,
    /// What is not known, where the packet passes only perhaps.
    pub unknown: Vec<Unknown>,
}

/// The gates of a policy: which flows open the inbound and the outbound side of each tier.
#[derive(Debug)]
pub struct Gates<'p> {
    policy: &'p Policy,
    inbound: Vec<Vec<u32>>,
    outbound: Vec<Vec<u32>>,
}

/// What one gate admits from or to one end, over the addresses of that end.
struct Admitted {
    may: TrafficSet,
    must: TrafficSet,
}

/// One side of one tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gate {
    /// What the members accept.
    Inbound(TierId),
    /// What they may send.
    Outbound(TierId),
}

impl Side {
    /// The members of a tier: its `addresses`, else its VPC's blocks, else unknown.
    pub fn tier(policy: &Policy, id: TierId) -> Side {
        let vpc: &Vpc = policy.vpc_of(id);
        let known = match &policy.tier(id).addresses {
            Some(addresses) => Some(addresses.clone()),
            None if vpc.blocks.is_empty() || !vpc.unknown_blocks.is_empty() => None,
            None => Some(Addresses::of(&vpc.blocks)),
        };
        let unknown = if known.is_some() { None } else { Some(Unknown::Members(id)) };
        Side { who: Who::Tier(id), addresses: known.unwrap_or_else(|| everywhere(policy)), unknown }
    }

    /// Hosts of these addresses that are in no tier.
    pub fn hosts(addresses: Addresses) -> Side {
        Side { who: Who::Hosts, addresses, unknown: None }
    }

    /// Hosts whose addresses are not known.
    pub fn elsewhere(policy: &Policy, who: Who, unknown: Unknown) -> Side {
        Side { who, addresses: everywhere(policy), unknown: Some(unknown) }
    }

    fn is_in(&self, family: Family) -> bool {
        match family {
            Family::V4 => !self.addresses.v4.is_empty(),
            Family::V6 => !self.addresses.v6.is_empty(),
        }
    }
}

/// Every address of the families that a stack uses.
pub fn everywhere(policy: &Policy) -> Addresses {
    Addresses { v4: Ranges::all(), v6: if policy.stack.dual { Ranges::all() } else { Ranges::default() } }
}

impl<'p> Gates<'p> {
    /// Finds the gates of a policy, in one pass over its flows.
    pub fn new(policy: &'p Policy) -> Gates<'p> {
        let mut gates = Gates {
            policy,
            inbound: vec![Vec::new(); policy.tiers.len()],
            outbound: vec![Vec::new(); policy.tiers.len()],
        };
        for (n, flow) in policy.flows.iter().enumerate() {
            if let Some(tier) = flow.receiver() {
                gates.inbound[tier.index()].push(n as u32);
            }
            // an open tier has its two all-traffic rules and no others
            if let Some(tier) = flow.sender()
                && policy.tier(tier).outbound == Outbound::Closed
            {
                gates.outbound[tier.index()].push(n as u32);
            }
        }
        gates
    }

    /// The flows that open the inbound side of a tier.
    pub fn inbound(&self, tier: TierId) -> impl Iterator<Item = u32> + '_ {
        self.inbound[tier.index()].iter().copied()
    }

    /// The same gates, but for one tier, whose inbound side only these flows open.
    pub fn with_inbound(&self, tier: TierId, flows: &BTreeSet<u32>) -> Gates<'p> {
        let mut inbound = self.inbound.clone();
        inbound[tier.index()].retain(|flow| flows.contains(flow));
        Gates { policy: self.policy, inbound, outbound: self.outbound.clone() }
    }

    /// Whether a gate admits everything without a sentence.
    fn is_open(&self, gate: Gate, family: Family) -> bool {
        let in_use = self.policy.stack.dual || family == Family::V4;
        match gate {
            Gate::Inbound(_) => false,
            Gate::Outbound(tier) => in_use && self.policy.tier(tier).outbound == Outbound::Open,
        }
    }

    fn flows(&self, gate: Gate) -> &[u32] {
        match gate {
            Gate::Inbound(tier) => &self.inbound[tier.index()],
            Gate::Outbound(tier) => &self.outbound[tier.index()],
        }
    }

    /// Whom a flow of a gate names at the far end.
    fn peer(&self, gate: Gate, flow: u32) -> Peer {
        let flow = &self.policy.flows[flow as usize];
        let far = match gate {
            Gate::Inbound(_) => flow.sender(),
            Gate::Outbound(_) => flow.receiver(),
        };
        far.map_or(flow.peer, Peer::Tier)
    }

    fn fit(&self, peer: Peer, side: &Side, address: IpAddr) -> Fit {
        let same = |same: bool, unknown: Unknown| match (same, side.who) {
            (true, _) => Fit::Yes,
            (false, Who::Tier(_)) if matches!(unknown, Unknown::Group(_)) => Fit::No,
            (false, _) => Fit::Perhaps(unknown),
        };
        match peer {
            Peer::Tier(tier) if side.who == Who::Tier(tier) => Fit::Yes,
            Peer::Tier(_) => Fit::No,
            Peer::Net(block) if !block.contains(&address) => Fit::No,
            Peer::Net(_) => Fit::Yes,
            Peer::External(id) => same(side.who == Who::External(id), Unknown::Group(id)),
            Peer::PrefixList(id) => same(side.who == Who::PrefixList(id), Unknown::Contents(id)),
            Peer::Param(id) => same(side.who == Who::Param(id), Unknown::Value(id)),
        }
    }

    /// The addresses at which the verdict of a gate can change: the first of the end, and the first after the
    /// edge of each block that a rule names.
    fn cells(&self, gate: Gate, side: &Side, family: Family) -> Vec<IpAddr> {
        let blocks = self.flows(gate).iter().filter_map(|flow| match self.peer(gate, *flow) {
            Peer::Net(block) if Family::of(&block) == family => Some(block),
            Peer::Net(_) | Peer::Tier(_) | Peer::External(_) | Peer::PrefixList(_) | Peer::Param(_) => None,
        });
        let mut edges: Vec<IpNet> = blocks.collect();
        edges.sort_unstable();
        edges.dedup();
        match family {
            Family::V4 => {
                let numbers = edges.iter().filter_map(|block| match block {
                    IpNet::V4(net) => Some((u32::from(net.network()), u32::from(net.broadcast()))),
                    IpNet::V6(_) => None,
                });
                let cells = cells(&side.addresses.v4, numbers.collect());
                cells.into_iter().map(|number| IpAddr::V4(Ipv4Addr::from(number))).collect()
            }
            Family::V6 => {
                let numbers = edges.iter().filter_map(|block| match block {
                    IpNet::V6(net) => Some((u128::from(net.network()), u128::from(net.broadcast()))),
                    IpNet::V4(_) => None,
                });
                let cells = cells(&side.addresses.v6, numbers.collect());
                cells.into_iter().map(|number| IpAddr::V6(Ipv6Addr::from(number))).collect()
            }
        }
    }

    /// What a gate admits from or to an end.
    fn admitted(&self, gate: Gate, side: &Side, family: Family) -> Admitted {
        if self.is_open(gate, family) {
            let all = TrafficSet::all(family);
            return Admitted { may: all.clone(), must: all };
        }
        let (mut may, mut must) = (TrafficSet::default(), TrafficSet::all(family));
        for address in self.cells(gate, side, family) {
            let (mut perhaps, mut surely) = (TrafficSet::default(), TrafficSet::default());
            for flow in self.flows(gate) {
                let traffic = || TrafficSet::of(self.policy.flows[*flow as usize].traffic, family);
                match self.fit(self.peer(gate, *flow), side, address) {
                    Fit::No => {}
                    Fit::Perhaps(_) => perhaps = perhaps.union(&traffic()),
                    Fit::Yes => surely = surely.union(&traffic()),
                }
            }
            may = may.union(&perhaps).union(&surely);
            must = must.intersection(&surely);
        }
        Admitted { may, must }
    }

    /// What may pass from one end to another, of what is asked about.
    pub fn may(&self, from: &Side, to: &Side, family: Family, asked: &TrafficSet) -> TrafficSet {
        if !from.is_in(family) || !to.is_in(family) {
            return TrafficSet::default();
        }
        gates_between(from, to)
            .fold(asked.clone(), |left, (gate, far)| left.intersection(&self.admitted(gate, far, family).may))
    }

    /// The first gate that must not admit all of what is asked about, with a piece that it stops for some
    /// addresses; nothing where all of it must pass. Families that an end does not have are left out.
    pub fn stopped(&self, from: &Side, to: &Side, family: Family, asked: &TrafficSet) -> Option<(Gate, TrafficSet)> {
        if !from.is_in(family) || !to.is_in(family) {
            return None;
        }
        gates_between(from, to).find_map(|(gate, far)| {
            let missing = asked.difference(&self.admitted(gate, far, family).must);
            (!missing.is_empty()).then_some((gate, missing))
        })
    }

    /// What must pass, of what is asked about.
    pub fn must(&self, from: &Side, to: &Side, family: Family, asked: &TrafficSet) -> TrafficSet {
        if !from.is_in(family) || !to.is_in(family) {
            return TrafficSet::default();
        }
        gates_between(from, to)
            .fold(asked.clone(), |left, (gate, far)| left.intersection(&self.admitted(gate, far, family).must))
    }

    /// One packet of a set that may pass, with the flows that let it through: those that surely do, if any.
    pub fn witness(&self, from: &Side, to: &Side, family: Family, set: &TrafficSet) -> Option<Witness> {
        let traffic = set.witness(family)?;
        let one = TrafficSet::of(traffic, family);
        let mut witness = Witness { traffic, source: None, destination: None, flows: Vec::new(), unknown: Vec::new() };
        for (gate, far) in gates_between(from, to) {
            if self.is_open(gate, family) {
                continue;
            }
            let (address, flow, fit) = self.let_through(gate, far, family, &one)?;
            witness.flows.push(flow);
            if let Peer::Net(_) = self.peer(gate, flow) {
                witness.unknown.extend(far.unknown);
            }
            match gate {
                Gate::Inbound(_) => witness.source = Some(address),
                Gate::Outbound(_) => witness.destination = Some(address),
            }
            if let Fit::Perhaps(unknown) = fit {
                witness.unknown.push(unknown);
            }
        }
        witness.flows.dedup();
        Some(witness)
    }

    /// An address and a flow by which a gate admits this piece of traffic, one that surely does before one that
    /// does perhaps.
    fn let_through(&self, gate: Gate, far: &Side, family: Family, one: &TrafficSet) -> Option<(IpAddr, u32, Fit)> {
        let mut perhaps = None;
        for address in self.cells(gate, far, family) {
            for flow in self.flows(gate) {
                if !TrafficSet::of(self.policy.flows[*flow as usize].traffic, family).covers(one) {
                    continue;
                }
                match self.fit(self.peer(gate, *flow), far, address) {
                    Fit::No => {}
                    fit @ Fit::Perhaps(_) => perhaps = perhaps.or(Some((address, *flow, fit))),
                    Fit::Yes => return Some((address, *flow, Fit::Yes)),
                }
            }
        }
        perhaps
    }
}

/// What questions ask of one gate.
impl Gates<'_> {
    /// Whether a gate admits everything without a sentence.
    pub fn stands_open(&self, gate: Gate, family: Family) -> bool {
        self.is_open(gate, family)
    }

    /// What one gate admits from or to an end: for some of its addresses, and for every one.
    pub fn at(&self, gate: Gate, far: &Side, family: Family) -> (TrafficSet, TrafficSet) {
        let Admitted { may, must } = self.admitted(gate, far, family);
        (may, must)
    }

    /// The flows of a gate that let some of what is asked about through, for some address of the far end; `true`
    /// for those that surely do at such an address. An open gate has none.
    pub fn letting(&self, gate: Gate, far: &Side, family: Family, asked: &TrafficSet) -> Vec<(u32, bool)> {
        let fits = |flow: &u32| {
            let traffic = TrafficSet::of(self.policy.flows[*flow as usize].traffic, family);
            if traffic.intersection(asked).is_empty() {
                return None;
            }
            let peer = self.peer(gate, *flow);
            let addresses = match peer {
                Peer::Net(block) => far.addresses.intersection(&Addresses::of([&block])),
                Peer::Tier(_) | Peer::External(_) | Peer::PrefixList(_) | Peer::Param(_) => far.addresses.clone(),
            };
            let v4 = addresses.v4.ranges().first().map(|(first, _)| IpAddr::V4(Ipv4Addr::from(*first)));
            let v6 = addresses.v6.ranges().first().map(|(first, _)| IpAddr::V6(Ipv6Addr::from(*first)));
            let address = match family {
                Family::V4 => v4,
                Family::V6 => v6,
            };
            match self.fit(peer, far, address?) {
                Fit::No => None,
                Fit::Perhaps(_) => Some((*flow, false)),
                Fit::Yes => Some((*flow, true)),
            }
        };
        if self.is_open(gate, family) { Vec::new() } else { self.flows(gate).iter().filter_map(fits).collect() }
    }

    /// The gates on the way from one end to another, each with the end that it looks at.
    pub fn on_the_way<'s>(from: &'s Side, to: &'s Side) -> impl Iterator<Item = (Gate, &'s Side)> {
        gates_between(from, to)
    }
}

/// The gates on the way from one end to another, each with the end that it looks at.
fn gates_between<'s>(from: &'s Side, to: &'s Side) -> impl Iterator<Item = (Gate, &'s Side)> {
    let outbound = match from.who {
        Who::Tier(tier) => Some((Gate::Outbound(tier), to)),
        Who::Hosts | Who::External(_) | Who::PrefixList(_) | Who::Param(_) => None,
    };
    let inbound = match to.who {
        Who::Tier(tier) => Some((Gate::Inbound(tier), from)),
        Who::Hosts | Who::External(_) | Who::PrefixList(_) | Who::Param(_) => None,
    };
    outbound.into_iter().chain(inbound)
}

/// The first number of each stretch of a set in which no block begins or ends.
fn cells<T: crate::net::Bound>(set: &Ranges<T>, blocks: Vec<(T, T)>) -> Vec<T> {
    let mut starts: Vec<T> =
        blocks.into_iter().flat_map(|(first, last)| [Some(first), last.next()]).flatten().collect();
    starts.retain(|start| set.contains(*start));
    starts.extend(set.ranges().iter().map(|(first, _)| *first));
    starts.sort_unstable();
    starts.dedup();
    starts
}
