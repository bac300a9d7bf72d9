//! Looks up names: marks what they refer to as used, and reports unknown names.

use super::scope::{Entity, Scope, Symbol};
use crate::ast;
use crate::diagnostic::{NameKind, likely};
use crate::policy::{TierId, TierSet, VpcId};

impl<'a> Scope<'a> {
    /// The entity of the name of a peer, which is marked as used; reports an unknown name.
    pub fn resolve_peer(&mut self, name: ast::Name, kind: NameKind) -> Option<Entity> {
        let text = self.text(name);
        if let Some(symbol) = self.peers.get_mut(text) {
            return Some(symbol.look_up());
        }

        if self.may_be_declared(text) {
            return None;
        }

        if self.service_names.contains_key(text) || self.catalogue.find(text).is_some() {
            self.report_service_as_peer(name, kind);
        } else {
            let known = self.peers.len();
            let meant = self
                .take_comparisons(known)
                .then(|| likely(kind, text, self.peers.keys().copied()))
                .flatten();
            self.report_unknown(name, kind, meant);
        }

        None
    }

    /// The tier or set of tiers with a name; reports any other name.
    pub fn resolve_tier(&mut self, name: ast::Name) -> Option<Entity> {
        match self.resolve_peer(name, NameKind::Tier)? {
            entity @ (Entity::Tier(_) | Entity::TierSet(_)) => Some(entity),
            other => {
                self.report_wrong_kind(name, other.kind(), "a tier");
                None
            }
        }
    }

    /// Adds the tier, or the tiers of the set, with a name.
    pub fn add_members(&mut self, sets: &[TierSet], name: ast::Name, members: &mut Vec<TierId>) {
        if let Some(entity) = self.resolve_peer(name, NameKind::Tier) {
            self.add_entity_members(sets, name, entity, members);
        }
    }

    /// Adds the tier, or the tiers of the set, that a name stands for; reports any other name.
    pub fn add_entity_members(
        &mut self,
        sets: &[TierSet],
        name: ast::Name,
        entity: Entity,
        members: &mut Vec<TierId>,
    ) {
        match entity {
            Entity::Tier(id) => members.push(id),
            Entity::TierSet(id) => members.extend(&sets[id.index()].members),
            other => self.report_wrong_kind(name, other.kind(), "a tier"),
        }
    }

    /// The position of a declared service, if there is one with that name; marks it as used.
    pub fn resolve_service(&mut self, name: ast::Name) -> Option<usize> {
        let text = self.text(name);
        self.service_names.get_mut(text).map(Symbol::look_up)
    }

    /// The VPC with a name, which is marked as used; reports an unknown name.
    pub fn resolve_vpc(&mut self, name: ast::Name) -> Option<VpcId> {
        let text = self.text(name);
        let known = self.vpc_names.get_mut(text).map(Symbol::look_up);
        if known.is_none() {
            let known = self.vpc_names.len();
            let meant = self
                .take_comparisons(known)
                .then(|| likely(NameKind::Vpc, text, self.vpc_names.keys().copied()))
                .flatten();
            self.report_unknown(name, NameKind::Vpc, meant);
        }
        known
    }
}
