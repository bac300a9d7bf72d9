//! Tiers and sets of tiers.

use super::areas::Areas;
use super::every::{KnownTiers, remove_tiers};
use super::exports::{Exports, read_export};
use super::networks::Networks;
use super::order::{report_cycles, sort_by_dependency};
use super::scope::{BuiltInNetwork, Entity, Scope};
use super::stack::{
    Defaults, read_boolean, read_outbound, read_outbound_text, read_vpcs, vpc_entry,
};
use crate::ast::{self, EntryValue, TierItem};
use crate::diagnostic::{AwsField, MeaningProblem, NameKind, NameProblem, likely, listed};
use crate::net::Addresses;
use crate::policy::{
    Area, AreaId, Labels, MOST_TAGS, Outbound, Role, Stack, Text, Tier, TierId, TierSet, Vpc, VpcId,
};
use crate::source::Span;
use ipnet::IpNet;
use std::collections::{BTreeMap, HashMap};

const KEYS: &[&str] = &[
    "vpc",
    "outbound",
    "outbound-description",
    "addresses",
    "name",
    "name-prefix",
    "export",
    "protect",
    "description",
    "tags",
];

/// Resolves the tiers.
pub fn resolve(
    scope: &mut Scope<'_>,
    stack: &mut Stack,
    vpcs: &[Vpc],
    defaults: Defaults,
    networks: &Networks,
) -> (Vec<Tier>, Vec<Area>) {
    let declared = scope.stack.and_then(|(stack, _)| stack.block.as_ref());
    let of_stack = vpc_entry(scope, declared);
    let mut areas = Areas::default();
    let mut tiers = Vec::new();
    let mut group_names: GroupNames = HashMap::new();
    let mut exports = Exports::default();
    let vpc_names: Vec<String> = vpcs
        .iter()
        .flat_map(|vpc| &vpc.name)
        .map(|name| format!("`{name}`"))
        .collect();

    let vpc_names = listed(&vpc_names, 20);

    for (declared, name) in scope.tiers.clone() {
        let TierParts { found, mut tier } =
            resolve_tier(scope, declared, name, &defaults, networks);
        let own = vpc_entry(scope, declared.block.as_ref());
        let is_unset = own.is_none() && of_stack.is_none() && !scope.is_stack_broken;
        if found.is_empty() && is_unset {
            scope.problems.push(MeaningProblem::NoVpc {
                span: tier.span,
                tier: tier.name.clone(),
                vpcs: vpc_names.clone(),
            });
        }

        tier.area = areas.add_vpcs(scope, vpcs, found, own.or(of_stack));
        check_group(scope, stack, &tier, tiers.is_empty());
        exports.add_tier(scope, &tier);
        report_same_group_name(scope, &mut group_names, (&tier, areas.home(tier.area)));
        tiers.push(tier);
    }

    let areas = areas.into_list();
    report_elsewhere(scope, stack, vpcs, (&tiers, &areas));
    (tiers, areas)
}

/// Spans of the explicit names of groups, which are case-insensitive within a VPC.
type GroupNames = HashMap<(VpcId, String), Span>;

fn report_same_group_name(
    scope: &mut Scope<'_>,
    group_names: &mut GroupNames,
    (tier, home): (&Tier, VpcId),
) {
    let Some(group) = &tier.group_name else {
        return;
    };
    let key = (home, group.view().stored().to_ascii_lowercase());
    if let Some(other) = group_names.insert(key, tier.span) {
        scope.problems.push(MeaningProblem::SameGroupName {
            span: tier.span.max(other),
            name: group.view().as_written().into_owned(),
            first: tier.span.min(other),
        });
    }
}

/// A tier, and the VPCs that are set for it, if any.
struct TierParts {
    found: Vec<VpcId>,
    tier: Tier,
}

fn resolve_tier<'a>(
    scope: &mut Scope<'a>,
    declared: &'a ast::TierDeclaration,
    name: ast::Name,
    defaults: &Defaults,
    networks: &Networks,
) -> TierParts {
    // problems of a list of tiers are reported once, for the first tier
    let is_first = declared.names[0].span == name.span;
    let reported = scope.problems.len();
    let mut found = defaults.vpcs.clone();
    let mut tier = start_tier(scope, declared, name, defaults);
    let (mut described, mut prefix, mut is_valid) = (None, None, true);

    for (key, value) in scope.read_entries(declared.block.as_ref(), "tier", KEYS) {
        match key {
            "vpc" => found = read_vpcs(scope, value),
            "outbound" => match read_outbound(scope, value) {
                Some(outbound) => tier.outbound = outbound,
                None => is_valid = false,
            },
            "outbound-description" => {
                described = Some(value.span());
                tier.outbound_text = read_outbound_text(scope, value);
            }
            "addresses" => tier.addresses = Some(read_addresses(scope, value, networks)),
            "name" => tier.group_name = read_group_name(scope, value, declared.names.len()),
            "name-prefix" => {
                prefix = Some(value.span());
                tier.name_prefix = read_name_prefix(scope, value);
            }
            "export" => tier.export = read_export(scope, value, declared.names.len()),
            "protect" => tier.protect = read_boolean(scope, value, key).unwrap_or(tier.protect),
            "description" => tier.description = read_description(scope, value),
            _ => tier.tags = scope.read_tags(value),
        }
    }

    if let (Some(span), Outbound::Closed, true) = (described, tier.outbound, is_valid) {
        let tier = tier.name.clone();
        scope
            .problems
            .push(MeaningProblem::NoOpenRules { span, tier });
    }

    if let (Some(span), Some(name)) = (prefix, &tier.group_name) {
        let name = name.view().as_written().into_owned();
        scope
            .problems
            .push(MeaningProblem::NameAndPrefix { span, name });
    }

    if !is_first {
        scope.problems.truncate(reported);
    }

    TierParts { found, tier }
}

/// A tier without the settings of its block.
fn start_tier(
    scope: &mut Scope<'_>,
    declared: &ast::TierDeclaration,
    name: ast::Name,
    defaults: &Defaults,
) -> Tier {
    let was = declared.was.iter();
    Tier {
        name: scope.text(name).to_string(),
        was: was.map(|was| scope.text(*was).to_string()).collect(),
        was_spans: declared.was.iter().map(|was| was.span).collect(),
        role: declared.role.and_then(|role| resolve_role(scope, role)),
        prose: scope.read_prose(&declared.prose, AwsField::TagValue),
        area: AreaId(0),
        outbound: defaults.outbound,
        outbound_text: defaults.outbound_text.clone(),
        addresses: None,
        group_name: None,
        name_prefix: None,
        export: None,
        protect: defaults.protect,
        description: None,
        tags: BTreeMap::new(),
        span: name.span,
    }
}

/// `description = "the public web servers"`
fn read_description<'a>(scope: &mut Scope<'a>, value: &'a EntryValue) -> Option<Text> {
    let text = scope.read_string(value, "description", "a string")?;
    let description = scope.read_field(text, AwsField::GroupDescription);
    if description.is_empty() {
        scope.report_bad_value::<()>(value, "description", "a non-empty string");
    }
    Some(description)
}

fn resolve_role(scope: &mut Scope<'_>, name: ast::Name) -> Option<Role> {
    let typed = scope.text(name);
    let role = Role::ALL.into_iter().find(|role| role.keyword() == typed);
    if role.is_none() {
        let meant = likely(NameKind::Role, typed, Role::ALL.map(Role::keyword));
        scope.report_unknown(name, NameKind::Role, meant);
    }
    role
}

/// `addresses = [10.0.1.0/24, office]`
fn read_addresses(scope: &mut Scope<'_>, value: &EntryValue, networks: &Networks) -> Addresses {
    let mut blocks: Vec<IpNet> = Vec::new();
    for value in value.items() {
        match value {
            EntryValue::Net(net) => blocks.push(net.net),
            EntryValue::Name(name) => match scope.resolve_peer(*name, NameKind::Network) {
                Some(Entity::Network(id)) if networks.list[id.index()].unknown.is_empty() => {
                    blocks.extend(&networks.list[id.index()].blocks);
                }
                Some(Entity::BuiltIn(network)) if network != BuiltInNetwork::Internet => {
                    blocks.extend(networks.built_in.blocks(network));
                }
                Some(other) => scope.report_wrong_kind(
                    *name,
                    other.kind(),
                    "an address or a network whose addresses are known",
                ),
                None => {}
            },
            other => {
                scope.report_no_block(other, "addresses", "address blocks, like `10.0.1.0/24`")
            }
        }
    }

    Addresses::from_blocks(&blocks)
}

/// `name = "shop-web"`: 1 to 255 characters, not `sg-…`, not `default` (EC2 API reference,
/// CreateSecurityGroup, and VPC user guide, default security groups).
fn read_group_name<'a>(scope: &mut Scope<'a>, value: &'a EntryValue, tiers: usize) -> Option<Text> {
    let text = scope.read_string(value, "name", "a string")?;
    let read = scope.read_field(text, AwsField::GroupName);
    let (name, span) = (read.view().stored(), text.span);

    if tiers > 1 {
        scope
            .problems
            .push(MeaningProblem::OneForMany { span, what: "name" });
        return None;
    }

    if name.to_ascii_lowercase().starts_with("sg-") {
        scope.problems.push(MeaningProblem::SgPrefix {
            span,
            name: read.view().as_written().into_owned(),
        });
    }

    if name.eq_ignore_ascii_case("default") {
        let is = "the name of the default security group of every VPC";
        scope.problems.push(NameProblem::Reserved {
            span,
            name: name.to_string(),
            is,
        });
    }

    if name.trim() != name || name.is_empty() {
        return scope.report_bad_value(
            value,
            "name",
            "a string without leading or trailing spaces",
        );
    }

    Some(read)
}

/// `name-prefix = "shop-web-"`: as a name, and at most 100 characters, since Terraform adds 26 of
/// its own (AWS provider, `name_prefix` of aws_security_group).
fn read_name_prefix<'a>(scope: &mut Scope<'a>, value: &'a EntryValue) -> Option<Text> {
    let text = scope.read_string(value, "name-prefix", "a string")?;
    let read = scope.read_field(text, AwsField::NamePrefix);
    let (prefix, span) = (read.view().stored(), text.span);

    if prefix.to_ascii_lowercase().starts_with("sg-") {
        let name = read.view().as_written().into_owned();
        scope.problems.push(MeaningProblem::SgPrefix { span, name });
    }

    if prefix.trim_start() != prefix || prefix.is_empty() {
        return scope.report_bad_value(
            value,
            "name-prefix",
            "a non-empty string without leading spaces",
        );
    }

    Some(read)
}

/// Checks limits of AWS for a group as a whole.
fn check_group(scope: &mut Scope<'_>, stack: &Stack, tier: &Tier, first: bool) {
    let oldest = stack.was.last().unwrap_or(&stack.name);
    if first && oldest.to_ascii_lowercase().starts_with("sg-") {
        let span = stack.span.unwrap_or(tier.span);
        let name = format!("{oldest}-{}", tier.name);
        scope.problems.push(MeaningProblem::SgPrefix { span, name });
    }

    let own = ["Name", "Description"]
        .into_iter()
        .filter(|_| stack.labels == Labels::Made)
        .filter(|key| *key == "Name" || tier.prose.is_some());

    let keys = stack
        .tags
        .keys()
        .chain(tier.tags.keys())
        .map(String::as_str)
        .chain(own);

    if keys.collect::<std::collections::BTreeSet<_>>().len() > MOST_TAGS {
        scope.problems.push(MeaningProblem::BadTag {
            span: tier.span,
            why: "a group has at most 50 tags",
        });
    }
}

/// Reports tiers whose VPC is not where the stack is deployed. If the stack sets no region or
/// account, it is that of the first tier whose VPC sets one.
///
/// A group can be associated only with VPCs of its region. They can be of another account, which
/// shares them (EC2 API reference, AssociateSecurityGroupVpc).
fn report_elsewhere(
    scope: &mut Scope<'_>,
    stack: &mut Stack,
    vpcs: &[Vpc],
    (tiers, areas): (&[Tier], &[Area]),
) {
    let area = |tier: &Tier| &areas[tier.area.index()];
    let homes = || tiers.iter().map(|tier| &vpcs[area(tier).home().index()]);
    let region = stack.region.as_ref();
    let region = region.or_else(|| homes().find_map(|vpc| vpc.region.as_ref()));
    let account = stack.account.as_ref();
    let account = account.or_else(|| homes().find_map(|vpc| vpc.account.as_ref()));

    for tier in tiers {
        let home = &vpcs[area(tier).home().index()];
        let associated = area(tier).associated().iter().map(|id| &vpcs[id.index()]);
        let regions = associated.map(|vpc| ("region", vpc, vpc.region.as_ref(), region));
        let places = [
            ("region", home, home.region.as_ref(), region),
            ("account", home, home.account.as_ref(), account),
        ];

        for (what, vpc, its, ours) in places.into_iter().chain(regions) {
            if let (Some(its), Some(ours), Some(declared)) = (its, ours, vpc.span)
                && its != ours
            {
                scope.problems.push(MeaningProblem::ElsewhereTier {
                    span: tier.span,
                    tier: tier.name.clone(),
                    what,
                    its: its.clone(),
                    ours: ours.clone(),
                    declared,
                });
            }
        }
    }
}

/// Resolves the sets of tiers, dependencies first.
pub fn resolve_sets(scope: &mut Scope<'_>, tiers: &[Tier], areas: &[Area]) -> Vec<TierSet> {
    let known = KnownTiers {
        tiers,
        areas,
        sets: &[],
    };
    let declared = scope.tier_sets.clone();
    let (mut members, mut excepted) = (Vec::new(), Vec::new());

    for set in &declared {
        members.push(resolve_items(scope, known, &set.members.items));
        excepted.push(resolve_items(scope, known, &set.members.except));
        scope.read_prose(&set.prose, AwsField::TagValue);
    }

    let (sorted, cut) = sort_by_dependency(declared.len(), |n| {
        let mut sets = named_sets(&members[n]);
        sets.extend(named_sets(&excepted[n]));
        sets
    });
    report_cycles(scope, NameKind::TierSet, cut, |n| declared[n].name);

    let mut tiers: Vec<Vec<TierId>> = vec![Vec::new(); declared.len()];
    for n in sorted {
        let mut found = collect_tiers(&members[n], &tiers);
        if !excepted[n].is_empty() {
            remove_tiers(&mut found, &collect_tiers(&excepted[n], &tiers));
        }
        if scope.reserve_size(declared[n].name.span, found.len()) {
            tiers[n] = found;
        }
    }

    let mut sets = Vec::with_capacity(declared.len());
    for (set, members) in declared.iter().zip(tiers) {
        sets.push(TierSet {
            name: scope.text(set.name).to_string(),
            members,
            span: set.name.span,
        });
    }

    sets
}

/// The entities that the items of a set refer to.
fn resolve_items(scope: &mut Scope<'_>, known: KnownTiers<'_>, items: &[TierItem]) -> Vec<Entity> {
    let mut found = Vec::new();
    for item in items {
        match item {
            TierItem::Name(name) => found.extend(scope.resolve_tier(*name)),
            TierItem::Every(every) => {
                let tiers = scope.resolve_every(known, every);
                found.extend(tiers.into_iter().map(Entity::Tier));
            }
        }
    }
    found
}

/// The sets among the members of a set.
fn named_sets(members: &[Entity]) -> Vec<usize> {
    let mut sets = Vec::new();
    for member in members {
        if let Entity::TierSet(id) = member {
            sets.push(id.index());
        }
    }
    sets
}

/// The tiers of a set, sorted, including those of nested sets.
fn collect_tiers(members: &[Entity], tiers: &[Vec<TierId>]) -> Vec<TierId> {
    let mut found = Vec::new();
    for member in members {
        match member {
            Entity::Tier(id) => found.push(*id),
            Entity::TierSet(id) => found.extend(&tiers[id.index()]),
            _ => {}
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}
