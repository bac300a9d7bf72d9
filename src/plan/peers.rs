//! Peers of rules in a form that is comparable between two states.

use crate::aws::{GroupId, ListReference, Peer, Reference, State, aws_list};
use crate::net::Family;
use ipnet::IpNet;

/// A peer, independent of its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PeerValue<'d> {
    /// `203.0.113.0/24`
    Block(IpNet),
    /// A parameter that is a block.
    Unknown(Family, &'d str),
    /// A parameter that is a list of blocks.
    UnknownBlocks(Family, &'d str),
    /// `pl-0123456789abcdef0`
    ListId(&'d str),
    /// `com.amazonaws.region.s3`, without the region
    AwsList(&'d str),
    /// A parameter that is a prefix list.
    UnknownList(&'d str),
    /// `offices-ipv4`, which the output makes
    MadeList(&'d str),
    /// A group of the new state.
    Group(GroupId),
    /// A group of the old state that is not in the new one.
    GoneGroup(GroupId),
    /// A foreign account, if any, and `sg-0123456789abcdef0`
    ForeignGroup(Option<&'d str>, &'d str),
    /// A parameter that is a group.
    UnknownGroup(&'d str),
}

/// What kind of peer a rule has: CidrIp, CidrIpv6, a prefix list, a group. A rule of another kind
/// is another rule for the AWS provider (`tests/conformance/edits.py`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeerKind {
    /// Blocks of a family.
    Blocks(Family),
    /// Each block of a list that the deployment sets.
    EachBlock(Family),
    /// A prefix list.
    List,
    /// A group.
    Group,
}

impl<'d> PeerValue<'d> {
    /// The peer of a rule of the new state.
    pub fn new(state: &'d State, peer: Peer) -> PeerValue<'d> {
        PeerValue::with_groups(state, peer, PeerValue::Group)
    }

    /// The peer of a rule; `of_group` converts groups.
    pub fn with_groups(
        state: &'d State,
        peer: Peer,
        of_group: impl Fn(GroupId) -> PeerValue<'d>,
    ) -> PeerValue<'d> {
        match peer {
            Peer::Block(block) => PeerValue::Block(block),
            Peer::Parameter(id) => {
                let parameter = state.parameter(id);
                let family = parameter.kind.family();
                match parameter.kind.is_list() {
                    true => PeerValue::UnknownBlocks(family, &parameter.name),
                    false => PeerValue::Unknown(family, &parameter.name),
                }
            }
            Peer::PrefixList(id) => match &state.prefix_list(id).reference {
                ListReference::Id(id) => PeerValue::ListId(id),
                ListReference::Aws(name) => PeerValue::AwsList(aws_list(name)),
                ListReference::Parameter(id) => PeerValue::UnknownList(&state.parameter(*id).name),
                ListReference::Made(made) => PeerValue::MadeList(&made.name),
            },
            Peer::Group(group) => of_group(group),
            Peer::ForeignGroup(id) => {
                let foreign = state.foreign_group(id);
                match &foreign.reference {
                    Reference::Id(id) => PeerValue::ForeignGroup(foreign.account.as_deref(), id),
                    Reference::Parameter(id) => PeerValue::UnknownGroup(&state.parameter(*id).name),
                }
            }
        }
    }

    /// Its kind.
    pub fn kind(self) -> PeerKind {
        match self {
            PeerValue::Block(block) => PeerKind::Blocks(Family::of_block(&block)),
            PeerValue::Unknown(family, _) => PeerKind::Blocks(family),
            PeerValue::UnknownBlocks(family, _) => PeerKind::EachBlock(family),
            PeerValue::ListId(_)
            | PeerValue::AwsList(_)
            | PeerValue::UnknownList(_)
            | PeerValue::MadeList(_) => PeerKind::List,
            PeerValue::Group(_)
            | PeerValue::GoneGroup(_)
            | PeerValue::ForeignGroup(..)
            | PeerValue::UnknownGroup(_) => PeerKind::Group,
        }
    }
}
