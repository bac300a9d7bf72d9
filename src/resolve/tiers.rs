//! Tiers and sets of tiers.

use super::networks::Networks;
use super::order::order;
use super::scope::{BuiltInNetwork, Entity, Scope};
use super::stack::{Defaults, OUTBOUND, vpc_value};
use crate::ast::{self, Value};
use crate::diagnostic::{AwsField, Kind, Problem, likely, listed};
use crate::net::Addresses;
use crate::policy::{Role, Stack, Tier, TierId, TierSet, Vpc, VpcId};
use crate::source::Span;
use ipnet::IpNet;
use std::collections::{BTreeMap, HashMap};

const KEYS: &[&str] = &[
    "vpc",
    "outbound",
    "addresses",
    "name",
    "description",
    "tags",
];
/// Tags that one resource can have: EC2 user guide, tag restrictions.
const MOST_TAGS: usize = 50;

/// Resolves the tiers.
pub fn resolve(
    scope: &mut Scope<'_>,
    stack: &mut Stack,
    vpcs: &[Vpc],
    defaults: Defaults,
    networks: &Networks,
) -> Vec<Tier> {
    let mut tiers = Vec::new();
    let mut names: HashMap<(VpcId, String), Span> = HashMap::new();
    let of_them: Vec<String> = vpcs
        .iter()
        .flat_map(|vpc| &vpc.name)
        .map(|name| format!("`{name}`"))
        .collect();
    let of_them = listed(&of_them, 20);
    for (declared, name) in scope.tiers.clone() {
        let Parts { vpc, tier } = tier(scope, declared, name, &defaults, networks);
        let said = declared
            .block
            .iter()
            .flat_map(|block| &block.entries)
            .any(|e| scope.sources.text(e.key.span()) == "vpc");
        let vpc = match vpc {
            Some(vpc) => vpc,
            None if said => VpcId(0),
            None => {
                let (span, tier, vpcs) = (tier.span, tier.name.clone(), of_them.clone());
                scope.problems.push(Problem::NoVpc { span, tier, vpcs });
                VpcId(0)
            }
        };
        let tier = Tier { vpc, ..tier };
        check(scope, stack, &tier, tiers.is_empty());
        if let Some(group) = &tier.group_name
            && let Some(other) = names.insert((vpc, group.to_ascii_lowercase()), name.span)
        {
            let (span, first) = (name.span.max(other), name.span.min(other));
            scope.problems.push(Problem::SameGroupName {
                span,
                name: group.clone(),
                first,
            });
        }
        tiers.push(tier);
    }
    place(scope, stack, vpcs, &tiers);
    tiers
}

struct Parts {
    vpc: Option<VpcId>,
    tier: Tier,
}

fn tier<'a>(
    scope: &mut Scope<'a>,
    declared: &'a ast::Tier,
    name: ast::Name,
    defaults: &Defaults,
    networks: &Networks,
) -> Parts {
    // what a list of tiers shares is reported once, for the first of them
    let first = declared.names[0].span == name.span;
    let reported = scope.problems.len();
    let mut vpc = defaults.vpc;
    let mut tier = Tier {
        name: scope.text(name).to_string(),
        was: declared
            .was
            .iter()
            .map(|was| scope.text(*was).to_string())
            .collect(),
        was_spans: declared.was.iter().map(|was| was.span).collect(),
        role: declared.role.and_then(|role| self::role(scope, role)),
        prose: scope.prose(&declared.prose, AwsField::TagValue),
        vpc: VpcId(0),
        outbound: defaults.outbound,
        addresses: None,
        group_name: None,
        description: None,
        tags: BTreeMap::new(),
        span: name.span,
    };
    for (key, value) in scope.entries(declared.block.as_ref(), "tier", KEYS) {
        match key {
            "vpc" => vpc = vpc_value(scope, value),
            "outbound" => {
                let outbound = scope.choice(value, key, "`open` or `closed`", OUTBOUND);
                tier.outbound = outbound.unwrap_or(tier.outbound);
            }
            "addresses" => tier.addresses = Some(addresses(scope, value, networks)),
            "name" => tier.group_name = group_name(scope, value, declared.names.len()),
            "description" => {
                let text = scope.string(value, key, "a string");
                tier.description = text.map(|text| scope.field(text, AwsField::GroupDescription));
                if tier.description.as_deref() == Some("") {
                    scope.bad_value::<()>(value, key, "a non-empty string");
                }
            }
            _ => tier.tags = scope.tags(value),
        }
    }
    if !first {
        scope.problems.truncate(reported);
    }
    Parts { vpc, tier }
}

fn role(scope: &mut Scope<'_>, name: ast::Name) -> Option<Role> {
    let typed = scope.text(name);
    let role = Role::ALL.into_iter().find(|role| role.keyword() == typed);
    if role.is_none() {
        let meant = likely(Kind::Role, typed, Role::ALL.map(Role::keyword));
        scope.unknown(name, Kind::Role, meant);
    }
    role
}

/// `addresses = [10.0.1.0/24, office]`
fn addresses(scope: &mut Scope<'_>, value: &Value, networks: &Networks) -> Addresses {
    let mut blocks: Vec<IpNet> = Vec::new();
    for value in value.items() {
        match value {
            Value::Net(net) => blocks.push(net.net),
            Value::Name(name) => match scope.peer(*name, Kind::Network) {
                Some(Entity::Network(id)) if networks.list[id.index()].unknown.is_empty() => {
                    blocks.extend(&networks.list[id.index()].blocks);
                }
                Some(Entity::BuiltIn(network)) if network != BuiltInNetwork::Internet => {
                    blocks.extend(networks.built_in.blocks(network));
                }
                Some(other) => scope.wrong_kind(
                    *name,
                    other.kind(),
                    "an address or a network whose addresses are known",
                ),
                None => {}
            },
            other => scope.no_block(other, "addresses", "address blocks, like `10.0.1.0/24`"),
        }
    }
    Addresses::from_blocks(&blocks)
}

/// `name = "shop-web"`: 1 to 255 characters, not `sg-…`, not `default` (EC2 API reference,
/// CreateSecurityGroup, and VPC user guide, default security groups).
fn group_name<'a>(scope: &mut Scope<'a>, value: &'a Value, tiers: usize) -> Option<String> {
    let text = scope.string(value, "name", "a string")?;
    let name = scope.field(text, AwsField::GroupName);
    let span = text.span;
    if tiers > 1 {
        scope
            .problems
            .push(Problem::OneForMany { span, what: "name" });
        return None;
    }
    if name.to_ascii_lowercase().starts_with("sg-") {
        scope.problems.push(Problem::SgPrefix {
            span,
            name: name.clone(),
        });
    }
    if name.eq_ignore_ascii_case("default") {
        let is = "the name of the default security group of every VPC";
        scope.problems.push(Problem::Reserved {
            span,
            name: name.clone(),
            is,
        });
    }
    if name.trim() != name || name.is_empty() {
        return scope.bad_value(value, "name", "a string without leading or trailing spaces");
    }
    Some(name)
}

/// What AWS would refuse in a group as a whole.
fn check(scope: &mut Scope<'_>, stack: &Stack, tier: &Tier, first: bool) {
    let oldest = stack.was.last().unwrap_or(&stack.name);
    if first && oldest.to_ascii_lowercase().starts_with("sg-") {
        let span = stack.span.unwrap_or(tier.span);
        let name = format!("{oldest}-{}", tier.name);
        scope.problems.push(Problem::SgPrefix { span, name });
    }
    let own = ["Name", "Description"]
        .into_iter()
        .filter(|key| *key == "Name" || tier.prose.is_some());
    let keys = stack
        .tags
        .keys()
        .chain(tier.tags.keys())
        .map(String::as_str)
        .chain(own);
    if keys.collect::<std::collections::BTreeSet<_>>().len() > MOST_TAGS {
        scope.problems.push(Problem::BadTag {
            span: tier.span,
            why: "a group has at most 50 tags",
        });
    }
}

/// Reports tiers whose VPC is not where the stack is deployed. A stack that does not say is where
/// the VPC of the first tier is that says.
fn place(scope: &mut Scope<'_>, stack: &mut Stack, vpcs: &[Vpc], tiers: &[Tier]) {
    let of_tiers = |field: fn(&Vpc) -> &Option<String>| {
        tiers
            .iter()
            .find_map(|tier| field(&vpcs[tier.vpc.index()]).clone())
    };
    let region = stack.region.clone().or_else(|| of_tiers(|vpc| &vpc.region));
    let account = stack
        .account
        .clone()
        .or_else(|| of_tiers(|vpc| &vpc.account));
    for tier in tiers {
        let vpc = &vpcs[tier.vpc.index()];
        let places = [
            ("region", &vpc.region, &region),
            ("account", &vpc.account, &account),
        ];
        for (what, its, ours) in places {
            if let (Some(its), Some(ours), Some(declared)) = (its, ours, vpc.span)
                && its != ours
            {
                let (span, name) = (tier.span, tier.name.clone());
                let (its, ours) = (its.clone(), ours.clone());
                scope.problems.push(Problem::ElsewhereTier {
                    span,
                    tier: name,
                    what,
                    its,
                    ours,
                    declared,
                });
            }
        }
    }
}

/// Resolves the sets of tiers, those that others name first.
pub fn sets(scope: &mut Scope<'_>) -> Vec<TierSet> {
    let declared = scope.tier_sets.clone();
    let entity = |scope: &mut Scope<'_>, name: &ast::Name| scope.tier(*name);
    let mut members: Vec<Vec<Entity>> = Vec::new();
    for set in &declared {
        members.push(
            set.members
                .iter()
                .filter_map(|name| entity(scope, name))
                .collect(),
        );
        scope.prose(&set.prose, AwsField::TagValue);
    }
    let (sorted, cut) = order(declared.len(), |n| {
        let sets = members[n].iter().filter_map(|member| match member {
            Entity::TierSet(id) => Some(id.index()),
            _ => None,
        });
        sets.collect()
    });
    for (from, to) in cut {
        let (span, through) = (declared[to].name.span, declared[from].name.span);
        let name = scope.text(declared[to].name).to_string();
        scope.problems.push(Problem::Cycle {
            span,
            kind: Kind::TierSet,
            name,
            through,
        });
    }
    let mut tiers: Vec<Vec<TierId>> = vec![Vec::new(); declared.len()];
    for n in sorted {
        let mut found = Vec::new();
        for member in &members[n] {
            match member {
                Entity::Tier(id) => found.push(*id),
                Entity::TierSet(id) => found.extend(&tiers[id.index()]),
                _ => {}
            }
        }
        found.sort_unstable();
        found.dedup();
        if scope.fits(declared[n].name.span, found.len()) {
            tiers[n] = found;
        }
    }
    let set = |(set, members): (&&ast::TierSet, Vec<TierId>)| TierSet {
        name: scope.sources.text(set.name.span).to_string(),
        members,
        span: set.name.span,
    };
    declared.iter().zip(tiers).map(set).collect()
}
