//! Questions: the matrix agrees with the gates for each pair, and paths are the chains that brute
//! force finds.

use crate::compile::{cases, with_policy};
use crate::generate::program;
use proptest::prelude::*;
use std::collections::HashMap;
use tierwall::analysis::gate::{Endpoint, Gate, Gates, Who};
use tierwall::analysis::matrix::Matrix;
use tierwall::analysis::named_endpoint::{NamedEndpoint, named_endpoints};
use tierwall::analysis::paths::find_paths;
use tierwall::analysis::reachability::PassingId;
use tierwall::net::{Family, Ports, Traffic, TrafficSet};
use tierwall::policy::{End, Owner, Policy, TierId};

const FAMILIES: [Family; 2] = [Family::V4, Family::V6];

/// What may and what must pass in each IP version, asked of the gates for this pair alone.
fn asked(gates: &Gates<'_>, from: &Endpoint, to: &Endpoint) -> [(TrafficSet, TrafficSet); 2] {
    FAMILIES.map(|family| {
        let all = TrafficSet::all(family);
        (
            gates.may_pass(from, to, family, &all),
            gates.must_pass(from, to, family, &all),
        )
    })
}

proptest! {
    #![proptest_config(cases(128))]

    #[test]
    fn a_matrix_matches_the_gates_of_each_pair(program in program()) {
        with_policy(&program.text(), |_, _, policy| pairs_agree(policy))?;
    }

    #[test]
    fn senders_of_a_matrix_are_those_of_its_pairs(program in program(), few in 0_usize..12) {
        with_policy(&program.text(), |_, _, policy| senders_agree(policy, few))?;
    }

    #[test]
    fn paths_match_an_exhaustive_search(
        program in program(),
        max in 1_usize..6,
        on in 0_usize..3,
    ) {
        with_policy(&program.text(), |_, _, policy| {
            let web = |family| TrafficSet::new(Traffic::Tcp(Ports { from: 0, to: 1023 }), family);
            let echo = |family| TrafficSet::new(Traffic::Icmpv6(Some((128, Some(0)))), family);
            let last = |family| [web(family), echo(family), TrafficSet::all(family)][on].clone();
            let tiers: Vec<NamedEndpoint> = (0..policy.tiers.len())
                .map(|n| NamedEndpoint::for_tier(policy, TierId(n as u32)))
                .collect();
            let internet = named_endpoints(policy, &End::Internet);
            let externals: Vec<NamedEndpoint> = policy
                .external_ids()
                .map(|id| NamedEndpoint::for_external(policy, id))
                .collect();
            let groups: Vec<NamedEndpoint> = tiers.iter().chain(&externals).cloned().collect();
            let ends: Vec<&NamedEndpoint> = tiers
                .iter()
                .chain(&internet)
                .take(4)
                .chain(&internet)
                .chain(externals.iter().take(1))
                .collect();
            let gates = Gates::new(policy);
            let steps: Vec<_> = groups
                .iter()
                .map(|from| steps_from(&gates, &from.endpoint, &groups))
                .collect();
            for from in &ends {
                for to in &ends {
                    let all =
                        Search::new(&gates, &groups, &steps, [from, to], &last).more_than(max);
                    let found =
                        find_paths(policy, &[(*from).clone()], &[(*to).clone()], &last, max);
                    let names: Vec<Vec<String>> = found
                        .chains
                        .iter()
                        .map(|chain| chain.ends.iter().map(|end| end.name.clone()).collect())
                        .collect();
                    prop_assert_eq!(
                        &names[..],
                        &all[..max.min(all.len())],
                        "{} to {}",
                        from.name,
                        to.name
                    );
                    prop_assert_eq!(found.more, all.len() > max);
                }
            }
            Ok(())
        })?;
    }
}

/// Whether the matrix agrees with the gates for each pair.
fn pairs_agree(policy: &Policy) -> Result<(), TestCaseError> {
    let (matrix, gates) = (Matrix::new(policy), Gates::new(policy));
    let cells: HashMap<_, _> = matrix
        .cells()
        .map(|cell| ((cell.from, cell.to), cell.passing))
        .collect();
    for (a, from) in matrix.ends().iter().enumerate() {
        for (b, to) in matrix.ends().iter().enumerate() {
            if !is_decided(&gates, &from.endpoint, &to.endpoint) {
                prop_assert!(
                    !cells.contains_key(&(a, b)),
                    "no gate of the program decides"
                );
                continue;
            }
            let mut found: [(TrafficSet, TrafficSet); 2] = Default::default();
            for passing in cells
                .get(&(a, b))
                .map_or(&[][..], |kind| matrix.passing(*kind))
            {
                found[usize::from(passing.family == Family::V6)] =
                    (passing.may.clone(), passing.must.clone());
            }
            let mut wanted = asked(&gates, &from.endpoint, &to.endpoint);
            // a cell that nothing may pass says nothing
            if wanted.iter().all(|(may, _)| may.is_empty()) {
                wanted = Default::default();
            }
            for family in Family::BOTH {
                let other = &found[1 - family as usize].0;
                let sure = [from, to].iter().all(|end| end.endpoint.is_in(family));
                let (found, wanted) = (&found[family as usize], &wanted[family as usize]);
                // what passes only if the ends have the family at all is left out where the other
                // says it, which is asked packet by packet elsewhere
                let reported = !other.is_empty();
                let left_out = !sure && found.0.is_empty() && reported;
                prop_assert!(left_out || found == wanted, "{} to {}", from.name, to.name);
            }
        }
    }
    Ok(())
}

/// Whether the senders to each end are those of the pairs; of each crowd the first `few`.
fn senders_agree(policy: &Policy, few: usize) -> Result<(), TestCaseError> {
    let matrix = Matrix::new(policy);
    for to in 0..matrix.ends().len() {
        let mut wanted: Vec<(PassingId, Vec<usize>)> = Vec::new();
        for cell in matrix.cells().filter(|cell| cell.to == to) {
            match wanted.iter_mut().find(|(kind, _)| *kind == cell.passing) {
                Some((_, senders)) => senders.push(cell.from),
                None => wanted.push((cell.passing, vec![cell.from])),
            }
        }
        let found = matrix.senders_to(to);
        let kinds: Vec<PassingId> = found.iter().map(|senders| senders.passing).collect();
        prop_assert_eq!(
            kinds,
            wanted.iter().map(|(kind, _)| *kind).collect::<Vec<_>>()
        );
        for (senders, (_, wanted)) in found.iter().zip(wanted) {
            let (tiers, others): (Vec<_>, Vec<_>) =
                wanted.into_iter().partition(|end| *end < matrix.tiers);
            for (crowd, wanted) in [(&senders.tiers, &tiers), (&senders.others, &others)] {
                prop_assert_eq!(crowd.len(), wanted.len());
                prop_assert_eq!(crowd.first_positions(few), &wanted[..few.min(wanted.len())]);
            }
            let left: Vec<usize> = (0..matrix.tiers)
                .filter(|tier| !tiers.contains(tier))
                .collect();
            prop_assert_eq!(matrix.other_tiers(to, senders), left);
        }
    }
    Ok(())
}

/// Blocks in which many ends have addresses tell ends apart; those in which few have any single
/// these out.
#[test]
fn a_matrix_of_many_endpoints_matches_the_gates() -> Result<(), TestCaseError> {
    let tiers = (0..24).fold(String::new(), |text, n| {
        let outbound = if n % 3 == 0 { "closed" } else { "open" };
        let more = if n % 8 == 1 {
            format!(", 192.168.{n}.0/24")
        } else {
            String::new()
        };
        let addresses = format!("[10.0.{n}.0/24, 2001:db8:0:{n}::/64{more}]");
        format!("{text}tier t{n} {{ addresses = {addresses}, outbound = {outbound} }}\n")
    });
    let program = format!(
        "{tiers}{}",
        "\
tier db { outbound = closed }
tier ipv6 { addresses = 2001:db8:0:5::/64 }
external partner = \"sg-0123456789abcdef0\"
prefix-list cdn = \"pl-0123456789abcdef0\"
param home : cidr
db allows tcp 1 from 10.0.0.0/19
db allows tcp 2 from 10.0.0.0/20
db allows tcp 3 from 10.0.3.0/24, 10.0.4.128/25
db allows tcp 4 from 2001:db8::/48
db allows tcp 5 from 2001:db8:0:4::/62
db allows tcp 6 from t1, t2
t1 allows tcp 7 from partner, 10.0.0.0/8
t2 allows tcp 8 from cdn, anywhere-ipv4
t3 allows tcp 9 from home
t3 allows tcp 10 to 10.0.0.0/19, db
t6 allows tcp 11 to 10.0.16.0/21, 169.254.169.254
db allows tcp 12 to 10.0.0.0/18, 192.168.9.0/24
db allows tcp 13 from 169.254.169.123, 10.0.40.1, 10.0.40.2, 10.0.40.3
t6 allows tcp 14 to fd00:ec2::/64, 10.0.40.17, 10.0.40.19
"
    );
    with_policy(&program, |_, _, policy| {
        pairs_agree(policy)?;
        (0..30).try_for_each(|few| senders_agree(policy, few))
    })
}

/// Whether a gate of the program decides between two ends: one of them is a tier, or an external
/// with a rule of the program for the other.
fn is_decided(gates: &Gates<'_>, from: &Endpoint, to: &Endpoint) -> bool {
    let is_tier = |end: &Endpoint| matches!(end.who, Who::Tier(_));
    let admits = |owner: Option<Owner>, gate: fn(Owner) -> Gate, far: &Endpoint| {
        owner.is_some_and(|owner| {
            FAMILIES.into_iter().any(|family| {
                let all = TrafficSet::all(family);
                !gates
                    .admitting_flows(gate(owner), far, family, &all)
                    .is_empty()
            })
        })
    };
    is_tier(from)
        || is_tier(to)
        || admits(from.who.group(), Gate::Outbound, to)
        || admits(to.who.group(), Gate::Inbound, from)
}

/// The shortest chains, by trying.
struct Search<'s> {
    /// The tiers by id, then the externals.
    groups: &'s [NamedEndpoint],
    from: &'s NamedEndpoint,
    to: &'s NamedEndpoint,
    /// The groups that the sender may send to.
    first: Vec<bool>,
    /// For each group, the groups that it may send to.
    steps: &'s [Vec<bool>],
    /// The groups that may send what is asked about to the receiver.
    last: Vec<bool>,
    /// Whether the sender may.
    direct: bool,
}

/// Whether some of this may pass from one end to another, and a gate of the program decides.
fn may(
    gates: &Gates<'_>,
    from: &Endpoint,
    to: &Endpoint,
    asked: &dyn Fn(Family) -> TrafficSet,
) -> bool {
    is_decided(gates, from, to)
        && FAMILIES.into_iter().any(|family| {
            let passing = gates.may_pass(from, to, family, &asked(family));
            !passing.is_empty()
        })
}

/// Whether anything may pass from an end to each group.
fn steps_from(gates: &Gates<'_>, from: &Endpoint, groups: &[NamedEndpoint]) -> Vec<bool> {
    let step = |to: &NamedEndpoint| may(gates, from, &to.endpoint, &TrafficSet::all);
    groups.iter().map(step).collect()
}

impl<'s> Search<'s> {
    fn new(
        gates: &Gates<'_>,
        groups: &'s [NamedEndpoint],
        steps: &'s [Vec<bool>],
        [from, to]: [&'s NamedEndpoint; 2],
        asked: &dyn Fn(Family) -> TrafficSet,
    ) -> Search<'s> {
        let last = |group: &NamedEndpoint| may(gates, &group.endpoint, &to.endpoint, asked);
        Search {
            groups,
            from,
            to,
            first: steps_from(gates, &from.endpoint, groups),
            steps,
            last: groups.iter().map(last).collect(),
            direct: may(gates, &from.endpoint, &to.endpoint, asked),
        }
    }

    /// The names on each chain, the shortest first, those of one length by the ids of their groups:
    /// all of each length, until there are more than `most`.
    fn more_than(&self, most: usize) -> Vec<Vec<String>> {
        let mut found: Vec<Vec<usize>> = Vec::new();
        for length in 0..=self.groups.len() {
            if found.len() <= most {
                self.extend(&mut Vec::new(), length, &mut found);
            }
        }
        let name = |group: &usize| self.groups[*group].name.clone();
        let ends = |groups: &Vec<usize>| {
            let mut names = vec![self.from.name.clone()];
            names.extend(groups.iter().map(name));
            names.push(self.to.name.clone());
            names
        };
        found.iter().map(ends).collect()
    }

    /// Adds the chains through so many more groups.
    fn extend(&self, passed: &mut Vec<usize>, more: usize, found: &mut Vec<Vec<usize>>) {
        let here = passed.last().copied();
        if more == 0 {
            if here.map_or(self.direct, |group| self.last[group]) {
                found.push(passed.clone());
            }
            return;
        }
        let next = here.map_or(&self.first, |group| &self.steps[group]);
        for (group, end) in self.groups.iter().enumerate() {
            let who = end.endpoint.who;
            let is_end = who == self.from.endpoint.who || who == self.to.endpoint.who;
            if next[group] && !is_end && !passed.contains(&group) {
                passed.push(group);
                self.extend(passed, more - 1, found);
                passed.pop();
            }
        }
    }
}
