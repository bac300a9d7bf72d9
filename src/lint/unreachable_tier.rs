//! `unreachable-tier`: a tier that nothing can reach.

use super::definition::{Category, Judge, Lint};
use super::level::Level;
use super::subject::Subject;
use crate::diagnostic::Finding;
use crate::policy::{Flow, TierId};

/// The lint.
pub const LINT: Lint = Lint {
    name: "unreachable-tier",
    title: "a tier that nothing can reach and no sentence mentions",
    level: Level::Warn,
    category: Category::Maintainability,
    ids: &[],
    text: "\
Checks: that each tier can be reached because of some sentence, or is the sender of one, as for a
worker that reads from a queue. A sentence whose `until` date has passed makes nothing reachable; a
sender in it still counts as a sender, and `expired` reports the sentence. Whether a server accepts
what its role needs is checked by `role-expectation`.

Why: a sentence may be missing, or the tier may be left over.

Instead: allow traffic to it, or delete it. If its members only open connections, and its outbound
side is open so that no sentence names a destination, add
`@allow(unreachable-tier, \"reads from a queue\")`.",
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

    let is_connected = |id: TierId| {
        let mut groups = policy.members.groups_of(id);
        groups.any(|group| connected[group.index()])
    };

    for tier in policy.tier_ids().filter(|id| !is_connected(*id)) {
        let tier = policy.tier(tier);
        let finding = Finding::new(format!(
            "nothing can reach `{}`, and no sentence mentions it",
            tier.name
        ));
        let help = format!("allow traffic to it: `{} allows … from …`", tier.name);
        let allow = "if it only opens connections, add `@allow(unreachable-tier, \"…\")` before \
                     its declaration";
        found.push(
            finding
                .caused(tier.span, "not in any sentence in effect")
                .help(help)
                .help(allow),
        );
    }
}
