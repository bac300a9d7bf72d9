//! `pmtud-blocked`: a tier that does not accept the ICMP errors that path-MTU discovery needs.

use super::definition::{Category, Judge, Lint};
use super::exposure::flow_block;
use super::level::Level;
use super::subject::Subject;
use crate::analysis::gate::all_addresses;
use crate::diagnostic::Finding;
use crate::net::{Addresses, Packets, PerFamily, Ports, Traffic, internet_addresses};
use crate::policy::{Flow, Policy, TierId};

/// The lint.
pub const LINT: Lint = Lint {
    name: "pmtud-blocked",
    title: "a tier that does not accept the ICMP errors that path-MTU discovery needs",
    level: Level::Allow,
    category: Category::Maintainability,
    ids: &[],
    text: "\
Checks: that a tier which accepts TCP or UDP from addresses outside its VPC accepts
`icmp fragmentation-needed` (type 3, code 4; packet-too-big, type 2, in ICMPv6) from all of them. If
the blocks of the VPC are unknown, public addresses count as outside. It is reported only on
request, `--warn pmtud-blocked`, because every plain web server triggers it, and most are never
affected: their load balancer or their clients keep packets small.

Why: without such a rule, path-MTU discovery is blocked (EC2 user guide, \"Network maximum
transmission unit\"). Connections over a VPN or a tunnel open, and hang at the first large response.
For other ICMP errors, AWS does not document that they need a rule, so this lint requires none.

Instead: `web allows icmp fragmentation-needed from anywhere`, which is packet-too-big for IPv6.",
    fires: "\
tier web

web allows https from anywhere
",
    passes: "\
tier web

web allows https, icmp fragmentation-needed from anywhere
",
    judge: Judge::Program(judge),
};

/// Traffic whose packets can be too big.
const STREAMS: [Traffic; 2] = [Traffic::Tcp(Ports::ALL), Traffic::Udp(Ports::ALL)];

/// The ICMP messages for that: IANA, "ICMP Parameters" (type 3, code 4) and "ICMPv6 Parameters"
/// (type 2, code 0).
pub const TOO_BIG: [Traffic; 2] = [
    Traffic::Icmp(Some((3, Some(4)))),
    Traffic::Icmpv6(Some((2, Some(0)))),
];

fn judge(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let tiers = subject.policy.tier_ids();
    found.extend(tiers.filter_map(|tier| judge_tier(subject, tier)));
}

fn judge_tier(subject: &Subject<'_>, tier: TierId) -> Option<Finding> {
    let policy = subject.policy;
    let flows = || {
        subject
            .gates
            .inbound_flows(tier)
            .map(|flow| policy.flow(flow))
    };
    let rules = flows().filter_map(|flow| {
        let traffic = policy.default_traffic(flow.traffic);
        Some((flow_block(policy, flow)?, traffic))
    });
    let accepted = Packets::new(rules);

    let streams = PerFamily::from_traffic(&STREAMS);
    let senders = accepted.addresses_with(&streams);
    let heard = accepted.addresses_with(&PerFamily::from_traffic(&TOO_BIG));

    let uncovered = senders
        .intersection(&outside_addresses(subject, tier))
        .difference(&heard);

    let is_uncovered = |flow: &&Flow| {
        streams.meets(flow.traffic)
            && flow_block(policy, flow).is_some_and(|block| uncovered.meets(&block))
    };
    let first = flows().find(is_uncovered)?;

    let wanted = if uncovered.v4.is_empty() {
        "icmpv6 packet-too-big"
    } else {
        "icmp fragmentation-needed"
    };

    Some(blocked_finding(policy, tier, first, wanted))
}

fn blocked_finding(policy: &Policy, tier: TierId, accepted: &Flow, wanted: &str) -> Finding {
    let declared = policy.tier(tier);
    let message = format!(
        "`{}` accepts {}, but not {wanted} from the same addresses",
        declared.name, accepted.traffic
    );
    let sentence = policy.sentence(accepted.sentence).span;

    let help = format!(
        "add `{} allows {wanted} from …`, for those addresses",
        declared.name
    );

    Finding::new(message)
        .caused(declared.span, "path-MTU discovery is blocked")
        .at(sentence, "accepted here")
        .help(help)
}

/// The addresses outside the VPCs of a tier; public ones, if their blocks are unknown.
fn outside_addresses(subject: &Subject<'_>, tier: TierId) -> Addresses {
    let policy = subject.policy;
    let vpcs = policy.area_of(tier).vpcs.iter();
    let inside: Option<Vec<Addresses>> = vpcs.map(|id| policy.vpc(*id).known_addresses()).collect();
    inside.map_or_else(internet_addresses, |inside| {
        let outside = all_addresses(policy);
        inside
            .iter()
            .fold(outside, |outside, vpc| outside.difference(vpc))
    })
}
