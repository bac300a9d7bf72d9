//! What AWS will do, in one line.

use crate::plan::{BeforeAfter, Changes, GroupOutcome, OtherChange, RuleOutcome, Targets};

/// `3 rules to add, 1 to remove; 1 group replaced, 1 created`: of a target.
pub fn summarize_changes(changes: &Changes<'_>, of: Targets) -> String {
    let rules = |fates: &[RuleOutcome]| {
        changes
            .rules
            .iter()
            .filter(|(change, targets)| targets.includes_any(of) && fates.contains(&change.fate))
            .count()
    };

    let again = [
        RuleOutcome::WithGroup,
        RuleOutcome::OwnerDefault,
        RuleOutcome::WithPeer,
        RuleOutcome::ResourceRenamed,
        RuleOutcome::Halved,
        RuleOutcome::Joined,
    ];

    let groups = |is: fn(&GroupOutcome) -> bool| {
        changes
            .groups
            .iter()
            .filter(|(change, targets)| targets.includes_any(of) && is(&change.fate))
            .count()
    };

    let rules = list_counts(
        ["rule", "rules"],
        &[
            (rules(&[RuleOutcome::Added]), "to add"),
            (rules(&[RuleOutcome::Removed]), "to remove"),
            (rules(&again), "to replace"),
            (
                rules(&[RuleOutcome::Retargeted]),
                "to reference another group",
            ),
            (rules(&[RuleOutcome::Default]), "with a changed default"),
            (rules(&[RuleOutcome::Text]), "with a changed description"),
        ],
    );

    let groups = list_counts(
        ["group", "groups"],
        &[
            (
                groups(|fate| matches!(fate, GroupOutcome::Replaced { .. })),
                "replaced",
            ),
            (
                groups(|fate| matches!(fate, GroupOutcome::Recreated)),
                "recreated",
            ),
            (
                groups(|fate| matches!(fate, GroupOutcome::Deleted)),
                "deleted",
            ),
            (
                groups(|fate| matches!(fate, GroupOutcome::Created)),
                "created",
            ),
            (
                groups(|fate| matches!(fate, GroupOutcome::Moved { .. })),
                "renamed",
            ),
            (
                groups(|fate| matches!(fate, GroupOutcome::Tagged)),
                "with other tags",
            ),
        ],
    );

    let parts: Vec<String> = [rules, groups].into_iter().flatten().collect();
    if parts.is_empty() {
        summarize_parameters(changes, of)
    } else {
        parts.join("; ")
    }
}

/// What there is to say where neither rules nor groups change: a parameter may, and with it what a
/// new deployment opens.
fn summarize_parameters(changes: &Changes<'_>, of: Targets) -> String {
    let is_changed =
        |change: &OtherChange| matches!(change, OtherChange::Parameter(BeforeAfter::Both(..)));
    match changes
        .others
        .iter()
        .filter(|(change, targets)| targets.includes_any(of) && is_changed(change))
        .count()
    {
        0 => "no rule and no group changes".to_string(),
        1 => "1 parameter changes".to_string(),
        count => format!("{count} parameters change"),
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
