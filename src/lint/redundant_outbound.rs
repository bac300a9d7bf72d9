//! `redundant-outbound`: a sentence that lets an open tier send what it may send already.

use super::{Category, Judge, Level, Lint, Subject, quoted, without};
use crate::diagnostic::{Correction, Finding};
use crate::policy::{Flow, Outbound, Policy, TierId};
use std::collections::HashSet;

/// The lint.
pub const LINT: Lint = Lint {
    name: "redundant-outbound",
    title: "a sentence that lets an open tier send what it may send already",
    level: Level::Warn,
    category: Category::Maintainability,
    ids: &[],
    text: "\
Checks: that `A allows S to PEER` stands only where it opens something. It opens nothing where the outbound side of A is
open and the peer is no tier. Toward a tier it opens the inbound side there, and nothing is said.

Why: whoever reads the sentence takes it for what the tier may send, and for all of that; but the tier may send
everything, whether the sentence is there or not.

Instead: delete it, or close the tier with `outbound = closed`, so that the sentence is what counts.",
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
    // the flows of a sentence stand together
    let policy = subject.policy;
    let sentences = policy.flows.chunk_by(|a, b| a.sentence == b.sentence);
    found.extend(sentences.filter_map(|flows| finding(policy, flows)));
}

/// Whether a flow adds no rule: the outbound gate of its tier is open, and no tier receives it.
fn is_idle(policy: &Policy, flow: &Flow) -> bool {
    let is_open = policy.tier(flow.subject).outbound == Outbound::Open;
    flow.receiver().is_none() && is_open
}

/// That some flows of a sentence add no rule.
fn finding(policy: &Policy, flows: &[Flow]) -> Option<Finding> {
    let idle = || flows.iter().filter(|flow| is_idle(policy, flow));
    let mut tiers: Vec<TierId> = idle().map(|flow| flow.subject).collect();
    tiers.sort_unstable();
    tiers.dedup();
    if tiers.is_empty() {
        return None;
    }

    // in the order of the sentence, once each
    let mut seen = HashSet::new();
    let mut peers: Vec<String> = idle().map(|flow| peer_as_written(policy, flow)).collect();
    peers.retain(|peer| seen.insert(peer.clone()));
    let peers = quoted(peers.iter().map(String::as_str));
    let tiers = tiers
        .into_iter()
        .map(|tier| policy.tier(tier).name.as_str());
    let tiers = quoted(tiers);

    let statement = policy.sentence(flows[0].sentence).span;
    let message = format!("the outbound side of {tiers} is open, so that {peers} adds no rule");
    let finding = Finding::new(message)
        .caused(statement, "lets nothing more out")
        .help("leave it out, or close the tier: `outbound = closed`");
    if flows.iter().all(|flow| is_idle(policy, flow)) {
        let leave_out = Correction::review("leave it out", without(policy, statement));
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
