//! `not-filtered`: a sentence about what security groups never filter.

use super::{Category, Judge, Level, Lint, Subject, without};
use crate::analysis::never_filtered::service;
use crate::diagnostic::{Correction, Finding};
use crate::net::Traffic;
use crate::policy::{Flow, SentenceId};
use std::collections::BTreeMap;

/// The lint.
pub const LINT: Lint = Lint {
    name: "not-filtered",
    title: "a sentence about what security groups never filter",
    level: Level::Warn,
    category: Category::Maintainability,
    ids: &[],
    text: "\
Checks: that no rule speaks of nothing but what security groups do not filter, to it or from it: Amazon's DNS
(169.254.169.253, fd00:ec2::253, and the base of the VPC plus two), instance metadata (169.254.169.254, fd00:ec2::254),
metadata and credentials of containers (169.254.170.2, 169.254.170.23, fd00:ec2::23), the time (169.254.169.123,
fd00:ec2::123), the activation of Windows (169.254.169.250 and .251, fd00:ec2::250), the router of the VPC
(fe80:ec2::1), and DHCP (udp 67, 68, 546 and 547). The first address of a subnet is the router's too, but programs do
not state subnets: a rule about such an address is not reported.

Why: such traffic passes with the rule and without it, in both directions (VPC user guide, \"Control traffic to your AWS
resources using security groups\"). The rule suggests that it can be stopped by leaving the rule out, and counts against
the quota.

Instead: delete the sentence. Metadata is closed by the options of the instance (`HttpEndpoint`, `HttpTokens`), DNS by
the attributes of the VPC and the DNS Firewall of Route 53. A DHCP server of one's own, which relays ask, is filtered:
give its sentence an `@allow`.",
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

/// What those ports are.
const DHCP_WORDS: &str = "DHCP";

/// Ports of DHCP and DHCPv6 (IANA).
const DHCP: [(u16, u16); 2] = [(67, 68), (546, 547)];

/// The flows of a sentence that are of no use.
struct Idle<'p> {
    /// The first, by its position.
    first: (u32, &'p Flow),
    /// What it is about.
    what: &'static str,
    /// How many there are.
    count: usize,
}

fn judge(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let policy = subject.policy;
    let mut idle: BTreeMap<SentenceId, Idle<'_>> = BTreeMap::new();
    let mut flows_of = vec![0; policy.sentences.len()];
    for (n, flow) in (0..).zip(&policy.flows) {
        flows_of[flow.sentence.index()] += 1;
        if let Some(what) = unfiltered(subject, flow) {
            let first = Idle {
                first: (n, flow),
                what,
                count: 0,
            };
            idle.entry(flow.sentence).or_insert(first).count += 1;
        }
    }

    for (sentence, idle) in idle {
        let is_whole = idle.count == flows_of[sentence.index()];
        found.push(finding(subject, sentence, &idle, is_whole));
    }
}

/// That flows of a sentence, or all of them, have no effect.
fn finding(
    subject: &Subject<'_>,
    sentence: SentenceId,
    idle: &Idle<'_>,
    is_whole: bool,
) -> Finding {
    let policy = subject.policy;
    let (n, flow) = idle.first;
    let (rule, what) = (subject.one_rule(n), idle.what);
    let message = format!("{rule} is about {what}, which security groups never filter");
    let span = policy.sentence(sentence).span;
    if is_whole {
        let delete = Correction::review("delete it", without(policy, span));
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
        .caused(span, "a part of it has no effect")
        .help(format!("say the rest without `{part}`"))
}

/// What a flow is about, where that is never filtered.
pub(super) fn unfiltered(subject: &Subject<'_>, flow: &Flow) -> Option<&'static str> {
    if let Traffic::Udp(ports) = flow.traffic {
        let mut dhcp = DHCP.iter();
        if dhcp.any(|(from, to)| *from <= ports.from && ports.to <= *to) {
            return Some(DHCP_WORDS);
        }
    }
    service(subject.policy, flow.subject, flow.peer.block()?)
}
