//! `missing-ipv6`: something that is open to the internet of IPv4 and not to that of IPv6.

use super::exposure::{Exposed, nothing};
use super::{
    Judge, Level, Lint, Subject, listed, open_admin_port, open_data_store, open_high_risk_port,
};
use crate::analysis::gate::Endpoint;
use crate::net::{Family, Traffic, TrafficSet};

/// The lint.
pub const LINT: Lint = Lint {
    name: "missing-ipv6",
    title: "a service that is open to the IPv4 internet but not to the IPv6 internet",
    level: Level::Warn,
    ids: &[],
    text: "\
Checks: that a tier accepts from the IPv6 internet what it accepts from the IPv4 internet, where the
stack has `ip = dual`. ICMP is left out, because its types differ between the two. Also left out are
ports that other lints report, and VPCs whose `cidr` has only IPv4. The reverse is not reported.

Why: once the name of the service has an IPv6 address, clients with IPv6 try that first, and wait
until it fails. Such a gap shows as a site that is slow for some clients and works for whoever
investigates.

Instead: `from anywhere`, which covers both. For a stack without IPv6, set
`stack shop { ip = ipv4 }`.",
    fires: "\
tier web

web allows https from anywhere-ipv4
",
    calm: "\
tier web

web allows https from anywhere
",
    judge: Judge::Exposure(judge),
};

/// ICMP of either family, within its own and within the other.
const ICMP: [Traffic; 3] = [
    Traffic::Icmp(None),
    Traffic::Icmpv6(None),
    Traffic::Number(58),
];

/// What other lints say is not to be open at all.
fn told() -> TrafficSet {
    let lists = [
        &open_admin_port::WATCHED[..],
        &open_data_store::WATCHED,
        &open_high_risk_port::WATCHED,
    ];
    TrafficSet::of_all(
        lists.into_iter().flatten().map(|watched| watched.traffic),
        Family::V4,
    )
}

fn judge(subject: &Subject<'_>, found: &mut Vec<Exposed>) {
    if !subject.policy.stack.dual {
        return;
    }
    let told = told();
    for of_tier in subject.openings.chunk_by(|a, b| a.tier == b.tier) {
        let v6 = TrafficSet::union_of(
            of_tier
                .iter()
                .map(|opening| &opening.open[Family::V6 as usize]),
        );
        let has = TrafficSet::union_of([&v6, &TrafficSet::of_all(ICMP, Family::V4), &told]);
        for opening in of_tier {
            let missing = [
                opening.open[Family::V4 as usize].difference(&has),
                TrafficSet::default(),
            ];
            // what is not to be open at all is told by others, and a VPC with blocks of IPv4 alone
            // has no IPv6 to open
            let without = !Endpoint::tier(subject.policy, opening.tier).is_in(Family::V6);
            if without || nothing(&missing) {
                continue;
            }
            let tier = &subject.policy.tier(opening.tier).name;
            let said = opening
                .said(subject, &missing)
                .iter()
                .map(Traffic::to_string)
                .collect();
            let message = format!(
                "`{tier}` accepts {} from the IPv4 internet but not from the IPv6 internet",
                listed(said)
            );
            let help = "`from anywhere` covers both; for a stack without IPv6, set `ip = ipv4`";
            found.push(opening.exposed(subject, missing, message, help));
        }
    }
}
