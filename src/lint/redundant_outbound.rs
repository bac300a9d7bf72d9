//! `redundant-outbound`: a sentence that allows traffic that an open tier may already send.

use super::{Judge, Level, Lint, Subject, quoted, without};
use crate::diagnostic::{Correction, Finding};
use crate::policy::{Flow, Outbound, TierId};
use std::collections::HashSet;

/// The lint.
pub const LINT: Lint = Lint {
    name: "redundant-outbound",
    title: "a sentence that allows traffic that an open tier may already send",
    level: Level::Warn,
    ids: &[],
    text: "\
Checks: that each sentence `A allows S to PEER` opens something. It opens nothing if the outbound
side of A is open and the peer is not a tier. If the peer is a tier, the sentence opens the inbound
side of that tier and is not reported.

Why: the sentence looks like a complete list of what the tier may send; but the tier may send all
traffic, with or without the sentence.

Instead: delete it, or close the tier with `outbound = closed`, so that the sentence takes effect.",
    fires: "\
network office = 203.0.113.0/24
tier web

web allows https from office
web allows smtp to 198.51.100.25
",
    calm: "\
network office = 203.0.113.0/24
tier web { outbound = closed }

web allows https from office
web allows smtp to 198.51.100.25
",
    judge: Judge::Program(judge),
};

fn judge(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let policy = subject.policy;
    let open = |tier: TierId| policy.tier(tier).outbound == Outbound::Open;
    let idle = |flow: &Flow| flow.receiver().is_none() && open(flow.subject);
    // the flows of a sentence stand together
    for said in policy.flows.chunk_by(|a, b| a.sentence == b.sentence) {
        let of_no_use: Vec<&Flow> = said.iter().filter(|flow| idle(flow)).collect();
        let mut tiers: Vec<TierId> = of_no_use.iter().map(|flow| flow.subject).collect();
        tiers.sort_unstable();
        tiers.dedup();
        if !tiers.is_empty() {
            let tiers = quoted(
                tiers
                    .into_iter()
                    .map(|tier| policy.tier(tier).name.as_str()),
            );
            let word = |flow: &Flow| {
                let mut word = String::new();
                policy.push_peer(flow, &mut word);
                word
            };
            // in the order of the sentence, once each
            let mut seen = HashSet::new();
            let mut peers: Vec<String> = of_no_use.into_iter().map(word).collect();
            peers.retain(|peer| seen.insert(peer.clone()));
            let peers = quoted(peers.iter().map(String::as_str));
            let finding = Finding::new(format!(
                "the outbound side of {tiers} is open, so {peers} adds no rule"
            ));
            let statement = policy.sentence(said[0].sentence).span;
            let finding = finding.caused(statement, "allows nothing more");
            let finding = finding.help("delete it, or close the tier: `outbound = closed`");
            let leave_out = Correction::review("delete it", without(policy, statement));
            found.push(if said.iter().all(idle) {
                finding.corrected(leave_out)
            } else {
                finding
            });
        }
    }
}
