//! The use of the quota as a table.

use crate::analysis::quota::{DirectionUsage, QuotaUsage};
use crate::aws::Count;
use crate::groups::Direction;
use crate::net::Family;
use crate::policy::PrefixList;
use crate::report::citation::Citation;
use crate::report::words::outbound_words;
use crate::source::Sources;
use std::cmp::Reverse;
use std::fmt::Write;

/// The maximum number of sentences shown for a direction, and of groups named in the summary.
const SHOWN: usize = 3;

/// Group, direction, IPv4, IPv6, and sentence.
type Line = [String; 5];

/// `web    inbound    3/60  57 left   3/60  57 left`, and below it the most costly sentences.
pub fn quota_table(ledger: &QuotaUsage<'_>, sources: &Sources) -> String {
    if ledger.sides.is_empty() {
        return summarize_quota(ledger) + "\n";
    }

    let digits = Digits::new(ledger);
    let mut lines: Vec<Line> =
        vec![["GROUP", "SIDE", "IPv4", "IPv6", "SENTENCE"].map(str::to_string)];

    for side in &ledger.sides {
        lines.push(side_line(ledger, side, digits));
        sentence_lines(ledger, side, sources, digits, &mut lines);
    }

    let width = |n: usize| {
        lines
            .iter()
            .map(|line| line[n].chars().count())
            .max()
            .unwrap_or(0)
    };

    let [a, b, c, d] = [0, 1, 2, 3].map(width);
    let mut out = String::new();

    for [group, side, v4, v6, said] in &lines {
        let line = format!("{group:a$}  {side:b$}  {v4:c$}  {v6:d$}  {said}");
        let _ = writeln!(out, "{}", line.trim_end());
    }

    let _ = writeln!(out, "\n{}", summarize_quota(ledger));
    for id in ledger.unsized_lists() {
        let _ = writeln!(
            out,
            "{}",
            note_on_list(ledger, ledger.policy.prefix_list(id))
        );
    }

    out
}

/// The widths of numbers: used, and left or over.
#[derive(Debug, Clone, Copy)]
struct Digits {
    used: usize,
    apart: usize,
}

impl Digits {
    fn new(ledger: &QuotaUsage<'_>) -> Digits {
        let numbers = ledger
            .sides
            .iter()
            .flat_map(|side| [side.used.v4, side.used.v6]);
        let length = |number: u32| number.to_string().len();
        let (used, apart) = numbers
            .map(|n| (length(n), length(n.abs_diff(ledger.quota()))))
            .fold((0, 0), |(used, apart), (next_used, next_apart)| {
                (used.max(next_used), apart.max(next_apart))
            });
        Digits { used, apart }
    }

    /// ` 3/60  57 left`, `62/60   2 over`
    fn format_total(self, used: u32, quota: u32) -> String {
        let Digits { used: a, apart: b } = self;
        let word = if used > quota { "over" } else { "left" };
        format!("{used:>a$}/{quota}  {:>b$} {word}", used.abs_diff(quota))
    }

    /// ` 3`; nothing for 0
    fn format_part(self, count: u32) -> String {
        if count == 0 {
            String::new()
        } else {
            format!("{count:>width$}", width = self.used)
        }
    }
}

fn side_line(ledger: &QuotaUsage<'_>, side: &DirectionUsage, digits: Digits) -> Line {
    let outbound = side.owner.tier().map(|id| ledger.policy.tier(id).outbound);
    let said = match (side.direction, outbound) {
        _ if ledger.is_over(side) => "over the quota",
        (_, None) => "(at least: made elsewhere)",
        (Direction::Egress, Some(outbound)) => outbound_words(outbound),
        (Direction::Ingress, Some(_)) => "",
    };

    let [v4, v6] =
        Family::BOTH.map(|family| digits.format_total(side.used.in_family(family), ledger.quota()));

    [
        ledger.policy.owner_name(side.owner).to_string(),
        side.direction.words().to_string(),
        v4,
        v6,
        said.to_string(),
    ]
}

/// The most costly sentences, and the others as one line.
fn sentence_lines(
    ledger: &QuotaUsage<'_>,
    side: &DirectionUsage,
    sources: &Sources,
    digits: Digits,
    lines: &mut Vec<Line>,
) {
    let costs = ledger.sentence_costs(side);
    let mut push = |cost: Count, said: String| {
        let [v4, v6] = Family::BOTH.map(|family| digits.format_part(cost.in_family(family)));
        lines.push([String::new(), String::new(), v4, v6, said]);
    };

    // a single further sentence takes the same space as the line that would replace it
    let shown = if costs.len() == SHOWN + 1 {
        SHOWN + 1
    } else {
        SHOWN.min(costs.len())
    };

    let (most, others) = costs.split_at(shown);
    for (sentence, cost) in most {
        push(
            *cost,
            Citation::new(ledger.policy, sources, *sentence).to_string(),
        );
    }

    if !others.is_empty() {
        let sum = others
            .iter()
            .fold(Count::default(), |sum, (_, cost)| sum.add_count(*cost));
        push(sum, format!("and {} more sentences", others.len()));
    }
}

/// `12 groups, 2 over the quota of 60 (api, web); fullest: web inbound, 110 of IPv4`
fn summarize_quota(ledger: &QuotaUsage<'_>) -> String {
    let name = |side: &DirectionUsage| ledger.policy.owner_name(side.owner);
    let mut over: Vec<&str> = ledger
        .sides
        .iter()
        .filter(|side| ledger.is_over(side))
        .map(name)
        .collect();

    over.dedup();
    let named = over[..over.len().min(SHOWN)].join(", ");
    let which = match over.len() {
        0 => "none".to_string(),
        n if n > SHOWN => format!("{n} ({named} and {} more)", n - SHOWN),
        n => format!("{n} ({named})"),
    };

    let groups = ledger.sides.len() / Direction::ALL.len();
    let plural = if groups == 1 { "" } else { "s" };
    let mut text = format!(
        "{groups} group{plural}, {which} over the quota of {}",
        ledger.quota()
    );

    let uses = ledger
        .sides
        .iter()
        .flat_map(|side| Family::BOTH.map(|family| (side, family)));

    if let Some((side, family)) =
        uses.min_by_key(|(side, family)| Reverse(side.used.in_family(*family)))
    {
        let (used, side, family) = (
            side.used.in_family(family),
            (name(side), side.direction.words()),
            family.words(),
        );
        let _ = write!(text, "; fullest: {} {}, {used} of {family}", side.0, side.1);
    }

    text
}

/// The note on a prefix list of unknown size, and how to declare the size.
fn note_on_list(ledger: &QuotaUsage<'_>, list: &PrefixList) -> String {
    let name = &list.name;
    if ledger.policy.params.iter().any(|param| param.name == *name) {
        format!(
            "note: the size of `{name}`, a parameter, is unknown and counts as 1; a `prefix-list` \
             with the id that it is bound to can have `entries`"
        )
    } else {
        format!("note: the size of `{name}` is unknown and counts as 1; set its `entries`")
    }
}
