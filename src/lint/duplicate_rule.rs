//! `duplicate-rule`: a sentence that repeats another.

use super::definition::{Category, Judge, Lint};
use super::level::Level;
use super::statement::{delete_statement, holds_always};
use super::subject::Subject;
use crate::diagnostic::{Correction, Finding};
use crate::groups::{Direction, Rule};
use crate::policy::{Policy, SentenceId};
use std::collections::{BTreeMap, BTreeSet};

/// The lint.
pub const LINT: Lint = Lint {
    name: "duplicate-rule",
    title: "a sentence that repeats another",
    level: Level::Warn,
    category: Category::Maintainability,
    ids: &[],
    text: "\
Checks: that no two sentences, and no two parts of one sentence, produce the same rule of the same
group. `a allows S from b` and `b allows S to a` are equivalent.

Why: AWS rejects a second rule with the same traffic and the same peer, whatever its description
(EC2 API reference, AuthorizeSecurityGroupIngress), so the output has the rule once. Deleting only
one of the sentences closes nothing. The rule has the tags of all its sentences; where they give one
tag several values, it has the value that sorts first.

Instead: delete one of them, or the repeated part. If they have different tags, write one sentence
with the tags of both.",
    fires: "\
network office = 203.0.113.0/24
tier web

web allows http, https from office
web allows https       from 203.0.113.0/24
",
    passes: "\
network office = 203.0.113.0/24
tier web

web allows http, https from office
",
    judge: Judge::Program(judge),
};

/// Sentences that are completely repeated by others.
struct FullRepeats {
    /// By sentence: whether it is the first to allow some flow.
    needed: Vec<bool>,
    /// Sentences without which a rule would have another description, or another last day.
    differ: BTreeSet<SentenceId>,
}

fn judge(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let (policy, deployment) = (subject.policy, subject.deployment);
    let sentence = |flow: u32| policy.flow(flow).sentence;

    // by the later sentence and the first: the flows of the later that the first already allows
    let mut repeated: BTreeMap<(SentenceId, SentenceId), BTreeSet<u32>> = BTreeMap::new();
    let mut whole = FullRepeats {
        needed: vec![false; policy.sentences.len()],
        differ: BTreeSet::new(),
    };

    for group in &deployment.groups {
        for direction in Direction::ALL {
            for rule in group.rules(direction) {
                let Some((first, others)) = deployment.rule_origins(rule).split_first() else {
                    continue;
                };
                whole.needed[sentence(*first).index()] = true;
                if others.is_empty() {
                    continue;
                }

                for flow in repeating_flows(subject, rule, *first, others) {
                    let key = (sentence(flow), sentence(*first));
                    repeated.entry(key).or_default().insert(flow);
                    if is_another(subject, (rule, direction), *first, flow) {
                        whole.differ.insert(sentence(flow));
                    }
                }
            }
        }
    }

    for ((later, first), flows) in repeated {
        found.push(duplicate_finding(subject, later, first, &flows, &whole));
    }
}

/// The flows of a rule that repeat its first one: all of them, but for a rule with a list, which has
/// a flow for each entry.
fn repeating_flows<'f>(
    subject: &Subject<'f>,
    rule: &Rule,
    first: u32,
    others: &'f [u32],
) -> impl Iterator<Item = u32> + 'f {
    let policy = subject.policy;
    let peer = policy.flow(first).peer;
    let is_list = rule.peer.prefix_list().is_some();
    let repeats = move |flow: &u32| !is_list || policy.flow(*flow).peer == peer;
    others.iter().copied().filter(repeats)
}

/// Whether a rule of two flows would change without the later one.
fn is_another(
    subject: &Subject<'_>,
    (rule, direction): (&Rule, Direction),
    first: u32,
    later: u32,
) -> bool {
    let policy = subject.policy;
    let last_day = |flow: u32| {
        let until = policy.sentence(policy.flow(flow).sentence).until;
        until.map(|(_, day)| day)
    };
    let ends_before =
        last_day(first).is_some_and(|first| last_day(later).is_none_or(|later| first < later));
    ends_before
        || changes_tags(subject, rule, later)
        || !subject.deployment.is_described_by(rule, first, direction)
}

/// Whether a rule would have other tags without the sentence of a flow.
fn changes_tags(subject: &Subject<'_>, rule: &Rule, flow: u32) -> bool {
    let (policy, deployment) = (subject.policy, subject.deployment);
    let sentence = policy.flow(flow).sentence;
    let has_tags = !policy.sentence_tags.of_sentence(sentence).is_empty();
    has_tags && deployment.rule_tags(rule) != deployment.rule_tags_without(rule, sentence)
}

fn duplicate_finding(
    subject: &Subject<'_>,
    later: SentenceId,
    first: SentenceId,
    flows: &BTreeSet<u32>,
    whole: &FullRepeats,
) -> Finding {
    let policy = subject.policy;
    let [later_span, first_span] = [later, first].map(|id| policy.sentence(id).span);
    let finding = Finding::new(finding_message(subject, flows));

    if later == first {
        return finding
            .caused(later_span, "repeated in this sentence")
            .help("delete the repetition");
    }

    let finding = finding
        .caused(later_span, "repeated here")
        .at(first_span, "first allowed here");

    if whole.needed[later.index()] {
        return finding.help("delete the repetition");
    }

    let delete = Correction::safe("delete it", delete_statement(policy, later_span));
    let helps = duplicate_help(policy, later, first);
    let finding = helps
        .into_iter()
        .fold(finding, Finding::help)
        .corrected(delete);

    if whole.differ.contains(&later) || !holds_always(policy, later_span) {
        finding.unsure()
    } else {
        finding
    }
}

/// What to do about a sentence that is repeated completely; its rule may have the tags of another.
fn duplicate_help(policy: &Policy, later: SentenceId, first: SentenceId) -> Vec<String> {
    let [tags, others] = [later, first].map(|id| policy.sentence_tags.of_sentence(id));
    let is_spare = tags.iter().all(|tag| others.contains(tag));
    let is_other_spare = others.iter().all(|tag| tags.contains(tag));
    let help = match (is_spare, is_other_spare) {
        (true, true) => "delete it, or the other",
        (true, false) => "delete it: the rule has the tags of the other",
        (false, true) => "delete the other: the rule has the tags of this one",
        (false, false) => {
            "write one sentence with the tags of both: the rule has the tags of all its sentences"
        }
    };

    let mut helps = vec![help.to_string()];
    for (key, value) in tags {
        let other = others.iter().find(|(other, _)| other == key);
        let Some((_, other)) = other.filter(|(_, other)| other != value) else {
            continue;
        };
        let values = [value, other].map(|value| value.view().as_written());
        let kept = values.iter().min().map_or("", |value| value.as_ref());
        helps.push(format!(
            "both give the tag `{key}` a value: the rule has `{kept}`, which sorts first"
        ));
    }
    helps
}

/// "`tcp 443` from `web` to `app` is allowed twice, and so is 1 more"
fn finding_message(subject: &Subject<'_>, flows: &BTreeSet<u32>) -> String {
    let first = flows.first().map(|flow| subject.one_rule(*flow));
    let one = first.unwrap_or_default();
    match flows.len() {
        1 => format!("{one} is allowed twice"),
        2 => format!("{one} is allowed twice, and so is 1 more"),
        more => format!("{one} is allowed twice, and so are {} more", more - 1),
    }
}
