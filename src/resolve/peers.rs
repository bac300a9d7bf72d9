//! Resolves the peers of a sentence.

use super::definitions::Definitions;
use super::every::{KnownTiers, source_words};
use super::networks::{NetList, span_of};
use super::scope::{BuiltInNetwork, Entity, Scope};
use crate::ast::{self, NetItem};
use crate::diagnostic::{MeaningProblem, NameKind, NameProblem};
use crate::policy::{EntryOf, ParamKind, Peer, Policy, PrefixListId, TierId, TierSetId, WordId};
use crate::source::Span;
use ipnet::IpNet;

/// One peer of a sentence, with its item in the source.
#[derive(Clone, Copy)]
pub struct SentencePeer {
    pub peer: PeerOrItself,
    /// The position of the item in the list of peers.
    pub item: usize,
    /// The name of the item; `None` for a block of addresses.
    pub word: Option<WordId>,
    /// The list that the program makes and that it is an entry of.
    pub entry_of: Option<EntryOf>,
}

#[derive(Clone, Copy)]
pub enum PeerOrItself {
    Peer(Peer),
    /// The subject: `itself`
    Itself,
}

impl SentencePeer {
    fn named(peer: Peer, item: usize, word: WordId) -> SentencePeer {
        SentencePeer {
            peer: PeerOrItself::Peer(peer),
            item,
            word: Some(word),
            entry_of: None,
        }
    }
}

/// Resolves the peers of one sentence.
pub struct PeerResolver<'s, 'a> {
    pub scope: &'s mut Scope<'a>,
    pub definitions: &'s Definitions<'s>,
    pub policy: &'s mut Policy,
    /// The output list.
    pub peers: &'s mut Vec<SentencePeer>,
}

impl PeerResolver<'_, '_> {
    /// Adds the peers of a sentence.
    pub fn add_peers(mut self, rule: &ast::Rule) {
        if !rule.except.is_empty() && !self.scope.excepts_tiers(rule) {
            self.add_excepted(rule);
            return;
        }

        for (item, peer) in rule.peers.iter().enumerate() {
            match peer {
                ast::PeerItem::Itself(_) => {
                    let word = self.policy.words.id("itself");
                    self.add_item(PeerOrItself::Itself, item, Some(word));
                }
                ast::PeerItem::Net(net) => {
                    self.add_item(PeerOrItself::Peer(Peer::Net(net.net)), item, None);
                }
                ast::PeerItem::Vpc(span, name) => self.add_vpc(item, *span, *name),
                ast::PeerItem::Every(every) => {
                    let tiers = self
                        .scope
                        .resolve_every(KnownTiers::new(self.policy), every);
                    self.add_tiers(item, &tiers);
                }
                ast::PeerItem::Name(name) if self.is_outbound_text(rule, item, *name) => {
                    self.report_outbound_text(rule, *name);
                }
                ast::PeerItem::Name(name) => self.add_name(item, *name),
            }
        }

        if !rule.except.is_empty() {
            self.remove_tiers(&rule.except);
        }
    }

    /// Whether a peer is the word before the text of the outbound rule: `from app, outbound "y"`
    fn is_outbound_text(&self, rule: &ast::Rule, item: usize, name: ast::Name) -> bool {
        self.scope.text(name) == "outbound"
            && rule.prose.is_some()
            && item + 1 == rule.peers.len()
            && !self.scope.peers.contains_key("outbound")
            && !self.scope.may_be_declared("outbound")
    }

    fn report_outbound_text(&mut self, rule: &ast::Rule, name: ast::Name) {
        let text = rule.prose.as_ref();
        let text = text.map_or("", |text| self.scope.sources.text(text.span));
        self.scope.problems.push(NameProblem::UnknownName {
            span: name.span,
            kind: NameKind::Peer,
            name: "outbound".to_string(),
            meant: None,
            known: Some(format!(
                "write the text of the inbound rule before that of the outbound one: \
                 `\"in\", outbound {text}`"
            )),
        });
    }

    /// Removes the tiers of an `except`.
    fn remove_tiers(&mut self, except: &[NetItem]) {
        let known = KnownTiers::new(self.policy);
        let excluded = self.scope.excepted_tiers(known, except);
        self.peers.retain(|peer| match peer.peer {
            PeerOrItself::Peer(Peer::Tier(tier)) => excluded.binary_search(&tier).is_err(),
            PeerOrItself::Peer(_) | PeerOrItself::Itself => true,
        });
    }

    fn add_item(&mut self, peer: PeerOrItself, item: usize, word: Option<WordId>) {
        self.peers.push(SentencePeer {
            peer,
            item,
            word,
            entry_of: None,
        });
    }

    fn add_all(&mut self, peers: impl Iterator<Item = Peer>, item: usize, word: WordId) {
        self.peers
            .extend(peers.map(|peer| SentencePeer::named(peer, item, word)));
    }

    fn add_vpc(&mut self, item: usize, span: Span, name: ast::Name) {
        let text = format!("vpc {}", self.scope.text(name));
        let word = self.policy.words.id(&text);
        let mut list = NetList::default();

        self.definitions
            .addresses(self.policy)
            .add_vpc(self.scope, span, name, &mut list);

        self.add_all(list.blocks.into_iter().map(Peer::Net), item, word);
        self.add_all(
            list.unknown.iter().map(|(id, _)| Peer::Param(*id)),
            item,
            word,
        );
    }

    fn add_name(&mut self, item: usize, name: ast::Name) {
        let word = self.policy.words.id(self.scope.text(name));
        let Some(entity) = self.scope.resolve_peer(name, NameKind::Peer) else {
            return;
        };

        let definitions = self.definitions;
        let peer = match entity {
            Entity::Tier(id) => Some(Peer::Tier(id)),
            Entity::External(n) => definitions.external_names[n].map(Peer::External),
            Entity::PrefixList(n) => {
                let lists = definitions.list_names[n].iter();
                return lists.for_each(|id| self.add_list(item, *id, word));
            }
            Entity::Param(id) => {
                if let Some(blocks) = definitions.param_blocks(id) {
                    return self.add_all(blocks.iter().copied().map(Peer::Net), item, word);
                }
                let peer = definitions.param_peer(id);
                if peer.is_none() {
                    let wanted = match self.policy.param(id).kind {
                        ParamKind::Port => "a peer (a `port` stands after `tcp` or `udp`)",
                        ParamKind::String => "a peer (a `string` stands in strings: `${NAME}`)",
                        _ => "a peer (a declared VPC is `vpc NAME`)",
                    };
                    self.scope.report_wrong_kind(name, NameKind::Param, wanted);
                }
                peer
            }
            Entity::TierSet(id) => return self.add_set(item, id),
            Entity::Network(id) => {
                let network = &self.policy.networks[id.index()];
                let blocks = network.blocks.iter().map(|block| Peer::Net(*block));
                let params = network.unknown.iter().map(|id| Peer::Param(*id));
                let peers = blocks.chain(params);
                self.peers
                    .extend(peers.map(|peer| SentencePeer::named(peer, item, word)));
                return;
            }
            Entity::BuiltIn(network) => return self.add_built_in(item, name, network, word),
        };

        self.add_all(peer.into_iter(), item, word);
    }

    /// Adds a prefix list; of one that the program makes, each entry.
    fn add_list(&mut self, item: usize, id: PrefixListId, word: WordId) {
        let policy = &*self.policy;
        let Some(made) = policy.prefix_list(id).made() else {
            return self.add_all(std::iter::once(Peer::PrefixList(id)), item, word);
        };

        let entry = |block: &IpNet| SentencePeer {
            entry_of: Some(EntryOf::new(id)),
            ..SentencePeer::named(Peer::Net(*block), item, word)
        };
        self.peers.extend(made.blocks.iter().map(entry));
    }

    /// Adds the tiers of a set, each under its own name.
    fn add_set(&mut self, item: usize, set: TierSetId) {
        for n in 0..self.policy.tier_sets[set.index()].members.len() {
            let tier = self.policy.tier_sets[set.index()].members[n];
            self.add_tiers(item, &[tier]);
        }
    }

    /// Some tiers, each under its own name.
    fn add_tiers(&mut self, item: usize, tiers: &[TierId]) {
        for tier in tiers {
            let name = &self.policy.tiers[tier.index()].name;
            let word = self.policy.words.id(name);
            self.peers
                .push(SentencePeer::named(Peer::Tier(*tier), item, word));
        }
    }

    fn add_built_in(
        &mut self,
        item: usize,
        name: ast::Name,
        network: BuiltInNetwork,
        word: WordId,
    ) {
        if network == BuiltInNetwork::Internet {
            let span = name.span;
            self.scope
                .problems
                .push(MeaningProblem::InternetInRule { span });
            return;
        }

        let blocks = self.definitions.networks.blocks(network);
        self.add_all(blocks.into_iter().map(Peer::Net), item, word);
    }

    /// Adds the peers of a sentence with `except`, as the smallest list of blocks of their
    /// remainder.
    fn add_excepted(&mut self, rule: &ast::Rule) {
        let (Some(peers), Some(except)) = (
            span_of(&rule.peers, ast::PeerItem::span),
            span_of(&rule.except, NetItem::span),
        ) else {
            return;
        };

        let reported = self.scope.problems.len();
        let mut items = Vec::new();
        for peer in &rule.peers {
            items.extend(self.address_item(peer, except));
        }
        // what is excluded from other peers than addresses is no second mistake
        if self.scope.problems.len() > reported {
            return;
        }

        let known = self.definitions.addresses(self.policy);
        let before = known.resolve_list(self.scope, &items);
        let left = known.subtract_list(self.scope, before, (peers, except), &rule.except);

        let spans = rule.peers.iter().map(ast::PeerItem::span);
        let word = self.policy.words.id(&sorted_sources(self.scope, spans));
        self.add_all(left.blocks.into_iter().map(Peer::Net), 0, word);
    }

    /// A peer as an item of a list of addresses, for `except`; reports a peer without addresses.
    fn address_item(&mut self, peer: &ast::PeerItem, except: Span) -> Option<NetItem> {
        let (span, name, kind) = match peer {
            ast::PeerItem::Net(net) => return Some(NetItem::Net(*net)),
            ast::PeerItem::Vpc(span, name) => return Some(NetItem::Vpc(*span, *name)),
            ast::PeerItem::Itself(span) => (*span, "itself".to_string(), NameKind::Tier),
            ast::PeerItem::Every(every) => {
                let span = every.span();
                (span, source_words(self.scope, span), NameKind::TierSet)
            }
            ast::PeerItem::Name(name) => match self.scope.resolve_peer(*name, NameKind::Peer)? {
                Entity::Network(_) | Entity::BuiltIn(_) => return Some(NetItem::Name(*name)),
                Entity::Param(id) if self.scope.is_block(id) => return Some(NetItem::Name(*name)),
                other => (name.span, self.scope.text(*name).to_string(), other.kind()),
            },
        };

        self.scope
            .problems
            .push(MeaningProblem::ExceptOnNonAddress {
                span,
                name,
                kind,
                except,
            });

        None
    }
}

/// The source text of items, sorted, so that the result does not depend on their order.
pub fn sorted_sources(scope: &Scope<'_>, spans: impl Iterator<Item = Span>) -> String {
    let mut items: Vec<String> = spans.map(|span| source_words(scope, span)).collect();
    items.sort();
    items.dedup();
    items.join(", ")
}
