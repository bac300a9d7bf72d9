//! The declarations of a program, put in the order of their names and into the namespaces.

use super::atom::Catalogue;
use super::scope::{BuiltInNetwork, Entity, GUESSES, MOST, Scope, Seen, Symbol};
use crate::ast::{self, Item, ProgramTree};
use crate::diagnostic::{NameKind, Problem, Problems};
use crate::policy::{
    Declaration, Declared, NetworkId, OutputRules, ParamId, TierId, TierSetId, VpcId,
};
use crate::source::Sources;
use foldhash::{HashMap, HashMapExt};

const BUILT_IN: [(&str, BuiltInNetwork); 5] = [
    ("anywhere", BuiltInNetwork::Anywhere),
    ("anywhere-ipv4", BuiltInNetwork::AnywhereIpv4),
    ("anywhere-ipv6", BuiltInNetwork::AnywhereIpv6),
    ("private", BuiltInNetwork::Private),
    ("internet", BuiltInNetwork::Internet),
];

/// Words that name a service by themselves.
const SERVICE_WORDS: [&str; 6] = ["all", "icmp", "icmpv6", "proto", "tcp", "udp"];

impl<'a> Scope<'a> {
    /// Collects the declarations of a program, and reports names that are declared twice, that are
    /// taken, or that become one in an output.
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

    /// A scope that holds what every program has.
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
            vpcs: Vec::new(),
            peerings: Vec::new(),
            networks: Vec::new(),
            externals: Vec::new(),
            prefix_lists: Vec::new(),
            services: Vec::new(),
            tiers: Vec::new(),
            tier_sets: Vec::new(),
            seen: Seen::default(),
            peers: networks.collect(),
            service_names: HashMap::new(),
            vpc_names: HashMap::new(),
            broken: broken.map(|span| sources.text(*span)).collect(),
            is_incomplete: program.files.iter().any(|file| file.is_incomplete),
            every: None,
            guesses: GUESSES,
            room: MOST,
        }
    }

    fn add_statement(&mut self, statement: &'a ast::Statement) {
        let span = statement.span;
        self.note_declaration(statement);

        match &statement.item {
            Item::Stack(stack) => match self.stack {
                Some((_, first)) => self.problems.push(Problem::SecondStack { span, first }),
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
            Item::Include(_) | Item::Rule(_) | Item::Assertion(_) => {}
        }
    }

    /// Notes where a name gets the meaning that sentences have by it.
    fn note_declaration(&mut self, statement: &ast::Statement) {
        let (what, name) = match &statement.item {
            Item::Param(param) => (Declared::Param, param.name),
            Item::Network(network) => (Declared::Network, network.name),
            Item::Service(service) => (Declared::Service, service.name),
            Item::TierSet(set) => (Declared::TierSet, set.name),
            Item::Stack(_)
            | Item::Vpc(_)
            | Item::Peering(_)
            | Item::External(_)
            | Item::PrefixList(_) => return,
            Item::Tier(_) | Item::Include(_) | Item::Rule(_) | Item::Assertion(_) => return,
        };

        self.seen.declarations.push(Declaration {
            what,
            name: name.span,
            statement: statement.span,
        });
    }

    /// Brings each kind into the order of its names, drops what is declared again, and fills the
    /// namespaces.
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

    /// Likewise, what is managed elsewhere or not known yet.
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

    /// Brings declarations of peers into the order of their names, drops what is declared again,
    /// and enters each name with what it stands for by its position.
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

    /// Enters the name of a peer; reports one that is taken, and says whether it was free.
    fn add_peer(&mut self, name: ast::Name, kind: NameKind, entity: Entity) -> bool {
        let (span, text) = (name.span, self.text(name));
        let problem = match self.peers.get(text).map(|symbol| symbol.declared) {
            _ if text == "itself" => reserved_name(name, text, "a keyword for a peer"),
            None => {
                self.peers.insert(text, Symbol::new(entity, Some(span)));
                return true;
            }
            Some(None) => reserved_name(name, text, "a built-in network"),
            Some(Some(first)) => Problem::Duplicate {
                span: span.max(first),
                kind,
                name: text.to_string(),
                first: span.min(first),
            },
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
                self.problems.push(Problem::Reserved {
                    span,
                    name: name.to_string(),
                    is: "a keyword for services",
                });
            } else if let Some(first) = self
                .service_names
                .get(name)
                .and_then(|symbol| symbol.declared)
            {
                self.problems.push(Problem::Duplicate {
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
                self.problems.push(Problem::Duplicate {
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

fn reserved_name(name: ast::Name, text: &str, is: &'static str) -> Problem {
    Problem::Reserved {
        span: name.span,
        name: text.to_string(),
        is,
    }
}
