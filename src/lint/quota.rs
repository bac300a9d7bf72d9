//! `quota`: a group with more rules than AWS lets it have.

use super::{Category, Judge, Level, Lint, Subject};
use crate::analysis::quota::{DirectionUsage, costs, totals};
use crate::diagnostic::Finding;
use crate::net::Family;
use crate::policy::SentenceId;

/// The lint.
pub const LINT: Lint = Lint {
    name: "quota",
    title: "a group with more rules than AWS lets it have",
    level: Level::Deny,
    category: Category::Maintainability,
    ids: &[],
    text: "\
Checks: that no group has more inbound or more outbound rules, of IPv4 or of IPv6, than `rule-quota` of the stack: 60
where it does not say. A block counts 1 in its family, a group 1 in both, a prefix list its size (`entries`).

Why: AWS refuses the rule that is too much (`RulesPerSecurityGroupLimitExceeded`; VPC user guide, \"Amazon VPC quotas\"),
when half of the change is deployed.

Instead: name a network or a range of ports where there are many, name the tier instead of its addresses, split the
tier, or have the quota of the account raised and say so: `stack shop { rule-quota = 100 }`. `tierwall quota` shows what
each sentence costs.",
    fires: "\
stack shop { rule-quota = 3 }
tier app

app allows tcp 8080       from 10.0.0.0/24, 10.1.0.0/24
app allows tcp 9090, 9091 from 10.2.0.0/24
",
    passes: "\
stack shop { rule-quota = 3 }
tier app

app allows tcp 8080      from 10.0.0.0/24, 10.1.0.0/24
app allows tcp 9090-9091 from 10.2.0.0/24
",
    judge: Judge::Program(judge),
};

fn judge(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let quota = subject.policy.stack.rule_quota;
    for side in totals(subject.deployment) {
        let over = Family::BOTH
            .into_iter()
            .filter(|family| side.used.in_family(*family) > quota);
        found.extend(over.map(|family| finding(subject, &side, family, quota)));
    }
}

/// Points at the sentence that passes the quota, and at the one that costs most.
fn finding(subject: &Subject<'_>, side: &DirectionUsage, family: Family, quota: u32) -> Finding {
    let (used, name) = (
        side.used.in_family(family),
        &subject.policy.tier(side.tier).name,
    );
    let way = side.direction.words();
    let message = format!(
        "`{name}` has {used} {way} rules of {}, and AWS lets it have {quota}",
        family.words()
    );
    let mut costs: Vec<(SentenceId, u32)> = costs(subject.deployment, side.tier, side.direction)
        .iter()
        .map(|(id, cost)| (*id, cost.in_family(family)))
        .collect();
    let most = costs
        .iter()
        .copied()
        .max_by_key(|(id, cost)| (*cost, std::cmp::Reverse(*id)));
    costs.sort_unstable();
    let mut sum = 0;
    let passes = costs.iter().copied().find(|(_, cost)| {
        sum += cost;
        sum > quota
    });
    let span = |id: SentenceId| subject.policy.sentence(id).span;
    let mut finding = Finding::new(message).about(subject.policy.tier(side.tier).span);
    if let Some((id, cost)) = passes {
        finding = finding.caused(span(id), format!("passes the quota, with {}", rules(cost)));
    }

    if let Some((id, cost)) = most.filter(|most| Some(*most) != passes) {
        finding = finding.at(span(id), format!("costs most: {}", rules(cost)));
    }

    finding
        .help("name networks and ranges of ports where there are many, or split the tier")
        .help("`rule-quota` of the stack says what the account has, if it is more")
}

fn rules(count: u32) -> String {
    if count == 1 {
        "1 rule".to_string()
    } else {
        format!("{count} rules")
    }
}
