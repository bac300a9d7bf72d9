//! `odd-port`: port 0, or type 0 and code 0 of ICMP, alone.

use super::definition::{Category, Judge, Lint};
use super::level::Level;
use super::subject::Subject;
use super::words::list_first;
use crate::diagnostic::Finding;
use crate::net::{Ports, Traffic};
use crate::policy::{Flow, SentenceId};
use std::collections::{BTreeMap, BTreeSet};

/// The lint.
pub const LINT: Lint = Lint {
    name: "odd-port",
    title: "port 0, or ICMP type 0 with code 0, accepted by itself",
    level: Level::Warn,
    category: Category::Maintainability,
    ids: &[],
    text: "\
Checks: that no sentence accepts `tcp 0`, `udp 0` or `icmp 0/0`. Not reported are a range that
starts with port 0, traffic that a tier sends, and `icmp echo-reply` by name.

Why: nothing listens on port 0, which is reserved (RFC 6335). `icmp 0/0` is the reply to a ping,
which passes without a rule. Each usually comes from `from_port = 0` and `to_port = 0`, which in the
AWS API covers every port only if the protocol is -1: the intended traffic is closed, and looks
open.

Instead: `tcp`, `udp` or `icmp` alone, if all of it was meant; otherwise the intended port. To
accept pings, write `ping`.",
    fires: "\
tier app, db

db allows tcp 0 from app
",
    passes: "\
tier app, db

db allows tcp 5432 from app
",
    judge: Judge::Program(judge),
};

const PORT_0: Ports = Ports { from: 0, to: 0 };

/// Reported traffic, with the reason, and what was probably meant.
const ODD: [(Traffic, &str, &str); 3] = [
    (
        Traffic::Tcp(PORT_0),
        "nothing listens on port 0",
        "`tcp` is every port",
    ),
    (
        Traffic::Udp(PORT_0),
        "nothing listens on port 0",
        "`udp` is every port",
    ),
    (
        Traffic::Icmp(Some((0, Some(0)))),
        "replies to a ping need no rule",
        "`icmp` is every type, `ping` the request",
    ),
];

fn judge(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let mut by_sentence: BTreeMap<SentenceId, BTreeSet<usize>> = BTreeMap::new();
    for flow in &subject.policy.flows {
        if let Some(n) = odd_entry(flow) {
            by_sentence.entry(flow.sentence).or_default().insert(n);
        }
    }
    found.extend(
        by_sentence
            .iter()
            .map(|(sentence, odd)| odd_finding(subject, *sentence, odd)),
    );
}

/// The entry of the table for an inbound rule.
fn odd_entry(flow: &Flow) -> Option<usize> {
    flow.accepting()?;
    ODD.iter()
        .position(|(traffic, ..)| *traffic == flow.traffic)
}

fn odd_finding(subject: &Subject<'_>, sentence: SentenceId, odd: &BTreeSet<usize>) -> Finding {
    let entries = || odd.iter().map(|n| ODD[*n]);
    let reasons: BTreeSet<&str> = entries().map(|(_, reason, _)| reason).collect();
    let traffic = list_first(
        entries()
            .map(|(traffic, ..)| format!("`{traffic}`"))
            .collect(),
    );
    let reasons = reasons.into_iter().collect::<Vec<_>>().join(", and ");

    let span = subject.policy.sentence(sentence).span;
    let finding = Finding::new(format!("{traffic} admits no useful traffic")).caused(span, reasons);
    entries().fold(finding, |finding, (.., meant)| finding.help(meant))
}
