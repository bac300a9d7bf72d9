//! `redundant-outbound`: a sentence that lets an open tier send what it may send already.

use super::{Judge, Level, Lint, Subject, quoted};
use crate::diagnostic::Finding;
use crate::policy::{Outbound, TierId, WordId};

/// The lint.
pub const LINT: Lint = Lint {
    name: "redundant-outbound",
    title: "a sentence that lets an open tier send what it may send already",
    level: Level::Warn,
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
    // the flows of a sentence stand together
    for said in policy.flows.chunk_by(|a, b| a.sentence == b.sentence) {
        let idle = said.iter().filter(|flow| flow.receiver().is_none() && open(flow.subject));
        let (mut tiers, mut peers): (Vec<TierId>, Vec<WordId>) = idle.map(|flow| (flow.subject, flow.named)).unzip();
        tiers.sort_unstable();
        tiers.dedup();
        peers.sort_unstable();
        peers.dedup();
        if !tiers.is_empty() {
            let tiers = quoted(tiers.into_iter().map(|tier| policy.tier(tier).name.as_str()));
            let peers = quoted(peers.into_iter().map(|peer| policy.words.text(peer)));
            let finding = Finding::new(format!("the outbound side of {tiers} is open, so that {peers} adds no rule"));
            let finding = finding.caused(policy.sentence(said[0].sentence).span, "lets nothing more out");
            found.push(finding.help("leave it out, or close the tier: `outbound = closed`"));
        }
    }
}
