//! Resolves the names in assertions and annotations; assertions are judged elsewhere.

use super::definitions::Definitions;
use super::every::{KnownTiers, source_words};
use super::lists::ParamPeer;
use super::networks::report_missing_blocks;
use super::params::ParamValue;
use super::scope::{BuiltInNetwork, Entity, Scope};
use crate::ast::{self, EndList, NetItem};
use crate::diagnostic::{AwsField, MeaningProblem, NameKind, likely};
use crate::net::{Addresses, Traffic, UnknownPorts};
use crate::policy::{Annotation, Assertion, Claim, End, Policy, PrefixListId, TierId, VpcId};
use crate::source::Span;
use std::collections::BTreeSet;

/// Resolves one assertion into the policy.
pub fn resolve(
    scope: &mut Scope<'_>,
    definitions: &Definitions<'_>,
    policy: &mut Policy,
    span: Span,
    assertion: &ast::AssertionStatement,
) {
    let claim = match &assertion.claim {
        ast::ClaimForm::Can => Claim::Can,
        ast::ClaimForm::Cannot => Claim::Cannot,
        ast::ClaimForm::Only => Claim::Only,
        ast::ClaimForm::OnlyThrough(list) => {
            let mut tiers = Vec::new();
            scope.add_tier_list(KnownTiers::new(policy), list, &mut tiers);
            Claim::OnlyThrough(with_carriers(policy, tiers))
        }
    };

    let from = resolve_ends(scope, definitions, policy, &assertion.from);
    let to = resolve_ends(scope, definitions, policy, &assertion.to);
    let pairs = from.len().saturating_mul(to.len());

    if !scope.reserve_size(span, pairs) {
        return;
    }

    let services = scope.settle_services(&assertion.services);
    let on = resolve_traffic(scope, definitions, &services);
    let names = name_services(scope, &services);
    policy.assertions.push(Assertion {
        span,
        claim,
        from,
        to,
        on,
        names,
    });
}

fn resolve_traffic(
    scope: &mut Scope<'_>,
    definitions: &Definitions<'_>,
    services: &[ast::ServiceItem],
) -> Vec<(Span, Traffic)> {
    let mut on = Vec::new();
    for service in services {
        let span = service.span();
        let atoms = definitions.services.resolve_item(scope, service);
        // a named ICMP type is that of both families: a stack without IPv6 can still have rules for
        // it
        let traffic = atoms.iter().flat_map(|atom| atom.for_group(true));
        for traffic in traffic {
            match traffic.unknown_ports() {
                None => on.push((span, traffic)),
                Some(ports) => report_unbound_ports(scope, span, ports),
            }
        }
    }

    on
}

/// Reports ports without a value: whether such traffic passes depends on what it is.
fn report_unbound_ports(scope: &mut Scope<'_>, span: Span, ports: UnknownPorts) {
    for name in ports.parameters() {
        scope.problems.push(MeaningProblem::UnboundPort {
            span,
            name: name.to_string(),
        });
    }
}

/// The names of named services, with their spans.
fn name_services(scope: &Scope<'_>, services: &[ast::ServiceItem]) -> Vec<(Span, String)> {
    let mut names = Vec::new();
    for service in services {
        if let ast::ServiceItem::Name(name) = service {
            names.push((name.span, scope.text(*name).to_string()));
        }
    }
    names
}

fn resolve_ends(
    scope: &mut Scope<'_>,
    definitions: &Definitions<'_>,
    policy: &Policy,
    list: &EndList,
) -> Vec<(Span, End)> {
    let mut ends = Vec::new();
    for item in &list.items {
        let span = item.span();
        match item {
            NetItem::Net(net) => {
                let text = scope.sources.text(span).to_string();
                let addresses = Addresses::from_blocks([&net.net]);
                ends.push((span, End::Addresses(text, addresses)));
            }
            NetItem::Vpc(_, name) => {
                let vpc = resolve_vpc(scope, policy, span, *name);
                ends.extend(vpc.map(|id| (span, End::Vpc(id))));
            }
            NetItem::Every(every) => {
                let tiers = scope.resolve_every(KnownTiers::new(policy), every);
                ends.extend(tiers.into_iter().map(|tier| (span, End::Tier(tier))));
            }
            NetItem::Name(name) => match scope.resolve_peer(*name, NameKind::End) {
                Some(Entity::TierSet(id)) => {
                    let tiers = &policy.tier_sets[id.index()].members;
                    ends.extend(tiers.iter().map(|tier| (span, End::Tier(*tier))));
                }
                Some(entity) => match resolve_end(definitions, policy, entity, scope.text(*name)) {
                    Some(end) => ends.push((span, end)),
                    None => {
                        let wanted = "a tier, a network or a group";
                        scope.report_wrong_kind(*name, entity.kind(), wanted);
                    }
                },
                None => {}
            },
        }
    }

    let excluded = excepted_ends(scope, policy, list);
    remove_tiers_from_ends(&mut ends, &excluded);

    if !policy.members.carry_one_group() {
        ends = add_carriers(policy, ends);
        remove_tiers_from_ends(&mut ends, &excluded);
    }

    ends
}

/// The ends, each tier with the others whose members carry its group, and so are members of it too;
/// each once.
fn add_carriers(policy: &Policy, ends: Vec<(Span, End)>) -> Vec<(Span, End)> {
    let mut found = Vec::with_capacity(ends.len());
    let mut lint_facts = BTreeSet::new();
    for (span, end) in ends {
        match end {
            End::Tier(tier) => {
                let carriers = policy.members.carriers_of(tier);
                let new = carriers.filter(|tier| lint_facts.insert(*tier));
                found.extend(new.map(|tier| (span, End::Tier(tier))));
            }
            end => found.push((span, end)),
        }
    }
    found
}

/// Some tiers, and all whose members carry their groups.
fn with_carriers(policy: &Policy, tiers: Vec<TierId>) -> Vec<TierId> {
    if policy.members.carry_one_group() {
        return tiers;
    }
    let carriers = tiers
        .iter()
        .flat_map(|tier| policy.members.carriers_of(*tier));
    let carriers: BTreeSet<TierId> = carriers.collect();
    carriers.into_iter().collect()
}

/// The tiers of an `except` after ends, sorted; reports addresses in it.
fn excepted_ends(scope: &mut Scope<'_>, policy: &Policy, list: &EndList) -> Vec<TierId> {
    for item in &list.except {
        let span = item.span();
        let is_declared = match item {
            NetItem::Name(name) => scope.resolve_peer(*name, NameKind::Tier).is_some(),
            NetItem::Net(_) | NetItem::Vpc(..) | NetItem::Every(_) => true,
        };
        if is_declared && scope.tier_item(item).is_none() {
            let (text, help) = (source_words(scope, span), except_help(scope, list));
            scope
                .problems
                .push(MeaningProblem::ExceptInEnds { span, text, help });
        }
    }

    scope.excepted_tiers(KnownTiers::new(policy), &list.except)
}

/// What to type instead of addresses after `except`.
fn except_help(scope: &Scope<'_>, list: &EndList) -> String {
    let words = |items: Vec<&NetItem>| {
        let words = items.iter().map(|item| source_words(scope, item.span()));
        words.collect::<Vec<_>>().join(", ")
    };
    let members = list.items.iter().filter(|item| is_member(scope, item));
    let members = words(members.collect());
    let is_taken = |item: &&NetItem| is_member(scope, item);
    let excluded = words(list.except.iter().filter(is_taken).collect());

    match (members.as_str(), excluded.as_str()) {
        ("", _) | (_, "") => "only tiers can be excluded here, by their names: `every tier except \
                              web`"
            .to_string(),
        (members, excluded) => format!(
            "declare the addresses that are left: `network rest = {members} except {excluded}`, \
             and write `rest` instead of `{members}`"
        ),
    }
}

/// Whether an end can be a member of a network.
fn is_member(scope: &Scope<'_>, item: &NetItem) -> bool {
    match item {
        NetItem::Net(_) | NetItem::Vpc(..) => true,
        NetItem::Every(_) => false,
        NetItem::Name(name) => match scope.peer_named(scope.text(*name)) {
            Some(Entity::Network(_)) => true,
            Some(Entity::BuiltIn(network)) => network != BuiltInNetwork::Internet,
            Some(Entity::Param(id)) => scope.is_block(id),
            Some(
                Entity::Tier(_) | Entity::TierSet(_) | Entity::External(_) | Entity::PrefixList(_),
            )
            | None => false,
        },
    }
}

/// Removes tiers, which are sorted, from some ends.
fn remove_tiers_from_ends(ends: &mut Vec<(Span, End)>, excluded: &[TierId]) {
    ends.retain(|(_, end)| match end {
        End::Tier(tier) => excluded.binary_search(tier).is_err(),
        _ => true,
    });
}

/// Resolves a VPC, which must have address blocks to be an endpoint.
fn resolve_vpc(
    scope: &mut Scope<'_>,
    policy: &Policy,
    span: Span,
    name: ast::Name,
) -> Option<VpcId> {
    let id = scope.resolve_vpc(name)?;
    report_missing_blocks(scope, &policy.vpcs[id.index()], span, name);
    Some(id)
}

/// Resolves an endpoint of an assertion; `None` if it is not one, or has already been reported.
fn resolve_end(
    definitions: &Definitions<'_>,
    policy: &Policy,
    entity: Entity,
    name: &str,
) -> Option<End> {
    Some(match entity {
        Entity::Tier(id) => End::Tier(id),
        Entity::Network(id) => End::Network(id),
        Entity::BuiltIn(BuiltInNetwork::Internet) => End::Internet,
        Entity::BuiltIn(network) => End::Addresses(
            name.to_string(),
            Addresses::from_blocks(&definitions.networks.blocks(network)),
        ),
        Entity::External(n) => End::External(definitions.external_names[n]?),
        Entity::PrefixList(n) => list_end(policy, &definitions.list_names[n], name)?,
        Entity::Param(id) => match (
            definitions.param_peers[id.index()],
            &definitions.params[id.index()],
        ) {
            (ParamPeer::Block, Some(ParamValue::Block(block))) => {
                End::Addresses(name.to_string(), Addresses::from_blocks([block]))
            }
            (ParamPeer::Block, Some(ParamValue::Blocks(blocks))) => {
                End::Addresses(name.to_string(), Addresses::from_blocks(blocks))
            }
            (ParamPeer::Block, _) => End::Param(id),
            (ParamPeer::External(id), _) => End::External(id),
            (ParamPeer::PrefixList(id), _) => End::PrefixList(id),
            (ParamPeer::NoPeer, _) => return None,
        },
        Entity::TierSet(_) => return None,
    })
}

/// A prefix list as an endpoint: of one that the program makes, its addresses.
fn list_end(policy: &Policy, lists: &[PrefixListId], name: &str) -> Option<End> {
    let made = lists.iter().filter_map(|id| policy.prefix_list(*id).made());
    let blocks: Vec<_> = made.flat_map(|made| &made.blocks).copied().collect();
    if blocks.is_empty() {
        return lists.first().copied().map(End::PrefixList);
    }
    Some(End::Addresses(
        name.to_string(),
        Addresses::from_blocks(&blocks),
    ))
}

/// Resolves the annotations of a statement.
pub fn resolve_annotations(
    scope: &mut Scope<'_>,
    policy: &mut Policy,
    statement: &ast::Statement,
    lints: &[&'static str],
) {
    for annotation in &statement.annotations {
        let reason = annotation.reason.as_ref();
        let reason = reason
            .map(|text| scope.read_plain(text, AwsField::ParameterDescription))
            .filter(|reason| !reason.is_empty());
        let typed = scope.text(annotation.lint);

        match lints.iter().find(|lint| **lint == typed) {
            Some(lint) => {
                let statement = statement.span;
                policy.annotations.push(Annotation {
                    span: annotation.span,
                    lint,
                    reason,
                    statement,
                });
            }
            None => {
                let meant = likely(NameKind::Lint, typed, lints.iter().copied());
                scope.report_unknown(annotation.lint, NameKind::Lint, meant);
            }
        }
    }
}
