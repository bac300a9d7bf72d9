//! The ends that an assertion or a question names, and the words for what stands between them.

use super::gate::{Endpoint, Gate, Unknown, Who};
use crate::net::{Addresses, Family, Traffic, TrafficSet};
use crate::policy::{End, ListReference, ParamId, Policy, TierId, Vpc, VpcId};
use std::fmt::Display;

/// A named end, as far as it has one place.
#[derive(Debug, Clone)]
pub struct NamedEndpoint {
    /// As a sentence names it; `internet` too.
    pub name: String,
    /// Who and where it is.
    pub side: Endpoint,
}

impl NamedEndpoint {
    /// The members of a tier.
    pub fn tier(policy: &Policy, id: TierId) -> NamedEndpoint {
        NamedEndpoint {
            name: policy.tier(id).name.clone(),
            side: Endpoint::tier(policy, id),
        }
    }

    /// As a rule can name it.
    fn peer(&self) -> &str {
        if self.name == "internet" {
            "anywhere"
        } else {
            &self.name
        }
    }
}

/// What a list of services asks about in one family; without any, everything.
pub fn asked(on: impl IntoIterator<Item = Traffic>, family: Family) -> TrafficSet {
    let mut on = on.into_iter().peekable();
    if on.peek().is_none() {
        TrafficSet::all(family)
    } else {
        TrafficSet::of_all(on, family)
    }
}

/// An end, in as many parts as it has: what is known of a network, and each parameter in it.
pub fn named(policy: &Policy, end: &End) -> Vec<NamedEndpoint> {
    let hosts = |name: String, addresses: Addresses| NamedEndpoint {
        name,
        side: Endpoint::hosts(addresses),
    };
    match end {
        End::Tier(id) => vec![NamedEndpoint::tier(policy, *id)],
        End::Addresses(name, addresses) => vec![hosts(name.clone(), addresses.clone())],
        End::Internet => vec![NamedEndpoint {
            name: "internet".to_string(),
            side: Endpoint::internet(policy),
        }],
        End::Network(id) => {
            let network = &policy.networks[id.index()];
            known_and_unknown(
                policy,
                &network.name,
                network.addresses.clone(),
                &network.unknown,
            )
        }
        End::Vpc(id) => vpc(policy, *id),
        End::External(id) => {
            let name = policy.externals[id.index()].name.clone();
            vec![NamedEndpoint {
                name,
                side: Endpoint::elsewhere(Who::External(*id), Unknown::Group(*id)),
            }]
        }
        End::PrefixList(id) => {
            let list = &policy.prefix_lists[id.index()];
            let side = Endpoint::elsewhere(Who::PrefixList(*id), Unknown::Contents(*id));
            vec![NamedEndpoint {
                name: list.name.clone(),
                side: of_family(side, list.family),
            }]
        }
        End::Param(id) => vec![param(policy, *id)],
    }
}

fn vpc(policy: &Policy, id: VpcId) -> Vec<NamedEndpoint> {
    let vpc = &policy.vpcs[id.index()];
    let name = format!("vpc {}", vpc.name.as_deref().unwrap_or_default());
    known_and_unknown(
        policy,
        &name,
        Addresses::from_blocks(&vpc.blocks),
        &vpc.unknown_blocks,
    )
}

fn known_and_unknown(
    policy: &Policy,
    name: &str,
    known: Addresses,
    unknown: &[ParamId],
) -> Vec<NamedEndpoint> {
    let known = Some(known).filter(|known| !known.is_empty());
    let known = known.map(|known| NamedEndpoint {
        name: name.to_string(),
        side: Endpoint::hosts(known),
    });
    known
        .into_iter()
        .chain(unknown.iter().map(|id| param(policy, *id)))
        .collect()
}

/// A parameter that has no value: its default says where it will be only if nobody gives another.
fn param(policy: &Policy, id: ParamId) -> NamedEndpoint {
    let param = policy.param(id);
    let side = Endpoint::elsewhere(Who::Param(id), Unknown::Value(id));
    NamedEndpoint {
        name: param.name.clone(),
        side: of_family(side, param.kind.family()),
    }
}

/// The end in one family only.
fn of_family(side: Endpoint, family: Family) -> Endpoint {
    Endpoint {
        addresses: side.addresses.in_family(family),
        ..side
    }
}

/// What a gate that is closed to some traffic does, and the sentence that would open it.
pub fn opened(
    policy: &Policy,
    gate: Gate,
    from: &NamedEndpoint,
    to: &NamedEndpoint,
    traffic: impl Display,
) -> (String, String) {
    match gate {
        Gate::Inbound(tier) => (
            format!("`{}` does not accept it", policy.tier(tier).name),
            across(
                policy,
                from,
                to,
                format!("{} allows {traffic} from {}", to.name, from.peer()),
            ),
        ),
        Gate::Outbound(tier) => (
            format!("`{}` may not send it", policy.tier(tier).name),
            across(
                policy,
                from,
                to,
                format!("{} allows {traffic} to {}", from.name, to.peer()),
            ),
        ),
    }
}

/// A sentence between two tiers, and what it needs besides where their VPCs are two.
fn across(policy: &Policy, from: &NamedEndpoint, to: &NamedEndpoint, sentence: String) -> String {
    let (Who::Tier(from), Who::Tier(to)) = (from.side.who, to.side.who) else {
        return sentence;
    };
    let (a, b) = (policy.tier(from).vpc, policy.tier(to).vpc);
    let peered = a == b || policy.peerings.contains(&(a.min(b), a.max(b)));
    match (&policy.vpcs[a.index()].name, &policy.vpcs[b.index()].name) {
        (Some(a), Some(b)) if !peered => {
            format!("{sentence}`, once the VPCs are peered: `peer {a} with {b}")
        }
        (_, _) => sentence,
    }
}

/// What is not known of an address that the DNS of a VPC or the router of a subnet may have.
fn reserved(vpc: &Vpc) -> String {
    let whose = vpc
        .name
        .as_ref()
        .map_or("its VPC".to_string(), |name| format!("`vpc {name}`"));
    let is_known = !vpc.blocks.is_empty() && vpc.unknown_blocks.is_empty();
    let cidr = if is_known {
        ""
    } else {
        " (set the `cidr` of the VPC)"
    };
    format!(
        "whether AWS reserves this address for the router or the DNS server of {whose}, which \
         no group filters{cidr}"
    )
}

/// What is not known, in words: `the value of ...`.
pub fn unknown(policy: &Policy, unknown: Unknown) -> String {
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
        Unknown::Group(id) => format!(
            "the members of the group `{}`",
            policy.externals[id.index()].name
        ),
        Unknown::Reserved(id) => reserved(&policy.vpcs[id.index()]),
        Unknown::Contents(id) => {
            let list = &policy.prefix_lists[id.index()];
            match &list.list {
                ListReference::Aws(name) => format!("the entries of the prefix list `{name}`"),
                ListReference::Id(_) | ListReference::Param(_) => {
                    format!("the entries of the prefix list `{}`", list.name)
                }
            }
        }
    }
}
