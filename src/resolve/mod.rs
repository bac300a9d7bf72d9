//! Resolves a syntax tree into a policy: looks up every name, expands every list, and reports
//! errors.
//!
//! Names are collected first, so that a program may use what it declares later. Each kind of
//! declaration is resolved in its own file, dependencies first.

mod also;
mod areas;
mod assertions;
mod atom;
mod blocks;
mod collect;
mod collisions;
mod definitions;
mod environments;
mod every;
mod exports;
mod flows;
mod lists;
mod lookup;
mod made_lists;
mod networks;
mod order;
mod params;
mod peering;
mod peers;
mod ports;
mod rules;
mod scope;
mod services;
mod settings;
mod sources;
mod stack;
mod strings;
mod templates;
mod tier_index;
mod tiers;
mod unknown;
mod unused;

pub use atom::{BuiltIn, Catalogue};
pub use environments::choose_environment;
pub use services::built_in;
pub use settings::{Environment, Settings};

use crate::ast::{Item, ProgramTree, Statement};
use crate::diagnostic::Problems;
use crate::policy::Policy;
use crate::source::Sources;
use definitions::Definitions;
use scope::Scope;

/// Resolves a program. The policy is complete if no problem is an error; otherwise invalid parts
/// are missing.
pub fn resolve<'a>(
    sources: &'a Sources,
    program: &'a ProgramTree,
    settings: &Settings<'a>,
) -> (Policy, Problems) {
    let mut scope = Scope::from_program(sources, program, settings.catalogue, settings.outputs);
    let (mut policy, definitions) = resolve_declarations(&mut scope, settings);
    resolve_statements(&mut scope, &definitions, &mut policy, program, settings);

    policy.foreign_owners = rules::foreign_owners(&policy);
    policy.has_text_parameters = scope.has_text_parameters;
    policy.unused = unused::find_unused(&scope, &policy, program);
    policy.shadowed = scope.lint_facts.shadowed;
    policy.remainders = scope.lint_facts.remainders;
    (policy, scope.problems)
}

/// Resolves the declarations of a program into a policy without sentences and assertions.
fn resolve_declarations<'a>(
    scope: &mut Scope<'_>,
    settings: &Settings<'a>,
) -> (Policy, Definitions<'a>) {
    let mut params = params::resolve(scope, settings);
    sources::resolve(scope, &mut params);
    let (mut stack, default_vpc) = stack::resolve_stack(scope, settings);
    let (vpcs, default_vpc) = stack::resolve_vpcs(scope, &mut params, default_vpc);
    let peerings = stack::resolve_peerings(scope, &vpcs);
    let networks = networks::resolve(scope, &params, &vpcs, stack.dual);
    let known = networks::Addressed {
        params: &params.values,
        vpcs: &vpcs,
        built_in: networks.built_in,
        known: networks::KnownNetworks::Networks(&networks.list),
    };
    let lists = lists::resolve(scope, &params, &stack, &known);
    let services = services::resolve(scope, settings.catalogue);
    let (tiers, areas) = tiers::resolve(scope, &mut stack, &vpcs, default_vpc, &networks);
    sources::report_imported_exports(scope, &params, &tiers);
    let tier_sets = tiers::resolve_sets(scope, &tiers, &areas);

    let places = also::VpcsOfTiers {
        vpcs: &vpcs,
        areas: &areas,
    };
    let members = also::resolve(scope, &tiers, &tier_sets, places);

    let mut policy = Policy::new(stack, settings.as_of);
    policy.vpcs = vpcs;
    policy.areas = areas;
    policy.peerings = peerings;
    policy.params = params.list;
    policy.networks = networks.list;
    policy.externals = lists.externals;
    policy.prefix_lists = lists.prefix_lists;
    policy.tiers = tiers;
    policy.tier_sets = tier_sets;
    policy.members = members;
    policy.declarations = std::mem::take(&mut scope.lint_facts.declarations);

    let definitions = Definitions {
        networks: networks.built_in,
        params: params.values,
        param_peers: lists.param_peers,
        external_names: lists.external_names,
        list_names: lists.list_names,
        services,
    };

    (policy, definitions)
}

/// Resolves the sentences, the assertions and all annotations into the policy, in source order.
fn resolve_statements<'a>(
    scope: &mut Scope<'a>,
    definitions: &Definitions<'_>,
    policy: &mut Policy,
    program: &'a ProgramTree,
    settings: &Settings<'_>,
) {
    rules::reserve_sentences(policy, program);
    let mut sentences = rules::Sentences::new(definitions, settings.as_of);
    for statement in program.files.iter().flat_map(|file| &file.statements) {
        let Statement { span, item, .. } = statement;
        match item {
            Item::Rule(rule) => sentences.resolve_rule(scope, policy, *span, rule),
            Item::Assertion(assertion) => {
                assertions::resolve(scope, definitions, policy, *span, assertion);
            }
            Item::Stack(_)
            | Item::Include(_)
            | Item::Environments(_)
            | Item::Param(_)
            | Item::Vpc(_)
            | Item::Peering(_)
            | Item::Network(_)
            | Item::External(_)
            | Item::PrefixList(_)
            | Item::Service(_)
            | Item::Tier(_)
            | Item::TierSet(_) => {}
        }

        assertions::resolve_annotations(scope, policy, statement, settings.lints);
    }
}
