//! Tiers of different VPCs: a security group can reference a group of another VPC only if the two
//! are peered in one region.

use super::flows::ResolvedSentence;
use super::peers::PeerOrItself;
use super::scope::Scope;
use crate::ast;
use crate::diagnostic::{MeaningProblem, Problem};
use crate::policy::{Peer, Policy, TierId, Vpc};
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
            if across.is_none()
                && let Ok(peering) = policy.peerings.binary_search(&pair)
            {
                scope.seen.crossed[peering] = true;
                continue;
            }
            let problem = across.unwrap_or_else(|| unpeered(policy, span, subject, other));
            scope.problems.push(problem);
            reported.push((target.item, pair));
        }
    }
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
