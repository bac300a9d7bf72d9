//! `unreachable-tier`: a tier that nothing can reach.

use super::{Judge, Level, Lint, Subject};
use crate::diagnostic::Finding;
use crate::policy::TierId;

/// The lint.
pub const LINT: Lint = Lint {
    name: "unreachable-tier",
    title: "a tier that nothing can reach",
    level: Level::Warn,
    ids: &[],
    text: "\
Checks: that each tier has an inbound rule. One from `itself` is enough. A sentence whose `until` is past gives none.

Why: servers are mostly there to be reached. A sentence may be missing, or the tier may be left over.

Instead: say who may reach it, or delete it. Where the members only connect to others, as workers do that fetch from a
queue, say so: `@allow(unreachable-tier, \"fetches from the queue\")`.",
    fires: "\
network office = 203.0.113.0/24
tier queue, worker

queue allows amqps from worker, office
",
    calm: "\
network office = 203.0.113.0/24
tier queue

@allow(unreachable-tier, \"fetches from the queue\")
tier worker

queue allows amqps from worker, office
",
    judge: Judge::Program(judge),
};

fn judge(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for (n, tier) in subject.policy.tiers.iter().enumerate() {
        if subject.gates.inbound(TierId(n as u32)).next().is_none() {
            let finding = Finding::new(format!("nothing can reach `{}`", tier.name));
            let finding = finding.caused(tier.span, "no sentence lets anything in");
            let name = &tier.name;
            let allow = "`@allow(unreachable-tier, \"only connects to others\")` before the declaration";
            found.push(finding.help(format!("say who may reach it: `{name} allows … from …`; or {allow}")));
        }
    }
}
