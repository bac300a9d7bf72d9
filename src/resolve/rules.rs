//! Sentences: every subject, every piece of traffic, every peer.

use super::atom::{Atom, Atoms};
use super::lists::ParamPeer;
use super::networks::{self, Addressed, BuiltIns, NetList, span_of};
use super::params::ParamValue;
use super::scope::{BuiltInNetwork, Entity, Scope};
use super::services::Services;
use crate::ast::{self, NetItem};
use crate::date::Date;
use crate::diagnostic::{AwsField, Kind, Problem};
use crate::net::{Family, Traffic};
use crate::policy::{
    ExternalId, Flow, ParamId, Peer, Policy, PrefixListId, Sentence, SentenceId, TierId, Way,
    WordId,
};
use crate::source::Span;
use std::fmt::Write;

/// What sentences need to know beside the policy.
pub struct Known<'b> {
    pub networks: BuiltIns,
    pub params: Vec<Option<ParamValue>>,
    pub param_peers: Vec<ParamPeer>,
    pub external_names: Vec<Option<ExternalId>>,
    pub list_names: Vec<Option<PrefixListId>>,
    pub services: Services<'b>,
}

/// One peer of a sentence, with the written item that it comes from.
#[derive(Clone, Copy)]
struct Target {
    peer: Other,
    item: usize,
    word: Option<WordId>,
}

#[derive(Clone, Copy)]
enum Other {
    Peer(Peer),
    Itself,
}

/// One written service of a sentence.
struct Offer<'k> {
    atoms: Atoms<'k>,
    word: Option<WordId>,
    span: Span,
}

/// Resolves sentences into the policy. The lists that each needs are kept, to be filled by the
/// next.
pub struct Sentences<'k> {
    known: &'k Known<'k>,
    subjects: Vec<TierId>,
    offers: Vec<Offer<'k>>,
    targets: Vec<Target>,
    yielded: Yielded,
}

impl<'k> Sentences<'k> {
    pub fn new(known: &'k Known<'k>) -> Sentences<'k> {
        let (subjects, offers, targets) = (Vec::new(), Vec::new(), Vec::new());
        Sentences {
            known,
            subjects,
            offers,
            targets,
            yielded: Yielded::default(),
        }
    }

    /// Resolves one of them.
    pub fn resolve(
        &mut self,
        scope: &mut Scope<'_>,
        policy: &mut Policy,
        span: Span,
        rule: &ast::Rule,
        as_of: Date,
    ) {
        let before = scope.problems.len();
        let current = rule.until.is_none_or(|until| until.date >= as_of);
        self.subjects(scope, policy, &rule.subjects);
        self.offers(scope, policy, &rule.services);
        self.targets.clear();
        if rule.except.is_empty() {
            targets(scope, self.known, policy, &rule.peers, &mut self.targets);
        } else {
            excepted(scope, self.known, policy, rule, &mut self.targets);
        }
        let Sentences {
            subjects,
            offers,
            targets,
            yielded,
            ..
        } = self;
        let prose = scope.prose(&rule.prose, AwsField::RuleDescription);
        let id = SentenceId(policy.sentences.len() as u32);
        let until = rule.until.map(|until| (until.span, until.date));
        policy.sentences.push(Sentence {
            span,
            prose,
            tail: tail(scope, rule),
            until,
        });
        let names = Names { scope, rule, span };
        names.check(policy, subjects, targets);
        let atoms: usize = offers.iter().map(|offer| offer.atoms.len()).sum();
        if !scope.fits(
            span,
            subjects
                .len()
                .saturating_mul(atoms)
                .saturating_mul(targets.len()),
        ) {
            return;
        }
        let start = policy.flows.len();
        yielded.multiply(policy, rule, id, subjects, offers, targets);
        if !current {
            let ended = policy.flows.split_off(start);
            policy.ended.extend(ended);
        }
        let whole = !offers.is_empty()
            && !subjects.is_empty()
            && !targets.is_empty()
            && offers.iter().all(|offer| !offer.atoms.is_empty());
        if whole && (scope.problems.len() == before || !current) {
            unproductive(scope, policy, rule, span, offers, targets, yielded);
        }
    }

    fn subjects(&mut self, scope: &mut Scope<'_>, policy: &Policy, names: &[ast::Name]) {
        self.subjects.clear();
        for name in names {
            if scope.text(*name) == "itself" {
                scope
                    .problems
                    .push(Problem::ItselfSubject { span: name.span });
            } else {
                scope.add_members(&policy.tier_sets, *name, &mut self.subjects);
            }
        }
        self.subjects.sort_unstable();
        self.subjects.dedup();
    }

    fn offers(&mut self, scope: &mut Scope<'_>, policy: &mut Policy, services: &[ast::Service]) {
        self.offers.clear();
        for service in services {
            let atoms = self.known.services.atoms(scope, service);
            let word = match (service, atoms.first()) {
                (ast::Service::Name(name), _) => Some(policy.words.id(scope.text(*name))),
                (_, Some(Atom::Fixed(_))) => None,
                (ast::Service::Icmp(_, ast::IcmpType::Name(name)), _) => {
                    Some(policy.words.id(&format!("icmp {}", scope.text(*name))))
                }
                (_, Some(Atom::Neutral(..)) | None) => Some(policy.words.id("icmp")),
            };
            self.offers.push(Offer {
                atoms,
                word,
                span: service.span(),
            });
        }
    }
}

/// The peers of a sentence without `except`.
fn targets(
    scope: &mut Scope<'_>,
    known: &Known<'_>,
    policy: &mut Policy,
    peers: &[ast::Peer],
    targets: &mut Vec<Target>,
) {
    for (item, peer) in peers.iter().enumerate() {
        let mut push = |peer, word| {
            targets.push(Target {
                peer: Other::Peer(peer),
                item,
                word: Some(word),
            })
        };
        match peer {
            ast::Peer::Itself(_) => {
                let word = policy.words.id("itself");
                targets.push(Target {
                    peer: Other::Itself,
                    item,
                    word: Some(word),
                });
            }
            ast::Peer::Net(net) => targets.push(Target {
                peer: Other::Peer(Peer::Net(net.net)),
                item,
                word: None,
            }),
            ast::Peer::Vpc(span, name) => {
                let word = policy.words.id(&format!("vpc {}", scope.text(*name)));
                let mut list = NetList::default();
                addressed(known, policy).vpc(scope, *span, *name, &mut list);
                list.blocks
                    .iter()
                    .for_each(|block| push(Peer::Net(*block), word));
                list.unknown
                    .iter()
                    .for_each(|(id, _)| push(Peer::Param(*id), word));
            }
            ast::Peer::Name(name) => {
                let word = policy.words.id(scope.text(*name));
                let Some(entity) = scope.peer(*name, Kind::Peer) else {
                    continue;
                };
                match entity {
                    Entity::Tier(id) => push(Peer::Tier(id), word),
                    Entity::TierSet(id) => {
                        for tier in &policy.tier_sets[id.index()].members {
                            push(
                                Peer::Tier(*tier),
                                policy.words.id(&policy.tiers[tier.index()].name),
                            );
                        }
                    }
                    Entity::Network(id) => {
                        let network = &policy.networks[id.index()];
                        network
                            .blocks
                            .iter()
                            .for_each(|block| push(Peer::Net(*block), word));
                        network
                            .unknown
                            .iter()
                            .for_each(|id| push(Peer::Param(*id), word));
                    }
                    Entity::BuiltIn(BuiltInNetwork::Internet) => {
                        scope
                            .problems
                            .push(Problem::InternetInRule { span: name.span });
                    }
                    Entity::BuiltIn(network) => {
                        known
                            .networks
                            .blocks(network)
                            .iter()
                            .for_each(|block| push(Peer::Net(*block), word));
                    }
                    Entity::External(n) => known.external_names[n]
                        .iter()
                        .for_each(|id| push(Peer::External(*id), word)),
                    Entity::PrefixList(n) => known.list_names[n]
                        .iter()
                        .for_each(|id| push(Peer::PrefixList(*id), word)),
                    Entity::Param(id) => match param(known, id) {
                        Some(peer) => push(peer, word),
                        None => scope.wrong_kind(
                            *name,
                            Kind::Param,
                            "a peer (a declared VPC is `vpc NAME`)",
                        ),
                    },
                }
            }
        }
    }
}

/// A parameter as a peer, or what it is bound to.
fn param(known: &Known<'_>, id: ParamId) -> Option<Peer> {
    Some(
        match (known.param_peers[id.index()], &known.params[id.index()]) {
            (ParamPeer::External(id), _) => Peer::External(id),
            (ParamPeer::PrefixList(id), _) => Peer::PrefixList(id),
            (ParamPeer::Block, Some(ParamValue::Block(block))) => Peer::Net(*block),
            (ParamPeer::Block, Some(ParamValue::Id(_)) | None) => Peer::Param(id),
            (ParamPeer::Vpc, _) => return None,
        },
    )
}

fn addressed<'k>(known: &'k Known<'_>, policy: &'k Policy) -> Addressed<'k> {
    let networks = networks::Known::Networks(&policy.networks);
    Addressed {
        params: &known.params,
        vpcs: &policy.vpcs,
        built_in: known.networks,
        known: networks,
    }
}

/// The peers of a sentence with `except`: the smallest list of blocks for what is left of all of
/// them.
fn excepted(
    scope: &mut Scope<'_>,
    known: &Known<'_>,
    policy: &mut Policy,
    rule: &ast::Rule,
    targets: &mut Vec<Target>,
) {
    let (Some(peers), Some(except)) = (
        span_of(&rule.peers, ast::Peer::span),
        span_of(&rule.except, NetItem::span),
    ) else {
        return;
    };
    let mut items = Vec::new();
    for peer in &rule.peers {
        match peer {
            ast::Peer::Net(net) => items.push(NetItem::Net(*net)),
            ast::Peer::Vpc(span, name) => items.push(NetItem::Vpc(*span, *name)),
            ast::Peer::Itself(span) => {
                let name = "itself".to_string();
                scope.problems.push(Problem::ExceptOnNonAddress {
                    span: *span,
                    name,
                    kind: Kind::Tier,
                    except,
                });
            }
            ast::Peer::Name(name) => match scope.peer(*name, Kind::Peer) {
                Some(Entity::Network(_) | Entity::BuiltIn(_)) => items.push(NetItem::Name(*name)),
                Some(Entity::Param(id)) if scope.is_block(id) => items.push(NetItem::Name(*name)),
                Some(other) => {
                    let (span, kind, name) =
                        (name.span, other.kind(), scope.text(*name).to_string());
                    scope.problems.push(Problem::ExceptOnNonAddress {
                        span,
                        name,
                        kind,
                        except,
                    });
                }
                None => {}
            },
        }
    }
    let left = {
        let known = addressed(known, policy);
        let before = known.list(scope, &items);
        known.without(scope, before, (peers, except), &rule.except)
    };
    let word = policy
        .words
        .id(&listed(scope, rule.peers.iter().map(ast::Peer::span)));
    let target = |block| Target {
        peer: Other::Peer(Peer::Net(block)),
        item: 0,
        word: Some(word),
    };
    targets.extend(left.blocks.into_iter().map(target));
}

/// ` except 10.0.0.0/8 until 2026-12-31`
fn tail(scope: &Scope<'_>, rule: &ast::Rule) -> String {
    let mut tail = String::new();
    if !rule.except.is_empty() {
        let _ = write!(
            tail,
            " except {}",
            listed(scope, rule.except.iter().map(NetItem::span))
        );
    }
    if let Some(until) = rule.until {
        let _ = write!(tail, " until {}", until.date);
    }
    tail
}

/// Items as they stand in the source, sorted, so that their order there changes nothing.
fn listed(scope: &Scope<'_>, spans: impl Iterator<Item = Span>) -> String {
    let mut items: Vec<String> = spans
        .map(|span| {
            scope
                .sources
                .text(span)
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    items.sort();
    items.dedup();
    items.join(", ")
}

/// What the multiplication gave: which written services and which written peers have a flow.
#[derive(Default)]
struct Yielded {
    offers: Vec<bool>,
    items: Vec<bool>,
}

impl Yielded {
    fn multiply(
        &mut self,
        policy: &mut Policy,
        rule: &ast::Rule,
        sentence: SentenceId,
        subjects: &[TierId],
        offers: &[Offer<'_>],
        targets: &[Target],
    ) {
        let way = match rule.way {
            ast::Way::From => Way::From,
            ast::Way::To => Way::To,
        };
        for (list, length) in [
            (&mut self.offers, offers.len()),
            (&mut self.items, rule.peers.len()),
        ] {
            list.clear();
            list.resize(length, false);
        }
        for subject in subjects {
            for (n, offer) in offers.iter().enumerate() {
                for target in targets {
                    let peer = match target.peer {
                        Other::Peer(peer) => peer,
                        Other::Itself => Peer::Tier(*subject),
                    };
                    let (before, family) = (policy.flows.len(), family(policy, peer));
                    for atom in offer.atoms.iter() {
                        let flow = |traffic: Traffic| Flow {
                            subject: *subject,
                            way,
                            traffic,
                            peer,
                            sentence,
                            service: offer.word,
                            named: target.word,
                        };
                        match family {
                            Some(family) => policy.flows.extend(atom.of(family).map(flow)),
                            None => policy
                                .flows
                                .extend(atom.of_group(policy.stack.dual).map(flow)),
                        }
                    }
                    if policy.flows.len() > before {
                        self.offers[n] = true;
                        self.items[target.item] = true;
                    }
                }
            }
        }
    }
}

/// The one family that a peer has, if it has one.
fn family(policy: &Policy, peer: Peer) -> Option<Family> {
    match peer {
        Peer::Net(block) => Some(Family::of_block(&block)),
        Peer::PrefixList(id) => Some(policy.prefix_lists[id.index()].family),
        Peer::Param(id) => Some(policy.param(id).kind.family()),
        Peer::Tier(_) | Peer::External(_) => None,
    }
}

/// Reports services and peers that gave no rule.
fn unproductive(
    scope: &mut Scope<'_>,
    policy: &Policy,
    rule: &ast::Rule,
    span: Span,
    offers: &[Offer<'_>],
    targets: &[Target],
    yielded: &Yielded,
) {
    let peers = span_of(&rule.peers, ast::Peer::span).unwrap_or(span);
    let services = span_of(&rule.services, ast::Service::span).unwrap_or(span);
    let mut reported = false;
    for (offer, _) in offers
        .iter()
        .zip(&yielded.offers)
        .filter(|(_, yielded)| !**yielded)
    {
        let fixed = offer.atoms.iter().find_map(|atom| match atom {
            Atom::Fixed(traffic) => Some((*traffic, traffic.family()?)),
            Atom::Neutral(..) => None,
        });
        if let Some((traffic, family)) = fixed {
            let what = offer.word.map_or_else(
                || traffic.to_string(),
                |word| policy.words.text(word).to_string(),
            );
            scope.problems.push(Problem::FamilyMismatch {
                span: offer.span,
                what,
                family: family.words(),
                against: peers,
            });
            reported = true;
        }
    }
    let by_number = offers
        .iter()
        .flat_map(|o| o.atoms.iter())
        .all(|a| matches!(a, Atom::Fixed(_)));
    let idle = rule
        .peers
        .iter()
        .enumerate()
        .filter(|(n, _)| !yielded.items[*n]);
    for (n, peer) in
        idle.take_while(|_| by_number && offers.iter().zip(&yielded.offers).all(|(_, y)| *y))
    {
        let of_it = targets
            .iter()
            .find(|target| target.item == n)
            .and_then(|target| match target.peer {
                Other::Peer(peer) => family(policy, peer),
                Other::Itself => None,
            });
        if let Some(family) = of_it {
            let what = scope.sources.text(peer.span()).to_string();
            scope.problems.push(Problem::FamilyMismatch {
                span: peer.span(),
                what,
                family: family.words(),
                against: services,
            });
            reported = true;
        }
    }
    if !reported && !yielded.items.contains(&true) {
        scope.problems.push(Problem::NoRule { span });
    }
}

/// Which tiers can name each other.
struct Names<'s, 'a> {
    scope: &'s mut Scope<'a>,
    rule: &'s ast::Rule,
    span: Span,
}

impl Names<'_, '_> {
    /// Reports tiers of other VPCs that a security group cannot name.
    fn check(self, policy: &Policy, subjects: &[TierId], targets: &[Target]) {
        let mut told = Vec::new();
        for target in targets {
            let Other::Peer(Peer::Tier(other)) = target.peer else {
                continue;
            };
            for subject in subjects {
                let (a, b) = (policy.tier(*subject).vpc, policy.tier(other).vpc);
                let pair = (a.min(b), a.max(b));
                if a == b || told.contains(&(target.item, pair)) {
                    continue;
                }
                let (ours, theirs) = (policy.vpc_of(*subject), policy.vpc_of(other));
                let name = |vpc: &crate::policy::Vpc| vpc.name.clone().unwrap_or_default();
                let span = self
                    .rule
                    .peers
                    .get(target.item)
                    .map_or(self.span, ast::Peer::span);
                let (tier, other_tier) = (
                    policy.tier(*subject).name.clone(),
                    policy.tier(other).name.clone(),
                );
                if let (Some(region), Some(other_region)) = (&theirs.region, &ours.region)
                    && region != other_region
                {
                    self.scope.problems.push(Problem::AcrossRegions {
                        span,
                        tier: other_tier,
                        vpc: name(theirs),
                        region: region.clone(),
                        other_region: other_region.clone(),
                    });
                } else if let Ok(peering) = policy.peerings.binary_search(&pair) {
                    self.scope.seen.crossed[peering] = true;
                    continue;
                } else {
                    let (vpc, other_vpc) = (name(ours), name(theirs));
                    self.scope.problems.push(Problem::Unpeered {
                        span,
                        tier,
                        other: other_tier,
                        vpc,
                        other_vpc,
                    });
                }
                told.push((target.item, pair));
            }
        }
    }
}
