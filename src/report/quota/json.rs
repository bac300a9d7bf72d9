//! The use of the quota as JSON, format 1. A field may be added; any other change has a new
//! `format`.

use crate::analysis::quota::{DirectionUsage, QuotaUsage};
use crate::net::Family;
use crate::report::citation::Citation;
use crate::source::Sources;
use serde::Serialize;
use std::cmp::Reverse;

#[derive(Serialize)]
struct QuotaDocument<'p> {
    format: u32,
    stack: &'p str,
    quota: u32,
    uses: Vec<UseLine<'p>>,
    unknown_sizes: Vec<&'p str>,
}

#[derive(Serialize)]
struct UseLine<'p> {
    tier: &'p str,
    /// Whether it is an external, which may have more rules than those of the program.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    at_least: bool,
    direction: &'static str,
    family: &'static str,
    used: u32,
    left: u32,
    over: u32,
    sentences: Vec<CostLine<'p>>,
}

#[derive(Serialize)]
struct CostLine<'p> {
    used: u32,
    #[serde(flatten)]
    citation: Citation<'p>,
}

/// As JSON, format 1: documented in `docs/outputs.md`, and stable.
pub fn quota_json(ledger: &QuotaUsage<'_>, sources: &Sources) -> String {
    let policy = ledger.policy;
    let document = QuotaDocument {
        format: 1,
        stack: &policy.stack.name,
        quota: ledger.quota(),
        uses: ledger
            .sides
            .iter()
            .flat_map(|side| use_lines(ledger, side, sources))
            .collect(),
        unknown_sizes: ledger
            .unsized_lists()
            .into_iter()
            .map(|id| policy.prefix_list(id).name.as_str())
            .collect(),
    };

    let mut text = serde_json::to_string_pretty(&document).expect("strings and numbers are JSON");
    text.push('\n');

    text
}

/// One direction in each family, with the sentences that use that family, the most costly first.
fn use_lines<'p>(
    ledger: &QuotaUsage<'p>,
    side: &DirectionUsage,
    sources: &'p Sources,
) -> [UseLine<'p>; 2] {
    let policy = ledger.policy;
    let costs = ledger.sentence_costs(side);

    Family::BOTH.map(|family| {
        let used = side.used.in_family(family);
        let mut parts: Vec<_> = costs
            .iter()
            .map(|(id, cost)| (*id, cost.in_family(family)))
            .filter(|(_, n)| *n > 0)
            .collect();

        parts.sort_by_key(|(id, used)| (Reverse(*used), *id));
        let cost = |(id, used)| CostLine {
            used,
            citation: Citation::new(policy, sources, id),
        };

        UseLine {
            tier: policy.owner_name(side.owner),
            at_least: side.owner.tier().is_none(),
            direction: side.direction.words(),
            family: family.keyword(),
            used,
            left: ledger.quota().saturating_sub(used),
            over: used.saturating_sub(ledger.quota()),
            sentences: parts.into_iter().map(cost).collect(),
        }
    })
}
