//! `unroutable-peer`: a source address that no packet can have.

use super::definition::{Category, Judge, Lint};
use super::level::Level;
use super::not_filtered::unfiltered_service;
use super::statement::delete_statement;
use super::subject::Subject;
use super::words::list_first;
use crate::diagnostic::{Correction, Finding};
use crate::net::{Addresses, Traffic, unroutable_addresses, unroutable_reason};
use crate::policy::{Flow, Peer, Way};
use ipnet::{IpNet, Ipv4Net};
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

/// The lint.
pub const LINT: Lint = Lint {
    name: "unroutable-peer",
    title: "a source address that no packet can have",
    level: Level::Warn,
    category: Category::Maintainability,
    ids: &[],
    text: "\
Checks: that no sentence accepts connections from addresses that no packet has as its source:
0.0.0.0/8, loopback (127.0.0.0/8, ::1), 169.254.0.0/16, multicast (224.0.0.0/4, ff00::/8),
255.255.255.255 and ::. The addresses of a sentence are judged together: a block that `except`
leaves next to others of its range is not reported. Addresses of Amazon's own services are reported
by `not-filtered`. Not reported are fe80::/10, from which neighbours send, and `proto 2` from
0.0.0.0/32, with which a transit gateway queries members of multicast groups. Destinations are not
judged, because multicast is a valid one; nor is the default of a parameter, because the deployment
may set another value.

Why: the rule matches no traffic and counts toward the quota. Often every address was meant, or the
host itself.

Instead: name the addresses that clients have. Every address is `anywhere`. The members of the group
are `itself`; traffic of a host to itself does not pass a security group.",
    fires: "\
tier web

web allows https from 127.0.0.1
",
    passes: "\
tier web

web allows https from itself
",
    judge: Judge::Program(judge),
};

/// IANA, "Protocol Numbers": IGMP.
const IGMP: u8 = 2;

/// 0.0.0.0/32, the source of a host without an address.
const NO_ADDRESS_YET: IpNet = IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::UNSPECIFIED, 32));

fn judge(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    // the flows of a sentence are adjacent
    let sentences = subject
        .policy
        .flows
        .chunk_by(|a, b| a.sentence == b.sentence);
    found.extend(sentences.filter_map(|flows| peer_finding(subject, flows)));
}

fn peer_finding(subject: &Subject<'_>, flows: &[Flow]) -> Option<Finding> {
    let sources = || {
        flows
            .iter()
            .filter_map(|flow| unroutable_source(subject, flow))
    };
    sources().find(|block| unroutable_reason(block).is_some())?;

    let all: Vec<IpNet> = sources().collect();
    let alone = Addresses::from_blocks(&all).contained_in(&unroutable_addresses());
    let is_alone = |block: &IpNet| alone.meets(block);

    let idle: BTreeMap<IpNet, &str> = all
        .iter()
        .filter(|block| is_alone(block))
        .filter_map(|block| Some((*block, unroutable_reason(block)?)))
        .collect();

    if idle.is_empty() {
        return None;
    }

    let is_idle = |flow: &Flow| {
        unroutable_source(subject, flow).is_some_and(|block| idle.contains_key(&block))
    };
    let whole = flows.iter().all(is_idle);

    Some(describe_finding(subject, flows, &idle, whole))
}

/// The source block of an inbound rule, unless another lint reports it, or AWS uses it.
fn unroutable_source(subject: &Subject<'_>, flow: &Flow) -> Option<IpNet> {
    let (Way::From, Peer::Net(block)) = (flow.way, flow.peer) else {
        return None;
    };
    // VPC user guide, "Multicast routing": the rule for IGMP queries
    let is_query = flow.traffic == Traffic::Number(IGMP) && block == NO_ADDRESS_YET;
    let is_exempt = unroutable_reason(&block).is_some()
        && (is_query || unfiltered_service(subject, flow).is_some());
    (!is_exempt).then_some(block)
}

fn describe_finding(
    subject: &Subject<'_>,
    flows: &[Flow],
    idle: &BTreeMap<IpNet, &str>,
    whole: bool,
) -> Finding {
    let with_kind = idle
        .iter()
        .map(|(block, kind)| format!("{block} ({kind})"))
        .collect();
    let message = format!("no packet comes from {}", list_first(with_kind));
    let span = subject.policy.sentence(flows[0].sentence).span;

    if whole {
        let delete = Correction::review("delete it", delete_statement(subject.policy, span));
        return Finding::new(message)
            .caused(span, "matches no traffic")
            .help("delete it")
            .corrected(delete);
    }

    let blocks = list_first(idle.keys().map(|block| format!("`{block}`")).collect());

    Finding::new(message)
        .caused(span, "part of this matches no traffic")
        .help(format!("remove {blocks}"))
}
