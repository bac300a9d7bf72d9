//! The ends of two programs: what is the same for AWS is one.

use super::super::endpoint::Endpoint;
use crate::net::{Addresses, Family};
use crate::policy::{ExternalId, ParamId};
use crate::policy::{
    ListReference, Peer, Policy, PrefixListId, Reference, TierId, TierMapping, aws_list,
};
use std::collections::BTreeMap;

/// An end of [`Ends`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EndId(pub u32);

impl EndId {
    /// Hosts that have an address, and are in nothing that a rule can name.
    pub const HOSTS: EndId = EndId(0);

    /// As an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// An end, as each program knows it.
#[derive(Debug, Clone, Default)]
pub struct End {
    /// In the old one, if it is there.
    pub old: Option<Peer>,
    /// In the new one, likewise.
    pub new: Option<Peer>,
    /// Where it may be: under both programs, since what is said of that moves nobody.
    pub addresses: Addresses,
}

/// The ends of two programs: hosts, then tiers by name, then the rest by what AWS knows it by.
#[derive(Debug)]
pub struct Ends {
    ends: Vec<End>,
    tiers: usize,
    old: Index,
    new: Index,
}

/// Which end each thing of one program is.
#[derive(Debug, Default)]
pub(super) struct Index {
    peers: Vec<Option<Peer>>,
    tiers: Vec<EndId>,
    externals: Vec<EndId>,
    lists: Vec<EndId>,
    params: Vec<EndId>,
}

/// What AWS knows a thing by that is no tier.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key<'p> {
    External(Id<'p>, Option<&'p str>),
    List(Id<'p>),
    AwsList(&'p str),
    Param(&'p str),
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Id<'p> {
    Known(&'p str),
    Param(&'p str),
}

impl Ends {
    /// Finds the ends of two programs, whose tiers are matched.
    pub(super) fn new(old: &Policy, new: &Policy, tier_mapping: &TierMapping) -> Ends {
        let mut found = Ends {
            ends: vec![End::default()],
            tiers: 0,
            old: Index::default(),
            new: Index::default(),
        };
        found.match_tiers(old, new, tier_mapping);
        let mut others: BTreeMap<Key<'_>, End> = BTreeMap::new();
        for (key, peer) in named(old) {
            others.entry(key).or_default().old = Some(peer);
        }
        for (key, peer) in named(new) {
            others.entry(key).or_default().new = Some(peer);
        }
        found.ends.extend(others.into_values());
        for end in &mut found.ends[1..] {
            let old = end.old.map(|peer| addresses(old, peer)).unwrap_or_default();
            end.addresses = end
                .new
                .map_or(Addresses::default(), |peer| addresses(new, peer))
                .union(&old);
        }
        found.old = Index::new(old, found.ends.iter().map(|end| end.old).collect());
        found.new = Index::new(new, found.ends.iter().map(|end| end.new).collect());
        found
    }

    fn match_tiers(&mut self, old: &Policy, new: &Policy, tier_mapping: &TierMapping) {
        let id = |n: usize| TierId(n as u32);
        let kept = (0..new.tiers.len())
            .map(id)
            .map(|tier| (tier_mapping.old_of(tier), Some(tier)));
        let gone = (0..old.tiers.len())
            .map(id)
            .filter(|tier| tier_mapping.new_of(*tier).is_none());
        let mut tiers: Vec<_> = kept.chain(gone.map(|tier| (Some(tier), None))).collect();
        let name = |tier: &(Option<TierId>, Option<TierId>)| match tier {
            (_, Some(id)) => &new.tier(*id).name,
            (Some(id), None) => &old.tier(*id).name,
            (None, None) => &new.stack.name,
        };
        tiers.sort_by_key(name);
        let peer = |tier: Option<TierId>| tier.map(Peer::Tier);
        self.ends.extend(tiers.iter().map(|(o, n)| End {
            old: peer(*o),
            new: peer(*n),
            ..End::default()
        }));
        self.tiers = tiers.len();
    }

    /// One of them.
    pub fn get(&self, id: EndId) -> &End {
        &self.ends[id.index()]
    }

    /// How many there are; their ids count from 0.
    #[allow(clippy::len_without_is_empty)] // there always are hosts
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The tiers, by name.
    pub fn tiers(&self) -> impl Iterator<Item = EndId> + use<> {
        (1..=self.tiers as u32).map(EndId)
    }

    /// Whether it is a tier.
    pub fn is_tier(&self, id: EndId) -> bool {
        (1..=self.tiers).contains(&id.index())
    }

    pub(super) fn in_old(&self) -> &Index {
        &self.old
    }

    pub(super) fn in_new(&self) -> &Index {
        &self.new
    }
}

impl Index {
    fn new(policy: &Policy, peers: Vec<Option<Peer>>) -> Index {
        let mut index = Index {
            peers: Vec::new(),
            tiers: vec![EndId::HOSTS; policy.tiers.len()],
            externals: vec![EndId::HOSTS; policy.externals.len()],
            lists: vec![EndId::HOSTS; policy.prefix_lists.len()],
            params: vec![EndId::HOSTS; policy.params.len()],
        };
        for (n, peer) in peers.iter().enumerate() {
            let end = EndId(n as u32);
            match *peer {
                Some(Peer::Tier(id)) => index.tiers[id.index()] = end,
                Some(Peer::External(id)) => index.externals[id.index()] = end,
                Some(Peer::PrefixList(id)) => index.lists[id.index()] = end,
                Some(Peer::Param(id)) => index.params[id.index()] = end,
                Some(Peer::Net(_)) | None => {}
            }
        }
        Index { peers, ..index }
    }

    /// What an end is in the program, if it is there.
    pub(super) fn peer(&self, end: EndId) -> Option<Peer> {
        self.peers[end.index()]
    }

    /// The end that a peer is; a block is where hosts are.
    pub(super) fn end(&self, peer: Peer) -> EndId {
        match peer {
            Peer::Net(_) => EndId::HOSTS,
            Peer::Tier(id) => self.tiers[id.index()],
            Peer::External(id) => self.externals[id.index()],
            Peer::PrefixList(id) => self.lists[id.index()],
            Peer::Param(id) => self.params[id.index()],
        }
    }

    /// The tiers of the program, each with the end that it is.
    pub(super) fn tiers(&self) -> impl Iterator<Item = (TierId, EndId)> + '_ {
        self.tiers
            .iter()
            .enumerate()
            .map(|(n, end)| (TierId(n as u32), *end))
    }
}

/// Everything of a program that a rule can name beside tiers and blocks.
fn named(policy: &Policy) -> impl Iterator<Item = (Key<'_>, Peer)> {
    let ids = |count: usize| 0..count as u32;
    let externals = ids(policy.externals.len()).map(ExternalId).map(move |n| {
        let external = &policy.externals[n.index()];
        (
            Key::External(id(policy, &external.id), external.account.as_deref()),
            Peer::External(n),
        )
    });
    let lists = ids(policy.prefix_lists.len())
        .map(PrefixListId)
        .map(move |n| {
            let key = match &policy.prefix_lists[n.index()].list {
                ListReference::Id(id) => Key::List(Id::Known(id)),
                ListReference::Param(param) => Key::List(Id::Param(&policy.param(*param).name)),
                ListReference::Aws(name) => Key::AwsList(aws_list(name)),
            };
            (key, Peer::PrefixList(n))
        });
    let params = ids(policy.params.len()).map(ParamId);
    let params = params.map(|n| (Key::Param(&policy.param(n).name), Peer::Param(n)));
    externals.chain(lists).chain(params)
}

fn id<'p>(policy: &'p Policy, reference: &'p Reference) -> Id<'p> {
    match reference {
        Reference::Id(id) => Id::Known(id),
        Reference::Param(param) => Id::Param(&policy.param(*param).name),
    }
}

/// Where an end may be, as one program says.
fn addresses(policy: &Policy, peer: Peer) -> Addresses {
    let all = |family: Family| Addresses::all().in_family(family);
    match peer {
        Peer::Tier(id) => Endpoint::tier(policy, id).addresses,
        Peer::Net(block) => Addresses::from_blocks([&block]),
        Peer::External(_) => Addresses::all(),
        Peer::PrefixList(id) => all(policy.prefix_lists[id.index()].family),
        Peer::Param(id) => all(policy.param(id).kind.family()),
    }
}
