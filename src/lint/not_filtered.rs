//! `not-filtered`: a sentence about traffic that security groups never filter.

use super::definition::{Category, Judge, Lint};
use super::level::Level;
use super::statement::delete_statement;
use super::subject::Subject;
use crate::analysis::never_filtered::service_at;
use crate::diagnostic::{Correction, Finding};
use crate::net::Traffic;
use crate::policy::{Flow, SentenceId};
use std::collections::BTreeMap;

/// The lint.
pub const LINT: Lint = Lint {
    name: "not-filtered",
    title: "a sentence about traffic that security groups never filter",
    level: Level::Warn,
    category: Category::Maintainability,
    ids: &[],
    text: "\
Checks: that no rule is only about traffic that security groups do not filter, in either direction:
Amazon's DNS server (169.254.169.253, fd00:ec2::253, and the base of the VPC plus two), instance
metadata (169.254.169.254, fd00:ec2::254), container metadata and credentials (169.254.170.2,
169.254.170.23, fd00:ec2::23), the time service (169.254.169.123, fd00:ec2::123), Windows activation
(169.254.169.250 and .251, fd00:ec2::250), the VPC router (fe80:ec2::1), and DHCP (udp 67, 68, 546
and 547). The first address of a subnet also belongs to the router, but programs do not declare
subnets: a rule about such an address is not reported.

Why: such traffic passes with or without the rule, in both directions (VPC user guide, \"Control
traffic to your AWS resources using security groups\"). The rule suggests that removing it would
block the traffic, and it counts toward the quota.

Instead: delete the sentence. To restrict metadata, use the metadata options of the instance
(`HttpEndpoint`, `HttpTokens`); for DNS, use the attributes of the VPC and Route 53 DNS Firewall.
Traffic from relays to a self-managed DHCP server is filtered: add an `@allow` to its sentence.",
    fires: "\
tier web { outbound = closed }

web allows dns to 169.254.169.253
",
    passes: "\
vpc main { id = \"vpc-0123456789abcdef0\", cidr = 10.0.0.0/16 }
tier web { outbound = closed }

web allows dns to 10.0.0.53
",
    judge: Judge::Program(judge),
};

/// The name of those ports.
const DHCP_WORDS: &str = "DHCP";

/// Ports of DHCP and DHCPv6 (IANA).
const DHCP: [(u16, u16); 2] = [(67, 68), (546, 547)];

/// The flows of a sentence without effect.
struct FlowsWithoutEffect<'p> {
    /// The first, by its position.
    first: (u32, &'p Flow),
    /// The service.
    what: &'static str,
    /// Their number.
    count: usize,
}

fn judge(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let policy = subject.policy;
    let mut idle: BTreeMap<SentenceId, FlowsWithoutEffect<'_>> = BTreeMap::new();
    let mut flows_of = vec![0; policy.sentences.len()];

    for (n, flow) in (0..).zip(&policy.flows) {
        flows_of[flow.sentence.index()] += 1;
        if let Some(what) = unfiltered_service(subject, flow) {
            let first = FlowsWithoutEffect {
                first: (n, flow),
                what,
                count: 0,
            };
            idle.entry(flow.sentence).or_insert(first).count += 1;
        }
    }

    for (sentence, idle) in idle {
        let is_whole = idle.count == flows_of[sentence.index()];
        found.push(idle_finding(subject, sentence, &idle, is_whole));
    }
}

/// A finding that some or all flows of a sentence have no effect.
fn idle_finding(
    subject: &Subject<'_>,
    sentence: SentenceId,
    idle: &FlowsWithoutEffect<'_>,
    is_whole: bool,
) -> Finding {
    let policy = subject.policy;
    let (n, flow) = idle.first;
    let (rule, what) = (subject.one_rule(n), idle.what);
    let message = format!("{rule} is about {what}, which security groups never filter");
    let span = policy.sentence(sentence).span;

    if is_whole {
        let delete = Correction::review("delete it", delete_statement(policy, span));
        return Finding::new(message)
            .caused(span, "has no effect")
            .help("delete it")
            .corrected(delete);
    }

    let part = match (what, flow.peer.block()) {
        (DHCP_WORDS, _) => flow.traffic.to_string(),
        (_, Some(block)) => block.to_string(),
        (_, None) => String::new(),
    };

    Finding::new(message)
        .caused(span, "part of this has no effect")
        .help(format!("remove `{part}`"))
}

/// The service of a flow, if it is never filtered.
pub(super) fn unfiltered_service(subject: &Subject<'_>, flow: &Flow) -> Option<&'static str> {
    if let Traffic::Udp(ports) = flow.traffic {
        let mut dhcp = DHCP.iter();
        if dhcp.any(|(from, to)| *from <= ports.from && ports.to <= *to) {
            return Some(DHCP_WORDS);
        }
    }
    service_at(subject.policy, flow.subject.tier()?, flow.peer.block()?)
}
