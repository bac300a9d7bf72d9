//! Reach: what may pass by the exact sets that judge assertions is never less than what passes, and
//! what must pass is never more. Every packet is decided again by the brute-force meaning.

use crate::compile::{TODAY, cases, with_policy};
use crate::generate::program;
use crate::meaning::Meaning;
use crate::packets::{Host, Material, Packet, Payload, Random};
use proptest::prelude::*;
use tierwall::analysis::gate::{Endpoint, Gates, Who};
use tierwall::ast::Way;
use tierwall::net::{Addresses, Family, Ports, Traffic, TrafficSet};
use tierwall::policy::{ExternalId, Owner, Policy, Reference, TierId};

/// Packets to ask about, for each program.
const PACKETS: usize = 200;

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn verdicts_hold_for_every_packet(program in program(), seed: u64) {
        with_policy(&program.text(), |sources, parsed, policy| {
            let meaning = Meaning {
                sources,
                program: parsed,
                today: TODAY,
            };
            let material = Material::new(&meaning);
            let (random, gates) = (&mut Random(seed), Gates::new(policy));
            for _ in 0..PACKETS {
                let packet = material.packet(random);
                let (Some(from), Some(to)) =
                    (side(policy, &packet.sender), side(policy, &packet.receiver))
                else {
                    continue;
                };
                let (family, traffic) = traffic(&packet);
                let asked = TrafficSet::new(traffic, family);
                let [sends, accepts] = [
                    (&packet.sender, &from, Way::To),
                    (&packet.receiver, &to, Way::From),
                ]
                .map(|(host, side, way)| {
                    !is_external(side) || meaning.admits_elsewhere(&packet, &host.groups[0], way)
                });
                // the addresses of a foreign group are unknown, and so none is exempt
                let passes = match is_external(&from) || is_external(&to) {
                    true => meaning.may_pass(&packet),
                    false => meaning.passes(&packet),
                };
                let may = !gates.may_pass(&from, &to, family, &asked).is_empty();
                let must = gates.must_pass(&from, &to, family, &asked).covers(&asked);
                prop_assert!(may || !passes, "passes, and may not: {packet:#?}");
                prop_assert!(
                    !must || passes && sends && accepts,
                    "must pass, and does not: {packet:#?}"
                );
                let both = from.is_in(family) && to.is_in(family);
                prop_assert_eq!(
                    must,
                    both && gates.stopped_at(&from, &to, family, &asked).is_none()
                );
                if may {
                    prop_assert!(
                        gates.find_witness(&from, &to, family, &asked).is_some(),
                        "no witness: {packet:#?}"
                    );
                }
                // where nothing is unknown and the ends are single hosts the verdicts are one
                if both
                    && is_known(&packet.sender, &from)
                    && is_known(&packet.receiver, &to)
                    && policy_is_known(policy)
                {
                    prop_assert_eq!(may, passes, "{:#?}", packet);
                    prop_assert_eq!(must, passes, "{:#?}", packet);
                }
            }
            Ok(())
        })?;
    }
}

/// Whether an end is a foreign group.
fn is_external(side: &Endpoint) -> bool {
    matches!(side.who, Who::External(_))
}

/// The endpoint of a host; `None` for hosts outside the addresses of their tier, or in a tier and a
/// foreign group at once, which assertions do not cover. A host in one foreign group is one of its
/// members.
fn side(policy: &Policy, host: &Host) -> Option<Endpoint> {
    if let (None, [group]) = (&host.tier, host.groups.as_slice()) {
        let is_it = |id: &ExternalId| group_key(policy, *id) == *group;
        let id = policy.external_ids().find(is_it)?;
        return Some(Endpoint::for_owner(policy, Owner::External(id)));
    }
    let Some(name) = &host.tier else {
        return Some(Endpoint::for_hosts(Addresses::from_blocks([&host
            .address
            .into()])));
    };
    let id = policy.tiers.iter().position(|tier| tier.name == *name)?;
    let side = Endpoint::for_tier(policy, TierId(id as u32));
    (host.groups.is_empty() && side.addresses.contains(host.address)).then_some(side)
}

fn is_known(host: &Host, side: &Endpoint) -> bool {
    host.tier.is_none() && host.groups.is_empty() && side.unknown.is_none()
}

fn policy_is_known(policy: &Policy) -> bool {
    policy.params.is_empty() && policy.externals.is_empty() && policy.prefix_lists.is_empty()
}

/// What hosts of a foreign group have as its name.
pub fn group_key(policy: &Policy, id: ExternalId) -> String {
    match &policy.external(id).id {
        Reference::Id(id) => id.clone(),
        Reference::Param(id) => format!("parameter {}", policy.param(*id).name),
    }
}

/// What a packet carries, as a rule would name it.
pub fn traffic(packet: &Packet) -> (Family, Traffic) {
    let family = if packet.sender.address.is_ipv4() {
        Family::V4
    } else {
        Family::V6
    };
    let only = |port| Ports {
        from: port,
        to: port,
    };
    let traffic = match (packet.payload, family) {
        (Payload::Tcp(port), _) => Traffic::Tcp(only(port)),
        (Payload::Udp(port), _) => Traffic::Udp(only(port)),
        (Payload::Icmp(kind, code), Family::V4) => Traffic::Icmp(Some((kind, Some(code)))),
        (Payload::Icmp(kind, code), Family::V6) => Traffic::Icmpv6(Some((kind, Some(code)))),
        (Payload::Other(number), _) => Traffic::Number(number),
    };
    (family, traffic)
}
