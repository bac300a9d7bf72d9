//! Puts what was found in the order of a state: ids are positions, and rules are sorted by key.

use super::builder::{FoundGroup, FoundList, FoundPeer, FoundRule, InventoryBuilder};
use super::contents::Inventory;
use super::origin::{Holder, Origin};
use super::problem::Remark;
use super::slots::{Name, Slots};
use crate::aws::{
    Count, Direction, ForeignGroup, ForeignGroupId, GroupId, ListReference, MadeList, ParamKind,
    ParameterId, Peer, PrefixList, PrefixListId, Reference, Rule, RuleKey, SecurityGroup, State,
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
    let (lists_of_numbers, lists) = resolve_lists(&mut builder);
    let (mut parameters, positions) = std::mem::take(&mut builder.parameters).finish();
    let parameter = |number: u32| ParameterId(positions[number as usize]);
    let placed = |reference: Reference| match reference {
        Reference::Parameter(ParameterId(number)) => Reference::Parameter(parameter(number)),
        known @ Reference::Id(_) => known,
    };

    let foreign = foreign.into_iter().map(|foreign| ForeignGroup {
        reference: placed(foreign.reference),
        account: foreign.account,
    });
    let (foreign, foreign_positions) = sort_with_positions(foreign.collect(), |group| {
        (group.reference.clone(), group.account.clone())
    });

    let lists = lists.into_iter().map(|list| match list.reference {
        ListReference::Parameter(ParameterId(number)) => PrefixList {
            reference: ListReference::Parameter(parameter(number)),
            ..list
        },
        ListReference::Id(_) | ListReference::Aws(_) | ListReference::Made(_) => list,
    });
    let (lists, list_positions) =
        sort_with_positions(lists.collect(), |list: &PrefixList| list.reference.clone());

    let (mut groups, mut origins) = (Vec::new(), Vec::new());
    for found in builder.made {
        let associated = builder.associations.iter();
        let associated = associated.filter(|(number, _)| found.slots.contains(number));
        let mut associations: Vec<Reference> =
            associated.map(|(_, vpc)| placed(vpc.clone())).collect();
        associations.sort_unstable();
        associations.dedup();
        groups.push(SecurityGroup {
            vpc: placed(found.group.vpc),
            associations,
            ..found.group
        });
        origins.push(found.origin);
    }

    let own_count = groups.len() as u32;
    let foreign_owners = foreign_owners(&builder.rules, &owners, &foreign_positions);
    for id in &foreign_owners {
        let reference = &foreign[id.index()].reference;
        let name = match reference {
            Reference::Id(id) => id.clone(),
            Reference::Parameter(id) => {
                let parameter = &mut parameters[id.index()];
                parameter.is_rule_owner = true;
                parameter.name.clone()
            }
        };
        groups.push(SecurityGroup {
            name,
            made_elsewhere: Some(*id),
            ..SecurityGroup::default()
        });
        origins.push(Origin::default());
    }

    let owner_id = |number: u32| match owners[number as usize] {
        Owner::Own(id) => id,
        Owner::Foreign(n) => {
            let id = ForeignGroupId(foreign_positions[n as usize]);
            let position = foreign_owners.binary_search(&id);
            GroupId(own_count + position.expect("owners of rules were collected") as u32)
        }
        Owner::Unused => unreachable!("a rule has an owner"),
    };
    let peer = |peer: FoundPeer| match peer {
        FoundPeer::Block(block) => Peer::Block(block),
        FoundPeer::Parameter(number) => Peer::Parameter(parameter(number)),
        FoundPeer::List(number) => {
            let list = lists_of_numbers[number as usize];
            Peer::PrefixList(PrefixListId(list_positions[list as usize]))
        }
        FoundPeer::Group(number) => match owners[number as usize] {
            Owner::Own(id) => Peer::Group(id),
            Owner::Foreign(n) => Peer::ForeignGroup(ForeignGroupId(foreign_positions[n as usize])),
            Owner::Unused => unreachable!("a peer of a rule is used"),
        },
    };

    let mut by_group: Vec<Vec<(Rule, Origin)>> = groups.iter().map(|_| Vec::new()).collect();
    for found in builder.rules {
        let key = RuleKey {
            direction: found.direction,
            traffic: found.traffic,
            peer: peer(found.peer),
        };
        let rule = Rule {
            key,
            description: found.description,
            tags: found.tags,
        };
        by_group[owner_id(found.group).index()].push((rule, found.origin));
    }

    let mut rule_origins = Vec::with_capacity(groups.len());
    for (group, rules) in groups.iter_mut().zip(by_group) {
        let (rules, origins) = sort_rules(rules, &mut builder.remarks);
        group.rules = rules;
        rule_origins.push(origins);
    }

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
        rules: rule_origins,
        vpcs: builder.vpcs,
        rejected: builder.rejected,
        remarks: builder.remarks,
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
