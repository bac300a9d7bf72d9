//! `missing-ipv6`: something that is open to the internet of IPv4 and not to that of IPv6.

use super::definition::{Category, Judge, Lint};
use super::level::Level;
use super::opening::{Exposed, Opening};
use super::subject::Subject;
use super::words::list_first;
use super::{open_admin_port, open_data_store, open_high_risk_port};
use crate::analysis::gate::Endpoint;
use crate::net::{Family, PerFamily, Traffic, TrafficSet};

/// The lint.
pub const LINT: Lint = Lint {
    name: "missing-ipv6",
    title: "a service that is open to the IPv4 internet but not to the IPv6 internet",
    level: Level::Warn,
    category: Category::Maintainability,
    ids: &[],
    text: "\
Checks: that a tier accepts from the IPv6 internet what it accepts from the IPv4 internet, where the
stack has `ip = dual`. ICMP is omitted, because its types differ between the two. Also omitted are
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
    passes: "\
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

/// Traffic that other lints report.
fn reported_by_others() -> TrafficSet {
    let lists = [
        &open_admin_port::WATCHED[..],
        &open_data_store::WATCHED,
        &open_high_risk_port::WATCHED,
    ];
    let watched = lists.into_iter().flatten();
    TrafficSet::from_traffic(watched.map(|watched| watched.traffic), Family::V4)
}

fn judge(subject: &Subject<'_>, found: &mut Vec<Exposed>) {
    if !subject.policy.stack.dual {
        return;
    }

    let ignored = reported_by_others().union(&TrafficSet::from_traffic(ICMP, Family::V4));
    for same_tier in subject.openings.chunk_by(|a, b| a.owner == b.owner) {
        let v6 = TrafficSet::union_of(same_tier.iter().map(|opening| &opening.open.v6));
        let rest = v6.union(&ignored);

        // a VPC with blocks of IPv4 alone has no IPv6 to open
        let Some(tier) = same_tier[0].owner.tier() else {
            continue;
        };
        let members = Endpoint::for_tier(subject.policy, tier);
        if members.is_in(Family::V6) {
            found.extend(
                same_tier
                    .iter()
                    .filter_map(|opening| missing_finding(subject, opening, &rest)),
            );
        }
    }
}

/// A finding that some traffic is only open to the IPv4 internet.
fn missing_finding(subject: &Subject<'_>, opening: &Opening, rest: &TrafficSet) -> Option<Exposed> {
    let missing = PerFamily {
        v4: opening.open.v4.difference(rest),
        v6: TrafficSet::default(),
    };

    if missing.is_empty() {
        return None;
    }

    let tier = subject.policy.owner_name(opening.owner);
    let traffic = opening.named_traffic(subject, &missing);
    let traffic = list_first(traffic.iter().map(Traffic::to_string).collect());
    let message =
        format!("`{tier}` accepts {traffic} from the IPv4 internet but not from the IPv6 internet");
    let help = "`from anywhere` covers both; for a stack without IPv6, set `ip = ipv4`";

    Some(opening.exposed_finding(subject, missing, message, help))
}
