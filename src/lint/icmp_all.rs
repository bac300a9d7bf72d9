//! `icmp-all`: every type of ICMP accepted from the internet.

use super::exposure::{Exposed, Opening, whom};
use super::{Category, Judge, Level, Lint, Subject};
use crate::net::{Family, Traffic, TrafficSet};

/// The lint.
pub const LINT: Lint = Lint {
    name: "icmp-all",
    title: "every type of ICMP accepted from the internet",
    level: Level::Warn,
    category: Category::Security {
        severity: "3.0",
    },
    ids: &[],
    text: "\
Checks: that no sentence lets every type of ICMP, or of ICMPv6, in from the internet. Where it lets everything in, that
is for `open-all-traffic` to say.

Why: of ICMP, a server needs path-MTU discovery, and perhaps to be pinged. Redirects change where it sends, and
timestamps and information requests tell strangers about it (RFC 4890 lists what of ICMPv6 to let pass).

Instead: `icmp echo-request, icmp fragmentation-needed`, which are the types of both families.",
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

/// What a server needs of it.
const HELP: &str =
    "`icmp echo-request, icmp fragmentation-needed` is what a server needs, in both families";

fn judge(subject: &Subject<'_>, found: &mut Vec<Exposed>) {
    for opening in &subject.openings {
        let all = whole(opening);
        let what = match all.each_ref().map(TrafficSet::is_empty) {
            [true, true] => continue,
            [false, true] => "ICMP",
            [true, false] => "ICMPv6",
            [false, false] => "ICMP and ICMPv6",
        };
        let tier = &subject.policy.tier(opening.tier).name;
        let message = format!("`{tier}` accepts every type of {what} from {}", whom(&all));
        found.push(opening.exposed(subject, all, message, HELP));
    }
}

/// All of the ICMP of a family, by family, where an opening has it and is not open to everything.
fn whole(opening: &Opening) -> [TrafficSet; 2] {
    let icmp = [Traffic::Icmp(None), Traffic::Icmpv6(None)];
    Family::BOTH.map(|family| {
        let (open, all) = (
            &opening.open[family as usize],
            TrafficSet::new(icmp[family as usize], family),
        );
        let apart = open.covers(&all) && !open.covers(&TrafficSet::all(family));
        if apart { all } else { TrafficSet::default() }
    })
}
