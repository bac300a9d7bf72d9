//! What was meant: tiers, who may talk to whom, what is asserted. No name is left to look up.
//!
//! Ids are positions in the vectors of [`Policy`], and are given in the order of the names, so that
//! the order of ids is the order of every output whatever the order of the source.

mod assertion;
mod flow;
mod icmp;
mod output_rules;
mod peer;
mod stack;
mod texts;
mod tier;
mod tier_mapping;
mod words;
mod written;

pub use assertion::{Annotation, Assertion, Claim, End};
pub use flow::{Flow, Sentence, Way};
pub use icmp::{IcmpName, icmp_name, icmp_names, icmp_pairs};
pub use output_rules::{OutputRules, ParameterNames};
pub use peer::{External, ListReference, Network, Param, Peer, PrefixList, Reference};
pub use stack::{DefaultGroup, Labels, Outbound, Stack, Vpc};
pub use texts::Texts;
pub use tier::{Role, Tier, TierSet};
pub use tier_mapping::TierMapping;
pub use words::{WordId, Words};
pub use written::{Declaration, Declared, Remainder, Shadowed, Unused};

pub use crate::aws::{ParamKind, aws_list};

use crate::date::Date;
use crate::net::{Family, Sink, push_block, push_traffic};

/// A whole program, resolved.
#[derive(Debug)]
pub struct Policy {
    /// The deployment.
    pub stack: Stack,
    /// Declared VPCs by name; the implicit one, if it is needed, stands alone.
    pub vpcs: Vec<Vpc>,
    /// Pairs of peered VPCs, the smaller id first, sorted.
    pub peerings: Vec<(VpcId, VpcId)>,
    /// Parameters by name.
    pub params: Vec<Param>,
    /// Networks by name.
    pub networks: Vec<Network>,
    /// Foreign security groups by identity; two names of one group are one.
    pub externals: Vec<External>,
    /// Prefix lists by identity, likewise.
    pub prefix_lists: Vec<PrefixList>,
    /// Tiers by name.
    pub tiers: Vec<Tier>,
    /// Named sets of tiers by name.
    pub tier_sets: Vec<TierSet>,
    /// The sentences, as they stand in the files.
    pub sentences: Vec<Sentence>,
    /// What the sentences multiply out to.
    pub flows: Vec<Flow>,
    /// What sentences would state whose last day is past; in no output.
    pub ended: Vec<Flow>,
    /// Assertions, as they stand.
    pub assertions: Vec<Assertion>,
    /// `@allow`, as they stand.
    pub annotations: Vec<Annotation>,
    /// Declarations of networks, services, sets of tiers and parameters, as they stand.
    pub declarations: Vec<Declaration>,
    /// Declarations that nothing uses, as they stand.
    pub unused: Vec<Unused>,
    /// Services with the name of a built-in one and another meaning.
    pub shadowed: Vec<Shadowed>,
    /// What each `except` leaves.
    pub remainders: Vec<Remainder>,
    /// The day that counts as today.
    pub as_of: Date,
    /// Words of the program that outputs repeat.
    pub words: Words,
    /// Texts of parts of services, and of outbound rules.
    pub texts: Texts,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// As an index.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// A tier: one security group.
    TierId
    /// A named set of tiers.
    TierSetId
    /// A VPC.
    VpcId
    /// A parameter.
    ParamId
    /// A network.
    NetworkId
    /// A security group that is managed elsewhere.
    ExternalId
    /// A managed prefix list.
    PrefixListId
    /// A sentence.
    SentenceId
}

impl Policy {
    /// A policy that holds its stack and nothing else yet.
    pub(crate) fn new(stack: Stack, as_of: Date) -> Policy {
        Policy {
            stack,
            vpcs: Vec::new(),
            peerings: Vec::new(),
            params: Vec::new(),
            networks: Vec::new(),
            externals: Vec::new(),
            prefix_lists: Vec::new(),
            tiers: Vec::new(),
            tier_sets: Vec::new(),
            sentences: Vec::new(),
            flows: Vec::new(),
            ended: Vec::new(),
            assertions: Vec::new(),
            annotations: Vec::new(),
            declarations: Vec::new(),
            unused: Vec::new(),
            shadowed: Vec::new(),
            remainders: Vec::new(),
            as_of,
            words: Words::default(),
            texts: Texts::default(),
        }
    }

    /// The ids of all tiers, in their order.
    pub fn tier_ids(&self) -> impl DoubleEndedIterator<Item = TierId> + use<> {
        (0..self.tiers.len() as u32).map(TierId)
    }

    /// The ids of all networks, in their order.
    pub fn network_ids(&self) -> impl Iterator<Item = NetworkId> + use<> {
        (0..self.networks.len() as u32).map(NetworkId)
    }

    /// The ids of all foreign groups, in their order.
    pub fn external_ids(&self) -> impl Iterator<Item = ExternalId> + use<> {
        (0..self.externals.len() as u32).map(ExternalId)
    }

    /// The ids of all prefix lists, in their order.
    pub fn prefix_list_ids(&self) -> impl Iterator<Item = PrefixListId> + use<> {
        (0..self.prefix_lists.len() as u32).map(PrefixListId)
    }

    /// The ids of all parameters, in their order.
    pub fn param_ids(&self) -> impl Iterator<Item = ParamId> + use<> {
        (0..self.params.len() as u32).map(ParamId)
    }

    /// The tier with this id.
    pub fn tier(&self, id: TierId) -> &Tier {
        &self.tiers[id.index()]
    }

    /// The parameter with this id.
    pub fn param(&self, id: ParamId) -> &Param {
        &self.params[id.index()]
    }

    /// The network with this id.
    pub fn network(&self, id: NetworkId) -> &Network {
        &self.networks[id.index()]
    }

    /// The foreign group with this id.
    pub fn external(&self, id: ExternalId) -> &External {
        &self.externals[id.index()]
    }

    /// The prefix list with this id.
    pub fn prefix_list(&self, id: PrefixListId) -> &PrefixList {
        &self.prefix_lists[id.index()]
    }

    /// The VPC with this id.
    pub fn vpc(&self, id: VpcId) -> &Vpc {
        &self.vpcs[id.index()]
    }

    /// The flow at this position.
    pub fn flow(&self, position: u32) -> &Flow {
        &self.flows[position as usize]
    }

    /// The parameter that a peer is, if it is one that has no value yet.
    pub fn peer_param(&self, peer: Peer) -> Option<ParamId> {
        match peer {
            Peer::Param(id) => Some(id),
            Peer::External(id) => match self.external(id).id {
                Reference::Param(id) => Some(id),
                Reference::Id(_) => None,
            },
            Peer::PrefixList(id) => match self.prefix_list(id).list {
                ListReference::Param(id) => Some(id),
                ListReference::Id(_) | ListReference::Aws(_) => None,
            },
            Peer::Net(_) | Peer::Tier(_) => None,
        }
    }

    /// The family of a block, a prefix list or a parameter.
    pub fn peer_family(&self, peer: Peer) -> Option<Family> {
        match peer {
            Peer::Net(block) => Some(Family::of_block(&block)),
            Peer::PrefixList(id) => Some(self.prefix_list(id).family),
            Peer::Param(id) => Some(self.param(id).kind.family()),
            Peer::Tier(_) | Peer::External(_) => None,
        }
    }

    /// The sentence with this id.
    pub fn sentence(&self, id: SentenceId) -> &Sentence {
        &self.sentences[id.index()]
    }

    /// Appends the service of a flow as its sentence writes it.
    pub fn push_service(&self, flow: &Flow, out: &mut impl Sink) {
        match flow.service {
            Some(word) => out.put(self.words.text(word)),
            None => push_traffic(out, flow.traffic),
        }
    }

    /// Appends the peer of a flow as its sentence writes it.
    pub fn push_peer(&self, flow: &Flow, out: &mut impl Sink) {
        if let Some(word) = flow.named {
            out.put(self.words.text(word));
        } else if let Some(block) = flow.peer.block() {
            push_block(out, &block);
        }
    }

    /// The VPC of a tier.
    pub fn vpc_of(&self, id: TierId) -> &Vpc {
        self.vpc(self.tier(id).vpc)
    }
}
