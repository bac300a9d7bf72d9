//! Diff: a packet passes under the new program and not under the old exactly when it lies in what
//! is gained. Every packet is decided again by the brute-force meaning of both programs.

use crate::choices::{Choices, numbers};
use crate::compile::{TODAY, cases, with_policy};
use crate::declarations::change_defaults;
use crate::generate::{Program, program};
use crate::law_reach::traffic;
use crate::meaning::Meaning;
use crate::packets::{Host, Material, PORTS, Packet, Random};
use crate::sentences::Sentence;
use crate::text::lay_out;
use crate::verdict::in_its_region;
use proptest::prelude::*;
use std::net::IpAddr;
use tierwall::analysis::diff::{Change, Diff, Effect, EndId};
use tierwall::ast::Way;
use tierwall::net::{Addresses, Family, TrafficSet};
use tierwall::policy::{
    ListReference, Outbound, Owner, Param, Peer, Policy, Reference, TierMapping,
};

/// Compares two programs.
fn compared(old: &Policy, new: &Policy) -> Diff {
    Diff::compare_policies(old, new, &TierMapping::new(old, new))
}

/// Packets to ask about, for each pair of programs.
const PACKETS: usize = 400;

/// Two versions of a program, or two programs that have nothing to do with each other.
fn pair() -> impl Strategy<Value = (String, String)> {
    (program(), program(), any::<u32>(), any::<u32>(), 0..5_u8)
        .prop_map(|(one, other, a, b, kind)| versions(&one, &other, [a, b], kind))
}

/// Two programs, or one with the sentences that each mask keeps; the second with other defaults of
/// some parameters.
pub fn versions(one: &Program, other: &Program, [a, b]: [u32; 2], kind: u8) -> (String, String) {
    let some = |mask: u32| {
        Program {
            sentences: kept(&one.sentences, mask),
            ..one.clone()
        }
        .text()
    };
    let redefined = |mask: u32| {
        let mut program = Program {
            sentences: kept(&one.sentences, mask),
            ..one.clone()
        };
        let numbers: Vec<u16> = (0..6).map(|n| (mask >> n & 1) as u16).collect();
        change_defaults(&mut program.scene.lines, &numbers);
        program.text()
    };
    match kind {
        0 => (one.text(), other.text()),
        1 => (
            one.text(),
            one.text().replace("outbound = closed", "outbound = open"),
        ),
        2 => (some(a), closed(&some(b))),
        _ => (some(a), redefined(b)),
    }
}

/// The program with its open tiers closed, where nothing describes their rules.
fn closed(text: &str) -> String {
    if text.contains("outbound-description") {
        return text.to_string();
    }
    let open = ["open-ipv4", "open-ipv6", "open"];
    open.iter().fold(text.to_string(), |text, open| {
        text.replace(&format!("outbound = {open}"), "outbound = closed")
    })
}

fn kept(sentences: &[Sentence], mask: u32) -> Vec<Sentence> {
    sentences
        .iter()
        .enumerate()
        .filter(|(n, _)| mask >> (n % 32) & 1 == 1)
        .map(|(_, sentence)| sentence.clone())
        .collect()
}

proptest! {
    #![proptest_config(cases(192))]

    #[test]
    fn gained_and_lost_are_exact((old, new) in pair(), seed: u64) {
        exact(&old, &new, seed)?;
    }

    #[test]
    fn a_diff_mirrors_the_reverse_diff((old, new) in pair()) {
        with_policy(&old, |_, _, old| with_policy(&new, |_, _, new| {
            let (there, back) = (compared(old, new), compared(new, old));
            prop_assert_eq!(connections(&there, &there.gained), connections(&back, &back.lost));
            prop_assert_eq!(connections(&there, &there.lost), connections(&back, &back.gained));
            let equal = there.gained.is_empty() && there.lost.is_empty();
            prop_assert_eq!(there.verdict() == Effect::Equal, equal);
            Ok(())
        }))?;
    }

    #[test]
    fn causes_are_of_who_takes_part((old, new) in pair()) {
        with_policy(&old, |_, _, old| with_policy(&new, |_, _, new| {
            let diff = compared(old, new);
            has_causes(&diff.gained, new)?;
            has_causes(&diff.lost, old)
        }))?;
    }

    #[test]
    fn rewriting_a_program_changes_nothing(
        program in program(),
        order in numbers(60),
        layout in numbers(400),
    ) {
        let permuted = Choices::new(&order).shuffled(&program.statements());
        let other = lay_out(&permuted, &mut Choices::new(&layout));
        with_policy(&program.text(), |_, _, old| with_policy(&other, |_, _, new| {
            let diff = compared(old, new);
            prop_assert!(diff.gained.is_empty() && diff.lost.is_empty(), "{diff:#?}");
            Ok(())
        }))?;
    }
}

/// Whether the diff of two programs matches brute force, for packets that the seed chooses.
pub fn exact(old: &str, new: &str, seed: u64) -> Result<(), TestCaseError> {
    with_policy(old, |old_sources, old_parsed, old| {
        with_policy(new, |new_sources, new_parsed, new| {
            let before = Meaning {
                sources: old_sources,
                program: old_parsed,
                today: TODAY,
            };
            let after = Meaning {
                sources: new_sources,
                program: new_parsed,
                today: TODAY,
            };
            let (materials, random) = (
                [Material::new(&before), Material::new(&after)],
                &mut Random(seed),
            );
            let diff = compared(old, new);
            for _ in 0..PACKETS {
                let Some(asked) = Asked::any([old, new], &diff, &materials, random) else {
                    continue;
                };
                if asked.is_of_no_member(&diff) && !(old.stack.dual && new.stack.dual) {
                    continue;
                }
                let meanings = [&before, &after];
                let packets = asked.in_both([old, new], &diff);
                let [gained, lost] = asked.opens(&diff, meanings, &packets);
                let asks_for_ports = [old, new].iter().any(|policy| has_ports(policy));
                asked.judge(&diff.gained, gained, asks_for_ports)?;
                asked.judge(&diff.lost, lost, asks_for_ports)?;

                let ports = default_ports([old, new], asked.packet.ports);
                let [packet, other] = packets;
                let packets = [
                    packet.map(|packet| packet.with_ports(ports[0])),
                    other.map(|packet| packet.with_ports(ports[1])),
                ];
                let [gained, lost] = asked.opens(&diff, meanings, &packets);
                prop_assert!(
                    !gained || asked.is_told_at_all(&diff.gained),
                    "by default: {asked:#?} {diff:#?}"
                );
                prop_assert!(
                    !lost || asked.is_told_at_all(&diff.lost),
                    "by default: {asked:#?} {diff:#?}"
                );

                let packets = [
                    asked.by_default(old, &diff, |end| end.old),
                    asked.by_default(new, &diff, |end| end.new),
                ];
                if packets.iter().all(Option::is_none) {
                    continue;
                }
                let [gained, lost] = asked.opens(&diff, meanings, &packets);
                prop_assert!(
                    !gained || asked.is_told(&diff, &diff.gained, new, |end| end.new),
                    "{asked:#?}"
                );
                prop_assert!(
                    !lost || asked.is_told(&diff, &diff.lost, old, |end| end.old),
                    "{asked:#?}"
                );
            }
            minimal(&diff.gained)?;
            minimal(&diff.lost)
        })
    })
}

/// Whether the tier that may send everything is open, and members carry the groups by which they
/// take part.
fn has_causes(changes: &[Change], policy: &Policy) -> Result<(), TestCaseError> {
    for change in changes {
        let causes = &change.causes;
        let is_open = |tier| policy.tier(tier).outbound != Outbound::Closed;
        prop_assert!(causes.open.is_none_or(is_open), "{change:#?}");
        for (tier, group) in &causes.carried {
            let carried = policy.members.other_groups(*tier);
            prop_assert!(carried.contains(group), "{change:#?}");
        }
    }
    Ok(())
}

/// Connections that a difference speaks of, by what their ends are rather than by their positions.
fn connections(diff: &Diff, changes: &[Change]) -> Vec<String> {
    let end = |id: EndId| format!("{:?}", diff.ends.get(id).addresses);
    let peers = |id: EndId| {
        let end = diff.ends.get(id);
        let mut both = [format!("{:?}", end.old), format!("{:?}", end.new)];
        both.sort();
        both
    };
    let words = |c: &Change| {
        let ends = [c.from, c.to].map(|id| (end(id), peers(id)));
        format!(
            "{ends:?} {:?} {:?} {} {:?}",
            c.places, c.traffic, c.internet, c.causes
        )
    };
    let mut words: Vec<String> = changes.iter().map(words).collect();
    words.sort();
    words
}

/// A packet between two ends, by what they are.
#[derive(Debug)]
struct Asked {
    from: EndId,
    to: EndId,
    packet: Packet,
}

impl Asked {
    /// Any packet with a group that rules are put on at one end or both, members of tiers being
    /// where they may be.
    fn any(
        policies: [&Policy; 2],
        diff: &Diff,
        materials: &[Material; 2],
        random: &mut Random,
    ) -> Option<Asked> {
        let packet = materials[random.below(2)].packet(random);
        let has_rules = |end: &EndId| has_rules(policies, diff, *end);
        let all = (0..diff.ends.len() as u32).map(EndId);
        let owners: Vec<EndId> = all.filter(has_rules).collect();
        let known = |random: &mut Random| match random.below(3) {
            0 => EndId::HOSTS,
            1 => owners[random.below(owners.len())],
            _ => EndId(random.below(diff.ends.len()) as u32),
        };
        let (from, to) = (known(random), known(random));
        let stands = |end: EndId, address: IpAddr| {
            end == EndId::HOSTS || diff.ends.get(end).addresses.contains(address)
        };
        let decided = has_rules(&from) || has_rules(&to);
        let there = stands(from, packet.sender.address) && stands(to, packet.receiver.address);
        (decided && there).then_some(Asked { from, to, packet })
    }

    /// Whether it is IPv6 between tiers, which members have no addresses of where a stack says
    /// `ip = ipv4`.
    fn is_of_no_member(&self, diff: &Diff) -> bool {
        self.packet.sender.address.is_ipv6()
            && diff.ends.is_tier(self.from)
            && diff.ends.is_tier(self.to)
    }

    /// Whether the change opens a gate on the way of the packet, which the other gate lets pass
    /// after it; and whether the reverse change does. Rules of others on a group that is made
    /// elsewhere may let anything pass.
    fn opens(
        &self,
        diff: &Diff,
        [before, after]: [&Meaning<'_>; 2],
        [old, new]: &[Option<Packet>; 2],
    ) -> [bool; 2] {
        let gate = |end: EndId, way: Way| {
            let (is_tier, is_group) = (diff.ends.is_tier(end), is_external(diff, end));
            if !is_tier && !is_group {
                return None;
            }
            let admits = |meaning: &Meaning<'_>, packet: &Option<Packet>| {
                let Some(packet) = packet else {
                    return false;
                };
                let near = match way {
                    Way::From => &packet.receiver,
                    Way::To => &packet.sender,
                };
                match (way, is_tier) {
                    (Way::From, true) => meaning.accepts(packet),
                    (Way::To, true) => meaning.sends(packet),
                    (_, false) => {
                        let mut groups = near.groups.iter();
                        groups.any(|group| meaning.admits_elsewhere(packet, group, way))
                    }
                }
            };
            Some((admits(before, old), admits(after, new), is_group))
        };
        let gates = [gate(self.from, Way::To), gate(self.to, Way::From)];
        let gates: Vec<(bool, bool, bool)> = gates.into_iter().flatten().collect();
        let opened = |gates: &[(bool, bool, bool)]| {
            let is_new = |n: &usize| gates[*n].1 && !gates[*n].0;
            let mut opened = (0..gates.len()).filter(is_new);
            opened.any(|n| {
                let mut others = gates.iter().enumerate().filter(|(other, _)| *other != n);
                others.all(|(_, (_, after, has_more))| *after || *has_more)
            })
        };
        let reverse: Vec<_> = gates.iter().map(|gate| (gate.1, gate.0, gate.2)).collect();
        [opened(&gates), opened(&reverse)]
    }

    /// The packet as each of the programs sees it.
    fn in_both(&self, [old, new]: [&Policy; 2], diff: &Diff) -> [Option<Packet>; 2] {
        [
            self.of(old, diff, |end| end.old),
            self.of(new, diff, |end| end.new),
        ]
    }

    /// The packet as one of the programs sees it; nothing where it does not have the tier.
    fn of(
        &self,
        policy: &Policy,
        diff: &Diff,
        peer: impl Fn(&tierwall::analysis::diff::End) -> Option<Peer>,
    ) -> Option<Packet> {
        let host = |end: EndId, address: IpAddr| {
            let peer = peer(diff.ends.get(end));
            if diff.ends.is_tier(end) && peer.is_none() {
                None
            } else {
                Some(host(policy, peer, address))
            }
        };
        let sender = host(self.from, self.packet.sender.address)?;
        let receiver = host(self.to, self.packet.receiver.address)?;
        Some(Packet {
            sender,
            receiver,
            payload: self.packet.payload,
            ports: self.packet.ports,
        })
    }

    /// A packet from or to a host that is in nothing but the blocks that are defaults of
    /// parameters.
    fn by_default(
        &self,
        policy: &Policy,
        diff: &Diff,
        peer: impl Fn(&tierwall::analysis::diff::End) -> Option<Peer>,
    ) -> Option<Packet> {
        let mut packet = self.of(policy, diff, peer)?;
        for (end, host) in [
            (self.from, &mut packet.sender),
            (self.to, &mut packet.receiver),
        ] {
            let params = policy
                .params
                .iter()
                .filter(|param| end == EndId::HOSTS && holds(param, host.address));
            host.blocks.extend(params.map(|param| param.name.clone()));
        }
        (self.from == EndId::HOSTS || self.to == EndId::HOSTS).then_some(packet)
    }

    /// Whether such a packet is in the diff: by its address, or by a parameter whose default
    /// contains it.
    fn is_told(
        &self,
        diff: &Diff,
        changes: &[Change],
        passes: &Policy,
        peer: impl Fn(&tierwall::analysis::diff::End) -> Option<Peer>,
    ) -> bool {
        let (family, traffic) = traffic(&self.packet);
        let asked = TrafficSet::new(traffic, family);
        let is_end = |end: EndId, own: EndId, place: &Option<Addresses>, address: IpAddr| {
            let by_default = match peer(diff.ends.get(end)) {
                Some(Peer::Param(id)) => own == EndId::HOSTS && holds(passes.param(id), address),
                _ => false,
            };
            (end == own || by_default) && place.as_ref().is_none_or(|place| place.contains(address))
        };
        changes.iter().any(|change| {
            is_end(
                change.from,
                self.from,
                &change.places.from,
                self.packet.sender.address,
            ) && is_end(
                change.to,
                self.to,
                &change.places.to,
                self.packet.receiver.address,
            ) && change.traffic[family].covers(&asked)
        })
    }

    /// Whether a change tells of the packet, be it one by default.
    fn is_told_at_all(&self, changes: &[Change]) -> bool {
        let (family, traffic) = traffic(&self.packet);
        let asked = TrafficSet::new(traffic, family);
        let at = |place: &Option<Addresses>, address| {
            place.as_ref().is_none_or(|at| at.contains(address))
        };
        changes.iter().any(|change| {
            let is_end = |end: EndId, own: EndId| end == own || end == EndId::HOSTS;
            is_end(change.from, self.from)
                && is_end(change.to, self.to)
                && at(&change.places.from, self.packet.sender.address)
                && at(&change.places.to, self.packet.receiver.address)
                && change.traffic[family].covers(&asked)
        })
    }

    /// Whether the diff tells of the packet exactly where it is `wanted`. Where ports are
    /// parameters, another value of them may be what it tells of.
    fn judge(
        &self,
        changes: &[Change],
        wanted: bool,
        asks_for_ports: bool,
    ) -> Result<(), TestCaseError> {
        let (family, traffic) = traffic(&self.packet);
        let asked = TrafficSet::new(traffic, family);
        let lies = |from: EndId, to: EndId| {
            changes
                .iter()
                .filter(|change| !change.by_default)
                .any(|change| {
                    let at = |place: &Option<Addresses>, address| {
                        place.as_ref().is_none_or(|at| at.contains(address))
                    };
                    let places = at(&change.places.from, self.packet.sender.address)
                        && at(&change.places.to, self.packet.receiver.address);
                    (change.from, change.to) == (from, to)
                        && places
                        && change.traffic[family].covers(&asked)
                })
        };
        let own = lies(self.from, self.to);
        if asks_for_ports {
            let by_address = lies(EndId::HOSTS, self.to) || lies(self.from, EndId::HOSTS);
            prop_assert!(!wanted || own || by_address, "not reported: {:#?}", self);
            return Ok(());
        }
        if self.from == EndId::HOSTS || self.to == EndId::HOSTS {
            prop_assert_eq!(own, wanted, "{:#?}", self);
        }
        prop_assert!(wanted || !own, "reported, and is not so: {:#?}", self);
        let by_address = lies(EndId::HOSTS, self.to) || lies(self.from, EndId::HOSTS);
        prop_assert!(!wanted || own || by_address, "not reported: {:#?}", self);
        Ok(())
    }
}

/// Whether an end is a group that is made elsewhere.
fn is_external(diff: &Diff, end: EndId) -> bool {
    let end = diff.ends.get(end);
    let mut peers = [end.old, end.new].into_iter().flatten();
    peers.any(|peer| matches!(peer, Peer::External(_)))
}

/// Whether one of the programs puts rules on an end.
fn has_rules([old, new]: [&Policy; 2], diff: &Diff, end: EndId) -> bool {
    let ends = diff.ends.get(end);
    let has_rules = |policy: &Policy, peer: Option<Peer>| match peer {
        Some(Peer::External(id)) => policy.owner_position(Owner::External(id)).is_some(),
        _ => false,
    };
    diff.ends.is_tier(end) || has_rules(old, ends.old) || has_rules(new, ends.new)
}

/// Whether the default of a parameter is a block that holds an address.
fn holds(param: &Param, address: IpAddr) -> bool {
    let block = param
        .default
        .as_deref()
        .and_then(|text| tierwall::net::parse_block(text).ok());
    !param.bound && block.is_some_and(|block| block.contains(&address))
}

/// The values of the parameters that are ports in each of two programs: the defaults, where both
/// have one.
fn default_ports(policies: [&Policy; 2], ports: [u16; 2]) -> [[u16; 2]; 2] {
    let default = |policy: &Policy, name: &str| {
        let mut params = policy.params.iter();
        let param = params.find(|param| param.name == name)?;
        param.default.as_ref()?.parse().ok()
    };
    let mut values = [ports, ports];
    for (n, name) in PORTS.iter().enumerate() {
        if let [Some(old), Some(new)] = policies.map(|policy| default(policy, name)) {
            values[0][n] = old;
            values[1][n] = new;
        }
    }
    values
}

/// Whether the program has rules whose ports are parameters.
fn has_ports(policy: &Policy) -> bool {
    let mut flows = policy.flows.iter();
    flows.any(|flow| flow.traffic.unknown_ports().is_some())
}

/// A host that is in one thing, and in nothing else.
fn host(policy: &Policy, peer: Option<Peer>, address: IpAddr) -> Host {
    let mut host = Host {
        address,
        tier: None,
        groups: Vec::new(),
        lists: Vec::new(),
        blocks: Vec::new(),
        is_reserved: false,
    };
    let parameter = |id| format!("parameter {}", policy.param(id).name);
    match peer {
        Some(Peer::Tier(id)) => host.tier = Some(policy.tier(id).name.clone()),
        Some(Peer::External(id)) => host.groups.push(match &policy.externals[id.index()].id {
            Reference::Id(id) => id.clone(),
            Reference::Param(id) => parameter(*id),
        }),
        Some(Peer::PrefixList(id)) => {
            host.lists
                .push(match &policy.prefix_lists[id.index()].list {
                    ListReference::Id(id) => id.clone(),
                    ListReference::Aws(name) => in_its_region(name),
                    ListReference::Param(id) => parameter(*id),
                    ListReference::Made(_) => panic!("its entries are peers"),
                })
        }
        Some(Peer::Param(id)) => host.blocks.push(policy.param(id).name.clone()),
        Some(Peer::Net(_)) | None => {}
    }
    host
}

/// The parts reported for one pair of endpoints are as few as possible: no two at the same
/// addresses, and nothing twice.
fn minimal(changes: &[Change]) -> Result<(), TestCaseError> {
    // what a default opens is reported separately
    let changes: Vec<&Change> = changes.iter().filter(|change| !change.by_default).collect();
    for (n, one) in changes.iter().enumerate() {
        prop_assert!(
            Family::BOTH.iter().any(|family| one.has(*family)),
            "says something: {one:#?}"
        );
        for other in changes[n + 1..]
            .iter()
            .filter(|other| (other.from, other.to) == (one.from, one.to))
        {
            for family in Family::BOTH
                .into_iter()
                .filter(|family| one.has(*family) && other.has(*family))
            {
                let within = |place: &Option<Addresses>| {
                    let all = Addresses::all();
                    place.as_ref().unwrap_or(&all).in_family(family)
                };
                let (a, b) = (&one.places, &other.places);
                let ([from, to], [its_from, its_to]) = (
                    [within(&a.from), within(&a.to)],
                    [within(&b.from), within(&b.to)],
                );
                let same = one.traffic[family] == other.traffic[family];
                let beside = from == its_from || to == its_to;
                prop_assert!(!(beside && same), "one would do: {one:#?} {other:#?}");
                prop_assert!(
                    (&from, &to) != (&its_from, &its_to),
                    "one would do: {one:#?} {other:#?}"
                );
                let meet = !from.intersection(&its_from).is_empty()
                    && !to.intersection(&its_to).is_empty();
                let common = one.traffic[family].intersection(&other.traffic[family]);
                prop_assert!(
                    !meet || common.is_empty(),
                    "reported twice: {one:#?} {other:#?}"
                );
            }
        }
    }
    Ok(())
}
