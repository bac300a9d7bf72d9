//! Defaults of parameters: the values in a deployment that sets none.

use super::ends::EndId;
use super::version::Version;
use crate::net::Addresses;
use crate::policy::{ListReference, ParamId, Peer, Policy, Reference};
use ipnet::IpNet;
use std::sync::LazyLock;

static NONE: LazyLock<Addresses> = LazyLock::new(Addresses::default);

/// The default value of an endpoint.
#[derive(PartialEq, Eq)]
pub(super) enum DefaultValue<'p> {
    /// Not a parameter, or without a default.
    Nothing,
    /// A block.
    Block(Addresses),
    /// The id of a group or of a prefix list, whose members are unknown.
    Id(&'p str),
}

impl<'p> DefaultValue<'p> {
    /// The default of a parameter; `Nothing` for any other endpoint.
    pub(super) fn new(version: &Version<'p>, end: EndId) -> DefaultValue<'p> {
        let policy = version.policy;
        match version.index.peer_of(end) {
            Some(Peer::Param(id)) => DefaultValue::for_block(policy, id),
            Some(Peer::External(id)) => match &policy.external(id).id {
                Reference::Param(id) => DefaultValue::for_id(policy, *id),
                Reference::Id(_) => DefaultValue::Nothing,
            },
            Some(Peer::PrefixList(id)) => match &policy.prefix_list(id).list {
                ListReference::Param(id) => DefaultValue::for_id(policy, *id),
                ListReference::Id(_) | ListReference::Aws(_) | ListReference::Made(_) => {
                    DefaultValue::Nothing
                }
            },
            Some(Peer::Net(_) | Peer::Tier(_)) | None => DefaultValue::Nothing,
        }
    }

    fn for_block(policy: &Policy, id: ParamId) -> DefaultValue<'p> {
        let param = policy.param(id);
        let Some(text) = &param.default else {
            return DefaultValue::Nothing;
        };
        let blocks: Vec<IpNet> = param.kind.blocks_of(text).collect();
        DefaultValue::Block(Addresses::from_blocks(&blocks))
    }

    fn for_id(policy: &'p Policy, id: ParamId) -> DefaultValue<'p> {
        match &policy.param(id).default {
            Some(id) => DefaultValue::Id(id),
            None => DefaultValue::Nothing,
        }
    }

    /// Its addresses, if it is a block.
    pub(super) fn addresses(&self) -> &Addresses {
        match self {
            DefaultValue::Block(addresses) => addresses,
            DefaultValue::Nothing | DefaultValue::Id(_) => &NONE,
        }
    }

    pub(super) fn is_id(&self) -> bool {
        matches!(self, DefaultValue::Id(_))
    }
}
