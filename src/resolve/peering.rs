//! Tiers of different VPCs: a security group can reference a group of another VPC only if the two
//! are peered in one region.

use super::flows::ResolvedSentence;
use super::peers::PeerOrItself;
use super::scope::Scope;
use crate::ast;
use crate::diagnostic::{MeaningProblem, Problem};
use crate::policy::{Outbound, Peer, PeeringLink, Policy, TierId, Vpc, VpcId};
use crate::source::Span;
use foldhash::{HashSet, HashSetExt};

/// Reports tiers of other VPCs that a security group cannot reference: once for each pair of VPCs
/// and written peer.
///
/// The members of a tier can be in each of its VPCs, and a rule that names its group must match all
/// of them. So each VPC of one tier must be each of the other, or be peered with it. AWS accepts
/// the rule if the two groups have a VPC in common, and matches no members across the others.
pub fn report_unpeered(
    scope: &mut Scope<'_>,
    policy: &Policy,
    sentence: &ResolvedSentence<'_, '_>,
) {
    // all tiers are in it
    if policy.vpcs.len() == 1 {
        return;
    }

    let (mut judged, mut reported) = (HashSet::new(), Vec::new());
    for target in sentence.peers {
        for subject in sentence.subjects.iter().filter_map(|it| it.owner.tier()) {
            let other = match target.peer {
                PeerOrItself::Peer(Peer::Tier(other)) => other,
                PeerOrItself::Itself => subject,
                PeerOrItself::Peer(_) => continue,
            };
            let areas = [subject, other].map(|tier| policy.tier(tier).area);
            let is_one_vpc = areas[0] == areas[1] && policy.area(areas[0]).vpcs.len() == 1;
            if is_one_vpc
                || !judged.insert((
                    target.item,
                    areas,
                    is_closed(policy, sentence, (subject, other)),
                ))
            {
                continue;
            }

            let written = sentence.rule.peers.get(target.item);
            let span = written.map_or(sentence.span, ast::PeerItem::span);
            let count = areas.map(|area| policy.area(area).vpcs.len());
            if count != [1, 1] && !scope.reserve_size(span, count[0] * count[1]) {
                return;
            }

            for (ours, theirs) in policy.vpc_pairs(subject, other) {
                let pair = (ours.min(theirs), ours.max(theirs));
                if reported.contains(&(target.item, pair)) || reported.len() == MOST_REPORTED {
                    continue;
                }
                let crossing = Crossing {
                    span,
                    tiers: (subject, other),
                    vpcs: (ours, theirs),
                };
                if let Some(problem) = find_refusal(scope, policy, sentence, &crossing) {
                    scope.problems.push(problem);
                    reported.push((target.item, pair));
                }
            }
        }
    }
}

/// The maximum number of pairs of VPCs that are reported for a sentence.
const MOST_REPORTED: usize = 100;

/// The sender and the receiver of a subject and a peer.
fn sender_and_receiver(
    sentence: &ResolvedSentence<'_, '_>,
    (subject, other): (TierId, TierId),
) -> (TierId, TierId) {
    match sentence.rule.way {
        ast::Way::From => (other, subject),
        ast::Way::To => (subject, other),
    }
}

/// Whether the sender is a closed tier.
fn is_closed(
    policy: &Policy,
    sentence: &ResolvedSentence<'_, '_>,
    tiers: (TierId, TierId),
) -> bool {
    let (sender, _) = sender_and_receiver(sentence, tiers);
    policy.tier(sender).outbound == Outbound::Closed
}

/// A rule between members of two tiers in two VPCs: the subject of its sentence, then the peer.
struct Crossing {
    span: Span,
    tiers: (TierId, TierId),
    vpcs: (VpcId, VpcId),
}

/// Why AWS would not match the rules of a sentence from one VPC to another, if it would not.
fn find_refusal(
    scope: &mut Scope<'_>,
    policy: &Policy,
    sentence: &ResolvedSentence<'_, '_>,
    crossing: &Crossing,
) -> Option<Problem> {
    let (ours, theirs) = crossing.vpcs;
    let across = across_regions(policy, crossing);
    if across.is_some() {
        return across;
    }

    match policy.find_peering(ours, theirs) {
        Some(peering) => {
            scope.lint_facts.crossed[peering] = true;
            refused_by_link(policy, policy.peerings[peering].link, sentence, crossing)
        }
        None if may_be_peered(scope, policy, crossing.vpcs) => None,
        None => Some(unpeered(policy, crossing)),
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

/// The problem of an outbound rule to a group behind a transit gateway, if the sentence makes one:
/// a sentence with `sends` does, and one with `allows` if its sender is closed.
fn refused_by_link(
    policy: &Policy,
    link: PeeringLink,
    sentence: &ResolvedSentence<'_, '_>,
    crossing: &Crossing,
) -> Option<Problem> {
    match link {
        PeeringLink::Connection => return None,
        PeeringLink::TransitGateway => {}
    }

    let (sender, receiver) = sender_and_receiver(sentence, crossing.tiers);
    let is_outbound = match sentence.rule.verb {
        ast::Verb::Accepts => false,
        ast::Verb::Sends => true,
        ast::Verb::Allows => is_closed(policy, sentence, crossing.tiers),
    };
    is_outbound.then(|| {
        Problem::Meaning(MeaningProblem::OutboundOverGateway {
            span: crossing.span,
            sender: policy.tier(sender).name.clone(),
            receiver: policy.tier(receiver).name.clone(),
            addresses: policy.vpc_peers(receiver),
        })
    })
}

/// The problem of two tiers that are in different regions, if they are.
fn across_regions(policy: &Policy, crossing: &Crossing) -> Option<Problem> {
    let (ours, theirs) = crossing.vpcs;
    let (ours, theirs) = (policy.vpc(ours), policy.vpc(theirs));
    let (region, other_region) = (theirs.region.as_ref()?, ours.region.as_ref()?);
    let (_, other) = crossing.tiers;
    (region != other_region).then(|| {
        Problem::Meaning(MeaningProblem::AcrossRegions {
            span: crossing.span,
            tier: policy.tier(other).name.clone(),
            addresses: policy.vpc_peers(other),
            region: region.clone(),
            other_region: other_region.clone(),
        })
    })
}

/// The problem of two tiers whose VPCs are not peered.
fn unpeered(policy: &Policy, crossing: &Crossing) -> Problem {
    let (subject, other) = crossing.tiers;
    let (ours, theirs) = crossing.vpcs;
    Problem::Meaning(MeaningProblem::Unpeered {
        span: crossing.span,
        tier: policy.tier(subject).name.clone(),
        other: policy.tier(other).name.clone(),
        vpc: vpc_name(policy.vpc(ours)),
        other_vpc: vpc_name(policy.vpc(theirs)),
        addresses: policy.vpc_peers(other),
    })
}

fn vpc_name(vpc: &Vpc) -> String {
    vpc.name.clone().unwrap_or_default()
}
