//! Networks: sets of addresses, built in and declared.

use super::order::order;
use super::params::{ParamValue, Params};
use super::scope::{BuiltInNetwork, Entity, Scope};
use crate::ast::{self, NetItem};
use crate::diagnostic::{Kind, Problem};
use crate::net::{Addresses, EVERY_IPV4, EVERY_IPV6, private};
use crate::policy::{Network, NetworkId, ParamId, Remainder, Vpc};
use crate::source::Span;
use ipnet::IpNet;

/// The networks of a program, and what the built-in ones hold.
#[derive(Debug)]
pub struct Networks {
    pub list: Vec<Network>,
    pub built_in: BuiltIns,
}

/// What the built-in networks hold in this program.
#[derive(Debug, Clone, Copy)]
pub struct BuiltIns {
    dual: bool,
}

/// More blocks than this are an error: no security group could hold them.
pub const MOST_BLOCKS: usize = 10_000;

impl BuiltIns {
    /// The blocks of a built-in network; with `ip = ipv4` those that name no family hold IPv4 only.
    /// `internet` is no list of blocks and has none here.
    pub fn blocks(self, network: BuiltInNetwork) -> Vec<IpNet> {
        let both = |block: &IpNet| self.dual || matches!(block, IpNet::V4(_));
        let blocks = match network {
            BuiltInNetwork::AnywhereIpv4 => return vec![EVERY_IPV4],
            BuiltInNetwork::AnywhereIpv6 => return vec![EVERY_IPV6],
            BuiltInNetwork::Anywhere => vec![EVERY_IPV4, EVERY_IPV6],
            BuiltInNetwork::Private => private(),
            BuiltInNetwork::Internet => Vec::new(),
        };
        blocks.into_iter().filter(both).collect()
    }
}

/// A list of addresses as far as it is known: blocks as written, and parameters that have no value.
#[derive(Debug, Clone, Default)]
pub struct NetList {
    pub blocks: Vec<IpNet>,
    pub unknown: Vec<(ParamId, ast::Name)>,
}

/// Resolves the declared networks, those that others name first.
pub fn resolve(scope: &mut Scope<'_>, params: &Params, vpcs: &[Vpc], dual: bool) -> Networks {
    let built_in = BuiltIns { dual };
    let declared = scope.networks.clone();
    let depends = |n: usize| {
        let items = declared[n].members.iter().chain(&declared[n].except);
        let names = items.filter_map(|item| match item {
            NetItem::Name(name) => scope.network_named(scope.text(*name)),
            NetItem::Net(_) | NetItem::Vpc(..) => None,
        });
        names.map(NetworkId::index).collect()
    };
    let (sorted, cut) = order(declared.len(), depends);
    for (from, to) in cut {
        let (span, through) = (declared[to].name.span, declared[from].name.span);
        let name = scope.text(declared[to].name).to_string();
        scope.problems.push(Problem::Cycle {
            span,
            kind: Kind::Network,
            name,
            through,
        });
    }
    let mut lists: Vec<NetList> = vec![NetList::default(); declared.len()];
    for n in sorted {
        let network = declared[n];
        let known = Addressed {
            params: &params.values,
            vpcs,
            built_in,
            known: Known::Lists(&lists),
        };
        let members = known.list(scope, &network.members);
        let written =
            span_of(&network.members, NetItem::span).zip(span_of(&network.except, NetItem::span));
        lists[n] = match written {
            Some(written) => known.without(scope, members, written, &network.except),
            None => members,
        };
        if !scope.fits(
            network.name.span,
            lists[n].blocks.len() + lists[n].unknown.len(),
        ) {
            lists[n] = NetList::default();
        }
    }
    let list = declared.iter().zip(lists).map(|(network, list)| {
        let mut unknown: Vec<ParamId> = list.unknown.iter().map(|(id, _)| *id).collect();
        unknown.sort_unstable();
        unknown.dedup();
        let addresses = Addresses::from_blocks(&list.blocks);
        let name = scope.text(network.name).to_string();
        Network {
            name,
            blocks: list.blocks,
            unknown,
            addresses,
            span: network.name.span,
        }
    });
    let list = list.collect();
    Networks { list, built_in }
}

/// Everything that has addresses.
pub struct Addressed<'a> {
    pub params: &'a [Option<ParamValue>],
    pub vpcs: &'a [Vpc],
    pub built_in: BuiltIns,
    /// The networks, by id.
    pub known: Known<'a>,
}

/// The networks of a program, while they are resolved and after that.
pub enum Known<'a> {
    Lists(&'a [NetList]),
    Networks(&'a [Network]),
}

impl Known<'_> {
    /// What a network holds: its blocks, and the parameters that have no value.
    fn of(&self, id: NetworkId) -> (&[IpNet], Vec<ParamId>) {
        match self {
            Known::Lists(lists) => {
                let list = &lists[id.index()];
                (
                    &list.blocks,
                    list.unknown.iter().map(|(id, _)| *id).collect(),
                )
            }
            Known::Networks(networks) => (
                &networks[id.index()].blocks,
                networks[id.index()].unknown.clone(),
            ),
        }
    }
}

impl Addressed<'_> {
    /// What a list of items holds, sorted, each block once.
    pub fn list(&self, scope: &mut Scope<'_>, items: &[NetItem]) -> NetList {
        let mut list = NetList::default();
        for item in items {
            match item {
                NetItem::Net(net) => list.blocks.push(net.net),
                NetItem::Name(name) => {
                    if let Some(entity) = scope.peer(*name, Kind::Network) {
                        self.name(scope, *name, entity, &mut list);
                    }
                }
                NetItem::Vpc(span, name) => self.vpc(scope, *span, *name, &mut list),
            }
        }
        list.blocks.sort_unstable();
        list.blocks.dedup();
        // networks that name each other twice would hold each parameter four times, then eight
        // times
        list.unknown
            .sort_unstable_by_key(|(id, name)| (*id, name.span));
        list.unknown.dedup_by_key(|(id, name)| (*id, name.span));
        list
    }

    fn name(&self, scope: &mut Scope<'_>, name: ast::Name, entity: Entity, list: &mut NetList) {
        match entity {
            Entity::BuiltIn(BuiltInNetwork::Internet) => scope
                .problems
                .push(Problem::InternetInRule { span: name.span }),
            Entity::BuiltIn(network) => list.blocks.extend(self.built_in.blocks(network)),
            Entity::Network(id) => {
                let (blocks, unknown) = self.known.of(id);
                list.blocks.extend(blocks);
                list.unknown
                    .extend(unknown.into_iter().map(|id| (id, name)));
            }
            Entity::Param(id) if scope.is_block(id) => match &self.params[id.index()] {
                Some(ParamValue::Block(block)) => list.blocks.push(*block),
                Some(ParamValue::Id(_)) | None => list.unknown.push((id, name)),
            },
            other => scope.wrong_kind(name, other.kind(), "an address or a network"),
        }
    }

    /// The blocks of a VPC.
    pub fn vpc(&self, scope: &mut Scope<'_>, span: Span, name: ast::Name, list: &mut NetList) {
        let Some(vpc) = scope.vpc(name).map(|id| &self.vpcs[id.index()]) else {
            return;
        };
        list.blocks.extend(&vpc.blocks);
        list.unknown
            .extend(vpc.unknown_blocks.iter().map(|id| (*id, name)));
        needs_blocks(scope, vpc, span, name);
    }

    /// What is left of a list when these items are taken out, as the smallest list of blocks;
    /// `written` and `span` are the places of the two.
    pub fn without(
        &self,
        scope: &mut Scope<'_>,
        list: NetList,
        (written, span): (Span, Span),
        except: &[NetItem],
    ) -> NetList {
        let gone = self.list(scope, except);
        for (id, name) in list.unknown.iter().chain(&gone.unknown) {
            let declared = scope.params[id.index()].name.span;
            let name_text = scope.text(scope.params[id.index()].name).to_string();
            scope.problems.push(Problem::UnboundExcept {
                span: name.span,
                name: name_text,
                declared,
            });
        }
        if !list.unknown.is_empty() || !gone.unknown.is_empty() {
            return NetList::default();
        }
        let before = Addresses::from_blocks(&list.blocks);
        let left = before.difference(&Addresses::from_blocks(&gone.blocks));
        if left.is_empty() && !before.is_empty() {
            scope.problems.push(Problem::NothingLeft {
                span: written,
                except: span,
            });
        }
        let blocks: Vec<IpNet> = left.blocks().take(MOST_BLOCKS + 1).collect();
        let count = blocks.len();
        if count > MOST_BLOCKS {
            let count = left.blocks().count();
            scope.problems.push(Problem::TooManyBlocks {
                span,
                count,
                bound: MOST_BLOCKS,
            });
            return NetList::default();
        }
        scope.seen.remainders.push(Remainder {
            span,
            blocks: count,
        });
        NetList {
            blocks,
            unknown: Vec::new(),
        }
    }
}

/// From the first to the last of some items; nothing where the parser refused them all.
pub fn span_of<T>(items: &[T], span: fn(&T) -> Span) -> Option<Span> {
    Some(span(items.first()?).to(span(items.last()?)))
}

/// Reports a VPC that is named for its addresses and has no blocks.
pub fn needs_blocks(scope: &mut Scope<'_>, vpc: &Vpc, span: Span, name: ast::Name) {
    if let (true, [], Some(declared)) = (
        vpc.blocks.is_empty(),
        vpc.unknown_blocks.as_slice(),
        vpc.span,
    ) {
        let vpc = scope.text(name).to_string();
        scope.problems.push(Problem::NoBlocks {
            span,
            vpc,
            declared,
        });
    }
}
