//! `quota`: a security group that exceeds the rules quota of AWS.

use super::definition::{Category, Judge, Lint};
use super::level::Level;
use super::subject::Subject;
use crate::analysis::quota::{DirectionUsage, direction_usages, sentence_costs};
use crate::diagnostic::Finding;
use crate::net::Family;
use crate::policy::{Owner, SentenceId};
use crate::source::Span;

/// The lint.
pub const LINT: Lint = Lint {
    name: "quota",
    title: "a security group that exceeds the rules quota of AWS",
    level: Level::Deny,
    category: Category::Maintainability,
    ids: &[],
    text: "\
Checks: that no group has more inbound or outbound rules, for IPv4 or for IPv6, than the
`rule-quota` of the stack, which is 60 by default. A block counts as 1 in its address family, a
group as 1 in both, and a prefix list as its size (`entries`).

Why: AWS rejects the rules beyond the quota (`RulesPerSecurityGroupLimitExceeded`; VPC user guide,
\"Amazon VPC quotas\") in the middle of the deployment.

Instead: use a network or a range of ports in place of many single ones, name the tier instead of
its addresses, split the tier, or have the quota of the account increased and set
`stack shop { rule-quota = 100 }`. `tierwall quota` shows how many rules each sentence uses.",
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
    for side in direction_usages(subject.deployment) {
        let over = Family::BOTH
            .into_iter()
            .filter(|family| side.used.in_family(*family) > quota);
        found.extend(over.map(|family| quota_finding(subject, &side, family, quota)));
    }
}

/// A finding with the sentence that exceeds the quota, and the most costly one.
fn quota_finding(
    subject: &Subject<'_>,
    side: &DirectionUsage,
    family: Family,
    quota: u32,
) -> Finding {
    let (used, name) = (
        side.used.in_family(family),
        subject.policy.owner_name(side.owner),
    );
    let way = side.direction.words();
    let message = format!(
        "`{name}` has {used} {way} rules for {}, and the quota is {quota}",
        family.words()
    );

    let (passes, most) = costly_sentences(subject, side, family, quota);
    let span = |id: SentenceId| subject.policy.sentence(id).span;
    let mut finding = Finding::new(message).about(owner_span(subject, side.owner));

    if let Some((id, cost)) = passes {
        finding = finding.caused(
            span(id),
            format!("exceeds the quota with {}", rules_words(cost)),
        );
    }

    if let Some((id, cost)) = most.filter(|most| Some(*most) != passes) {
        finding = finding.at(span(id), format!("uses the most: {}", rules_words(cost)));
    }

    finding
        .help("combine addresses into blocks and ports into ranges, or split the tier")
        .help("if the account has a higher quota, set `rule-quota` in the stack")
}

/// A sentence, and how many rules it costs.
type SentenceCost = (SentenceId, u32);

/// The sentence at which the quota is exceeded, in the order of the program, and the most costly
/// one.
fn costly_sentences(
    subject: &Subject<'_>,
    side: &DirectionUsage,
    family: Family,
    quota: u32,
) -> (Option<SentenceCost>, Option<SentenceCost>) {
    let costs = sentence_costs(subject.deployment, side.owner, side.direction);
    let mut costs: Vec<SentenceCost> = costs
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

    (passes, most)
}

fn rules_words(count: u32) -> String {
    if count == 1 {
        "1 rule".to_string()
    } else {
        format!("{count} rules")
    }
}

fn owner_span(subject: &Subject<'_>, owner: Owner) -> Span {
    match owner {
        Owner::Tier(id) => subject.policy.tier(id).span,
        Owner::External(id) => subject.policy.external(id).span,
    }
}
