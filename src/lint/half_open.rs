//! `half-open`: one side of a flow between tiers, if the other side admits nothing of it.

use super::definition::{Category, Judge, Lint};
use super::level::Level;
use super::subject::Subject;
use super::words::{list_first, quote_names};
use crate::analysis::gate::{Endpoint, Gate};
use crate::diagnostic::Finding;
use crate::net::{Family, TrafficSet};
use crate::policy::{Flow, Owner, TierId, Verb};

/// The lint.
pub const LINT: Lint = Lint {
    name: "half-open",
    title: "one side of a flow is open, and the other is closed",
    level: Level::Warn,
    category: Category::Maintainability,
    ids: &[],
    text: "\
Checks: that the other end of each sentence `A accepts S from B` or `A sends S to B` admits some of
it, if B is a tier of the program. Such a sentence opens one side of A and nothing else.

Why: a connection passes only if both sides admit it, so none passes. The sentence that opens the
other side is missing, or it has other ports.

Instead: add the sentence for the other side, or write `allows`, which opens both sides.",
    fires: "\
tier lb, web

lb  sends   https to   web
web accepts http  from lb
",
    passes: "\
tier lb { outbound = closed }
tier web

lb  sends   https to   web
web accepts https from lb
",
    judge: Judge::Program(judge),
};

fn judge(subject: &Subject<'_>, found: &mut Vec<Finding>) {
    // the flows of a sentence are adjacent
    let sentences = subject
        .policy
        .flows
        .chunk_by(|a, b| a.sentence == b.sentence);
    let one_sided = sentences.filter(|flows| flows[0].verb != Verb::Allows);
    found.extend(one_sided.filter_map(|flows| half_open_finding(subject, flows)));
}

/// A finding that the tiers at the other ends of some flows of a sentence admit none of them.
fn half_open_finding(subject: &Subject<'_>, flows: &[Flow]) -> Option<Finding> {
    let policy = subject.policy;
    let shut: Vec<(&Flow, TierId)> = flows
        .iter()
        .filter_map(|flow| Some((flow, closed_end(subject, flow)?)))
        .collect();
    let (first, tier) = *shut.first()?;

    let mut tiers: Vec<TierId> = shut.iter().map(|(_, tier)| *tier).collect();
    tiers.sort_unstable();
    tiers.dedup();
    let names = quote_names(tiers.iter().map(|tier| policy.tier(*tier).name.as_str()));

    let mut traffic: Vec<String> = shut
        .iter()
        .map(|(flow, _)| format!("`{}`", flow.traffic))
        .collect();
    traffic.sort();
    traffic.dedup();
    let traffic = list_first(traffic);

    let (side, verb, way) = match first.verb {
        Verb::Sends => ("inbound", "accepts", "from"),
        Verb::Accepts | Verb::Allows => ("outbound", "sends", "to"),
    };
    let mut service = String::new();
    policy.push_service(first, &mut service);
    let (own, other) = (policy.owner_name(first.subject), &policy.tier(tier).name);

    // over a transit gateway, a sender cannot name the group of the receiver
    let subject_tier = first.subject.tier();
    let is_over_gateway =
        subject_tier.is_some_and(|subject| policy.are_over_gateway(subject, tier));
    let receiver = match (first.verb, subject_tier) {
        (Verb::Accepts, Some(subject)) if is_over_gateway => policy.vpc_peers(subject),
        (_, _) => own.to_string(),
    };

    let message = format!("the {side} side of {names} admits no {traffic}");
    let span = policy.sentence(first.sentence).span;
    let finding = Finding::new(message)
        .caused(span, "opens one side of connections that do not pass")
        .help(format!("add `{other} {verb} {service} {way} {receiver}`"));
    Some(match is_over_gateway {
        true => finding,
        false => finding.help("or write `allows`, which opens both sides"),
    })
}

/// The tier at the other end of a flow, if no member of its group admits any of it from or to a
/// member of the group of the subject, whatever ports are set at deployment.
fn closed_end(subject: &Subject<'_>, flow: &Flow) -> Option<TierId> {
    let tier = flow.peer.tier()?;
    let gate = match flow.verb {
        Verb::Allows => return None,
        Verb::Accepts => Gate::out_of_tier,
        Verb::Sends => Gate::into_tier,
    };

    let policy = subject.policy;
    let far_ends: Vec<Endpoint> = match flow.subject {
        Owner::Tier(subject) => policy
            .members
            .carriers_of(subject)
            .map(|tier| Endpoint::for_tier(policy, tier))
            .collect(),
        Owner::External(_) => vec![Endpoint::for_owner(policy, flow.subject)],
    };

    let admits = |tier: TierId| {
        let near = Endpoint::for_tier(policy, tier);
        let admits_from = |far: &Endpoint, family: Family| {
            let (may, _) = subject.gates.admitted_bounds(gate(tier), far, family);
            let asked = TrafficSet::new(flow.traffic.possible(), family);
            far.may_be_in(family) && near.may_be_in(family) && !may.intersection(&asked).is_empty()
        };
        let mut families = Family::BOTH.into_iter();
        families.any(|family| far_ends.iter().any(|far| admits_from(far, family)))
    };
    let is_open = policy.members.carriers_of(tier).any(admits);
    (!is_open).then_some(tier)
}
