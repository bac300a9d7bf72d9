//! What can stand at the other end of a flow.

use super::{ExternalId, ParamId, PrefixListId, TierId};
use crate::net::{Addresses, Family};
use crate::source::Span;
use ipnet::IpNet;

/// The other end of a flow, as AWS will match it.
///
/// The order of the variants is the order of the rules in an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Peer {
    /// A block of addresses.
    Net(IpNet),
    /// A managed prefix list.
    PrefixList(PrefixListId),
    /// A block that is not known yet.
    Param(ParamId),
    /// The members of another tier, or of the same.
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
    /// Its members as written; after `except` the smallest cover of what is left. Sorted, once
    /// each.
    pub blocks: Vec<IpNet>,
    /// Parameters among its members that have no value yet.
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
    /// The account it belongs to, if that is another than the stack's.
    pub account: Option<String>,
    /// Its name in its declaration.
    pub span: Span,
}

/// `prefix-list s3 = …`
#[derive(Debug)]
pub struct PrefixList {
    /// The name it was declared with, the first by spelling if several have this identity.
    pub name: String,
    /// What it is in AWS.
    pub list: ListReference,
    /// Its family.
    pub family: Family,
    /// Its maximum size, if it is known.
    pub entries: Option<u32>,
    /// Its name in its declaration.
    pub span: Span,
}

/// How a prefix list is named.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ListReference {
    /// `pl-0123456789abcdef0`
    Id(String),
    /// `com.amazonaws.us-east-1.s3`: a list that AWS manages. The word `region` in the place of the
    /// region means that of the deployment.
    Aws(String),
    /// An unbound parameter.
    Param(ParamId),
}

/// The part of the name of an AWS-managed list that tells it from others: `s3` of
/// `com.amazonaws.eu-central-1.s3`, `global.cloudfront.origin-facing`. The region is no part of it:
/// a security group can only name lists of the region that it is in.
pub fn aws_list(name: &str) -> &str {
    let name = name.strip_prefix("com.amazonaws.").unwrap_or(name);
    match name.split_once('.') {
        Some(("global", _)) | None => name,
        Some((_, list)) => list,
    }
}

/// `param office : cidr = …`
#[derive(Debug)]
pub struct Param {
    /// `office`
    pub name: String,
    /// What it can hold.
    pub kind: ParamKind,
    /// Its default, as text.
    pub default: Option<String>,
    /// The string after it.
    pub prose: Option<String>,
    /// Whether `--set` or `--vars` gave it a value; then nothing refers to it any more.
    pub bound: bool,
    /// Its name in its declaration; `None` for the implicit `vpc-id`.
    pub span: Option<Span>,
}

/// What a parameter can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamKind {
    /// `vpc`: the id of a VPC
    Vpc,
    /// `cidr`: a block of IPv4
    Cidr,
    /// `cidr-ipv6`: a block of IPv6
    CidrIpv6,
    /// `external`: the id of a security group
    External,
    /// `prefix-list`: the id of a prefix list
    PrefixList,
}

impl ParamKind {
    /// Every kind.
    pub const ALL: [ParamKind; 5] = [
        ParamKind::Vpc,
        ParamKind::Cidr,
        ParamKind::CidrIpv6,
        ParamKind::External,
        ParamKind::PrefixList,
    ];

    /// As programs write it.
    pub fn keyword(self) -> &'static str {
        match self {
            ParamKind::Vpc => "vpc",
            ParamKind::Cidr => "cidr",
            ParamKind::CidrIpv6 => "cidr-ipv6",
            ParamKind::External => "external",
            ParamKind::PrefixList => "prefix-list",
        }
    }

    /// The family of a parameter that is a block; IPv4 for the others, as for prefix lists that do
    /// not say.
    pub fn family(self) -> Family {
        match self {
            ParamKind::CidrIpv6 => Family::V6,
            ParamKind::Cidr | ParamKind::Vpc | ParamKind::External | ParamKind::PrefixList => {
                Family::V4
            }
        }
    }

    /// What a value of it looks like.
    pub fn wanted(self) -> &'static str {
        match self {
            ParamKind::Vpc => "the id of a VPC, like `vpc-0123456789abcdef0`",
            ParamKind::Cidr => "a block of IPv4, like `203.0.113.0/24`",
            ParamKind::CidrIpv6 => "a block of IPv6, like `2001:db8::/32`",
            ParamKind::External => "the id of a security group, like `sg-0123456789abcdef0`",
            ParamKind::PrefixList => "the id of a prefix list, like `pl-0123456789abcdef0`",
        }
    }
}
