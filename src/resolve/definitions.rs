//! Resolved declarations, for the statements that use them.

use super::lists::ParamPeer;
use super::networks::{Addressed, BuiltIns, KnownNetworks};
use super::params::ParamValue;
use super::scope::Entity;
use super::services::Services;
use crate::policy::{ExternalId, ParamId, Peer, Policy, PrefixListId};
use ipnet::IpNet;

/// What sentences and assertions use to look up names, besides the policy.
pub struct Definitions<'b> {
    pub networks: BuiltIns,
    /// By parameter; `None` without a value.
    pub params: Vec<Option<ParamValue>>,
    /// By parameter.
    pub param_peers: Vec<ParamPeer>,
    /// By position of the `external` statement.
    pub external_names: Vec<Option<ExternalId>>,
    /// By position of the `prefix-list` statement.
    pub list_names: Vec<Vec<PrefixListId>>,
    pub services: Services<'b>,
}

impl Definitions<'_> {
    /// The blocks of a bound parameter that is a list.
    pub fn param_blocks(&self, id: ParamId) -> Option<&[IpNet]> {
        match &self.params[id.index()] {
            Some(ParamValue::Blocks(blocks)) => Some(blocks),
            Some(_) | None => None,
        }
    }

    /// A parameter as a peer, or its value; `None` for a VPC or a text.
    pub fn param_peer(&self, id: ParamId) -> Option<Peer> {
        match (self.param_peers[id.index()], &self.params[id.index()]) {
            (ParamPeer::External(id), _) => Some(Peer::External(id)),
            (ParamPeer::PrefixList(id), _) => Some(Peer::PrefixList(id)),
            (ParamPeer::Block, Some(ParamValue::Block(block))) => Some(Peer::Net(*block)),
            (ParamPeer::Block, _) => Some(Peer::Param(id)),
            (ParamPeer::NoPeer, _) => None,
        }
    }

    /// The external that a name stands for, which is used now; `None` for a name of something else.
    /// The inner value is `None` for a declaration with an error.
    pub fn external_of(&self, entity: Entity) -> Option<Option<ExternalId>> {
        match entity {
            Entity::External(position) => Some(self.external_names[position]),
            Entity::Param(id) => match self.param_peers[id.index()] {
                ParamPeer::External(id) => Some(Some(id)),
                ParamPeer::Block | ParamPeer::PrefixList(_) | ParamPeer::NoPeer => None,
            },
            Entity::Tier(_)
            | Entity::TierSet(_)
            | Entity::Network(_)
            | Entity::PrefixList(_)
            | Entity::BuiltIn(_) => None,
        }
    }

    /// Everything with addresses, after the networks have been resolved.
    pub fn addresses<'k>(&'k self, policy: &'k Policy) -> Addressed<'k> {
        Addressed {
            params: &self.params,
            vpcs: &policy.vpcs,
            built_in: self.networks,
            known: KnownNetworks::Networks(&policy.networks),
        }
    }
}
