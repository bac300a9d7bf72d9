//! What a review shows, format 1: documented in `docs/diff.md`, and stable. A field may be added;
//! any other change has a new `format`.

use super::carried::CarriedGroups;
use super::changed::{Changed, ChangedLine};
use super::ends::{Place, place_of_end};
use super::findings::{Assertions, Lints, compare_assertions, compare_lints};
use super::version::Version;
use crate::analysis::diff::{Change, Diff, Effect, EndId, Places};
use crate::net::Family;
use crate::plan::Changes;
use crate::policy::{Peer, SentenceId};
use crate::report::citation::Citation;
use crate::report::words::{Marked, family_pieces, join_pieces, outbound_words};
use serde::Serialize;
use std::collections::BTreeMap;

/// The version of the JSON.
pub(super) const FORMAT: u32 = 1;

/// The effect of a change.
#[derive(Debug, Serialize)]
pub struct Document<'p> {
    pub(super) format: u32,
    /// The name of the old program.
    pub old: &'p str,
    /// The name of the new program.
    pub new: &'p str,
    /// Whether the old program exists.
    pub old_exists: bool,
    /// Whether the new program exists.
    pub new_exists: bool,
    /// `equal`, `wider`, `narrower`, `changed`
    pub verdict: &'static str,
    /// Whether anything is gained from or to the internet.
    pub internet: bool,
    /// The tiers whose verdict is not `equal`, by name.
    pub tiers: Vec<TierLine<'p>>,
    /// Traffic that passes and did not pass before.
    pub gained: Vec<ChangeLine<'p>>,
    /// Traffic that passed and does not pass any more.
    pub lost: Vec<ChangeLine<'p>>,
    /// The parameters with a changed default; what that opens and closes has `by_default`.
    pub defaults: Vec<DefaultLine<'p>>,
    /// What AWS will do.
    pub aws: crate::report::plan::PlanDocument<'p>,
    /// Changes to assertions.
    pub assertions: Assertions<'p>,
    /// New findings of lints, and those that are no longer found.
    pub lints: Lints,
}

/// The effect of a change on one tier.
#[derive(Debug, Serialize)]
pub struct TierLine<'p> {
    /// Its name; the old one if it is deleted.
    pub tier: &'p str,
    /// `created`, `deleted`, `kept`
    pub state: &'static str,
    /// `wider`
    pub verdict: &'static str,
}

/// Connections of one pair of endpoints.
#[derive(Debug, Serialize)]
pub struct ChangeLine<'p> {
    /// The sender.
    pub from: Place<'p>,
    /// The receiver.
    pub to: Place<'p>,
    /// The traffic as text: `tcp 80, 443`.
    pub on: String,
    /// The traffic as pieces.
    pub traffic: Vec<PieceLine>,
    /// Whether it is from or to the internet.
    pub internet: bool,
    /// Whether the cause is a changed default of a parameter, so that it only affects deployments
    /// that set no value.
    pub by_default: bool,
    /// The lines that changed the meaning of the sentences.
    pub changed: Vec<ChangedLine>,
    /// The sentences that allow it.
    pub sentences: Vec<Citation<'p>>,
    /// The tier that may send all traffic, if that is the reason.
    pub open_tier: Option<&'p str>,
    /// That it may send everything.
    #[serde(skip)]
    pub open_words: Option<String>,
}

impl ChangeLine<'_> {
    /// Whether it is from or to addresses of the internet, however few.
    pub fn is_public(&self) -> bool {
        self.internet || self.from.is_public || self.to.is_public
    }
}

/// A parameter with a changed default.
#[derive(Debug, Serialize)]
pub struct DefaultLine<'p> {
    /// Its name.
    pub parameter: &'p str,
    /// Its default before; `None` if it had none.
    pub before: Option<&'p str>,
    /// Its default now; `None` if it has none.
    pub after: Option<&'p str>,
}

impl DefaultLine<'_> {
    /// `198.51.100.0/24 -> 0.0.0.0/0`
    pub fn describe_change(&self) -> String {
        let [before, after] =
            [self.before, self.after].map(|default| default.unwrap_or("no default"));
        format!("{before} -> {after}")
    }
}

/// A piece of traffic.
#[derive(Debug, Serialize)]
pub struct PieceLine {
    what: String,
    families: Vec<&'static str>,
}

pub(super) fn document_review<'p>(
    old: Version<'p>,
    new: Version<'p>,
    diff: &Diff,
    changes: &'p Changes<'p>,
) -> Document<'p> {
    let both = [old, new];
    let [came, went] = [CarriedGroups::of_new, CarriedGroups::of_old]
        .map(|of| of(&diff.ends, old.policy, new.policy));
    let (mut came, mut went) = (Changed::new(new, old, came), Changed::new(old, new, went));
    let gained = diff
        .gained
        .iter()
        .map(|change| change_line(diff, change, new, both, came.changed_lines(change)));

    let lost = diff
        .lost
        .iter()
        .map(|change| change_line(diff, change, old, both, went.changed_lines(change)));

    Document {
        format: FORMAT,
        old: old.name,
        new: new.name,
        old_exists: old.exists,
        new_exists: new.exists,
        verdict: diff.verdict().word(),
        internet: diff.opens_to_the_internet(),
        tiers: diff
            .ends
            .tiers()
            .filter_map(|end| tier_line(diff, end, both))
            .collect(),
        gained: gained.collect(),
        lost: lost.collect(),
        defaults: changed_defaults(old, new),
        aws: crate::report::plan::PlanDocument::new(changes, old.lowered(), new.lowered()),
        assertions: compare_assertions(&diff.ends, old, new),
        lints: compare_lints(old, new),
    }
}

/// The parameters of both versions whose default changed.
fn changed_defaults<'p>(old: Version<'p>, new: Version<'p>) -> Vec<DefaultLine<'p>> {
    let asked = |version: Version<'p>| {
        version
            .deployment
            .parameters
            .iter()
            .map(|it| (it.name, it.default))
    };

    let before: BTreeMap<&str, Option<&str>> = asked(old).collect();
    let line = |(parameter, after): (&'p str, Option<&'p str>)| {
        let before = *before.get(parameter)?;
        (before != after).then_some(DefaultLine {
            parameter,
            before,
            after,
        })
    };

    asked(new).filter_map(line).collect()
}

fn tier_line<'p>(diff: &Diff, id: EndId, [old, new]: [Version<'p>; 2]) -> Option<TierLine<'p>> {
    let end = diff.ends.get(id);
    let verdict = diff.verdict_of(id);
    let (state, version, peer) = match (end.old, end.new) {
        (Some(_), Some(peer)) => ("kept", new, peer),
        (None, Some(peer)) => ("created", new, peer),
        (Some(peer), None) => ("deleted", old, peer),
        (None, None) => return None,
    };

    let Peer::Tier(tier) = peer else { return None };
    let line = TierLine {
        tier: &version.policy.tier(tier).name,
        state,
        verdict: verdict.word(),
    };

    (verdict != Effect::Equal || state != "kept").then_some(line)
}

fn change_line<'p>(
    diff: &Diff,
    change: &Change,
    passes: Version<'p>,
    both: [Version<'p>; 2],
    changed: Vec<ChangedLine>,
) -> ChangeLine<'p> {
    let ends = [change.from, change.to].map(|end| diff.ends.get(end));
    // the IP version is left out if an endpoint has only one, or if its addresses are shown
    let is_in_both = |family: Family| ends.iter().all(|end| end.addresses.has(family));
    let are_in_both = Family::BOTH.into_iter().all(is_in_both);
    let families = Family::BOTH.into_iter();

    let sets: Vec<_> = families
        .filter(|family| change.has(*family) || are_in_both)
        .map(|family| (family, change.traffic[family].clone()))
        .collect();
    let pieces = family_pieces(&sets, true);

    let [from, to] = ends;
    let (
        Places {
            from: from_places,
            to: to_places,
        },
        causes,
    ) = (&change.places, &change.causes);

    let citation = |id: &SentenceId| Citation::new(passes.policy, passes.sources, *id);
    let tier_name = |id| passes.policy.tier(id).name.as_str();
    let open_words = |id| {
        let tier = passes.policy.tier(id);
        let citation = outbound_words(tier.outbound);
        format!("{} may send all traffic {citation}", tier.name)
    };

    ChangeLine {
        from: place_of_end(from, from_places.as_ref(), passes, both),
        to: place_of_end(to, to_places.as_ref(), passes, both),
        on: join_pieces(&pieces),
        traffic: pieces.iter().map(piece_line).collect(),
        internet: change.internet,
        by_default: change.by_default,
        changed,
        sentences: causes.sentences.iter().map(citation).collect(),
        open_tier: causes.open.map(tier_name),
        open_words: causes.open.map(open_words),
    }
}

fn piece_line(piece: &Marked) -> PieceLine {
    let families = piece.families.iter();
    PieceLine {
        what: piece.piece.to_string(),
        families: families.map(|family| family.keyword()).collect(),
    }
}
