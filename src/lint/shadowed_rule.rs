//! `shadowed-rule`: a sentence, or a part of one, that has no effect, because others allow all of
//! it.

use super::definition::{Category, Judge, Lint};
use super::level::Level;
use super::statement::delete_statement;
use super::subject::Subject;
use crate::analysis::redundancy::{Redundant, redundant_flows};
use crate::diagnostic::{Correction, Finding};
use crate::policy::SentenceId;
use std::collections::{BTreeMap, BTreeSet};

/// The lint.
pub const LINT: Lint = Lint {
    name: "shadowed-rule",
    title: "a rule that other rules cover",
    level: Level::Warn,
    category: Category::Maintainability,
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
    for redundant in redundant_flows(subject.deployment, &subject.gates) {
        let by = redundant.by.iter().map(|flow| sentence(*flow)).collect();
        let key = (sentence(redundant.flow), by);
        covered_by.entry(key).or_default().push(redundant);
    }

    let mut flows_of = vec![0; policy.sentences.len()];
    for flow in &policy.flows {
        flows_of[flow.sentence.index()] += 1;
    }

    for ((id, by), covered) in covered_by {
        let is_whole = flows_of[id.index()] == covered.len();
        found.push(shadowed_finding(subject, id, &by, &covered, is_whole));
    }
}

/// A finding that others cover some or all flows of a sentence.
fn shadowed_finding(
    subject: &Subject<'_>,
    id: SentenceId,
    by: &BTreeSet<SentenceId>,
    covered: &[Redundant],
    is_whole: bool,
) -> Finding {
    let policy = subject.policy;
    let is_by_itself = by.contains(&id);
    let label = match (is_by_itself, is_whole) {
        (true, _) => "one sentence has a rule and a wider one",
        (false, true) => "has no effect",
        (false, false) => "part of this has no effect",
    };

    let statement = policy.sentence(id).span;
    let mut finding = Finding::new(finding_message(subject, covered)).caused(statement, label);

    for other in by.iter().filter(|other| **other != id) {
        let mut flows = covered[0].by.iter();
        let label = match flows.find(|flow| policy.flow(**flow).sentence == *other) {
            Some(flow) => format!("covers it with {}", subject.one_rule(*flow)),
            None => "covers it".to_string(),
        };
        finding = finding.at(policy.sentence(*other).span, label);
    }

    let finding = finding.help("delete the covered part, or narrow the wider part");
    if is_whole && !is_by_itself {
        let delete = delete_statement(policy, statement);
        finding.corrected(Correction::review("delete the covered part", delete))
    } else {
        finding
    }
}

/// "`tcp 443` from `web` to `app` is covered by another, and so is 1 more of this sentence"
fn finding_message(subject: &Subject<'_>, covered: &[Redundant]) -> String {
    let one = subject.one_rule(covered[0].flow);
    let together = if covered[0].by.len() > 1 {
        "other rules together"
    } else {
        "another"
    };
    let more = match covered.len() - 1 {
        0 => String::new(),
        1 => ", and so is 1 more of this sentence".to_string(),
        more => format!(", and so are {more} more of this sentence"),
    };
    format!("{one} is covered by {together}{more}")
}
