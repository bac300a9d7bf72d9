//! Syntax tree to policy: looks up every name, multiplies out every list, and says what does not
//! fit.
//!
//! Names are collected first, so that a program may use what it declares later. Each kind of
//! declaration is resolved in a file of its own, those that others refer to first.

mod assertions;
mod atom;
mod blocks;
mod lists;
mod networks;
mod order;
mod params;
mod rules;
mod scope;
mod services;
mod settings;
mod stack;
mod strings;
mod tiers;
mod unused;

pub use atom::{BuiltIn, Catalogue};
pub use services::built_in;
pub use settings::Settings;

use crate::ast::{Item, Program};
use crate::diagnostic::Problems;
use crate::policy::{Policy, Words};
use crate::source::Sources;
use scope::Scope;

/// Resolves a program. The policy holds what could be made of it, and is complete when no problem
/// is an error.
pub fn resolve<'a>(
    sources: &'a Sources,
    program: &'a Program,
    settings: &Settings<'a>,
) -> (Policy, Problems) {
    let mut scope = Scope::collect(sources, program, settings.catalogue, settings.outputs);
    let mut params = params::resolve(&mut scope, settings);
    let (mut stack, default_vpc) = stack::stack(&mut scope, settings);
    let (vpcs, default_vpc) = stack::vpcs(&mut scope, &mut params, default_vpc);
    let peerings = stack::peerings(&mut scope, &vpcs);
    let networks = networks::resolve(&mut scope, &params, &vpcs, stack.dual);
    let lists = lists::resolve(&mut scope, &params, &stack);
    let services = services::resolve(&mut scope, settings.catalogue);
    let tiers = tiers::resolve(&mut scope, &mut stack, &vpcs, default_vpc, &networks);
    let tier_sets = tiers::sets(&mut scope);
    let mut policy = Policy {
        stack,
        vpcs,
        peerings,
        params: params.list,
        networks: networks.list,
        externals: lists.externals,
        prefix_lists: lists.prefix_lists,
        tiers,
        tier_sets,
        sentences: Vec::new(),
        flows: Vec::new(),
        ended: Vec::new(),
        assertions: Vec::new(),
        annotations: Vec::new(),
        declarations: std::mem::take(&mut scope.seen.declarations),
        unused: Vec::new(),
        shadowed: Vec::new(),
        remainders: Vec::new(),
        as_of: settings.as_of,
        words: Words::default(),
    };
    let known = rules::Known {
        networks: networks.built_in,
        params: params.values,
        param_peers: lists.param_peers,
        external_names: lists.external_names,
        list_names: lists.list_names,
        services,
    };
    let mut sentences = rules::Sentences::new(&known);
    for statement in program.files.iter().flat_map(|file| &file.statements) {
        match &statement.item {
            Item::Rule(rule) => sentences.resolve(
                &mut scope,
                &mut policy,
                statement.span,
                rule,
                settings.as_of,
            ),
            Item::Assertion(assertion) => {
                assertions::resolve(&mut scope, &known, &mut policy, statement.span, assertion);
            }
            Item::Stack(_)
            | Item::Include(_)
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
        assertions::annotations(&mut scope, &mut policy, statement, settings.lints);
    }
    policy.unused = unused::unused(&scope, &policy, program);
    policy.shadowed = scope.seen.shadowed;
    policy.remainders = scope.seen.remainders;
    (policy, scope.problems)
}
