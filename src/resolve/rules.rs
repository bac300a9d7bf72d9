//! Sentences: every subject, every piece of traffic, every peer.

use super::atom::Atom;
use super::definitions::Definitions;
use super::every::KnownTiers;
use super::flows::{FlowCoverage, ResolvedSentence, SentenceService};
use super::peering::report_unpeered;
use super::peers::{PeerResolver, SentencePeer, sorted_sources};
use super::scope::Scope;
use crate::ast::{self, NetItem};
use crate::date::Date;
use crate::diagnostic::{AwsField, Problem};
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

        let sentence = ResolvedSentence {
            id: push_sentence(scope, policy, span, rule),
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
        let is_current = rule.until.is_none_or(|until| until.date >= self.as_of);

        if !is_current {
            let ended = policy.flows.split_off(start);
            policy.ended.extend(ended);
        }

        if sentence.is_whole() && (scope.problems.len() == before || !is_current) {
            self.coverage.report_unproductive(scope, policy, &sentence);
        }
    }

    fn resolve_subjects(&mut self, scope: &mut Scope<'_>, policy: &Policy, list: &ast::TierList) {
        self.subjects.clear();
        let known = KnownTiers::new(policy);
        for item in &list.items {
            match item {
                ast::TierItem::Name(name) if scope.text(*name) == "itself" => {
                    let span = name.span;
                    scope.problems.push(Problem::ItselfSubject { span });
                }
                ast::TierItem::Name(_) | ast::TierItem::Every(_) => {
                    scope.add_tier_item(known, item, &mut self.subjects);
                }
            }
        }
        scope.take_out_items(known, &list.except, &mut self.subjects);
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
    let prose = scope.read_prose(&rule.prose, AwsField::RuleDescription);
    policy.sentences.push(Sentence {
        span,
        prose,
        tail: write_tail(scope, rule),
        until: rule.until.map(|until| (until.span, until.date)),
    });

    id
}

/// ` except 10.0.0.0/8 until 2026-12-31`
fn write_tail(scope: &Scope<'_>, rule: &ast::Rule) -> String {
    let mut tail = String::new();
    // tiers that are taken out change nothing of what is said of the others
    if !rule.except.is_empty() && !scope.excepts_tiers(rule) {
        let except = sorted_sources(scope, rule.except.iter().map(NetItem::span));
        let _ = write!(tail, " except {except}");
    }
    if let Some(until) = rule.until {
        let _ = write!(tail, " until {}", until.date);
    }
    tail
}
