//! Merges the findings of several lints about exposure of one sentence.

use super::candidate::{Candidate, LintReport};
use super::definition::Lint;
use super::level::Level;
use super::opening::OpenTraffic;
use super::{
    icmp_all, missing_ipv6, open_admin_port, open_all_traffic, open_data_store,
    open_high_risk_port, open_http, open_plaintext, open_wide_range, role_expectation,
};
use crate::diagnostic::listed;
use crate::net::{Family, PerFamily, TrafficSet};
use crate::policy::{Owner, Policy};
use std::collections::{BTreeMap, BTreeSet};

/// The first of these lints reports a sentence that several of them find: it is the most specific.
const MOST_SPECIFIC_FIRST: [&str; 10] = [
    open_all_traffic::LINT.name,
    open_wide_range::LINT.name,
    open_admin_port::LINT.name,
    open_data_store::LINT.name,
    open_plaintext::LINT.name,
    open_high_risk_port::LINT.name,
    role_expectation::LINT.name,
    icmp_all::LINT.name,
    open_http::LINT.name,
    missing_ipv6::LINT.name,
];

/// Merges candidates with the same sentences: the most specific one is reported, names the other
/// lints, and has the highest of their levels.
pub fn merge_candidates(policy: &Policy, candidates: Vec<Candidate>) -> Vec<LintReport> {
    let mut reports = Vec::new();
    let mut by_causes: BTreeMap<_, Vec<(LintReport, OpenTraffic)>> = BTreeMap::new();

    for Candidate { report, open } in candidates {
        match open {
            Some(open) => by_causes
                .entry(report.finding.causes.clone())
                .or_default()
                .push((report, open)),
            None => reports.push(report),
        }
    }

    reports.extend(
        by_causes
            .into_values()
            .filter_map(|same| most_specific(policy, same)),
    );

    reports
}

/// The position of a lint in the order in which they report.
fn lint_rank(lint: &Lint) -> usize {
    let place = MOST_SPECIFIC_FIRST
        .iter()
        .position(|name| *name == lint.name);
    place.unwrap_or(MOST_SPECIFIC_FIRST.len())
}

/// The most specific of several reports about the same sentences, with the level and the names of
/// the others.
fn most_specific(policy: &Policy, mut same: Vec<(LintReport, OpenTraffic)>) -> Option<LintReport> {
    same.sort_by_key(|(report, open)| (lint_rank(report.lint), open.owner));
    let mut same = same.into_iter();
    let (first, open) = same.next()?;
    let others: Vec<(LintReport, OpenTraffic)> = same.collect();

    let tiers: BTreeSet<Owner> = others.iter().map(|(_, other)| other.owner).collect();
    let tiers = tiers.into_iter().filter(|tier| *tier != open.owner);
    let tiers: Vec<String> = tiers
        .map(|tier| format!("`{}`", policy.owner_name(tier)))
        .collect();
    let lints = other_lints(&first, &open, &others);

    let level = others
        .iter()
        .map(|(other, _)| other.level)
        .fold(first.level, Level::max);

    let mut finding = first.finding;
    if !tiers.is_empty() {
        finding = finding.help(format!("the same sentence opens {}", listed(&tiers, 4)));
    }

    if !lints.is_empty() {
        finding = finding.help(format!("also reported by {}", lints.join(", ")));
    }

    Some(LintReport {
        lint: first.lint,
        level,
        finding,
    })
}

/// The other lints in words, each with its level if that is higher, and with its traffic that the
/// reported finding does not have: `open-high-risk-port` (deny), `open-data-store` (tcp 3306)
fn other_lints(
    first: &LintReport,
    open: &OpenTraffic,
    others: &[(LintReport, OpenTraffic)],
) -> Vec<String> {
    let mut by_lint: BTreeMap<usize, (&LintReport, PerFamily<TrafficSet>)> = BTreeMap::new();
    for (other, opened) in others
        .iter()
        .filter(|(other, _)| other.lint.name != first.lint.name)
    {
        let (_, beside) = by_lint
            .entry(lint_rank(other.lint))
            .or_insert((other, PerFamily::default()));
        *beside = beside.union(&opened.traffic.difference(&open.traffic));
    }

    let words = |(other, beside): &(&LintReport, PerFamily<TrafficSet>)| {
        let level = (other.level > first.level).then(|| other.level.keyword().to_string());
        let notes: Vec<String> = level.into_iter().chain(traffic_in_words(beside)).collect();
        match notes.as_slice() {
            [] => format!("`{}`", other.lint.name),
            notes => format!("`{}` ({})", other.lint.name, listed(notes, 4)),
        }
    };

    by_lint.values().map(words).collect()
}

/// `tcp 22`, `icmp`, `icmpv6`
fn traffic_in_words(PerFamily { v4, v6 }: &PerFamily<TrafficSet>) -> Vec<String> {
    let [both, v4, v6] = TrafficSet::split_shared(v4, v6);
    let sets = [(both, Family::V4), (v4, Family::V4), (v6, Family::V6)];
    let pieces: BTreeSet<_> = sets
        .iter()
        .flat_map(|(set, family)| set.pieces(*family))
        .collect();
    pieces.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::{ALL, Judge};

    #[test]
    fn each_lint_about_exposure_is_in_the_order() {
        let about_exposure = ALL
            .iter()
            .filter(|lint| matches!(lint.judge, Judge::Exposure(_)));
        let names: BTreeSet<&str> = about_exposure.map(|lint| lint.name).collect();
        assert_eq!(names, MOST_SPECIFIC_FIRST.into());
    }
}
