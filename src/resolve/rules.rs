//! Sentences: every subject, every piece of traffic, every peer.

use super::atom::Atom;
use super::definitions::Definitions;
use super::flows::{FlowCoverage, ResolvedSentence, SentenceService};
use super::peering::report_unpeered;
use super::peers::{PeerResolver, SentencePeer, sorted_sources};
use super::scope::{MOST, Scope};
use crate::ast::{self, NetItem};
use crate::date::Date;
use crate::diagnostic::MeaningProblem;
use crate::policy::{Policy, Sentence, SentenceId, TierId, WordId};
use crate::source::Span;
use std::fmt::Write;

/// Resolves sentences into the policy. The lists that each needs are kept, to be filled by the
/// next.
pub struct Sentences<'k> {
    definitions: &'k Definitions<'k>,
    /// The day that counts as today.
    as_of: Date,
    subjects: Vec<TierId>,
    services: Vec<SentenceService<'k>>,
    peers: Vec<SentencePeer>,
    coverage: FlowCoverage,
}

/// Makes room for the sentences of a program, and for the flows that they have where each name is
/// of one tier, one service or one block.
pub fn reserve_sentences(policy: &mut Policy, program: &ast::ProgramTree) {
    let (mut sentences, mut flows) = (0, 0usize);
    for statement in program.files.iter().flat_map(|file| &file.statements) {
        if let ast::Item::Rule(rule) = &statement.item {
            let count = rule.subjects.len().saturating_mul(rule.services.len());
            flows = flows.saturating_add(count.saturating_mul(rule.peers.len()));
            sentences += 1;
        }
    }

    policy.sentences.reserve(sentences);
    policy.flows.reserve(flows.min(MOST));
}

impl<'k> Sentences<'k> {
    pub fn new(definitions: &'k Definitions<'k>, as_of: Date) -> Sentences<'k> {
        Sentences {
            definitions,
            as_of,
            subjects: Vec::new(),
            services: Vec::new(),
            peers: Vec::new(),
            coverage: FlowCoverage::default(),
        }
    }

    /// Resolves one of them.
    pub fn resolve_rule(
        &mut self,
        scope: &mut Scope<'_>,
        policy: &mut Policy,
        span: Span,
        rule: &ast::Rule,
    ) {
        let before = scope.problems.len();
        self.resolve_subjects(scope, policy, &rule.subjects);
        self.resolve_services(scope, policy, &rule.services);
        self.resolve_peers(scope, policy, rule);

        let id = push_sentence(scope, policy, span, rule);
        let sentence = ResolvedSentence {
            id,
            span,
            rule,
            subjects: &self.subjects,
            services: &self.services,
            peers: &self.peers,
        };

        report_unpeered(scope, policy, &sentence);
        if !scope.has_room_for(span, sentence.count_flows()) {
            return;
        }

        let start = policy.flows.len();
        self.coverage.push_flows(policy, &sentence);
        if let Some(text) = &rule.outbound {
            read_outbound(scope, policy, id, start, text);
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

    fn resolve_subjects(&mut self, scope: &mut Scope<'_>, policy: &Policy, names: &[ast::Name]) {
        self.subjects.clear();
        for name in names {
            if scope.text(*name) == "itself" {
                let span = name.span;
                scope.problems.push(MeaningProblem::ItselfSubject { span });
            } else {
                scope.add_members(&policy.tier_sets, *name, &mut self.subjects);
            }
        }
        self.subjects.sort_unstable();
        self.subjects.dedup();
    }

    fn resolve_services(
        &mut self,
        scope: &mut Scope<'_>,
        policy: &mut Policy,
        services: &[ast::ServiceItem],
    ) {
        self.services.clear();
        for service in services {
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

/// What descriptions call a service; nothing for traffic by number, which they write out.
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
        (_, Some(Atom::Neutral(..)) | None) => Some(policy.words.id("icmp")),
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
        tail: write_tail(scope, rule),
        until: rule.until.map(|until| (until.span, until.date)),
    });

    id
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

    if !flows.is_empty() && flows.iter().all(|flow| flow.sender().is_none()) {
        scope.problems.push(MeaningProblem::NoOutboundHalf { span });
    }
    policy.texts.outbound.insert(id, text);
}

/// ` except 10.0.0.0/8 until 2026-12-31`
fn write_tail(scope: &Scope<'_>, rule: &ast::Rule) -> String {
    let mut tail = String::new();
    if !rule.except.is_empty() {
        let except = sorted_sources(scope, rule.except.iter().map(NetItem::span));
        let _ = write!(tail, " except {except}");
    }
    if let Some(until) = rule.until {
        let _ = write!(tail, " until {}", until.date);
    }
    tail
}
