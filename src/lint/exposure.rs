//! What tiers accept from the internet, by sets of addresses, however they are written.
//!
//! Open to the internet means open to more of its addresses than a typical named network has.

use super::opening::{Exposed, OpenTraffic, Opening};
use super::subject::Subject;
use super::words::list_first;
use crate::analysis::gate::Gates;
use crate::diagnostic::Finding;
use crate::net::{
    Addresses, Family, MANY, Packets, PerFamily, Ports, Traffic, TrafficSet, routable_sources,
};
use crate::policy::{Flow, Owner, Peer, Policy, Role, SentenceId, TierId};
use ipnet::IpNet;
use std::collections::BTreeSet;

/// A service that a lint looks for.
#[derive(Debug, Clone, Copy)]
pub struct WatchedService {
    /// `ssh`
    pub name: &'static str,
    /// What it is.
    pub traffic: Traffic,
}

/// A service on one TCP port.
pub const fn tcp(name: &'static str, port: u16) -> WatchedService {
    tcp_range(name, port, port)
}

/// A service on a range of TCP ports.
pub const fn tcp_range(name: &'static str, from: u16, to: u16) -> WatchedService {
    WatchedService {
        name,
        traffic: Traffic::Tcp(Ports { from, to }),
    }
}

/// A service on one UDP port.
pub const fn udp(name: &'static str, port: u16) -> WatchedService {
    udp_range(name, port, port)
}

/// A service on a range of UDP ports.
pub const fn udp_range(name: &'static str, from: u16, to: u16) -> WatchedService {
    WatchedService {
        name,
        traffic: Traffic::Udp(Ports { from, to }),
    }
}

/// Everything that the tiers of a policy open to the internet, by tier and sentence.
pub fn internet_openings(policy: &Policy, gates: &Gates<'_>) -> Vec<Opening> {
    let world = routable_sources();
    let (mut openings, mut rules) = (Vec::new(), Vec::new());
    for owner in policy.owners() {
        let flows = || gates.group_inbound_flows(owner);
        let blocks = flows().filter_map(|flow| flow_block(policy, policy.flow(flow)));
        if may_be_many(blocks) {
            rules.clear();
            rules.extend(flows().filter_map(|flow| block_rule(policy, flow)));
            add_openings(owner, &mut rules, &world, &mut openings);
        }
    }
    openings
}

/// Everything that is open to the internet of the members of a tier, by all groups that they carry.
pub fn member_openings(policy: &Policy, gates: &Gates<'_>, tier: TierId) -> Vec<Opening> {
    let (mut openings, owner) = (Vec::new(), Owner::Tier(tier));
    let flows = gates.accepting_flows(owner);
    let mut rules: Vec<BlockRule> = flows.filter_map(|flow| block_rule(policy, flow)).collect();
    add_openings(owner, &mut rules, &routable_sources(), &mut openings);
    openings
}

/// A rule that names a block.
#[derive(Debug, Clone, Copy)]
struct BlockRule {
    sentence: SentenceId,
    block: IpNet,
    traffic: Traffic,
}

fn block_rule(policy: &Policy, flow: u32) -> Option<BlockRule> {
    let flow = policy.flow(flow);
    Some(BlockRule {
        sentence: flow.sentence,
        block: flow_block(policy, flow)?,
        traffic: policy.default_traffic(flow.traffic),
    })
}

/// The peer of a flow, if it is a block, or a parameter with a default; of several the widest.
#[inline]
pub fn flow_block(policy: &Policy, flow: &Flow) -> Option<IpNet> {
    match flow.peer {
        Peer::Net(block) => Some(block),
        Peer::Param(id) => {
            let param = policy.param(id);
            let blocks = param.kind.blocks_of(param.default.as_deref()?);
            blocks.min_by_key(IpNet::prefix_len)
        }
        Peer::PrefixList(_) | Peer::Tier(_) | Peer::External(_) => None,
    }
}

/// Whether blocks can have many addresses between them.
fn may_be_many(blocks: impl Iterator<Item = IpNet>) -> bool {
    let mut count = PerFamily::<u128>::default();
    for block in blocks {
        match block {
            IpNet::V4(net) => count.v4 += 1 << (32 - net.prefix_len()),
            IpNet::V6(net) => {
                let size = 1u128.checked_shl(128 - u32::from(net.prefix_len()));
                count.v6 = count.v6.saturating_add(size.unwrap_or(u128::MAX));
            }
        }
    }
    count.v4 >= MANY.v4 || count.v6 >= MANY.v6
}

/// Adds the openings of a tier: those of each sentence alone, then those of several sentences
/// together.
fn add_openings(
    owner: Owner,
    rules: &mut [BlockRule],
    world: &Addresses,
    openings: &mut Vec<Opening>,
) {
    rules.sort_by_key(|rule| rule.sentence);
    let mut by_one_sentence = PerFamily::<TrafficSet>::default();
    let mut sentences = 0;

    for same in rules.chunk_by(|a, b| a.sentence == b.sentence) {
        sentences += 1;
        let open = open_to_many(same, world);
        if !open.is_empty() {
            by_one_sentence = by_one_sentence.union(&open);
            openings.push(Opening {
                owner,
                sentences: vec![same[0].sentence],
                open,
            });
        }
    }

    if sentences > 1 {
        let open = open_to_many(rules, world).difference(&by_one_sentence);
        openings.extend(opened_together(owner, rules, world, open));
    }
}

/// The traffic that several sentences open only together.
fn opened_together(
    owner: Owner,
    rules: &[BlockRule],
    world: &Addresses,
    open: PerFamily<TrafficSet>,
) -> Option<Opening> {
    if open.is_empty() {
        return None;
    }

    let takes_part = |rule: &&BlockRule| {
        let family = Family::of_block(&rule.block);
        world.meets(&rule.block) && open[family].meets(rule.traffic, family)
    };
    let taking_part = rules.iter().filter(takes_part);
    let mut sentences: Vec<SentenceId> = taking_part.map(|rule| rule.sentence).collect();
    sentences.sort_unstable();
    sentences.dedup();

    Some(Opening {
        owner,
        sentences,
        open,
    })
}

/// The traffic that these rules together open to many addresses of the internet.
fn open_to_many(rules: &[BlockRule], world: &Addresses) -> PerFamily<TrafficSet> {
    if !may_be_many(rules.iter().map(|rule| rule.block)) {
        return PerFamily::default();
    }
    Packets::new(rules.iter().map(|rule| (rule.block, rule.traffic))).open_to(world)
}

impl Opening {
    /// The traffic in its sentences that overlaps these sets.
    pub fn named_traffic(
        &self,
        subject: &Subject<'_>,
        sets: &PerFamily<TrafficSet>,
    ) -> BTreeSet<Traffic> {
        let (policy, flows) = (subject.policy, subject.gates.accepting_flows(self.owner));
        let flows = flows.map(|flow| policy.flow(flow));
        let own = flows.filter(|flow| self.sentences.contains(&flow.sentence));
        own.map(|flow| flow.traffic)
            .filter(|traffic| sets.meets(policy.default_traffic(*traffic)))
            .collect()
    }

    /// The finding that this traffic is open, which points at the sentences that open it.
    pub fn exposed_finding(
        &self,
        subject: &Subject<'_>,
        traffic: PerFamily<TrafficSet>,
        message: String,
        help: impl Into<String>,
    ) -> Exposed {
        let together = self.sentences.len() > 1;
        let mut finding = Finding::new(message);

        for (n, id) in self.sentences.iter().enumerate() {
            let label = match (n, together) {
                (0, false) => "opens it",
                (0, true) => "opens it, together with other sentences",
                (_, _) => "together with this",
            };
            finding = finding.caused(subject.policy.sentence(*id).span, label);
        }

        let open = OpenTraffic {
            owner: self.owner,
            traffic,
        };

        Exposed {
            finding: finding.help(help),
            open: Some(open),
        }
    }
}

/// Whether a role is meant to accept traffic from the internet: a mail server accepts mail from
/// every server.
fn is_expected_of(role: Option<Role>, traffic: Traffic) -> bool {
    role == Some(Role::MailServer) && traffic == tcp("smtp", 25).traffic
}

/// A finding for each opening with a service of a list.
pub fn exposed_services(
    subject: &Subject<'_>,
    watched: &[WatchedService],
    help: &str,
    found: &mut Vec<Exposed>,
) {
    for opening in &subject.openings {
        let tier = opening.owner.tier();
        let role = tier.and_then(|tier| subject.policy.tier(tier).role);
        let looked_for = watched
            .iter()
            .filter(|watched| !is_expected_of(role, watched.traffic));
        let open: Vec<&WatchedService> = looked_for
            .filter(|watched| opening.has(watched.traffic))
            .collect();
        if open.is_empty() {
            continue;
        }

        let in_words = |watched: &&WatchedService| {
            format!(
                "{} ({})",
                opening.words_within(watched.traffic),
                watched.name
            )
        };
        let services = list_first(open.iter().map(in_words).collect());
        let traffic: Vec<Traffic> = open.iter().map(|watched| watched.traffic).collect();
        let traffic = opening.open_within(&traffic);
        let internet = internet_in_words(&traffic);
        let name = subject.policy.owner_name(opening.owner);
        let message = format!("`{name}` accepts {services} from {internet}");
        found.push(opening.exposed_finding(subject, traffic, message, help));
    }
}

/// `the internet`, or the only family to which this is open.
pub fn internet_in_words(sets: &PerFamily<TrafficSet>) -> &'static str {
    match (sets.v4.is_empty(), sets.v6.is_empty()) {
        (false, true) => "the IPv4 internet",
        (true, false) => "the IPv6 internet",
        (false, false) | (true, true) => "the internet",
    }
}
