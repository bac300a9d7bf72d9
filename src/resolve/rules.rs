//! Resolves sentences: every subject, every piece of traffic, every peer.

use super::atom::Atom;
use super::definitions::Definitions;
use super::every::KnownTiers;
use super::flows::{FlowCoverage, ResolvedSentence, SentenceService, SentenceSubject};
use super::peering::report_unpeered;
use super::peers::{PeerResolver, SentencePeer, sorted_sources};
use super::scope::{MAX_PROGRAM_SIZE, Scope};
use crate::ast::{self, NetItem};
use crate::date::Date;
use crate::diagnostic::{MeaningProblem, NameKind};
use crate::policy::{
    ExternalId, Flow, MOST_TAGS, Owner, Policy, Sentence, SentenceId, Text, TierId, WordId,
};
use crate::source::Span;
use std::collections::BTreeSet;
use std::fmt::Write;

/// Resolves sentences into the policy. Its lists are reused for the next sentence.
pub struct Sentences<'k> {
    definitions: &'k Definitions<'k>,
    /// The current day.
    as_of: Date,
    subjects: Vec<SentenceSubject>,
    /// The tiers that one name stands for.
    members: Vec<TierId>,
    services: Vec<SentenceService<'k>>,
    peers: Vec<SentencePeer>,
    coverage: FlowCoverage,
}

/// Reserves capacity for the sentences of a program, and for the flows that they have where each
/// name is of one tier, one service or one block.
pub fn reserve_sentences(policy: &mut Policy, program: &ast::ProgramTree) {
    let (mut sentences, mut flows) = (0, 0usize);
    for statement in program.files.iter().flat_map(|file| &file.statements) {
        if let ast::Item::Rule(rule) = &statement.item {
            let count = rule
                .subjects
                .items
                .len()
                .saturating_mul(rule.services.len());
            flows = flows.saturating_add(count.saturating_mul(rule.peers.len()));
            sentences += 1;
        }
    }

    policy.sentences.reserve(sentences);
    policy.flows.reserve(flows.min(MAX_PROGRAM_SIZE));
}

impl<'k> Sentences<'k> {
    pub fn new(definitions: &'k Definitions<'k>, as_of: Date) -> Sentences<'k> {
        Sentences {
            definitions,
            as_of,
            subjects: Vec::new(),
            members: Vec::new(),
            services: Vec::new(),
            peers: Vec::new(),
            coverage: FlowCoverage::default(),
        }
    }

    /// Resolves one sentence.
    pub fn resolve_rule<'a>(
        &mut self,
        scope: &mut Scope<'a>,
        policy: &mut Policy,
        span: Span,
        rule: &'a ast::Rule,
    ) {
        let before = scope.problems.len();
        self.resolve_subjects(scope, policy, &rule.subjects);
        self.resolve_services(scope, policy, &rule.services);
        self.resolve_peers(scope, policy, rule);

        let id = push_sentence(scope, policy, span, rule);
        if let Some(block) = &rule.block {
            read_block(scope, policy, id, block);
        }
        let sentence = ResolvedSentence {
            id,
            span,
            rule,
            subjects: &self.subjects,
            services: &self.services,
            peers: &self.peers,
        };

        report_unpeered(scope, policy, &sentence);
        if !scope.reserve_size(span, sentence.count_flows()) {
            return;
        }

        let start = policy.flows.len();
        self.coverage.push_flows(policy, &sentence);
        if let Some(text) = &rule.outbound {
            read_outbound(scope, policy, id, start, text);
            report_spare_text(scope, &policy.flows[start..], rule);
        }
        let is_current = rule.until.is_none_or(|until| until.date >= self.as_of);

        if !is_current {
            let ended = policy.flows.split_off(start);
            policy.ended.extend(ended);
        }

        if sentence.is_whole() && (scope.problems.len() == before || !is_current) {
            self.coverage.report_unproductive(scope, policy, &sentence);
        }
    }

    fn resolve_subjects(
        &mut self,
        scope: &mut Scope<'_>,
        policy: &mut Policy,
        list: &ast::TierList,
    ) {
        self.subjects.clear();
        for item in &list.items {
            match item {
                ast::TierItem::Name(name) if scope.text(*name) == "itself" => {
                    let span = name.span;
                    scope.problems.push(MeaningProblem::ItselfSubject { span });
                }
                ast::TierItem::Name(name) => self.add_subject(scope, policy, *name),
                ast::TierItem::Every(_) => {
                    self.members.clear();
                    scope.add_tier_item(KnownTiers::new(policy), item, &mut self.members);
                    let subject = |tier: &TierId| SentenceSubject {
                        owner: Owner::Tier(*tier),
                        word: None,
                    };
                    self.subjects.extend(self.members.iter().map(subject));
                }
            }
        }
        self.remove_tiers(scope, policy, &list.except);
        let name = |subject: &SentenceSubject| subject.word.map(|word| policy.words.text(word));
        self.subjects
            .sort_by(|a, b| (a.owner, name(a)).cmp(&(b.owner, name(b))));
        self.subjects.dedup_by_key(|subject| subject.owner);
    }

    /// Removes tiers from the subjects.
    fn remove_tiers(&mut self, scope: &mut Scope<'_>, policy: &Policy, except: &[ast::TierItem]) {
        if except.is_empty() {
            return;
        }

        let excluded = scope.sorted_tiers(KnownTiers::new(policy), except);
        let is_left = |tier: TierId| excluded.binary_search(&tier).is_err();
        self.subjects
            .retain(|subject| subject.owner.tier().is_none_or(is_left));
    }

    /// Adds the groups that a name before a verb stands for.
    fn add_subject(&mut self, scope: &mut Scope<'_>, policy: &mut Policy, name: ast::Name) {
        let Some(entity) = scope.resolve_peer(name, NameKind::Tier) else {
            return;
        };
        let Some(found) = self.definitions.external_of(entity) else {
            self.members.clear();
            scope.add_entity_members(&policy.tier_sets, name, entity, &mut self.members);
            self.subjects
                .extend(self.members.iter().map(|tier| SentenceSubject {
                    owner: Owner::Tier(*tier),
                    word: None,
                }));
            return;
        };

        let Some(external) = found else {
            return;
        };
        let declared = policy.external(external);
        match &declared.account {
            None => self.subjects.push(SentenceSubject {
                owner: Owner::External(external),
                word: Some(policy.words.id(scope.text(name))),
            }),
            Some(account) => scope.problems.push(MeaningProblem::ForeignOwner {
                span: name.span,
                name: scope.text(name).to_string(),
                account: account.clone(),
                declared: declared.span,
            }),
        }
    }

    fn resolve_services(
        &mut self,
        scope: &mut Scope<'_>,
        policy: &mut Policy,
        services: &[ast::ServiceItem],
    ) {
        self.services.clear();
        for service in &*scope.settle_services(services) {
            let atoms = self.definitions.services.resolve_item(scope, service);
            let word = service_word(scope, policy, service, atoms.first());
            if let (ast::ServiceItem::Name(name), Some(word)) = (service, word) {
                let services = &self.definitions.services;
                services.add_texts(scope, *name, word, &mut policy.texts);
            }
            let span = service.span();
            self.services.push(SentenceService { atoms, word, span });
        }
    }

    fn resolve_peers(&mut self, scope: &mut Scope<'_>, policy: &mut Policy, rule: &ast::Rule) {
        self.peers.clear();
        let resolver = PeerResolver {
            scope,
            definitions: self.definitions,
            policy,
            peers: &mut self.peers,
        };
        resolver.add_peers(rule);
    }
}

/// The externals that flows put rules on, sorted.
pub fn foreign_owners(policy: &Policy) -> Vec<ExternalId> {
    if policy.externals.is_empty() {
        return Vec::new();
    }
    let owner = |flow: &Flow| match flow.subject {
        Owner::Tier(_) => None,
        Owner::External(id) => Some(id),
    };
    let owners: BTreeSet<ExternalId> = policy.flows.iter().filter_map(owner).collect();
    owners.into_iter().collect()
}

/// The name of a service in descriptions; `None` for literal traffic.
fn service_word(
    scope: &Scope<'_>,
    policy: &mut Policy,
    service: &ast::ServiceItem,
    first: Option<&Atom>,
) -> Option<WordId> {
    match (service, first) {
        (ast::ServiceItem::Name(name), _) => Some(policy.words.id(scope.text(*name))),
        (_, Some(Atom::Fixed(_))) => None,
        (ast::ServiceItem::Icmp(_, ast::IcmpType::Name(name)), _) => {
            Some(policy.words.id(&format!("icmp {}", scope.text(*name))))
        }
        (_, Some(Atom::PerFamily(..)) | None) => Some(policy.words.id("icmp")),
    }
}

/// Adds a sentence to the policy, without its flows.
fn push_sentence(
    scope: &mut Scope<'_>,
    policy: &mut Policy,
    span: Span,
    rule: &ast::Rule,
) -> SentenceId {
    let id = SentenceId(policy.sentences.len() as u32);
    let prose = rule.prose.as_ref().map(|text| scope.read_rule_text(text));
    policy.sentences.push(Sentence {
        span,
        prose,
        tail: text_after_peers(scope, rule),
        until: rule.until.map(|until| (until.span, until.date)),
    });

    id
}

/// The keys of the block of a sentence.
const KEYS: &[&str] = &["tags"];

/// Reads the block of a sentence: `{ tags = { owner = "edge" } }`
fn read_block<'a>(
    scope: &mut Scope<'a>,
    policy: &mut Policy,
    id: SentenceId,
    block: &'a ast::Block,
) {
    for (_, value) in scope.read_entries(Some(block), "sentence", KEYS) {
        let tags: Vec<(String, Text)> = scope.read_tags(value).into_iter().collect();
        if tags.len() > MOST_TAGS {
            let span = value.span();
            let why = "a rule has at most 50 tags";
            scope.problems.push(MeaningProblem::BadTag { span, why });
        }
        if !tags.is_empty() {
            policy.sentence_tags.push_tags(id, tags);
        }
    }
}

/// Reads the text of the outbound rules of a sentence whose flows start at a position.
fn read_outbound(
    scope: &mut Scope<'_>,
    policy: &mut Policy,
    id: SentenceId,
    start: usize,
    text: &ast::StringLiteral,
) {
    let span = text.span;
    let text = scope.read_rule_text(text);
    let flows = &policy.flows[start..];

    if !flows.is_empty() && flows.iter().all(|flow| flow.sending().is_none()) {
        scope.problems.push(MeaningProblem::NoOutboundHalf { span });
    }
    policy.texts.outbound.insert(id, text);
}

/// Reports the text of inbound rules that a sentence with one of outbound rules does not have.
fn report_spare_text(scope: &mut Scope<'_>, flows: &[Flow], rule: &ast::Rule) {
    let text = rule.prose.as_ref().filter(|text| !text.value.is_empty());
    let is_inbound = flows.is_empty() || flows.iter().any(|flow| flow.accepting().is_some());
    if let (Some(text), false) = (text, is_inbound) {
        let span = text.span;
        scope.problems.push(MeaningProblem::NoInboundHalf { span });
    }
}

/// ` except 10.0.0.0/8 until 2026-12-31`
fn text_after_peers(scope: &Scope<'_>, rule: &ast::Rule) -> String {
    let mut tail = String::new();
    // excluded tiers do not change the descriptions of the others
    if !rule.except.is_empty() && !scope.excepts_tiers(rule) {
        let except = sorted_sources(scope, rule.except.iter().map(NetItem::span));
        let _ = write!(tail, " except {except}");
    }
    if let Some(until) = rule.until {
        let _ = write!(tail, " until {}", until.date);
    }
    tail
}
