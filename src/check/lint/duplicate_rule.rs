//! `duplicate-rule`: a sentence that says what another says already.

use super::{Judge, Level, Lint, Subject};
use crate::diagnostic::Finding;
use crate::policy::SentenceId;
use std::collections::{BTreeMap, BTreeSet};

/// The lint.
pub const LINT: Lint = Lint {
    name: "duplicate-rule",
    title: "a sentence that says what another says already",
    level: Level::Warn,
    ids: &[],
    text: "\
Checks: that no two sentences, and no two parts of one sentence, give the same rule of the same group.
`a allows S from b` and `b allows S to a` say the same.

Why: AWS refuses a second rule with the same traffic and the same peer, whatever its description (EC2 API reference,
AuthorizeSecurityGroupIngress), so the rule is in the output once; and whoever deletes one of the sentences closes
nothing.

Instead: delete one of them, or the part that is said twice.",
    fires: "\
network office = 203.0.113.0/24
tier web

web allows http, https from office
web allows https       from 203.0.113.0/24
",
    calm: "\
network office = 203.0.113.0/24
tier web

web allows http, https from office
",
    judge: Judge::Program(judge),
};

fn judge(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let (policy, deployment) = (subject.policy, subject.deployment);
    let sentence = |flow: u32| policy.flows[flow as usize].sentence;
    // by the later sentence and the first: the flows of the later that the first states already
    let mut again: BTreeMap<(SentenceId, SentenceId), BTreeSet<u32>> = BTreeMap::new();
    for rule in deployment.groups.iter().flat_map(|group| group.ingress.iter().chain(&group.egress)) {
        if let [_, _, ..] = deployment.origins(rule) {
            let mut flows = deployment.origins(rule).to_vec();
            flows.sort_unstable();
            for flow in &flows[1..] {
                again.entry((sentence(*flow), sentence(flows[0]))).or_default().insert(*flow);
            }
        }
    }
    found.extend(again.into_iter().map(|((later, first), flows)| finding(subject, later, first, &flows)));
}

fn finding(subject: &Subject<'_>, later: SentenceId, first: SentenceId, flows: &BTreeSet<u32>) -> Finding {
    let one = flows.first().map_or_else(String::new, |flow| subject.one_rule(*flow));
    let message = match flows.len() {
        1 => format!("{one} is allowed twice"),
        2 => format!("{one} is allowed twice, and so is 1 more"),
        more => format!("{one} is allowed twice, and so are {} more", more - 1),
    };
    let [later_span, first_span] = [later, first].map(|id| subject.policy.sentence(id).span);
    let finding = Finding::new(message);
    if later == first {
        finding.caused(later_span, "said twice in this sentence").help("delete what is said twice")
    } else {
        finding.caused(later_span, "said again").at(first_span, "said here already").help("delete one of them")
    }
}
