//! Puts what was found in the order of a state: ids are positions, and rules are sorted by key.

use super::builder::{FoundGroup, FoundList, FoundPeer, FoundRule, InventoryBuilder};
use super::contents::Inventory;
use super::origin::{Holder, Origin};
use super::problem::Remark;
use super::slots::{Name, Slots};
use crate::aws::{
    Count, Direction, ForeignGroup, ForeignGroupId, GroupId, ListReference, MadeList, ParamKind,
    Parameter, ParameterId, Peer, PrefixList, PrefixListId, Reference, Rule, RuleKey,
    SecurityGroup, State,
};
use crate::net::{Family, Traffic};
use foldhash::HashMap;

/// The number of rules that a group can have in one direction and one IP version, unless its
/// account has another quota (VPC user guide, "Amazon VPC quotas").
pub const RULE_QUOTA: u32 = 60;

/// The start of the names of the lists that AWS manages.
const MANAGED_BY_AWS: &str = "com.amazonaws.";

impl InventoryBuilder {
    /// All of it, in order: groups by name, rules by key, each once.
    pub fn finish(mut self) -> Inventory {
        self.made.sort_by(|a, b| a.origin.cmp(&b.origin));
        let mut names = std::mem::take(&mut self.parameters.names);
        for FoundGroup {
            names: written,
            group,
            ..
        } in &mut self.made
        {
            group.name = names.choose(written.iter().map(String::as_str), "group");
        }
        self.made.sort_by(|a, b| a.group.name.cmp(&b.group.name));
        self.parameters.names = names;
        arrange(self)
    }
}

/// A builder as an inventory; its groups have their names, and their order.
fn arrange(mut builder: InventoryBuilder) -> Inventory {
    let (owners, foreign) = resolve_groups(&mut builder);
    let (list_of_number, lists) = resolve_lists(&mut builder);
    let vpcs = builder.take_vpcs();
    let (mut parameters, parameter_positions) = std::mem::take(&mut builder.parameters).finish();
    let (foreign, foreign_positions) = place_foreign(foreign, &parameter_positions);
    let (lists, list_positions) = place_lists(lists, &parameter_positions);
    let placement = Placement {
        foreign_owners: foreign_owners(&builder.rules, &owners, &foreign_positions),
        own_count: builder.made.len() as u32,
        owners,
        list_of_number,
        parameter_positions,
        foreign_positions,
        list_positions,
    };

    let made = std::mem::take(&mut builder.made).into_iter();
    let (mut groups, mut origins): (Vec<SecurityGroup>, Vec<Origin>) = made
        .map(|found| placement.place_group(found, &builder.associations))
        .unzip();
    for id in &placement.foreign_owners {
        let reference = &foreign[id.index()].reference;
        groups.push(foreign_owner(*id, reference, &mut parameters));
        origins.push(Origin::default());
    }
    let rules = placement.place_rules(&mut builder, &mut groups);

    let mut state = State {
        parameters,
        prefix_lists: lists,
        foreign_groups: foreign,
        groups,
        descriptions: builder.descriptions.finish(),
        rule_tags: builder.tags,
        ..State::default()
    };
    state.rule_quota = RULE_QUOTA.max(largest_count(&state));

    Inventory {
        state,
        groups: origins,
        rules,
        associations: builder.association_origins,
        vpcs,
        rejected: builder.rejected,
        default_tags: builder.default_tags,
        local_attributes: builder.local_attributes,
        remarks: builder.remarks,
        applied_bindings: Vec::new(),
    }
}

/// Where everything has its place in the state, by the numbers of the builder.
struct Placement {
    /// The group that each name means.
    owners: Vec<Owner>,
    own_count: u32,
    /// The groups made elsewhere that have rules, in order.
    foreign_owners: Vec<ForeignGroupId>,
    list_of_number: Vec<u32>,
    parameter_positions: Vec<u32>,
    foreign_positions: Vec<u32>,
    list_positions: Vec<u32>,
}

impl Placement {
    fn place_group(
        &self,
        found: FoundGroup,
        associations: &[(u32, Reference)],
    ) -> (SecurityGroup, Origin) {
        let own = associations
            .iter()
            .filter(|(number, _)| found.slots.contains(number));
        let placed = |vpc: &Reference| place_reference(vpc.clone(), &self.parameter_positions);
        let mut associations: Vec<Reference> = own.map(|(_, vpc)| placed(vpc)).collect();
        associations.sort_unstable();
        associations.dedup();

        let group = SecurityGroup {
            vpc: placed(&found.group.vpc),
            associations,
            ..found.group
        };
        (group, found.origin)
    }

    /// Puts the rules on their groups, and returns where each was read.
    fn place_rules(
        &self,
        builder: &mut InventoryBuilder,
        groups: &mut [SecurityGroup],
    ) -> Vec<Vec<Origin>> {
        let mut by_group: Vec<Vec<(Rule, Origin)>> = groups.iter().map(|_| Vec::new()).collect();
        for found in std::mem::take(&mut builder.rules) {
            let key = RuleKey {
                direction: found.direction,
                traffic: found.traffic,
                peer: self.peer(found.peer),
            };
            let rule = Rule {
                key,
                description: found.description,
                tags: found.tags,
                is_adopted: false,
            };
            by_group[self.owner(found.group).index()].push((rule, found.origin));
        }

        let mut origins = Vec::with_capacity(groups.len());
        for (group, found) in groups.iter_mut().zip(by_group) {
            let (rules, places) = sort_rules(found, &mut builder.remarks);
            group.rules = rules;
            origins.push(places);
        }
        origins
    }

    fn foreign_id(&self, found: u32) -> ForeignGroupId {
        ForeignGroupId(self.foreign_positions[found as usize])
    }

    fn owner(&self, number: u32) -> GroupId {
        match self.owners[number as usize] {
            Owner::Own(id) => id,
            Owner::Foreign(found) => {
                let position = self.foreign_owners.binary_search(&self.foreign_id(found));
                let position = position.expect("owners of rules were collected");
                GroupId(self.own_count + position as u32)
            }
            Owner::Unused => unreachable!("a rule has an owner"),
        }
    }

    fn peer(&self, peer: FoundPeer) -> Peer {
        match peer {
            FoundPeer::Block(block) => Peer::Block(block),
            FoundPeer::Parameter(number) => {
                Peer::Parameter(ParameterId(self.parameter_positions[number as usize]))
            }
            FoundPeer::List(number) => {
                let list = self.list_of_number[number as usize];
                Peer::PrefixList(PrefixListId(self.list_positions[list as usize]))
            }
            FoundPeer::Group(number) => match self.owners[number as usize] {
                Owner::Own(id) => Peer::Group(id),
                Owner::Foreign(found) => Peer::ForeignGroup(self.foreign_id(found)),
                Owner::Unused => unreachable!("a peer of a rule is used"),
            },
        }
    }
}

/// A reference whose parameter has its position instead of its number.
fn place_reference(reference: Reference, positions: &[u32]) -> Reference {
    match reference {
        Reference::Parameter(ParameterId(number)) => {
            Reference::Parameter(ParameterId(positions[number as usize]))
        }
        known @ Reference::Id(_) => known,
    }
}

/// Groups made elsewhere by identity, and the new position of each.
fn place_foreign(groups: Vec<ForeignGroup>, parameters: &[u32]) -> (Vec<ForeignGroup>, Vec<u32>) {
    let placed = groups.into_iter().map(|group| ForeignGroup {
        reference: place_reference(group.reference, parameters),
        account: group.account,
    });
    sort_with_positions(placed.collect(), |group| {
        (group.reference.clone(), group.account.clone())
    })
}

/// Prefix lists by identity, and the new position of each.
fn place_lists(lists: Vec<PrefixList>, parameters: &[u32]) -> (Vec<PrefixList>, Vec<u32>) {
    let placed = lists.into_iter().map(|list| match list.reference {
        ListReference::Parameter(ParameterId(number)) => PrefixList {
            reference: ListReference::Parameter(ParameterId(parameters[number as usize])),
            ..list
        },
        ListReference::Id(_) | ListReference::Aws(_) | ListReference::Made(_) => list,
    });
    sort_with_positions(placed.collect(), |list: &PrefixList| list.reference.clone())
}

/// A group made elsewhere that has rules of the source.
fn foreign_owner(
    id: ForeignGroupId,
    reference: &Reference,
    parameters: &mut [Parameter],
) -> SecurityGroup {
    let name = match reference {
        Reference::Id(id) => id.clone(),
        Reference::Parameter(id) => {
            let parameter = &mut parameters[id.index()];
            parameter.is_rule_owner = true;
            parameter.name.clone()
        }
    };
    SecurityGroup {
        name,
        made_elsewhere: Some(id),
        ..SecurityGroup::default()
    }
}

/// The count of the fullest side of a group: what exists is within the quota of its account.
fn largest_count(state: &State) -> u32 {
    let sides = state.groups.iter().flat_map(|group| {
        Direction::ALL.map(|direction| {
            let rules = group.rules_in(direction).iter();
            let counts = rules.map(|rule| state.count_rule(group, rule));
            counts.fold(Count::default(), Count::add_count).most()
        })
    });
    sides.max().unwrap_or_default()
}

/// Which group a name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    /// One of the source.
    Own(GroupId),
    /// One that is made elsewhere, by its position among those.
    Foreign(u32),
    /// No rule has the name.
    Unused,
}

/// The group of each number, and those that are made elsewhere.
fn resolve_groups(builder: &mut InventoryBuilder) -> (Vec<Owner>, Vec<ForeignGroup>) {
    let own_account = builder.account.as_deref();
    let names = builder.groups.names();
    let mut owners = vec![Owner::Unused; names.len()];
    for (id, group) in (0..).map(GroupId).zip(&builder.made) {
        for number in &group.slots {
            owners[*number as usize] = Owner::Own(id);
        }
    }

    let mut foreign = Vec::new();
    for rule in &builder.rules {
        let peer = match rule.peer {
            FoundPeer::Group(number) => Some(number),
            FoundPeer::Block(_) | FoundPeer::Parameter(_) | FoundPeer::List(_) => None,
        };
        for number in [Some(rule.group), peer].into_iter().flatten() {
            if owners[number as usize] != Owner::Unused {
                continue;
            }
            owners[number as usize] = match &names[number as usize] {
                Name::Known(key, account) if key.starts_with("sg-") => {
                    match own_group(&builder.groups, &owners, key) {
                        Some(owner) if account.is_some() => owner,
                        Some(_) | None => {
                            let account = account.as_deref().filter(|it| Some(*it) != own_account);
                            push_foreign(
                                &mut foreign,
                                Reference::Id(key.clone()),
                                account.map(str::to_string),
                            )
                        }
                    }
                }
                Name::Known(text, _) | Name::Expression(text) => {
                    let number = builder.parameters.number(text, ParamKind::External);
                    push_foreign(
                        &mut foreign,
                        Reference::Parameter(ParameterId(number)),
                        None,
                    )
                }
            };
        }
    }
    (owners, foreign)
}

/// The group of the source that a key means without an account.
fn own_group(names: &Slots, owners: &[Owner], key: &str) -> Option<Owner> {
    let owner = owners[names.number_of_key(key)? as usize];
    matches!(owner, Owner::Own(_)).then_some(owner)
}

fn push_foreign(
    foreign: &mut Vec<ForeignGroup>,
    reference: Reference,
    account: Option<String>,
) -> Owner {
    foreign.push(ForeignGroup { reference, account });
    Owner::Foreign(foreign.len() as u32 - 1)
}

/// The position of the list of each number that a rule has, and the lists.
fn resolve_lists(builder: &mut InventoryBuilder) -> (Vec<u32>, Vec<PrefixList>) {
    let names = builder.lists.names();
    let mut positions = vec![u32::MAX; names.len()];
    let mut of_found: HashMap<u32, u32> = HashMap::default();
    let mut lists: Vec<PrefixList> = Vec::new();

    for rule in &builder.rules {
        let FoundPeer::List(number) = rule.peer else {
            continue;
        };
        if positions[number as usize] != u32::MAX {
            note_family(&mut lists[positions[number as usize] as usize], rule);
            continue;
        }
        let found = builder.list_of_number.get(&number).copied();
        let known = found.and_then(|found| of_found.get(&found).copied());
        positions[number as usize] = known.unwrap_or_else(|| {
            let position = lists.len() as u32;
            let name = &names[number as usize];
            lists.push(match (found, name) {
                (Some(found), _) => {
                    of_found.insert(found, position);
                    found_list(&builder.found_lists[found as usize], name)
                }
                (None, Name::Known(id, _)) if id.starts_with("pl-") => {
                    unknown_list(id.clone(), ListReference::Id(id.clone()))
                }
                (None, Name::Known(text, _) | Name::Expression(text)) => {
                    let number = builder.parameters.number(text, ParamKind::PrefixList);
                    let reference = ListReference::Parameter(ParameterId(number));
                    unknown_list(text.clone(), reference)
                }
            });
            position
        });
        note_family(&mut lists[positions[number as usize] as usize], rule);
    }
    (positions, lists)
}

/// A list of which a rule admits ICMPv6 is one of IPv6.
fn note_family(list: &mut PrefixList, rule: &FoundRule) {
    if let Traffic::Icmpv6(_) = rule.traffic {
        list.family = Family::V6;
    }
}

/// A list that the source says something about.
fn found_list(found: &FoundList, name: &Name) -> PrefixList {
    let reference = match name {
        _ if found.name.starts_with(MANAGED_BY_AWS) => ListReference::Aws(found.name.clone()),
        Name::Known(key, _) if !found.is_made => ListReference::Id(key.clone()),
        Name::Known(..) | Name::Expression(_) => ListReference::Made(MadeList {
            name: found.name.clone(),
            aws_name: found.name.clone(),
            blocks: found.blocks.clone().unwrap_or_default(),
            tags: found.tags.clone(),
        }),
    };
    PrefixList {
        name: found.name.clone(),
        reference,
        family: found.family,
        entries: found.entries,
    }
}

/// A list of which nothing else is known.
fn unknown_list(name: String, reference: ListReference) -> PrefixList {
    PrefixList {
        name,
        reference,
        family: Family::V4,
        entries: None,
    }
}

/// The groups made elsewhere that have rules of the source, in order.
fn foreign_owners(rules: &[FoundRule], owners: &[Owner], positions: &[u32]) -> Vec<ForeignGroupId> {
    let owned = rules
        .iter()
        .filter_map(|rule| match owners[rule.group as usize] {
            Owner::Foreign(n) => Some(ForeignGroupId(positions[n as usize])),
            Owner::Own(_) | Owner::Unused => None,
        });
    let mut owned: Vec<ForeignGroupId> = owned.collect();
    owned.sort_unstable();
    owned.dedup();
    owned
}

/// The rules of a group by key, each once, with where each was read.
fn sort_rules(
    mut found: Vec<(Rule, Origin)>,
    remarks: &mut Vec<Remark>,
) -> (Vec<Rule>, Vec<Origin>) {
    found.sort_by_key(|(rule, _)| rule.key);
    let (mut rules, mut origins): (Vec<Rule>, Vec<Origin>) = (Vec::new(), Vec::new());

    for (rule, origin) in found {
        let (Some(last), Some(first)) = (rules.last_mut(), origins.last_mut()) else {
            rules.push(rule);
            origins.push(origin);
            continue;
        };
        if last.key != rule.key {
            rules.push(rule);
            origins.push(origin);
        } else if origin.holder != first.holder || origin.holder == Holder::Account {
            complete_rule((last, first), (rule, origin));
        } else {
            remarks.push(Remark::Repeated {
                origin,
                first: first.clone(),
                direction: rule.key.direction,
            });
        }
    }
    (rules, origins)
}

/// Adds to a rule what another place of the same deployment says of it: the answer about groups and
/// that about rules; a group, whose resource has all rules after a refresh, and a rule's own.
fn complete_rule((rule, origin): (&mut Rule, &mut Origin), (other, from): (Rule, Origin)) {
    if rule.description.is_empty() {
        rule.description = other.description;
    }
    rule.tags = rule.tags.or(other.tags);
    if origin.id.is_none() && (from.id.is_some() || from.holder > origin.holder) {
        *origin = from;
    }
}

/// Things in order without equal ones, and the new position of each.
fn sort_with_positions<T, K: Ord>(things: Vec<T>, key: impl Fn(&T) -> K) -> (Vec<T>, Vec<u32>) {
    let mut numbered: Vec<(usize, T)> = things.into_iter().enumerate().collect();
    numbered.sort_by_cached_key(|(_, thing)| key(thing));
    let mut positions = vec![0; numbered.len()];
    let mut sorted: Vec<T> = Vec::with_capacity(numbered.len());

    for (old, thing) in numbered {
        if sorted.last().is_none_or(|last| key(last) != key(&thing)) {
            sorted.push(thing);
        }
        positions[old] = sorted.len() as u32 - 1;
    }
    (sorted, positions)
}
