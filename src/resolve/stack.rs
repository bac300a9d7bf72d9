//! The stack, its VPCs, and peerings.

use super::blocks::is_vpc_id;
use super::params::{ParamValue, Params, implicit_vpc_name};
use super::scope::Scope;
use super::settings::Settings;
use crate::ast::{self, EntryValue};
use crate::diagnostic::{AwsField, MeaningProblem, NameKind};
use crate::policy::{
    DefaultGroup, Labels, Outbound, ParamId, ParamKind, Peering, PeeringLink, Reference, Stack,
    Text, Vpc, VpcId,
};
use crate::source::Span;
use ipnet::IpNet;
use std::collections::{BTreeMap, BTreeSet};

/// The defaults of a stack for its tiers.
#[derive(Debug)]
pub struct Defaults {
    /// `vpc`, if it is set: the VPC of groups, and those that they are associated with.
    pub vpcs: Vec<VpcId>,
    /// `outbound`
    pub outbound: Outbound,
    /// `protect`
    pub protect: bool,
    /// `outbound-description`, where it is given.
    pub outbound_text: Option<Text>,
}

const STACK_KEYS: &[&str] = &[
    "vpc",
    "outbound",
    "outbound-description",
    "ip",
    "tags",
    "rule-quota",
    "groups-per-interface",
    "region",
    "account",
    "exports",
    "labels",
    "protect",
];
const VPC_KEYS: &[&str] = &["id", "cidr", "region", "account", "default-group"];

/// The values of `outbound`.
const OUTBOUND: &str = "`open`, `open-ipv4`, `open-ipv6` or `closed`";
/// The values of `ip`: whether IPv6 is in use.
const FAMILIES: [(&str, bool); 2] = [("dual", true), ("ipv4", false)];
/// The values of `labels`.
const LABELS: [(&str, Labels); 2] = [("made", Labels::Made), ("written", Labels::Written)];
const BOOLEAN: [(&str, bool); 2] = [("true", true), ("false", false)];

/// Resolves the stack; a program without one has a default stack.
pub fn resolve_stack(scope: &mut Scope<'_>, settings: &Settings<'_>) -> (Stack, Defaults) {
    let mut stack = Stack {
        name: settings.stack_name.to_string(),
        was: Vec::new(),
        prose: None,
        dual: true,
        tags: BTreeMap::new(),
        rule_quota: 60,
        groups_per_interface: 5,
        region: None,
        account: None,
        labels: Labels::Made,
        exports: false,
        span: None,
    };

    let mut defaults = Defaults {
        vpcs: Vec::new(),
        outbound: Outbound::Open,
        outbound_text: None,
        protect: false,
    };

    if let Some((declared, span)) = scope.stack {
        stack.span = Some(span);
        read_stack(scope, declared, &mut stack, &mut defaults);
    }

    (stack, defaults)
}

/// Reads the settings of a stack.
fn read_stack<'a>(
    scope: &mut Scope<'a>,
    declared: &'a ast::StackDeclaration,
    stack: &mut Stack,
    defaults: &mut Defaults,
) {
    stack.name = scope.text(declared.name).to_string();
    let was = declared.was.iter();
    stack.was = was.map(|was| scope.text(*was).to_string()).collect();
    stack.prose = scope.read_known_prose(&declared.prose, AwsField::TemplateDescription);

    for (key, value) in scope.read_entries(declared.block.as_ref(), "stack", STACK_KEYS) {
        match key {
            "vpc" => defaults.vpcs = read_vpcs(scope, value),
            "outbound" => {
                defaults.outbound = read_outbound(scope, value).unwrap_or(defaults.outbound);
            }
            "outbound-description" => defaults.outbound_text = read_outbound_text(scope, value),
            "ip" => {
                let is_dual = scope.read_choice(value, key, "`dual` or `ipv4`", FAMILIES);
                stack.dual = is_dual.unwrap_or(true);
            }
            "tags" => stack.tags = scope.read_tags(value),
            "rule-quota" => {
                stack.rule_quota = scope.read_count(value, key).unwrap_or(stack.rule_quota);
            }
            "groups-per-interface" => {
                let count = read_groups_per_interface(scope, value);
                stack.groups_per_interface = count.unwrap_or(stack.groups_per_interface);
            }
            "region" => stack.region = scope.read_region(value),
            "account" => stack.account = scope.read_account(value),
            "protect" => defaults.protect = read_boolean(scope, value, key).unwrap_or(false),
            "labels" => {
                let labels = scope.read_choice(value, key, "`made` or `written`", LABELS);
                stack.labels = labels.unwrap_or(stack.labels);
            }
            _ => {
                stack.exports = read_boolean(scope, value, key).unwrap_or(false);
            }
        }
    }
}

/// `groups-per-interface = 10`: at most 16 (VPC user guide, "Amazon VPC quotas").
fn read_groups_per_interface(scope: &mut Scope<'_>, value: &EntryValue) -> Option<u32> {
    match value {
        EntryValue::Number(_, number @ 1..=16) => Some(*number as u32),
        _ => scope.report_bad_value(value, "groups-per-interface", "a number from 1 to 16"),
    }
}

/// The value of `vpc =` in the block of a tier or of the stack.
pub fn vpc_entry<'a>(scope: &Scope<'_>, block: Option<&'a ast::Block>) -> Option<&'a EntryValue> {
    let mut entries = block.iter().flat_map(|block| &block.entries);
    let entry = entries.find(|entry| scope.sources.text(entry.key.span()) == "vpc")?;
    Some(&entry.value)
}

/// `protect = true`
pub fn read_boolean(scope: &mut Scope<'_>, value: &EntryValue, key: &str) -> Option<bool> {
    scope.read_choice(value, key, "`true` or `false`", BOOLEAN)
}

/// `outbound = open-ipv4`
pub fn read_outbound(scope: &mut Scope<'_>, value: &EntryValue) -> Option<Outbound> {
    let words = Outbound::ALL.map(|outbound| (outbound.keyword(), outbound));
    scope.read_choice(value, "outbound", OUTBOUND, words)
}

/// `outbound-description = "everything, for updates"`; an empty string for none
pub fn read_outbound_text<'a>(scope: &mut Scope<'a>, value: &'a EntryValue) -> Option<Text> {
    let text = scope.read_string(value, "outbound-description", "a string")?;
    Some(scope.read_field(text, AwsField::RuleDescription))
}

/// `vpc = main`, or `vpc = [main, tools]`: the VPC of the group, and those that it is associated
/// with, by id. Leaves out what is not known.
pub fn read_vpcs(scope: &mut Scope<'_>, value: &EntryValue) -> Vec<VpcId> {
    let (mut vpcs, mut known) = (Vec::new(), BTreeSet::new());
    if value.items().is_empty() {
        scope.report_no_vpc::<()>(value);
    }

    for value in value.items() {
        let found = match value {
            EntryValue::Name(name) => scope.resolve_vpc(*name),
            _ => scope.report_no_vpc(value),
        };
        match found {
            Some(vpc) if known.insert(vpc) => vpcs.push(vpc),
            Some(_) => report_twice(scope, value.span()),
            None => {}
        }
    }

    if let Some((_, associated)) = vpcs.split_first_mut() {
        associated.sort_unstable();
    }

    vpcs
}

/// Reports a VPC that occurs twice in a list.
fn report_twice(scope: &mut Scope<'_>, span: Span) {
    let vpc = scope.sources.text(span).to_string();
    let other = vpc.clone();
    scope
        .problems
        .push(MeaningProblem::VpcTwice { span, vpc, other });
}

/// Resolves the declared VPCs; without any, there is an implicit one, which is a parameter of the
/// outputs. Sets the default VPC of tiers.
pub fn resolve_vpcs(
    scope: &mut Scope<'_>,
    params: &mut Params,
    mut defaults: Defaults,
) -> (Vec<Vpc>, Defaults) {
    let mut vpcs = Vec::new();
    for (declared, statement) in scope.vpcs.clone() {
        vpcs.push(resolve_vpc(scope, params, declared, statement));
    }

    if vpcs.is_empty() {
        vpcs.push(start_vpc(None, None));
    }

    if vpcs.len() == 1 {
        defaults.vpcs = vec![VpcId(0)];
    }

    ask_for_ids(scope, params, &mut vpcs, &defaults);
    (vpcs, defaults)
}

fn resolve_vpc<'a>(
    scope: &mut Scope<'a>,
    params: &Params,
    declared: &'a ast::VpcDeclaration,
    statement: Span,
) -> Vpc {
    let name = scope.text(declared.name).to_string();
    let mut vpc = start_vpc(Some(name), Some(statement));

    for (key, value) in scope.read_entries(Some(&declared.block), "VPC", VPC_KEYS) {
        match key {
            "id" => vpc.id = read_id(scope, params, value),
            "cidr" => (vpc.blocks, vpc.unknown_blocks) = read_cidr(scope, params, value),
            "region" => vpc.region = scope.read_region(value),
            "account" => vpc.account = scope.read_account(value),
            _ => {
                let choices = [("aws", DefaultGroup::Aws), ("locked", DefaultGroup::Locked)];
                let group = scope.read_choice(value, key, "`aws` or `locked`", choices);
                vpc.default_group = group.unwrap_or(DefaultGroup::Aws);
            }
        }
    }

    vpc
}

/// A VPC without settings.
fn start_vpc(name: Option<String>, span: Option<Span>) -> Vpc {
    Vpc {
        name,
        id: None,
        blocks: Vec::new(),
        unknown_blocks: Vec::new(),
        region: None,
        account: None,
        default_group: DefaultGroup::Aws,
        span,
    }
}

/// Adds a parameter for each used VPC without an `id`: `vpc-id`, or `NAME-vpc-id` for a declared
/// one.
fn ask_for_ids(scope: &mut Scope<'_>, params: &mut Params, vpcs: &mut [Vpc], defaults: &Defaults) {
    let tiers = scope.tiers.clone();
    let mut is_used = vec![false; vpcs.len()];

    for (tier, _) in &tiers {
        let Some(entry) = vpc_entry(scope, tier.block.as_ref()) else {
            defaults
                .vpcs
                .iter()
                .for_each(|vpc| is_used[vpc.index()] = true);
            continue;
        };
        for value in entry.items() {
            if let EntryValue::Name(name) = value
                && let Some(vpc) = scope.vpc_named(scope.text(*name))
            {
                is_used[vpc.index()] = true;
            }
        }
    }

    for (vpc, is_used) in vpcs.iter_mut().zip(is_used) {
        let is_deployed = is_used || vpc.default_group == DefaultGroup::Locked;
        if is_deployed && vpc.id.is_none() {
            let name = vpc
                .name
                .as_ref()
                .map_or("vpc-id".to_string(), |name| implicit_vpc_name(name));
            vpc.id = Some(params.resolve_implicit_vpc(scope, name));
        }
    }

    params.report_unused_bindings(scope);
}

/// `id = "vpc-0123456789abcdef0"`, or a parameter
fn read_id(scope: &mut Scope<'_>, params: &Params, value: &EntryValue) -> Option<Reference> {
    match value {
        EntryValue::Text(text) => scope
            .read_form(text, ParamKind::Vpc.wanted(), is_vpc_id)
            .map(Reference::Id),
        EntryValue::Name(name) => {
            let id = resolve_param(
                scope,
                params,
                *name,
                &[ParamKind::Vpc],
                "a parameter of type `vpc`",
            )?;
            Some(params.reference_to(id))
        }
        _ => scope.report_bad_value(value, "id", "an id in quotes, or a parameter of type `vpc`"),
    }
}

/// The parameter with a name, which must have one of these types.
fn resolve_param(
    scope: &mut Scope<'_>,
    params: &Params,
    name: ast::Name,
    kinds: &[ParamKind],
    wanted: &'static str,
) -> Option<ParamId> {
    let entity = scope.resolve_peer(name, NameKind::Param)?;
    match entity {
        super::scope::Entity::Param(id) if kinds.contains(&params.list[id.index()].kind) => {
            Some(id)
        }
        other => {
            scope.report_wrong_kind(name, other.kind(), wanted);
            None
        }
    }
}

/// `cidr = 10.0.0.0/16`, or several, or parameters
fn read_cidr(
    scope: &mut Scope<'_>,
    params: &Params,
    value: &EntryValue,
) -> (Vec<IpNet>, Vec<ParamId>) {
    let (mut blocks, mut unknown): (Vec<IpNet>, Vec<ParamId>) = (Vec::new(), Vec::new());
    for value in value.items() {
        match value {
            EntryValue::Net(net) => blocks.push(net.net),
            EntryValue::Name(name) => {
                let kinds = [
                    ParamKind::Cidr,
                    ParamKind::CidrIpv6,
                    ParamKind::CidrList,
                    ParamKind::CidrIpv6List,
                ];
                if let Some(id) = resolve_param(
                    scope,
                    params,
                    *name,
                    &kinds,
                    "a parameter of type `cidr` or `cidr-ipv6`",
                ) {
                    match &params.values[id.index()] {
                        Some(ParamValue::Block(block)) => blocks.push(*block),
                        Some(ParamValue::Blocks(list)) => blocks.extend(list),
                        Some(ParamValue::Id(_) | ParamValue::Text(_) | ParamValue::Port(_))
                        | None => unknown.push(id),
                    }
                }
            }
            other => scope.report_no_block(other, "cidr", "address blocks, like `10.0.0.0/16`"),
        }
    }

    (blocks, unknown)
}

/// Resolves `peer a with b`.
///
/// A pair that is peered in both ways has the connection: it takes all references.
pub fn resolve_peerings(scope: &mut Scope<'_>, vpcs: &[Vpc]) -> Vec<Peering> {
    let mut peerings = Vec::new();
    for (peering, span) in scope.peerings.clone() {
        let (a, b) = (scope.resolve_vpc(peering.a), scope.resolve_vpc(peering.b));
        let (Some(a), Some(b)) = (a, b) else { continue };
        if a == b {
            let vpc = vpcs[a.index()].name.clone().unwrap_or_default();
            scope
                .problems
                .push(MeaningProblem::SelfPeering { span, vpc });
        }
        peerings.push(Peering {
            vpcs: (a.min(b), a.max(b)),
            link: match peering.gateway {
                Some(_) => PeeringLink::TransitGateway,
                None => PeeringLink::Connection,
            },
        });
    }

    peerings.sort_unstable();
    peerings.dedup_by_key(|peering| peering.vpcs);
    scope.lint_facts.crossed = vec![false; peerings.len()];

    peerings
}
