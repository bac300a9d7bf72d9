//! `unreachable-tier`: a tier that nothing can reach.

use super::{Category, Judge, Level, Lint, Subject};
use crate::diagnostic::Finding;
use crate::policy::Flow;

/// The lint.
pub const LINT: Lint = Lint {
    name: "unreachable-tier",
    title: "a tier that nothing can reach, and of which no sentence speaks",
    level: Level::Warn,
    category: Category::Maintainability,
    ids: &[],
    text: "\
Checks: that some sentence lets each tier be reached, or speaks of it as a sender, as of a worker that fetches from a
queue. A sentence whose `until` is past lets nobody be reached any more; a sender in it is still one, and `expired`
reports the sentence. What a server needs is judged by its role: `role-expectation`.

Why: a sentence may be missing, or the tier may be left over.

Instead: say who may reach it, or delete it. Where its members only connect to others, and its outbound side is open so
that no sentence says to whom, `@allow(unreachable-tier, \"fetches from a queue\")`.",
    fires: "\
network office = 203.0.113.0/24
tier queue, worker, archive

queue allows amqps from worker, office
",
    passes: "\
network office = 203.0.113.0/24
tier queue, worker

queue allows amqps from worker, office
",
    judge: Judge::Program(judge),
};

fn judge(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let policy = subject.policy;
    let mut connected = vec![false; policy.tiers.len()];
    let receivers = policy.flows.iter().filter_map(Flow::receiver);
    let senders = policy
        .flows
        .iter()
        .chain(&policy.ended)
        .filter_map(Flow::sender);
    for tier in receivers.chain(senders) {
        connected[tier.index()] = true;
    }

    for (tier, _) in policy
        .tiers
        .iter()
        .zip(connected)
        .filter(|(_, connected)| !connected)
    {
        let finding = Finding::new(format!(
            "nothing can reach `{}`, and no sentence speaks of it",
            tier.name
        ));
        let help = format!("say who may reach it: `{} allows … from …`", tier.name);
        let allow = "if it only connects to others: `@allow(unreachable-tier, \"…\")` before its declaration";
        found.push(
            finding
                .caused(tier.span, "in no sentence that holds")
                .help(help)
                .help(allow),
        );
    }
}
