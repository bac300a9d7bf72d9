//! Networks: sets of addresses, built in and declared.

use super::order::{report_cycles, sort_by_dependency};
use super::params::{ParamValue, Params};
use super::scope::{BuiltInNetwork, Entity, Scope};
use crate::ast::{self, NetItem};
use crate::diagnostic::{MeaningProblem, NameKind};
use crate::net::{Addresses, EVERY_IPV4, EVERY_IPV6, private_blocks};
use crate::policy::{Network, NetworkId, ParamId, Remainder, Vpc};
use crate::source::Span;
use ipnet::IpNet;

/// The networks of a program, and the built-in ones.
#[derive(Debug)]
pub struct Networks {
    pub list: Vec<Network>,
    pub built_in: BuiltIns,
}

/// The contents of the built-in networks in this program.
#[derive(Debug, Clone, Copy)]
pub struct BuiltIns {
    dual: bool,
}

/// More blocks than this are an error: no security group could hold them.
pub const MOST_BLOCKS: usize = 10_000;

impl BuiltIns {
    /// The blocks of a built-in network; with `ip = ipv4`, those without a family in their name
    /// have IPv4 only. `internet` is not a list of blocks, and has none here.
    pub fn blocks(self, network: BuiltInNetwork) -> Vec<IpNet> {
        let blocks = match network {
            BuiltInNetwork::AnywhereIpv4 => return vec![EVERY_IPV4],
            BuiltInNetwork::AnywhereIpv6 => return vec![EVERY_IPV6],
            BuiltInNetwork::Anywhere => vec![EVERY_IPV4, EVERY_IPV6],
            BuiltInNetwork::Private => private_blocks(),
            BuiltInNetwork::Internet => Vec::new(),
        };
        blocks
            .into_iter()
            .filter(|block| self.dual || matches!(block, IpNet::V4(_)))
            .collect()
    }
}

/// A list of addresses: blocks as written, and unbound parameters.
#[derive(Debug, Clone, Default)]
pub struct NetList {
    pub blocks: Vec<IpNet>,
    pub unknown: Vec<(ParamId, ast::Name)>,
}

/// Resolves the declared networks, dependencies first.
pub fn resolve(scope: &mut Scope<'_>, params: &Params, vpcs: &[Vpc], dual: bool) -> Networks {
    let built_in = BuiltIns { dual };
    let declared = scope.networks.clone();
    let (sorted, cut) = sort_by_dependency(declared.len(), |n| named_networks(scope, declared[n]));
    report_cycles(scope, NameKind::Network, cut, |n| declared[n].name);

    let mut lists: Vec<NetList> = vec![NetList::default(); declared.len()];
    for n in sorted {
        let known = Addressed {
            params: &params.values,
            vpcs,
            built_in,
            known: KnownNetworks::Lists(&lists),
        };

        let list = resolve_members(scope, &known, declared[n]);
        let count = list.blocks.len() + list.unknown.len();

        if scope.reserve_size(declared[n].name.span, count) {
            lists[n] = list;
        }
    }

    let networks = declared.iter().zip(lists);
    let list = networks
        .map(|(declared, list)| finish_network(scope, declared, list))
        .collect();

    Networks { list, built_in }
}

/// The networks that a declaration refers to.
fn named_networks(scope: &Scope<'_>, declared: &ast::NetworkDeclaration) -> Vec<usize> {
    let mut named = Vec::new();
    for item in declared.members.iter().chain(&declared.except) {
        if let NetItem::Name(name) = item {
            let network = scope.network_named(scope.text(*name));
            named.extend(network.map(NetworkId::index));
        }
    }
    named
}

/// The contents of a declared network.
fn resolve_members(
    scope: &mut Scope<'_>,
    known: &Addressed<'_>,
    declared: &ast::NetworkDeclaration,
) -> NetList {
    let members = known.resolve_list(scope, &declared.members);
    let written = span_of(&declared.members, NetItem::span);
    match written.zip(span_of(&declared.except, NetItem::span)) {
        Some(written) => known.subtract_list(scope, members, written, &declared.except),
        None => members,
    }
}

fn finish_network(scope: &Scope<'_>, declared: &ast::NetworkDeclaration, list: NetList) -> Network {
    let mut unknown: Vec<ParamId> = list.unknown.iter().map(|(id, _)| *id).collect();
    unknown.sort_unstable();
    unknown.dedup();
    Network {
        name: scope.text(declared.name).to_string(),
        addresses: Addresses::from_blocks(&list.blocks),
        blocks: list.blocks,
        unknown,
        span: declared.name.span,
    }
}

/// Everything with addresses.
pub struct Addressed<'a> {
    pub params: &'a [Option<ParamValue>],
    pub vpcs: &'a [Vpc],
    pub built_in: BuiltIns,
    /// The networks, by id.
    pub known: KnownNetworks<'a>,
}

/// The networks of a program, during and after their resolution.
pub enum KnownNetworks<'a> {
    Lists(&'a [NetList]),
    Networks(&'a [Network]),
}

impl KnownNetworks<'_> {
    /// The contents of a network: its blocks, and its unbound parameters.
    fn network_contents(&self, id: NetworkId) -> (&[IpNet], Vec<ParamId>) {
        match self {
            KnownNetworks::Lists(lists) => {
                let list = &lists[id.index()];
                (
                    &list.blocks,
                    list.unknown.iter().map(|(id, _)| *id).collect(),
                )
            }
            KnownNetworks::Networks(networks) => (
                &networks[id.index()].blocks,
                networks[id.index()].unknown.clone(),
            ),
        }
    }
}

impl Addressed<'_> {
    /// The contents of a list of items, sorted, without duplicates.
    pub fn resolve_list(&self, scope: &mut Scope<'_>, items: &[NetItem]) -> NetList {
        let mut list = NetList::default();
        for item in items {
            match item {
                NetItem::Net(net) => list.blocks.push(net.net),
                NetItem::Name(name) => {
                    if let Some(entity) = scope.resolve_peer(*name, NameKind::Network) {
                        self.add_name(scope, *name, entity, &mut list);
                    }
                }
                NetItem::Vpc(span, name) => self.add_vpc(scope, *span, *name, &mut list),
                NetItem::Every(every) => scope.report_every(every, "an address or a network"),
            }
        }

        list.blocks.sort_unstable();
        list.blocks.dedup();

        // without this, nested networks would multiply the parameters exponentially
        list.unknown
            .sort_unstable_by_key(|(id, name)| (*id, name.span));
        list.unknown.dedup_by_key(|(id, name)| (*id, name.span));

        list
    }

    fn add_name(&self, scope: &mut Scope<'_>, name: ast::Name, entity: Entity, list: &mut NetList) {
        match entity {
            Entity::BuiltIn(BuiltInNetwork::Internet) => scope
                .problems
                .push(MeaningProblem::InternetInRule { span: name.span }),
            Entity::BuiltIn(network) => list.blocks.extend(self.built_in.blocks(network)),
            Entity::Network(id) => {
                let (blocks, unknown) = self.known.network_contents(id);
                list.blocks.extend(blocks);
                list.unknown
                    .extend(unknown.into_iter().map(|id| (id, name)));
            }
            Entity::Param(id) if scope.is_block(id) => match &self.params[id.index()] {
                Some(ParamValue::Block(block)) => list.blocks.push(*block),
                Some(ParamValue::Blocks(blocks)) => list.blocks.extend(blocks),
                Some(ParamValue::Id(_) | ParamValue::Text(_) | ParamValue::Port(_)) | None => {
                    list.unknown.push((id, name))
                }
            },
            other => scope.report_wrong_kind(name, other.kind(), "an address or a network"),
        }
    }

    /// The blocks of a VPC.
    pub fn add_vpc(&self, scope: &mut Scope<'_>, span: Span, name: ast::Name, list: &mut NetList) {
        let Some(vpc) = scope.resolve_vpc(name).map(|id| &self.vpcs[id.index()]) else {
            return;
        };
        list.blocks.extend(&vpc.blocks);
        list.unknown
            .extend(vpc.unknown_blocks.iter().map(|id| (*id, name)));
        report_missing_blocks(scope, vpc, span, name);
    }

    /// The remainder of a list without these items, as the smallest list of blocks; `written` and
    /// `span` are the spans of the two.
    pub fn subtract_list(
        &self,
        scope: &mut Scope<'_>,
        list: NetList,
        (written, span): (Span, Span),
        except: &[NetItem],
    ) -> NetList {
        let excluded = self.resolve_list(scope, except);
        report_unbound(scope, &list, &excluded);

        if !list.unknown.is_empty() || !excluded.unknown.is_empty() {
            return NetList::default();
        }

        let before = Addresses::from_blocks(&list.blocks);
        let left = before.difference(&Addresses::from_blocks(&excluded.blocks));

        if left.is_empty() && !before.is_empty() {
            scope.problems.push(MeaningProblem::NothingLeft {
                span: written,
                except: span,
            });
        }

        list_remainder(scope, span, &left)
    }
}

/// Reports unbound parameters in the two lists of an `except`.
fn report_unbound(scope: &mut Scope<'_>, list: &NetList, excluded: &NetList) {
    for (id, name) in list.unknown.iter().chain(&excluded.unknown) {
        let declared = scope.params[id.index()].name;
        let text = scope.text(declared).to_string();
        scope.problems.push(MeaningProblem::UnboundExcept {
            span: name.span,
            name: text,
            declared: declared.span,
        });
    }
}

/// The remainder of an `except` as the smallest list of blocks.
fn list_remainder(scope: &mut Scope<'_>, span: Span, left: &Addresses) -> NetList {
    let blocks: Vec<IpNet> = left.to_blocks().take(MOST_BLOCKS + 1).collect();
    let count = blocks.len();

    if count > MOST_BLOCKS {
        scope.problems.push(MeaningProblem::TooManyBlocks {
            span,
            count: left.to_blocks().count(),
            bound: MOST_BLOCKS,
        });
        return NetList::default();
    }

    scope.lint_facts.remainders.push(Remainder {
        span,
        blocks: count,
    });

    NetList {
        blocks,
        unknown: Vec::new(),
    }
}

/// The span from the first to the last item; `None` if the parser rejected all.
pub fn span_of<T>(items: &[T], span: fn(&T) -> Span) -> Option<Span> {
    Some(span(items.first()?).to(span(items.last()?)))
}

/// Reports a VPC without blocks whose addresses are used.
pub fn report_missing_blocks(scope: &mut Scope<'_>, vpc: &Vpc, span: Span, name: ast::Name) {
    if let (true, [], Some(declared)) = (
        vpc.blocks.is_empty(),
        vpc.unknown_blocks.as_slice(),
        vpc.span,
    ) {
        let vpc = scope.text(name).to_string();
        scope.problems.push(MeaningProblem::NoBlocks {
            span,
            vpc,
            declared,
        });
    }
}
