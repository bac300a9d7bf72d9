//! The peers of flows.

use super::{ExternalId, ParamId, ParamKind, PrefixListId, TierId};
use crate::aws::{ParameterSource, Text};
use crate::net::{Addresses, Family};
use crate::source::Span;
use ipnet::IpNet;
use std::num::NonZeroU32;

/// The peer of a flow, as AWS will match it.
///
/// The order of the variants is the order of the rules in an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Peer {
    /// A block of addresses.
    Net(IpNet),
    /// A managed prefix list.
    PrefixList(PrefixListId),
    /// A block that is set at deployment.
    Param(ParamId),
    /// The members of a tier, possibly the same.
    Tier(TierId),
    /// The members of a security group that is managed elsewhere.
    External(ExternalId),
}

impl Peer {
    /// The block, if it is one whose addresses are known.
    pub fn block(self) -> Option<IpNet> {
        match self {
            Peer::Net(block) => Some(block),
            Peer::PrefixList(_) | Peer::Param(_) | Peer::Tier(_) | Peer::External(_) => None,
        }
    }

    /// The tier, if it is one.
    pub fn tier(self) -> Option<TierId> {
        match self {
            Peer::Tier(id) => Some(id),
            Peer::Net(_) | Peer::PrefixList(_) | Peer::Param(_) | Peer::External(_) => None,
        }
    }

    /// The prefix list, if it is one.
    pub fn prefix_list(self) -> Option<PrefixListId> {
        match self {
            Peer::PrefixList(id) => Some(id),
            Peer::Net(_) | Peer::Param(_) | Peer::Tier(_) | Peer::External(_) => None,
        }
    }
}

/// An id of AWS that is known, or a parameter that will hold it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reference {
    /// `vpc-0123456789abcdef0`
    Id(String),
    /// An unbound parameter.
    Param(ParamId),
}

/// `network office = …`
#[derive(Debug)]
pub struct Network {
    /// `office`
    pub name: String,
    /// Its members as written; with `except`, the smallest cover of the remainder. Sorted, without
    /// duplicates.
    pub blocks: Vec<IpNet>,
    /// Unbound parameters among its members.
    pub unknown: Vec<ParamId>,
    /// All of its known addresses.
    pub addresses: Addresses,
    /// Its name in its declaration.
    pub span: Span,
}

/// `external partner = …`
#[derive(Debug)]
pub struct External {
    /// The name it was declared with, the first by spelling if several have this identity.
    pub name: String,
    /// `sg-…`
    pub id: Reference,
    /// Its account, if it is not that of the stack.
    pub account: Option<String>,
    /// Its name in its declaration.
    pub span: Span,
}

impl PrefixList {
    /// The list in AWS that the program makes, if it makes it.
    pub fn made(&self) -> Option<&MadeList> {
        match &self.list {
            ListReference::Made(made) => Some(made),
            ListReference::Id(_) | ListReference::Aws(_) | ListReference::Param(_) => None,
        }
    }
}

/// `prefix-list s3 = …`
#[derive(Debug)]
pub struct PrefixList {
    /// The name it was declared with, the first by spelling if several have this identity.
    pub name: String,
    /// Its identity in AWS.
    pub list: ListReference,
    /// Its family.
    pub family: Family,
    /// Its maximum size, if it is known.
    pub entries: Option<u32>,
    /// Its name in its declaration.
    pub span: Span,
}

/// How a prefix list is identified.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ListReference {
    /// `pl-0123456789abcdef0`
    Id(String),
    /// `com.amazonaws.us-east-1.s3`: a list that AWS manages. The word `region` means the region of
    /// the deployment.
    Aws(String),
    /// An unbound parameter.
    Param(ParamId),
    /// A list that the program makes.
    Made(MadeList),
}

/// The part in one family of a list that the program makes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MadeList {
    /// `offices-ipv4`: what identifies it.
    pub name: String,
    /// Its entries, sorted.
    pub blocks: Vec<IpNet>,
    /// The string after it.
    pub prose: Option<Text>,
}

impl MadeList {
    /// `shop-offices-ipv4`: its name in AWS.
    pub fn aws_name(&self, stack: &str) -> String {
        [stack, "-", &self.name].concat()
    }
}

/// The list that a block of a flow is an entry of: its id plus one, so that `Option<EntryOf>` has
/// the size of an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryOf(NonZeroU32);

impl EntryOf {
    /// An entry of this list.
    pub fn new(list: PrefixListId) -> EntryOf {
        EntryOf(NonZeroU32::new(list.0 + 1).expect("a position plus one"))
    }

    /// The list.
    pub fn list(self) -> PrefixListId {
        PrefixListId(self.0.get() - 1)
    }
}

/// `param office : cidr = …`
#[derive(Debug)]
pub struct Param {
    /// `office`
    pub name: String,
    /// Its type.
    pub kind: ParamKind,
    /// Its default, as text.
    pub default: Option<String>,
    /// The string after it.
    pub prose: Option<String>,
    /// Where its value comes from.
    pub source: ParameterSource,
    /// Whether `--set` or `--vars` set its value; then nothing refers to it.
    pub bound: bool,
    /// Its name in its declaration; `None` for the implicit `vpc-id`.
    pub span: Option<Span>,
}
