//! Members of several groups: `tier ci is app-server also management`.

use super::order::sort_by_dependency;
use super::scope::Scope;
use crate::ast;
use crate::diagnostic::MeaningProblem;
use crate::policy::{Area, Members, Tier, TierId, TierSet, Vpc, VpcId};
use crate::source::Span;
use std::collections::VecDeque;

/// A tier that `also` names, and the span of its name.
type Named = (TierId, Span);

/// The VPCs of a program, and those of each of its tiers.
#[derive(Clone, Copy)]
pub struct VpcsOfTiers<'r> {
    pub vpcs: &'r [Vpc],
    pub areas: &'r [Area],
}

impl<'r> VpcsOfTiers<'r> {
    fn of_tier(self, tier: &Tier) -> &'r Area {
        &self.areas[tier.area.index()]
    }

    fn name(self, vpc: VpcId) -> &'r str {
        self.vpcs[vpc.index()].name.as_deref().unwrap_or_default()
    }
}

/// Resolves the groups that the members of each tier carry.
pub fn resolve(
    scope: &mut Scope<'_>,
    tiers: &[Tier],
    sets: &[TierSet],
    places: VpcsOfTiers<'_>,
) -> Members {
    let declared = scope.tiers.clone();
    if declared.iter().all(|(tier, _)| tier.also.is_empty()) {
        return Members::default();
    }

    let mut named: Vec<Vec<Named>> = Vec::with_capacity(declared.len());
    for (declared, name) in declared {
        named.push(resolve_names(scope, sets, declared, name));
    }

    report_elsewhere(scope, tiers, places, &named);
    let depends = |n: usize| named[n].iter().map(|(tier, _)| tier.index()).collect();
    let (sorted, cut) = sort_by_dependency(named.len(), depends);

    for (from, to) in cut {
        report_cycle(scope, tiers, &named, from, to);
    }

    Members::new(collect_other_groups(scope, tiers, &named, sorted))
}

/// The tiers that the `also` of a tier names. What a list of tiers shares is reported once, for the
/// first of them.
fn resolve_names(
    scope: &mut Scope<'_>,
    sets: &[TierSet],
    declared: &ast::TierDeclaration,
    name: ast::Name,
) -> Vec<Named> {
    let is_first = declared.names[0].span == name.span;
    let reported = scope.problems.len();
    let (mut found, mut tiers) = (Vec::new(), Vec::new());

    for also in &declared.also {
        tiers.clear();
        scope.add_members(sets, *also, &mut tiers);
        found.extend(tiers.iter().map(|tier| (*tier, also.span)));
    }

    if !is_first {
        scope.problems.truncate(reported);
    }

    found
}

/// Reports groups of other VPCs: a network interface carries only groups that are made in its VPC
/// or associated with it (VPC user guide, "Security groups" and "Associate security groups with
/// multiple VPCs"). The members of a tier can be in each of its VPCs.
fn report_elsewhere(
    scope: &mut Scope<'_>,
    tiers: &[Tier],
    places: VpcsOfTiers<'_>,
    named: &[Vec<Named>],
) {
    for (tier, named) in tiers.iter().zip(named) {
        for (other, span) in named {
            let other = &tiers[other.index()];
            let (ours, theirs) = (places.of_tier(tier), places.of_tier(other));
            if let Some(missing) = ours.vpcs.iter().find(|vpc| !theirs.contains(**vpc)) {
                let names: Vec<&str> = theirs.vpcs.iter().map(|vpc| places.name(*vpc)).collect();
                scope.problems.push(MeaningProblem::AlsoElsewhere {
                    span: *span,
                    tier: tier.name.clone(),
                    vpc: places.name(*missing).to_string(),
                    other: other.name.clone(),
                    other_vpcs: names.join(", "),
                });
            }
        }
    }
}

/// Reports a cycle of `also` that contains the step from one tier to another.
fn report_cycle(
    scope: &mut Scope<'_>,
    tiers: &[Tier],
    named: &[Vec<Named>],
    from: usize,
    to: usize,
) {
    let step = named[from].iter().find(|(tier, _)| tier.index() == to);
    let Some((_, span)) = step else { return };

    let mut cycle = vec![from];
    cycle.extend(shortest_path(named, to, from));
    let names: Vec<&str> = cycle.iter().map(|n| tiers[*n].name.as_str()).collect();
    scope.problems.push(MeaningProblem::AlsoCircle {
        span: *span,
        tier: tiers[from].name.clone(),
        circle: names.join(" → "),
    });
}

/// The tiers on the shortest path along `also`, both ends included.
fn shortest_path(named: &[Vec<Named>], from: usize, to: usize) -> Vec<usize> {
    let mut before: Vec<Option<usize>> = vec![None; named.len()];
    let mut queue = VecDeque::from([from]);

    while let Some(at) = queue.pop_front() {
        if at == to {
            break;
        }
        for (next, _) in &named[at] {
            if next.index() != from && before[next.index()].is_none() {
                before[next.index()] = Some(at);
                queue.push_back(next.index());
            }
        }
    }

    let mut path: Vec<usize> = std::iter::successors(Some(to), |at| before[*at]).collect();
    path.reverse();
    path
}

/// The other groups that the members of each tier carry; `sorted` has dependencies first.
fn collect_other_groups(
    scope: &mut Scope<'_>,
    tiers: &[Tier],
    named: &[Vec<Named>],
    sorted: Vec<usize>,
) -> Vec<Vec<TierId>> {
    let mut groups: Vec<Vec<TierId>> = vec![Vec::new(); named.len()];
    for n in sorted {
        let mut found: Vec<TierId> = Vec::new();
        for (tier, _) in &named[n] {
            found.push(*tier);
            found.extend(&groups[tier.index()]);
        }

        found.sort_unstable();
        found.dedup();
        found.retain(|tier| tier.index() != n);

        if scope.reserve_size(tiers[n].span, found.len()) {
            groups[n] = found;
        }
    }
    groups
}
