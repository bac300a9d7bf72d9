//! The resolved program: tiers, who may connect to whom, assertions. All names are resolved.
//!
//! Ids are positions in the vectors of [`Policy`], and are assigned in the order of names, so that
//! the order of ids is the order of every output, independent of the order in the source.

mod area;
mod assertion;
mod flow;
mod icmp;
mod members;
mod output_rules;
mod peer;
mod sentence_tags;
mod stack;
mod texts;
mod tier;
mod tier_mapping;
mod words;
mod written;

pub use area::Area;
pub use assertion::{Annotation, Assertion, Claim, End};
pub use flow::{Flow, Owner, Sentence, Verb, Way};
pub use icmp::{IcmpName, icmp_name, icmp_names, icmp_pairs};
pub use members::Members;
pub use output_rules::{OutputRules, ParameterNames, ReplacedText};
pub use peer::{
    EntryOf, External, ListReference, MadeList, Network, Param, Peer, PrefixList, Reference,
};
pub use sentence_tags::SentenceTags;
pub use stack::{DefaultGroup, Labels, Outbound, Peering, PeeringLink, Stack, Vpc};
pub use texts::Texts;
pub use tier::{Role, Tier, TierSet};
pub use tier_mapping::TierMapping;
pub use words::{WordId, Words};
pub use written::{Declaration, Declared, Remainder, Shadowed, Unused};

pub use crate::aws::{MOST_TAGS, ParamKind, ParameterSource, TemplateSource, Text, aws_list};
use crate::ledger::Ledger;

use crate::date::Date;
use crate::net::{Family, PortEnd, Ports, Sink, Traffic, UnknownPorts, push_block, push_traffic};

/// A whole program, resolved.
#[derive(Debug)]
pub struct Policy {
    /// The deployment.
    pub stack: Stack,
    /// What AWS has of groups that the program took over, if it has taken any.
    pub ledger: Option<Ledger>,
    /// Declared VPCs by name; the implicit VPC, if needed, is the only one.
    pub vpcs: Vec<Vpc>,
    /// The VPCs of tiers, each list of them once.
    pub areas: Vec<Area>,
    /// Peered VPCs, one for each pair, sorted.
    pub peerings: Vec<Peering>,
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
    /// The groups that the members of each tier carry.
    pub members: Members,
    /// Named sets of tiers by name.
    pub tier_sets: Vec<TierSet>,
    /// The sentences, in source order.
    pub sentences: Vec<Sentence>,
    /// The flows of all sentences.
    pub flows: Vec<Flow>,
    /// Foreign groups that sentences put rules on, sorted.
    pub foreign_owners: Vec<ExternalId>,
    /// The flows of sentences whose last day is past; they are not in outputs.
    pub ended: Vec<Flow>,
    /// Assertions, in source order.
    pub assertions: Vec<Assertion>,
    /// `@allow`, in source order.
    pub annotations: Vec<Annotation>,
    /// Declarations of networks, services, sets of tiers and parameters, in source order.
    pub declarations: Vec<Declaration>,
    /// Declarations that nothing uses, in source order.
    pub unused: Vec<Unused>,
    /// Services with the name of a built-in one and another meaning.
    pub shadowed: Vec<Shadowed>,
    /// The remainder of each `except`.
    pub remainders: Vec<Remainder>,
    /// The current day.
    pub as_of: Date,
    /// Words of the program that outputs repeat.
    pub words: Words,
    /// Texts of parts of services, and of outbound rules.
    pub texts: Texts,
    /// Tags of sentences, for their rules.
    pub sentence_tags: SentenceTags,
    /// Whether a text has an unbound parameter in it.
    pub has_text_parameters: bool,
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
    /// The VPCs of a tier.
    AreaId
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
    /// An empty policy with its stack.
    pub(crate) fn new(stack: Stack, as_of: Date) -> Policy {
        Policy {
            stack,
            ledger: None,
            vpcs: Vec::new(),
            areas: Vec::new(),
            peerings: Vec::new(),
            params: Vec::new(),
            networks: Vec::new(),
            externals: Vec::new(),
            prefix_lists: Vec::new(),
            tiers: Vec::new(),
            members: Members::default(),
            tier_sets: Vec::new(),
            sentences: Vec::new(),
            flows: Vec::new(),
            foreign_owners: Vec::new(),
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
            sentence_tags: SentenceTags::default(),
            has_text_parameters: false,
        }
    }

    /// The ids of all tiers, in their order.
    pub fn tier_ids(&self) -> impl DoubleEndedIterator<Item = TierId> + use<> {
        (0..self.tiers.len() as u32).map(TierId)
    }

    /// All groups that rules are put on: the tiers, then the others.
    pub fn owners(&self) -> impl Iterator<Item = Owner> + '_ {
        let foreign = self.foreign_owners.iter().copied().map(Owner::External);
        self.tier_ids().map(Owner::Tier).chain(foreign)
    }

    /// The number of groups that rules are put on.
    pub fn owner_count(&self) -> usize {
        self.tiers.len() + self.foreign_owners.len()
    }

    /// The position of a group among all that rules are put on; `None` for any other group.
    pub fn owner_position(&self, owner: Owner) -> Option<usize> {
        match owner {
            Owner::Tier(id) => Some(id.index()),
            Owner::External(id) => {
                let found = self.foreign_owners.binary_search(&id).ok();
                found.map(|position| self.tiers.len() + position)
            }
        }
    }

    /// The name of a group that rules are put on.
    pub fn owner_name(&self, owner: Owner) -> &str {
        match owner {
            Owner::Tier(id) => &self.tier(id).name,
            Owner::External(id) => &self.external(id).name,
        }
    }

    /// The ids of all areas, in their order.
    pub fn area_ids(&self) -> impl Iterator<Item = AreaId> + use<> {
        (0..self.areas.len() as u32).map(AreaId)
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

    /// Traffic with the defaults of its parameters; unchanged if one has no default.
    #[inline]
    pub fn default_traffic(&self, traffic: Traffic) -> Traffic {
        match traffic {
            Traffic::TcpUnknown(ports) => self.default_ports(ports).map_or(traffic, Traffic::Tcp),
            Traffic::UdpUnknown(ports) => self.default_ports(ports).map_or(traffic, Traffic::Udp),
            Traffic::All
            | Traffic::Tcp(_)
            | Traffic::Udp(_)
            | Traffic::Icmp(_)
            | Traffic::Icmpv6(_)
            | Traffic::Number(_) => traffic,
        }
    }

    fn default_ports(&self, ports: UnknownPorts) -> Option<Ports> {
        let default = |end: &PortEnd| match end {
            PortEnd::Number(port) => Some(*port),
            PortEnd::Parameter(name) => {
                let mut params = self.params.iter();
                let param = params.find(|param| param.name == *name)?;
                param.default.as_ref()?.parse().ok()
            }
        };
        let (from, to) = ports.ends();
        Some(Ports {
            from: default(from)?,
            to: default(to)?,
        })
    }

    /// The parameters of ports that are set at deployment.
    pub fn port_params(&self, ports: UnknownPorts) -> impl Iterator<Item = ParamId> + '_ {
        let names = ports.parameters();
        names.filter_map(|name| self.param_ids().find(|id| self.param(*id).name == name))
    }

    /// The parameter of a peer, if it is an unbound one.
    pub fn peer_param(&self, peer: Peer) -> Option<ParamId> {
        match peer {
            Peer::Param(id) => Some(id),
            Peer::External(id) => match self.external(id).id {
                Reference::Param(id) => Some(id),
                Reference::Id(_) => None,
            },
            Peer::PrefixList(id) => match &self.prefix_list(id).list {
                ListReference::Param(id) => Some(*id),
                ListReference::Id(_) | ListReference::Aws(_) | ListReference::Made(_) => None,
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

    /// The group that a flow is about, as its sentence names it.
    pub fn subject_name(&self, flow: &Flow) -> &str {
        match flow.about {
            Some(word) => self.words.text(word),
            None => self.owner_name(flow.subject),
        }
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

    /// The position of the peering of two VPCs.
    pub fn find_peering(&self, a: VpcId, b: VpcId) -> Option<usize> {
        let pair = (a.min(b), a.max(b));
        let found = self
            .peerings
            .binary_search_by_key(&pair, |peering| peering.vpcs);
        found.ok()
    }

    /// Every pair of a VPC of one tier and a different one of another: members can be in any.
    pub fn vpc_pairs(&self, a: TierId, b: TierId) -> impl Iterator<Item = (VpcId, VpcId)> + '_ {
        let (ours, theirs) = (&self.area_of(a).vpcs, &self.area_of(b).vpcs);
        let pairs = ours.iter().flat_map(|a| theirs.iter().map(|b| (*a, *b)));
        pairs.filter(|(a, b)| a != b)
    }

    /// Whether a transit gateway joins some VPC of one tier with some of another, so that no
    /// outbound rule can name a group for all members.
    pub fn are_over_gateway(&self, a: TierId, b: TierId) -> bool {
        let mut links = self
            .vpc_pairs(a, b)
            .filter_map(|(a, b)| self.find_peering(a, b));
        links.any(|peering| self.peerings[peering].link == PeeringLink::TransitGateway)
    }

    /// The VPCs of a tier.
    pub fn area_of(&self, id: TierId) -> &Area {
        self.area(self.tier(id).area)
    }

    /// The area with this id.
    pub fn area(&self, id: AreaId) -> &Area {
        &self.areas[id.index()]
    }

    /// The VPC that the group of a tier is made in.
    pub fn home_of(&self, id: TierId) -> &Vpc {
        self.vpc(self.area_of(id).home())
    }

    /// `vpc main, vpc tools`: the addresses of all members of a tier, as a sentence names them.
    pub fn vpc_peers(&self, id: TierId) -> String {
        let names = self.area_of(id).vpcs.iter().map(|id| {
            let name = self.vpc(*id).name.as_deref().unwrap_or_default();
            format!("vpc {name}")
        });
        names.collect::<Vec<_>>().join(", ")
    }
}
