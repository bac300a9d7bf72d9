//! Declarations that nothing uses.

use super::scope::Scope;
use crate::ast::{FileTree, ProgramTree, StringPart};
use crate::diagnostic::NameKind;
use crate::policy::{Declared, DefaultGroup, Policy, Unused};
use crate::source::{Sources, Span};
use std::borrow::Cow;
use std::collections::HashSet;

/// The unused declarations of the entry file, by position. Other files may be shared with programs
/// that use them, and so may an entry file without a tier, which deploys nothing.
pub fn find_unused(scope: &Scope<'_>, policy: &Policy, program: &ProgramTree) -> Vec<Unused> {
    let Some(entry) = program.files.first().filter(|_| !policy.tiers.is_empty()) else {
        return Vec::new();
    };

    let named = scope.unused_names().filter_map(|(span, kind)| {
        let name = scope.sources.text(span).to_string();
        let statement = statement_at(entry, span)?;
        Some(Unused {
            what: declared_kind(kind)?,
            name,
            span,
            statement,
        })
    });

    let elsewhere = names_used_elsewhere(scope.sources, program);
    let named = named.filter(|it| {
        !elsewhere.contains(it.name.as_str())
            && (it.what != Declared::Vpc || !has_effect(scope, policy, &it.name))
    });

    // a sentence of another environment may name tiers of both VPCs
    let peerings = unused_peerings(scope, policy).filter(|_| entry.absent.is_empty());
    let mut found: Vec<Unused> = named.chain(peerings).collect();
    found.retain(|it| it.span.file == entry.id);
    found.sort_unstable_by_key(|it| it.span);

    found
}

/// The names that statements use which do not apply in the chosen environment.
fn names_used_elsewhere<'s>(sources: &'s Sources, program: &ProgramTree) -> HashSet<Cow<'s, str>> {
    let mut used = HashSet::new();
    for statement in program.files.iter().flat_map(|file| &file.absent) {
        statement.item.visit_used_names(&mut |name| {
            used.insert(sources.text(name.span).into());
        });
        statement.item.visit_strings(&mut |text| {
            for part in text.parts() {
                if let StringPart::Parameter(name) = part {
                    used.insert(name.to_string().into());
                }
            }
        });
    }

    used
}

/// The statement of a file that contains a position.
fn statement_at(file: &FileTree, place: Span) -> Option<Span> {
    let after = file
        .statements
        .partition_point(|it| it.span.end < place.end);
    file.statements
        .get(after)
        .map(|it| it.span)
        .filter(|statement| statement.holds(place))
}

fn declared_kind(kind: NameKind) -> Option<Declared> {
    match kind {
        NameKind::TierSet => Some(Declared::TierSet),
        NameKind::Network => Some(Declared::Network),
        NameKind::External => Some(Declared::External),
        NameKind::PrefixList => Some(Declared::PrefixList),
        NameKind::Param | NameKind::Port => Some(Declared::Param),
        NameKind::Service => Some(Declared::Service),
        NameKind::Vpc => Some(Declared::Vpc),
        NameKind::Tier
        | NameKind::BuiltInNetwork
        | NameKind::Peer
        | NameKind::End
        | NameKind::Role
        | NameKind::IcmpType
        | NameKind::Lint
        | NameKind::ParamType
        | NameKind::Key => None,
    }
}

/// Whether an unreferenced VPC still has an effect: it is the only VPC, so tiers are in it, or its
/// default security group is locked.
fn has_effect(scope: &Scope<'_>, policy: &Policy, name: &str) -> bool {
    scope.vpc_named(name).is_some_and(|id| {
        policy.vpcs[id.index()].default_group == DefaultGroup::Locked
            || policy.areas.iter().any(|area| area.contains(id))
    })
}

/// Peerings of VPCs whose tiers do not reference each other.
fn unused_peerings<'s>(
    scope: &'s Scope<'_>,
    policy: &'s Policy,
) -> impl Iterator<Item = Unused> + 's {
    scope.peerings.iter().filter_map(|(peering, span)| {
        let (a, b) = (scope.text(peering.a), scope.text(peering.b));
        let (first, second) = (scope.vpc_named(a)?, scope.vpc_named(b)?);
        let pair = policy.find_peering(first, second)?;

        (!scope.lint_facts.crossed[pair]).then(|| Unused {
            what: Declared::Peering,
            name: format!("{a} with {b}"),
            span: *span,
            statement: *span,
        })
    })
}
