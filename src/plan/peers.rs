//! What an output says of a rule's peer, so that rules of two programs can be compared.

use super::groups::Groups;
use crate::groups::{Deployment, Family, ListReference, Peer, Reference, TierId, aws_list};
use ipnet::IpNet;

/// A peer, in terms that two programs share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value<'d> {
    /// `203.0.113.0/24`
    Block(IpNet),
    /// A parameter that is a block.
    Unknown(Family, &'d str),
    /// `pl-0123456789abcdef0`
    ListId(&'d str),
    /// `com.amazonaws.region.s3`, without the region
    AwsList(&'d str),
    /// A parameter that is a prefix list.
    UnknownList(&'d str),
    /// A tier of the new program.
    Tier(TierId),
    /// A tier of the old program that is none of the new.
    GoneTier(TierId),
    /// An account, if it is another's, and `sg-0123456789abcdef0`
    Group(Option<&'d str>, &'d str),
    /// A parameter that is a group.
    UnknownGroup(&'d str),
}

/// What kind of peer a rule has: CidrIp, CidrIpv6, a prefix list, a group. A rule of another kind
/// is another rule for the AWS provider (`tests/conformance/edits.py`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Blocks of a family.
    Blocks(Family),
    /// A prefix list.
    List,
    /// A group.
    Group,
}

impl<'d> Value<'d> {
    /// The peer of a rule of the old deployment.
    pub fn old(deployment: &'d Deployment<'d>, groups: &Groups, peer: Peer) -> Value<'d> {
        Value::with_tiers(deployment, peer, |tier| {
            groups
                .new_of(tier)
                .map_or(Value::GoneTier(tier), Value::Tier)
        })
    }

    /// The peer of a rule of the new deployment.
    pub fn new(deployment: &'d Deployment<'d>, peer: Peer) -> Value<'d> {
        Value::with_tiers(deployment, peer, Value::Tier)
    }

    /// The peer of a rule, whose tiers are told by `of_tier`.
    pub fn with_tiers(
        deployment: &'d Deployment<'d>,
        peer: Peer,
        of_tier: impl Fn(TierId) -> Value<'d>,
    ) -> Value<'d> {
        match peer {
            Peer::Net(block) => Value::Block(block),
            Peer::Param(id) => Value::Unknown(
                deployment.parameter_family(id),
                deployment.parameter_name(id),
            ),
            Peer::PrefixList(id) => match deployment.list(id) {
                ListReference::Id(id) => Value::ListId(id),
                ListReference::Aws(name) => Value::AwsList(aws_list(name)),
                ListReference::Param(id) => Value::UnknownList(deployment.parameter_name(*id)),
            },
            Peer::Tier(tier) => of_tier(tier),
            Peer::External(id) => match deployment.external(id) {
                (Reference::Id(id), account) => Value::Group(account, id),
                (Reference::Param(id), _) => Value::UnknownGroup(deployment.parameter_name(*id)),
            },
        }
    }

    /// Its kind.
    pub fn kind(self) -> Kind {
        match self {
            Value::Block(block) => Kind::Blocks(Family::of_block(&block)),
            Value::Unknown(family, _) => Kind::Blocks(family),
            Value::ListId(_) | Value::AwsList(_) | Value::UnknownList(_) => Kind::List,
            Value::Tier(_) | Value::GoneTier(_) | Value::Group(..) | Value::UnknownGroup(_) => {
                Kind::Group
            }
        }
    }
}
