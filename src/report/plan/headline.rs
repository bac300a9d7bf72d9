//! What AWS will do, in one line.

use crate::plan::{BeforeAfter, Changes, GroupOutcome, OtherChange, RuleOutcome, Targets};

/// The outcomes of rules that are counted together, and their text.
const RULE_COUNTS: [(&[RuleOutcome], &str); 7] = [
    (&[RuleOutcome::Added], "to add"),
    (&[RuleOutcome::Removed], "to remove"),
    (
        &[
            RuleOutcome::WithGroup,
            RuleOutcome::OwnerDefault,
            RuleOutcome::WithPeer,
            RuleOutcome::PortDefault,
            RuleOutcome::ResourceRenamed,
            RuleOutcome::Halved,
            RuleOutcome::Joined,
        ],
        "to replace",
    ),
    (&[RuleOutcome::Retargeted], "to reference another group"),
    (&[RuleOutcome::Default], "with a changed default"),
    (&[RuleOutcome::Text], "with a changed description"),
    (&[RuleOutcome::Tagged], "with other tags"),
];

/// The words for groups, in the order in which [`group_place`] counts them.
const GROUP_WORDS: [&str; 6] = [
    "replaced",
    "recreated",
    "deleted",
    "created",
    "renamed",
    "with other tags",
];

/// The summary for some targets: `3 rules to add, 1 to remove; 1 group replaced, 1 created`.
pub fn summarize_changes(changes: &Changes<'_>, of: Targets) -> String {
    let rules = list_counts(["rule", "rules"], &count_rules(changes, of));
    let groups = list_counts(["group", "groups"], &count_groups(changes, of));
    let parts: Vec<String> = [rules, groups].into_iter().flatten().collect();

    if parts.is_empty() {
        summarize_parameters(changes, of)
    } else {
        parts.join("; ")
    }
}

fn count_rules(changes: &Changes<'_>, of: Targets) -> [(usize, &'static str); 7] {
    RULE_COUNTS.map(|(outcomes, words)| {
        let counted = changes.rules.iter().filter(|(change, targets)| {
            targets.includes_any(of) && outcomes.contains(&change.outcome)
        });
        (counted.count(), words)
    })
}

fn count_groups(changes: &Changes<'_>, of: Targets) -> [(usize, &'static str); 6] {
    let mut counts = GROUP_WORDS.map(|words| (0, words));
    for (change, targets) in &changes.groups {
        if targets.includes_any(of) {
            counts[group_place(&change.outcome)].0 += 1;
        }
    }
    counts
}

/// The position of the text for a group.
fn group_place(outcome: &GroupOutcome) -> usize {
    match outcome {
        GroupOutcome::Replaced { .. } => 0,
        GroupOutcome::Recreated => 1,
        GroupOutcome::Deleted => 2,
        GroupOutcome::Created => 3,
        GroupOutcome::Moved { .. } => 4,
        GroupOutcome::Tagged => 5,
    }
}

/// The summary if neither rules nor groups change: a prefix list can change, or a parameter, and
/// with it what a new deployment opens.
fn summarize_parameters(changes: &Changes<'_>, of: Targets) -> String {
    let is_changed =
        |change: &OtherChange| matches!(change, OtherChange::Parameter(BeforeAfter::Both(..)));
    let is_list = |change: &OtherChange| matches!(change, OtherChange::MadeList(_));
    let is_output = |change: &OtherChange| {
        use OtherChange::{ListOutput, MapOutput, Output};
        matches!(change, Output(_) | ListOutput(_) | MapOutput(_))
    };
    let count = |is_it: &dyn Fn(&OtherChange) -> bool| {
        let others = changes.others.iter();
        let others = others.filter(|(change, targets)| targets.includes_any(of) && is_it(change));
        others.count()
    };

    let counts = [
        (count(&is_list), "prefix list"),
        (count(&is_changed), "parameter"),
        (count(&is_output), "output"),
    ];
    let words: Vec<String> = counts
        .into_iter()
        .filter_map(|(count, noun)| match count {
            0 => None,
            1 => Some(format!("1 {noun} changes")),
            count => Some(format!("{count} {noun}s change")),
        })
        .collect();

    if words.is_empty() {
        "no rule and no group changes".to_string()
    } else {
        words.join(", ")
    }
}

/// `3 rules to add, 1 to remove`
fn list_counts([one, many]: [&str; 2], counts: &[(usize, &str)]) -> Option<String> {
    let mut parts = counts.iter().filter(|(count, _)| *count > 0);
    let (count, words) = parts.next()?;
    let noun = if *count == 1 { one } else { many };
    let rest = parts
        .map(|(count, words)| format!(", {count} {words}"))
        .collect::<String>();
    Some(format!("{count} {noun} {words}{rest}"))
}
