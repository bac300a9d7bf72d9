//! Resolved declarations, for the statements that use them.

use super::lists::ParamPeer;
use super::networks::{Addressed, BuiltIns, KnownNetworks};
use super::params::ParamValue;
use super::services::Services;
use crate::policy::{ExternalId, ParamId, Peer, Policy, PrefixListId};

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
    pub list_names: Vec<Option<PrefixListId>>,
    pub services: Services<'b>,
}

impl Definitions<'_> {
    /// A parameter as a peer, or its value; `None` for a VPC.
    pub fn param_peer(&self, id: ParamId) -> Option<Peer> {
        match (self.param_peers[id.index()], &self.params[id.index()]) {
            (ParamPeer::External(id), _) => Some(Peer::External(id)),
            (ParamPeer::PrefixList(id), _) => Some(Peer::PrefixList(id)),
            (ParamPeer::Block, Some(ParamValue::Block(block))) => Some(Peer::Net(*block)),
            (ParamPeer::Block, Some(ParamValue::Id(_)) | None) => Some(Peer::Param(id)),
            (ParamPeer::Vpc, _) => None,
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
