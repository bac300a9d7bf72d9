//! Lists of tiers with `every` and `except`: `every database except archive`.

use super::scope::{Entity, Scope};
use super::tier_index::TierIndex;
use crate::ast::{self, NetItem, PeerItem, TierItem};
use crate::diagnostic::{NameKind, NameProblem, likely};
use crate::policy::{Area, Policy, Role, Tier, TierId, TierSet};
use crate::source::Span;

/// Tiers that are already known, their VPCs, and the sets of them.
#[derive(Clone, Copy)]
pub struct KnownTiers<'p> {
    pub tiers: &'p [Tier],
    pub areas: &'p [Area],
    pub sets: &'p [TierSet],
}

impl<'p> KnownTiers<'p> {
    pub fn new(policy: &'p Policy) -> KnownTiers<'p> {
        KnownTiers {
            tiers: &policy.tiers,
            areas: &policy.areas,
            sets: &policy.tier_sets,
        }
    }
}

impl Scope<'_> {
    /// The tiers of `every tier`, `every database`, sorted; reports an unknown role or VPC.
    pub fn resolve_every(&mut self, known: KnownTiers<'_>, every: &ast::Every) -> Vec<TierId> {
        let Some(role) = self.resolve_every_kind(every) else {
            return Vec::new();
        };
        let vpc = match every.vpc {
            Some(name) => match self.resolve_vpc(name) {
                Some(id) => Some(id),
                None => return Vec::new(),
            },
            None => None,
        };

        let index = self
            .every
            .get_or_insert_with(|| TierIndex::new(known.tiers, known.areas));
        let found = index.find(role, vpc).to_vec();

        match self.reserve_size(every.span(), found.len()) {
            true => found,
            false => Vec::new(),
        }
    }

    /// The role after `every`, or `Some(None)` for `tier`; reports any other word.
    fn resolve_every_kind(&mut self, every: &ast::Every) -> Option<Option<Role>> {
        let typed = self.text(every.kind);
        if typed == "tier" {
            return Some(None);
        }
        if let Some(role) = Role::ALL.into_iter().find(|role| role.keyword() == typed) {
            return Some(Some(role));
        }

        match self.peer_named(typed) {
            Some(entity) => {
                self.report_wrong_kind(every.kind, entity.kind(), "`tier` or a role");
            }
            None => {
                let known = Role::ALL.map(Role::keyword).into_iter().chain(["tier"]);
                let meant = likely(NameKind::Role, typed, known);
                self.report_unknown(every.kind, NameKind::Role, meant);
            }
        }
        None
    }

    /// Adds the tiers of an item.
    pub fn add_tier_item(
        &mut self,
        known: KnownTiers<'_>,
        item: &TierItem,
        found: &mut Vec<TierId>,
    ) {
        match item {
            TierItem::Name(name) => self.add_members(known.sets, *name, found),
            TierItem::Every(every) => found.extend(self.resolve_every(known, every)),
        }
    }

    /// Adds the tiers of a list to others, without those that its `except` excludes.
    pub fn add_tier_list(
        &mut self,
        known: KnownTiers<'_>,
        list: &ast::TierList,
        found: &mut Vec<TierId>,
    ) {
        for item in &list.items {
            self.add_tier_item(known, item, found);
        }

        if !list.except.is_empty() {
            let excluded = self.sorted_tiers(known, &list.except);
            remove_tiers(found, &excluded);
        }
    }

    /// The tiers of these items, sorted.
    pub fn sorted_tiers(&mut self, known: KnownTiers<'_>, items: &[TierItem]) -> Vec<TierId> {
        let mut found = Vec::new();
        for item in items {
            self.add_tier_item(known, item, &mut found);
        }
        found.sort_unstable();
        found
    }

    /// The tiers that an `except` after peers or ends excludes, sorted: those of its items that are
    /// tiers. Other items are reported where the list is resolved.
    pub fn excepted_tiers(&mut self, known: KnownTiers<'_>, except: &[NetItem]) -> Vec<TierId> {
        let mut excluded = Vec::new();
        for item in except {
            if let Some(item) = self.tier_item(item) {
                self.add_tier_item(known, &item, &mut excluded);
            }
        }
        excluded.sort_unstable();
        excluded
    }

    /// Whether the `except` of a sentence excludes tiers: it contains only tiers, and there are
    /// tiers among the peers.
    pub fn excepts_tiers(&self, rule: &ast::Rule) -> bool {
        !rule.except.is_empty()
            && rule
                .except
                .iter()
                .all(|item| self.tier_item(item).is_some())
            && rule.peers.iter().any(|peer| match peer {
                PeerItem::Every(_) | PeerItem::Itself(_) => true,
                PeerItem::Name(name) => self.is_tier_name(*name),
                PeerItem::Net(_) | PeerItem::Vpc(..) => false,
            })
    }

    /// An item of a list of networks as one of a list of tiers, if it is one.
    pub fn tier_item(&self, item: &NetItem) -> Option<TierItem> {
        match item {
            NetItem::Every(every) => Some(TierItem::Every(*every)),
            NetItem::Name(name) if self.is_tier_name(*name) => Some(TierItem::Name(*name)),
            NetItem::Name(_) | NetItem::Net(_) | NetItem::Vpc(..) => None,
        }
    }

    fn is_tier_name(&self, name: ast::Name) -> bool {
        let entity = self.peer_named(self.text(name));
        matches!(entity, Some(Entity::Tier(_) | Entity::TierSet(_)))
    }

    /// Reports `every …` where addresses are wanted.
    pub fn report_every(&mut self, every: &ast::Every, wanted: &'static str) {
        let span = every.span();
        self.problems.push(NameProblem::WrongKind {
            span,
            name: source_words(self, span),
            is: NameKind::TierSet,
            wanted,
            declared: None,
        });
    }
}

/// Removes tiers, which are sorted, from a list.
pub fn remove_tiers(tiers: &mut Vec<TierId>, excluded: &[TierId]) {
    tiers.retain(|tier| excluded.binary_search(tier).is_err());
}

/// The source text of a span, with one space between words.
pub fn source_words(scope: &Scope<'_>, span: Span) -> String {
    let words: Vec<&str> = scope.sources.text(span).split_whitespace().collect();
    words.join(" ")
}
