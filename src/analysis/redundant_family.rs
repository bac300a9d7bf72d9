//! Traffic that passes in both families, which is shown once.

use crate::net::{Family, TrafficSet};
use crate::policy::icmp_pairs;

/// The passing traffic in each family, without redundant ones: a family that the endpoints may not
/// have is redundant if the same traffic passes in a family that they certainly have (with the
/// counterpart of ICMP). For each item: whether they certainly have the family, the family, and the
/// traffic that may pass.
pub fn without_redundant_families<T>(
    families: Vec<T>,
    passing: impl Fn(&T) -> (bool, Family, &TrafficSet),
) -> Vec<T> {
    let sure: Vec<(Family, TrafficSet)> = families
        .iter()
        .map(&passing)
        .filter(|(is_sure, ..)| *is_sure)
        .map(|(_, family, may)| (family, may.clone()))
        .collect();

    let is_new = |family: Family, may: &TrafficSet| {
        sure.iter().all(|(other, sure)| {
            sure.is_empty() || !family_counterpart(sure, *other, family).covers(may)
        })
    };

    let is_shown = |one: &T| {
        let (is_sure, family, may) = passing(one);
        is_sure || is_new(family, may)
    };
    families.into_iter().filter(is_shown).collect()
}

/// The traffic that the same rules admit in another family, if they have no addresses: the same
/// ports and protocols, and the ICMP types with a name in both.
fn family_counterpart(set: &TrafficSet, family: Family, other: Family) -> TrafficSet {
    if family == other {
        return set.clone();
    }

    if *set == TrafficSet::all(family) {
        return TrafficSet::all(other);
    }

    let shared = icmp_pairs().filter_map(|icmp| {
        let admitted = TrafficSet::new(icmp[family], family);
        set.covers(&admitted).then_some(icmp[other])
    });
    set.without_icmp()
        .union(&TrafficSet::from_traffic(shared, other))
}
