//! Collects the declarations of a program, sorts them by name, and fills the namespaces.

use super::atom::Catalogue;
use super::params::implicit_vpc_name;
use super::scope::{
    AbsentParam, BuiltInNetwork, Entity, LintFacts, MAX_COMPARISONS, MAX_PROGRAM_SIZE, Scope,
    Symbol,
};
use crate::ast::{self, Item, ProgramTree};
use crate::diagnostic::{NameKind, NameProblem, Problem, Problems};
use crate::policy::{
    Declaration, Declared, NetworkId, OutputRules, ParamId, TierId, TierSetId, VpcId,
};
use crate::source::{Sources, Span};
use foldhash::{HashMap, HashMapExt};
use std::borrow::Cow;

const BUILT_IN: [(&str, BuiltInNetwork); 5] = [
    ("anywhere", BuiltInNetwork::Anywhere),
    ("anywhere-ipv4", BuiltInNetwork::AnywhereIpv4),
    ("anywhere-ipv6", BuiltInNetwork::AnywhereIpv6),
    ("private", BuiltInNetwork::Private),
    ("internet", BuiltInNetwork::Internet),
];

/// Keywords that are services.
const SERVICE_WORDS: [&str; 6] = ["all", "icmp", "icmpv6", "proto", "tcp", "udp"];

impl<'a> Scope<'a> {
    /// Collects the declarations of a program, and reports names that are declared twice, reserved,
    /// or identical in an output.
    pub fn from_program(
        sources: &'a Sources,
        program: &'a ProgramTree,
        catalogue: &'a Catalogue,
        outputs: &'a [OutputRules],
    ) -> Scope<'a> {
        let mut scope = Scope::with_built_ins(sources, program, catalogue, outputs);
        for statement in program.files.iter().flat_map(|file| &file.statements) {
            scope.add_statement(statement);
        }
        scope.sort_declarations();
        scope.report_collisions();
        scope
    }

    /// A scope with everything that is built in.
    fn with_built_ins(
        sources: &'a Sources,
        program: &'a ProgramTree,
        catalogue: &'a Catalogue,
        outputs: &'a [OutputRules],
    ) -> Scope<'a> {
        let networks = BUILT_IN
            .iter()
            .map(|(name, network)| (*name, Symbol::new(Entity::BuiltIn(*network), None)));
        let broken = program.files.iter().flat_map(|file| &file.broken);

        Scope {
            sources,
            problems: Problems::default(),
            catalogue,
            outputs,
            stack: None,
            params: Vec::new(),
            param_values: Vec::new(),
            has_text_parameters: false,
            vpcs: Vec::new(),
            peerings: Vec::new(),
            networks: Vec::new(),
            externals: Vec::new(),
            prefix_lists: Vec::new(),
            services: Vec::new(),
            tiers: Vec::new(),
            tier_sets: Vec::new(),
            lint_facts: LintFacts::default(),
            peers: networks.collect(),
            service_names: HashMap::new(),
            vpc_names: HashMap::new(),
            elsewhere: names_of_other_environments(sources, program),
            absent_params: params_of_other_environments(sources, program),
            unread_environments: environments_of_unread_files(sources, program),
            broken: broken.map(|span| sources.text(*span)).collect(),
            is_incomplete: program.files.iter().any(|file| file.is_incomplete),
            is_stack_broken: program.has_broken("stack"),
            every: None,
            comparisons_left: MAX_COMPARISONS,
            size_left: MAX_PROGRAM_SIZE,
        }
    }

    fn add_statement(&mut self, statement: &'a ast::Statement) {
        let span = statement.span;
        self.note_declaration(statement);

        match &statement.item {
            Item::Stack(stack) => match self.stack {
                Some((_, first)) => self.problems.push(NameProblem::SecondStack { span, first }),
                None => self.stack = Some((stack, span)),
            },
            Item::Param(param) => self.params.push(param),
            Item::Vpc(vpc) => self.vpcs.push((vpc, span)),
            Item::Peering(peering) => self.peerings.push((peering, span)),
            Item::Network(network) => self.networks.push(network),
            Item::External(external) => self.externals.push(external),
            Item::PrefixList(list) => self.prefix_lists.push(list),
            Item::Service(service) => self.services.push(service),
            Item::Tier(tier) => self
                .tiers
                .extend(tier.names.iter().map(|name| (tier, *name))),
            Item::TierSet(set) => self.tier_sets.push(set),
            Item::Include(_) | Item::Environments(_) | Item::Rule(_) | Item::Assertion(_) => {}
        }
    }

    /// Records the declaration of a name that sentences can use.
    fn note_declaration(&mut self, statement: &ast::Statement) {
        let (what, names) = match &statement.item {
            Item::Param(param) => (Declared::Param, std::slice::from_ref(&param.name)),
            Item::Network(network) => (Declared::Network, std::slice::from_ref(&network.name)),
            Item::Service(service) => (Declared::Service, std::slice::from_ref(&service.name)),
            Item::TierSet(set) => (Declared::TierSet, std::slice::from_ref(&set.name)),
            Item::Tier(tier) => (Declared::Tier, tier.names.as_slice()),
            Item::Stack(_)
            | Item::Vpc(_)
            | Item::Peering(_)
            | Item::External(_)
            | Item::PrefixList(_) => return,
            Item::Include(_) | Item::Environments(_) | Item::Rule(_) | Item::Assertion(_) => return,
        };

        let declarations = names.iter().map(|name| Declaration {
            what,
            name: name.span,
            statement: statement.span,
        });
        self.lint_facts.declarations.extend(declarations);
    }

    /// Sorts each kind by name, drops duplicates, and fills the namespaces.
    fn sort_declarations(&mut self) {
        self.peers.reserve(self.tiers.len() + self.networks.len());

        let tiers = std::mem::take(&mut self.tiers);
        self.tiers = self.sort_peers(
            tiers,
            |(_, name)| *name,
            NameKind::Tier,
            |n| Entity::Tier(TierId(n as u32)),
        );

        let sets = std::mem::take(&mut self.tier_sets);
        self.tier_sets = self.sort_peers(
            sets,
            |set| set.name,
            NameKind::TierSet,
            |n| Entity::TierSet(TierSetId(n as u32)),
        );

        let networks = std::mem::take(&mut self.networks);
        self.networks = self.sort_peers(
            networks,
            |it| it.name,
            NameKind::Network,
            |n| Entity::Network(NetworkId(n as u32)),
        );

        self.sort_foreign();
        self.sort_services();
        self.sort_vpcs();
    }

    /// Likewise, for external resources and parameters.
    fn sort_foreign(&mut self) {
        let externals = std::mem::take(&mut self.externals);
        self.externals = self.sort_peers(
            externals,
            |it| it.name,
            NameKind::External,
            Entity::External,
        );

        let lists = std::mem::take(&mut self.prefix_lists);
        self.prefix_lists = self.sort_peers(
            lists,
            |it| it.name,
            NameKind::PrefixList,
            Entity::PrefixList,
        );

        let params = std::mem::take(&mut self.params);
        self.params = self.sort_peers(
            params,
            |it| it.name,
            NameKind::Param,
            |n| Entity::Param(ParamId(n as u32)),
        );
    }

    /// Sorts declarations of peers by name, drops duplicates, and enters each name with an entity
    /// made from its position.
    fn sort_peers<T>(
        &mut self,
        mut declared: Vec<T>,
        name: fn(&T) -> ast::Name,
        kind: NameKind,
        entity: fn(usize) -> Entity,
    ) -> Vec<T> {
        let sources = self.sources;
        declared.sort_by_key(|item| (sources.text(name(item).span), name(item).span));
        let mut kept = 0;

        declared.retain(|item| {
            let is_new = self.add_peer(name(item), kind, entity(kept));
            kept += usize::from(is_new);
            is_new
        });

        declared
    }

    /// Enters the name of a peer; reports a duplicate, and returns whether the name was free.
    fn add_peer(&mut self, name: ast::Name, kind: NameKind, entity: Entity) -> bool {
        let (span, text) = (name.span, self.text(name));
        let problem = match self.peers.get(text).map(|symbol| symbol.declared) {
            _ if text == "itself" => reserved_name(name, text, "a keyword for a peer"),
            None => {
                self.peers.insert(text, Symbol::new(entity, Some(span)));
                return true;
            }
            Some(None) => reserved_name(name, text, "a built-in network"),
            Some(Some(first)) => Problem::Name(NameProblem::Duplicate {
                span: span.max(first),
                kind,
                name: text.to_string(),
                first: span.min(first),
            }),
        };

        self.problems.push(problem);
        false
    }

    fn sort_services(&mut self) {
        let sources = self.sources;
        let mut services = std::mem::take(&mut self.services);
        services.sort_by_key(|item| (sources.text(item.name.span), item.name.span));

        for service in services {
            let (span, name) = (service.name.span, self.text(service.name));
            if SERVICE_WORDS.contains(&name) {
                self.problems.push(NameProblem::Reserved {
                    span,
                    name: name.to_string(),
                    is: "a keyword for services",
                });
            } else if let Some(first) = self
                .service_names
                .get(name)
                .and_then(|symbol| symbol.declared)
            {
                self.problems.push(NameProblem::Duplicate {
                    span,
                    kind: NameKind::Service,
                    name: name.to_string(),
                    first,
                });
            } else {
                self.service_names
                    .insert(name, Symbol::new(self.services.len(), Some(span)));
                self.services.push(service);
            }
        }
    }

    fn sort_vpcs(&mut self) {
        let sources = self.sources;
        let mut vpcs = std::mem::take(&mut self.vpcs);
        vpcs.sort_by_key(|(item, _)| (sources.text(item.name.span), item.name.span));

        for (vpc, statement) in vpcs {
            let (span, name) = (vpc.name.span, self.text(vpc.name));
            if let Some(first) = self.vpc_names.get(name).and_then(|symbol| symbol.declared) {
                self.problems.push(NameProblem::Duplicate {
                    span,
                    kind: NameKind::Vpc,
                    name: name.to_string(),
                    first,
                });
            } else {
                self.vpc_names
                    .insert(name, Symbol::new(VpcId(self.vpcs.len() as u32), Some(span)));
                self.vpcs.push((vpc, statement));
            }
        }
    }
}

/// The names that statements declare which do not apply in the chosen environment.
fn names_of_other_environments<'a>(
    sources: &'a Sources,
    program: &'a ProgramTree,
) -> HashMap<&'a str, (Span, &'a ast::OnlyIn)> {
    let mut names = HashMap::default();
    for statement in program.files.iter().flat_map(|file| &file.absent) {
        let Some(only_in) = &statement.only_in else {
            continue;
        };
        for name in statement.item.declared_names() {
            names.insert(sources.text(name.span), (name.span, &**only_in));
        }
    }
    names
}

/// The parameters that outputs have only in other environments, with the id of a VPC among them.
fn params_of_other_environments<'a>(
    sources: &'a Sources,
    program: &'a ProgramTree,
) -> HashMap<Cow<'a, str>, AbsentParam> {
    let mut params: HashMap<Cow<'a, str>, AbsentParam> = HashMap::new();
    for statement in program.files.iter().flat_map(|file| &file.absent) {
        let (name, declared) = match &statement.item {
            Item::Param(param) => {
                let name = Cow::Borrowed(sources.text(param.name.span));
                (name, param.name.span)
            }
            Item::Vpc(vpc) => {
                let name = implicit_vpc_name(sources.text(vpc.name.span));
                (Cow::Owned(name), vpc.name.span)
            }
            _ => continue,
        };

        let absent = params.entry(name).or_insert_with(|| AbsentParam {
            declared,
            environments: Vec::new(),
        });
        let names = statement.only_in.iter().flat_map(|only_in| &only_in.names);
        absent
            .environments
            .extend(names.map(|name| sources.text(name.span).to_string()));
    }

    params
}

/// The environments of `include "…" only in …` that do not apply, in source order.
fn environments_of_unread_files(sources: &Sources, program: &ProgramTree) -> Vec<String> {
    let absent = program.files.iter().flat_map(|file| &file.absent);
    let includes = absent.filter(|statement| matches!(statement.item, Item::Include(_)));
    let names = includes
        .flat_map(|statement| &statement.only_in)
        .flat_map(|only_in| &only_in.names);

    let mut environments: Vec<String> = Vec::new();
    for name in names.map(|name| sources.text(name.span)) {
        if !environments.iter().any(|known| known == name) {
            environments.push(name.to_string());
        }
    }
    environments
}

fn reserved_name(name: ast::Name, text: &str, is: &'static str) -> Problem {
    Problem::Name(NameProblem::Reserved {
        span: name.span,
        name: text.to_string(),
        is,
    })
}
