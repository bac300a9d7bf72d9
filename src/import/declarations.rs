//! Declarations of what sentences name: VPCs, parameters, groups made elsewhere, prefix lists.

use super::text::quoted_known;
use crate::aws::{
    ForeignGroup, GroupId, ListReference, ParamKind, Parameter, Peer, PrefixList, Reference,
    SecurityGroup, State,
};
use crate::inventory::{Inventory, UniqueNames};
use std::collections::{BTreeMap, BTreeSet};

/// What a program calls what an inventory holds.
#[derive(Debug)]
pub(super) struct ProgramNames<'i> {
    state: &'i State,
    /// The names of foreign groups, by position.
    externals: Vec<String>,
    /// The names of prefix lists, by position.
    lists: Vec<String>,
    /// The names of VPCs, by what refers to them.
    vpcs: BTreeMap<&'i Reference, String>,
}

impl<'i> ProgramNames<'i> {
    /// The names of an inventory. Groups and parameters have theirs.
    pub(super) fn new(inventory: &'i Inventory) -> ProgramNames<'i> {
        let state = &inventory.state;
        let mut names = UniqueNames::default();
        let own = state.own_groups().map(|(_, group)| &group.name);
        let parameters = state.parameters.iter().map(|parameter| &parameter.name);
        own.chain(parameters).for_each(|name| names.take(name));

        let externals = state.foreign_groups.iter().map(|group| {
            let called = state.reference_name(&group.reference);
            names.choose([called], "external")
        });
        let externals = externals.collect();
        let lists = state.prefix_lists.iter().map(|list| {
            let called = list.name.rsplit('.').next().unwrap_or(&list.name);
            names.choose([called], "list")
        });

        ProgramNames {
            state,
            externals,
            lists: lists.collect(),
            vpcs: name_vpcs(inventory),
        }
    }

    fn vpc(&self, vpc: &Reference) -> &str {
        &self.vpcs[vpc]
    }

    /// `vpc = main`, `vpc = [main, tools]`
    pub(super) fn vpc_entry(&self, group: &SecurityGroup) -> String {
        let names: Vec<&str> = group.vpcs().map(|vpc| self.vpc(vpc)).collect();
        match names.as_slice() {
            [name] => format!("vpc = {name}"),
            several => format!("vpc = [{}]", several.join(", ")),
        }
    }

    /// How many VPCs the groups are in.
    pub(super) fn vpc_count(&self) -> usize {
        self.vpcs.len()
    }

    /// A peer as sentences write it.
    pub(super) fn peer(&self, peer: Peer) -> String {
        let state = self.state;
        let parameter = |id| &state.parameter(id).name;
        match peer {
            Peer::Block(block) => return block.to_string(),
            Peer::Parameter(id) => parameter(id),
            Peer::Group(id) => return self.group(id),
            Peer::PrefixList(id) => match state.prefix_list(id).reference {
                ListReference::Parameter(id) => parameter(id),
                ListReference::Id(_) | ListReference::Aws(_) | ListReference::Made(_) => {
                    &self.lists[id.index()]
                }
            },
            Peer::ForeignGroup(id) => match state.foreign_group(id).reference {
                Reference::Parameter(id) => parameter(id),
                Reference::Id(_) => &self.externals[id.index()],
            },
        }
        .clone()
    }

    /// A group as sentences write it.
    pub(super) fn group(&self, id: GroupId) -> String {
        let group = self.state.group(id);
        match group.made_elsewhere {
            Some(foreign) => self.peer(Peer::ForeignGroup(foreign)),
            None => group.name.clone(),
        }
    }

    /// The declarations, one on each line; without parameters that only texts have, if the program
    /// has no texts.
    pub(super) fn declarations(&self, inventory: &Inventory, has_texts: bool) -> Vec<String> {
        let mut lines = self.vpc_lines(inventory);
        lines.extend(self.peering_lines());
        let parameters = self.state.parameters.iter();
        let used = parameters.filter(|it| has_texts || it.kind != ParamKind::String);
        lines.extend(used.map(parameter_line));
        lines.extend(self.external_lines());
        lines.extend(self.list_lines());
        lines
    }

    fn vpc_lines(&self, inventory: &Inventory) -> Vec<String> {
        let line = |(reference, name): (&&Reference, &String)| {
            let id = match reference {
                Reference::Id(id) => quoted_known(id),
                Reference::Parameter(id) => self.state.parameter(*id).name.clone(),
            };
            let known = inventory
                .vpcs
                .iter()
                .find(|vpc| is_vpc(self.state, reference, &vpc.id));
            let blocks = known.map_or(&[][..], |vpc| &vpc.blocks);
            let blocks: Vec<String> = blocks.iter().map(ToString::to_string).collect();
            let cidr = match blocks.as_slice() {
                [] => String::new(),
                [block] => format!(", cidr = {block}"),
                several => format!(", cidr = [{}]", several.join(", ")),
            };
            format!("vpc {name} {{ id = {id}{cidr} }}")
        };
        self.vpcs.iter().map(line).collect()
    }

    /// The VPCs whose groups name each other: AWS has such rules only where they are connected.
    fn peering_lines(&self) -> Vec<String> {
        let vpcs = |id: GroupId| self.state.group(id).vpcs();
        let mut pairs: BTreeSet<(&str, &str)> = BTreeSet::new();
        for (id, group) in self.state.own_groups() {
            for rule in &group.rules {
                let Peer::Group(peer) = rule.key.peer else {
                    continue;
                };
                if self.state.group(peer).made_elsewhere.is_some() {
                    continue;
                }
                for (a, b) in vpcs(id).flat_map(|a| vpcs(peer).map(move |b| (a, b))) {
                    let (a, b) = (self.vpc(a), self.vpc(b));
                    if a != b {
                        pairs.insert((a.min(b), a.max(b)));
                    }
                }
            }
        }
        let lines = pairs.into_iter();
        lines.map(|(a, b)| format!("peer {a} with {b}")).collect()
    }

    fn external_lines(&self) -> Vec<String> {
        let used = used_groups(self.state);
        let groups = self.state.foreign_groups.iter().zip(&self.externals);
        let groups = groups.zip(used).filter(|(_, used)| *used);
        let groups = groups.map(|(group, _)| group);
        let line = |(group, name): (&ForeignGroup, &String)| {
            let account = group.account.as_ref();
            let account = account.map_or(String::new(), |id| format!(" in account \"{id}\""));
            match &group.reference {
                Reference::Id(id) => {
                    Some(format!("external {name} = {}{account}", quoted_known(id)))
                }
                Reference::Parameter(_) => None,
            }
        };
        groups.filter_map(line).collect()
    }

    fn list_lines(&self) -> Vec<String> {
        let used = used_lists(self.state);
        let lists = self.state.prefix_lists.iter().zip(&self.lists);
        let lists = lists.zip(used).filter(|(_, used)| *used);
        let lists = lists.map(|(list, _)| list);
        let line = |(list, name): (&PrefixList, &String)| match &list.reference {
            ListReference::Id(id) | ListReference::Aws(id) => {
                let family = format!("family = {}", list.family.keyword());
                let block = match list.entries {
                    Some(entries) => format!("{{ entries = {entries}, {family} }}"),
                    None => format!("{{ {family} }}"),
                };
                Some(format!("prefix-list {name} = {} {block}", quoted_known(id)))
            }
            ListReference::Made(made) => {
                let blocks: Vec<String> = made.blocks.iter().map(ToString::to_string).collect();
                Some(format!("prefix-list {name} = {}", blocks.join(", ")))
            }
            ListReference::Parameter(_) => None,
        };
        lists.filter_map(line).collect()
    }
}

/// Whether a rule names each foreign group, or is on it.
fn used_groups(state: &State) -> Vec<bool> {
    let mut used = vec![false; state.foreign_groups.len()];
    let owners = state.groups.iter().filter_map(|group| group.made_elsewhere);
    let peers = state.rules().filter_map(|rule| match rule.key.peer {
        Peer::ForeignGroup(id) => Some(id),
        Peer::Block(_) | Peer::Parameter(_) | Peer::Group(_) | Peer::PrefixList(_) => None,
    });
    owners.chain(peers).for_each(|id| used[id.index()] = true);
    used
}

/// Whether a rule names each prefix list.
fn used_lists(state: &State) -> Vec<bool> {
    let mut used = vec![false; state.prefix_lists.len()];
    for rule in state.rules() {
        if let Peer::PrefixList(id) = rule.key.peer {
            used[id.index()] = true;
        }
    }
    used
}

/// Whether a VPC of the source has an id, which an expression can give: `aws_vpc.main.id`
fn is_vpc(state: &State, reference: &Reference, id: &str) -> bool {
    match reference {
        Reference::Id(known) => known == id,
        Reference::Parameter(parameter) => {
            let parameter = state.parameter(*parameter);
            parameter.source.terraform.as_deref() == Some(id) || parameter.name == id
        }
    }
}

/// The VPCs of the groups, each with a name.
fn name_vpcs(inventory: &Inventory) -> BTreeMap<&Reference, String> {
    let mut names = UniqueNames::default();
    let mut named = BTreeMap::new();
    let groups = inventory.state.own_groups();
    let vpcs = groups.flat_map(|(_, group)| group.vpcs());
    let vpcs: BTreeSet<&Reference> = vpcs.collect();
    let called = |vpc: &Reference| {
        let known = inventory
            .vpcs
            .iter()
            .find(|known| is_vpc(&inventory.state, vpc, &known.id));
        known.and_then(|vpc| vpc.name.as_deref())
    };

    let (with_name, others): (Vec<_>, Vec<_>) =
        vpcs.into_iter().partition(|vpc| called(vpc).is_some());
    for vpc in with_name.into_iter().chain(others) {
        named.insert(vpc, names.choose(called(vpc), "main"));
    }
    named
}

fn parameter_line(parameter: &Parameter) -> String {
    let Parameter { name, kind, .. } = parameter;
    let default = match (&parameter.default, kind) {
        (None, _) => String::new(),
        (Some(value), ParamKind::CidrList | ParamKind::CidrIpv6List) => format!(" = [{value}]"),
        (Some(value), ParamKind::Cidr | ParamKind::CidrIpv6 | ParamKind::Port) => {
            format!(" = {value}")
        }
        (
            Some(value),
            ParamKind::Vpc | ParamKind::External | ParamKind::PrefixList | ParamKind::String,
        ) => format!(" = {}", quoted_known(value)),
    };
    format!("param {name} : {}{default}", kind.keyword())
}
