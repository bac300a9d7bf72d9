//! Expands sentences into flows, and reports parts without a flow.

use super::atom::{Atom, Atoms};
use super::networks::span_of;
use super::peers::{PeerOrItself, SentencePeer};
use super::scope::Scope;
use crate::ast;
use crate::diagnostic::MeaningProblem;
use crate::net::{Family, Traffic};
use crate::policy::{Flow, Owner, Policy, SentenceId, Verb, Way, WordId};
use crate::source::Span;

/// One written service of a sentence.
pub struct SentenceService<'k> {
    pub atoms: Atoms<'k>,
    /// Its name; `None` for literal traffic.
    pub word: Option<WordId>,
    pub span: Span,
}

/// A group that a sentence is about.
#[derive(Clone, Copy)]
pub struct SentenceSubject {
    pub owner: Owner,
    /// The name of the external in the sentence; `None` for a tier.
    pub word: Option<WordId>,
}

/// A sentence whose lists are resolved.
pub struct ResolvedSentence<'s, 'k> {
    pub id: SentenceId,
    /// The statement.
    pub span: Span,
    pub rule: &'s ast::Rule,
    pub subjects: &'s [SentenceSubject],
    pub services: &'s [SentenceService<'k>],
    pub peers: &'s [SentencePeer],
}

impl ResolvedSentence<'_, '_> {
    /// The maximum number of its flows.
    pub fn count_flows(&self) -> usize {
        let atoms: usize = self
            .services
            .iter()
            .map(|service| service.atoms.len())
            .sum();
        self.subjects
            .len()
            .saturating_mul(atoms)
            .saturating_mul(self.peers.len())
    }

    /// Whether each of its parts has been resolved to something.
    pub fn is_whole(&self) -> bool {
        !self.services.is_empty()
            && !self.subjects.is_empty()
            && !self.peers.is_empty()
            && self
                .services
                .iter()
                .all(|service| !service.atoms.is_empty())
    }
}

/// Which written services and which written peers of a sentence have a flow.
#[derive(Default)]
pub struct FlowCoverage {
    services: Vec<bool>,
    items: Vec<bool>,
}

impl FlowCoverage {
    /// Expands a sentence into flows of the policy.
    pub fn push_flows(&mut self, policy: &mut Policy, sentence: &ResolvedSentence<'_, '_>) {
        reset_flags(&mut self.services, sentence.services.len());
        reset_flags(&mut self.items, sentence.rule.peers.len());

        for subject in sentence.subjects {
            for (n, service) in sentence.services.iter().enumerate() {
                for peer in sentence.peers {
                    let before = policy.flows.len();
                    push_peer_flows(policy, sentence, *subject, service, peer);
                    if policy.flows.len() > before {
                        self.services[n] = true;
                        self.items[peer.item] = true;
                    }
                }
            }
        }
    }

    /// Reports services and peers without a rule.
    pub fn report_unproductive(
        &self,
        scope: &mut Scope<'_>,
        policy: &Policy,
        sentence: &ResolvedSentence<'_, '_>,
    ) {
        let services = self.report_services(scope, policy, sentence);
        let peers = self.report_peers(scope, policy, sentence);
        if !services && !peers && !self.items.contains(&true) {
            let span = sentence.span;
            scope.problems.push(MeaningProblem::NoRule { span });
        }
    }

    /// Reports services of a family that no peer has; returns whether there are any.
    fn report_services(
        &self,
        scope: &mut Scope<'_>,
        policy: &Policy,
        sentence: &ResolvedSentence<'_, '_>,
    ) -> bool {
        let against = span_of(&sentence.rule.peers, ast::PeerItem::span).unwrap_or(sentence.span);
        let mut reported = false;

        for (service, _) in sentence
            .services
            .iter()
            .zip(&self.services)
            .filter(|(_, has_flow)| !**has_flow)
        {
            let Some((traffic, family)) = service.atoms.iter().find_map(fixed_family) else {
                continue;
            };
            let what = match service.word {
                Some(word) => policy.words.text(word).to_string(),
                None => traffic.to_string(),
            };
            scope.problems.push(MeaningProblem::FamilyMismatch {
                span: service.span,
                what,
                family: family.words(),
                against,
            });
            reported = true;
        }

        reported
    }

    /// Reports peers of a family that no service has, if each service has a flow with another peer;
    /// returns whether there are any.
    fn report_peers(
        &self,
        scope: &mut Scope<'_>,
        policy: &Policy,
        sentence: &ResolvedSentence<'_, '_>,
    ) -> bool {
        let against =
            span_of(&sentence.rule.services, ast::ServiceItem::span).unwrap_or(sentence.span);
        let mut atoms = sentence.services.iter().flat_map(|it| it.atoms.iter());
        let is_fixed = atoms.all(|atom| matches!(atom, Atom::Fixed(_)));

        if !is_fixed || self.services.contains(&false) {
            return false;
        }

        let mut reported = false;
        for (n, item) in sentence.rule.peers.iter().enumerate() {
            if self.items[n] {
                continue;
            }

            let peer = sentence.peers.iter().find(|peer| peer.item == n);
            let family = peer.and_then(|peer| match peer.peer {
                PeerOrItself::Peer(peer) => policy.peer_family(peer),
                PeerOrItself::Itself => None,
            });

            if let Some(family) = family {
                let what = scope.sources.text(item.span()).to_string();
                scope.problems.push(MeaningProblem::FamilyMismatch {
                    span: item.span(),
                    what,
                    family: family.words(),
                    against,
                });
                reported = true;
            }
        }

        reported
    }
}

fn reset_flags(flags: &mut Vec<bool>, length: usize) {
    flags.clear();
    flags.resize(length, false);
}

/// Adds the flows of one service with one peer.
fn push_peer_flows(
    policy: &mut Policy,
    sentence: &ResolvedSentence<'_, '_>,
    subject: SentenceSubject,
    service: &SentenceService<'_>,
    target: &SentencePeer,
) {
    let peer = match target.peer {
        PeerOrItself::Peer(peer) => peer,
        PeerOrItself::Itself => subject.owner.peer(),
    };

    let way = match sentence.rule.way {
        ast::Way::From => Way::From,
        ast::Way::To => Way::To,
    };
    let verb = match sentence.rule.verb {
        ast::Verb::Allows => Verb::Allows,
        ast::Verb::Accepts => Verb::Accepts,
        ast::Verb::Sends => Verb::Sends,
    };
    let family = policy.peer_family(peer);

    for atom in service.atoms.iter() {
        let flow = |traffic: Traffic| Flow {
            subject: subject.owner,
            about: subject.word,
            way,
            verb,
            traffic,
            peer,
            sentence: sentence.id,
            service: service.word,
            named: target.word,
            entry_of: target.entry_of,
        };

        match family {
            Some(family) => policy.flows.extend(atom.for_family(family).map(flow)),
            None => policy
                .flows
                .extend(atom.for_group(policy.stack.dual).map(flow)),
        }
    }
}

/// Traffic of only one family, and that family.
fn fixed_family(atom: &Atom) -> Option<(Traffic, Family)> {
    match atom {
        Atom::Fixed(traffic) => Some((*traffic, traffic.family()?)),
        Atom::PerFamily(..) => None,
    }
}
