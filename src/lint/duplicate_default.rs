//! `duplicate-default`: a rule that parameter defaults create twice.

use super::definition::{Category, Judge, Lint};
use super::level::Level;
use super::subject::{Subject, peer_words};
use crate::diagnostic::Finding;
use crate::groups::{Direction, Rule};
use crate::net::{Traffic, UnknownPorts};
use crate::policy::{ListReference, Owner, Param, ParamKind, Peer, Policy, Reference, SentenceId};
use ipnet::IpNet;
use std::collections::{BTreeMap, HashMap};

/// The lint.
pub const LINT: Lint = Lint {
    name: "duplicate-default",
    title: "a rule that parameter defaults create twice",
    level: Level::Deny,
    category: Category::Maintainability,
    ids: &[],
    text: "\
Checks: that no two rules of a group are identical (same direction, traffic and peer) when each
parameter has its default. The usual cause is two parameters with the same default, or a default
that equals a block, a port, a prefix list or a group that the program names as well.

Why: tierwall cannot merge the two rules, because a deployment may set the parameter to another
value. A deployment that uses the defaults requests the same rule twice, and AWS rejects that with
`InvalidPermission.Duplicate` (EC2 API reference, AuthorizeSecurityGroupIngress) in the middle of
the deployment.

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

/// Two rules that are the same by default, and the sentences that use them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Pair {
    sentences: [SentenceId; 2],
    peers: [Peer; 2],
    ports: [Option<UnknownPorts>; 2],
}

/// The first duplicate rule of a pair, and the number of others.
struct Twice {
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

    let mut pairs: BTreeMap<Pair, Twice> = BTreeMap::new();
    for group in &deployment.groups {
        for direction in Direction::ALL {
            let rules = group.rules(direction);
            let has_default = |rule: &Rule| {
                defaults(policy, rule.peer).next().is_some()
                    || policy.default_traffic(rule.traffic) != rule.traffic
            };
            if rules.iter().any(has_default) {
                add_pairs(subject, group.owner, direction, rules, &mut pairs);
            }
        }
    }

    let findings = pairs
        .iter()
        .map(|(pair, twice)| default_finding(policy, pair, twice));
    found.extend(findings);
}

/// Adds the pairs among the rules of one direction of a group.
fn add_pairs(
    subject: &Subject<'_>,
    owner: Owner,
    direction: Direction,
    rules: &[Rule],
    pairs: &mut BTreeMap<Pair, Twice>,
) {
    let (policy, deployment) = (subject.policy, subject.deployment);
    let mut firsts: HashMap<(Traffic, DefaultText<'_>), &Rule> =
        HashMap::with_capacity(rules.len());

    for (rule, value) in rules.iter().flat_map(|rule| default_values(policy, rule)) {
        let traffic = policy.default_traffic(rule.traffic);
        let first = *firsts.entry((traffic, value)).or_insert(rule);
        let sentences = [first, rule].map(|rule| deployment.first_sentence(rule));
        let ([Some(one), Some(other)], false) = (sentences, std::ptr::eq(first, rule)) else {
            continue;
        };

        let pair = Pair {
            sentences: [one, other],
            peers: [first.peer, rule.peer],
            ports: [first, rule].map(|rule| rule.traffic.unknown_ports()),
        };
        let twice = Twice {
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

fn default_finding(policy: &Policy, pair: &Pair, twice: &Twice) -> Finding {
    let peers = pair.peers.iter();
    let peers = peers.filter_map(|peer| policy.peer_param(*peer));
    let ports = pair.ports.into_iter().flatten();
    let ports = ports.flat_map(|ports| policy.port_params(ports));
    let mut params: Vec<&Param> = Vec::new();
    for param in peers.chain(ports).map(|id| policy.param(id)) {
        if params.iter().all(|known| known.name != param.name) {
            params.push(param);
        }
    }
    let quoted = |param: &&Param| format!("`{}`", param.name);
    let names: Vec<String> = params.iter().map(quoted).collect();
    let value = &twice.value;

    let message = finding_message(policy, twice, &names, value);
    let [first, last] = pair.sentences.map(|id| policy.sentence(id).span);
    let (first, last) = (first.min(last), first.max(last));
    let mut finding = Finding::new(message).caused(last, "AWS rejects the second rule");

    if first != last {
        finding = finding.caused(first, "creates the first rule");
    }

    for param in params {
        let value = match (param.kind, &param.default) {
            (ParamKind::Port, Some(port)) => port,
            (_, _) => value,
        };
        if let Some(span) = param.span {
            finding = finding.at(span, format!("{value} by default"));
        }
    }

    let names = names.join(" or ");
    finding.help(format!(
        "change or remove the default of {names}, or bind it: `--set NAME=VALUE`"
    ))
}

/// "the default of `office` makes `tcp 443` from 203.0.113.0/24 to `web` twice, and 1 more rule"
fn finding_message(policy: &Policy, twice: &Twice, names: &[String], value: &str) -> String {
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
fn rule_words(policy: &Policy, twice: &Twice, peer: &str) -> String {
    let tier = format!("`{}`", policy.owner_name(twice.owner));
    match twice.direction {
        Direction::Ingress => format!("`{}` from {peer} to {tier}", twice.traffic),
        Direction::Egress => format!("`{}` from {tier} to {peer}", twice.traffic),
    }
}

/// A rule with each value that its peer has by default.
fn default_values<'p>(
    policy: &'p Policy,
    rule: &'p Rule,
) -> impl Iterator<Item = (&'p Rule, DefaultText<'p>)> {
    let mut values = defaults(policy, rule.peer).peekable();
    let own = match values.peek() {
        Some(_) => None,
        None => Some(own_value(policy, rule.peer)),
    };
    own.into_iter()
        .chain(values)
        .map(move |value| (rule, value))
}

/// What a peer is that has no default.
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
