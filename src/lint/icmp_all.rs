//! `icmp-all`: every type of ICMP accepted from the internet.

use super::definition::{Category, Judge, Lint};
use super::exposure::internet_in_words;
use super::level::Level;
use super::opening::{Exposed, Opening};
use super::subject::Subject;
use crate::net::{PerFamily, Traffic, TrafficSet};

/// The lint.
pub const LINT: Lint = Lint {
    name: "icmp-all",
    title: "every type of ICMP accepted from the internet",
    level: Level::Warn,
    category: Category::Security { severity: "3.0" },
    ids: &[],
    text: "\
Checks: that no sentence allows every type of ICMP, or of ICMPv6, from the internet. A sentence that
allows all traffic is reported by `open-all-traffic`.

Why: a server needs ICMP only for path-MTU discovery, and perhaps to answer pings. Redirects change
its routes, and timestamps and information requests disclose information about it (RFC 4890 lists
the ICMPv6 types to allow).

Instead: `icmp echo-request, icmp fragmentation-needed`, which cover IPv4 and IPv6.",
    fires: "\
tier web

web allows https, icmp from anywhere
",
    passes: "\
tier web

web allows https, icmp echo-request, icmp fragmentation-needed from anywhere
",
    judge: Judge::Exposure(judge),
};

/// The types that a server needs.
const HELP: &str =
    "a server needs only `icmp echo-request, icmp fragmentation-needed`, which cover IPv4 and IPv6";

fn judge(subject: &Subject<'_>, found: &mut Vec<Exposed>) {
    for opening in &subject.openings {
        let all = whole_icmp(opening);
        let what = match (all.v4.is_empty(), all.v6.is_empty()) {
            (true, true) => continue,
            (false, true) => "ICMP",
            (true, false) => "ICMPv6",
            (false, false) => "ICMP and ICMPv6",
        };

        let tier = subject.policy.owner_name(opening.owner);
        let message = format!(
            "`{tier}` accepts every type of {what} from {}",
            internet_in_words(&all)
        );
        found.push(opening.exposed_finding(subject, all, message, HELP));
    }
}

/// All of the ICMP of each family in which an opening has it and is not open to everything.
fn whole_icmp(opening: &Opening) -> PerFamily<TrafficSet> {
    let icmp = PerFamily::from_traffic(&[Traffic::Icmp(None), Traffic::Icmpv6(None)]);
    PerFamily::from_fn(|family| {
        let open = &opening.open[family];
        if open.covers(&icmp[family]) && !open.covers(&TrafficSet::all(family)) {
            icmp[family].clone()
        } else {
            TrafficSet::default()
        }
    })
}
