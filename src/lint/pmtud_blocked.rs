//! `pmtud-blocked`: a tier that does not accept the ICMP errors that path-MTU discovery needs.

use super::exposure::block;
use super::{Judge, Level, Lint, Subject};
use crate::analysis::gate::everywhere;
use crate::diagnostic::Finding;
use crate::net::{Addresses, Family, Packets, Ports, Traffic, TrafficSet, internet};
use crate::policy::TierId;

/// The lint.
pub const LINT: Lint = Lint {
    name: "pmtud-blocked",
    title: "a tier that does not accept the ICMP errors that path-MTU discovery needs",
    level: Level::Allow,
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
    calm: "\
tier web

web allows https, icmp fragmentation-needed from anywhere
",
    judge: Judge::Program(judge),
};

/// What a reply to can be too big.
const STREAMS: [Traffic; 2] = [Traffic::Tcp(Ports::ALL), Traffic::Udp(Ports::ALL)];

/// What says so: IANA, "ICMP Parameters" (type 3, code 4) and "ICMPv6 Parameters" (type 2, code 0).
pub const TOO_BIG: [Traffic; 2] = [
    Traffic::Icmp(Some((3, Some(4)))),
    Traffic::Icmpv6(Some((2, Some(0)))),
];

fn judge(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for n in 0..subject.policy.tiers.len() {
        found.extend(of_tier(subject, TierId(n as u32)));
    }
}

fn of_tier(subject: &Subject<'_>, tier: TierId) -> Option<Finding> {
    let flows = || {
        subject
            .gates
            .inbound(tier)
            .map(|flow| &subject.policy.flows[flow as usize])
    };
    let rules = flows().filter_map(|flow| Some((block(subject.policy, flow)?, flow.traffic)));
    let packets = Packets::new(rules);
    let from = |traffic: &[Traffic]| {
        let [v4, v6] =
            Family::BOTH.map(|family| TrafficSet::of_all(traffic.iter().copied(), family));
        packets.addresses(&v4, &v6)
    };
    let deaf = from(&STREAMS)
        .intersection(&outside(subject, tier))
        .difference(&from(&TOO_BIG));
    let streams = Family::BOTH.map(|family| TrafficSet::of_all(STREAMS, family));
    let first = flows().find(|flow| {
        let is_deaf = || block(subject.policy, flow).is_some_and(|block| deaf.meets(&block));
        TrafficSet::either_meets(&streams, flow.traffic) && is_deaf()
    })?;
    let wanted = if deaf.v4.is_empty() {
        "icmpv6 packet-too-big"
    } else {
        "icmp fragmentation-needed"
    };
    let declared = subject.policy.tier(tier);
    let message = format!(
        "`{}` accepts {}, but not {wanted} from the same addresses",
        declared.name, first.traffic
    );
    let finding = Finding::new(message).caused(declared.span, "path-MTU discovery is blocked");
    let finding = finding.at(
        subject.policy.sentence(first.sentence).span,
        "accepted here",
    );
    Some(finding.help(format!(
        "add `{} allows {wanted} from …`, for those addresses",
        declared.name
    )))
}

/// The addresses outside a tier's VPC; public ones, where its blocks are not known.
fn outside(subject: &Subject<'_>, tier: TierId) -> Addresses {
    let vpc = subject.policy.vpc_of(tier);
    if vpc.blocks.is_empty() || !vpc.unknown_blocks.is_empty() {
        return internet();
    }
    everywhere(subject.policy).difference(&Addresses::from_blocks(&vpc.blocks))
}
