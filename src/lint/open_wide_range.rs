//! `open-wide-range`: a range of more than 1,000 ports that is open to the internet.

use super::definition::{Category, Judge, Lint};
use super::exposure::internet_in_words;
use super::level::Level;
use super::opening::{Exposed, Opening};
use super::subject::Subject;
use super::words::list_first;
use crate::net::{Ports, Traffic, TrafficSet};
use std::collections::BTreeSet;

/// The lint.
pub const LINT: Lint = Lint {
    name: "open-wide-range",
    title: "a range of more than 1,000 ports that is open to the internet",
    level: Level::Warn,
    category: Category::Security { severity: "7.0" },
    ids: &[
        ("Security Hub", "EC2.18"),
        ("AWS Config", "vpc-sg-open-only-to-authorized-ports"),
    ],
    text: "\
Checks: that no sentence opens a range of more than 1,000 TCP or UDP ports to the internet. Adjacent
ranges count as one. All ports of a protocol are reported by `open-all-traffic`.

Why: nobody knows what listens on each of so many ports. Programs use the upper half as ephemeral
ports, and a service that was private can be exposed after a restart.

Instead: limit the range to the ports that the server is configured to use. Passive FTP, RTP, mosh
and game servers all have a setting for it, and a call takes two ports. Put a load balancer in front
of a NodePort. Where the range has to be wide, give the reason:
`@allow(open-wide-range, \"RTP of 2,000 calls\")`.",
    fires: "\
tier voice

voice allows udp 16384-32767 from anywhere
",
    passes: "\
tier voice

voice allows udp 16384-16883 from anywhere
",
    judge: Judge::Exposure(judge),
};

/// Ports that a range may have.
const MOST: u16 = 1000;

fn judge(subject: &Subject<'_>, found: &mut Vec<Exposed>) {
    for opening in &subject.openings {
        let wide = wide_ranges(opening);
        if !wide.is_empty() {
            let tier = subject.policy.owner_name(opening.owner);
            let (open, ranges) = (
                opening.open_within(&wide),
                wide.iter().map(describe_range).collect(),
            );
            let message = format!(
                "`{tier}` accepts {} from {}",
                list_first(ranges),
                internet_in_words(&open)
            );

            let help = "limit the range to the ports that the server is configured to use";
            found.push(opening.exposed_finding(subject, open, message, help));
        }
    }
}

fn wide_ranges(opening: &Opening) -> Vec<Traffic> {
    let ranges = opening.open.values().flat_map(TrafficSet::port_stretches);
    let wide: BTreeSet<Traffic> = ranges.filter(|range| is_wide(*range)).collect();
    wide.into_iter().collect()
}

/// Whether it is a range of too many ports, and not of every port.
fn is_wide(range: Traffic) -> bool {
    traffic_ports(range).is_some_and(|ports| {
        let is_every_port = ports.from <= 1 && ports.to == u16::MAX;
        !is_every_port && ports.to - ports.from >= MOST
    })
}

fn traffic_ports(traffic: Traffic) -> Option<Ports> {
    match traffic {
        Traffic::Tcp(ports) | Traffic::Udp(ports) => Some(ports),
        Traffic::All
        | Traffic::TcpUnknown(_)
        | Traffic::UdpUnknown(_)
        | Traffic::Icmp(_)
        | Traffic::Icmpv6(_)
        | Traffic::Number(_) => None,
    }
}

/// `udp 10000-20000 (10,001 ports)`
fn describe_range(traffic: &Traffic) -> String {
    let count = traffic_ports(*traffic).map_or(0, |ports| u32::from(ports.to - ports.from) + 1);
    format!("{traffic} ({},{:03} ports)", count / 1000, count % 1000)
}
