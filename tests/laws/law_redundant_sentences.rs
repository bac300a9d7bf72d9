//! Redundancy: all flows that are reported as redundant can be deleted at once, and after that no
//! other can.

use crate::compile::{TODAY, cases, policy, with_policy};
use crate::generate::program;
use crate::meaning::Meaning;
use crate::packets::{Host, Material, Random};
use crate::verdict::may_pass;
use proptest::prelude::*;
use std::collections::BTreeSet;
use tierwall::analysis::gate::{Endpoint, Gates};
use tierwall::analysis::redundancy::redundant_flows;
use tierwall::groups;
use tierwall::net::{Packets, Traffic};
use tierwall::policy::{Flow, Outbound, Peer, Policy, TierId};

/// Packets to ask about, for each program.
const PACKETS: usize = 200;

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn exactly_the_covered_flows_are_redundant(program in program(), seed: u64) {
        let text = program.text();
        with_policy(&text, |sources, parsed, whole| {
            let found = redundant_flows(&groups::lower(whole), &Gates::new(whole));
            let flows: BTreeSet<u32> = found.iter().map(|covered| covered.flow).collect();
            let mut fewer = policy(&text);
            let kept = (0..)
                .zip(&whole.flows)
                .filter(|(n, _)| !flows.contains(n))
                .map(|(_, flow)| *flow);
            fewer.flows = kept.collect();
            let meaning = Meaning {
                sources,
                program: parsed,
                today: TODAY,
            };
            let (material, random, lowered) = (
                Material::new(&meaning),
                &mut Random(seed),
                groups::lower(&fewer),
            );
            for _ in 0..PACKETS {
                let packet = material.packet(random);
                if at_home(whole, &packet.sender) && at_home(whole, &packet.receiver) {
                    prop_assert_eq!(
                        may_pass(&lowered, &packet),
                        meaning.may_pass(&packet),
                        "{:#?}",
                        packet
                    );
                }
            }
            for n in 0..fewer.tiers.len() {
                each_has_its_use(&fewer, TierId(n as u32))?;
            }
            Ok(())
        })?;
    }
}

/// Whether a host lives where its tier does.
fn at_home(policy: &Policy, host: &Host) -> bool {
    let Some(name) = &host.tier else { return true };
    let id = policy.tiers.iter().position(|tier| tier.name == *name);
    id.is_some_and(|id| {
        Endpoint::for_tier(policy, TierId(id as u32))
            .addresses
            .contains(host.address)
    })
}

/// No block that a tier accepts from is covered by the others, as sets of packets. Tiers that
/// closed ones send to are skipped, because there a sentence has an effect if either of its gates
/// has.
fn each_has_its_use(policy: &Policy, tier: TierId) -> Result<(), TestCaseError> {
    let inbound: Vec<&Flow> = policy
        .flows
        .iter()
        .filter(|flow| flow.receiver() == Some(tier))
        .collect();
    let closed = |flow: &&Flow| {
        flow.sender()
            .is_some_and(|from| policy.tier(from).outbound == Outbound::Closed)
    };
    if inbound.iter().any(closed) {
        return Ok(());
    }
    let rules: BTreeSet<(Peer, Traffic)> = inbound
        .iter()
        .map(|flow| (flow.peer, flow.traffic))
        .collect();
    let blocks = |rules: &mut dyn Iterator<Item = &(Peer, Traffic)>| {
        let blocks = rules.filter_map(|(peer, traffic)| match peer {
            Peer::Net(block) => Some((*block, *traffic)),
            Peer::PrefixList(_) | Peer::Param(_) | Peer::Tier(_) | Peer::External(_) => None,
        });
        Packets::new(blocks)
    };
    for rule in rules
        .iter()
        .filter(|(peer, _)| matches!(peer, Peer::Net(_)))
    {
        let others = blocks(&mut rules.iter().filter(|other| *other != rule));
        let one = blocks(&mut [rule].into_iter());
        prop_assert!(
            one.is_empty() || !others.covers(&one),
            "covered by the others: {rule:?} of {rules:#?}"
        );
    }
    Ok(())
}
