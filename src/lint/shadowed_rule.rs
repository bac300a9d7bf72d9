//! `shadowed-rule`: a sentence, or a part of one, that changes nothing, since others allow all of
//! it.

use super::{Category, Judge, Level, Lint, Subject, without};
use crate::analysis::redundancy::{Redundant, redundant_flows};
use crate::diagnostic::{Correction, Finding};
use crate::policy::SentenceId;
use std::collections::{BTreeMap, BTreeSet};

/// The lint.
pub const LINT: Lint = Lint {
    name: "shadowed-rule",
    title: "a rule that others cover",
    level: Level::Warn,
    category: Category::Maintainability,
    ids: &[],
    text: "\
Checks: that each rule lets something through that the others of its group do not. A rule is covered by one wider rule,
or by several that together leave nothing of it, addresses and ports alike; a rule that names a tier is covered by
rules with addresses where those hold all addresses that its members can have. All that is reported can be deleted at
once.

Why: it counts against the quota, and whoever narrows or deletes it believes to have closed something.

Instead: delete it, or narrow the rule that covers it. A sentence between two tiers opens two gates, and is of use while
either of them needs it.",
    fires: "\
network campus = 10.20.0.0/16
tier app

app allows tcp 8000-8999 from campus
app allows tcp 8080      from 10.20.30.0/24
",
    passes: "\
network campus = 10.20.0.0/16
tier app

app allows tcp 8000-8079, 8081-8999 from campus
app allows tcp 8080                 from 10.20.30.0/24
",
    judge: Judge::Program(judge),
};

fn judge(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let policy = subject.policy;
    let sentence = |flow: u32| policy.flow(flow).sentence;
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
            "others together"
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
            (true, _) => "wider and narrower in one sentence",
            (false, all) if all == covered.len() => "changes nothing",
            (false, _) => "a part of it changes nothing",
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
        let finding = finding.help("delete what is covered, or narrow what covers it");
        let delete = Correction::review(
            "delete what is covered",
            without(policy, policy.sentence(id).span),
        );
        found.push(if whole {
            finding.corrected(delete)
        } else {
            finding
        });
    }
}
