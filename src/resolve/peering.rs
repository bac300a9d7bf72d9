//! Tiers of different VPCs: a security group can reference a group of another VPC only if the two
//! are peered in one region.

use super::flows::ResolvedSentence;
use super::peers::PeerOrItself;
use super::scope::Scope;
use crate::ast;
use crate::diagnostic::{MeaningProblem, Problem};
use crate::policy::{Outbound, Peer, PeeringLink, Policy, TierId, Vpc, VpcId};
use crate::source::Span;

/// Reports tiers of other VPCs that a security group cannot reference: once for each pair of VPCs
/// and written peer.
pub fn report_unpeered(
    scope: &mut Scope<'_>,
    policy: &Policy,
    sentence: &ResolvedSentence<'_, '_>,
) {
    let mut reported = Vec::new();
    for target in sentence.peers {
        let PeerOrItself::Peer(Peer::Tier(other)) = target.peer else {
            continue;
        };
        for subject in sentence.subjects.iter().filter_map(|it| it.owner.tier()) {
            let (a, b) = (policy.tier(subject).vpc, policy.tier(other).vpc);
            let pair = (a.min(b), a.max(b));
            if a == b || reported.contains(&(target.item, pair)) {
                continue;
            }

            let written = sentence.rule.peers.get(target.item);
            let span = written.map_or(sentence.span, ast::PeerItem::span);
            let across = across_regions(policy, span, subject, other);
            let problem = match (across, policy.find_peering(a, b)) {
                (Some(across), _) => across,
                (None, Some(peering)) => {
                    scope.seen.crossed[peering] = true;
                    let link = policy.peerings[peering].link;
                    match refused_by_link(policy, link, sentence, span, (subject, other)) {
                        Some(refused) => refused,
                        None => continue,
                    }
                }
                (None, None) if may_be_peered(scope, policy, pair) => continue,
                (None, None) => unpeered(policy, span, subject, other),
            };
            scope.problems.push(problem);
            reported.push((target.item, pair));
        }
    }
}

/// Whether an invalid or unknown part of the program may declare the peering of two VPCs.
fn may_be_peered(scope: &Scope<'_>, policy: &Policy, (a, b): (VpcId, VpcId)) -> bool {
    let is_there = |vpc: VpcId| {
        let name = policy.vpc(vpc).name.as_deref();
        name.is_some_and(|name| scope.may_be_declared(name))
    };
    is_there(a) && is_there(b)
}

/// The problem of an outbound rule to a group behind a transit gateway, if the sentence makes one: a
/// sentence with `sends` does, and one with `allows` if its sender is closed.
fn refused_by_link(
    policy: &Policy,
    link: PeeringLink,
    sentence: &ResolvedSentence<'_, '_>,
    span: Span,
    (subject, other): (TierId, TierId),
) -> Option<Problem> {
    match link {
        PeeringLink::Connection => return None,
        PeeringLink::TransitGateway => {}
    }

    let (sender, receiver) = match sentence.rule.way {
        ast::Way::From => (other, subject),
        ast::Way::To => (subject, other),
    };
    let is_outbound = match sentence.rule.verb {
        ast::Verb::Accepts => false,
        ast::Verb::Sends => true,
        ast::Verb::Allows => policy.tier(sender).outbound == Outbound::Closed,
    };
    is_outbound.then(|| {
        Problem::Meaning(MeaningProblem::OutboundOverGateway {
            span,
            sender: policy.tier(sender).name.clone(),
            receiver: policy.tier(receiver).name.clone(),
            vpc: vpc_name(policy.vpc_of(receiver)),
        })
    })
}

/// The problem of two tiers that are in different regions, if they are.
fn across_regions(policy: &Policy, span: Span, subject: TierId, other: TierId) -> Option<Problem> {
    let (ours, theirs) = (policy.vpc_of(subject), policy.vpc_of(other));
    let (region, other_region) = (theirs.region.as_ref()?, ours.region.as_ref()?);
    (region != other_region).then(|| {
        Problem::Meaning(MeaningProblem::AcrossRegions {
            span,
            tier: policy.tier(other).name.clone(),
            vpc: vpc_name(theirs),
            region: region.clone(),
            other_region: other_region.clone(),
        })
    })
}

/// The problem of two tiers whose VPCs are not peered.
fn unpeered(policy: &Policy, span: Span, subject: TierId, other: TierId) -> Problem {
    Problem::Meaning(MeaningProblem::Unpeered {
        span,
        tier: policy.tier(subject).name.clone(),
        other: policy.tier(other).name.clone(),
        vpc: vpc_name(policy.vpc_of(subject)),
        other_vpc: vpc_name(policy.vpc_of(other)),
    })
}

fn vpc_name(vpc: &Vpc) -> String {
    vpc.name.clone().unwrap_or_default()
}
