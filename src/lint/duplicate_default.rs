//! `duplicate-default`: a rule that parameter defaults create twice, or a VPC of a tier that they name
//! twice.

use super::definition::{Category, Judge, Lint};
use super::level::Level;
use super::subject::{Subject, peer_words};
use crate::diagnostic::Finding;
use crate::groups::{Direction, Group, Rule};
use crate::net::{Traffic, UnknownPorts};
use crate::policy::{
    ListReference, Owner, Param, ParamKind, Peer, Policy, Reference, SentenceId, Tier, VpcId,
};
use crate::source::Span;
use ipnet::IpNet;
use std::collections::{BTreeMap, HashMap};

/// The lint.
pub const LINT: Lint = Lint {
    name: "duplicate-default",
    title: "a rule, or a VPC of a tier, that parameter defaults create twice",
    level: Level::Deny,
    category: Category::Maintainability,
    ids: &[],
    text: "\
Checks: that no two rules of a group are identical (same direction, traffic and peer) when each
parameter has its default. The usual cause is two parameters with the same default, or a default
that equals a block, a port, a prefix list or a group that the program names as well. Likewise, that no
two VPCs of a tier are one VPC when each parameter has its default.

Why: tierwall cannot merge the two rules, because a deployment may set the parameter to another
value. A deployment that uses the defaults requests the same rule twice, and AWS rejects that with
`InvalidPermission.Duplicate` (EC2 API reference, AuthorizeSecurityGroupIngress) in the middle of
the deployment. Nor does AWS associate a group with a VPC that it is in already.

Values that a deployment sets are not judged, and can have the same effect. A parameter that
`--set`, `--vars` or a manifest binds has a known value, and its rule is merged with an identical
one.

Instead: give the parameters different defaults or none, bind one of them, or remove one of them.",
    fires: "\
param office : cidr = 203.0.113.0/24
param branch : cidr = 203.0.113.0/24
tier web

web allows https from office, branch
",
    passes: "\
param office : cidr = 203.0.113.0/24
param branch : cidr = 198.51.100.0/24
tier web

web allows https from office, branch
",
    judge: Judge::Program(judge),
};

/// A peer in AWS if each parameter has its default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum DefaultText<'p> {
    Block(IpNet),
    /// The id of a prefix list or of a group.
    Id(&'p str),
    /// A peer without a default.
    Other(Peer),
}

impl DefaultText<'_> {
    fn words(self, policy: &Policy) -> String {
        match self {
            DefaultText::Block(block) => block.to_string(),
            DefaultText::Id(id) => id.to_string(),
            DefaultText::Other(peer) => peer_words(policy, peer),
        }
    }
}

/// Two rules that are the same by default, and the sentences that use them; `None` for the rule of
/// an open tier, which no sentence uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Pair {
    sentences: [Option<SentenceId>; 2],
    owners: [Owner; 2],
    /// `None` if it is the same: then other defaults make the two rules one.
    peers: Option<[Peer; 2]>,
    ports: [Option<UnknownPorts>; 2],
}

/// The first duplicate rule of a pair, and the number of others.
struct DuplicateRules {
    /// What both peers are by default.
    value: String,
    owner: Owner,
    direction: Direction,
    traffic: Traffic,
    more: usize,
}

fn judge(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let (policy, deployment) = (subject.policy, subject.deployment);
    if policy.params.iter().all(|param| param.default.is_none()) {
        return;
    }

    judge_vpcs(policy, found);
    let mut pairs: BTreeMap<Pair, DuplicateRules> = BTreeMap::new();
    for groups in same_groups(policy, &deployment.groups) {
        for direction in Direction::ALL {
            let rules = || {
                let groups = groups.iter();
                groups.flat_map(|group| {
                    let rules = group.rules(direction).iter();
                    rules.map(|rule| (group.owner, rule))
                })
            };
            let has_default = |(_, rule): (Owner, &Rule)| {
                defaults(policy, rule.peer).next().is_some()
                    || policy.default_traffic(rule.traffic) != rule.traffic
            };
            if groups.len() > 1 || rules().any(has_default) {
                add_pairs(subject, direction, rules(), &mut pairs);
            }
        }
    }

    let findings = pairs
        .iter()
        .map(|(pair, twice)| default_finding(policy, pair, twice));
    found.extend(findings);
}

/// Reports the VPCs of tiers that are one VPC if each parameter has its default.
fn judge_vpcs(policy: &Policy, found: &mut Vec<Finding>) {
    for tier in &policy.tiers {
        let mut firsts: BTreeMap<&str, VpcId> = BTreeMap::new();
        for id in &policy.area(tier.area).vpcs {
            let Some(text) = default_vpc(policy, *id) else {
                continue;
            };
            let first = *firsts.entry(text).or_insert(*id);
            if first != *id {
                found.push(vpc_finding(policy, tier, [first, *id], text));
            }
        }
    }
}

/// The id of a VPC if each parameter has its default.
fn default_vpc(policy: &Policy, id: VpcId) -> Option<&str> {
    match policy.vpc(id).id.as_ref()? {
        Reference::Id(id) => Some(id),
        Reference::Param(id) => policy.param(*id).default.as_deref(),
    }
}

fn vpc_finding(policy: &Policy, tier: &Tier, vpcs: [VpcId; 2], text: &str) -> Finding {
    let vpcs = vpcs.map(|id| policy.vpc(id));
    let [first, second] = vpcs.map(|vpc| vpc.name.as_deref().unwrap_or_default());
    let params: Vec<&Param> = vpcs
        .iter()
        .filter_map(|vpc| match vpc.id {
            Some(Reference::Param(id)) => Some(policy.param(id)),
            Some(Reference::Id(_)) | None => None,
        })
        .collect();

    let mut finding = Finding::new(format!(
        "`{first}` and `{second}`, VPCs of `{}`, are one VPC by default",
        tier.name
    ))
    .caused(tier.span, "AWS cannot associate a group with a VPC twice");
    for param in &params {
        if let Some(span) = param.span {
            finding = finding.at(span, format!("{text} by default"));
        }
    }

    let names: Vec<String> = params.iter().map(|it| format!("`{}`", it.name)).collect();
    finding.help(default_help(&names))
}

/// What to type instead of the defaults of some parameters.
fn default_help(names: &[String]) -> String {
    format!(
        "change or remove the default of {}, or bind it: `--set NAME=VALUE`",
        names.join(" or ")
    )
}

/// The groups; those that are one in AWS if each parameter has its default are together.
fn same_groups<'p>(policy: &'p Policy, groups: &'p [Group<'p>]) -> Vec<Vec<&'p Group<'p>>> {
    let mut same: Vec<Vec<&Group<'_>>> = Vec::with_capacity(groups.len());
    let mut positions: HashMap<DefaultText<'_>, usize> = HashMap::with_capacity(groups.len());
    for group in groups {
        let peer = group.owner.peer();
        let value = default_values(policy, peer).next();
        let value = value.unwrap_or(DefaultText::Other(peer));
        let position = *positions.entry(value).or_insert(same.len());
        match same.get_mut(position) {
            Some(groups) => groups.push(group),
            None => same.push(vec![group]),
        }
    }
    same
}

/// Adds the pairs among the rules of one direction of a group.
fn add_pairs<'p>(
    subject: &Subject<'p>,
    direction: Direction,
    rules: impl Iterator<Item = (Owner, &'p Rule)>,
    pairs: &mut BTreeMap<Pair, DuplicateRules>,
) {
    let (policy, deployment) = (subject.policy, subject.deployment);
    let mut firsts: HashMap<(Traffic, DefaultText<'_>), (Owner, &Rule)> = HashMap::new();

    let values = rules.flat_map(|(owner, rule)| {
        default_values(policy, rule.peer).map(move |value| (owner, rule, value))
    });
    for (owner, rule, value) in values {
        let traffic = policy.default_traffic(rule.traffic);
        let (first_owner, first) = *firsts.entry((traffic, value)).or_insert((owner, rule));
        let sentences = [first, rule].map(|rule| deployment.first_sentence(rule));
        if std::ptr::eq(first, rule) || sentences == [None, None] {
            continue;
        }

        let pair = Pair {
            sentences,
            owners: [first_owner, owner],
            peers: (first.peer != rule.peer).then_some([first.peer, rule.peer]),
            ports: [first, rule].map(|rule| rule.traffic.unknown_ports()),
        };
        let twice = DuplicateRules {
            value: value.words(policy),
            owner,
            direction,
            traffic,
            more: 0,
        };
        pairs
            .entry(pair)
            .and_modify(|twice| twice.more += 1)
            .or_insert(twice);
    }
}

fn default_finding(policy: &Policy, pair: &Pair, twice: &DuplicateRules) -> Finding {
    let peers = pair.peers.into_iter().flatten();
    let peers = peers.filter_map(|peer| policy.peer_param(peer));
    let ports = pair.ports.into_iter().flatten();
    let ports = ports.flat_map(|ports| policy.port_params(ports));
    let owners = pair.owners.iter();
    let owners = owners.filter_map(|owner| policy.peer_param(owner.peer()));
    let mut params: Vec<&Param> = Vec::new();
    for param in owners.chain(peers).chain(ports).map(|id| policy.param(id)) {
        if params.iter().all(|known| known.name != param.name) {
            params.push(param);
        }
    }
    let quoted = |param: &&Param| format!("`{}`", param.name);
    let names: Vec<String> = params.iter().map(quoted).collect();
    let value = &twice.value;

    let message = finding_message(policy, twice, &names, value);
    let sentences = pair.sentences.into_iter().flatten();
    let mut spans: Vec<Span> = sentences.map(|id| policy.sentence(id).span).collect();
    spans.sort_unstable();
    spans.dedup();
    let mut finding = Finding::new(message);
    for (n, span) in spans.into_iter().rev().enumerate() {
        let label = if n == 0 {
            "AWS rejects the second rule"
        } else {
            "creates the first rule"
        };
        finding = finding.caused(span, label);
    }
    if let (true, Some(tier)) = (pair.sentences.contains(&None), twice.owner.tier()) {
        let tier = policy.tier(tier);
        finding = finding.at(tier.span, format!("outbound = {}", tier.outbound.keyword()));
    }

    for param in params {
        let value = match (param.kind, &param.default) {
            (ParamKind::Port | ParamKind::External | ParamKind::PrefixList, Some(text)) => text,
            (_, _) => value,
        };
        if let Some(span) = param.span {
            finding = finding.at(span, format!("{value} by default"));
        }
    }

    finding.help(default_help(&names))
}

/// "the default of `office` makes `tcp 443` from 203.0.113.0/24 to `web` twice, and 1 more rule"
fn finding_message(
    policy: &Policy,
    twice: &DuplicateRules,
    names: &[String],
    value: &str,
) -> String {
    let defaults = match names {
        [one] => format!("the default of {one} creates"),
        several => format!("the defaults of {} create", several.join(" and ")),
    };
    let more = match twice.more {
        0 => String::new(),
        1 => ", and 1 more rule".to_string(),
        more => format!(", and {more} more rules"),
    };
    format!(
        "{defaults} {} twice{more}",
        rule_words(policy, twice, value)
    )
}

/// A rule in words: "`tcp 443` from 203.0.113.0/24 to `web`".
fn rule_words(policy: &Policy, twice: &DuplicateRules, peer: &str) -> String {
    let tier = format!("`{}`", policy.owner_name(twice.owner));
    match twice.direction {
        Direction::Ingress => format!("`{}` from {peer} to {tier}", twice.traffic),
        Direction::Egress => format!("`{}` from {tier} to {peer}", twice.traffic),
    }
}

/// Each value that a peer has by default; itself if it has no default.
fn default_values(policy: &Policy, peer: Peer) -> impl Iterator<Item = DefaultText<'_>> {
    let mut values = defaults(policy, peer).peekable();
    let own = match values.peek() {
        Some(_) => None,
        None => Some(own_value(policy, peer)),
    };
    own.into_iter().chain(values)
}

/// A peer without a default, as it is.
fn own_value(policy: &Policy, peer: Peer) -> DefaultText<'_> {
    match peer {
        Peer::Net(block) => DefaultText::Block(block),
        Peer::PrefixList(id) => match &policy.prefix_list(id).list {
            ListReference::Id(id) => DefaultText::Id(id),
            ListReference::Aws(_) | ListReference::Param(_) | ListReference::Made(_) => {
                DefaultText::Other(peer)
            }
        },
        Peer::External(id) => match &policy.external(id).id {
            Reference::Id(id) => DefaultText::Id(id),
            Reference::Param(_) => DefaultText::Other(peer),
        },
        Peer::Param(_) | Peer::Tier(_) => DefaultText::Other(peer),
    }
}

/// The defaults of a peer that is a parameter.
fn defaults(policy: &Policy, peer: Peer) -> impl Iterator<Item = DefaultText<'_>> {
    let param = policy.peer_param(peer).map(|id| policy.param(id));
    let default = param.and_then(|param| Some((param.kind, param.default.as_deref()?)));

    let id =
        default.filter(|(kind, _)| matches!(kind, ParamKind::External | ParamKind::PrefixList));
    let id = id.map(|(_, text)| DefaultText::Id(text));
    let blocks = default
        .into_iter()
        .flat_map(|(kind, text)| kind.blocks_of(text).map(DefaultText::Block));
    id.into_iter().chain(blocks)
}
