//! `redundant-outbound`: a sentence that allows traffic that an open tier may already send.

use super::definition::{Category, Judge, Lint};
use super::level::Level;
use super::statement::delete_statement;
use super::subject::Subject;
use super::words::quote_names;
use crate::diagnostic::{Correction, Finding};
use crate::groups::{is_open_to_peer, open_to};
use crate::net::Family;
use crate::policy::{Flow, Owner, Policy, TierId, Verb};
use std::collections::HashSet;

/// The lint.
pub const LINT: Lint = Lint {
    name: "redundant-outbound",
    title: "a sentence that allows traffic that an open tier may already send",
    level: Level::Warn,
    category: Category::Maintainability,
    ids: &[],
    text: "\
Checks: that each sentence `A allows S to PEER` or `A sends S to PEER` opens something. It opens
nothing if the outbound side of A is open for the address family of the peer, unless it is
`A allows S to B` and B is a tier, whose inbound side it opens. A sentence with `sends` still writes
its rule.

Why: the sentence looks like a complete list of what the tier may send; but the tier may send all
traffic, with or without the sentence.

Instead: delete it, or close the tier with `outbound = closed`, so that the sentence takes effect.",
    fires: "\
network office = 203.0.113.0/24
tier web

web allows https from office
web allows smtp to 198.51.100.25
",
    passes: "\
network office = 203.0.113.0/24
tier web { outbound = closed }

web allows https from office
web allows smtp to 198.51.100.25
",
    judge: Judge::Program(judge),
};

fn judge(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    // the flows of a sentence are adjacent
    let policy = subject.policy;
    let sentences = policy.flows.chunk_by(|a, b| a.sentence == b.sentence);
    found.extend(sentences.filter_map(|flows| redundant_finding(policy, flows)));
}

/// Whether a flow allows nothing more: the outbound gate of its tier is open, and it opens no other
/// gate.
fn is_idle(policy: &Policy, flow: &Flow) -> bool {
    let is_idle_at = |tier: TierId| {
        is_open_to_peer(policy, tier, flow.destination())
            && (flow.verb != Verb::Sends || may_send_all(policy, tier, flow))
    };
    let sender = flow.sending().and_then(Owner::tier);
    flow.accepting().is_none() && sender.is_some_and(is_idle_at)
}

/// Whether an open tier may send all traffic of a flow anyway, in each IP version of its traffic
/// and its peer.
fn may_send_all(policy: &Policy, tier: TierId, flow: &Flow) -> bool {
    let of = [
        policy.peer_family(flow.destination()),
        flow.traffic.family(),
    ];
    let is_asked = |family: &Family| of.iter().flatten().all(|other| other == family);
    let open = open_to(policy, tier);
    let is_open = |family| open.iter().any(|block| Family::of_block(block) == family);
    Family::BOTH.into_iter().filter(is_asked).all(is_open)
}

/// A finding that some flows of a sentence add no rule.
fn redundant_finding(policy: &Policy, flows: &[Flow]) -> Option<Finding> {
    if !flows.iter().any(|flow| is_idle(policy, flow)) {
        return None;
    }

    // a tier that is open in one IP version has rules for the other part of a peer like `anywhere`
    let adding = flows.iter().filter(|flow| !is_idle(policy, flow));
    let adding: HashSet<_> = adding
        .filter(|flow| flow.receiver().is_none() && flow.named.is_some())
        .map(|flow| (flow.subject, flow.named))
        .collect();

    let is_reported =
        |flow: &&Flow| is_idle(policy, flow) && !adding.contains(&(flow.subject, flow.named));
    let idle = || flows.iter().filter(is_reported);
    let mut tiers: Vec<TierId> = idle().filter_map(Flow::sender).collect();
    tiers.sort_unstable();
    tiers.dedup();

    if tiers.is_empty() {
        return None;
    }

    // in the order of the sentence, once each
    let mut seen = HashSet::new();
    let mut peers: Vec<String> = idle().map(|flow| peer_as_written(policy, flow)).collect();
    peers.retain(|peer| seen.insert(peer.clone()));
    let peers = quote_names(peers.iter().map(String::as_str));

    let tiers = tiers
        .into_iter()
        .map(|tier| policy.tier(tier).name.as_str());
    let tiers = quote_names(tiers);

    let statement = policy.sentence(flows[0].sentence).span;
    let what = match flows[0].verb {
        Verb::Allows | Verb::Accepts => format!("{peers} adds no rule"),
        Verb::Sends => format!("a rule to {peers} opens nothing"),
    };
    let message = format!("the outbound side of {tiers} is open, so {what}");
    let mut finding = Finding::new(message)
        .caused(statement, "allows nothing more")
        .help("delete it, or close the tier: `outbound = closed`");

    let is_partly_open = |flow: &Flow| {
        let sender = flow.sender();
        sender.is_some_and(|tier| !may_send_all(policy, tier, flow))
    };
    if idle().any(is_partly_open) {
        finding = finding.help("for a rule of both IP versions, write `sends`");
    }

    if flows.iter().all(|flow| is_idle(policy, flow)) {
        let leave_out = Correction::review("delete it", delete_statement(policy, statement));
        Some(finding.corrected(leave_out))
    } else {
        Some(finding)
    }
}

fn peer_as_written(policy: &Policy, flow: &Flow) -> String {
    let mut word = String::new();
    policy.push_peer(flow, &mut word);
    word
}
