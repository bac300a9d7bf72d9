//! `open-all-traffic`: every protocol, every TCP port or every UDP port open to the internet.

use super::exposure::{Opening, whom};
use super::{Judge, Level, Lint, Subject};
use crate::diagnostic::Finding;
use crate::net::{Family, Ports, Traffic, TrafficSet};

/// The lint.
pub const LINT: Lint = Lint {
    name: "open-all-traffic",
    title: "every protocol, every TCP port or every UDP port open to the internet",
    level: Level::Warn,
    ids: &[
        ("checkov", "CKV_AWS_277"),
        ("Security Hub", "EC2.18, EC2.19"),
        ("AWS Config", "vpc-sg-open-only-to-authorized-ports"),
    ],
    text: "\
Checks: that no tier accepts, from the internet, every protocol, every TCP port or every UDP port, in one sentence or in
several together. Port 0 does not count: nothing listens there.

Why: this is no security group at all. Whatever anybody starts on such a machine, from then on, is on the internet.

Instead: name the services that strangers are meant to use, and whoever needs the rest.",
    fires: "\
tier web

web allows all from anywhere
",
    calm: "\
tier web

web allows https, http3 from anywhere
web allows all          from itself
",
    judge: Judge::Program(judge),
};

const EVERY_PORT: Ports = Ports { from: 1, to: u16::MAX };

/// What counts as everything, the widest first.
const WHOLE: [(&str, Traffic); 3] = [
    ("every protocol", Traffic::All),
    ("every TCP port", Traffic::Tcp(EVERY_PORT)),
    ("every UDP port", Traffic::Udp(EVERY_PORT)),
];

fn judge(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for of_tier in subject.openings.chunk_by(|a, b| a.tier == b.tier) {
        let whole: Vec<&Opening> = of_tier.iter().filter(|opening| widest(&opening.open).is_some()).collect();
        for opening in &whole {
            found.extend(finding(subject, opening));
        }
        if whole.is_empty() {
            found.extend(finding(subject, &together(of_tier)));
        }
    }
}

/// The openings of one tier as one, by the sentences that take part in its widest whole.
fn together(openings: &[Opening]) -> Opening {
    let open = Family::BOTH.map(|family| TrafficSet::union_of(openings.iter().map(|o| &o.open[family as usize])));
    let wanted = widest(&open).map(|(_, traffic)| traffic);
    let takes_part = |opening: &&Opening| wanted.is_some_and(|traffic| opening.has(traffic));
    let mut sentences: Vec<_> = openings.iter().filter(takes_part).flat_map(|o| o.sentences.clone()).collect();
    sentences.sort_unstable();
    sentences.dedup();
    Opening { tier: openings[0].tier, sentences, open }
}

/// The widest whole that is in one of these sets, and in which.
fn widest(open: &[TrafficSet; 2]) -> Option<(&'static str, Traffic)> {
    let covers = |traffic| Family::BOTH.into_iter().any(|f| open[f as usize].covers(&TrafficSet::of(traffic, f)));
    WHOLE.into_iter().find(|(_, traffic)| covers(*traffic))
}

fn finding(subject: &Subject<'_>, opening: &Opening) -> Option<Finding> {
    let (what, traffic) = widest(&opening.open)?;
    let whole = Family::BOTH.map(|family| {
        let all = TrafficSet::of(traffic, family);
        if opening.open[family as usize].covers(&all) { all } else { TrafficSet::default() }
    });
    let tier = &subject.policy.tier(opening.tier).name;
    let udp = Family::BOTH.into_iter().any(|f| opening.open[f as usize].covers(&TrafficSet::of(WHOLE[2].1, f)));
    let both = if traffic == WHOLE[1].1 && udp { " and every UDP port" } else { "" };
    let message = format!("`{tier}` accepts {what}{both} from {}", whom(&whole));
    Some(opening.finding(subject, message).help("name the services that strangers are meant to use"))
}
