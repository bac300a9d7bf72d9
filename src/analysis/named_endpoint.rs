//! The endpoints of an assertion or a question, and text about gates between them.

use super::gate::{Endpoint, Gate, Unknown, Who};
use crate::net::{Addresses, Family, Traffic, TrafficSet};
use crate::policy::{
    End, ListReference, NetworkId, Owner, ParamId, PeeringLink, Policy, PrefixListId, TierId, Vpc,
    VpcId,
};
use std::fmt::Display;

/// A named endpoint, or one part of it.
#[derive(Debug, Clone)]
pub struct NamedEndpoint {
    /// Its name in a sentence; also `internet`.
    pub name: String,
    /// The endpoint.
    pub endpoint: Endpoint,
}

impl NamedEndpoint {
    /// The members of a tier.
    pub fn for_tier(policy: &Policy, id: TierId) -> NamedEndpoint {
        NamedEndpoint {
            name: policy.tier(id).name.clone(),
            endpoint: Endpoint::for_tier(policy, id),
        }
    }

    /// Its name as the peer of a rule.
    fn peer(&self) -> &str {
        if self.name == "internet" {
            "anywhere"
        } else {
            &self.name
        }
    }
}

/// The traffic of a list of services in one family; all traffic without any.
pub fn asked_traffic(on: impl IntoIterator<Item = Traffic>, family: Family) -> TrafficSet {
    let mut on = on.into_iter().peekable();
    if on.peek().is_none() {
        TrafficSet::all(family)
    } else {
        TrafficSet::from_traffic(on, family)
    }
}

/// The parts of an endpoint: the known blocks of a network, and each of its parameters.
pub fn named_endpoints(policy: &Policy, end: &End) -> Vec<NamedEndpoint> {
    let (name, endpoint) = match end {
        End::Tier(id) => return vec![NamedEndpoint::for_tier(policy, *id)],
        End::Network(id) => return network_endpoints(policy, *id),
        End::Vpc(id) => return vpc_endpoints(policy, *id),
        End::Param(id) => return vec![parameter_endpoint(policy, *id)],
        End::PrefixList(id) => return vec![prefix_list(policy, *id)],
        End::Addresses(name, addresses) => (name.clone(), Endpoint::for_hosts(addresses.clone())),
        End::Internet => ("internet".to_string(), Endpoint::for_internet(policy)),
        End::External(id) => {
            let endpoint =
                Endpoint::with_unknown_addresses(Who::External(*id), Unknown::Group(*id));
            (policy.external(*id).name.clone(), endpoint)
        }
    };

    vec![NamedEndpoint { name, endpoint }]
}

fn network_endpoints(policy: &Policy, id: NetworkId) -> Vec<NamedEndpoint> {
    let network = policy.network(id);
    let known = network.addresses.clone();
    known_and_unknown(policy, &network.name, known, &network.unknown)
}

fn vpc_endpoints(policy: &Policy, id: VpcId) -> Vec<NamedEndpoint> {
    let vpc = policy.vpc(id);
    let name = format!("vpc {}", vpc.name.as_deref().unwrap_or_default());
    let known = Addresses::from_blocks(&vpc.blocks);
    known_and_unknown(policy, &name, known, &vpc.unknown_blocks)
}

fn known_and_unknown(
    policy: &Policy,
    name: &str,
    known: Addresses,
    unknown: &[ParamId],
) -> Vec<NamedEndpoint> {
    let known = (!known.is_empty()).then(|| NamedEndpoint {
        name: name.to_string(),
        endpoint: Endpoint::for_hosts(known),
    });
    let unknown = unknown.iter().map(|id| parameter_endpoint(policy, *id));
    known.into_iter().chain(unknown).collect()
}

fn prefix_list(policy: &Policy, id: PrefixListId) -> NamedEndpoint {
    let list = policy.prefix_list(id);
    let endpoint = Endpoint::with_unknown_addresses(Who::PrefixList(id), Unknown::Contents(id));
    NamedEndpoint {
        name: list.name.clone(),
        endpoint: in_family(endpoint, list.family),
    }
}

/// An unbound parameter: its default is only its value if a deployment sets none.
fn parameter_endpoint(policy: &Policy, id: ParamId) -> NamedEndpoint {
    let param = policy.param(id);
    let endpoint = Endpoint::with_unknown_addresses(Who::Param(id), Unknown::Value(id));
    NamedEndpoint {
        name: param.name.clone(),
        endpoint: in_family(endpoint, param.kind.family()),
    }
}

/// The endpoint in one family only.
fn in_family(end: Endpoint, family: Family) -> Endpoint {
    Endpoint {
        addresses: end.addresses.in_family(family),
        ..end
    }
}

/// The text about a gate that stops traffic, and the sentence that would open it.
pub fn opening_words(
    policy: &Policy,
    gate: Gate,
    from: &NamedEndpoint,
    to: &NamedEndpoint,
    traffic: &dyn Display,
) -> (String, String) {
    let name = policy.owner_name(gate.owner());
    let [does_not, may_not] = match gate.owner() {
        Owner::Tier(_) => ["does not accept it", "may not send it"],
        Owner::External(_) => ["perhaps does not accept it", "perhaps may not send it"],
    };
    let (what, sentence) = match gate {
        Gate::Inbound(_) => (
            format!("`{name}` {does_not}"),
            format!("{} allows {traffic} from {}", to.name, from.peer()),
        ),
        Gate::Outbound(_) => (
            format!("`{name}` {may_not}"),
            format!("{} allows {traffic} to {}", from.name, to.peer()),
        ),
    };

    let tiers = from.endpoint.who.tier().zip(to.endpoint.who.tier());
    let link = tiers.and_then(|(from, to)| policy.link_between(from, to));
    let sentence = match link {
        Some(PeeringLink::TransitGateway) => over_gateway(policy, gate, from, to, traffic),
        Some(PeeringLink::Connection) | None => across_vpcs(policy, from, to, sentence),
    };
    (what, sentence)
}

/// The sentence that opens one gate between tiers over a transit gateway, where an outbound rule
/// cannot name a group.
fn over_gateway(
    policy: &Policy,
    gate: Gate,
    from: &NamedEndpoint,
    to: &NamedEndpoint,
    traffic: &dyn Display,
) -> String {
    let vpc = to.endpoint.who.tier().map(|to| policy.vpc_of(to));
    let name = vpc.and_then(|vpc| vpc.name.as_deref()).unwrap_or_default();
    match gate {
        Gate::Inbound(_) => format!("{} accepts {traffic} from {}", to.name, from.name),
        Gate::Outbound(_) => format!("{} sends {traffic} to vpc {name}", from.name),
    }
}

/// A sentence between two tiers, with the peering that it requires if their VPCs differ.
fn across_vpcs(
    policy: &Policy,
    from: &NamedEndpoint,
    to: &NamedEndpoint,
    sentence: String,
) -> String {
    let (Some(from), Some(to)) = (from.endpoint.who.tier(), to.endpoint.who.tier()) else {
        return sentence;
    };

    let (a, b) = (policy.tier(from).vpc, policy.tier(to).vpc);
    let peered = a == b || policy.find_peering(a, b).is_some();

    match (&policy.vpc(a).name, &policy.vpc(b).name) {
        (Some(a), Some(b)) if !peered => {
            format!("{sentence}`, once the VPCs are peered: `peer {a} with {b}")
        }
        (_, _) => sentence,
    }
}

/// The text about an address that the DNS of a VPC or the router of a subnet may have.
fn reserved_words(vpc: &Vpc) -> String {
    let owner = match &vpc.name {
        Some(name) => format!("`vpc {name}`"),
        None => "its VPC".to_string(),
    };
    let is_known = !vpc.blocks.is_empty() && vpc.unknown_blocks.is_empty();
    let help = if is_known {
        ""
    } else {
        " (set the `cidr` of the VPC)"
    };

    format!(
        "whether AWS reserves this address for the router or the DNS server of {owner}, which no group filters{help}"
    )
}

/// An unknown fact, as text: `the value of ...`.
pub fn unknown_words(policy: &Policy, unknown: Unknown) -> String {
    match unknown {
        Unknown::Members(id) => {
            let name = &policy.tier(id).name;
            format!(
                "the addresses of the members of `{name}` (set its `addresses`, or the `cidr` \
                 of its VPC)"
            )
        }
        Unknown::Value(id) => format!(
            "the value of `{}` (bind it with `--set`)",
            policy.param(id).name
        ),
        Unknown::Rules(id) => format!("the other rules of `{}`", policy.external(id).name),
        Unknown::Group(id) => format!("the members of the group `{}`", policy.external(id).name),
        Unknown::Reserved(id) => reserved_words(policy.vpc(id)),
        Unknown::Contents(id) => {
            let list = policy.prefix_list(id);
            let name = match &list.list {
                ListReference::Aws(name) => name,
                ListReference::Id(_) | ListReference::Param(_) | ListReference::Made(_) => {
                    &list.name
                }
            };
            format!("the entries of the prefix list `{name}`")
        }
    }
}
