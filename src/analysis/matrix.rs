//! Everyone against everyone: who may reach whom, on what.

use super::end_set::EndSet;
use super::gate::{Endpoint, Who};
use super::graph::{Direction, ReachGraph};
use super::named_endpoint::{self, NamedEndpoint};
use super::reachability::{KindId, Passing, Reachability};
use crate::net::{Addresses, Family, private};
use crate::policy::{End, ExternalId, NetworkId, ParamId, ParamKind, Peer, Policy, PrefixListId};
use ipnet::IpNet;
use std::collections::BTreeMap;

/// Who may reach whom. It holds no pairs: they are found when they are asked for.
#[derive(Debug)]
pub struct Matrix<'p> {
    /// How many of the ends are tiers.
    pub tiers: usize,
    /// How many addresses that sentences name are no ends here, since they are too many.
    pub left_out: usize,
    links: Reachability<'p>,
    graph: ReachGraph,
}

/// More addresses that have no name are no ends: nobody would look for them, and each costs a line
/// and a column.
const MOST_UNNAMED: usize = 256;

/// A pair of ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// The position of the sender.
    pub from: usize,
    /// The position of the receiver.
    pub to: usize,
    /// What passes: pairs between which the same does have the same.
    pub kind: KindId,
}

/// All from whom the same may pass to an end.
#[derive(Debug)]
pub struct Senders<'m> {
    /// What passes.
    pub kind: KindId,
    /// The tiers among them.
    pub tiers: EndSet<'m>,
    /// The others.
    pub others: EndSet<'m>,
}

impl<'p> Matrix<'p> {
    /// The matrix of a policy.
    pub fn new(policy: &'p Policy) -> Matrix<'p> {
        let (others, left_out) = others(policy);
        let mut links = Reachability::new(policy, others);
        let count = links.ends().len();
        let graph = ReachGraph::new(&mut links, count);
        Matrix {
            tiers: policy.tiers.len(),
            left_out,
            links,
            graph,
        }
    }

    /// The tiers by name, then the internet, networks, externals, prefix lists and parameters.
    pub fn ends(&self) -> &[NamedEndpoint] {
        self.links.ends()
    }

    /// What passes, in each IP version that both ends have.
    pub fn kind(&self, kind: KindId) -> &[Passing] {
        self.links.kind(kind)
    }

    /// The pairs between which something may pass, by sender and receiver. One end of each is a
    /// tier.
    pub fn cells(&self) -> impl Iterator<Item = Cell> + '_ {
        (0..self.ends().len()).flat_map(|from| {
            let row = self.graph.reaching(from, Direction::Forward).into_iter();
            row.map(move |(to, kind)| Cell {
                from,
                to,
                kind: kind.reduced,
            })
        })
    }

    /// Who may send to an end, those together from whom the same passes; whose first sender is
    /// first, first.
    pub fn senders(&self, to: usize) -> Vec<Senders<'_>> {
        let found = self.graph.senders(to, self.tiers).into_iter();
        let mut found: Vec<Senders<'_>> = found
            .map(|(kind, [tiers, others])| Senders {
                kind,
                tiers,
                others,
            })
            .collect();
        found.sort_by_key(|Senders { tiers, others, .. }| {
            (tiers.is_empty(), [tiers, others].map(|all| all.first(1)))
        });
        found
    }

    /// The tiers that are not of some senders to an end.
    pub fn other_tiers(&self, to: usize, senders: &Senders<'_>) -> Vec<usize> {
        self.graph.left_out(to, self.tiers, &senders.tiers)
    }
}

/// Every peer of the program that is no tier, and how many addresses without a name are left out.
fn others(policy: &Policy) -> (Vec<NamedEndpoint>, usize) {
    let mut others = named_endpoint::named(policy, &End::Internet);
    let mut places: BTreeMap<String, Vec<NamedEndpoint>> = BTreeMap::new();
    for n in 0..policy.networks.len() {
        let mut parts = named_endpoint::named(policy, &End::Network(NetworkId(n as u32)));
        // its parameters are peers of their own
        parts.retain(|part| part.side.who == Who::Hosts);
        places.insert(policy.networks[n].name.clone(), parts);
    }
    let mut spoken = spoken_of(policy);
    let unnamed = |name: &String| !places.contains_key(name) && whole(policy, name).is_none();
    let mut left_out = spoken.keys().filter(|name| unnamed(name)).count();
    if left_out > MOST_UNNAMED {
        spoken.retain(|name, _| !unnamed(name));
    } else {
        left_out = 0;
    }
    for (name, blocks) in spoken {
        let named = || {
            vec![NamedEndpoint {
                name: name.clone(),
                side: Endpoint::hosts(Addresses::from_blocks(&blocks)),
            }]
        };
        places.entry(name.clone()).or_insert_with(named);
    }
    others.extend(places.into_values().flatten());
    let externals = (0..policy.externals.len()).map(|n| End::External(ExternalId(n as u32)));
    let lists = (0..policy.prefix_lists.len()).map(|n| End::PrefixList(PrefixListId(n as u32)));
    let params = (0..policy.params.len())
        .filter(|n| is_unknown_block(policy, *n))
        .map(|n| End::Param(ParamId(n as u32)));
    others.extend(
        externals
            .chain(lists)
            .chain(params)
            .flat_map(|end| named_endpoint::named(policy, &end)),
    );
    (others, left_out)
}

fn is_unknown_block(policy: &Policy, param: usize) -> bool {
    let param = &policy.params[param];
    match param.kind {
        ParamKind::Cidr | ParamKind::CidrIpv6 => !param.bound,
        ParamKind::Vpc | ParamKind::External | ParamKind::PrefixList => false,
    }
}

/// The addresses that sentences speak of, as they do: `203.0.113.7/32`, `vpc main`,
/// `private except 10.99.0.0/16`. `anywhere` has the internet in its stead.
fn spoken_of(policy: &Policy) -> BTreeMap<String, Vec<IpNet>> {
    let mut found: BTreeMap<String, Vec<IpNet>> = BTreeMap::new();
    for flow in &policy.flows {
        let Peer::Net(block) = flow.peer else {
            continue;
        };
        let tail = &policy.sentence(flow.sentence).tail;
        let except = tail.split(" until ").next().unwrap_or_default();
        let mut word = String::new();
        policy.push_peer(flow, &mut word);
        if !(except.is_empty()
            && ["anywhere", "anywhere-ipv4", "anywhere-ipv6"].contains(&word.as_str()))
        {
            let blocks = found.entry(word + except).or_default();
            if blocks.last() != Some(&block) {
                blocks.push(block);
            }
        }
    }
    for (name, blocks) in &mut found {
        if let Some(all) = whole(policy, name) {
            *blocks = all;
        }
    }
    found
}

/// All that `private` and `vpc main` hold: the rules of a sentence hold less where its service has
/// one IP version.
fn whole(policy: &Policy, name: &str) -> Option<Vec<IpNet>> {
    let in_use = |block: &IpNet| policy.stack.dual || Family::of_block(block) == Family::V4;
    match name.strip_prefix("vpc ") {
        None if name == "private" => Some(private().into_iter().filter(in_use).collect()),
        None => None,
        Some(name) => Some(
            policy
                .vpcs
                .iter()
                .find(|vpc| vpc.name.as_deref() == Some(name))?
                .blocks
                .clone(),
        ),
    }
}
