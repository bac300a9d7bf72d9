//! `not-filtered`: a sentence about traffic that security groups never filter.

use super::{Judge, Level, Lint, Subject, without};
use crate::analysis::never_filtered::service;
use crate::diagnostic::{Correction, Finding};
use crate::net::Traffic;
use crate::policy::{Flow, Peer, SentenceId};
use std::collections::BTreeMap;

/// The lint.
pub const LINT: Lint = Lint {
    name: "not-filtered",
    title: "a sentence about traffic that security groups never filter",
    level: Level::Warn,
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
    calm: "\
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

fn judge(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    // by sentence: the first of its flows that are of no use, and how many there are
    let mut first: BTreeMap<SentenceId, (u32, &Flow, &'static str, usize)> = BTreeMap::new();
    let mut of_sentence = vec![0; subject.policy.sentences.len()];
    for (n, flow) in (0..).zip(&subject.policy.flows) {
        of_sentence[flow.sentence.index()] += 1;
        if let Some(what) = unfiltered(subject, flow) {
            first.entry(flow.sentence).or_insert((n, flow, what, 0)).3 += 1;
        }
    }
    found.extend(first.into_iter().map(|(sentence, (n, flow, what, count))| {
        let policy = subject.policy;
        let message = format!(
            "{} is about {what}, which security groups never filter",
            subject.one_rule(n)
        );
        let span = policy.sentence(sentence).span;
        if count == of_sentence[sentence.index()] {
            let delete = Correction::review("delete it", without(policy, span));
            Finding::new(message)
                .caused(span, "has no effect")
                .help("delete it")
                .corrected(delete)
        } else {
            let part = match (what, flow.peer) {
                (DHCP_WORDS, _) => flow.traffic.to_string(),
                (_, Peer::Net(block)) => block.to_string(),
                (_, Peer::PrefixList(_) | Peer::Param(_) | Peer::Tier(_) | Peer::External(_)) => {
                    String::new()
                }
            };
            let help = format!("remove `{part}`");
            Finding::new(message)
                .caused(span, "part of this has no effect")
                .help(help)
        }
    }));
}

/// What a flow speaks of, where that is nothing that is filtered.
pub(super) fn unfiltered(subject: &Subject<'_>, flow: &Flow) -> Option<&'static str> {
    match flow.traffic {
        Traffic::Udp(ports)
            if DHCP
                .iter()
                .any(|(from, to)| *from <= ports.from && ports.to <= *to) =>
        {
            return Some(DHCP_WORDS);
        }
        Traffic::All | Traffic::Tcp(_) | Traffic::Udp(_) => {}
        Traffic::Icmp(_) | Traffic::Icmpv6(_) | Traffic::Number(_) => {}
    }
    let Peer::Net(block) = flow.peer else {
        return None;
    };
    service(subject.policy, flow.subject, block)
}
