//! The endpoints of two programs: those with the same identity in AWS are one.

use super::super::endpoint::Endpoint;
use crate::net::{Addresses, Family};
use crate::policy::{ListReference, Peer, Policy, Reference, TierId, TierMapping, aws_list};
use std::collections::BTreeMap;

/// An endpoint of [`Ends`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EndId(pub u32);

impl EndId {
    /// Hosts at addresses that are not members of anything that a rule can reference.
    pub const HOSTS: EndId = EndId(0);

    /// As an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// An endpoint in both programs.
#[derive(Debug, Clone, Default)]
pub struct End {
    /// In the old program, if it has it.
    pub old: Option<Peer>,
    /// In the new program, likewise.
    pub new: Option<Peer>,
    /// Its possible addresses in either program: a change of the `addresses` of a tier moves no
    /// host.
    pub addresses: Addresses,
}

/// The endpoints of two programs: hosts, then tiers by name, then the others by identity in AWS.
#[derive(Debug)]
pub struct Ends {
    ends: Vec<End>,
    tiers: usize,
    old: EndIndex,
    new: EndIndex,
}

/// The mapping from items of one program to endpoints.
#[derive(Debug, Default)]
pub(super) struct EndIndex {
    peers: Vec<Option<Peer>>,
    tiers: Vec<EndId>,
    externals: Vec<EndId>,
    lists: Vec<EndId>,
    params: Vec<EndId>,
}

/// The identity in AWS of an item that is not a tier.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum AwsIdentity<'p> {
    External(AwsId<'p>, Option<&'p str>),
    List(AwsId<'p>),
    AwsList(&'p str),
    Param(&'p str),
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum AwsId<'p> {
    Known(&'p str),
    Param(&'p str),
}

impl Ends {
    /// The endpoints of two programs with matched tiers.
    pub(super) fn new(old: &Policy, new: &Policy, tier_mapping: &TierMapping) -> Ends {
        let mut found = Ends {
            ends: vec![End::default()],
            tiers: 0,
            old: EndIndex::default(),
            new: EndIndex::default(),
        };

        found.match_tiers(old, new, tier_mapping);

        let mut others: BTreeMap<AwsIdentity<'_>, End> = BTreeMap::new();
        for (key, peer) in named_peers(old) {
            others.entry(key).or_default().old = Some(peer);
        }

        for (key, peer) in named_peers(new) {
            others.entry(key).or_default().new = Some(peer);
        }

        found.ends.extend(others.into_values());

        let may_be = |policy, peer: Option<Peer>| match peer {
            Some(peer) => peer_addresses(policy, peer),
            None => Addresses::default(),
        };

        for end in &mut found.ends[1..] {
            end.addresses = may_be(new, end.new).union(&may_be(old, end.old));
        }

        found.old = EndIndex::new(old, found.ends.iter().map(|end| end.old).collect());
        found.new = EndIndex::new(new, found.ends.iter().map(|end| end.new).collect());

        found
    }

    fn match_tiers(&mut self, old: &Policy, new: &Policy, tier_mapping: &TierMapping) {
        let kept = new
            .tier_ids()
            .map(|tier| (tier_mapping.old_of(tier), Some(tier)));
        let is_gone = |tier: &TierId| tier_mapping.new_of(*tier).is_none();
        let gone = old.tier_ids().filter(is_gone);
        let mut tiers: Vec<_> = kept.chain(gone.map(|tier| (Some(tier), None))).collect();

        tiers.sort_by_key(|tier| match tier {
            (_, Some(id)) => &new.tier(*id).name,
            (Some(id), None) => &old.tier(*id).name,
            (None, None) => &new.stack.name,
        });

        self.tiers = tiers.len();
        self.ends.extend(tiers.into_iter().map(|(old, new)| End {
            old: old.map(Peer::Tier),
            new: new.map(Peer::Tier),
            ..End::default()
        }));
    }

    /// The endpoint with this id.
    pub fn get(&self, id: EndId) -> &End {
        &self.ends[id.index()]
    }

    /// The number of endpoints; their ids count from 0.
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

    pub(super) fn in_old(&self) -> &EndIndex {
        &self.old
    }

    pub(super) fn in_new(&self) -> &EndIndex {
        &self.new
    }
}

impl EndIndex {
    fn new(policy: &Policy, peers: Vec<Option<Peer>>) -> EndIndex {
        let mut index = EndIndex {
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

        EndIndex { peers, ..index }
    }

    /// The peer of an endpoint in the program, if it has it.
    pub(super) fn peer_of(&self, end: EndId) -> Option<Peer> {
        self.peers[end.index()]
    }

    /// The endpoint of a peer; that of a block is hosts.
    pub(super) fn end_of(&self, peer: Peer) -> EndId {
        match peer {
            Peer::Net(_) => EndId::HOSTS,
            Peer::Tier(id) => self.tiers[id.index()],
            Peer::External(id) => self.externals[id.index()],
            Peer::PrefixList(id) => self.lists[id.index()],
            Peer::Param(id) => self.params[id.index()],
        }
    }

    /// The tiers of the program, each with its endpoint.
    pub(super) fn tiers(&self) -> impl Iterator<Item = (TierId, EndId)> + '_ {
        (0..).map(TierId).zip(self.tiers.iter().copied())
    }
}

/// All possible peers of rules of a program, except tiers and blocks.
fn named_peers(policy: &Policy) -> impl Iterator<Item = (AwsIdentity<'_>, Peer)> {
    let external = |id| {
        let external = policy.external(id);
        let account = external.account.as_deref();
        let identity = AwsIdentity::External(aws_id(policy, &external.id), account);
        (identity, Peer::External(id))
    };

    // of a list that the program makes, its entries are peers
    let list = |id| {
        let identity = match &policy.prefix_list(id).list {
            ListReference::Made(_) => return None,
            ListReference::Id(id) => AwsIdentity::List(AwsId::Known(id)),
            ListReference::Param(id) => AwsIdentity::List(AwsId::Param(&policy.param(*id).name)),
            ListReference::Aws(name) => AwsIdentity::AwsList(aws_list(name)),
        };
        Some((identity, Peer::PrefixList(id)))
    };

    let param = |id| (AwsIdentity::Param(&policy.param(id).name), Peer::Param(id));

    let externals = policy.external_ids().map(external);
    let lists = policy.prefix_list_ids().filter_map(list);
    let params = policy.param_ids().map(param);

    externals.chain(lists).chain(params)
}

fn aws_id<'p>(policy: &'p Policy, reference: &'p Reference) -> AwsId<'p> {
    match reference {
        Reference::Id(id) => AwsId::Known(id),
        Reference::Param(param) => AwsId::Param(&policy.param(*param).name),
    }
}

/// The possible addresses of an endpoint in one program.
fn peer_addresses(policy: &Policy, peer: Peer) -> Addresses {
    let all = |family: Family| Addresses::all().in_family(family);
    match peer {
        Peer::Tier(id) => Endpoint::for_tier(policy, id).addresses,
        Peer::Net(block) => Addresses::from_blocks([&block]),
        Peer::External(_) => Addresses::all(),
        Peer::PrefixList(id) => all(policy.prefix_list(id).family),
        Peer::Param(id) => all(policy.param(id).kind.family()),
    }
}
