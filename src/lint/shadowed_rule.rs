//! `shadowed-rule`: a sentence, or a part of one, that changes nothing, since others allow all of
//! it.

use super::{Judge, Level, Lint, Subject, without};
use crate::analysis::redundancy::{Redundant, redundant_flows};
use crate::diagnostic::{Correction, Finding};
use crate::policy::SentenceId;
use std::collections::{BTreeMap, BTreeSet};

/// The lint.
pub const LINT: Lint = Lint {
    name: "shadowed-rule",
    title: "a rule that other rules cover",
    level: Level::Warn,
    ids: &[],
    text: "\
Checks: that each rule allows something that the other rules of its group do not. A rule is covered
by one wider rule, or by several that together leave nothing of it, in addresses and in ports. A
rule that references a tier is covered by rules for addresses if those include all addresses that
its members can have. All reported rules can be deleted at the same time.

Why: a covered rule counts toward the quota, and narrowing or deleting it closes nothing.

Instead: delete it, or narrow the rule that covers it. A sentence between two tiers opens two gates,
and is needed as long as either of them needs it.",
    fires: "\
network campus = 10.20.0.0/16
tier app

app allows tcp 8000-8999 from campus
app allows tcp 8080      from 10.20.30.0/24
",
    calm: "\
network campus = 10.20.0.0/16
tier app

app allows tcp 8000-8079, 8081-8999 from campus
app allows tcp 8080                 from 10.20.30.0/24
",
    judge: Judge::Program(judge),
};

fn judge(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let policy = subject.policy;
    let sentence = |flow: u32| policy.flows[flow as usize].sentence;
    // by sentence, and by the sentences that cover it
    let mut covered_by: BTreeMap<(SentenceId, BTreeSet<SentenceId>), Vec<Redundant>> =
        BTreeMap::new();
    for one in redundant_flows(subject.deployment, &subject.gates) {
        let by = one.by.iter().map(|flow| sentence(*flow)).collect();
        covered_by
            .entry((sentence(one.flow), by))
            .or_default()
            .push(one);
    }
    let mut of_sentence = vec![0; policy.sentences.len()];
    policy
        .flows
        .iter()
        .for_each(|flow| of_sentence[flow.sentence.index()] += 1);
    for ((id, by), covered) in covered_by {
        let one = subject.one_rule(covered[0].flow);
        let together = if covered[0].by.len() > 1 {
            "other rules together"
        } else {
            "another"
        };
        let message = match covered.len() {
            1 => format!("{one} is covered by {together}"),
            2 => format!("{one} is covered by {together}, and so is 1 more of this sentence"),
            more => format!(
                "{one} is covered by {together}, and so are {} more of this sentence",
                more - 1
            ),
        };
        let whole = of_sentence[id.index()] == covered.len() && !by.contains(&id);
        let words = match (by.contains(&id), of_sentence[id.index()]) {
            (true, _) => "one sentence has a rule and a wider one",
            (false, all) if all == covered.len() => "has no effect",
            (false, _) => "part of this has no effect",
        };
        let mut finding = Finding::new(message).caused(policy.sentence(id).span, words);
        for other in by.iter().filter(|other| **other != id) {
            let flow = covered[0].by.iter().find(|flow| sentence(**flow) == *other);
            let words = flow.map_or_else(
                || "covers it".to_string(),
                |flow| format!("covers it with {}", subject.one_rule(*flow)),
            );
            finding = finding.at(policy.sentence(*other).span, words);
        }
        let finding = finding.help("delete the covered part, or narrow the wider part");
        let delete = Correction::review(
            "delete the covered part",
            without(policy, policy.sentence(id).span),
        );
        found.push(if whole {
            finding.corrected(delete)
        } else {
            finding
        });
    }
}
