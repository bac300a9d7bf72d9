//! `open-all-traffic`: every protocol, every TCP port or every UDP port open to the internet.

use super::definition::{Category, Judge, Lint};
use super::exposure::internet_in_words;
use super::level::Level;
use super::opening::{Exposed, Opening};
use super::subject::Subject;
use crate::net::{PerFamily, Ports, Traffic, TrafficSet};

/// The lint.
pub const LINT: Lint = Lint {
    name: "open-all-traffic",
    title: "every protocol, every TCP port or every UDP port open to the internet",
    level: Level::Warn,
    category: Category::Security { severity: "9.5" },
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
    passes: "\
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

/// Traffic that counts as everything, the widest first.
const WHOLE: [(&str, Traffic); 3] = [
    ("every protocol", Traffic::All),
    ("every TCP port", Traffic::Tcp(EVERY_PORT)),
    ("every UDP port", Traffic::Udp(EVERY_PORT)),
];

fn judge(subject: &Subject<'_>, found: &mut Vec<Exposed>) {
    for same_tier in subject.openings.chunk_by(|a, b| a.owner == b.owner) {
        let is_whole = |opening: &&Opening| widest_whole(&opening.open).is_some();
        let whole: Vec<&Opening> = same_tier.iter().filter(is_whole).collect();
        for opening in &whole {
            found.extend(opening_finding(subject, opening));
        }
        if whole.is_empty() {
            found.extend(opening_finding(subject, &join_openings(same_tier)));
        }
    }
}

/// Joins the openings of one tier, with the sentences that contribute to its widest traffic.
fn join_openings(openings: &[Opening]) -> Opening {
    let open = PerFamily::from_fn(|family| {
        TrafficSet::union_of(openings.iter().map(|opening| &opening.open[family]))
    });
    let wanted = widest_whole(&open).map(|(_, traffic)| traffic);
    let takes_part = |opening: &&Opening| wanted.is_some_and(|traffic| opening.has(traffic));

    let taking_part = openings.iter().filter(takes_part);
    let mut sentences: Vec<_> = taking_part
        .flat_map(|opening| opening.sentences.iter().copied())
        .collect();
    sentences.sort_unstable();
    sentences.dedup();

    Opening {
        owner: openings[0].owner,
        sentences,
        open,
    }
}

/// The widest traffic of `WHOLE` in one of these sets, and the set.
fn widest_whole(open: &PerFamily<TrafficSet>) -> Option<(&'static str, Traffic)> {
    let is_whole = |traffic| !whole_of(open, traffic).is_empty();
    WHOLE.into_iter().find(|(_, traffic)| is_whole(*traffic))
}

/// All of this traffic, in each family in which all of it is open.
fn whole_of(open: &PerFamily<TrafficSet>, traffic: Traffic) -> PerFamily<TrafficSet> {
    PerFamily::from_fn(|family| {
        let whole = TrafficSet::new(traffic, family);
        if open[family].covers(&whole) {
            whole
        } else {
            TrafficSet::default()
        }
    })
}

fn opening_finding(subject: &Subject<'_>, opening: &Opening) -> Option<Exposed> {
    let (what, traffic) = widest_whole(&opening.open)?;
    let mut open = whole_of(&opening.open, traffic);

    let [_, (_, tcp), (_, udp)] = WHOLE;
    let all_udp = whole_of(&opening.open, udp);
    let and_udp = traffic == tcp && !all_udp.is_empty();
    let both = if and_udp { " and every UDP port" } else { "" };

    let tier = subject.policy.owner_name(opening.owner);
    let internet = internet_in_words(&open);
    let message = format!("`{tier}` accepts {what}{both} from {internet}");

    if and_udp {
        open = open.union(&all_udp);
    }

    let help = "name only the services that are meant to be public";
    Some(opening.exposed_finding(subject, open, message, help))
}
