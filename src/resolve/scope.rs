//! The three namespaces of a program, filled before any lookup.

use super::atom::Catalogue;
use super::tier_index::TierIndex;
use crate::ast;
use crate::diagnostic::{MeaningProblem, NameKind, Problems};
use crate::policy::{
    Declaration, NetworkId, OutputRules, ParamId, Remainder, Shadowed, TierId, TierSetId, VpcId,
};
use crate::source::{Sources, Span};
use foldhash::{HashMap, HashSet};
use std::borrow::Cow;

/// The entities that the name of a peer can refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entity {
    Tier(TierId),
    TierSet(TierSetId),
    Network(NetworkId),
    /// The declaration with this position.
    External(usize),
    /// The declaration with this position.
    PrefixList(usize),
    Param(ParamId),
    BuiltIn(BuiltInNetwork),
}

/// Networks that every program has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BuiltInNetwork {
    Anywhere,
    AnywhereIpv4,
    AnywhereIpv6,
    Private,
    Internet,
}

/// The declarations of a program, each kind in the order of its ids (of its names), and the mapping
/// from names to declarations.
pub struct Scope<'a> {
    pub sources: &'a Sources,
    pub problems: Problems,
    /// The services that every program has.
    pub catalogue: &'a Catalogue,
    /// The requirements of outputs for names and texts.
    pub outputs: &'a [OutputRules],
    pub stack: Option<(&'a ast::StackDeclaration, Span)>,
    pub params: Vec<&'a ast::ParamDeclaration>,
    pub vpcs: Vec<(&'a ast::VpcDeclaration, Span)>,
    pub peerings: Vec<(&'a ast::Peering, Span)>,
    pub networks: Vec<&'a ast::NetworkDeclaration>,
    pub externals: Vec<&'a ast::ExternalDeclaration>,
    pub prefix_lists: Vec<&'a ast::PrefixListDeclaration>,
    pub services: Vec<&'a ast::ServiceDeclaration>,
    pub tiers: Vec<(&'a ast::TierDeclaration, ast::Name)>,
    pub tier_sets: Vec<&'a ast::TierSetDeclaration>,
    /// Facts for lints, collected during resolution.
    pub lint_facts: LintFacts,
    pub(super) peers: HashMap<&'a str, Symbol<Entity>>,
    pub(super) service_names: HashMap<&'a str, Symbol<usize>>,
    pub(super) vpc_names: HashMap<&'a str, Symbol<VpcId>>,
    /// Names of invalid declarations, whose uses are not reported.
    pub(super) broken: HashSet<&'a str>,
    /// Names that are declared in other environments, where, and in which.
    pub(super) elsewhere: HashMap<&'a str, (Span, &'a ast::OnlyIn)>,
    /// Parameters that are declared in other environments, by name.
    pub(super) absent_params: HashMap<Cow<'a, str>, AbsentParam>,
    /// The environments of files that are not read, because only these include them.
    pub(super) unread_environments: Vec<String>,
    /// Whether an included file is unknown, which may declare any name.
    pub(super) is_incomplete: bool,
    /// Whether the stack is, or may be, an invalid statement.
    pub(super) is_stack_broken: bool,
    /// The tiers by role and VPC, once an `every` has asked for them.
    pub(super) every: Option<TierIndex>,
    /// The values of parameters by id, once they are resolved.
    pub(super) param_values: Vec<Option<String>>,
    /// Whether a text has an unbound parameter in it.
    pub(super) has_text_parameters: bool,
    /// The remaining budget of name comparisons for suggestions.
    pub(super) comparisons_left: usize,
    /// The remaining budget for the size of the program.
    pub(super) size_left: usize,
}

/// A parameter that other environments have.
#[derive(Debug)]
pub(super) struct AbsentParam {
    /// Its name, or that of the VPC whose id it is, in its first declaration.
    pub declared: Span,
    /// The environments.
    pub environments: Vec<String>,
}

/// The maximum size of a program: the flows of its sentences, the pairs of its assertions, and the
/// expanded contents of its networks, services and sets. It is ten times the number of rules in a
/// region: VPC user guide, "Amazon VPC quotas" (security groups in a region, times rules in each).
pub(super) const MAX_PROGRAM_SIZE: usize = 3_000_000;

/// Each unknown name is compared with all known names, which is quadratic: after this many
/// comparisons, there are no more suggestions.
pub(super) const MAX_COMPARISONS: usize = 1_000_000;

/// Facts about a program that are collected during resolution, besides the policy.
#[derive(Debug, Default)]
pub struct LintFacts {
    pub declarations: Vec<Declaration>,
    pub shadowed: Vec<Shadowed>,
    pub remainders: Vec<Remainder>,
    /// For each pair of peered VPCs, whether a tier of one references a tier of the other.
    pub crossed: Vec<bool>,
}

/// What a name refers to.
pub(super) struct Symbol<T> {
    pub(super) meaning: T,
    /// The name in its declaration; `None` for a built-in.
    pub(super) declared: Option<Span>,
    /// Whether it is used.
    pub(super) used: bool,
}

impl<T: Copy> Symbol<T> {
    pub(super) fn new(meaning: T, declared: Option<Span>) -> Symbol<T> {
        Symbol {
            meaning,
            declared,
            used: false,
        }
    }

    pub(super) fn look_up(&mut self) -> T {
        self.used = true;
        self.meaning
    }
}

impl Entity {
    pub fn kind(self) -> NameKind {
        match self {
            Entity::Tier(_) => NameKind::Tier,
            Entity::TierSet(_) => NameKind::TierSet,
            Entity::Network(_) => NameKind::Network,
            Entity::External(_) => NameKind::External,
            Entity::PrefixList(_) => NameKind::PrefixList,
            Entity::Param(_) => NameKind::Param,
            Entity::BuiltIn(_) => NameKind::BuiltInNetwork,
        }
    }
}

impl<'a> Scope<'a> {
    /// The text of a name.
    pub fn text(&self, name: ast::Name) -> &'a str {
        self.sources.text(name.span)
    }

    /// Takes `count` from the size budget; reports an error and returns `false` if it is exceeded.
    pub fn reserve_size(&mut self, span: Span, count: usize) -> bool {
        let left = self.size_left.checked_sub(count);
        self.size_left = left.unwrap_or(self.size_left);
        if left.is_none() {
            self.problems.push(MeaningProblem::TooLarge {
                span,
                count,
                bound: MAX_PROGRAM_SIZE,
            });
        }
        left.is_some()
    }

    /// The entity of the name of a peer, if there is one.
    pub fn peer_named(&self, name: &str) -> Option<Entity> {
        self.peers.get(name).map(|symbol| symbol.meaning)
    }

    /// The network with a name, if there is one.
    pub fn network_named(&self, name: &str) -> Option<NetworkId> {
        match self.peer_named(name) {
            Some(Entity::Network(id)) => Some(id),
            _ => None,
        }
    }

    /// The VPC with a name, if there is one.
    pub fn vpc_named(&self, name: &str) -> Option<VpcId> {
        self.vpc_names.get(name).map(|symbol| symbol.meaning)
    }

    /// Whether a parameter is a block of addresses.
    pub fn is_block(&self, id: ParamId) -> bool {
        let kind = self
            .params
            .get(id.index())
            .map(|param| self.text(param.kind));
        matches!(
            kind,
            Some("cidr" | "cidr-ipv6" | "cidr-list" | "cidr-ipv6-list")
        )
    }

    /// Whether a parameter is a list of blocks.
    pub(super) fn is_list(&self, id: ParamId) -> bool {
        let param = self.params.get(id.index());
        let kind = param.map(|param| self.text(param.kind));
        matches!(kind, Some("cidr-list" | "cidr-ipv6-list"))
    }

    /// The position of a declared service, if there is one with that name.
    pub fn service_named(&self, name: &str) -> Option<usize> {
        self.service_names.get(name).map(|symbol| symbol.meaning)
    }

    /// Marks an implicitly used parameter as used.
    pub fn mark_param_used(&mut self, name: &str) {
        self.peers.get_mut(name).map(Symbol::look_up);
    }

    /// The spans and kinds of peers, services and VPCs that are not used.
    pub fn unused_names(&self) -> impl Iterator<Item = (Span, NameKind)> {
        fn unused_span<T>(symbol: &Symbol<T>) -> Option<Span> {
            symbol.declared.filter(|_| !symbol.used)
        }

        let peers = self
            .peers
            .values()
            .filter_map(|symbol| Some((unused_span(symbol)?, symbol.meaning.kind())));

        let services = self
            .service_names
            .values()
            .filter_map(|symbol| Some((unused_span(symbol)?, NameKind::Service)));

        let vpcs = self
            .vpc_names
            .values()
            .filter_map(|symbol| Some((unused_span(symbol)?, NameKind::Vpc)));
        peers.chain(services).chain(vpcs)
    }
}
