//! The endpoints of an assertion or a question, and text about gates between them.

use super::gate::{Endpoint, Gate, Unknown, Who};
use crate::groups::is_open_to_peer;
use crate::net::{Addresses, Family, Traffic, TrafficSet};
use crate::policy::{
    Area, End, ExternalId, ListReference, NetworkId, Owner, ParamId, Peer, Policy, PrefixListId,
    TierId, VpcId,
};
use std::collections::BTreeSet;
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

    /// The members of a foreign group.
    pub fn for_external(policy: &Policy, id: ExternalId) -> NamedEndpoint {
        NamedEndpoint {
            name: policy.external(id).name.clone(),
            endpoint: Endpoint::for_owner(policy, Owner::External(id)),
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
        End::External(id) => return vec![NamedEndpoint::for_external(policy, *id)],
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

/// The text about a gate that stops traffic, perhaps: that depends on other rules of an external,
/// or on ports that are unknown.
pub fn stopping_words(policy: &Policy, gate: Gate, has_unknown_ports: bool) -> String {
    let name = policy.owner_name(gate.owner());
    let stops = match gate {
        Gate::Inbound(_) => "does not accept it",
        Gate::Outbound(_) => "may not send it",
    };
    match gate.owner() {
        Owner::Tier(_) if !has_unknown_ports => format!("`{name}` {stops}"),
        Owner::Tier(_) | Owner::External(_) => format!("`{name}` perhaps {stops}"),
    }
}

/// The sentence that would open a gate; there is none for a group of another account.
pub fn opening_sentence(
    policy: &Policy,
    gate: Gate,
    from: &NamedEndpoint,
    to: &NamedEndpoint,
    traffic: &dyn Display,
) -> Option<String> {
    let sentence = match gate {
        Gate::Inbound(_) => format!("{} allows {traffic} from {}", to.name, from.peer()),
        Gate::Outbound(owner) => {
            // `allows` has no rule for a group at a tier that is open, if in one IP version alone
            let group = to.endpoint.who.peer().zip(owner.tier());
            let is_open = group.is_some_and(|(to, tier)| is_open_to_peer(policy, tier, to));
            let verb = if is_open { "sends" } else { "allows" };
            match group {
                // a sentence about the external opens both of its ends
                Some((Peer::External(_), _)) if !is_open => {
                    format!("{} allows {traffic} from {}", to.name, from.name)
                }
                Some(_) | None => format!("{} {verb} {traffic} to {}", from.name, to.peer()),
            }
        }
    };

    let is_foreign = |peer: Peer| match peer {
        Peer::External(id) => policy.external(id).account.is_some(),
        Peer::Tier(_) | Peer::Net(_) | Peer::PrefixList(_) | Peer::Param(_) => false,
    };
    let receiver = to
        .endpoint
        .who
        .peer()
        .filter(|_| matches!(gate, Gate::Outbound(_)));
    if is_foreign(gate.owner().peer()) || receiver.is_some_and(is_foreign) {
        return None;
    }

    let mut tiers = from
        .endpoint
        .who
        .tier()
        .zip(to.endpoint.who.tier())
        .into_iter();
    let sentence = match tiers.any(|(from, to)| policy.are_over_gateway(from, to)) {
        true => over_gateway(policy, gate, from, to, traffic),
        false => across_vpcs(policy, from, to, sentence),
    };
    Some(sentence)
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
    let receiver = to.endpoint.who.tier();
    let addresses = receiver.map(|to| policy.vpc_peers(to)).unwrap_or_default();
    match gate {
        Gate::Inbound(_) => format!("{} accepts {traffic} from {}", to.name, from.name),
        Gate::Outbound(_) => format!("{} sends {traffic} to {addresses}", from.name),
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

    let name = |vpc: VpcId| policy.vpc(vpc).name.as_deref().unwrap_or_default();
    let unpeered = policy
        .vpc_pairs(from, to)
        .filter(|(a, b)| policy.find_peering(*a, *b).is_none());
    let peerings: BTreeSet<String> = unpeered
        .map(|(a, b)| format!("`peer {} with {}`", name(a), name(b)))
        .collect();

    match peerings.is_empty() {
        true => sentence,
        false => {
            let all: Vec<String> = peerings.into_iter().collect();
            let all = all.join(", ");
            format!(
                "{sentence}`, once the VPCs are peered: {}",
                all.trim_end_matches('`')
            )
        }
    }
}

/// The text about an address that the DNS of a VPC or the router of a subnet may have.
fn reserved_words(policy: &Policy, area: &Area) -> String {
    let vpcs = || area.vpcs.iter().map(|id| policy.vpc(*id));
    let names: Option<Vec<String>> = vpcs()
        .map(|vpc| Some(format!("`vpc {}`", vpc.name.as_deref()?)))
        .collect();
    let owner = names.map_or("its VPC".to_string(), |names| names.join(" or "));
    let help = match vpcs().all(|vpc| vpc.known_addresses().is_some()) {
        true => "",
        false => " (set the `cidr` of the VPC)",
    };

    format!(
        "whether AWS reserves this address for the router or the DNS server of {owner}, \
         which no group filters{help}"
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
        Unknown::Rules(id) => {
            let has_rules = policy.owner_position(Owner::External(id)).is_some();
            let other = if has_rules { "other " } else { "" };
            format!("the {other}rules of `{}`", policy.external(id).name)
        }
        Unknown::Group(id) => format!("the members of the group `{}`", policy.external(id).name),
        Unknown::Reserved(id) => reserved_words(policy, policy.area(id)),
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
