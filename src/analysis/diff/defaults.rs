//! The values that a deployment gets which gives none: the defaults of parameters.

use super::ends::EndId;
use super::version::Version;
use crate::net::{self, Addresses};
use crate::policy::{ListReference, ParamId, Peer, Policy, Reference};
use std::sync::LazyLock;

static NONE: LazyLock<Addresses> = LazyLock::new(Addresses::default);

/// The value that an end has in a deployment that gives none.
#[derive(PartialEq, Eq)]
pub(super) enum DefaultValue<'p> {
    /// It is no parameter, or has no default.
    Nothing,
    /// A block.
    Block(Addresses),
    /// The id of a group or of a prefix list, whose members nobody knows.
    Id(&'p str),
}

impl<'p> DefaultValue<'p> {
    /// The default of a parameter; nothing for any other end.
    pub(super) fn new(half: &Version<'p>, end: EndId) -> DefaultValue<'p> {
        let policy = half.policy;
        match half.index.peer(end) {
            Some(Peer::Param(id)) => DefaultValue::block(policy, id),
            Some(Peer::External(id)) => match &policy.externals[id.index()].id {
                Reference::Param(id) => DefaultValue::id(policy, *id),
                Reference::Id(_) => DefaultValue::Nothing,
            },
            Some(Peer::PrefixList(id)) => match &policy.prefix_lists[id.index()].list {
                ListReference::Param(id) => DefaultValue::id(policy, *id),
                ListReference::Id(_) | ListReference::Aws(_) => DefaultValue::Nothing,
            },
            Some(Peer::Net(_) | Peer::Tier(_)) | None => DefaultValue::Nothing,
        }
    }

    fn block(policy: &Policy, id: ParamId) -> DefaultValue<'p> {
        let block = policy
            .param(id)
            .default
            .as_deref()
            .and_then(|text| net::block(text).ok());
        block.map_or(DefaultValue::Nothing, |block| {
            DefaultValue::Block(Addresses::from_blocks([&block]))
        })
    }

    fn id(policy: &'p Policy, id: ParamId) -> DefaultValue<'p> {
        policy
            .param(id)
            .default
            .as_deref()
            .map_or(DefaultValue::Nothing, DefaultValue::Id)
    }

    /// Its addresses, where it is a block.
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
