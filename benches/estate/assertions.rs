//! Assertions about an estate, all of which hold.

use super::text::Part;
use super::{Estate, Mix};
use std::fmt::Write;

/// As many assertions as an estate is to have, of every form that can hold in it, about parts all
/// over it. An empty line stands before them.
pub fn hold(estate: &Estate, parts: &[Part]) -> String {
    let (count, total) = (parts.len(), estate.assertions);
    let gap = if total == 0 { "" } else { "\n" };
    (0..total).fold(gap.to_string(), |mut asserted, number| {
        let (part, next) = (
            &parts[count * number / total],
            &parts[(count * number / total + 1) % count],
        );
        let said = match part.sentences[0].subject.strip_prefix("edge-") {
            Some(application) => about_application(number, application),
            None => about_tiers(number, estate.mix, part, next),
        };
        let _ = writeln!(asserted, "assert {said}");
        asserted
    })
}

/// What holds of tiers that are reached from private addresses on ports above 8000.
fn about_tiers(number: usize, mix: Mix, part: &Part, next: &Part) -> String {
    let (first, other) = (&part.sentences[0], &next.sentences[0].subject);
    let who = &first.subject;
    match number % 3 {
        0 => format!("internet cannot reach {who}"),
        // a port that the deployment sets may be any
        1 if mix == Mix::PortParams => format!("{other} cannot reach {who} on icmp"),
        1 => format!("{other} cannot reach {who} on ssh"),
        _ => format!("{} can reach {who} on {}", first.peers[0], first.services),
    }
}

/// What holds of an application.
fn about_application(number: usize, n: &str) -> String {
    match number % 5 {
        0 => format!("internet cannot reach db-{n}"),
        1 => format!("internet can reach edge-{n} on https"),
        2 => format!("edge-{n} cannot reach db-{n}"),
        3 => format!("only back-{n} can reach db-{n} on mysql"),
        _ => format!("edge-{n} can reach db-{n} on mysql only through app-{n}"),
    }
}
