//! Assertions and annotations: their names are looked up here, and what they claim is judged
//! elsewhere.

use super::lists::ParamPeer;
use super::networks::needs_blocks;
use super::params::ParamValue;
use super::rules::Known;
use super::scope::{BuiltInNetwork, Entity, Scope};
use crate::ast::{self, NetItem};
use crate::diagnostic::{AwsField, Kind, likely};
use crate::net::{Addresses, Traffic};
use crate::policy::{Annotation, Assertion, Claim, End, Policy, VpcId};
use crate::source::Span;

/// Resolves one assertion into the policy.
pub fn resolve(
    scope: &mut Scope<'_>,
    known: &Known<'_>,
    policy: &mut Policy,
    span: Span,
    assertion: &ast::Assertion,
) {
    let claim = match &assertion.claim {
        ast::Claim::Can => Claim::Can,
        ast::Claim::Cannot => Claim::Cannot,
        ast::Claim::Only => Claim::Only,
        ast::Claim::OnlyThrough(names) => {
            Claim::OnlyThrough(scope.members(&policy.tier_sets, names))
        }
    };
    let from = ends(scope, known, policy, &assertion.from);
    let to = ends(scope, known, policy, &assertion.to);
    let pairs = from.len().saturating_mul(to.len());
    if !scope.fits(span, pairs) {
        return;
    }
    let mut on: Vec<(Span, Traffic)> = Vec::new();
    for service in &assertion.services {
        let atoms = known.services.atoms(scope, service);
        let place = service.span();
        // what ICMP by name is in either family: a stack without IPv6 may have rules for it all the
        // same
        on.extend(
            atoms
                .iter()
                .flat_map(|atom| atom.of_group(true))
                .map(|traffic| (place, traffic)),
        );
    }
    let names = assertion
        .services
        .iter()
        .filter_map(|service| match service {
            ast::Service::Name(name) => Some((name.span, scope.text(*name).to_string())),
            ast::Service::All(_)
            | ast::Service::Tcp(..)
            | ast::Service::Udp(..)
            | ast::Service::Icmp(..)
            | ast::Service::Icmpv6(..)
            | ast::Service::Proto(..) => None,
        });
    let names = names.collect();
    policy.assertions.push(Assertion {
        span,
        claim,
        from,
        to,
        on,
        names,
    });
}

fn ends(
    scope: &mut Scope<'_>,
    known: &Known<'_>,
    policy: &Policy,
    items: &[NetItem],
) -> Vec<(Span, End)> {
    let mut ends = Vec::new();
    for item in items {
        let span = item.span();
        match item {
            NetItem::Net(net) => {
                ends.push((
                    span,
                    End::Addresses(
                        scope.sources.text(span).to_string(),
                        Addresses::from_blocks([&net.net]),
                    ),
                ));
            }
            NetItem::Vpc(_, name) => {
                ends.extend(vpc(scope, policy, span, *name).map(|id| (span, End::Vpc(id))))
            }
            NetItem::Name(name) => {
                let Some(entity) = scope.peer(*name, Kind::End) else {
                    continue;
                };
                match entity {
                    Entity::TierSet(id) => {
                        ends.extend(
                            policy.tier_sets[id.index()]
                                .members
                                .iter()
                                .map(|tier| (span, End::Tier(*tier))),
                        );
                    }
                    entity => match end(known, entity, scope.text(*name)) {
                        Some(end) => ends.push((span, end)),
                        None => {
                            scope.wrong_kind(*name, entity.kind(), "a tier, a network or a group")
                        }
                    },
                }
            }
        }
    }
    ends
}

/// A VPC, which must have address blocks to be an end.
fn vpc(scope: &mut Scope<'_>, policy: &Policy, span: Span, name: ast::Name) -> Option<VpcId> {
    let id = scope.vpc(name)?;
    needs_blocks(scope, &policy.vpcs[id.index()], span, name);
    Some(id)
}

/// One end of an assertion; nothing for what is none, or is reported already.
fn end(known: &Known<'_>, entity: Entity, name: &str) -> Option<End> {
    Some(match entity {
        Entity::Tier(id) => End::Tier(id),
        Entity::Network(id) => End::Network(id),
        Entity::BuiltIn(BuiltInNetwork::Internet) => End::Internet,
        Entity::BuiltIn(network) => End::Addresses(
            name.to_string(),
            Addresses::from_blocks(&known.networks.blocks(network)),
        ),
        Entity::External(n) => End::External(known.external_names[n]?),
        Entity::PrefixList(n) => End::PrefixList(known.list_names[n]?),
        Entity::Param(id) => match (known.param_peers[id.index()], &known.params[id.index()]) {
            (ParamPeer::Block, Some(ParamValue::Block(block))) => {
                End::Addresses(name.to_string(), Addresses::from_blocks([block]))
            }
            (ParamPeer::Block, Some(ParamValue::Id(_)) | None) => End::Param(id),
            (ParamPeer::External(id), _) => End::External(id),
            (ParamPeer::PrefixList(id), _) => End::PrefixList(id),
            (ParamPeer::Vpc, _) => return None,
        },
        Entity::TierSet(_) => return None,
    })
}

/// Resolves the annotations of a statement.
pub fn annotations(
    scope: &mut Scope<'_>,
    policy: &mut Policy,
    statement: &ast::Statement,
    lints: &[&'static str],
) {
    for annotation in &statement.annotations {
        let reason = scope.prose(&annotation.reason, AwsField::ParameterDescription);
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
                let meant = likely(Kind::Lint, typed, lints.iter().copied());
                scope.unknown(annotation.lint, Kind::Lint, meant);
            }
        }
    }
}
