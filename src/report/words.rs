//! Text and JSON that the answers share.

use crate::analysis::gate::Who;
use crate::analysis::named_endpoint::NamedEndpoint;
use crate::analysis::reachability::Passing;
use crate::net::{Family, Piece, TrafficSet};
use crate::policy::{Outbound, Tier};
use serde::Serialize;

/// A piece of traffic that passes.
#[derive(Debug)]
pub struct Marked {
    /// The piece.
    pub piece: Piece,
    /// The IP versions in which it passes.
    pub families: Vec<Family>,
    /// Whether there is another IP version in which it does not pass.
    split: bool,
    /// Whether it passes for every address, and whatever the unknown values are.
    pub certain: bool,
}

/// That an open tier may send everything.
pub fn open_words(tier: &Tier) -> String {
    let (to, said) = (open_to_words(tier.outbound), outbound_words(tier.outbound));
    format!("{} may send all traffic to {to} {said}", tier.name)
}

/// The addresses to which an open tier may send everything, as programs name them.
pub fn open_to_words(outbound: Outbound) -> &'static str {
    match outbound {
        Outbound::Open => "anywhere",
        Outbound::OpenIpv4 => "anywhere-ipv4",
        Outbound::OpenIpv6 => "anywhere-ipv6",
        Outbound::Closed => "nowhere",
    }
}

/// `outbound` of a tier that is open; empty for a closed one.
pub fn outbound_words(outbound: Outbound) -> &'static str {
    match outbound {
        Outbound::Open => "(outbound = open)",
        Outbound::OpenIpv4 => "(outbound = open-ipv4)",
        Outbound::OpenIpv6 => "(outbound = open-ipv6)",
        Outbound::Closed => "",
    }
}

/// The passing traffic, merged if it is the same in both IP versions.
pub fn passing_pieces(passing: &[Passing]) -> Vec<Marked> {
    let bounds = passing.iter().map(|p| (p.family, &p.must, &p.may));
    bounded_pieces(bounds)
}

/// The pieces of what must pass in each IP version, then those of what may pass: `tcp 443, all?`.
/// What may pass includes what must, where that is all traffic, or all of a protocol.
pub fn bounded_pieces<'p>(
    bounds: impl Iterator<Item = (Family, &'p TrafficSet, &'p TrafficSet)>,
) -> Vec<Marked> {
    let (mut sure, mut perhaps) = (Vec::new(), Vec::new());
    for (family, must, may) in bounds {
        sure.push((family, must.clone()));
        perhaps.push((family, may.whole_difference(must, family)));
    }

    let mut pieces = sorted_pieces(&sure, true);
    pieces.extend(sorted_pieces(&perhaps, false));
    pieces
}

/// Pieces that certainly pass, and the others without their mark: where each has a place of its own.
pub fn split_certain(pieces: Vec<Marked>) -> [Vec<Marked>; 2] {
    let (sure, mut perhaps): (Vec<_>, Vec<_>) = pieces.into_iter().partition(|it| it.certain);
    perhaps.iter_mut().for_each(|piece| piece.certain = true);
    [sure, perhaps]
}

fn sorted_pieces(sets: &[(Family, TrafficSet)], certain: bool) -> Vec<Marked> {
    let mut pieces = family_pieces(sets, certain);
    pieces.sort_by(|a, b| a.piece.cmp(&b.piece));
    pieces
}

/// The pieces of a set in each IP version.
pub fn family_pieces(sets: &[(Family, TrafficSet)], certain: bool) -> Vec<Marked> {
    let each = |set: &TrafficSet, spelled: Family, families: &[Family], split: bool| {
        let pieces = set.pieces(spelled).into_iter();
        let families = families.to_vec();
        pieces
            .map(|piece| Marked {
                piece,
                families: families.clone(),
                split,
                certain,
            })
            .collect::<Vec<_>>()
    };

    let is_all = |(family, set): &(Family, TrafficSet)| *set == TrafficSet::all(*family);
    let parts = match sets {
        [a, b] if is_all(a) && is_all(b) => vec![each(&a.1, a.0, &[a.0, b.0], false)],
        [a, b] if is_all(a) || is_all(b) => {
            vec![each(&a.1, a.0, &[a.0], true), each(&b.1, b.0, &[b.0], true)]
        }
        [(a, v4), (b, v6)] => {
            let [both, only_a, only_b] = TrafficSet::split_shared(v4, v6);
            vec![
                each(&both, *a, &[*a, *b], false),
                each(&only_a, *a, &[*a], true),
                each(&only_b, *b, &[*b], true),
            ]
        }
        sets => sets
            .iter()
            .map(|(family, set)| each(set, *family, &[*family], false))
            .collect(),
    };

    parts.into_iter().flatten().collect()
}

/// `tcp 80, 443 (IPv4), 8080?, icmp 8`: `?` if it passes only for some addresses, or depends on
/// something unknown.
pub fn join_pieces(pieces: &[Marked]) -> String {
    let mut text = String::new();
    let mut last = "";

    for marked in pieces {
        let Marked {
            piece,
            families,
            split,
            certain,
        } = marked;

        let goes_on =
            piece.protocol == last && ["tcp", "udp"].contains(&last) && !piece.numbers.is_empty();
        let blank = if text.is_empty() { "" } else { ", " };
        let shown = if goes_on {
            piece.numbers.clone()
        } else {
            piece.to_string()
        };

        // ICMP has a different name in each IP version
        let named = ["icmp", "icmpv6"].contains(&piece.protocol);
        let version = match families.as_slice() {
            [family] if *split && !named => format!(" ({})", family.words()),
            _ => String::new(),
        };
        text += &format!("{blank}{shown}{version}{}", if *certain { "" } else { "?" });
        last = piece.protocol;
    }

    text
}

/// A piece of traffic in JSON.
#[derive(Serialize)]
pub struct PieceLine {
    what: String,
    families: Vec<&'static str>,
    certain: bool,
}

/// Pieces in JSON.
pub fn piece_lines(pieces: &[Marked]) -> Vec<PieceLine> {
    let line = |marked: &Marked| PieceLine {
        what: marked.piece.to_string(),
        families: marked
            .families
            .iter()
            .map(|family| family.keyword())
            .collect(),
        certain: marked.certain,
    };
    pieces.iter().map(line).collect()
}

/// An endpoint in JSON.
#[derive(Serialize)]
pub struct EndLine<'n> {
    kind: &'static str,
    name: &'n str,
}

/// An endpoint in JSON.
pub fn end_line(end: &NamedEndpoint) -> EndLine<'_> {
    EndLine {
        kind: end_kind(end),
        name: &end.name,
    }
}

/// `tier`, `hosts`
pub fn end_kind(end: &NamedEndpoint) -> &'static str {
    match end.endpoint.who {
        Who::Tier(_) => "tier",
        Who::Hosts => "hosts",
        Who::External(_) => "external",
        Who::PrefixList(_) => "prefix-list",
        Who::Param(_) => "parameter",
    }
}

/// A document in JSON, with a trailing line break.
pub fn json_document(document: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(document).expect("strings and numbers are JSON");
    text.push('\n');
    text
}
