//! The matrix of all endpoints: who may reach whom, on what.

use super::end_set::EndSet;
use super::gate::{Endpoint, Who};
use super::graph::{ReachGraph, SearchDirection};
use super::named_endpoint::{self, NamedEndpoint};
use super::reachability::{Passing, PassingId, Reachability};
use crate::net::{Addresses, Family, private_blocks};
use crate::policy::{End, ParamId, Policy, PrefixListId};
use ipnet::IpNet;
use std::collections::BTreeMap;

/// Who may reach whom. Pairs are computed on demand.
#[derive(Debug)]
pub struct Matrix<'p> {
    /// The number of endpoints that are tiers.
    pub tiers: usize,
    /// The number of literal addresses that are omitted, because there are too many.
    pub left_out: usize,
    reachability: Reachability<'p>,
    graph: ReachGraph,
}

/// The maximum number of literal addresses: each costs a line and a column.
const MOST_UNNAMED: usize = 256;

/// A pair of endpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MatrixCell {
    /// The position of the sender.
    pub from: usize,
    /// The position of the receiver.
    pub to: usize,
    /// The passing traffic: equal ids mean the same traffic.
    pub passing: PassingId,
}

/// Senders that have the same traffic to one receiver.
#[derive(Debug)]
pub struct Senders<'m> {
    /// The passing traffic.
    pub passing: PassingId,
    /// The tiers among them.
    pub tiers: EndSet<'m>,
    /// The others.
    pub others: EndSet<'m>,
}

impl<'p> Matrix<'p> {
    /// The matrix of a policy.
    pub fn new(policy: &'p Policy) -> Matrix<'p> {
        let (others, left_out) = other_endpoints(policy);
        let mut reachability = Reachability::new(policy, others);
        let count = reachability.ends().len();
        let graph = ReachGraph::new(&mut reachability, count);
        Matrix {
            tiers: policy.tiers.len(),
            left_out,
            reachability,
            graph,
        }
    }

    /// The tiers by name, then the internet, networks, externals, prefix lists and parameters.
    pub fn ends(&self) -> &[NamedEndpoint] {
        self.reachability.ends()
    }

    /// The passing traffic with this id, in each IP version that both endpoints have.
    pub fn passing(&self, id: PassingId) -> &[Passing] {
        self.reachability.passing(id)
    }

    /// The pairs between which traffic may pass, by sender and receiver. One endpoint of each is a
    /// tier, or an external with a rule of the program for the other.
    pub fn cells(&self) -> impl Iterator<Item = MatrixCell> + '_ {
        (0..self.ends().len()).flat_map(|from| {
            let edges = self
                .graph
                .edges_from(from, SearchDirection::Forward)
                .into_iter();
            edges.map(move |(to, passing)| MatrixCell {
                from,
                to,
                passing: passing.reduced,
            })
        })
    }

    /// The senders to an endpoint, grouped by the passing traffic. The groups are ordered by their
    /// first sender.
    pub fn senders_to(&self, to: usize) -> Vec<Senders<'_>> {
        let groups = self.graph.senders_by_passing(to, self.tiers).into_iter();
        let mut groups: Vec<Senders<'_>> = groups
            .map(|(passing, [tiers, others])| Senders {
                passing,
                tiers,
                others,
            })
            .collect();
        groups.sort_by_key(|Senders { tiers, others, .. }| {
            (
                tiers.is_empty(),
                [tiers, others].map(|all| all.first_positions(1)),
            )
        });
        groups
    }

    /// Tiers that are not in `senders`.
    pub fn other_tiers(&self, to: usize, senders: &Senders<'_>) -> Vec<usize> {
        self.graph.left_out(to, self.tiers, &senders.tiers)
    }
}

/// Every peer of the program other than tiers, and the number of omitted literal addresses.
fn other_endpoints(policy: &Policy) -> (Vec<NamedEndpoint>, usize) {
    let named = |end: End| named_endpoint::named_endpoints(policy, &end);
    let (places, left_out) = unnamed_blocks(policy);
    let mut others = named(End::Internet);
    others.extend(places.into_values().flatten());

    let externals = policy.external_ids().map(End::External);
    let is_made = |id: &PrefixListId| policy.prefix_list(*id).made().is_some();
    let lists = policy.prefix_list_ids().filter(|id| !is_made(id));
    let lists = lists.map(End::PrefixList);
    let params = policy
        .param_ids()
        .filter(|id| is_unknown_block(policy, *id))
        .map(End::Param);
    others.extend(externals.chain(lists).chain(params).flat_map(named));

    (others, left_out)
}

/// Networks and literal addresses of sentences, by name, and the number of omitted ones.
fn unnamed_blocks(policy: &Policy) -> (BTreeMap<String, Vec<NamedEndpoint>>, usize) {
    let mut places: BTreeMap<String, Vec<NamedEndpoint>> = BTreeMap::new();
    for id in policy.network_ids() {
        let mut parts = named_endpoint::named_endpoints(policy, &End::Network(id));
        // its parameters are separate peers
        parts.retain(|part| part.endpoint.who == Who::Hosts);
        places.insert(policy.network(id).name.clone(), parts);
    }

    places.extend(made_lists(policy));

    let mut named = named_addresses(policy);
    let is_unnamed =
        |name: &String| !places.contains_key(name) && whole_blocks(policy, name).is_none();
    let mut left_out = named.keys().filter(|name| is_unnamed(name)).count();

    if left_out > MOST_UNNAMED {
        named.retain(|name, _| !is_unnamed(name));
    } else {
        left_out = 0;
    }

    for (name, blocks) in named {
        places.entry(name.clone()).or_insert_with(|| {
            let endpoint = Endpoint::for_hosts(Addresses::from_blocks(&blocks));
            vec![NamedEndpoint { name, endpoint }]
        });
    }

    (places, left_out)
}

/// Prefix lists that the program makes, by name.
fn made_lists(policy: &Policy) -> BTreeMap<String, Vec<NamedEndpoint>> {
    let mut blocks: BTreeMap<&str, Vec<IpNet>> = BTreeMap::new();
    for list in &policy.prefix_lists {
        if let Some(made) = list.made() {
            blocks.entry(&list.name).or_default().extend(&made.blocks);
        }
    }

    let place = |(name, blocks): (&str, Vec<IpNet>)| {
        let endpoint = Endpoint::for_hosts(Addresses::from_blocks(&blocks));
        let name = name.to_string();
        (name.clone(), vec![NamedEndpoint { name, endpoint }])
    };
    blocks.into_iter().map(place).collect()
}

fn is_unknown_block(policy: &Policy, param: ParamId) -> bool {
    let param = policy.param(param);
    param.kind.is_blocks() && !param.bound
}

/// The addresses in sentences, as written: `203.0.113.7/32`, `vpc main`, `private except
/// 10.99.0.0/16`. `anywhere` is shown as the internet.
fn named_addresses(policy: &Policy) -> BTreeMap<String, Vec<IpNet>> {
    let mut found: BTreeMap<String, Vec<IpNet>> = BTreeMap::new();
    for flow in &policy.flows {
        let Some(block) = flow.peer.block() else {
            continue;
        };
        let tail = &policy.sentence(flow.sentence).tail;
        let except = tail.split(" until ").next().unwrap_or_default();
        let mut word = String::new();
        policy.push_peer(flow, &mut word);
        if except.is_empty() && ANYWHERE.contains(&word.as_str()) {
            continue;
        }

        let blocks = found.entry(word + except).or_default();
        if blocks.last() != Some(&block) {
            blocks.push(block);
        }
    }

    for (name, blocks) in &mut found {
        if let Some(all) = whole_blocks(policy, name) {
            *blocks = all;
        }
    }

    found
}

/// The networks that are shown as the internet.
const ANYWHERE: [&str; 3] = ["anywhere", "anywhere-ipv4", "anywhere-ipv6"];

/// All blocks of `private` and `vpc main`: the rules of a sentence have fewer if its service has
/// only one IP version.
fn whole_blocks(policy: &Policy, name: &str) -> Option<Vec<IpNet>> {
    let is_used = |block: &IpNet| policy.stack.dual || Family::of_block(block) == Family::V4;
    if name == "private" {
        return Some(private_blocks().into_iter().filter(is_used).collect());
    }

    let name = name.strip_prefix("vpc ")?;
    let mut vpcs = policy.vpcs.iter();
    let vpc = vpcs.find(|vpc| vpc.name.as_deref() == Some(name))?;
    Some(vpc.blocks.clone())
}
