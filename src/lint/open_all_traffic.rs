//! `open-all-traffic`: every protocol, every TCP port or every UDP port open to the internet.

use super::exposure::{Exposed, Opening, whom};
use super::{Judge, Level, Lint, Subject};
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
Checks: that no tier accepts every protocol, every TCP port or every UDP port from the internet, in
one sentence or in several together. Port 0 does not count, because nothing listens there.

Why: such a security group protects nothing. Any service that is ever started on the machine is
exposed to the internet.

Instead: name the services that are meant to be public, and allow the rest only from those who need
it.",
    fires: "\
tier web

web allows all from anywhere
",
    calm: "\
tier web

web allows https, http3 from anywhere
web allows all          from itself
",
    judge: Judge::Exposure(judge),
};

const EVERY_PORT: Ports = Ports {
    from: 1,
    to: u16::MAX,
};

/// What counts as everything, the widest first.
const WHOLE: [(&str, Traffic); 3] = [
    ("every protocol", Traffic::All),
    ("every TCP port", Traffic::Tcp(EVERY_PORT)),
    ("every UDP port", Traffic::Udp(EVERY_PORT)),
];

fn judge(subject: &Subject<'_>, found: &mut Vec<Exposed>) {
    for of_tier in subject.openings.chunk_by(|a, b| a.tier == b.tier) {
        let whole: Vec<&Opening> = of_tier
            .iter()
            .filter(|opening| widest(&opening.open).is_some())
            .collect();
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
    let open = Family::BOTH
        .map(|family| TrafficSet::union_of(openings.iter().map(|o| &o.open[family as usize])));
    let wanted = widest(&open).map(|(_, traffic)| traffic);
    let takes_part = |opening: &&Opening| wanted.is_some_and(|traffic| opening.has(traffic));
    let mut sentences: Vec<_> = openings
        .iter()
        .filter(takes_part)
        .flat_map(|o| o.sentences.clone())
        .collect();
    sentences.sort_unstable();
    sentences.dedup();
    Opening {
        tier: openings[0].tier,
        sentences,
        open,
    }
}

/// The widest whole that is in one of these sets, and in which.
fn widest(open: &[TrafficSet; 2]) -> Option<(&'static str, Traffic)> {
    let covers = |traffic| {
        Family::BOTH
            .into_iter()
            .any(|f| open[f as usize].covers(&TrafficSet::new(traffic, f)))
    };
    WHOLE.into_iter().find(|(_, traffic)| covers(*traffic))
}

fn finding(subject: &Subject<'_>, opening: &Opening) -> Option<Exposed> {
    let (what, traffic) = widest(&opening.open)?;
    let covers = |family: Family, traffic| {
        opening.open[family as usize].covers(&TrafficSet::new(traffic, family))
    };
    let [_, (_, tcp), (_, udp)] = WHOLE;
    let and_udp = traffic == tcp && Family::BOTH.into_iter().any(|family| covers(family, udp));
    let both = if and_udp { " and every UDP port" } else { "" };

    let whole = |traffic| {
        Family::BOTH.map(|f| {
            if covers(f, traffic) {
                TrafficSet::new(traffic, f)
            } else {
                TrafficSet::default()
            }
        })
    };
    let mut open = whole(traffic);
    let tier = &subject.policy.tier(opening.tier).name;
    let message = format!("`{tier}` accepts {what}{both} from {}", whom(&open));
    if and_udp {
        for (open, udp) in open.iter_mut().zip(whole(udp)) {
            *open = open.union(&udp);
        }
    }
    let help = "name only the services that are meant to be public";
    Some(opening.exposed(subject, open, message, help))
}
