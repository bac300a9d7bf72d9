//! A packet that passes, and why: the counterexample of a failing assertion.
//!
//! An example: `tcp 10.1.2.3:* → db:3306`, allowed by the flow of `db allows mysql from
//! 10.0.0.0/8`.

use super::gate::{Endpoint, Fit, Gate, Gates, Unknown, first_address};
use crate::net::{Addresses, Family, Traffic, TrafficSet};
use crate::policy::{Owner, Peer};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// A packet that may pass, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// Its traffic.
    pub traffic: Traffic,
    /// An address of the sender, if the verdict depends on it.
    pub source: Option<IpAddr>,
    /// An address of the receiver, likewise.
    pub destination: Option<IpAddr>,
    /// Flows that allow it; an open sender needs none.
    pub flows: Vec<u32>,
    /// Unknown facts, if it depends on them whether the packet passes.
    pub unknown: Vec<Unknown>,
    /// Whether it passes because security groups never filter it.
    pub is_exempt: bool,
}

impl Gates<'_> {
    /// One packet of a set that may pass, with the flows that allow it: certain ones, if any.
    pub fn find_witness(
        &self,
        from: &Endpoint,
        to: &Endpoint,
        family: Family,
        set: &TrafficSet,
    ) -> Option<Witness> {
        let traffic = set.find_witness(family)?;
        let mut witness = Witness {
            traffic,
            source: None,
            destination: None,
            flows: Vec::new(),
            unknown: Vec::new(),
            is_exempt: false,
        };

        for (gate, far) in self.gates_between(from, to) {
            if self.is_open(gate, family) {
                continue;
            }
            let address = self.pass_gate(&mut witness, gate, far, family)?;
            match gate {
                Gate::Inbound(_) => witness.source = Some(address),
                Gate::Outbound(_) => witness.destination = Some(address),
            }
        }

        witness.flows.dedup();
        // both gates may depend on one value
        let mut known = BTreeSet::new();
        witness.unknown.retain(|unknown| known.insert(*unknown));
        Some(witness)
    }

    /// Adds the reason why the packet passes a gate; returns an address of the other endpoint at
    /// which it does.
    fn pass_gate(
        &self,
        witness: &mut Witness,
        gate: Gate,
        far: &Endpoint,
        family: Family,
    ) -> Option<IpAddr> {
        let packet = TrafficSet::new(witness.traffic, family);
        let exempt = self.never_filtered_part(gate, far, family);
        let by_rule = self.first_admitting(gate, far, family, &packet);

        if let (Owner::External(id), None | Some((_, _, Fit::Perhaps(_)))) =
            (gate.owner(), &by_rule)
        {
            witness.unknown.push(Unknown::Rules(id));
            return first_address(&far.addresses, family);
        }

        match (exempt, by_rule) {
            (Some(exempt), _) if exempt.is_sure => {
                witness.is_exempt = true;
                Some(exempt.address)
            }
            (Some(exempt), None | Some((_, _, Fit::Perhaps(_)))) => {
                witness.unknown.extend(self.reserved_unknown(gate));
                Some(exempt.address)
            }
            (_, by_rule) => {
                let (address, flow, fit) = by_rule?;
                witness.flows.push(flow);
                let peer = self.far_peer(gate, flow);
                witness.unknown.extend(unknown_place(peer, far, family));
                witness.unknown.extend(fit.unknown());
                Some(address)
            }
        }
    }

    /// An address and a flow by which a gate admits this piece of traffic: a certain flow before a
    /// possible one, and the lowest address first.
    fn first_admitting(
        &self,
        gate: Gate,
        far: &Endpoint,
        family: Family,
        packet: &TrafficSet,
    ) -> Option<(IpAddr, u32, Fit)> {
        let flows = self.gate_flows(gate).iter().copied();
        let carrying = flows.filter(|flow| {
            let traffic = self.policy.flow(*flow).traffic;
            TrafficSet::new(traffic.possible(), family).covers(packet)
        });

        let fitting = carrying.filter_map(|flow| {
            let (fit, address) = self.fit_peer(self.far_peer(gate, flow), far, family);
            let ports = self.policy.flow(flow).traffic.unknown_ports();
            let value = ports.and_then(|ports| self.policy.port_params(ports).next());
            let fit = match (fit, value) {
                (Fit::Yes, Some(id)) => Fit::Perhaps(Unknown::Value(id)),
                (fit, _) => fit,
            };
            (fit != Fit::No).then_some((address?, flow, fit))
        });
        fitting.min_by_key(|(address, flow, fit)| (*fit != Fit::Yes, *address, *flow))
    }
}

impl Fit {
    /// The unknown fact about it.
    fn unknown(self) -> Option<Unknown> {
        match self {
            Fit::Perhaps(unknown) => Some(unknown),
            Fit::No | Fit::Yes => None,
        }
    }
}

/// The unknown fact about the addresses of an endpoint, if it matters to a rule: a block that
/// contains all of the endpoint admits it wherever it is.
fn unknown_place(peer: Peer, far: &Endpoint, family: Family) -> Option<Unknown> {
    let block = Addresses::from_blocks([&peer.block()?]);
    let rest = far.addresses.in_family(family).difference(&block);
    far.unknown_in(family).filter(|_| !rest.is_empty())
}
