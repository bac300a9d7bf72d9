//! What tiers accept from the internet. It is judged by addresses, however they are written.
//!
//! Open to the internet means open to a good part of it: to more of its addresses than a sentence
//! means to name.

use super::{Subject, listed};
use crate::analysis::gate::Gates;
use crate::diagnostic::Finding;
use crate::net::{
    self, Addresses, Family, MANY_V4, MANY_V6, Packets, Ports, Traffic, TrafficSet, world,
};
use crate::policy::{Flow, Peer, Policy, Role, SentenceId, TierId};
use ipnet::IpNet;
use std::collections::BTreeSet;

/// What one sentence, or several together, open of one tier to the internet.
#[derive(Debug)]
pub struct Opening {
    /// The tier.
    pub tier: TierId,
    /// The sentences that do; more than one where none of them does by itself.
    pub sentences: Vec<SentenceId>,
    /// What is open, by family.
    pub open: [TrafficSet; 2],
}

/// What a lint about exposure found.
#[derive(Debug)]
pub struct Exposed {
    /// The finding.
    pub finding: Finding,
    /// What is open; nothing where the finding is about something else and stands by itself.
    pub open: Option<Open>,
}

/// What a finding says is open.
#[derive(Debug)]
pub struct Open {
    /// The tier.
    pub tier: TierId,
    /// What is open, by family.
    pub traffic: [TrafficSet; 2],
}

impl From<Finding> for Exposed {
    fn from(finding: Finding) -> Exposed {
        Exposed {
            finding,
            open: None,
        }
    }
}

/// A service that a lint looks for.
#[derive(Debug, Clone, Copy)]
pub struct Watched {
    /// `ssh`
    pub name: &'static str,
    /// What it is.
    pub traffic: Traffic,
}

/// A service on one TCP port.
pub const fn tcp(name: &'static str, port: u16) -> Watched {
    tcp_range(name, port, port)
}

/// A service on a range of TCP ports.
pub const fn tcp_range(name: &'static str, from: u16, to: u16) -> Watched {
    Watched {
        name,
        traffic: Traffic::Tcp(Ports { from, to }),
    }
}

/// A service on one UDP port.
pub const fn udp(name: &'static str, port: u16) -> Watched {
    udp_range(name, port, port)
}

/// A service on a range of UDP ports.
pub const fn udp_range(name: &'static str, from: u16, to: u16) -> Watched {
    Watched {
        name,
        traffic: Traffic::Udp(Ports { from, to }),
    }
}

/// Everything that the tiers of a policy open to the internet, by tier and sentence.
pub fn openings(policy: &Policy, gates: &Gates<'_>) -> Vec<Opening> {
    let world = world();
    let mut openings = Vec::new();
    for n in 0..policy.tiers.len() {
        let tier = TierId(n as u32);
        let mut rules: Vec<Rule> = gates
            .inbound(tier)
            .filter_map(|flow| rule(policy, flow))
            .collect();
        if may_be_many(rules.iter().map(|rule| rule.block)) {
            of_tier(tier, &mut rules, &world, &mut openings);
        }
    }
    openings
}

/// A rule that names a block.
#[derive(Debug, Clone, Copy)]
struct Rule {
    sentence: SentenceId,
    block: IpNet,
    traffic: Traffic,
}

fn rule(policy: &Policy, flow: u32) -> Option<Rule> {
    let flow = &policy.flows[flow as usize];
    Some(Rule {
        sentence: flow.sentence,
        block: block(policy, flow)?,
        traffic: flow.traffic,
    })
}

/// The peer of a flow, where it is a block, or a parameter whose default is one.
pub fn block(policy: &Policy, flow: &Flow) -> Option<IpNet> {
    match flow.peer {
        Peer::Net(block) => Some(block),
        Peer::Param(id) => net::block(policy.param(id).default.as_deref()?).ok(),
        Peer::PrefixList(_) | Peer::Tier(_) | Peer::External(_) => None,
    }
}

/// Whether blocks can have many addresses between them.
fn may_be_many(blocks: impl Iterator<Item = IpNet>) -> bool {
    let (mut v4, mut v6) = (0u128, 0u128);
    for block in blocks {
        match block {
            IpNet::V4(net) => v4 += 1 << (32 - net.prefix_len()),
            IpNet::V6(net) => {
                v6 = v6.saturating_add(
                    1u128
                        .checked_shl(128 - u32::from(net.prefix_len()))
                        .unwrap_or(u128::MAX),
                )
            }
        }
    }
    v4 >= MANY_V4 || v6 >= MANY_V6
}

fn of_tier(tier: TierId, rules: &mut [Rule], world: &Addresses, openings: &mut Vec<Opening>) {
    rules.sort_by_key(|rule| rule.sentence);
    let mut by_itself = [TrafficSet::default(), TrafficSet::default()];
    let mut sentences = 0;
    for said in rules.chunk_by(|a, b| a.sentence == b.sentence) {
        sentences += 1;
        let open = open(said, world);
        if open.iter().any(|open| !open.is_empty()) {
            for (all, one) in by_itself.iter_mut().zip(&open) {
                *all = all.union(one);
            }
            openings.push(Opening {
                tier,
                sentences: vec![said[0].sentence],
                open,
            });
        }
    }
    if sentences < 2 {
        return;
    }
    let together = open(rules, world);
    let rest = Family::BOTH.map(|f| together[f as usize].difference(&by_itself[f as usize]));
    if rest.iter().any(|rest| !rest.is_empty()) {
        let takes_part = |rule: &&Rule| {
            let family = Family::of_block(&rule.block);
            world.meets(&rule.block) && rest[family as usize].meets(rule.traffic, family)
        };
        let mut sentences: Vec<SentenceId> = rules
            .iter()
            .filter(takes_part)
            .map(|rule| rule.sentence)
            .collect();
        sentences.sort_unstable();
        sentences.dedup();
        openings.push(Opening {
            tier,
            sentences,
            open: rest,
        });
    }
}

/// What these rules together open to many addresses of the internet, by family.
fn open(rules: &[Rule], world: &Addresses) -> [TrafficSet; 2] {
    if !may_be_many(rules.iter().map(|rule| rule.block)) {
        return [TrafficSet::default(), TrafficSet::default()];
    }
    Packets::new(rules.iter().map(|rule| (rule.block, rule.traffic))).open_to(world)
}

impl Opening {
    /// What is open of this traffic, by family.
    pub fn of(&self, traffic: &[Traffic]) -> [TrafficSet; 2] {
        Family::BOTH.map(|family| {
            TrafficSet::of_all(traffic.iter().copied(), family)
                .intersection(&self.open[family as usize])
        })
    }

    /// What of this traffic is open, in words: `tcp 5900-5901`.
    fn part(&self, traffic: Traffic) -> String {
        let [v4, v6] = self.of(&[traffic]);
        let pieces = v4.union(&v6).pieces(traffic.family().unwrap_or(Family::V4));
        pieces
            .iter()
            .map(|piece| piece.to_string())
            .collect::<Vec<_>>()
            .join(" and ")
    }

    /// What is open beside this traffic, by family.
    pub fn beside(&self, traffic: &[Traffic]) -> [TrafficSet; 2] {
        Family::BOTH.map(|family| {
            self.open[family as usize]
                .difference(&TrafficSet::of_all(traffic.iter().copied(), family))
        })
    }

    /// Whether any of this traffic is open, in either family.
    pub fn has(&self, traffic: Traffic) -> bool {
        TrafficSet::either_meets(&self.open, traffic)
    }

    /// What its sentences say, as far as it has some of this.
    pub fn said(&self, subject: &Subject<'_>, sets: &[TrafficSet; 2]) -> Vec<Traffic> {
        let flows = subject
            .gates
            .inbound(self.tier)
            .map(|flow| &subject.policy.flows[flow as usize]);
        let its = flows
            .filter(|flow| self.sentences.contains(&flow.sentence))
            .map(|flow| flow.traffic);
        its.filter(|traffic| TrafficSet::either_meets(sets, *traffic))
            .collect::<BTreeSet<Traffic>>()
            .into_iter()
            .collect()
    }

    /// The finding that this traffic is open, which points at the sentences that open it.
    pub fn exposed(
        &self,
        subject: &Subject<'_>,
        traffic: [TrafficSet; 2],
        message: String,
        help: impl Into<String>,
    ) -> Exposed {
        let spans = self
            .sentences
            .iter()
            .map(|id| subject.policy.sentence(*id).span);
        let together = self.sentences.len() > 1;
        let finding = spans
            .enumerate()
            .fold(Finding::new(message), |finding, (n, span)| {
                match (n, together) {
                    (0, false) => finding.caused(span, "opens it"),
                    (0, true) => finding.caused(span, "opens it, together with other sentences"),
                    (_, _) => finding.caused(span, "together with this"),
                }
            });
        let open = Some(Open {
            tier: self.tier,
            traffic,
        });
        Exposed {
            finding: finding.help(help),
            open,
        }
    }
}

/// What a tier is open to the internet for, as its role says: a mail server takes mail from every
/// server there is.
fn is_there_for(role: Option<Role>, traffic: Traffic) -> bool {
    role == Some(Role::MailServer) && traffic == tcp("smtp", 25).traffic
}

/// A finding for each opening that lets in something of a list.
pub fn exposed(subject: &Subject<'_>, watched: &[Watched], help: &str, found: &mut Vec<Exposed>) {
    for opening in &subject.openings {
        let role = subject.policy.tier(opening.tier).role;
        let looked_for = watched
            .iter()
            .filter(|watched| !is_there_for(role, watched.traffic));
        let hits: Vec<&Watched> = looked_for
            .filter(|watched| opening.has(watched.traffic))
            .collect();
        if hits.is_empty() {
            continue;
        }
        let traffic: Vec<Traffic> = hits.iter().map(|hit| hit.traffic).collect();
        let tier = &subject.policy.tier(opening.tier).name;
        let hits = hits
            .iter()
            .map(|hit| format!("{} ({})", opening.part(hit.traffic), hit.name))
            .collect();
        let open = opening.of(&traffic);
        let message = format!("`{tier}` accepts {} from {}", listed(hits), whom(&open));
        found.push(opening.exposed(subject, open, message, help));
    }
}

/// Whether nothing is in either.
pub fn nothing(sets: &[TrafficSet; 2]) -> bool {
    sets.iter().all(TrafficSet::is_empty)
}

/// `the internet`, or the one family of it that this is open to.
pub fn whom(sets: &[TrafficSet; 2]) -> &'static str {
    let [v4, v6] = sets;
    match (v4.is_empty(), v6.is_empty()) {
        (false, true) => "the IPv4 internet",
        (true, false) => "the IPv6 internet",
        (false, false) | (true, true) => "the internet",
    }
}
